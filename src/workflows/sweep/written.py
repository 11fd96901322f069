"""The best config as a file of `conf/experiment`, which trains by itself."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from omegaconf import DictConfig, OmegaConf

from ...config import compose
from ...config.compose import GROUPS
from ...config.environment import without_environment
from ...config.overrides import parse
from ...files import replacing
from ...runtime.errors import AlertlabError
from .plan import Plan
from .space import Values

FOLDER = "conf"
ELSEWHERE = ("first", "repeats", "seed", "output_dir", "tracking")  # keys that say nothing of what is trained


def write_experiment(plan: Plan, values: Values, told: str, folder: Path) -> tuple[Path, str]:
    """Write ``conf/experiment/NAME.yaml`` below a folder; returns it and the name.

    The file begins with the experiment and the options that the sweep was asked for, then sets what was typed and
    what was found. It is composed once, and held against the trial's own config.

    Parameters
    ----------
    told : which trial it is, for a comment.

    Raises
    ------
    AlertlabError
        Where the file would train something else.
    """
    chosen, typed = _chosen(plan), _typed(plan)
    groups = {key: value for key, value in values.items() if key in GROUPS}
    name = f"{plan.base.name}_{plan.name.rpartition('-')[0]}_best"
    experiment = chosen.pop("experiment", None)
    defaults: list[Any] = [experiment] if experiment else []
    defaults += [{f"override /{group}": option} for group, option in {**chosen, **groups}.items()]
    whole = plan.trial_config(values)
    recorded = without_environment(whole)[0]
    content: dict[str, Any] = {}
    for key in [*typed, *(key for key in values if key not in GROUPS)]:
        if key.partition(".")[0] not in ELSEWHERE:
            _put(content, key, _at(recorded, key))
    text = yaml.safe_dump({"defaults": [*defaults, "_self_"], **content}, sort_keys=False, default_flow_style=None)
    path = folder / FOLDER / "experiment" / f"{name}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial:
        partial.write_text(f"# @package _global_\n# {told}\n{text}", encoding="utf-8")
    found = compose("train", [f"experiment={name}"], (folder / FOLDER, *plan.asked.folders), plan.asked.allowed)
    if differing := _differing(whole, found):
        raise AlertlabError(f"{path}: would train with another {differing}; give that in a file of your own")
    return path, name


def _chosen(plan: Plan) -> dict[str, str]:
    """Group -> option, as typed."""
    found = parse(plan.asked.trained)
    return {each.key_or_group: str(each.value()) for each in found if each.key_or_group in GROUPS and each.value()}


def _typed(plan: Plan) -> list[str]:
    """Keys that were typed; a mapping is one."""
    found = parse(plan.asked.trained)
    short = {"bands": "datamodule.source.columns.bands"}
    keys = [each.key_or_group for each in found if each.key_or_group.partition("@")[0] not in GROUPS]
    return [short.get(key, key) for key in keys if "/" not in key]


def _put(content: dict[str, Any], key: str, value: Any) -> None:
    *parents, last = key.split(".")
    for each in parents:
        content = content.setdefault(each, {})
    content[last] = value


def _at(content: Any, key: str) -> Any:
    for each in key.split("."):
        content = content[each]
    return content


def _differing(first: DictConfig, second: DictConfig) -> str:
    """A key by which two configs differ, but for those of the sweep."""
    one, other = (OmegaConf.to_container(each, resolve=True) for each in (first, second))
    assert isinstance(one, dict)
    assert isinstance(other, dict)
    for each in (one, other):
        each["datamodule"]["split"].pop("test_of", None)
        each["model"].pop("init_from", None)  # of a training before, which the file has too
        for key in ELSEWHERE:
            each.pop(key, None)
    return _first(one, other, "")


def _first(one: Any, other: Any, prefix: str) -> str:
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        for key in {**one, **other}:
            if found := _first(one.get(key), other.get(key), f"{prefix}.{key}" if prefix else str(key)):
                return found
        return ""
    return "" if one == other else prefix
