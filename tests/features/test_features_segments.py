"""A kernel over a batch gives what it gives for each segment alone, whoever declared it and however it is run."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from alertlab.features.families import KERNELS
from alertlab.features.feature import of_band, of_object
from alertlab.features.lightcurves import Floats, Integers
from alertlab.features.runs.apply import applied
from alertlab.features.runs.segments import Ragged, Segments, unmet

LENGTHS = (1, 7, 0, 3, 40, 2)


def above(magnitude: Floats, zero: float) -> float:
    count = 0.0
    for m in magnitude:
        count += m > zero
    return count


def ends(time: Floats, magnitude: Floats, limit: Floats) -> Floats:
    last = limit[-1] if limit.size else np.nan
    return np.array([time[-1] - time[0], magnitude[0], last])


def bands_seen(band: Integers, W1: float) -> Floats:  # noqa: N803 - AllWISE's name
    return np.array([float(np.unique(band).size), W1])


TEXTS = tuple((name, "", "") for name in ("a", "b", "c"))


@pytest.fixture
def segments():
    """Six segments of 0 to 40 points, one of them without any."""
    random = np.random.default_rng(3)
    offsets = np.concatenate(([0], np.cumsum(LENGTHS)))
    limit_offsets = np.array([0, 2, 2, 5, 5, 6, 9])
    m = offsets[-1]
    points = {"time": np.sort(random.uniform(0, 100, m)), "magnitude": random.normal(18, 1, m)}
    points |= {"error": random.uniform(0.01, 0.1, m), "band": random.integers(1, 3, m)}
    more = {"limit": Ragged(limit_offsets, random.normal(20, 1, 9)), "zero": np.full(6, 18.0), "W1": np.arange(6.0)}
    derived = {"ordered": lambda s: Ragged(s.offsets, np.concatenate([np.sort(s["magnitude"][k]) for k in range(6)]))}
    return Segments(offsets, points, more, derived)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(
    ("function", "texts", "declare"), [(above, 1, of_band), (ends, 3, of_band), (bands_seen, 2, of_object)]
)
def test_a_kernel_of_a_users_own_gives_for_a_batch_what_it_gives_for_each_segment(
    segments, function, texts, declare, compiled
):
    kernel = declare(*TEXTS[:texts], minimum=2, compiled=compiled)(function)
    found = applied(kernel, segments)
    assert found.shape == (6, texts)
    for segment, length in enumerate(LENGTHS):
        if length >= 2:
            np.testing.assert_array_equal(found[segment], function(*segments.arguments(kernel, segment)))
        else:
            assert np.isnan(found[segment]).all()


@pytest.mark.parametrize(
    "kernel", [each for each in KERNELS if set(each.inputs) <= {"time", "magnitude", "error", "ordered", "zero"}]
)
def test_a_kernel_of_ours_gives_for_a_batch_what_it_gives_for_each_segment_to_the_last_bit(segments, kernel):
    found = applied(kernel, segments)
    for segment, length in enumerate(LENGTHS):
        if length >= kernel.minimum:
            np.testing.assert_array_equal(found[segment], kernel.compute(*segments.arguments(kernel, segment)))
        else:
            assert np.isnan(found[segment]).all()
            assert unmet(kernel, segments, segment) == f"{length} of {kernel.minimum} detections that it needs"


def test_a_kernel_whose_input_is_not_there_gives_nan(segments):
    kernel = of_band(TEXTS[0], minimum=1)(lambda rb: rb.sum())
    assert np.isnan(applied(kernel, segments)).all()
    assert unmet(kernel, segments, 1) == "needs rb, which the light curve does not have"


def test_a_derived_input_is_made_once_and_only_when_a_kernel_takes_it(segments):
    made = []
    counted = Segments(segments.offsets, segments.points, {}, {"zero": lambda s: made.append(1) or np.zeros(len(s))})
    applied(of_band(TEXTS[0], minimum=1)(lambda magnitude: magnitude[0]), counted)
    assert not made
    kernel = of_band(TEXTS[0], minimum=1)(lambda zero: zero + 1)
    for _ in range(2):
        assert applied(kernel, counted)[4] == 1
    assert len(made) == 1


def test_a_kernel_that_gives_too_few_values_or_raises_is_an_error(segments):
    short = of_band(*TEXTS, minimum=1)(lambda magnitude: magnitude[:1].copy())
    with pytest.raises(ValueError, match="one value for each of its columns"):
        applied(short, segments)

    def refused(magnitude):
        if magnitude.size == 40:
            raise ValueError("forty points")
        return 0.0

    with pytest.raises(ValueError, match="forty points"):
        applied(of_band(TEXTS[0], minimum=1)(refused), segments)


def test_loops_and_kernels_of_another_module_are_read_from_the_cache_by_the_next_process(tmp_path):
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n"
        "from alertlab.features.feature import of_band\n"
        "from alertlab.features.runs.apply import applied\n"
        "from alertlab.features.runs.segments import Segments\n"
        "@of_band(('mine', '', ''), minimum=1)\n"
        "def mine(magnitude, zero):\n"
        "    return magnitude[0] * zero\n"
        "segments = Segments(np.array([0, 1, 3]), {'magnitude': np.arange(3.0)}, {'zero': np.full(2, 2.0)})\n"
        "assert applied(mine, segments).tolist() == [[0.0], [2.0]]\n"
        "from alertlab.features.runs.apply import fill_one\n"
        "print(sum(mine.compute.stats.cache_hits.values()), sum(fill_one.stats.cache_hits.values()))\n"
    )
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    said = [
        subprocess.run([sys.executable, "mine.py"], cwd=tmp_path, env=environment, check=True, capture_output=True)
        for _ in range(2)
    ]
    assert [each.stdout.split() for each in said] == [[b"0", b"0"], [b"1", b"1"]]
    assert Path(tmp_path / "cache").is_dir()
