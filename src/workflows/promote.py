"""Registering a bundle under a name, and letting it be the champion where it is better."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

from omegaconf import DictConfig

from .. import runtime
from ..config import instantiate
from ..core.progress import status
from ..evaluation.comparison.direction import direction
from ..runtime.errors import AlertlabError
from ..tracking import Tracker
from ..tracking.registry import CHAMPION, Registry, Version
from .compare.one_metric import MetricDifference, metric_difference

BETTER, ALWAYS = "better", "always"


@dataclass(frozen=True)
class Promotion:
    """What became of a run.

    Attributes
    ----------
    version : that of its bundle. before : the champion there was, None for none.
    promoted : whether it is the champion now. verdict : why, in a sentence.
    gain : by how much its metric is better, None where nothing was compared. interval : of that. p : two-sided.
    """

    version: Version
    before: Version | None
    promoted: bool
    verdict: str
    gain: float | None = None
    interval: tuple[float, float] | None = None
    p: float | None = None


def promote(
    config: DictConfig,
    run: str,
    name: str | None = None,
    condition: str | None = None,
    metric: str = "macro_recall",
    margin: float = 0.0,
) -> Promotion:
    """Register the bundle of a run, and move the alias ``champion`` to it if it may.

    Parameters
    ----------
    config : composed from ``compare``.
    run : id, its first digits, or name of a run with a bundle.
    name : of the model in the registry; None takes the bundle's.
    condition : ``better`` compares with the champion on the same test objects, ``always`` does not ask; None is for the
        first of a name.
    metric : as in ``differences.csv``. margin : what the interval of its gain must lie above.

    Raises
    ------
    AlertlabError
        For a run without a bundle, runs that cannot be compared, or a champion and no condition.
    """
    if margin < 0:
        raise AlertlabError(f"--margin: {margin} is below 0; a champion gives way to what is better")
    if not direction(metric):
        raise AlertlabError(f"--metric: {metric} is neither good nor bad when it is large")
    tracker: Tracker = instantiate(config.tracking)
    registry = Registry(tracker)
    run_id = tracker.find(run)
    folder = tracker.bundle_of(run_id)
    if folder is None:
        raise AlertlabError(f"{run}: the run has no bundle; train it to its end")
    with tempfile.TemporaryDirectory() as place, status("reading the bundle"):
        path = tracker.fetch(run_id, folder, Path(place))
        if path is None:
            raise AlertlabError(f"{run}: its bundle {folder} cannot be fetched from {tracker.uri}")
        bundle = runtime.load(path)
    name = name or bundle.manifest.name
    champion = registry.aliased(name)
    if champion and champion.run_id == run_id and champion.sha256 == bundle.sha256:
        return Promotion(champion, champion, True, f"{champion} is the {CHAMPION} already")
    if champion and condition is None:
        raise AlertlabError(
            f"{name}: {champion} is its {CHAMPION}; give --if {BETTER} --metric {metric} to compare, or --if {ALWAYS}"
        )
    judged = metric_difference(config, run_id, champion.run_id, metric) if champion and condition == BETTER else None
    version = registry.register(name, run_id, folder, bundle.sha256)
    if judged is None or champion is None:
        registry.crown(version)
        place_of = f" in the place of {champion}" if champion else ""
        return Promotion(version, champion, True, f"{version} is the {CHAMPION}{place_of}; nothing was compared")
    result = decided(version, champion, judged, margin)
    registry.tell(version, {"alertlab.compared_with": champion.number, "alertlab.verdict": result.verdict})
    if result.promoted:
        registry.crown(version)
    return result


def decided(version: Version, champion: Version, judged: MetricDifference, margin: float) -> Promotion:
    """Whether a version takes the champion's place: the interval of its gain lies above the margin, and p is small."""
    of = judged.difference
    sign = direction(judged.metric)
    low, high = sorted(sign * end for end in of.interval) if of.interval else (float("-inf"), float("inf"))
    better = low > margin and of.p < 1 - judged.confidence
    percent = f"{100 * judged.confidence:.0f} %"
    numbers = (
        f"gain in {judged.metric} {of.gain:+.4f}, {percent} interval [{low:+.4f}, {high:+.4f}], p = {of.p:.2g} "
        f"({judged.method}); asked for is a gain of more than {margin:g}, with significance"
    )
    if better:
        verdict = f"{version} takes the place of {champion}: {numbers}"
    else:
        verdict = f"{champion} stays the {CHAMPION}, {version} is registered: {numbers}"
    interval = (low, high) if of.interval else None
    return Promotion(version, champion, better, verdict, of.gain, interval, of.p if of.p == of.p else None)
