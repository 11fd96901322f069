"""Simulated spectra, against published laws and what each kind is to have."""

import numpy as np
import pytest
from alertlab.runtime import AlertlabError
from alertlab.simulate import SimulatedSpectra
from alertlab.simulate.spectra.kinds import KINDS
from alertlab.simulate.spectra.light import attenuation, draw_galaxies, spectrum_of
from alertlab.simulate.spectra.lines import gaussian, sequence

REST = np.linspace(3700, 7500, 6000)


@pytest.fixture(scope="module")
def block():
    return next(SimulatedSpectra(128, 2, strange=0.5).blocks())


def pair(name, n=8, strength=1.0):
    """The same galaxies as usual, and strange in one way, without noise."""
    usual, strange = (draw_galaxies(np.random.default_rng(5), n) for _ in range(2))
    KINDS[name](np.random.default_rng(6), strange, np.arange(n), strength)
    wavelength = np.broadcast_to(REST, (n, len(REST)))
    return usual, strange, spectrum_of(usual, wavelength), spectrum_of(strange, wavelength)


def between(low, high):
    return (low < REST) & (high > REST)


def test_dust_is_calzettis_law():
    """R_V = 4.05, and the values of the formula in Calzetti et al. (2000), eq. 4, worked by hand."""
    assert attenuation(np.array(5500.0)) == pytest.approx(4.05, abs=0.01)
    assert attenuation(np.array(7500.0)) == pytest.approx(2.659 * (-1.857 + 1.040 / 0.75) + 4.05)
    assert attenuation(np.array(6299.9)) == pytest.approx(
        float(attenuation(np.array(6300.1))), abs=0.03
    )  # the two fits meet so far


def test_a_line_has_its_flux_and_its_width():
    line = gaussian(REST[None], 6564.6, np.array([150.0]))[0]
    assert np.trapezoid(line, REST) == pytest.approx(1, rel=1e-6)
    spread = np.sqrt(np.trapezoid(line * (REST - 6564.6) ** 2, REST))
    assert spread / 6564.6 * 299_792.458 == pytest.approx(150, rel=1e-4)


def test_the_star_forming_sequence_is_that_of_the_reference():
    assert sequence(np.array([-0.53])) == pytest.approx(0.58)  # 0.61 / -1 + 1.19


def test_balmer_lines_have_the_ratio_of_case_b():
    galaxies = draw_galaxies(np.random.default_rng(0), 50)
    np.testing.assert_allclose(galaxies.emission["H alpha"] / galaxies.emission["H beta"], 2.86)


@pytest.mark.parametrize(
    ("name", "low", "high", "sign"),
    [("sodium", 5880, 5910, -1), ("neutral_oxygen", 6290, 6312, 1), ("strong_oxygen", 5000, 5016, 1)],
)
def test_a_narrow_kind_differs_where_its_line_is(name, low, high, sign):
    usual, strange, before, after = pair(name)
    own = (after - before)[:, between(low, high)].mean(axis=1)
    if name != "strong_oxygen":  # which is richer in gas and younger, too
        assert np.abs((after - before)[:, between(4400, 4800)]).max() < 1e-9
    assert (np.sign(own) == sign).mean() > 0.85
    assert usual.age.shape == strange.age.shape


def test_reddened_galaxies_are_red_and_a_supernova_has_its_trough_of_silicon():
    _, _, before, after = pair("reddened")
    blue, red = between(4000, 4200), between(7000, 7200)
    change = (after[:, blue].mean(1) / after[:, red].mean(1)) / (before[:, blue].mean(1) / before[:, red].mean(1))
    assert (change < 0.5).all()
    _, _, before, after = pair("supernova")
    depth = [each[:, between(6140, 6160)].mean(1) / each[:, between(5700, 5750)].mean(1) for each in (before, after)]
    assert (depth[1] < depth[0]).all()


def test_double_peaks_lie_500_to_800_km_s_apart_and_broad_lines_are_45_angstrom_wide():
    _, strange, _, _ = pair("double_peaked")
    assert ((strange.split >= 500) & (strange.split <= 800)).all()
    _, strange, _, _ = pair("broad_lines")
    wide = strange.balmer_width * 2.355 / 299_792.458 * 6564.6
    assert wide == pytest.approx(45, rel=0.11)


def test_noise_is_what_the_weights_say(block):
    """Against the noiseless law's own scatter from pixel to pixel, which is small between the lines."""
    step = np.diff(block.flux[:, 1500:1700], axis=1) * np.sqrt(block.ivar[:, 1501:1700] / 2)
    used = (block.ivar[:, 1500:1699] > 0) & (block.ivar[:, 1501:1700] > 0)
    assert np.median(np.abs(step[used])) / 0.6745 == pytest.approx(1, abs=0.06)


def test_shares_are_as_asked(block):
    kinds = [each.label for each in SimulatedSpectra(640, 1, strange=0.3).spectra()]
    assert np.mean(np.array(kinds) != "galaxy") == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 640))
    assert set(kinds) == {"galaxy", *KINDS}


def test_a_spectrum_depends_on_its_number_alone():
    few, many = (list(SimulatedSpectra(n, 7).spectra()) for n in (3, 130))
    for one, other in zip(few, many, strict=False):
        np.testing.assert_array_equal(one.arms[0].flux, other.arms[0].flux)
        assert (one.object_id, one.label, one.redshift) == (other.object_id, other.label, other.redshift)


def test_difficulty_makes_noise_louder_and_oddities_weaker():
    easy, hard = (next(SimulatedSpectra(128, 1, difficulty=each).blocks()) for each in (0.0, 1.0))
    ratio = np.sqrt(np.median(easy.ivar, axis=1) / np.median(hard.ivar, axis=1))
    assert np.median(ratio) == pytest.approx(4, rel=0.05)


@pytest.mark.parametrize("words", [{"n": 0}, {"seed": -1}, {"difficulty": 2}, {"strange": 1.5}])
def test_arguments_out_of_range_are_refused(words):
    with pytest.raises(AlertlabError, match=next(iter(words))):
        SimulatedSpectra(**{"n": 10, "seed": 1} | words)
