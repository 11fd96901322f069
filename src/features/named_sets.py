"""What the named sets hold: names of features without their bands, and the bands that a set needs."""

from collections.abc import Mapping
from dataclasses import dataclass

GR = {"g": "1", "r": "2"}  # the numbers that ZTF gives its filters end the published names
UGRIZY = {name: name for name in ("u", "g", "r", "i", "z", "y")}


@dataclass(frozen=True)
class NamedSet:
    """What a set says of itself.

    Attributes
    ----------
    version : raised when a value changes for the same light curve.
    texts : names of its features without their bands.
    bands : name of a band -> what ends the names of its features; None for the bands of the data.
    own : of fluxes where the light curves are fluxes; else of magnitudes alone, as published.
    shape : with the shape of a transient, whose names follow from the bands.
    """

    version: str
    texts: frozenset[str]
    bands: Mapping[str, str] | None = None
    own: bool = False
    shape: bool = False


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
# Shape and scatter in magnitudes or in fluxes, and colours. Without brightness, positions and upper limits, which tell
# where and by which survey an object was seen.
VARIABILITY = (
    frozenset(name for name in PUBLISHED if not name.endswith("_fid"))
    - frozenset("positive_fraction g-r_max g-r_mean g-r_max_corr g-r_mean_corr gal_b gal_l rb sgscore1".split())
) | frozenset("chi2 SNR_max SNR_min share_positive share_negative bright_days days_to_peak mean max ratio".split())
# Periods by several harmonics and by a box, and the shape at the best of them.
PERIODIC = frozenset(
    """
    Best_period Best_period_score Best_period_harmonics Best_period_alias Best_period_lead Best_period_amplitude
    Best_period_rise Best_period_R21 Best_period_R31 Best_period_phi21 Best_period_phi31 Best_period_dispersion
    Best_period_minima Box_period Box_score Box_depth Box_duration Box_snr Box_second Box_minima
    """.split()
)
BRIGHTNESS = frozenset({"Mean", "Flux_max"})
SETS = {
    "alerce152": NamedSet("2", PUBLISHED | WISE, GR),  # the published selection of Sánchez-Sáez et al. (2021)
    "alerce174": NamedSet("2", PUBLISHED | HELPERS, GR),  # all that lc_classifier 2.1.0 gives
    "transient": NamedSet(
        "2", PUBLISHED | WISE | TRANSIENT, GR
    ),  # alerce152 and the shape of a transient in g and r together
    "all": NamedSet("2", PUBLISHED | HELPERS | WISE | TRANSIENT, GR),  # every feature of g and r that there is
    "all_bands": NamedSet("1", VARIABILITY, own=True),  # variability in each band of the data, period and colours
    "shape": NamedSet("1", frozenset(), own=True, shape=True),  # the shape of a transient from all bands together
    "periodic": NamedSet("1", PERIODIC, own=True),  # periods by harmonics and boxes, and the shape at the best
    "brightness": NamedSet("1", BRIGHTNESS, own=True),  # how bright: of use at one distance, or beside a redshift
    "lsst": NamedSet("1", VARIABILITY, UGRIZY, own=True, shape=True),  # all_bands and shape in u, g, r, i, z and y
}
