"""Isolation forests as ONNX nodes against scikit-learn's own scores."""

import warnings

import numpy as np
import onnxruntime
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from alertlab.models.graphs.graph_file import NAME, Graph, save_graph
from alertlab.models.graphs.isolation_graph import average_path_length, isolation_nodes
from sklearn.ensemble import IsolationForest


def scores(forest, rows, folder):
    """What onnxruntime says of the rows."""
    nodes, constants = isolation_nodes(forest, NAME, "score")
    save_graph(Graph(nodes, {"score": 0}, constants), rows.shape[1], folder / "forest.onnx")
    session = onnxruntime.InferenceSession(folder / "forest.onnx")
    return session.run(["score"], {NAME: rows})[0]


def hold(forest, rows, folder):
    """Each score is scikit-learn's rounded to float32, and no two rows change places beyond the ties of rounding."""
    ours, theirs = scores(forest, rows, folder), -forest.score_samples(rows)
    np.testing.assert_allclose(ours, theirs, rtol=1.2e-7)
    order = np.argsort(theirs, kind="stable")
    assert (np.diff(ours[order]) >= 0).all()


def drawn(holes=0.1, n=3000):
    rng = np.random.default_rng(0)
    rows = (rng.standard_t(2, (n, 8)) * np.logspace(-4, 5, 8)).astype(np.float32)
    rows[rng.random(rows.shape) < holes] = np.nan
    rows[:, 3] = np.round(rows[:, 3])  # many ties
    return rows


@pytest.mark.parametrize("holes", [0, 0.1])
@pytest.mark.parametrize(
    "options",
    [{}, {"max_features": 0.4}, {"max_samples": 500, "bootstrap": True}, {"n_estimators": 500}, {"n_estimators": 1}],
    ids=str,
)
def test_no_row_changes_its_rank(options, holes, tmp_path):
    rows = drawn(holes)
    hold(IsolationForest(**options, random_state=1).fit(rows), rows, tmp_path)


def test_values_that_only_float64_tells_from_a_threshold_go_the_same_way(tmp_path):
    rows = np.nextafter(np.float32(1), np.float32([[0], [2]])).repeat(40, 0) + np.zeros((80, 2), np.float32)
    rows[::7] = 1
    hold(IsolationForest(random_state=0).fit(rows), rows, tmp_path)


@pytest.mark.parametrize("few", [1, 2, 3])
def test_a_forest_of_hardly_any_row_is_the_same_too(few, tmp_path):
    rows = drawn(0, few)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        hold(IsolationForest(random_state=0).fit(rows), drawn(0, 50), tmp_path)


@pytest.mark.parametrize("name", ["MACHO_FATS_features.csv.gz", "alerce_sn_features.parquet"])
def test_no_real_object_changes_its_rank(name, shared_data, tmp_path):
    path = shared_data / "feature_tables" / name
    table = pq.read_table(path) if path.suffix == ".parquet" else pyarrow.csv.read_csv(path)
    columns = [table[each] for each in table.column_names[1:-1]]
    rows = np.column_stack([each.to_numpy().astype(np.float32) for each in columns])
    rows[np.isinf(rows)] = np.nan
    hold(IsolationForest(random_state=0).fit(rows), rows, tmp_path)
    hold(IsolationForest(n_estimators=500, random_state=0, max_features=0.5).fit(rows[::3]), rows, tmp_path)


def test_path_lengths_are_those_of_the_paper():
    harmonic = np.log(255) + 0.5772156649
    np.testing.assert_allclose(average_path_length(np.array([1, 2, 256])), [0, 1, 2 * harmonic - 2 * 255 / 256])
