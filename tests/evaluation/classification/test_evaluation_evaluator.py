import csv
import inspect
import json
from pathlib import Path

import pytest
from alertlab.evaluation import Evaluator
from alertlab.runtime.errors import AlertlabError
from hydra.utils import instantiate
from omegaconf import OmegaConf

CONFIG = Path(__file__).parents[3] / "conf" / "evaluation" / "classification.yaml"
LEVEL = {"metrics.csv", "confusion_counts.csv", "confusion_fraction.csv", "confusion.tex"}
TABLES = {"evaluation.json", "calibration.tex"} | LEVEL
WHOLE = {"classes.csv", "classes.tex", "results.tex", "roc.csv", "precision_recall_by_class.csv"}
TABLES |= WHOLE
SEVERAL = {"confusion_percentiles.csv", "confusion_percentiles.tex"}
FIGURES = {
    "confusion_matrix",
    "confusion_counts",
    "reliability",
    "reliability_by_class",
    "roc",
    "precision_recall_by_class",
}
HISTORY = [{"epoch": epoch, "repeat": 0, "train_loss": 1.0, "validation_loss": 1.0} for epoch in range(3)]


def names(directory):
    return {path.name for path in directory.iterdir()}


def test_the_files_of_a_paper_are_written_and_others_left_alone(make_noisy, tmp_path):
    (tmp_path / "predictions.parquet").touch()
    evaluation = Evaluator()(make_noisy(repeats=2), tmp_path, HISTORY)
    figures = {
        f"{name}.{form}" for name in FIGURES | {"learning_curves", "confusion_percentiles"} for form in ("png", "pdf")
    }
    assert names(tmp_path) == TABLES | SEVERAL | figures | {"predictions.parquet", "learning_curves.csv"}
    assert json.loads((tmp_path / "evaluation.json").read_text()) == evaluation.to_json()
    assert (tmp_path / "confusion_matrix.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "confusion_matrix.pdf").read_bytes().startswith(b"%PDF")


def test_the_top_level_has_its_own_files(light_curves, two_levels, tmp_path):
    Evaluator(formats=["png"])(light_curves, tmp_path)
    tables = TABLES | SEVERAL
    top = {name.replace(".", "_top.") for name in LEVEL | SEVERAL}
    drawn = {"confusion_matrix", "confusion_counts", "confusion_percentiles"}
    figures = {f"{name}{end}.png" for name in drawn for end in ("", "_top")} | {
        "reliability.png",
        "reliability_by_class.png",
    }
    figures |= {"roc.png", "precision_recall_by_class.png"}
    assert names(tmp_path) == tables | top | figures
    with (tmp_path / "metrics_top.csv").open() as file:
        rows = {row["metric"]: row for row in csv.DictReader(file)}
    assert float(rows["recall/Periodic"]["mean"]) == pytest.approx(two_levels.top.mean["recall/Periodic"])


def test_without_a_history_there_are_no_learning_curves_and_formats_are_chosen(make_noisy, tmp_path):
    Evaluator(formats=["pdf"])(make_noisy(), tmp_path / "new", [])
    assert names(tmp_path / "new") == TABLES | {f"{name}.pdf" for name in FIGURES}


def test_evaluating_again_writes_the_same_tables(make_noisy, tmp_path):
    for folder in ("first", "second"):
        Evaluator(formats=[])(make_noisy(), tmp_path / folder)
    assert names(tmp_path / "first") == TABLES
    for name in TABLES:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes(), name


def test_a_failure_leaves_nothing_half_written(make_noisy, tmp_path):
    with pytest.raises(AlertlabError, match="history"):
        Evaluator()(make_noisy(), tmp_path, [{"epoch": 0, "repeat": 0}])
    assert names(tmp_path) == set()


def test_the_part_is_the_one_asked_for(make_noisy, tmp_path):
    with pytest.raises(AlertlabError, match=r"'validation' holds no labelled row; the predictions hold test \(400"):
        Evaluator(part="validation")(make_noisy(), tmp_path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"formats": ["png", "gif"]}, "formats: gif unknown; choose from png, pdf"),
        ({"confidence": 90}, "confidence: 90 is not between 0 and 1"),
        ({"bins": 0}, r"bins \(0\).* must be 1 or more"),
    ],
)
def test_a_value_that_cannot_be_is_refused_by_name(values, message):
    with pytest.raises(AlertlabError, match=message):
        Evaluator(**values)


def test_the_config_names_every_parameter_with_its_default():
    config = OmegaConf.load(CONFIG)
    written = {name: value for name, value in OmegaConf.to_container(config).items() if name != "_target_"}
    defaults = {name: each.default for name, each in inspect.signature(Evaluator).parameters.items()}
    assert written == {name: list(of) if isinstance(of, tuple) else of for name, of in defaults.items()}
    assert vars(instantiate(config)) == vars(Evaluator())
