"""Every verb refuses every hostile input in one line that names it, and leaves nothing behind."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.cli import main
from hostile_files import make

TABLE = ["train", "model=flat_forest", "model.n_estimators=3", "datamodule=feature_table", "datamodule.classes=[A,B]"]
CURVES = ["train", "model=flat_forest", "datamodule=light_curves", "datamodule.classes=[Fast,Slow]"]
CURVES += ["datamodule.source.workers=1"]
STAMPS = ["train", "datamodule=ztf_stamps"]


def refused(arguments, hostile: Path, capfd) -> str:
    """The one line of a verb that fails, after checking that it is one, is ours, and names what is wrong."""
    capfd.readouterr()
    try:
        status = main([str(word) for word in arguments])
    except SystemExit as ended:  # argparse
        status = ended.code
    said = capfd.readouterr()
    lines = said.err.strip().splitlines()
    assert status in (1, 2), said
    assert len(lines) == 1, said.err
    assert lines[0].startswith("alertlab"), lines[0]
    assert "--debug shows where" not in lines[0], lines[0]  # the raw error of a library
    shown = repr(str(hostile.name))[1:-1]
    assert shown in lines[0] or hostile.name in lines[0], lines[0]
    return lines[0]


class Place:
    """A folder of hostile files, and a new working folder for each."""

    def __init__(self, folder: Path, good: pa.Table) -> None:
        self.folder = folder / "hostile"
        self.names = make(self.folder, good)

    def refuse_all(self, arguments, capfd, tmp_path, monkeypatch, takes=(), writes=()):
        """``arguments`` makes the words of a command from a path; ``takes`` are files that are right for it."""
        accused = []
        for name in self.names:
            if name in takes:
                continue
            work = tmp_path / f"work{len(accused)}"
            work.mkdir()
            monkeypatch.chdir(work)
            path = self.folder / name
            try:
                refused(arguments(path), path, capfd)
                left = sorted(str(each.relative_to(work)) for each in work.rglob("*"))
                assert not set(left) - set(writes), f"left behind: {left}"
                accused.append("")
            except AssertionError as fault:
                accused.append(f"{name}: {str(fault).splitlines()[0]}")
        faults = [each for each in accused if each]
        assert not faults, "\n".join(faults)


@pytest.fixture(scope="session")
def of_features(tmp_path_factory, table_run):
    return Place(tmp_path_factory.mktemp("of_features"), pq.read_table(table_run / "table.parquet"))


@pytest.fixture(scope="session")
def of_curves(tmp_path_factory, curve_run):
    return Place(tmp_path_factory.mktemp("of_curves"), pq.read_table(curve_run / "curves" / "detections.parquet"))


@pytest.fixture(scope="session")
def of_predictions(tmp_path_factory, predictions):
    return Place(tmp_path_factory.mktemp("of_predictions"), predictions)


@pytest.fixture
def refuse(capfd, tmp_path, monkeypatch):
    def all_of(place, arguments, **more):
        place.refuse_all(arguments, capfd, tmp_path, monkeypatch, **more)

    return all_of


def test_train_on_a_ready_table(refuse, of_features):
    refuse(of_features, lambda path: [*TABLE, f"datamodule.source.path='{path}'"])


def test_train_on_light_curves(refuse, of_curves):
    refuse(of_curves, lambda path: [*CURVES, f"datamodule.source.curves.path='{path}'"])


def test_train_with_limits_of_light_curves(refuse, of_curves, curve_run):
    curves = f"datamodule.source.curves.path={curve_run}/curves/detections.parquet"
    labels = f"datamodule.source.curves.labels={curve_run}/labels.csv"
    limits = "datamodule.source.curves.non_detections"
    refuse(of_curves, lambda path: [*CURVES, curves, labels, f"{limits}='{path}'"])


def test_train_with_labels_of_light_curves(refuse, of_curves, curve_run):
    curves = f"datamodule.source.curves.path={curve_run}/curves/detections.parquet"
    refuse(of_curves, lambda path: [*CURVES, curves, f"datamodule.source.curves.labels='{path}'"])


def test_train_on_stamps(refuse, of_features):
    refuse(of_features, lambda path: [*STAMPS, f"datamodule.path='{path}'"])


def test_train_with_labels_of_stamps(refuse, of_features, tiny_stamps):
    refuse(of_features, lambda path: [*STAMPS, f"datamodule.path={tiny_stamps}", f"datamodule.labels='{path}'"])


def test_train_with_a_split_of_a_file(refuse, of_features, table_run):
    table = f"datamodule.source.path={table_run}/table.parquet"
    refuse(of_features, lambda path: [*TABLE, table, f"datamodule.split.file='{path}'"])


def test_resume(refuse, of_features):
    refuse(of_features, lambda path: ["train", "--resume", path])


def test_train_from_weights(refuse, of_features):
    refuse(of_features, lambda path: ["train", "datamodule.source.n=100", f"model.init_from='{path}'"])


def test_evaluate(refuse, of_predictions):
    refuse(of_predictions, lambda path: ["evaluate", path, "--out", "figures"])


@pytest.mark.parametrize("more", [[], ["--matrix"]], ids=["runs", "matrix"])
@pytest.mark.parametrize("second", [False, True], ids=["first", "second"])
def test_compare(refuse, of_predictions, table_run, more, second):
    good = table_run / "run" / "predictions.parquet"
    both = (lambda path: [good, path]) if second else (lambda path: [path, good])
    refuse(of_predictions, lambda path: ["compare", *both(path), *more, "--out", "out"])


def test_report(refuse, of_predictions):
    refuse(of_predictions, lambda path: ["report", path, "--out", "report.html"])


def test_predict_alerts(refuse, of_features, tiny_run):
    whole = ["p.parquet", "p.rejected.parquet"]  # an alert file that is damaged stands in the table of rejected ones
    bundle = tiny_run[0].bundle
    refuse(of_features, lambda path: ["predict", bundle, path, "--out", "p.parquet"], writes=whole)


def test_predict_light_curves(refuse, of_curves, curve_run):
    (bundle,) = (curve_run / "run").glob("*.bundle")
    whole = ["p.parquet", "p.rejected.parquet", "p.features.parquet"]
    refuse(of_curves, lambda path: ["predict", bundle, path, "--out", "p.parquet", "workers=1"], writes=whole)


def test_predict_with_limits(refuse, of_curves, curve_run):
    (bundle,) = (curve_run / "run").glob("*.bundle")
    curves = curve_run / "curves" / "detections.parquet"
    words = ["predict", bundle, curves, "--out", "p.parquet", "--non-detections"]
    refuse(of_curves, lambda path: [*words, path, "workers=1"])


def test_predict_with_a_bundle(refuse, of_features, curve_run):
    curves = curve_run / "curves" / "detections.parquet"
    refuse(of_features, lambda path: ["predict", path, curves, "--out", "p.parquet"])


def test_features(refuse, of_curves):
    whole = ["f.parquet", "f.rejected.parquet"]
    refuse(of_curves, lambda path: ["features", path, "--out", "f.parquet", "workers=1"], writes=whole)


def test_features_with_limits(refuse, of_curves, curve_run):
    words = ["features", curve_run / "curves" / "detections.parquet", "--out", "f.parquet", "workers=1"]
    refuse(of_curves, lambda path: [*words, "--non-detections", path])


@pytest.mark.parametrize("action", ["check", "info", "pack"])
def test_bundle(refuse, of_features, action):
    refuse(of_features, lambda path: ["bundle", action, path])


def test_sync(refuse, of_features):
    refuse(of_features, lambda path: ["sync", path])


@pytest.mark.parametrize("kind", ["stamps", "lightcurves", "survey"])
def test_simulate_into_something_that_is_there(refuse, of_features, kind):
    free = ("missing.parquet", "new\nline.csv", "empty_folder", "a_folder.parquet", "broken_link.parquet")
    refuse(of_features, lambda path: ["simulate", kind, "-n", "2", "--out", path], takes=free)


@pytest.mark.parametrize("out", ["evaluate", "predict", "features"])
def test_an_output_that_cannot_be(out, table_run, curve_run, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    (bundle,) = (curve_run / "run").glob("*.bundle")
    curves = curve_run / "curves" / "detections.parquet"
    words = {
        "evaluate": ["evaluate", table_run / "run" / "predictions.parquet", "evaluation.resamples=20"],
        "predict": ["predict", bundle, curves, "workers=1"],
        "features": ["features", curves, "workers=1"],
    }[out]
    for name in ("file/below", "/proc/nothing", *(["folder"] if out != "evaluate" else ["file"])):
        refused([*words, "--out", name], Path(name), capfd)
    assert (tmp_path / "file").read_text() == "mine"


def test_an_output_is_never_the_input(curve_run, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    (bundle,) = (curve_run / "run").glob("*.bundle")
    curves = tmp_path / "curves.parquet"
    content = (curve_run / "curves" / "detections.parquet").read_bytes()
    curves.write_bytes(content)
    refused(["features", curves, "--out", curves, "workers=1"], curves, capfd)
    refused(["predict", bundle, curves, "--out", "curves.parquet", "workers=1"], curves, capfd)
    given = curve_run / "curves" / "detections.parquet"
    limits = ["--non-detections", curves]
    for verb in (["features", given], ["predict", bundle, given]):
        refused([*verb, "--out", curves, *limits, "workers=1"], curves, capfd)
        beside = curves.rename(tmp_path / "p.rejected.parquet")  # what is written beside --out
        refused([*verb, "--out", "p.parquet", "--non-detections", beside, "workers=1"], beside, capfd)
        curves = beside.rename(tmp_path / "curves.parquet")
    assert curves.read_bytes() == content
