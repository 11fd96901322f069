"""The model card."""

import json
import re
import subprocess
import sys
from dataclasses import replace

import pytest
import yaml
from alertlab import runtime
from alertlab.bundle import write_bundle
from alertlab.bundle.results import class_rows, summary_rows
from numpy_model import DETAILS, EVALUATION, NumpyModel, make_samples


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("card") / "linear-1.0.0.bundle"
    return write_bundle(path, NumpyModel(), make_samples(), DETAILS)


@pytest.fixture(scope="module")
def card(written):
    return (written / "README.md").read_text()


def test_the_front_matter_is_what_the_hub_reads(card):
    matter = yaml.safe_load(card.split("---\n")[1])
    assert matter["license"] == "bsd-3-clause"
    assert matter["library_name"] == "alertlab"
    assert matter["metrics"] == ["accuracy", "f1"]
    assert "astronomy" in matter["tags"]


def test_its_example_runs(written, card):
    example = re.search(r"```python\n(.*?)```", card, re.DOTALL).group(1)
    done = subprocess.run([sys.executable, "-c", example], cwd=written.parent, capture_output=True, text=True)
    assert not done.stderr
    bundle = runtime.load(written)
    labels = bundle.predict(bundle.golden()[0]).label.tolist()
    assert [line.split()[0] for line in done.stdout.splitlines()] == labels


@pytest.mark.parametrize(
    "part",
    [
        "| magpsf | mag | -999 | 0 | 30 | a\\|pipe |",
        "| fwhm | pix |  | 0 |  |  |",
        "float32 (n, channel 2, y 4, x 4), in DN; channels: science, difference",
        "AGN, SN, bogus.",
        "| accuracy | 0.900 ± 0.010 |",
        "| macro_f1 | 0.875 [0.800, 0.950] |",
        "| dataset.sha256 | " + "ab" * 32,
        "| dataset.split_sha256 | " + "cd" * 32,
        "The rarest class in training, bogus, had 6 samples.",
        "A. Person, B. Person",
        "0 label flips",
    ],
)
def test_it_says(card, part):
    assert part in card


def test_scores_by_class_are_those_of_the_summed_counts():
    rows = {row[0]: row[1:] for row in class_rows(EVALUATION)}
    assert rows["SN"] == (f"{57 / 64:.3f}", f"{57 / 62:.3f}", f"{2 * 57 / (62 + 64):.3f}", 62)
    assert rows["AGN"][1] == "0.910 ± 0.020"  # the evaluation's own, with its spread
    assert rows["bogus"] == ("0.000", "-", "0.000", 0)


def test_counts_of_single_repeats_are_found_too():
    repeats = [{"confusion_counts": counts} for counts in EVALUATION["confusion_counts"]]
    rest = {key: value for key, value in EVALUATION.items() if key != "confusion_counts"}
    assert class_rows(rest | {"repeats": repeats}) == class_rows(EVALUATION)


@pytest.mark.parametrize("missing", [[key] for key in EVALUATION] + [list(EVALUATION)])
def test_any_key_of_an_evaluation_may_be_missing(tmp_path, missing):
    evaluation = {key: value for key, value in EVALUATION.items() if key not in missing}
    summary_rows(evaluation)
    path = write_bundle(tmp_path / "b", NumpyModel(), make_samples(), replace(DETAILS, evaluation=evaluation))
    assert json.loads((path / "evaluation.json").read_text()).keys() == evaluation.keys()


def test_no_evaluation_is_said_plainly(tmp_path):
    path = write_bundle(tmp_path / "b", NumpyModel(), make_samples(), replace(DETAILS, evaluation=None, training={}))
    assert "No evaluation came with this bundle." in (path / "README.md").read_text()
