"""Answer for alerts, light curves or rows with a bundle: everything found ends in one of two tables."""

from collections.abc import Sequence
from pathlib import Path

from ... import runtime
from ...core.curve_columns import CURVE
from ...door.place import Kind, keep_apart, look
from ...runtime.errors import AlertlabError
from .alerts import predict_alerts
from .result import PredictResult
from .rows import predict_rows


def predict(
    bundle: Path,
    path: Path,
    out: Path,
    strict: bool = False,
    *,
    non_detections: Path | None = None,
    overrides: Sequence[str] = (),
    folders: Sequence[Path] = (),
    allowed: Sequence[str] = (),
) -> PredictResult:
    """Classify everything at a path; what cannot be used goes to ``<out>.rejected.parquet``.

    Parameters
    ----------
    bundle : folder or zip.
    path : alerts, as :func:`alertlab.alerts.read_alerts` reads them, for a bundle that takes stamps and, perhaps,
        metadata; light curves, see :func:`~.light_curves.predict_light_curves` and :func:`~.curves.predict_curves`, for
        one that takes their features or their points; or, for any bundle, rows that lie ready, see
        :func:`~.rows.predict_rows`.
    out : Parquet file of predictions.
    strict : stop at the first alert that cannot be used; nothing is written then.
    non_detections, overrides : of light curves; overrides of ``conf/features.yaml``, such as ``columns=bts``, in the
        place of what the bundle remembers.
    folders, allowed : of configs and packages of one's own, see :func:`alertlab.config.compose`.

    Raises
    ------
    AlertlabError
        For a bundle that is damaged or takes other inputs, nothing to classify
        at ``path``, or a rejected alert when strict.
    """
    loaded, found = runtime.load(bundle), look(path)
    keep_apart(out, found)
    names = {spec.name for spec in loaded.inputs}
    computed = names == {"features"} and loaded.inputs[0].feature_set is not None
    if computed and found.kind is not Kind.ARRAYS:
        from .light_curves import predict_light_curves  # here: alerts need neither numba nor hydra

        limits = None if non_detections is None else look(non_detections)
        keep_apart(out, limits)
        return predict_light_curves(loaded, overrides, found, limits, out, strict, folders, allowed)
    curves = names == {CURVE} and loaded.inputs[0].feature_set is not None
    if curves and found.kind is not Kind.ARRAYS and non_detections is None:
        from .curves import predict_curves  # likewise

        return predict_curves(loaded, overrides, found, out, strict, folders, allowed)
    if non_detections is not None or overrides:
        given = "--non-detections" if non_detections is not None else overrides[0]
        raise AlertlabError(f"{given}: is for light curves, and {bundle} takes other inputs; leave it out")
    if found.kind is Kind.ARRAYS or names - {"stamp", "metadata"}:
        return predict_rows(loaded, found, out, strict)
    return predict_alerts(loaded, found, out, strict)
