"""Drawing of a part: objects by class, or whole cells of the sky."""

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from ...runtime.errors import AlertlabError
from ..samples import PARTS
from .apart import KEY
from .objects import Integers, Objects

ORDERS = 20  # of the cells, the best of which is taken: few enough for repeats to differ


def fold(
    objects: Objects, rows: Integers, folds: int, seed: int, repeat: int, cells: bool
) -> tuple[Integers, Integers]:
    """(rest, fold number ``repeat``) of these objects, classes in proportion; of ``cells``, as far as whole ones go."""
    kind = StratifiedGroupKFold if cells else StratifiedKFold
    groups = objects.cell[rows] if cells else None
    parted = kind(folds, shuffle=True, random_state=seed).split(rows, objects.label[rows], groups)
    rest, drawn = list(parted)[repeat]
    return rows[rest], rows[drawn]


def draw(
    objects: Objects, rows: Integers, fraction: float, seed: int, repeat: int, part: str, cells: bool
) -> tuple[Integers, Integers]:
    """(rest, drawn) of these objects, likewise; what is drawn follows from seed, repeat and part."""
    if not 0 < fraction < 1:
        raise AlertlabError(f"{KEY}.{part}: the fraction must leave objects on both sides, not {fraction:.3g}")
    random = np.random.default_rng([seed, repeat, PARTS.index(part)])
    if cells:
        return _whole_cells(objects, rows, fraction, random)
    state = int(random.integers(2**31))
    try:
        rest, drawn = train_test_split(rows, test_size=fraction, stratify=objects.label[rows], random_state=state)
    except ValueError as error:
        raise AlertlabError(f"{KEY}.{part}: {fraction:.3g} of {len(rows)} objects cannot be drawn ({error})") from error
    return np.sort(rest), np.sort(drawn)


def _whole_cells(
    objects: Objects, rows: Integers, fraction: float, random: np.random.Generator
) -> tuple[Integers, Integers]:
    """The first so many cells of a random order that hold the fraction of all objects and of each class most nearly.

    scikit-learn's splitters of groups draw a fraction of the groups, which is none of the objects where some cells
    hold many; or do not draw, but for ties.
    """
    cells, of = np.unique(objects.cell[rows], return_inverse=True)
    if len(cells) < 2:
        raise AlertlabError(f"{KEY}.sky_nside: one cell holds all {len(rows)} objects to part; take a larger nside")
    classes, label = np.unique(objects.label[rows], return_inverse=True)
    counts = np.zeros((len(cells), len(classes)))
    np.add.at(counts, (of, label), 1)
    counts = np.column_stack([counts, counts.sum(axis=1)])
    weights = np.append(np.full(len(classes), 1 / len(classes)), 1)
    least, best = np.inf, cells[:0]
    for _ in range(ORDERS):
        order = random.permutation(len(cells))
        share = counts[order].cumsum(axis=0)[:-1] / counts.sum(axis=0)  # of each class, in the first 1, 2, ... cells
        misses = np.abs(share - fraction) @ weights
        if misses.min() < least:
            least, best = misses.min(), order[: misses.argmin() + 1]
    drawn = np.isin(of, best)
    return rows[~drawn], rows[drawn]
