"""From a config and paths to a hunt that goes on where it was."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf

from ...config import compose, instantiate
from ...core.progress import notice
from ...door.words import in_few_words
from ...files import replacing
from ...runtime.errors import AlertlabError
from ...tracking.provenance import user
from .candidates import Candidates, read_candidates
from .hunt import Hunt
from .journal import Journal
from .known import Known, read_known
from .loop import Loop, by_name
from .source import scores_of

JOURNAL, BEGUN = "answers.jsonl", "hunt.json"


@dataclass(frozen=True)
class Asked:
    """What a hunt is about: the words of the command line.

    Attributes
    ----------
    candidates : table. out : folder of answers and bundle. source : bundle, run or table of scores, None for none.
    known : table of known examples. person : who answers, None for the login. link : pattern of an address.
    folders, allowed : of configs and packages of one's own.
    """

    candidates: Path
    out: Path
    source: str | None = None
    known: Path | None = None
    person: str | None = None
    link: str = ""
    folders: Sequence[Path] = ()
    allowed: Sequence[str] = ()


@dataclass(frozen=True)
class Prepared:
    """What both a hunt and its replay begin with.

    Attributes
    ----------
    first : name -> score of SOURCE, None without one.
    """

    candidates: Candidates
    known: Known | None
    first: dict[str, float] | None


def open_hunt(
    candidates: str | Path,
    out: str | Path = "hunt",
    source: str | None = None,
    *,
    known: str | Path | None = None,
    person: str | None = None,
    link: str = "",
    overrides: Sequence[str] = (),
) -> Hunt:
    """A hunt for notebooks: ``ask()`` gives a question, ``answer("yes", "a note")`` takes what a person says.

    Parameters
    ----------
    candidates : table of features or embeddings. out : folder of the answers; one that has some goes on.
    source : bundle, run or table of scores. known : table of known examples. person : None takes the login.
    link : pattern of an address, such as ``https://alerce.online/object/{object_id}``.
    overrides : of ``conf/hunt.yaml``, such as ``forest=pine_forest``.

    Raises
    ------
    AlertlabError
        See :func:`begin`.
    """
    asked = Asked(Path(candidates), Path(out), source, None if known is None else Path(known), person, link)
    return begin(compose("hunt", overrides), asked)


def begin(config: DictConfig, asked: Asked) -> Hunt:
    """A hunt as the config says; in a folder that has answers it goes on.

    Raises
    ------
    AlertlabError
        For input that cannot be used, or a folder whose hunt was begun with something else.
    """
    prepared = prepare(config, asked)
    known = prepared.known
    _hold(asked.out, _identity(config, prepared))
    loop = loop_of(config, prepared, int(config.seed))
    journal = Journal(asked.out / JOURNAL)
    names = () if known is None else known.names
    return Hunt(prepared.candidates, loop, journal, asked.person or user(), names, asked.link)


def prepare(config: DictConfig, asked: Asked) -> Prepared:
    """Read all that is named."""
    object_id = str(config.object_id)
    candidates = read_candidates(
        asked.candidates, object_id, list(map(str, config.leave_out)), list(map(str, config.shown)), asked.link
    )
    columns = [column.name for of in candidates.samples.columns.values() for column in of]
    notice(f"{asked.candidates}: {len(candidates.samples)} objects, {len(columns)} columns: {in_few_words(columns)}")
    known = None if asked.known is None else read_known(asked.known, object_id, candidates.samples)
    first = None
    if asked.source is not None:
        first = scores_of(config, asked.source, candidates, asked.out, asked.folders, asked.allowed)
    return Prepared(candidates, known, first)


def loop_of(config: DictConfig, prepared: Prepared, seed: int) -> Loop:
    """A loop that has been told what is known, and no more."""
    forest, samples = instantiate(config.forest), prepared.candidates.samples
    first = None if prepared.first is None else by_name(samples.object_id.tolist(), prepared.first)
    return Loop(forest, samples, seed, prepared.known, first, int(config.by_source))


def _identity(config: DictConfig, prepared: Prepared) -> dict[str, Any]:
    """What the forest, and the order of its questions, follow from beside the answers."""
    samples, known, first = prepared.candidates.samples, prepared.known, prepared.first
    forest: Any = OmegaConf.to_container(config.forest, resolve=True)
    forest.pop("n_jobs")  # another machine may have other cores
    columns = [column.name for of in samples.columns.values() for column in of]
    examples = None if known is None else [list(known.names), known.features.tobytes().hex(), known.wanted.tolist()]
    scores = None if first is None else by_name(samples.object_id.tolist(), first).tolist()
    return {
        "candidates": samples.digest(),
        "columns": columns,
        "forest": forest,
        "seed": int(config.seed),
        "known": _digest(examples),
        "source": _digest(scores),
        "by_source": int(config.by_source),
    }


def _digest(content: Any) -> str | None:
    return None if content is None else hashlib.sha256(json.dumps(content).encode()).hexdigest()


def _hold(out: Path, identity: dict[str, Any]) -> None:
    """Write what a hunt is of, or refuse to mix it with another."""
    path = out / BEGUN
    if path.exists():
        try:
            there = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise AlertlabError(f"{path}: is damaged ({error}); remove it if the hunt is the same") from error
        told = {"source": "SOURCE", "known": "--known", "candidates": "--candidates", "columns": "choice of columns"}
        other = [told.get(key, key) for key in identity if there.get(key) != json.loads(json.dumps(identity[key]))]
        if other:
            raise AlertlabError(
                f"{out}: this hunt was begun with another {', '.join(other)}; give the same, or another --out "
                f"(--answers {out / JOURNAL} takes its answers along)"
            )
        return
    with replacing(path) as partial:
        partial.write_text(json.dumps(identity, indent=1) + "\n", encoding="utf-8")
