"""Judging generated fields, held to fields of known spectra."""

from dataclasses import replace

import numpy as np
import pytest
from alertlab.core.predictions import FieldPredictions
from alertlab.evaluation import GenerationEvaluator
from alertlab.evaluation.generation import judged
from alertlab.evaluation.generation.summary import evaluate
from alertlab.evaluation.metrics.spectra import power_spectra, shells
from alertlab.runtime.errors import AlertlabError
from alertlab.runtime.tasks.generation import Grid
from every_task import check_comparison, check_config, check_files, check_report, check_weights, identity, rows_of

PLANE = Grid(("y", "x"), (), "K", 2.0, "Mpc")
TWO = Grid(("channel", "y", "x"), ("Mcdm", "T"), "", None)


def fields(repeats=1, n=6, seed=0, draws=2, grid=PLANE, noise=0.5, shape=(16, 16)):
    """White noise, and the same with other noise added."""
    shape = ((len(grid.channels),) if grid.channels else ()) + shape
    truth = np.tile(np.random.default_rng(1).normal(size=(n, *shape)), (repeats, *(1,) * len(shape)))
    other = np.random.default_rng(seed).normal(0, noise, (len(truth), draws, *shape))
    field = (truth[:, None] + other).astype(np.float32)
    return FieldPredictions(*identity(n, repeats), field, truth.astype(np.float32), grid)


@pytest.mark.parametrize(("shape", "spacing"), [((64, 64), 2.0), ((64, 48), None), ((16, 16, 16), 0.5)])
def test_white_noise_has_its_variance_times_the_volume_of_a_cell_at_every_wavenumber(shape, spacing):
    noise = np.random.default_rng(0).normal(0, 3, (60, *shape))
    of = shells(shape, spacing)
    power = power_spectra(noise, noise, of, len(shape))[0].mean(axis=0)
    expected = 9 * (spacing or 1) ** len(shape)
    scatter = np.sqrt(2 / (60 * of.modes))  # a mode and its conjugate are one
    assert np.all(np.abs(power / expected - 1) < 5 * scatter)


def test_a_wave_has_all_its_power_at_its_wavenumber():
    x = np.arange(32) * 0.5
    wave = np.broadcast_to(np.sin(2 * np.pi * 5 * x / 16), (32, 32))
    of = shells((32, 32), 0.5)
    power = power_spectra(wave, wave, of, 2)[0]
    place = int(np.argmax(power))
    assert of.wavenumber[place] == pytest.approx(2 * np.pi * 5 / 16, rel=0.03)
    assert power[place] * of.modes[place] / (32 * 32 * 0.25) == pytest.approx(np.mean(wave**2))  # Parseval
    assert power.sum() == pytest.approx(power[place])


def test_shells_run_from_the_fundamental_mode_to_the_nyquist_frequency():
    of = shells((16, 16), None)
    assert of.wavenumber[0] == pytest.approx((4 + 4 * np.sqrt(2)) / 8 / 16)  # four sides and four corners
    assert of.modes[0] == 8
    assert len(of.modes) == 8
    assert of.wavenumber.max() <= 0.5


def test_the_field_itself_has_no_error_and_shares_all_phases():
    rows = fields(draws=1, noise=0)
    found = evaluate(rows, resamples=5).mean
    assert found == pytest.approx({"power_spectrum_error": 0, "cross_correlation": 1, "rmse": 0}, abs=1e-12)


def test_twice_the_field_has_four_times_the_power_and_the_same_phases():
    rows = fields(draws=1, noise=0)
    found = evaluate(replace(rows, field=2 * rows.field), resamples=5).mean
    assert found["power_spectrum_error"] == pytest.approx(np.log10(4))
    assert found["cross_correlation"] == pytest.approx(1)
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean(rows.truth.astype(float) ** 2)))


def test_other_fields_of_the_same_spectrum_have_its_power_and_no_phases():
    random = np.random.default_rng(3)
    rows = fields(n=200, draws=1, noise=0)
    found = evaluate(replace(rows, field=random.normal(size=rows.field.shape)), resamples=5).mean
    assert found["power_spectrum_error"] < 0.02
    assert found["cross_correlation"] == pytest.approx(0, abs=0.02)


def test_added_noise_is_the_rmse_the_spread_of_draws_and_the_loss_of_correlation():
    found = evaluate(fields(n=60, draws=4, noise=0.5), resamples=5).mean
    assert found["rmse"] == pytest.approx(0.5, rel=0.02)
    assert found["draw_spread"] == pytest.approx(0.5, rel=0.02)
    assert found["cross_correlation"] == pytest.approx(1 / np.sqrt(1.25), abs=0.02)  # P_t / sqrt(P_t (P_t + P_noise))
    assert found["power_spectrum_error"] == pytest.approx(np.log10(1.25), abs=0.02)


def test_channels_are_judged_one_by_one_and_their_rmse_adds_in_squares():
    rows = fields(grid=TWO)
    rows = replace(rows, field=rows.field * np.array([1, 3], np.float32)[:, None, None])
    found = evaluate(rows, resamples=5).mean
    assert found["rmse"] ** 2 == pytest.approx((found["rmse/Mcdm"] ** 2 + found["rmse/T"] ** 2) / 2)
    alone = replace(rows, field=rows.field[:, :, 1], truth=rows.truth[:, 1], grid=Grid(("y", "x")))
    each = evaluate(alone, resamples=5).mean
    assert {name: found[f"{name}/T"] for name in each} == pytest.approx(each)


def test_a_field_without_power_has_no_such_error_and_the_reader_is_told(tmp_path):
    rows = fields()
    rows = replace(rows, field=np.zeros_like(rows.field))
    evaluation = GenerationEvaluator(formats=["png"], resamples=5)(rows, tmp_path)
    assert "power_spectrum_error" not in evaluation.mean
    assert evaluation.mean["cross_correlation"] == 0
    assert "power_spectrum of test is undefined" in evaluation.warnings()[0]


def test_only_the_statistics_asked_for_are_there():
    found = evaluate(fields(), statistics=["power_spectrum"], resamples=5)
    assert set(found.mean) == {"power_spectrum_error"}
    assert found.warnings() == []
    with pytest.raises(AlertlabError, match=r"evaluation.statistics: bispectrum unknown; choose from power_spectrum"):
        GenerationEvaluator(statistics=["bispectrum"])


def test_a_row_that_counts_twice_is_two_rows():
    check_weights(fields(grid=TWO))


@pytest.mark.parametrize(("repeats", "grid", "shape"), [(3, TWO, (16, 16)), (1, None, (8, 8, 8))])
def test_files_and_report_are_those_of_a_paper(tmp_path, repeats, grid, shape):
    rows = fields(repeats, grid=grid or Grid(("z", "y", "x")), shape=shape)
    tables = {"spectra.csv", "spectra.tex"} | ({"by_channel.csv", "by_channel.tex"} if repeats > 1 else set())
    evaluation = check_files(GenerationEvaluator, rows, tmp_path, tables, {"spectra", "examples"})
    check_report(evaluation, rows, {"spectra", "examples"})
    lines = (tmp_path / "spectra.csv").read_text().splitlines()
    assert len(lines) == 1 + (shape[0] // 2) * max(1, len(rows.grid.channels))
    assert rows_of("\n".join(lines)).keys() == set(rows.grid.channels or [""])
    assert evaluation.std.keys() == (evaluation.mean.keys() if repeats > 1 else set())


def test_runs_are_compared_and_the_better_one_is_told():
    found = check_comparison(fields(3), fields(3, seed=5, noise=1.0))
    assert found["cross_correlation"].mean > 0
    assert found["rmse"].interval[1] < 0


def test_channels_are_matched_by_name_and_other_grids_refused():
    rows = fields(grid=TWO)
    turned = replace(
        rows, grid=replace(TWO, channels=("T", "Mcdm")), field=rows.field[:, :, ::-1], truth=rows.truth[:, ::-1]
    )
    aligned = judged.aligned(rows, turned)
    assert np.array_equal(aligned.field, rows.field)
    assert judged.differ(rows, aligned) == 0
    assert judged.differ(rows, replace(rows, truth=rows.truth[::-1])) == 6
    with pytest.raises(AlertlabError, match="other channels, Mcdm, T and Mcdm, B"):
        judged.aligned(rows, replace(rows, grid=replace(TWO, channels=("Mcdm", "B"))))
    with pytest.raises(AlertlabError, match="on other grids"):
        judged.aligned(fields(), fields(grid=replace(PLANE, spacing=1.0)))


def test_the_config_is_complete():
    check_config("generation", GenerationEvaluator)
