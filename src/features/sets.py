"""Named sets of features: fixed columns in a fixed order, with a version and a hash of their definition."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..runtime.errors import AlertlabError
from .families import KERNELS
from .feature import Kernel, Text

BANDS = {1: "g", 2: "r"}  # the numbers that ZTF gives its filters, which end the names of columns
NAME, VERSION, HASH = b"alertlab.features", b"alertlab.features.version", b"alertlab.features.sha256"


@dataclass(frozen=True)
class Feature:
    """One column of a set.

    Attributes
    ----------
    name : of the column, with the number of the band.
    text : its name without the band, unit and formula.
    kernel : what computes it, and its place in what the kernel returns.
    band : number of the band; None for a feature of the whole object.
    """

    name: str
    text: Text
    kernel: Kernel
    place: int
    band: int | None


@dataclass(frozen=True)
class FeatureSet:
    """Features in a fixed order.

    Attributes
    ----------
    version : raised when a value of the set changes for the same light curve.
    """

    name: str
    version: str
    features: tuple[Feature, ...]

    @property
    def names(self) -> list[str]:
        """The columns."""
        return [feature.name for feature in self.features]

    @property
    def sha256(self) -> str:
        """Hash of name, version, and every feature's name, unit, formula, minimum and source."""
        rows = [
            [
                each.name,
                each.text.unit,
                each.text.formula,
                each.kernel.minimum,
                each.kernel.undefined,
                each.kernel.source,
            ]
            for each in self.features
        ]
        return hashlib.sha256(json.dumps([self.name, self.version, rows]).encode()).hexdigest()

    def metadata(self) -> dict[bytes, bytes]:
        """What a table of these features says of itself, as metadata of its Arrow schema."""
        return {NAME: self.name.encode(), VERSION: self.version.encode(), HASH: self.sha256.encode()}

    def check(self, metadata: Mapping[bytes, bytes] | None, origin: str) -> None:
        """Refuse a table of other features.

        Raises
        ------
        AlertlabError
            When the table does not say that it holds this set, or holds another version or definition of it.
        """
        found = metadata or {}
        if NAME not in found:
            raise AlertlabError(f"{origin}: says nothing of its feature set; make it with alertlab features")
        if dict(found).get(HASH) != self.sha256.encode():
            raise AlertlabError(
                f"{origin}: holds feature set {found[NAME].decode()} {found.get(VERSION, b'?').decode()} "
                f"({found.get(HASH, b'?').decode()[:12]}), not {self.name} {self.version} ({self.sha256[:12]}); "
                "compute the features again"
            )


@cache
def all_features() -> tuple[Feature, ...]:
    """Every column that there is: kernel by kernel, band by band."""
    return tuple(
        Feature(text.name if band is None else f"{text.name}_{band}", text, kernel, place, band)
        for kernel in KERNELS
        for band in (BANDS if kernel.by_band else (None,))
        for place, text in enumerate(kernel.texts)
    )


# All that lc_classifier 2.1.0 gives. Named one by one: a feature that is added later must not change a set.
PUBLISHED = frozenset(
    """
    Amplitude AndersonDarling Autocor_length Beyond1Std Con Eta_e ExcessVar Gskew LinearTrend MaxSlope Meanvariance
    MedianAbsDev MedianBRP PairSlopeTrend PercentAmplitude Pvar Q31 Rcs Skew SmallKurtosis Std StetsonK
    SF_ML_amplitude SF_ML_gamma IAR_phi GP_DRW_sigma GP_DRW_tau MHPS_low MHPS_high MHPS_ratio
    SPM_A SPM_t0 SPM_gamma SPM_beta SPM_tau_rise SPM_tau_fall SPM_chi
    Multiband_period PPE delta_period Power_rate_1/4 Power_rate_1/3 Power_rate_1/2 Power_rate_2 Power_rate_3
    Power_rate_4 Psi_CS Psi_eta
    Harmonics_mag_1 Harmonics_mag_2 Harmonics_mag_3 Harmonics_mag_4 Harmonics_mag_5 Harmonics_mag_6 Harmonics_mag_7
    Harmonics_phase_2 Harmonics_phase_3 Harmonics_phase_4 Harmonics_phase_5 Harmonics_phase_6 Harmonics_phase_7
    Harmonics_mse
    delta_mag_fid positive_fraction n_non_det_before_fid max_diffmaglim_before_fid median_diffmaglim_before_fid
    last_diffmaglim_before_fid dmag_non_det_fid dmag_first_det_fid n_non_det_after_fid max_diffmaglim_after_fid
    median_diffmaglim_after_fid
    g-r_max g-r_mean g-r_max_corr g-r_mean_corr gal_b gal_l rb sgscore1
    """.split()
)
# Brightness and length of the survey, which say where and when an object was seen, not what it is; left out of the
# paper. Harmonics_chi came after it.
HELPERS = frozenset(
    """
    mean_mag min_mag first_mag Mean n_det n_pos n_neg iqr MHPS_non_zero MHPS_PN_flag delta_mjd_fid last_mjd_before_fid
    Period_band Harmonics_chi
    """.split()
)
WISE = frozenset({"W1-W2", "W2-W3", "g-W2", "g-W3", "r-W2", "r-W3"})  # NaN without AllWISE magnitudes
# Shape and colours of supernovae, from both bands together.
TRANSIENT = frozenset(
    """
    peak_mag_g peak_mag_r peak_lag
    g-r_at_-10 g-r_at_-5 g-r_at_0 g-r_at_7 g-r_at_15 g-r_at_22 g-r_at_30 g-r_at_45 g-r_at_60
    fade_g_at_-10 fade_g_at_-5 fade_g_at_7 fade_g_at_15 fade_g_at_22 fade_g_at_30 fade_g_at_45 fade_g_at_60
    fade_r_at_-10 fade_r_at_-5 fade_r_at_7 fade_r_at_15 fade_r_at_22 fade_r_at_30 fade_r_at_45 fade_r_at_60
    rise_80_g fall_80_g rise_50_g fall_50_g rise_25_g fall_25_g
    rise_80_r fall_80_r rise_50_r fall_50_r rise_25_r fall_25_r
    bump_g bump_r reddening_15 reddening_30 reddening_45 reddest
    """.split()
)
# Periods by several harmonics and by a box, and the shape at the best of them.
PERIODIC = frozenset(
    """
    Best_period Best_period_score Best_period_harmonics Best_period_alias Best_period_lead Best_period_amplitude
    Best_period_rise Best_period_R21 Best_period_R31 Best_period_phi21 Best_period_phi31 Best_period_dispersion
    Best_period_minima Box_period Box_score Box_depth Box_duration Box_snr Box_second Box_minima
    """.split()
)
SETS = {
    "alerce152": PUBLISHED | WISE,
    "alerce174": PUBLISHED | HELPERS,
    "transient": PUBLISHED | WISE | TRANSIENT,
    "periodic": PUBLISHED | WISE | PERIODIC,
}
VERSIONS = {
    "alerce152": "2",
    "alerce174": "2",
    "transient": "2",
    "periodic": "1",
    "all": "2",
}  # raised when a value changes for the same light curve


def feature_set(name: str) -> FeatureSet:
    """A set by its name.

    ``alerce152`` is the published selection, ``alerce174`` all that lc_classifier 2.1.0 gives, ``transient`` the
    published selection with the shape of a supernova in both bands, ``periodic`` the published selection with periods
    of several harmonics and of a box, and ``all`` every feature that there is, also those added since.

    Raises
    ------
    AlertlabError
        For another name.
    """
    if name not in VERSIONS:
        raise AlertlabError(f"features={name}: no such set; there are {', '.join(VERSIONS)}")
    chosen = [each for each in all_features() if name == "all" or each.text.name in SETS[name]]
    return FeatureSet(name, VERSIONS[name], tuple(chosen))
