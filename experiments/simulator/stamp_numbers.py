"""Numbers that sum up three cut-outs: what a look at the pixels alone can tell.

All of them are robust to NaN pixels; none knows the class.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]
CENTRE = slice(26, 37)  # the central 11 x 11 px
LAGS = {"right": (0, 1), "up": (1, 0), "diagonal": (1, 1), "two right": (0, 2), "two up": (2, 0)}
TO_SIGMA = 1.4826  # from the median absolute deviation of a Gaussian to its standard deviation


def stamp_numbers(stamp: Array) -> dict[str, float]:
    """Numbers of one alert's stamp (3, 63, 63), named ``<band> <quantity>``; DN, pixels or dimensionless."""
    found: dict[str, float] = {}
    levels, noises = [], []
    for band, image in zip(("science", "template", "difference"), stamp.astype(np.float64), strict=True):
        numbers, level, noise = _one(image)
        found |= {f"{band} {name}": value for name, value in numbers.items()}
        levels.append(level)
        noises.append(noise)
    found["difference noise / science noise"] = noises[2] / noises[0]
    found["template noise / science noise"] = noises[1] / noises[0]
    found["template background - science background"] = levels[1] - levels[0]
    return found


def _one(image: Array) -> tuple[dict[str, float], float, float]:
    known = np.isfinite(image)
    level = float(np.median(image[known]))
    flat = image - level
    noise = max(TO_SIGMA * float(np.median(np.abs(flat[known]))), 1e-3)
    steps = np.diff(image, axis=0) / np.sqrt(2)
    fine = TO_SIGMA * float(np.nanmedian(np.abs(steps)))
    sky = known & (np.abs(flat) < 3 * noise)
    within = np.where(sky, flat, np.nan)
    columns, rows = np.nanmedian(np.where(known, image, level), axis=0), np.nanmedian(np.where(known, image, level), 1)
    centre = np.nan_to_num(flat[CENTRE, CENTRE])
    core = centre[3:8, 3:8]
    z = flat[known] / noise
    numbers = {
        "background": level,
        "noise": noise,
        "noise from neighbours / noise": fine / noise,
        "stripes of columns / noise": abs(float(np.median(columns[::2]) - np.median(columns[1::2]))) / noise,
        "spread of columns / noise": float(np.std(columns)) / noise,
        "spread of rows / noise": float(np.std(rows)) / noise,
        "skewness of the sky": float(np.mean(flat[sky] ** 3)) / noise**3,
        "kurtosis of the sky": float(np.mean(flat[sky] ** 4)) / noise**4,
        "tail of bright pixels": float(np.mean(z > 4)),
        "tail of dark pixels": float(np.mean(z < -4)),
        "darkest / noise": float(z.min()),
        "brightest / noise": float(np.log10(max(z.max(), 1))),
        "central peak / noise": float(np.arcsinh(core.max() / noise)),
        "central minimum / noise": float(np.arcsinh(core.min() / noise)),
        "central sum / noise": float(np.arcsinh(core.sum() / noise)),
        "concentration": float(core[1:4, 1:4].sum() / (np.abs(centre).sum() + noise)),
        "width": _width(centre),
        "NaN fraction": float(1 - known.mean()),
    }
    for name, (down, across) in LAGS.items():
        here, there = within[: 63 - down, : 63 - across], within[down:, across:]
        both = np.isfinite(here) & np.isfinite(there)
        numbers[f"correlation {name}"] = float(np.mean(here[both] * there[both])) / noise**2 if both.any() else 0.0
    return numbers, level, noise


def _width(centre: Array) -> float:
    """FWHM of the central light [px], from moments under a Gaussian window of 3 px, which bounds the noise."""
    axis = np.arange(centre.shape[0]) - centre.shape[0] // 2
    window = np.exp(-4 * np.log(2) * (axis**2 + axis[:, None] ** 2) / 9)
    light = np.maximum(centre, 0) * window
    second = float((light * (axis**2 + axis[:, None] ** 2)).sum() / 2 / (light.sum() + 1e-9))
    own = 1 / max(1 / max(second, 1e-3) - 8 * np.log(2) / 9, 0.02)  # the window's share taken off, as for Gaussians
    return float(2.355 * np.sqrt(own))
