"""What a split keeps apart beside objects: times, cells of the sky, classes."""

from dataclasses import dataclass

from ...door.words import text_of
from ...runtime.errors import AlertlabError
from ..given import listed

KEY = "datamodule.split"  # of the config
EACH = "each"  # of leave_out: one class after the other
NSIDES = tuple(2**order for order in range(30))  # of nested cells, whose numbers fit into 64 bits


@dataclass(frozen=True, kw_only=True)
class Apart:
    """What no part may share with another.

    Attributes
    ----------
    test_after : MJD; train and validation are seen only before it, test only from it on. None for no date.
    sky_nside : of HEALPix cells (nested, ICRS), each of which is in one part with all its objects; 0 for none.
    leave_out : classes that are in no part but test; ``each`` for one class after the other, see `turns_of`.
    leave_in : with ``each``, classes that are never left out.

    Raises
    ------
    AlertlabError
        For a value that cannot be.
    """

    test_after: float | None = None
    sky_nside: int = 0
    leave_out: tuple[str, ...] | str = ()
    leave_in: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        date, nside = self.test_after, self.sky_nside
        if isinstance(date, bool) or not isinstance(date, int | float | None):
            raise AlertlabError(f"{KEY}.test_after: {date!r} is no MJD; write days, such as 59000, or null")
        if isinstance(nside, bool) or not isinstance(nside, int) or nside not in (0, *NSIDES):
            raise AlertlabError(f"{KEY}.sky_nside: {nside!r} is no power of 2 up to 2**29, nor 0 for no cells")
        for name in ("leave_out", "leave_in"):
            if (given := getattr(self, name)) == EACH and name == "leave_out":
                continue
            classes = tuple(text_of(each) or str(each) for each in listed(given, f"{KEY}.{name}"))
            object.__setattr__(self, name, classes)  # 1 of YAML is the class "1"
        if self.leave_in and self.leave_out != EACH:
            raise AlertlabError(f"{KEY}.leave_in: is of {KEY}.leave_out={EACH} alone; name what is left out there")
