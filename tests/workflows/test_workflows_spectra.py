"""Strange spectra the whole way: files of a survey, training, bundle in the bare runtime, new spectra, the page."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from alertlab.cli import main
from alertlab.config import compose, instantiate
from alertlab.core.predictions import read_predictions
from alertlab.simulate import write_spectra

GRID = ["datamodule.source.pixels=60"]
SMALL = ["model.forests=4", "model.n_estimators=5", "model.columns=20", "model.n_jobs=1"]
QUICK = ["evaluation.resamples=20", "evaluation.formats=[png]", "evaluation.ranks=[5]"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory, store):
    """The folder in which a forest was trained on simulated spectra."""
    folder = tmp_path_factory.mktemp("spectra")
    store(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        of = ["datamodule.source.spectra.n=160", "datamodule.source.spectra.strange=0.3"]
        assert main(["train", "experiment=weird_spectra", *of, *GRID, *SMALL, *QUICK]) == 0
    (run,) = [path.parent for path in folder.glob("outputs/weird_spectra/*/report.html")]
    return folder, run, next(run.glob("*.bundle"))


def test_a_training_says_what_was_found_and_draws_it(trained):
    _, run, _ = trained
    rows = read_predictions(run / "predictions.parquet")
    assert {"redshift", "signal_to_noise", "known"} <= rows.facts.keys()
    test = rows.part == "test"
    assert set(rows.kind[test & (rows.outlier == 1)]) >= {"reddened", "supernova"}
    assert any(" A: " in words for words in rows.driven_by.tolist())
    page = (run / "report.html").read_text()
    assert page.count('aria-label="Spectrum of ') > 10
    assert 'class="window"' in page


def test_the_bundle_is_right_in_the_bare_runtime(trained):
    _, _, bundle = trained
    done = subprocess.run([sys.executable, "-m", "alertlab.runtime", "check", bundle], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_new_spectra_from_files_are_scored_and_shown(trained, tmp_path):
    _, _, bundle = trained
    write_spectra(tmp_path / "new", 6, 5, 0.5)
    words = [f"datamodule.source.spectra.path={tmp_path / 'new/spectra'}", *GRID]
    source = instantiate(compose("train", ["experiment=weird_spectra", "datamodule=spectra", *words]).datamodule).source
    rows, out, page = tmp_path / "rows.parquet", tmp_path / "scores.parquet", tmp_path / "strangest.html"
    pq.write_table(source.table(), rows)
    assert main(["predict", str(bundle), str(rows), "--out", str(out)]) == 0
    scores = read_predictions(out)
    assert len(scores) == 6
    assert ((scores.score > 0) & (scores.score <= 1)).all()
    told = ["strangest", str(out), "--bundle", str(bundle), "--rows", str(rows), "-n", "4", "--out", str(page)]
    assert main(told) == 0
    text = page.read_text()
    assert text.count('aria-label="Spectrum of ') == 4
    first = scores.object_id[np.argmax(scores.score)]
    assert text.index(f"Spectrum of {first}") < min(
        text.index(f"Spectrum of {name}")
        for name in scores.object_id
        if name != first and f"Spectrum of {name}" in text
    )


@pytest.mark.parametrize("model", ["nearest_neighbours"])
def test_other_detectors_take_the_same_spectra_by_their_name_alone(model, tmp_path, store, monkeypatch):
    store(tmp_path)
    monkeypatch.chdir(tmp_path)
    of = ["datamodule.source.spectra.n=160", "datamodule.source.spectra.strange=0.3", f"model={model}"]
    assert main(["train", "experiment=weird_spectra", *of, *GRID, *QUICK]) == 0
    assert list(Path().glob("outputs/weird_spectra/*/*.bundle"))


REAL = Path(__file__).parents[3] / "shared" / "data" / "spectra_sdss98" / "data.parquet"


@pytest.mark.skipif(not REAL.is_file(), reason="the real spectra are not here")
def test_real_spectra_of_sdss_come_to_one_grid():
    words = ["datamodule.source.spectra.label=label_name", "datamodule.source.frame=observed"]
    words += [f"datamodule.source.spectra.columns.{key}" for key in ("object_id=objid", "wavelength=wavelength_a")]
    words += [f"datamodule.source.spectra.path={REAL}", "datamodule.source.low=3850", "datamodule.source.high=9150"]
    rows = instantiate(compose("train", ["datamodule=spectra", *words]).datamodule).source.rows(None)
    assert len(rows.label) == 65
    assert rows.rejected.num_rows == 0
    assert np.isfinite(rows.values).mean() > 0.99
