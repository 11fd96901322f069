"""Bundles of the first version of the manifest, written before there was a second, load and answer as they did."""

from pathlib import Path

import numpy as np
import pytest
from alertlab import runtime

WRITTEN = Path(__file__).parent / "version_1"
NAMES = ("stamps-0.1.0", "light_curves-0.1.0")


@pytest.fixture(params=NAMES)
def written(request):
    """A bundle, and the file of what it answered when it was written."""
    return runtime.load(WRITTEN / f"{request.param}.zip"), WRITTEN / f"{request.param}.npz"


def test_its_manifest_is_of_version_1(written):
    assert written[0].manifest.bundle_version == 1


def test_it_answers_as_it_did(written):
    bundle, answers = written
    prediction = bundle.predict(bundle.golden()[0])
    with np.load(answers) as expected:
        np.testing.assert_allclose(prediction.probability, expected["probability"], atol=1e-6)
        np.testing.assert_array_equal(prediction.label, expected["label"])


def test_its_golden_rows_are_repeated(written):
    parity = written[0].self_test()
    assert parity.label_flips == 0
    assert parity.n_rows == written[0].manifest.parity.n_rows
