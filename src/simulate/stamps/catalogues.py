"""What reference catalogues say of a candidate's surroundings: PanSTARRS, Gaia, ZTF's own reference."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from .scene import FAINTEST, Scene
from .sky import GAIN, SCALE, pixel_noise

Array = NDArray[np.floating]

ABSENT = -999.0  # ZTF's sentinel for "no such source"
DETECTED = 22.4  # mag, as faint as PanSTARRS lists most sources
CIRCLE = 30.0  # arcsec, the reach of the PanSTARRS match
BANDS = {"sgmag": 0.5, "srmag": 0.0, "simag": -0.2, "szmag": -0.35}  # typical colours against r [mag]


Catalogue = tuple[Array, Array, Array, Array, Array]


def catalogue(scene: Scene) -> Catalogue:
    """Everything around the object: x, y [px], magnitude, score, extent [px]; nearest first."""
    s, galaxies = scene.sources, scene.galaxies
    resolved = np.array([(each.x, each.y, each.magnitude, each.radius) for each in galaxies]).reshape(-1, 4).T
    x, y, magnitude, extent = np.concatenate([(s.x, s.y, s.magnitude, s.extent), resolved], axis=1)
    score = np.concatenate([s.score, scene.scores])
    order = np.argsort(np.hypot(x, y))
    if scene.portrait.point is not None and scene.portrait.host is not None:
        # A catalogue has one entry for nucleus and galaxy: its light is the sum, its score the brighter one's.
        host = s.x.size
        point_share = 1 / (1 + 10 ** (0.4 * (magnitude[0] - magnitude[host])))
        magnitude[0] += 2.5 * np.log10(point_share)
        score[0] = score[0] if point_share > 0.5 else score[host]
        extent[0] = extent[host] * (1 - point_share) ** 2
        order = order[order != host]
    return x[order], y[order], magnitude[order], score[order], extent[order]


def panstarrs(rng: np.random.Generator, scene: Scene, sources: Catalogue) -> dict[str, Any]:
    """The three nearest sources within 30 arcsec, -999 where there are fewer, and their number."""
    x, y, magnitude, score, _ = sources
    deep = magnitude < DETECTED
    x, y, magnitude, score = x[deep], y[deep], magnitude[deep], score[deep]
    distance = np.hypot(x, y) * SCALE
    fields: dict[str, Any] = {"nmtchps": int((distance < CIRCLE).sum())}
    scatter = 0.15 * 10 ** rng.normal(0, 0.2)  # arcsec, of the position of either catalogue, and proper motion
    shifts, colours, luck = rng.normal(0, scatter, (3, 2)), rng.normal(1, 0.4, 3), rng.random((3, len(BANDS))).tolist()
    near = min(int((distance[:3] < CIRCLE).sum()), 3)
    apart = np.hypot(distance[:near] + shifts[:near, 0], shifts[:near, 1]).tolist()
    for at, rank in enumerate((1, 2, 3)):
        found = at < near
        fields[f"sgscore{rank}"] = float(score[at]) if found else ABSENT
        fields[f"distpsnr{rank}"] = apart[at] if found else ABSENT
        for (band, tint), lucky in zip(BANDS.items(), luck[at], strict=True):
            value = float(magnitude[at] + tint * colours[at]) if found else ABSENT
            missed = 0.02 + 0.3 * min(max((value - 20.5) / 1.5, 0.0), 1.0)  # the fainter, the more often
            fields[f"{band}{rank}"] = value if value < DETECTED and lucky > missed else ABSENT
        # PanSTARRS' own scheme: 1e13 * zone of declination + right ascension in 1e-6 deg
        zone = int((scene.dec + 90) * 120)
        fields[f"objectidps{rank}"] = zone * 10**13 + int(scene.ra * 1e6) * 10**4 + rank if found else None
    return fields


def reference(
    rng: np.random.Generator, scene: Scene, sources: Catalogue, sky: float, zero_point: float, seeing: float
) -> dict[str, Any]:
    """Nearest source of ZTF's reference image: ``distnr`` [px], ``magnr``, ``chinr``, ``sharpnr``, its place."""
    x, y, magnitude, _, extent = sources
    if not x.size:
        x, y, magnitude, extent = np.array([9.0]), np.array([9.0]), np.array([FAINTEST]), np.zeros(1)
    dx, dy = (float(at[0] + rng.normal(0, 0.15)) for at in (x, y))
    flux = 10 ** (-0.4 * (magnitude[0] - zero_point))
    error = np.sqrt(20 * pixel_noise(0.0, sky) ** 2 / 15 + flux / GAIN / 15) / flux
    resolved = float(extent[0]) / seeing
    faint = min(max((float(magnitude[0]) - 20.5) / 2, 0.0), 1.0)  # then noise makes it look sharp
    return {
        "distnr": float(np.hypot(dx, dy)),
        "magnr": float(magnitude[0] + rng.normal(0, min(error, 0.4))),
        "sigmagnr": float(1.0857 * min(error, 0.4) + 0.01),
        "chinr": float(0.7 * 10 ** rng.normal(0, 0.2) + 2.0 * min(resolved, 1.5) * max(0.0, 21 - magnitude[0]) / 3),
        "sharpnr": float(rng.normal(-0.02 - 0.25 * faint, 0.03 + 0.2 * faint) + 0.35 * min(resolved, 2) * (1 - faint)),
        "ranr": (scene.ra + dx * SCALE / 3600 / np.cos(np.deg2rad(scene.dec))) % 360,
        "decnr": scene.dec + dy * SCALE / 3600,
    }


def gaia(rng: np.random.Generator, scene: Scene) -> dict[str, Any]:
    """Nearest Gaia source, of any magnitude and brighter than 14: distance [arcsec] and G [mag]."""
    s = scene.sources
    fields: dict[str, Any] = {}
    # Beyond the stamp a source is drawn from the sky's mean density, within Gaia's 90 arcsec.
    for suffix, faintest, beyond in (("", 20.5, 0.97), ("bright", 14.0, 0.25)):
        seen = np.flatnonzero((s.magnitude < faintest) & s.star)
        distance, magnitude = ABSENT, ABSENT
        if seen.size:
            nearest = seen[np.argmin(np.hypot(s.x[seen], s.y[seen]))]
            distance = abs(float(np.hypot(s.x[nearest], s.y[nearest])) * SCALE + rng.normal(0, 0.1))
            magnitude = float(s.magnitude[nearest])
        elif rng.random() < beyond:
            distance, magnitude = rng.uniform(32, 89), max(9.0, faintest - rng.exponential(1.2))
        fields |= {f"neargaia{suffix}": float(distance), f"maggaia{suffix}": float(magnitude)}
    return fields
