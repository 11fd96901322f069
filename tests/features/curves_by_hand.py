"""Light curves of one object, and kernels called by the name of what they give."""

import numpy as np
from alertlab.features.families import KERNELS
from alertlab.features.lightcurves import light_curves


def points(seed, n, span=900.0):
    """Times, magnitudes and errors of n points of one band."""
    random = np.random.default_rng(seed)
    time = 58000 + np.sort(random.uniform(0, span, n))
    return time, random.normal(18, 0.4, n), random.uniform(0.01, 0.1, n)


def value(name, time, magnitude, error, **more):
    """A feature, its name without the band."""
    known = {"time": time, "zero": 0.0, "magnitude": magnitude, "error": error, "ordered": np.sort(magnitude)}
    arrays = known | more
    for kernel in KERNELS:
        names = [text.name for text in kernel.texts]
        if name in names:
            found = kernel.compute(*[arrays[each] for each in kernel.inputs])
            return found if isinstance(found, float) else found[names.index(name)]
    raise KeyError(name)


def values(names, time, magnitude, error, **more):
    return [value(name, time, magnitude, error, **more) for name in names]


def batch(time, magnitude, error, band, name="a", **more):
    """One object as a batch, with everything that a survey can say of it."""
    n = len(time)
    known = {"positive": np.ones(n), "rb": np.linspace(0.6, 1, n), "sgscore1": np.full(n, 0.5)}
    known |= {"ra": np.full(n, 150.0), "dec": np.full(n, 2.0)}
    first = np.min(time)
    limits = ([name] * 4, first + np.array([-9.0, -3.0, -5.0, 1e6]), [1, 1, 2, 2], [20.0, 20.5, 19.5, 20.25])
    return light_curves([name] * n, time, magnitude, error, band, **({"optional": known, "limits": limits} | more))
