"""Do several runs differ at all, and which of them: Friedman's test of their ranks, and Nemenyi's of each pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .direction import direction
from .pairing import Paired

Floats = NDArray[np.float64]
ENOUGH = 5  # repeats, to be the blocks that runs are ranked in; else folds of the objects are
FOLDS, OBJECTS = 10, 5  # folds of a test part, and the objects that each has at least
REPEATS, OF_OBJECTS = "repeats", "folds of the test objects"


@dataclass(frozen=True)
class Ranking:
    """One metric of several runs, ranked in blocks (Demšar 2006, JMLR 7, 1; :math:`k` runs in :math:`n` blocks).

    Attributes
    ----------
    metric : its name. blocks : what a block is. values : (n, k) of each block and run.
    mean_rank : (k,) 1 is best; equal values share a rank.
    chi2, p : Friedman's statistic and p-value, of no difference between any of the runs.
    nemenyi : (k, k) p-values of pairs, which hold for all of them together.
    critical : the difference of mean ranks that is significant.
    """

    metric: str
    blocks: str
    values: Floats
    mean_rank: Floats
    chi2: float
    p: float
    nemenyi: Floats
    critical: float


def rankings(paired: Paired, level: float, seed: int = 0) -> dict[str, Ranking]:
    """Metric of the whole -> ranking of the runs; empty of fewer than three runs, or too few objects.

    Blocks are the repeats where there are enough of them, for in each the runs are trained anew. Else they are folds
    of the test objects, which share none: what is tested then is these trainings, on other objects. Classes are no
    blocks: a run may be better on each that others are worse on, which is no chance.

    Parameters
    ----------
    level : of significance, of the critical difference.
    """
    if len(paired.names) < 3:
        return {}
    if len(paired.repeats) >= ENOUGH:
        return _ranked([_scores(paired, rows) for rows in paired.repeats.values()], REPEATS, level)
    folds = min(FOLDS, paired.objects // OBJECTS)
    if folds < ENOUGH:
        return {}
    number = next(iter(paired.repeats))  # of several repeats the first: others have objects of its folds in common
    fold = folds_of(paired.repeats[number][0], folds, seed)
    parts = [[rows.take(fold == place) for rows in paired.repeats[number]] for place in range(folds)]
    return _ranked([_scores(paired, part) for part in parts], OF_OBJECTS, level)


def _scores(paired: Paired, rows: Sequence[Any]) -> list[dict[str, float]]:
    """Of each run, of the whole."""
    return [
        {
            prefix + name: value
            for prefix, level in paired.task.levels(each).items()
            for name, value in paired.scores(prefix, level).items()
            if "/" not in name
        }
        for each in rows
    ]


def folds_of(rows: Any, folds: int, seed: int) -> NDArray[np.int64]:
    """(n,) fold of each row, by its object; classes are dealt evenly."""
    names, first, owner = np.unique(rows.object_id, return_index=True, return_inverse=True)
    shuffled = np.random.default_rng([seed, 3]).permutation(len(names))
    kinds = getattr(rows, "target", np.zeros(len(rows), np.int64))[first][shuffled]
    fold = np.empty(len(names), np.int64)
    fold[shuffled[np.argsort(kinds, kind="stable")]] = np.arange(len(names)) % folds
    return np.asarray(fold[owner])


def _ranked(blocks: Sequence[Sequence[Mapping[str, float]]], what: str, level: float) -> dict[str, Ranking]:
    found = {}
    for metric in blocks[0][0]:
        values = np.array([[run.get(metric, np.nan) for run in block] for block in blocks])
        if direction(metric) and np.isfinite(values).all():
            found[metric] = ranking(metric, what, values, level)
    return found


def ranking(metric: str, blocks: str, values: Floats, level: float) -> Ranking:
    """Friedman's test, scipy's, and Nemenyi's, that of scikit-posthocs.

    Parameters
    ----------
    metric : says whether more is better. blocks : what they are. values : (n, k) of each block and run.
    level : of significance, of the critical difference.
    """
    import scikit_posthocs  # here: with pandas and statsmodels it takes seconds
    from scipy.stats import friedmanchisquare, rankdata, studentized_range

    n, k = values.shape
    ranks = rankdata(-direction(metric) * values, axis=1)
    if (values == values[:, :1]).all():  # no rank differs, which scipy divides by
        chi2, p, nemenyi = 0.0, 1.0, np.ones((k, k))
    else:
        chi2, p = (float(each) for each in friedmanchisquare(*values.T))
        nemenyi = scikit_posthocs.posthoc_nemenyi_friedman(ranks).to_numpy(np.float64)
    critical = float(studentized_range.ppf(1 - level, k, np.inf) / np.sqrt(2) * np.sqrt(k * (k + 1) / (6 * n)))
    return Ranking(metric, blocks, values, ranks.mean(axis=0), chi2, p, nemenyi, critical)
