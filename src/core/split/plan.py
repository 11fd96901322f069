"""How to part objects: a config's plan, drawn or read, and held to what it promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...runtime.errors import AlertlabError
from ..samples import PARTS, Samples
from ..taxonomy import Taxonomy
from .apart import EACH, KEY, Apart
from .draw import draw, fold
from .leaks import check_leaks
from .objects import Integers, Mask, Objects, objects_of
from .parts import UNUSED, Split, read_parts
from .turns import Turn, lonely, turns_of


@dataclass(frozen=True)
class SplitPlan(Apart):
    """How to part objects, stratified by class.

    Attributes
    ----------
    validation, test : fractions of the objects; the rest trains. Without validation (0) a model that
        stops early, or fits a threshold, cannot be trained; a forest can. By a date, ``validation`` is a
        fraction of the objects before it, and all after it test.
    seed : of the drawing; repeat r draws anew with (seed, r).
    folds : k parts the objects into k folds, repeat r tests on fold r; 0 draws ``test`` at random.
    file : a table with object_id and part, instead of drawing: a published split.
    test_of : a repeat whose test part all repeats have, and draw but train and validation anew: what is chosen on
        their validation parts has not seen it. None for a test part each.
    test_after, sky_nside, leave_out, leave_in : see :class:`.apart.Apart`. What they keep from all parts is
        ``unused``: objects on both sides of the date; of left-out classes and by date and cells at once, those that
        would leak; with ``leave_out: each`` those of other branches than the class left out.

    Raises
    ------
    AlertlabError
        For fractions, folds or a seed that cannot be.
    """

    validation: float = 0.2
    test: float = 0.2
    seed: int = 0
    folds: int = 0
    file: str | None = None
    test_of: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("validation", "test"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
                raise AlertlabError(
                    f"{KEY}.{name}: {value!r} is no fraction of the objects; write a number from 0 to 1"
                )
        for name in ("seed", "folds"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 0:
                raise AlertlabError(f"{KEY}.{name}: {value!r} is not a whole number of 0 or more")
        of = self.test_of
        if of is not None and (isinstance(of, bool) or not isinstance(of, int) or of < 0):
            raise AlertlabError(f"{KEY}.test_of: {of!r} is no number of a repeat; write 0 for the first, or null")
        if self.folds == 1:
            raise AlertlabError(f"{KEY}.folds: 1 fold would train on nothing; 2 or more, or 0 to draw the test part")
        if self.folds and self._by_date_alone:
            raise AlertlabError(f"{KEY}.folds: a split by {KEY}.test_after has one test part; take folds=0")
        if self.leave_out == EACH and (not self.folds or self.file):
            given = f"{KEY}.file parts them once" if self.file else f"there are none; give {KEY}.folds=5"
            raise AlertlabError(f"{KEY}.leave_out: {EACH} tests on folds of the other classes, and {given}")

    @property
    def needs_places(self) -> bool:
        """Whether it goes by times or places of the samples."""
        return self.test_after is not None or self.sky_nside > 0

    @property
    def _by_date_alone(self) -> bool:
        return self.test_after is not None and not self.sky_nside

    def make(self, samples: Samples, repeat: int = 0) -> Split:
        """Part the objects of these samples.

        Raises
        ------
        AlertlabError
            For a class with too few objects, a part without one of the classes, a repeat beyond the folds,
            a split file that does not fit, times or places that are not there, or a leak.
        """
        of = repeat if self.test_of is None else self.test_of
        if self.leave_out != EACH:
            return self._make(samples, of, repeat, None)
        turns = self.turns(samples)
        if of >= len(turns):
            each = f"{len(turns) // self.folds} classes in turn, on {self.folds} folds each"
            raise AlertlabError(f"{KEY}.leave_out: {each}, have no repeat {of}; give repeats={len(turns)} or fewer")
        turn = turns[of]
        again = turn.fold if self.test_of is None else repeat
        split = replace(self, leave_out=turn.left_out, leave_in=())._make(samples, turn.fold, again, turn.company)
        few = ", ".join(lonely(_branches(samples)))
        told = f"{KEY}.leave_out: {few} in turn would leave fewer than two classes of their branch; passed over"
        return replace(split, told=told) if few else split

    def turns(self, samples: Samples) -> tuple[Turn, ...]:
        """What each repeat leaves out and tests on, where classes are left out and there are folds.

        Raises
        ------
        AlertlabError
            Where no class is left out, or there are no folds; or see `turns_of`.
        """
        if self.leave_out == EACH:
            return turns_of(samples.classes, _branches(samples), self.leave_in, self.folds)
        if not self.leave_out or not self.folds:
            lacking = "folds: there are none; give 5" if self.leave_out else f"leave_out: names no class; give {EACH}"
            raise AlertlabError(f"{KEY}.{lacking}")
        return tuple(Turn(tuple(self.leave_out), fold, samples.classes) for fold in range(self.folds))

    def _make(self, samples: Samples, test_of: int, repeat: int, company: tuple[str, ...] | None) -> Split:
        """A split of ``company``, all of which is drawn, so that folds are the same whichever class of it is left out.

        Without ``company`` all classes take part, and the left-out are not drawn.
        """
        strata, classes = samples.strata, samples.classes
        objects = objects_of(samples, strata, classes, self)
        among = np.ones(len(objects.name), dtype=bool)
        if company:
            among = objects.left_out | np.isin(objects.label, [classes.index(name) for name in company])
        drawn = among & (objects.cell >= 0) & (~objects.left_out | bool(company))
        taking = company or classes
        if self.file:
            parts = read_parts(Path(self.file), objects.name)
        else:
            found = self._draw(objects, drawn, classes, taking, test_of, repeat)
            parts = dict(zip(objects.name.tolist(), found, strict=True))
        split = Split(parts, self, self._told(parts, objects, among))
        check_leaks(split, objects)
        self._check_parts(split, samples, strata, classes, taking)
        return split

    def _draw(
        self, objects: Objects, drawn: Mask, classes: Sequence[str], taking: Sequence[str], test_of: int, repeat: int
    ) -> list[str]:
        cells = self.sky_nside > 0
        before, after = objects.sides(self.test_after)
        free = np.flatnonzero(drawn & (before | after))
        counted = [name for name in taking if name not in self.leave_out or drawn[objects.left_out].any()]
        if self._by_date_alone:
            self._check_date(objects, before, after)
            rest, test, share = free[before[free]], free[after[free]], 0.0
            self._check_counts(objects.holds[rest], classes, counted, 2 if self.validation else 1)
        else:
            self._check_counts(objects.holds[free], classes, counted, max(3 if self.validation else 2, self.folds))
            if self.folds:
                if test_of >= self.folds:
                    raise AlertlabError(f"{KEY}.folds: {self.folds} folds have no repeat {test_of}; lower repeats")
                rest, test = fold(objects, free, self.folds, self.seed, test_of, cells)
            else:
                rest, test = draw(objects, free, self.test, self.seed, test_of, "test", cells)
            share = 1 / self.folds if self.folds else self.test
        train, validation = rest, rest[:0]
        if self.validation:
            fraction = self.validation / (1 - share)
            train, validation = draw(objects, rest, fraction, self.seed, repeat, "validation", cells)
        part = np.full(len(objects.name), UNUSED, dtype=object)
        for name, rows in zip(PARTS, (train, validation, test), strict=True):
            part[rows] = name
        part[objects.left_out] = UNUSED
        # of a class left out, those test whose neighbours do
        part[objects.left_out & (np.isin(objects.cell, objects.cell[test]) | (not cells))] = "test"
        part[np.where(part == "test", ~after, ~before)] = UNUSED
        found: list[str] = part.tolist()
        return found

    def _told(self, parts: Mapping[str, str], objects: Objects, among: Mask) -> str:
        unused = among & np.array([parts[name] == UNUSED for name in objects.name.tolist()])
        if not unused.any():
            return ""
        before, after = objects.sides(self.test_after)
        both = int(np.sum(unused & ~before & ~after & np.isfinite(objects.first)))
        why = f", {both} of them since their rows lie on both sides of {KEY}.test_after" if both else ""
        return f"{KEY}: {int(unused.sum())} of {len(unused)} objects are in no part{why}"

    def _check_date(self, objects: Objects, before: Mask, after: Mask) -> None:
        for side, words in ((before, "before"), (after, "at or after")):
            if not side.any():
                seen = f"they are seen from MJD {np.nanmin(objects.first):.2f} to {np.nanmax(objects.last):.2f}"
                raise AlertlabError(f"{KEY}.test_after: no object is seen only {words} MJD {self.test_after}; {seen}")

    def _check_counts(self, holds: Mask, classes: Sequence[str], counted: Sequence[str], least: int) -> None:
        counts = {name: int(holds[:, classes.index(name)].sum()) for name in counted}
        few = {name: count for name, count in counts.items() if count < least}
        if few:
            from ...config.typed import mapped  # here: Hydra is for those who train, and for remedies

            where = f" before MJD {self.test_after}" if self._by_date_alone else ""
            raise AlertlabError(
                f"too few objects to split{where}: {', '.join(f'{name} has {count}' for name, count in few.items())}, "
                f"each class needs {least}. Add data, or take the class out of datamodule.classes "
                f"and leave its rows out ({mapped('datamodule.label_map', dict.fromkeys(few, 'null'))})"
            )

    def _check_parts(
        self, split: Split, samples: Samples, strata: Integers, classes: Sequence[str], taking: Sequence[str]
    ) -> None:
        for part in PARTS:
            there = strata[split.rows(samples, part)]
            if part == "validation" and not len(there):
                continue
            empty = [name for name in taking if not np.any(there == classes.index(name))]
            if part != "test":
                empty = [name for name in empty if name not in self.leave_out]
            if empty or not len(there):
                missing = ", ".join(empty) or "object"
                raise AlertlabError(f"the {part} part of the split has no {missing}. {self._remedy}")

    @property
    def _remedy(self) -> str:
        if self.file:
            return f"{KEY}.file, {self.file}, is to put objects of each class there"
        if self.test_after is not None:
            return f"Take another {KEY}.test_after, or add data"
        if self.sky_nside:
            return f"Take smaller cells, of a larger {KEY}.sky_nside, another {KEY}.seed, or add data"
        return f"Enlarge {KEY}.validation or {KEY}.test, or add data"


def _branches(samples: Samples) -> Mapping[str, Sequence[str]]:
    return samples.names.branches if isinstance(samples.names, Taxonomy) else {}
