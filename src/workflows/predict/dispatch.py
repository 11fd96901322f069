"""Answer for alerts, light curves or rows with a bundle: everything found ends in one of two tables."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ... import runtime
from ...core.curve_columns import CURVE
from ...core.progress import notice
from ...door.place import Found, Kind, keep_apart, look
from ...runtime.errors import AlertlabError, BundleError
from ...runtime.tasks.classification import limits_of
from .alerts import predict_alerts
from .expected import expected_counts, set_sizes
from .result import PredictResult
from .rows import predict_rows

CATALOGUE = "catalogue"  # in the recipe of the inputs
IMAGE = "image"  # input


def predict(
    bundle: Path,
    path: Path,
    out: Path,
    strict: bool = False,
    *,
    coverage: float | None = None,
    by_class: bool = False,
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
        one that takes their features or their points; a catalogue, see :func:`~.catalogue.predict_catalogue`, for one
        that was trained on a catalogue; images, see :func:`~.images.predict_images`, for one that takes images; or, for
        any bundle, rows that lie ready, see :func:`~.rows.predict_rows`.
    out : Parquet file of predictions.
    strict : stop at the first alert that cannot be used; nothing is written then.
    coverage, by_class : add the set of classes of each row, see :meth:`alertlab.runtime.Bundle.with_sets`.
    non_detections, overrides : of light curves; overrides of ``conf/features.yaml``, such as ``columns=bts``, in the
        place of what the bundle remembers; of images the columns of their file, such as ``columns.image=image_jpeg``.
    folders, allowed : of configs and packages of one's own, see :func:`alertlab.config.compose`.

    Raises
    ------
    AlertlabError
        For a bundle that is damaged or takes other inputs, nothing to classify
        at ``path``, or a rejected alert when strict.
    """
    loaded = runtime.load(bundle)
    found = _images(loaded, path, overrides) or look(path)
    if coverage is not None:
        loaded = with_sets(loaded, bundle, coverage, by_class)
    keep_apart(out, found)
    made = _predicted(loaded, bundle, found, out, strict, non_detections, overrides, folders, allowed)
    return replace(made, expected=expected_counts(out, loaded.classes), set_sizes=set_sizes(out))


def with_sets(loaded: runtime.Bundle, bundle: Path, coverage: float, by_class: bool) -> runtime.Bundle:
    """The bundle with sets; classes that are in every set, for want of objects, are said."""
    try:
        asked = loaded.with_sets(coverage, by_class)
    except BundleError as error:
        raise AlertlabError(f"--coverage: {bundle}: {error}") from error
    limits = limits_of(asked.manifest.answers)
    if limits and limits.few:
        notice(f"--coverage {coverage:g}: in every set, for held-out objects are too few: {', '.join(limits.few)}")
    return asked


def _predicted(
    loaded: runtime.Bundle,
    bundle: Path,
    found: Found,
    out: Path,
    strict: bool,
    non_detections: Path | None,
    overrides: Sequence[str],
    folders: Sequence[Path],
    allowed: Sequence[str],
) -> PredictResult:
    """By the kind of inputs that the bundle takes, and of what lies at the path."""
    names = {spec.name for spec in loaded.inputs}
    made = loaded.inputs[0].feature_set
    if found.kind is Kind.IMAGES:
        from .images import predict_images  # here: alerts need no torch

        return predict_images(loaded, found, overrides, out, strict)
    if names == {"features"} and made is not None and CATALOGUE in made.recipe and found.kind is not Kind.ARRAYS:
        from .catalogue import predict_catalogue  # here: alerts need no trees of the sky

        _refuse(non_detections, overrides, bundle)
        return predict_catalogue(loaded, found, out, strict)
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
    _refuse(non_detections, overrides, bundle)
    if found.kind is Kind.ARRAYS or names - {"stamp", "metadata"}:
        return predict_rows(loaded, found, out, strict)
    return predict_alerts(loaded, found, out, strict)


def _images(loaded: runtime.Bundle, path: Path, overrides: Sequence[str]) -> Found | None:
    """Images, for a bundle that takes nothing else."""
    if {spec.name for spec in loaded.inputs} != {IMAGE}:
        return None
    from .images import image_files  # likewise

    return image_files(loaded, path, overrides)


def _refuse(non_detections: Path | None, overrides: Sequence[str], bundle: Path) -> None:
    if non_detections is not None or overrides:
        given = "--non-detections" if non_detections is not None else overrides[0]
        raise AlertlabError(f"{given}: is for light curves, and {bundle} takes other inputs; leave it out")
