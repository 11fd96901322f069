"""Spectra of every public form come to one grid, and what cannot be used is told."""

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.config import compose, instantiate
from alertlab.core.flux_columns import wavelengths_of
from alertlab.datamodules.spectra.rebin import grid_edges, rebinned
from alertlab.door.spectra import Arm
from alertlab.runtime import AlertlabError
from alertlab.simulate import SimulatedSpectra, write_spectra
from spectra_by_hand import LINE, LOGLAM, WIDTH, flux_at, write_desi, write_lists, write_sdss

NAN = np.nan


def source(path, *words):
    files = [f"datamodule.source.spectra.path={path}", "datamodule.source.pixels=300"]
    return instantiate(compose("train", ["datamodule=spectra", *files, *words]).datamodule).source


def expected(rows):
    """The law that the files were written by, on the grid, over its median."""
    edges = grid_edges(3700, 7500, 300)
    fine = np.linspace(edges[:-1], edges[1:], 41, axis=1)  # the mean over a pixel by the trapezium rule
    mean = np.trapezoid(flux_at(fine, 0.0), fine, axis=1) / np.diff(edges)
    known = np.isfinite(rows.values[0])
    return mean / np.median(mean[known]), known


# resampling


def brute(wavelength, flux, good, edges):
    """Overlap by overlap."""
    middle = (wavelength[1:] + wavelength[:-1]) / 2
    own = np.concatenate([[2 * wavelength[0] - middle[0]], middle, [2 * wavelength[-1] - middle[-1]]])
    total, width = np.zeros((2, len(edges) - 1))
    for place in range(len(edges) - 1):
        for pixel in range(len(flux)):
            over = min(edges[place + 1], own[pixel + 1]) - max(edges[place], own[pixel])
            if over > 0 and good[pixel]:
                total[place] += over * flux[pixel]
                width[place] += over
    return np.where(width >= 0.5 * np.diff(edges), total / np.where(width > 0, width, 1), NAN)


def test_a_pixel_of_the_grid_is_the_mean_of_what_it_overlaps():
    rng = np.random.default_rng(0)
    wavelength = np.sort(rng.uniform(4000, 5000, 120))
    flux, good = rng.normal(size=120), rng.random(120) > 0.2
    edges = grid_edges(3950, 5100, 37)
    found = rebinned([Arm(wavelength, flux, good)], edges)
    np.testing.assert_allclose(found, brute(wavelength, flux, good, edges), rtol=1e-10)
    assert np.isnan(found).any()


def test_the_whole_flux_is_conserved():
    wavelength = np.linspace(4000, 5000, 501)
    flux = np.random.default_rng(1).normal(5, 1, 501)
    edges = grid_edges(3999, 5001, 33)
    found = rebinned([Arm(wavelength, flux, np.ones(501, bool))], edges)
    assert np.sum(found * np.diff(edges)) == pytest.approx(np.sum(flux) * 2.0, rel=1e-12)


def test_nothing_is_known_where_less_than_half_of_a_pixel_is_covered():
    arm = Arm(np.arange(4000.5, 4100), np.ones(100), np.ones(100, bool))  # covers 4000 to 4100
    edges = np.array([3980.0, 4004.0, 4050.0, 4098.0, 4101.9, 4110.0])
    found = rebinned([arm], edges)
    np.testing.assert_array_equal(np.isfinite(found), [False, True, True, True, False])


# public forms


def test_a_spectrum_of_sdss_comes_to_the_rest_frame(tmp_path):
    write_sdss(tmp_path / "spec-0001-55000-0007.fits")
    rows = source(tmp_path).rows(None)
    value, known = expected(rows)
    assert rows.object_id.tolist() == ["spec-0001-55000-0007"]
    assert rows.label == ["GALAXY"]
    np.testing.assert_allclose(rows.values[0][known], value[known], rtol=2e-3)
    assert known.mean() > 0.95
    assert rows.facts["redshift"][0] == pytest.approx(0.1, rel=1e-6)
    assert rows.facts["signal_to_noise"][0] == pytest.approx(2 * np.median(flux_at(10**LOGLAM, 0.1)), rel=1e-3)
    assert (rows.places["ra"][0], rows.places["dec"][0]) == (150.5, -1.25)
    assert "redshift" not in {column.name for column in rows.columns}


def test_the_observed_frame_leaves_the_line_where_it_was_seen(tmp_path):
    write_sdss(tmp_path / "spec-0001-55000-0007.fits", redshift=0.05, table="SPALL")
    rows = source(tmp_path, "datamodule.source.frame=observed").rows(None)
    peak = wavelengths_of(rows.columns)[np.nanargmax(rows.values[0])]
    assert peak == pytest.approx(LINE * 1.05, abs=2 * WIDTH)


def test_masked_pixels_and_pixels_without_weight_are_unknown(tmp_path):
    bright, bad = 1 << 23, 1 << 24  # BRIGHTSKY, NODATA
    ivar, mask = np.full(3800, 4.0), np.zeros(3800, np.int32)
    ivar[1000:1100], mask[1200:1300], mask[1400:1500] = 0, bad, bright
    flux = flux_at(10**LOGLAM, 0.0)
    flux[1000:1100] = flux[1200:1300] = 1e6
    write_sdss(tmp_path / "spec-0001-55000-0007.fits", 0.0, ivar=ivar, and_mask=mask, flux=flux)
    rows = source(tmp_path).rows(None)
    wavelength, value = wavelengths_of(rows.columns), rows.values[0]
    for first, known in ((1000, False), (1200, False), (1400, True)):
        low, high = 10 ** LOGLAM[[first + 15, first + 85]]
        inside = (wavelength > low) & (wavelength < high)
        assert (np.isfinite(value[inside]) == known).all()
    assert np.nanmax(value) < 4


def test_a_coadd_of_desi_finds_its_redshifts_by_target(tmp_path):
    write_desi(tmp_path)
    rows = source(tmp_path, "datamodule.source.spectra.label=SPECTYPE").rows(None)
    assert rows.label == ["GALAXY", "GALAXY", "STAR"]
    np.testing.assert_allclose(rows.facts["redshift"], [0.1, 0.2, 0.05])
    value, known = expected(rows)
    assert known.all()
    for row in rows.values:  # in the overlaps of the arms, too
        np.testing.assert_allclose(row, value, rtol=2e-3)


def test_a_coadd_without_redshifts_can_be_had_in_the_observed_frame_alone(tmp_path):
    path = write_desi(tmp_path, with_redshifts=False)
    nameless = ["datamodule.source.spectra.label=null", "datamodule.classes=[spectrum]"]
    with pytest.raises(AlertlabError, match=r"no spectrum can be used.*redshift nan.*frame=observed"):
        source(path, *nameless).rows(None)
    rows = source(path, *nameless, "datamodule.source.frame=observed").rows(None)
    assert rows.label == ["spectrum"] * 3


def test_columns_of_a_parquet_table_are_named_by_config(tmp_path):
    names = {"object_id": "objid", "wavelength": "wavelength_a", "CLASS": "label_name"}
    path = write_lists(tmp_path / "spectra.parquet", ["GALAXY"] * 3, **names)
    told = [f"datamodule.source.spectra.columns.{key}={names[key]}" for key in ("object_id", "wavelength")]
    rows = source(path, *told, "datamodule.source.spectra.label=label_name").rows(None)
    assert rows.object_id.tolist() == ["s0", "s1", "s2"]
    assert np.nanmedian(rows.values, axis=1) == pytest.approx(1)
    with pytest.raises(AlertlabError, match=r"no column wavelength for wavelength; it has objid, wavelength_a"):
        source(path, told[0], "datamodule.source.spectra.label=label_name").rows(None)


@pytest.mark.filterwarnings("ignore:File may have been truncated")
def test_what_cannot_be_used_is_told_with_its_reason(tmp_path):
    write_sdss(tmp_path / "spec-0001-55000-0001.fits")
    write_sdss(tmp_path / "spec-0001-55000-0002.fits", flux=-flux_at(10**LOGLAM, 0.1))
    write_sdss(tmp_path / "spec-0001-55000-0003.fits", redshift=3.0)
    write_sdss(tmp_path / "spec-0001-55000-0004.fits", ivar=None)
    write_sdss(tmp_path / "spec-0001-55000-0005.fits", loglam=LOGLAM[::-1])
    (tmp_path / "spec-0001-55000-0006.fits").write_bytes(b"not FITS at all")
    whole = (tmp_path / "spec-0001-55000-0001.fits").read_bytes()
    (tmp_path / "spec-0001-55000-0007.fits").write_bytes(whole[: len(whole) // 2])
    rows = source(tmp_path).rows(None)
    assert rows.object_id.tolist() == ["spec-0001-55000-0001"]
    told = dict(zip(*(rows.rejected.column(name).to_pylist() for name in ("object_id", "reason")), strict=True))
    words = {
        "spec-0001-55000-0002": "median flux -",
        "spec-0001-55000-0003": "of the grid is known",
        "spec-0001-55000-0004.fits": "no column ivar",
        "spec-0001-55000-0005.fits": "do not rise",
        "spec-0001-55000-0006.fits": "",
        "spec-0001-55000-0007.fits": "",
    }
    assert sorted(told) == sorted(words)
    assert all(each and words[name] in each for name, each in told.items())


def test_a_spectrum_that_stands_there_twice_is_refused(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_sdss(tmp_path / folder / "spec-0001-55000-0001.fits")
    with pytest.raises(AlertlabError, match="spec-0001-55000-0001 stands there 2 times"):
        source(tmp_path).rows(None)


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("datamodule.source.frame=moving", "choose from rest, observed"),
        ("datamodule.source.high=100", "no grid"),
        ("datamodule.source.least_known=0", "no share"),
        ("datamodule.source.spectra.path=nowhere.fits", "no such file or folder"),
    ],
)
def test_values_that_are_none_are_refused(tmp_path, word, told):
    write_sdss(tmp_path / "spec-0001-55000-0007.fits")
    with pytest.raises(AlertlabError, match=told):
        source(tmp_path, word).rows(None)


# the simulator through the same door


def test_simulated_spectra_read_from_their_files_are_those_made_in_memory(tmp_path):
    told = write_spectra(tmp_path / "made", 12, 3, 0.5)
    assert told["spectra"] == 12
    words = [f"datamodule.source.spectra.labels={tmp_path / 'made/labels.csv'}"]
    read = source(tmp_path / "made/spectra", *words).rows(None)
    made = SimulatedSpectra(12, 3)
    config = compose("train", ["datamodule=simulated_spectra", "datamodule.source.pixels=300"]).datamodule.source
    config.spectra.n, config.spectra.seed = 12, 3
    rows = instantiate(config).rows(None)
    assert read.object_id.tolist() == rows.object_id.tolist() == [each.object_id for each in made.spectra()]
    assert read.label == rows.label
    np.testing.assert_allclose(read.values, rows.values, rtol=1e-3)  # loglam is float32 there, as in SDSS's files


def test_rows_become_a_table_that_predict_takes(tmp_path):
    write_sdss(tmp_path / "spec-0001-55000-0007.fits")
    pq.write_table(source(tmp_path).table(), tmp_path / "rows.parquet")
    table = pq.read_table(tmp_path / "rows.parquet")
    assert table.column_names[:2] == ["object_id", "flux_3704.36"]
    assert (table.num_rows, table.num_columns) == (1, 301)
