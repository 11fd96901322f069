"""Classify alerts or light curves with a bundle: everything found ends in one of two tables."""

from collections.abc import Sequence
from pathlib import Path

from ... import runtime
from ...door.place import keep_apart, look
from ...runtime.errors import AlertlabError
from .alerts import predict_alerts
from .result import PredictResult

__all__ = ["PredictResult", "predict"]


def predict(
    bundle: Path,
    path: Path,
    out: Path,
    strict: bool = False,
    *,
    non_detections: Path | None = None,
    overrides: Sequence[str] = (),
) -> PredictResult:
    """Classify everything at a path; what cannot be used goes to ``<out>.rejected.parquet``.

    Parameters
    ----------
    bundle : folder or zip that takes stamps and, perhaps, metadata; or features of light curves.
    path : alerts, as :func:`alertlab.alerts.read_alerts` reads them, or light curves, see
        :func:`~.light_curves.predict_light_curves`.
    out : Parquet file of predictions.
    strict : stop at the first alert that cannot be used; nothing is written then.
    non_detections, overrides : of light curves; overrides of ``conf/features.yaml``, such as ``columns=bts``.

    Raises
    ------
    AlertlabError
        For a bundle that is damaged or takes other inputs, nothing to classify
        at ``path``, or a rejected alert when strict.
    """
    loaded, found = runtime.load(bundle), look(path)
    keep_apart(out, found)
    if [spec.name for spec in loaded.inputs] == ["features"]:
        from .light_curves import predict_light_curves  # here: alerts need neither numba nor hydra

        limits = None if non_detections is None else look(non_detections)
        keep_apart(out, limits)
        return predict_light_curves(loaded, overrides, found, limits, out, strict)
    if non_detections is not None or overrides:
        given = "--non-detections" if non_detections is not None else overrides[0]
        raise AlertlabError(f"{given}: is for light curves, {bundle} takes alerts; leave it out")
    unknown = {spec.name for spec in loaded.inputs} - {"stamp", "metadata"}
    if unknown:
        raise AlertlabError(f"{bundle}: takes {', '.join(sorted(unknown))}, which alert packets do not give")
    return predict_alerts(loaded, found, out, strict)
