"""Published values: read from a file, beside ours and never in their place."""

from pathlib import Path

import pytest
from alertlab.evaluation import Evaluator
from alertlab.evaluation.published import read_published
from alertlab.runtime.errors import AlertlabError

ROOT = Path(__file__).parents[2]


@pytest.fixture
def write(tmp_path):
    def written(text):
        path = tmp_path / "published.yaml"
        path.write_text(text)
        return path

    return written


def test_a_value_is_a_number_a_pair_or_a_mapping(write):
    found = read_published(
        write("source: A\nmetrics: {accuracy: 0.9, macro_f1: [0.8, 0.1], log_loss: {value: 1.5, std: 0.2, from: abs}}")
    )
    assert found.metrics == {"accuracy": (0.9, None), "macro_f1": (0.8, 0.1), "log_loss": (1.5, 0.2)}
    assert found.text("macro_f1") == "0.800 ± 0.100"
    assert found.text("macro_recall") == "-"


def test_the_diagonal_of_a_published_matrix_is_the_recall(write):
    found = read_published(write("source: A\nconfusion: {SN: {SN: [0.87, 0.01], AGN: 0.13}}"))
    assert found.value("recall/SN") == (0.87, 0.01)
    assert found.value("precision/SN") is None
    found = read_published(write("source: A\nconfusion_percentiles: {SN: {SN: [76, 7, 6]}, AGN: {AGN: 85}}"))
    assert (found.value("recall/SN"), found.value("recall/AGN")) == ((0.76, None), (0.85, None))


@pytest.mark.parametrize(
    "text", ["metrics: {accuracy: 1}", "source: A", "source: A\nmetrics: {accuracy: high}", "source: A\nmetrics: [1]"]
)
def test_another_form_is_an_error_that_says_what_is_wanted(write, text):
    with pytest.raises(AlertlabError, match=r"evaluation\.published: .*published\.yaml.*source, and metrics"):
        read_published(write(text))


def test_a_missing_file_is_named():
    with pytest.raises(AlertlabError, match=r"evaluation\.published: no file absent\.yaml"):
        Evaluator(published="absent.yaml")


@pytest.mark.parametrize(
    "name", ["stamp_classifier/published", "stamp_classifier/published_images_only", "light_curve_classifier/published"]
)
def test_the_files_of_the_experiments_are_read(name):
    found = read_published(ROOT / "experiments" / f"{name}.yaml")
    assert all(0 < mean <= 1 for mean, _ in found.metrics.values())
    assert all(0 < found.value(f"recall/{true}")[0] <= 1 for true in found.confusion)


def test_ours_are_the_same_with_and_without_a_published_column(make_noisy, write):
    path = write("source: A paper\nmetrics: {accuracy: [0.9, 0.1], f1/SN: 0.5, macro_recall: 0.7}")
    rows = make_noisy(repeats=5)
    ours, beside = Evaluator().evaluate(rows), Evaluator(published=str(path)).evaluate(rows)
    assert beside.to_json() == ours.to_json()
    assert beside.results() == ours.results()
    results = {name: theirs for name, _, theirs in beside.results_table().rows}
    assert (results["accuracy"], results["macro_recall"], results["macro_f1"]) == ("0.900 ± 0.100", "0.700", "-")
    (classes,) = (table for table in beside.tables() if table.name == "classes")
    assert classes.header == ("class", "precision", "recall", "F1", "F1, published", "support")
    assert [row[4] for row in classes.rows] == ["-", "0.500", "-", "-", "-"]
    assert "published: A paper" in beside.warnings()
