"""What holds of every task alike: rows to judge, and checks of their files, report, weights and config."""

import csv
import inspect
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from alertlab.core.predictions import concatenate
from alertlab.evaluation.report import Subject, report_html
from alertlab.evaluation.tasks import judged
from alertlab.workflows.results import named_metrics
from comparing import compare
from hydra.utils import instantiate
from omegaconf import OmegaConf

CONF = Path(__file__).parents[2] / "conf" / "evaluation"
HISTORY = [{"epoch": epoch, "repeat": 0, "train_loss": 1.0, "validation_loss": 0.5} for epoch in range(3)]


def identity(n, repeats=1, part="test", each=1):
    """sample_id, object_id, part and repeat; ``each`` samples of an object."""
    number = np.tile(np.arange(n), repeats)
    objects = np.array([f"ZTF{sample // each}" for sample in number])
    return number, objects, np.full(n * repeats, part), np.repeat(np.arange(repeats), n)


def rows_of(text):
    """A CSV file by its first column."""
    return {next(iter(row.values())): row for row in csv.DictReader(io.StringIO(text))}


def check_config(task, evaluator):
    """The config names every parameter with its default."""
    config = OmegaConf.load(CONF / f"{task}.yaml")
    written = {name: value for name, value in OmegaConf.to_container(config).items() if name != "_target_"}
    defaults = {name: each.default for name, each in inspect.signature(evaluator).parameters.items()}
    assert written == {name: list(of) if isinstance(of, tuple) else of for name, of in defaults.items()}
    assert vars(instantiate(config)) == vars(evaluator())


def check_files(evaluator, predictions, folder, tables, figures):
    """What is written is what is promised, and JSON that any program reads, with what people are shown."""
    evaluation = evaluator(formats=["png"], resamples=20)(predictions, folder, HISTORY)
    drawn = {f"{name}.png" for name in {*figures, "learning_curves"}}
    assert {path.name for path in folder.iterdir()} == {
        "metrics.csv",
        "evaluation.json",
        "learning_curves.csv",
        *tables,
        *drawn,
    }
    assert f"{evaluation.first_figure}.png" in drawn
    content = json.loads((folder / "evaluation.json").read_text(), parse_constant=pytest.fail)
    assert content == evaluation.to_json()
    assert [table["rows"] for table in content["tables"]] == [list(map(list, of.rows)) for of in evaluation.tables()]
    for name in tables:
        text = (folder / name).read_text()
        assert "nan" not in text
        assert not name.endswith(".tex") or text.count(r"\begin{table") == text.count(r"\end{table") > 0
    return evaluation


class Page(HTMLParser):
    """Anchors of sections, links and addresses of a page."""

    def __init__(self, html):
        super().__init__()
        self.sections, self.loaded, self.text = set(), [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        self.sections |= {of["id"]} if tag == "section" else set()
        self.loaded += [of[name] for name in ("src", "href", "srcset", "data", "action") if name in of]

    def handle_data(self, data):
        self.text.append(" ".join(data.split()))


def check_report(evaluation, predictions, sections):
    """A page that asks no host for anything, its contents lead to every section, and its numbers are these."""
    subject = Subject("stamps", "baseline", "simulated", {"Run id": "f00"}, {})
    html = report_html(subject, evaluation, predictions, None, HISTORY)
    page = Page(html)
    assert {"run", "results", "learning", "gallery", "class-1", *sections} <= page.sections
    assert {address.removeprefix("#") for address in page.loaded if address.startswith("#")} == page.sections
    assert all(re.match(r"data:|#", address) for address in page.loaded)
    assert not re.search(r"//|<script|@import", re.sub(r"data:[^\"]*", "", html))
    cells = [cell for table in evaluation.tables() for row in table.rows for cell in row]
    assert set(cells) | {value for _, value in evaluation.results()} <= {*page.text, ""}
    assert named_metrics(evaluation)
    return html


def check_weights(rows, seed=0):
    """A row that counts twice is a row that stands there twice."""
    task = judged(rows)
    weight = np.random.default_rng(seed).integers(0, 4, len(rows))
    expected = task.scores(rows.take(np.repeat(np.arange(len(rows)), weight)), None)
    assert task.scores(rows, weight) == pytest.approx(expected)
    assert task.scores(rows, np.ones(len(rows), int)) == pytest.approx(task.scores(rows, None))


def check_comparison(first, second):
    """Runs of several repeats and of one compare; a run and itself do not differ, whatever the order of its rows."""
    for one, other in ((first, second), (first.take(first.repeat == 0), second.take(second.repeat == 0))):
        shuffled = other.take(np.random.default_rng(0).permutation(len(other)))
        differences = compare(one, shuffled, 20, 0.9).differences
        assert differences
        assert any(each.mean != 0 for each in differences)
        same = compare(one, one.take(np.arange(len(one))[::-1]), 20, 0.9).differences
        assert {each.metric: each.mean for each in same} == {each.metric: pytest.approx(0) for each in differences}
    return {each.metric: each for each in differences}


def with_train(test, train):
    """Both in one table."""
    return concatenate([test, train])
