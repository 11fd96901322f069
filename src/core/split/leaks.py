"""What no split may do, whatever made it: let training see what it is tested on."""

from collections.abc import Callable

import numpy as np

from ...runtime.errors import AlertlabError
from .apart import KEY
from .objects import Mask, Objects
from .parts import UNUSED, Split


def check_leaks(split: Split, objects: Objects) -> None:
    """Hold a split to what it says that it keeps apart; that no object is in two parts its mapping holds already.

    Raises
    ------
    AlertlabError
        For a row to learn from at or after the date, or one to test on before it; a cell of the sky in two parts;
        a class in train or validation that is left out of them; or an object of which this cannot be told.
    """
    apart, part = split.made_by, split.of(objects.name)

    def refuse(bad: Mask, key: str, fault: Callable[[int], str]) -> None:
        if bad.any():
            row = int(np.argmax(bad))
            raise AlertlabError(
                f"{KEY}.{key}: {int(bad.sum())} objects leak, the first is {objects.name[row]} in {part[row]}: "
                f"{fault(row)}; a split has it in another part, or {UNUSED}"
            )

    used, tested = part != UNUSED, part == "test"
    before, after = objects.sides(apart.test_after)
    seen = "it is seen from MJD {:.5f} to {:.5f}"
    wrong = (used & ~tested & ~before) | (tested & ~after)
    refuse(wrong, "test_after", lambda row: seen.format(objects.first[row], objects.last[row]))
    refuse(used & (objects.cell < 0), "sky_nside", lambda row: "its place is unknown")
    _, code = np.unique(part, return_inverse=True)
    _, first, of = np.unique(objects.cell[used], return_index=True, return_inverse=True)
    owner = np.zeros(len(part), dtype=np.int64)
    owner[used] = np.flatnonzero(used)[first][of]  # the first object of each cell
    shared = used & (code != code[owner])
    refuse(
        shared,
        "sky_nside",
        lambda row: f"its cell {objects.cell[row]} is also that of {objects.name[owner[row]]} of {part[owner[row]]}",
    )
    refuse(used & ~tested & objects.left_out, "leave_out", lambda row: "its class is left out of training")
