"""The strangest of a table of scores on a page: tonight's, without a label."""

import csv
import json
import re

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.cli import main
from alertlab.core.predictions import ScorePredictions
from alertlab.runtime import AlertlabError
from alertlab.simulate import write_dataset
from alertlab.workflows.strangest import Sources, strangest
from tasks_by_hand import write

N = 12
HOSTILE = "<img src=//evil.org/x onerror=alert(1)>"


def predictions(names, score, ids=None, part="new"):
    n = len(names)
    unknown = np.full(n, -1)
    return ScorePredictions(
        np.arange(n) if ids is None else ids,
        np.array(names),
        np.full(n, part),
        np.zeros(n, int),
        np.asarray(score, float),
        np.linspace(0, 100, n),
        np.full(n, ""),
        unknown,
        np.zeros((n, 0)),
        flagged=np.asarray(score) > 9,
    )


@pytest.fixture
def bundle(tmp_path):
    """Standardises three columns and sums the squares of two sums of them."""
    return write(tmp_path / "a.bundle", "detection")


@pytest.fixture
def tonight(tmp_path):
    """Scores of objects, the table that they are of, and their light curves."""
    names = [HOSTILE, *(f"ZTF18aaaaaa{letter}" for letter in "bcdefghijkl")]
    predictions(names, np.arange(N)[::-1]).write(tmp_path / "tonight.parquet")
    random = np.random.default_rng(0)
    values = random.normal(size=(N, 3))
    table = {"object_id": names, **dict(zip("abc", values.T, strict=True)), "more": names}
    pq.write_table(pa.table(table).take(random.permutation(N)), tmp_path / "rows.parquet")
    points = {
        "object_id": np.repeat(names, 8),
        "time": 59000 + np.tile(np.arange(8.0), N),
        "magnitude": random.normal(18, 0.3, 8 * N),
        "error": np.full(8 * N, 0.1),
        "band": np.tile(["g", "r"], 4 * N),
    }
    pq.write_table(pa.table(points), tmp_path / "curves.parquet")
    return tmp_path


def test_the_page_has_the_highest_scores_with_their_curves_and_asks_no_host(tonight, bundle):
    sources = Sources(bundle, tonight / "rows.parquet", tonight / "curves.parquet", None, ["columns=plain"])
    result = strangest(str(tonight / "tonight.parquet"), tonight / "page.html", 5, sources)
    assert (result.shown, result.seen, result.explained) == (5, 5, 5)
    html = result.page.read_text()
    assert html.count('<svg class="curve"') == 5
    assert html.count('<article class="card">') == 5
    assert "onerror=" not in re.sub(r"&lt;.*?&gt;", "", html)
    assert "&lt;img src=//evil.org/x" in html
    assert not re.search(r"<script|<iframe|@import|url\(", html)
    assert all(re.match(r"data:|#", address) for address in re.findall(r'src="([^"]*)"', html))
    links = set(re.findall(r'href="([^"]*)"', html)) - {"data:,"}
    assert links == {
        f"https://alerce.online/object/ZTF18aaaaaa{letter}" for letter in "bcde"
    }  # followed by a click alone
    assert "default-src 'none'" in html
    assert "5 % of the 40 rows of the validation part score higher" in html
    assert len(html) < 60_000
    lines = list(csv.DictReader(result.table.read_text().splitlines()))
    assert [float(line["score"]) for line in lines] == [11, 10, 9, 8, 7]
    assert [line["flagged"] for line in lines] == ["1", "1", "0", "0", "0"]
    assert all("usually" in line["driven_by"] or line["driven_by"] == "no column alone" for line in lines)


def test_without_anything_beside_the_scores_there_is_a_table_of_names(tonight, capsys):
    out = tonight / "page.html"
    assert main(["strangest", str(tonight / "tonight.parquet"), "-n", "3", "--out", str(out), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["shown"] == 3
    html = out.read_text()
    assert html.count("<tr>") == 4
    assert "ZTF18aaaaaac" in html


def test_what_the_detector_learned_from_is_not_shown(tonight):
    predictions(["a", "b"], [1, 2], part="train").write(tonight / "t.parquet")
    with pytest.raises(AlertlabError, match=r"t.parquet: holds nothing but what the detector learned from"):
        strangest(str(tonight / "t.parquet"), tonight / "page.html")


def test_stamps_are_those_of_the_alerts_or_of_the_latest_of_an_object(tmp_path):
    write_dataset(tmp_path / "night", n=6, seed=3)
    packets = sorted((tmp_path / "night" / "packets").glob("*.avro"))
    from alertlab.alerts import read_alerts

    alerts = [alert for path in packets for alert in read_alerts(path)][:3]
    names, ids = [alert.object_id for alert in alerts], np.array([alert.candid for alert in alerts])
    for numbers in (ids, np.arange(3)):
        predictions(names, [3, 2, 1], numbers).write(tmp_path / "p.parquet")
        sources = Sources(alerts=tmp_path / "night" / "packets")
        result = strangest(str(tmp_path / "p.parquet"), tmp_path / "page.html", 5, sources)
        assert result.seen == len(set(names))
        assert result.page.read_text().count('<img class="stamp" src="data:image/png') == len(set(names))


WRONG = {
    "no bundle": (lambda folder, bundle: Sources(rows=folder / "rows.parquet"), "give --bundle too"),
    "no column": (lambda folder, bundle: Sources(bundle, folder / "curves.parquet"), "has no column a, b, c"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_shown_is_told_with_its_remedy(name, tonight, bundle):
    sources, message = WRONG[name]
    with pytest.raises(AlertlabError, match=message):
        strangest(str(tonight / "tonight.parquet"), tonight / "page.html", 5, sources(tonight, bundle))


def test_a_page_that_would_replace_its_table_and_other_tasks_are_refused(tonight):
    with pytest.raises(AlertlabError, match=r"--out .*page.csv: the ranked table goes to"):
        strangest(str(tonight / "tonight.parquet"), tonight / "page.csv")
    with pytest.raises(AlertlabError, match="--number 0: show one object or more"):
        strangest(str(tonight / "tonight.parquet"), tonight / "page.html", 0)
    with pytest.raises(AlertlabError, match="no such predictions file"):
        strangest("f00", tonight / "page.html")
