"""Reading ``manifest.json``: strict, by hand, nothing guessed."""

import json
import math
from typing import Any

from . import checks
from .decision import TIE_RULE
from .errors import BundleError
from .manifest import (
    KINDS,
    VERSIONS,
    Column,
    FeatureSetId,
    File,
    InputSpec,
    Manifest,
    OutputSpec,
    Parity,
    Versions,
)
from .tasks import TASKS, task_named


def shape(value: Any, where: str) -> tuple[int | str, ...]:
    """``["batch", 3, 63, 63]`` as (3, 63, 63); a word among them is an axis of any length."""
    if not isinstance(value, list) or value[:1] != ["batch"]:
        checks.refuse(where, 'a list that starts with "batch"', value)
    places = enumerate(value[1:], 1)
    return tuple((checks.word if isinstance(each, str) else checks.size)(each, f"{where}[{at}]") for at, each in places)


def _column(min: float | None, max: float | None, **rest: Any) -> Column:
    return Column(minimum=min, maximum=max, **rest)


def _input(dtype: str, **rest: Any) -> InputSpec:
    return InputSpec(**rest)


def _manifest(bundle_version: int, decision: None, task: str, answers: Any, **rest: Any) -> Manifest:
    of = task_named(task)
    manifest = Manifest(task=task, answers=of.schema(answers, "answers"), **rest)
    of.check(manifest)
    if bundle_version < manifest.bundle_version:
        raise BundleError(f"manifest.json: bundle_version {bundle_version} has no such task, inputs or operations")
    return manifest


COLUMN = checks.record(
    _column,
    name=checks.word,
    unit=checks.text,
    missing=checks.optional(checks.number),
    min=checks.optional(checks.number),
    max=checks.optional(checks.number),
    description=checks.text,
)
FEATURE_SET = checks.record(
    FeatureSetId,
    later={"recipe": {}},  # version 1 does not have it
    name=checks.word,
    version=checks.word,
    sha256=checks.sha256,
    recipe=checks.mapping(checks.word, checks.anything),
)
INPUT = checks.record(
    _input,
    later={"feature_set": None, "source": ""},  # bundles of alertlab 0.1 do not have them
    name=checks.word,
    kind=checks.one_of(*KINDS),
    dtype=checks.one_of("float32"),
    shape=shape,
    axes=checks.array(checks.word),
    channels=checks.array(checks.word),
    columns=checks.array(COLUMN),
    unit=checks.text,
    preprocessing=checks.array(checks.mapping(checks.word, checks.anything)),
    feature_set=checks.optional(FEATURE_SET),
    source=checks.text,
)
OUTPUT = checks.record(
    OutputSpec,
    name=checks.word,
    shape=shape,
    classes=checks.array(checks.word),
    taxonomy=checks.mapping(checks.word, checks.array(checks.word)),
)
MANIFEST = checks.record(
    _manifest,
    later={"answers": {}},  # version 1 has classes alone, which their outputs list
    bundle_version=checks.one_of(*VERSIONS),
    name=checks.plain_name,
    version=checks.plain_name,
    created=checks.optional(checks.text),
    license=checks.word,
    authors=checks.array(checks.word),
    doi=checks.optional(checks.word),
    description=checks.text,
    task=checks.one_of(*(name for task in TASKS for name in task.names)),
    answers=checks.anything,  # the task's own
    files=checks.mapping(checks.plain_name, checks.record(File, sha256=checks.sha256, bytes=checks.count)),
    onnx=checks.record(Versions, opset=checks.size, ml_opset=checks.optional(checks.size), ir_version=checks.size),
    inputs=checks.array(INPUT),
    outputs=checks.array(OUTPUT),
    decision=checks.record(lambda tie_rule: None, tie_rule=checks.one_of(TIE_RULE)),
    training=checks.mapping(checks.word, checks.anything),
    parity=checks.record(
        Parity,
        rtol=checks.number,
        atol=checks.number,
        max_abs_error=checks.number,
        n_rows=checks.size,
        label_flips=checks.count,
    ),
)


def parse(content: bytes) -> Manifest:
    """Read a manifest.

    Raises
    ------
    BundleError
        Names the key and what was expected of it.
    """
    try:
        data = json.loads(
            content.decode(),
            parse_constant=_finite,
            parse_float=_finite,
            parse_int=_integer,
            object_pairs_hook=_unique,
        )
    except (ValueError, RecursionError) as error:
        raise BundleError(f"manifest.json: not JSON ({error})") from error
    version = data.get("bundle_version") if isinstance(data, dict) else None
    if type(version) is int and version not in VERSIONS:  # before its unknown keys can be met
        known = f"{VERSIONS[0]} to {VERSIONS[-1]}"
        raise BundleError(
            f"manifest.json: bundle_version {version}; this alertlab reads versions {known}: upgrade alertlab"
        )
    manifest: Manifest = MANIFEST(data, "")
    return manifest


def _finite(literal: str) -> float:
    value = float(literal)
    if not math.isfinite(value):
        raise ValueError(f"{literal} is not finite")
    return value


def _integer(literal: str) -> int:
    value = int(literal)
    if abs(value) >= 1 << 63:
        raise ValueError(f"{literal[:24]}... is beyond 64 bits")
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)
