"""Bundles of every task made by hand answer as loops in float64 do, whatever is beside a row."""

from copy import deepcopy

import numpy as np
import onnx
import pandas as pd
import pyarrow as pa
import pytest
from alertlab import runtime
from alertlab.runtime import AlertlabError, BundleError, NotFiniteError, Ragged
from alertlab.runtime.describe import describe
from alertlab.runtime.tasks.detection import Reference, percentile, threshold_of
from bundle_by_hand import seal
from scipy.stats import percentileofscore
from tasks_by_hand import KNOWN, NAMES, graph, manifest, ragged, reference, rows_of, write


@pytest.fixture(scope="module")
def bundles(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bundles")
    return {name: write(folder / f"{name.replace(' ', '_')}.bundle", name) for name in NAMES}


@pytest.fixture(params=NAMES)
def name(request):
    return request.param


@pytest.fixture
def bundle(bundles, name):
    return runtime.load(bundles[name])


def row_by_row(answers):
    return {name: [values[row] for row in range(len(values))] for name, values in answers.items()}


def assert_alike(ours, theirs):
    assert ours.keys() == theirs.keys()
    for name, rows in theirs.items():
        assert len(ours[name]) == len(rows)
        for mine, other in zip(ours[name], rows, strict=True):
            np.testing.assert_allclose(np.asarray(mine), np.asarray(other), rtol=2e-5, atol=2e-5)


def test_answers_are_those_of_loops(bundle, name):
    rows = rows_of(name, 30, seed=1)
    assert_alike(row_by_row(bundle.answers(ragged(rows))), row_by_row(reference(name, rows)))


def test_the_golden_rows_are_repeated(bundle):
    report = bundle.self_test()
    assert (report.n_rows, report.label_flips) == (6, 0)
    assert report.max_abs_error < 1e-4


@pytest.mark.parametrize("batch_size", [1, 3, 1000])
def test_neither_batch_size_nor_order_nor_company_changes_an_answer(bundle, name, batch_size):
    inputs = ragged(rows_of(name, 20, seed=2))
    expected = row_by_row(bundle.answers(inputs))
    order = np.random.default_rng(0).permutation(20)[:15]
    some = {
        each: values.take(order) if isinstance(values, Ragged) else values[order] for each, values in inputs.items()
    }
    assert_alike(
        row_by_row(bundle.answers(some, batch_size)),
        {each: [values[row] for row in order] for each, values in expected.items()},
    )


def test_rows_are_given_as_a_list_or_flat_or_within_a_longer_array(bundle, name):
    rows = rows_of(name, 8, seed=3)
    expected = row_by_row(bundle.answers(ragged(rows)))
    assert_alike(row_by_row(bundle.answers({each: list(values) for each, values in rows.items()})), expected)
    longer = {}
    for each, values in ragged(rows).items():
        if isinstance(values, Ragged):
            around = np.full((2, *values.values.shape[1:]), 7, np.float32)
            whole = np.concatenate([around, values.values, around])
            longer[each] = Ragged(whole, values.offsets + 2, values.shapes)
        else:
            longer[each] = values
    assert_alike(row_by_row(bundle.answers(longer)), expected)
    assert len(bundle.task.table(bundle.manifest, bundle.predict(longer))[0]) > 0


def test_rows_of_one_size_may_be_one_array(bundles):
    curves, queries = np.ones((3, 5, 2)), np.zeros((3, 2, 2))
    answer = runtime.load(bundles["forecast"]).predict({"light_curve": curves, "query": queries})
    assert [answer.value[row].tolist() for row in range(3)] == [[1, 1]] * 3
    fields = runtime.load(bundles["generation"]).predict({"coarse": np.ones((3, 1, 2, 2))})
    assert fields.field[:, 0].sum(axis=(1, 2, 3)).tolist() == [4] * 3


def test_no_rows_give_no_answers(bundle, name):
    for nothing in ([], None):
        rows = {each: [] if nothing == [] else values for each, values in ragged(rows_of(name, 0)).items()}
        if nothing == [] and "features" in rows:
            continue  # a list without rows has no columns
        answers = bundle.answers(rows)
        assert {len(values) for values in answers.values()} == {0}
        assert bundle.task.lines(bundle.manifest, bundle.predict(rows))[1] == []


LONG = np.full((1, 2), 1e300)
WRONG = {
    "a column too many": ("forecast", "light_curve", [np.zeros((2, 3))] * 2, r"light_curve_length, 2\).*'any', 3"),
    "one axis": ("forecast", "query", [np.zeros(2)] * 2, r"input query: .*given shape \('any',\)"),
    "unlike columns": ("forecast", "query", [np.zeros((2, 2)), np.zeros((2, 3))], "input query: .*fit no such shape"),
    "strings": ("forecast", "query", [np.array([["a", "b"]])] * 2, "input query: .*given <U1"),
    "beyond float32": ("forecast", "light_curve", [LONG, LONG], "light_curve: .*beyond the range of float32"),
    "no rows at all": ("forecast", "query", 3.0, "input query: .*fit no such shape"),
    "of three": ("forecast", "query", [np.zeros((1, 2))] * 3, r"as many rows in each, given .*'query': 3"),
    "images": ("forecast", "query", Ragged.of([np.zeros((1, 2, 2))] * 2, images=True), "given images"),
    "channels": ("generation", "coarse", [np.zeros((1, 2, 2)), np.zeros((2, 2, 2))], r"given shape \(2, 2, 2\)"),
    "sequences": ("generation", "coarse", Ragged.of([np.zeros(4)] * 2), "input coarse: .*given sequences"),
    "axes": ("generation", "coarse", [np.zeros((2, 2))] * 2, r"input coarse: .*given shape \(2, 2\)"),
    "a band that is none": ("forecast", "query", [np.array([[1.0, 2.0]])] * 2, "column band counts g, r from 0"),
    "half a band": ("forecast", "query", [np.array([[1.0, 0.5]])] * 2, "column band counts g, r from 0"),
}


@pytest.mark.parametrize("case", WRONG)
def test_wrong_rows_are_refused_by_the_name_of_their_input(bundles, case):
    name, given, values, message = WRONG[case]
    with pytest.raises(BundleError, match=message) as refused:
        runtime.load(bundles[name]).predict(rows_of(name, 2) | {given: values})
    assert "\n" not in str(refused.value)


def test_rows_without_a_finite_answer_are_named(bundle, name):
    rows = rows_of(name, 9, seed=4)
    if name == "forecast":
        rows["light_curve"][5] = np.full((2, 2), 3e38, np.float32)
        rows["query"] = [np.zeros((2, 2), np.float32)] * 9
    elif name == "generation":
        rows["coarse"][5][:] = 3e38
    else:
        rows["features"][5] = 3e38
    with pytest.raises(NotFiniteError, match="row 5") as refused:
        bundle.predict(ragged(rows))
    assert refused.value.rows == [5]


def test_an_empty_query_has_no_answer_and_is_no_fault(bundles):
    rows = {"light_curve": [np.ones((3, 2))] * 3, "query": [np.zeros((0, 2)), np.ones((2, 2)), np.zeros((0, 2))]}
    answer = runtime.load(bundles["forecast"]).predict(rows)
    assert answer.value.lengths.tolist() == [0, 2, 0]
    assert answer.band[1].tolist() == ["r", "r"]
    assert answer.horizon[1].tolist() == [1, 1]


def test_known_classes_give_the_nearest(bundles):
    rows = rows_of("detection by class", 20, seed=5)
    answer = runtime.load(bundles["detection by class"]).predict(rows)
    by_class = reference("detection by class", rows)["score_by_class"]
    assert answer.nearest.tolist() == [KNOWN[index] for index in by_class.argmin(axis=1)]
    plain = runtime.load(bundles["detection"]).predict(rows)
    assert plain.by_class.shape == (20, 0)
    assert set(plain.nearest.tolist()) == {""}


def test_rows_above_the_threshold_are_flagged_and_without_one_none_is_said_to_be(bundles):
    rows = rows_of("detection", 40, seed=5)
    bundle = runtime.load(bundles["detection"])
    flagged = bundle.predict(rows).flagged
    assert flagged.tolist() == [score > 2.0 for score in reference("detection", rows)["score"].tolist()]
    assert 0 < flagged.sum() < 40
    assert runtime.load(bundles["detection by class"]).predict(rows).flagged is None
    said = describe(bundle)["threshold"]
    assert said == "2, chosen so that 5 % of the 40 rows of the validation part score higher"


@pytest.mark.parametrize(("rows", "rate"), [(1000, 0.01), (333, 0.05), (20, 0.01)])
def test_a_threshold_is_the_quantile_of_numpy_and_says_where_rows_are_too_few(rows, rate):
    score = np.random.default_rng(rows).lognormal(size=rows).astype(np.float32)
    found = threshold_of(score, rate)
    assert found.score == pytest.approx(np.percentile(score.astype(float), 100 * (1 - rate)))
    assert (found.rows, found.false_alarm_rate) == (rows, rate)
    assert abs((score > found.score).sum() - rows * rate) < 1
    assert ("too few" in str(found)) == (rows == 20)
    assert threshold_of(score[:0], rate) is None


KNOTS = [
    [0.0, 1.0, 2.0, 3.0, 4.0],
    [1.0, 1.0, 1.0],
    [0.0, 0.0, 0.0, 1.0, 2.0, 2.0],
    [0.0, 1.0, 1.0, 1.0, 5.0, 5.0, 9.0, 9.0],
]


@pytest.mark.parametrize("knots", KNOTS)
def test_percentiles_are_those_of_scipy_on_the_grid_of_quantiles(knots):
    """n knots stand for the ends of n - 1 steps: scipy's mean rank of a knot, less half a knot, counts steps."""
    n = len(knots)
    ours = percentile(np.array(knots), Reference(tuple(knots)))
    theirs = np.array([percentileofscore(knots, value, kind="mean") for value in knots])
    np.testing.assert_allclose(ours, (theirs * n / 100 - 0.5) / (n - 1) * 100)
    outside = percentile(np.array([knots[0] - 1, knots[-1] + 1]), Reference(tuple(knots)))
    assert outside.tolist() == [percentileofscore(knots, each, kind="mean") for each in (knots[0] - 1, knots[-1] + 1)]


def test_percentiles_are_linear_between_knots_and_rise():
    scores = np.linspace(-1, 6, 200)
    ranks = percentile(scores, Reference((0.0, 1.0, 1.0, 5.0)))
    assert np.all(np.diff(ranks) >= 0)
    assert percentile(np.array([0.5, 3.0]), Reference((0.0, 1.0, 1.0, 5.0))).tolist() == pytest.approx(
        [50 / 3, 250 / 3]
    )


def lists():
    rows = rows_of("forecast", 4, seed=6)
    found = {
        name: [row[:, place].tolist() for row in rows[of]]
        for of, columns in (("light_curve", ("time", "magnitude")), ("query", ("horizon", "band")))
        for place, name in enumerate(columns)
    }
    return rows, found | {"object_id": list("abcd")}


@pytest.mark.parametrize(
    "table",
    [
        lambda columns: columns,
        pd.DataFrame,
        pa.table,
        lambda columns: pa.table(columns).to_pandas(),
        lambda columns: {name: np.array([np.array(row) for row in rows], object) for name, rows in columns.items()},
    ],
    ids=["dict", "pandas", "arrow", "arrow to pandas", "arrays"],
)
def test_columns_of_lists_are_sequences(bundles, table):
    bundle, (rows, columns) = runtime.load(bundles["forecast"]), lists()
    columns = {name: columns[name] for name in reversed(columns)}
    answer = bundle.predict(bundle.table(table(columns)))
    expected = bundle.predict(rows)
    np.testing.assert_array_equal(answer.value.values, expected.value.values)
    np.testing.assert_array_equal(answer.value.offsets, expected.value.offsets)


def test_an_absent_list_has_no_points(bundles):
    bundle, (_, columns) = runtime.load(bundles["forecast"]), lists()
    for absent in (None, np.nan, pd.NA, []):
        given = {name: [absent, *rows[1:]] for name, rows in columns.items()}
        assert bundle.table(given)["light_curve"].lengths[0] == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"time": None}, "no column time, of the 2 that input light_curve takes"),
        ({"horizon": [[1.0]] * 3}, "columns of unequal length"),
        ({"band": [[0.0] * 7] * 4}, r"row 0 has lists of unequal length \(horizon .*, band 7\)"),
        ({"time": [1.0, 2.0, 3.0, 4.0]}, "column time, row 0: '1.0' is no list"),
        ({"time": ["1 2"] * 4}, "column time, row 0: '1 2' is no list"),
        ({"time": [[["a"]]] * 4}, "column time, row 0 holds something else than numbers"),
        ({"time": [[[1.0]]] * 4}, r"column time, row 0 has shape \(1, 1\)"),
    ],
)
def test_columns_that_are_no_sequences_are_refused_with_their_row(bundles, change, message):
    columns = {name: rows for name, rows in (lists()[1] | change).items() if rows is not None}
    with pytest.raises(AlertlabError, match=message):
        runtime.load(bundles["forecast"]).table(columns)


def in_bands(folder):
    """A forecast whose light curve and query both have a column ``band``."""
    content = deepcopy(manifest("forecast"))
    content["inputs"][0]["columns"][0]["name"] = "band"
    write(folder, "forecast")
    return runtime.load(seal(folder, content))


def test_a_column_that_two_sequences_have_is_given_for_each(tmp_path):
    bundle, (rows, columns) = in_bands(tmp_path / "b.bundle"), lists()
    given = {"light_curve.band": columns["time"], "query.band": columns["band"], "horizon": columns["horizon"]}
    given["magnitude"] = columns["magnitude"]
    expected = bundle.predict(rows)
    np.testing.assert_array_equal(bundle.predict(bundle.table(given)).value.values, expected.value.values)
    half = {"band" if name == "light_curve.band" else name: values for name, values in given.items()}
    np.testing.assert_array_equal(bundle.predict(bundle.table(half)).value.values, expected.value.values)
    with pytest.raises(
        AlertlabError, match=r"several inputs take band; give the columns light_curve\.band and query\.ba"
    ):
        bundle.table(columns)


def test_no_table_gives_images(bundles):
    with pytest.raises(AlertlabError, match="input coarse: image, and a table of columns cannot give it"):
        runtime.load(bundles["generation"]).table({"coarse": [1]})


def test_a_graph_that_forgets_padding_fails_its_golden_rows(tmp_path):
    """Here it counts magnitudes in place of points."""
    folder = write(tmp_path / "bad.bundle", "forecast")
    changed = graph("forecast")
    changed.graph.node[3].input[0] = "magnitude"
    onnx.save(changed, folder / "model.onnx")
    seal(folder, manifest("forecast"))
    with pytest.raises(BundleError, match=r"golden\.npz: forecasts differ by up to"):
        runtime.load(folder).self_test()


def test_golden_rows_parted_otherwise_are_refused(tmp_path):
    folder = write(tmp_path / "bad.bundle", "forecast")
    with np.load(folder / "golden.npz") as golden:
        arrays = dict(golden)
    offsets = arrays["output.value.offsets"]
    row = int(np.argmax(np.diff(offsets) > 0))
    offsets[row + 1] -= 1  # its last value becomes the next row's
    np.savez(folder / "golden.npz", **arrays)
    seal(folder, manifest("forecast"))
    with pytest.raises(BundleError, match=r"golden\.npz: forecasts of shape"):
        runtime.load(folder).self_test()
