"""One metric of two runs: what decides whether one takes the place of the other."""

from dataclasses import dataclass

from omegaconf import DictConfig

from ...evaluation.comparison.difference import Difference
from ...runtime.errors import AlertlabError
from .runs import compare_sources


@dataclass(frozen=True)
class MetricDifference:
    """One metric of two runs on the same test samples.

    Attributes
    ----------
    metric : its name. names : of the two runs.
    difference : ``mean``, first minus second; ``gain``, by how much the first is better; ``interval``; two-sided ``p``.
    method : of interval and p-value.
    confidence : probability that the interval is made to cover; one less it is the level of significance.
    """

    metric: str
    names: tuple[str, ...]
    difference: Difference
    method: str
    confidence: float


def metric_difference(config: DictConfig, first: str, second: str, metric: str) -> MetricDifference:
    """One metric, first minus second, with interval and p-value.

    Parameters
    ----------
    config : composed from ``compare``: resamples, permutations, confidence, tracking.
    first, second : any sources of predictions: run ids, short ids, names, folders, tables.
    metric : as in ``differences.csv``: ``macro_recall``, ``recall/SNIa``, ``top/macro_f1``.

    Raises
    ------
    AlertlabError
        For sources that cannot be compared, or a metric that they do not have.
    """
    comparison = compare_sources(config, [first, second])[1]
    differences = comparison.pairs[0].differences
    if metric not in differences:
        raise AlertlabError(f"metric: {metric} is none of these runs; they have {', '.join(differences)}")
    return MetricDifference(metric, comparison.names, differences[metric], comparison.method, comparison.confidence)
