"""Light curves to feature columns: ``extract(lightcurves, features="alerce152")``."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # numba and pyarrow are imported by the first call
    import pyarrow as pa

    from .tables.clean import Rules
    from .tables.columns import Columns


def extract(
    lightcurves: Any,
    features: "str | Sequence[str]" = "alerce152",
    *,
    non_detections: Any = None,
    columns: "Columns | Mapping[str, Any] | None" = None,
    rules: "Rules | None" = None,
) -> "pa.Table":
    """Features of light curves that are in memory.

    Parameters
    ----------
    lightcurves : Arrow or astropy table, pandas frame, structured array, or a mapping of names to arrays. One row a
        detection, in any order, or one row an object with lists.
    features : name of a set, such as ``alerce152`` or ``all_bands``, or names of several.
    non_detections : upper limits, in one of the same forms.
    columns : which column is which quantity, as ``conf/columns`` has it; None takes the quantities' own names
        (``object_id``, ``time``, ``magnitude``, ...) or, where there is a column ``oid``, ALeRCE's.
    rules : of the cleaning.

    Returns
    -------
    Table with ``object_id``, in order, the number of clean ``detections`` and the ``days`` they span, then a float64
    column a feature, NaN where it is undefined. The metadata of its schema name the set, and under
    ``alertlab.features.left_out`` and ``alertlab.features.dropped`` hold what the cleaning left out (object -> reason)
    and dropped (reason -> detections), as JSON.

    Warns
    -----
    UserWarning
        When objects were left out.

    Raises
    ------
    AlertlabError
        For a column that is missing or does not hold what it should.
    """
    from .memory import features_of

    return features_of(lightcurves, features, non_detections, columns, rules)


__all__ = ["extract"]
