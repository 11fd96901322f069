"""A simulated Gaia catalogue in Gaia's public columns and units, with the truth beside them."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ...door.table import OpenTable, table_in_memory
from ..check import check_run
from .sky import draw_fields, has_companion

Array = NDArray[np.float64]
GAIA = 33  # stream of random numbers
FIRST = 4 * 10**18  # source_id
FAINTEST, BRIGHTEST, SLOPE = 21.0, 5.0, 2.0  # mag; mean of the exponential
BINARIES = 0.08  # of the good ones: unresolved, with a photocentre that wobbles
TRUTH = "true_fidelity"  # column: good or bad
SEQUENCE = np.array(  # absolute G, BP - RP of the main sequence
    [(-2.0, -0.2), (1.0, 0.0), (4.0, 0.7), (5.5, 0.95), (8.0, 2.0), (10.0, 2.6), (13.0, 3.8), (16.0, 4.8)]
)
UNITS = {
    **dict.fromkeys(("ra", "dec"), "deg"),
    **dict.fromkeys(("phot_g_mean_mag", "bp_rp"), "mag"),
    **dict.fromkeys(("parallax", "parallax_error", "astrometric_excess_noise", "astrometric_sigma5d_max"), "mas"),
    **dict.fromkeys(("pmra", "pmdec", "pmra_error", "pmdec_error"), "mas / yr"),
}


class SimulatedGaia:
    """Stars of which some have a spurious astrometric solution: a catalogue as Gaia's archive gives it.

    A stand-in for the data of Rybizki et al. (2022, MNRAS 510, 2597). G is 21 less an exponential of mean 2 mag; a
    solution is bad with the probability ``sigmoid(-3.5 + 0.5 (G - 19) + 2.2 companion + 0.5 ln crowding)``, where a
    companion is within 0.7" and at most 1 mag fainter. The parallax of a bad one is off by a multiple of its error,
    either way, of which its further columns tell something, and none tells all. Of the good ones 8 % are binaries,
    whose fit is poor and whose parallax is right.

    Parameters
    ----------
    n : sources. seed : not negative.
    difficulty : 0, the columns of a bad solution stand out three times as much as at 0.5, to 1, a third as much.

    Raises
    ------
    AlertlabError
        For an argument out of range.
    """

    def __init__(self, n: int = 200_000, seed: int = 1, difficulty: float = 0.5) -> None:
        check_run(n, seed, difficulty)
        self.n, self.seed, self.difficulty = n, seed, difficulty

    @property
    def description(self) -> str:
        """What it is."""
        return f"{self.n} simulated Gaia sources"

    def catalogue(self) -> OpenTable:
        """The catalogue as a file would give it."""
        return table_in_memory(self.table(), self.description)

    def table(self) -> pa.Table:
        """``source_id``, Gaia's columns, and the truth."""
        random = np.random.default_rng([self.seed, GAIA])
        columns = self._columns(random)
        bad = columns.pop(TRUTH) > 0
        fields = [pa.field(name, pa.float64(), metadata={"unit": UNITS.get(name, "")}) for name in columns]
        arrays = [pa.array(values, from_pandas=True) for values in columns.values()]  # NaN is null, as in the archive
        fields = [pa.field("source_id", pa.int64()), *fields, pa.field(TRUTH, pa.string())]
        names = pa.array(np.where(bad, "bad", "good").tolist(), pa.string())
        return pa.table([pa.array(FIRST + np.arange(self.n)), *arrays, names], schema=pa.schema(fields))

    def _columns(self, random: np.random.Generator) -> dict[str, Array]:
        n = self.n
        g = np.maximum(FAINTEST - random.exponential(SLOPE, n), BRIGHTEST)
        ra, dec, crowding = draw_fields(n, random)
        mixed = has_companion(ra, dec, g)
        odds = -3.5 + 0.5 * (g - 19) + 2.2 * mixed + 0.5 * np.log(crowding)
        bad = random.uniform(size=n) < 1 / (1 + np.exp(-odds))
        binary = ~bad & (random.uniform(size=n) < BINARIES)
        stands_out = 3 ** (1 - 2 * self.difficulty)
        shown = bad * random.gamma(1.5, 0.8, n) * stands_out  # how much a bad solution shows
        wobble = binary * random.gamma(1.2, 1.0, n)
        visits = np.clip(random.poisson(18 - 2 * np.clip(g - 19, 0, 2), n), 8, 35).astype(np.float64)
        error = _error(g, visits) * np.exp(random.normal(0, 0.08, n) + 0.45 * np.log1p(shown) + 0.25 * np.log1p(wobble))
        off = np.where(bad, np.maximum(random.lognormal(1.2, 0.6, n), 1), 1.0)  # errors beyond the quoted ones
        true = 1 / random.gamma(3, 1.3, n)  # mas of a distance in kpc
        motion = random.normal(0, 1.2, (2, n)) * 4.74 * true
        motion_error = error * np.exp(random.normal(0.05, 0.08, (2, n)))
        parallax = true + random.normal(0, 1, n) * error * off
        pm = motion + random.normal(0, 1, (2, n)) * motion_error * off
        fit = self._fit(random, g, shown, wobble, mixed, visits)
        absolute = g + 5 * np.log10(true) - 10
        colour = np.interp(absolute, SEQUENCE[:, 0], SEQUENCE[:, 1]) + random.normal(0, 0.08, n)
        two = random.uniform(size=n) < np.clip(0.12 * (g - 20), 0.003, 1)  # solutions without a parallax
        found = {
            **{"ra": ra, "dec": dec, "phot_g_mean_mag": g, "bp_rp": colour},
            **{"parallax": parallax, "parallax_error": error, "parallax_over_error": parallax / error},
            **{"pmra": pm[0], "pmdec": pm[1], "pmra_error": motion_error[0], "pmdec_error": motion_error[1]},
            "astrometric_sigma5d_max": error * np.exp(random.normal(0.45, 0.1, n) + 0.1 * np.log1p(shown)),
            **fit,
            "visibility_periods_used": visits,
            "astrometric_params_solved": np.where(random.uniform(size=n) < _six(g, crowding, bad), 95.0, 31.0),
        }
        for name in ("parallax", "parallax_error", "parallax_over_error", "pmra", "pmdec", "pmra_error", "pmdec_error"):
            found[name] = np.where(two, np.nan, found[name])
        found["ruwe"] = np.where(two, np.nan, found["ruwe"])
        found["astrometric_params_solved"] = np.where(two, 3.0, found["astrometric_params_solved"])
        return found | {TRUTH: bad.astype(np.float64)}

    @staticmethod
    def _fit(
        random: np.random.Generator, g: Array, shown: Array, wobble: Array, mixed: NDArray[np.bool_], visits: Array
    ) -> dict[str, Array]:
        """What the fit says of itself: a binary's image is one, and its fit is poor; a bad one's images are several."""
        n = len(g)
        bright = np.clip((18 - g) / 2, 0, 2)  # a misfit stands out of small errors
        ruwe = (
            1.02 + random.normal(0, 0.06, n) + (0.10 + 0.25 * bright) * shown + 0.5 * wobble * random.gamma(1, 0.6, n)
        )
        ruwe = np.maximum(ruwe, 0.7)
        poor = 0.5 * shown + 1.2 * wobble
        significance = random.gamma(0.7, 1.0, n) * (1 + 4 * poor)
        noise = 0.1 * 10 ** (0.12 * (np.maximum(g, 13) - 13)) * random.gamma(0.8, 1.0, n) * (1 + 2 * poor)
        peaks = random.poisson(0.4 + 3.5 * shown + 10 * mixed + 0.6 * wobble)
        odd = random.poisson(0.05 + 1.2 * shown + 0.6 * mixed) * (random.uniform(size=n) < 0.4 + 0.2 * (shown > 1))
        return {
            "ruwe": ruwe,
            "astrometric_excess_noise": noise,
            "astrometric_excess_noise_sig": significance,
            "astrometric_gof_al": (ruwe - 1.0) * np.sqrt(visits) * 4 + random.normal(0, 1.2, n),
            "ipd_gof_harmonic_amplitude": random.gamma(4, 0.01, n) * (1 + 0.9 * shown) + 0.02 * mixed,
            "ipd_frac_odd_win": np.minimum(odd, 100).astype(np.float64),
            "ipd_frac_multi_peak": np.minimum(peaks, 100).astype(np.float64),
            "matched_transits_removed": random.poisson(0.05 + 0.35 * shown).astype(np.float64),
        }


def _error(g: Array, visits: Array) -> Array:
    """Quoted error of a parallax [mas]."""
    found: Array = 10 ** (0.2 * (np.maximum(g, 13) - 13) - 1.8) * np.sqrt(18 / visits)
    return found


def _six(g: Array, crowding: Array, bad: NDArray[np.bool_]) -> Array:
    """Probability that the colour of a source had to be solved for, for the photometry is poor."""
    found: Array = 1 / (1 + np.exp(-(-2 + 0.8 * (g - 19) + 0.5 * np.log(crowding) + 0.8 * bad)))
    return found
