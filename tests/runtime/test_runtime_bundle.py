"""Loading and predicting."""

import numpy as np
import pytest
from alertlab import runtime
from alertlab.runtime import BundleError
from bundle_by_hand import CLASSES, raw_inputs, reference


def test_predictions_agree_with_a_loop_in_float64(tiny):
    inputs = raw_inputs(50, seed=1)
    prediction = runtime.load(tiny).predict(inputs)
    expected = reference(**inputs)
    np.testing.assert_allclose(prediction.probability, expected, atol=1e-6)
    assert prediction.probability.dtype == np.float32
    assert prediction.label.tolist() == [CLASSES[index] for index in expected.argmax(axis=1)]
    np.testing.assert_array_equal(prediction.index, expected.argmax(axis=1))


@pytest.mark.parametrize("batch_size", [1, 7, 50, 1000])
def test_the_batch_size_does_not_change_the_answer(tiny, batch_size):
    bundle, inputs = runtime.load(tiny), raw_inputs(50)
    np.testing.assert_allclose(
        bundle.predict(inputs, batch_size).probability, bundle.predict(inputs).probability, atol=1e-6
    )


def test_two_loads_give_the_same_bits(tiny):
    inputs = raw_inputs(50)
    first, second = (runtime.load(tiny, threads=2).predict(inputs).probability.tobytes() for _ in range(2))
    assert first == second


def test_no_rows_give_no_predictions(tiny):
    prediction = runtime.load(tiny).predict(raw_inputs(0))
    assert prediction.probability.shape == (0, 3)
    assert prediction.label.shape == prediction.index.shape == (0,)


def test_a_loaded_bundle_no_longer_needs_its_files(tiny):
    bundle = runtime.load(tiny)
    for path in tiny.iterdir():
        path.unlink()
    assert bundle.self_test().n_rows == 12


def test_the_self_test_reports_what_it_measured(tiny):
    report = runtime.load(tiny).self_test()
    inputs = raw_inputs()
    error = np.abs(runtime.load(tiny).predict(inputs).probability - reference(**inputs)).max()
    assert report.max_abs_error == pytest.approx(error)
    assert (report.n_rows, report.label_flips) == (12, 0)


def test_whatever_converts_to_float32_is_taken(tiny):
    bundle, inputs = runtime.load(tiny), {"stamp": np.ones((2, 3, 5, 5), np.int64), "metadata": [[1, 2, 3, 4]] * 2}
    assert len(bundle.predict(inputs).label) == 2


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"stamp": None}, r"inputs: expected \['metadata', 'stamp'\], given \['metadata'\]"),
        ({"extra": np.zeros(2)}, r"given \['extra', 'metadata', 'stamp'\]"),
        (
            {"stamp": np.zeros((2, 3, 9, 9))},
            r"input stamp: expected float32 \(n, 3, 5, 5\), given shape \(2, 3, 9, 9\)",
        ),
        ({"metadata": np.zeros(4)}, r"input metadata: expected float32 \(n, 4\), given shape \(4,\)"),
        ({"metadata": np.zeros((2, 4), complex)}, "input metadata.*given complex128"),
        ({"metadata": np.array([["a"] * 4] * 2)}, "input metadata.*given <U1"),
        ({"metadata": np.full((2, 4), None)}, "input metadata.*given object"),
        ({"metadata": [[1, 2, 3, 4], [1]]}, "input metadata.*rows of unequal shape"),
        ({"metadata": np.full((2, 4), 1e300)}, "input metadata.*beyond the range of float32"),
        ({"metadata": np.zeros((3, 4))}, "as many rows in each, given {'stamp': 2, 'metadata': 3}"),
        ({"metadata": 1.0}, r"input metadata.*given shape \(\)"),
    ],
)
def test_wrong_inputs_are_named(tiny, change, message):
    inputs = {name: array for name, array in (raw_inputs(2) | change).items() if array is not None}
    with pytest.raises(BundleError, match=message):
        runtime.load(tiny).predict(inputs)


def test_a_batch_of_nothing_is_refused(tiny):
    with pytest.raises(BundleError, match="batch_size: expected at least 1, given -3"):
        runtime.load(tiny).predict(raw_inputs(2), batch_size=-3)


def test_a_row_without_finite_probabilities_is_named(tiny, manifest, reseal):
    manifest["inputs"][1]["preprocessing"] = []
    bundle, inputs = runtime.load(reseal()), raw_inputs(9)
    inputs["metadata"][:] = 0
    inputs["metadata"][5, 2] = np.nan
    with pytest.raises(BundleError, match=r"row 5: .* not finite") as refused:
        bundle.predict(inputs)
    assert refused.value.rows == [5]
