"""What a reader must know before the numbers of a comparison: of what rows, by what method, and what differs."""

from collections.abc import Sequence

import numpy as np

from ...evaluation.comparison.difference import CORRECTED, Comparison
from ..source import Source

HASHES = {"data_hash": "data", "split_hash": "split"}  # tags of a run, and what they are of


def told_of(comparison: Comparison) -> list[str]:
    """Sentences on rows and method."""
    paired, blocks = comparison.paired, comparison.resampled.blocks
    repeats = f"{len(paired.repeats)} repeats" if len(paired.repeats) > 1 else "one repeat"
    rows = f"{len(paired.names)} runs on the same {paired.rows} test rows of {paired.objects} objects, {repeats}."
    drawn = "objects" if blocks.whole else f"{blocks.number} random blocks of objects"
    percent = f"{100 * comparison.confidence:.0f} %"
    if comparison.method == CORRECTED:
        method = f"{percent} intervals and p-values are the corrected resampled t (Nadeau & Bengio 2003) over repeats."
    else:
        method = (
            f"{percent} intervals are a bootstrap over {drawn}, p-values a permutation test that swaps runs in {drawn}."
        )
    several = len(comparison.pairs) > 1
    holm = f"Holm's correction is over the {len(comparison.pairs)} pairs of a metric, and" if several else (
        "Holm's correction is"
    )  # fmt: skip
    told = [rows, f"{method} {holm} over the classes of a score."]
    if any(paired.left_out):
        out = ", ".join(f"{n} of {name}" for name, n in zip(paired.names, paired.left_out, strict=True) if n)
        told.append(f"The intersection: rows that another run lacks are left out ({out}).")
    return told


def warnings_of(comparison: Comparison, sources: Sequence[Source]) -> list[str]:
    """Sentences on what makes a difference another one than it seems."""
    found = []
    paired = comparison.paired
    if len(paired.repeats) > 1 and not np.isfinite(paired.test_over_train):
        found.append(
            "The tables lack the training rows (part train) that say how much repeats share: intervals are over "
            "objects, for these trainings as they are. Give train_rows=N for those of trainings to come."
        )
    if len(paired.repeats) == 1:
        found.append("One training of each: nothing is said of how trainings scatter.")
    records = [(source.name, source.record) for source in sources if source.record]
    for tag, noun in HASHES.items():
        values = {name: record.tags.get(tag, "") for name, record in records}
        if len(set(values.values())) > 1:
            each = ", ".join(f"{name} {value[:12] or 'unknown'}" for name, value in values.items())
            found.append(f"The runs have another {noun} (hash: {each}).")
    if found_map := _label_maps(sources):
        found.append(found_map)
    return found


def _label_maps(sources: Sequence[Source]) -> str:
    """Where the configs of runs name another map of labels, or other classes."""
    words = ("label_map", "classes", "branches", "labels")
    known = [(source.name, source.record.params) for source in sources if source.record]
    differ = []
    for key in sorted({name for _, params in known for name in params if name.startswith("datamodule.")}):
        if any(word in key.split(".") for word in words) and len({params.get(key) for _, params in known}) > 1:
            differ.append(key)
    return f"The runs differ in {', '.join(differ)}." if differ else ""
