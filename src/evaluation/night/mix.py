"""The class mix of a night: shares of classes, perhaps by magnitude, and the weights that make a labelled part one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ClassPredictions
from ...runtime.errors import AlertlabError
from ..rows import Weight

KEY = "evaluation.priors"


@dataclass(frozen=True)
class Mix:
    """Shares of classes.

    Attributes
    ----------
    name : what it is called, ``ztf_night``.
    share : class -> (b,) its share of all alerts in each bin, not negative; all together 1.
    alerts : how many there are a night; None where that is not said.
    fact : that the bins are of, such as ``magnitude``; "" where shares are of classes alone, b = 1.
    edges : (b + 1,) of the bins, rising; a bin holds its lower edge.
    """

    name: str
    share: Mapping[str, tuple[float, ...]]
    alerts: float | None = None
    fact: str = ""
    edges: tuple[float, ...] = ()

    def of_class(self, name: str) -> float:
        """Share of a class in all bins together."""
        return sum(self.share[name])

    def of(self, classes: Sequence[str], renamed: Mapping[str, str | None] | None = None) -> "Mix":
        """The same for a taxonomy: a share for each of its classes, and for no other.

        Parameters
        ----------
        classes : of the taxonomy.
        renamed : class of the mix -> class of the taxonomy, of which several add up; None leaves it out,
            and the others make up the whole.

        Raises
        ------
        AlertlabError
            For classes that only one of the two has, named.
        """
        renamed = renamed or {}
        if unknown := [name for name in renamed if name not in self.share]:
            raise AlertlabError(f"{KEY}_map: {self.name} has no class {', '.join(unknown)}")
        bins = len(next(iter(self.share.values())))
        found: dict[str, NDArray[np.float64]] = {}
        for name, share in self.share.items():
            target = renamed.get(name, name)
            if target is not None:
                found[target] = found.get(target, np.zeros(bins)) + np.array(share)
        here, there = [name for name in classes if name not in found], [name for name in found if name not in classes]
        if here or there:
            told = [f"no share for {', '.join(here)}"] if here else []
            told += [f"shares for {', '.join(there)}, which the predictions lack"] if there else []
            raise AlertlabError(
                f"{KEY}: {self.name} has {' and '.join(told)}; say which class is which by "
                f"'{KEY}_map={{THEIRS: OURS}}' (null leaves one out), or give the shares of your classes "
                "(0 for one that a night does not hold)"
            )
        total = sum(float(each.sum()) for each in found.values())
        if total <= 0:
            raise AlertlabError(f"{KEY}: {self.name} leaves no share to any class")
        shares = {name: tuple((found[name] / total).tolist()) for name in classes}
        return replace(self, share=shares, alerts=None if self.alerts is None else self.alerts * total)

    def cells(self, rows: ClassPredictions) -> NDArray[np.int64]:
        """(n,) class times the number of bins plus the bin of each labelled row; -1 outside of all bins.

        Raises
        ------
        AlertlabError
            Where the rows lack the fact of the bins.
        """
        if not self.fact:
            return rows.target
        if self.fact not in rows.facts:
            known = ", ".join(rows.facts) or "none"
            raise AlertlabError(
                f"{KEY}: {self.name} is by {self.fact}, a fact that the predictions lack (they have {known}); "
                f"give a column fact_{self.fact}, or shares of classes alone"
            )
        values = rows.facts[self.fact]
        bins = len(self.edges) - 1
        place = np.digitize(values, self.edges) - 1
        inside = np.isfinite(values) & (place >= 0) & (place < bins)
        return np.where(inside, rows.target * bins + place, -1)

    def shares(self, classes: Sequence[str]) -> NDArray[np.float64]:
        """(k * b,) share of each cell."""
        return np.array([self.share[name] for name in classes]).ravel()

    def weights(self, rows: ClassPredictions, often: Weight = None) -> NDArray[np.float64]:
        """(n,) weights that make labelled rows of one repeat a night; they sum to 1.

        Each cell weighs its share, however many rows it has. A cell without rows is missing from the night, and
        a row outside of all bins weighs 0.

        Parameters
        ----------
        often : (n,) how often each row counts, of a resample.
        """
        cell, share = self.cells(rows), self.shares(rows.classes)
        once = np.ones(len(rows)) if often is None else often.astype(np.float64)
        once = np.where(cell >= 0, once, 0.0)
        count = np.bincount(np.maximum(cell, 0), once, len(share))
        weight: NDArray[np.float64] = once * (share / np.where(count > 0, count, 1))[np.maximum(cell, 0)]
        total = weight.sum()
        if total <= 0:
            raise AlertlabError(f"{KEY}: no labelled row is of a class and bin that {self.name} has a share of")
        night: NDArray[np.float64] = weight / total
        return night

    def missing(self, rows: ClassPredictions) -> dict[str, float]:
        """Class -> its share of the night in cells that no row is of; those without are left out."""
        cell, bins = self.cells(rows), max(len(self.edges) - 1, 1)
        held = np.bincount(cell[cell >= 0], minlength=len(rows.classes) * bins) > 0
        lost = np.where(held, 0.0, self.shares(rows.classes)).reshape(-1, bins).sum(axis=1)
        return {name: float(of) for name, of in zip(rows.classes, lost, strict=True) if of > 0}
