"""Light curves for benchmarks: sinusoids with noise in two bands. Not a simulator of variable stars."""

import numpy as np
from alertlab.features.lightcurves import LightCurves, light_curves

DAYS = 1000.0  # as many as a ZTF object is followed in three seasons


def sinusoids(objects: int, points: int, seed: int = 1) -> LightCurves:
    """Objects of ``points`` detections, alternately in g and r, over :data:`DAYS` days."""
    rng = np.random.default_rng(seed)
    time = np.sort(rng.uniform(0, DAYS, (objects, points)), axis=1)
    period = 10 ** rng.uniform(-1, 2, (objects, 1))
    error = rng.uniform(0.02, 0.1, time.shape)
    magnitude = 18 + 0.3 * np.sin(2 * np.pi * time / period) + error * rng.normal(size=time.shape)
    band = np.broadcast_to(1 + np.arange(points) % 2, time.shape)
    names = np.repeat([f"o{number:06d}" for number in range(objects)], points)
    sign = np.ones(time.size)
    return light_curves(
        names, time.ravel(), magnitude.ravel(), error.ravel(), band.ravel(), optional={"positive": sign}
    )
