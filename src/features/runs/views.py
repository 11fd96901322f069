"""What of a light curve a feature is computed from: some of its bands, in magnitudes or as they are."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..brightness import MICROJANSKY, to_flux_errors, to_fluxes
from ..feature import FLUXES
from ..lightcurves import LightCurves, Limits, offsets_of
from ..sets import MAGNITUDE, Feature, FeatureSet, Scope

Numbered = list[tuple[int, Feature]]


def views(curves: LightCurves, features: FeatureSet) -> Iterator[tuple[LightCurves, Numbered]]:
    """Each view that the features need, with the places and features that are computed from it.

    Bands of a view are numbered as its scope has them. Where the features take light curves as they are and these are
    fluxes, ``magnitude`` and ``error`` of the view are fluxes. Kernels that take fluxes find them, of magnitudes too.
    """
    groups: dict[tuple[Scope, bool], Numbered] = {}
    for place, feature in enumerate(features.features):
        fluxes = curves.in_flux and feature.scope.own and feature.kernel.on != MAGNITUDE
        groups.setdefault((feature.scope, fluxes), []).append((place, feature))
    for (scope, fluxes), numbered in groups.items():
        seen = _of_bands(curves, scope.bands, fluxes)
        if any(set(FLUXES) & set(each.kernel.inputs) for _, each in numbered):
            seen = _with_fluxes(seen)
        yield (_as_fluxes(seen) if fluxes else seen), numbered


def _of_bands(curves: LightCurves, bands: tuple[str, ...], fluxes: bool) -> LightCurves:
    """Detections in these bands, numbered by them; unless as fluxes, those alone that have a magnitude."""
    place = np.array([bands.index(name) + 1 if name in bands else 0 for name in curves.bands], dtype=np.int64)
    if np.array_equal(place, np.arange(1, len(place) + 1)) and (fluxes or not curves.in_flux):
        return replace(curves, bands=bands)
    number = place[curves.band - 1]
    rows = number > 0
    if curves.in_flux and not fluxes:
        rows &= np.isfinite(curves.detections["magnitude"])
    code = np.repeat(np.arange(len(curves)), np.diff(curves.offsets))
    kept = np.flatnonzero(rows)
    kept = kept[np.lexsort((kept, number[kept], code[kept]))]
    limits = curves.limits
    if limits is not None:
        of = np.repeat(np.arange(len(curves)), np.diff(limits.offsets))
        numbers = place[limits.band - 1]
        use = np.flatnonzero(numbers > 0)
        use = use[np.lexsort((use, numbers[use], of[use]))]
        limits = Limits(offsets_of(of[use], len(curves)), limits.time[use], numbers[use], limits.magnitude[use])
    return replace(
        curves,
        offsets=offsets_of(code[kept], len(curves)),
        band=number[kept],
        detections={name: values[kept] for name, values in curves.detections.items()},
        limits=limits,
        bands=bands,
    )


def _with_fluxes(curves: LightCurves) -> LightCurves:
    """With all four of :data:`~..feature.FLUXES`: those of the difference image have its sign."""
    known = dict(curves.detections)
    if "flux" not in known:
        known["flux"] = to_fluxes(known["magnitude"], MICROJANSKY)
        known["flux_error"] = to_flux_errors(known["error"], known["magnitude"], MICROJANSKY)
        sign = np.where(known["positive"] < 0, -1.0, 1.0) if "positive" in known else 1.0
        known["difference_flux"] = sign * to_fluxes(known["difference"], MICROJANSKY)
        known["difference_flux_error"] = to_flux_errors(known["difference_error"], known["difference"], MICROJANSKY)
    for name in ("flux", "flux_error"):
        known.setdefault(f"difference_{name}", known[name])
    return replace(curves, detections=known)


def _as_fluxes(curves: LightCurves) -> LightCurves:
    known = dict(curves.detections)
    return replace(curves, detections=known | {"magnitude": known["flux"], "error": known["flux_error"]})
