"""``python -m alertlab.runtime``."""

import numpy as np
import pytest
from alertlab import runtime
from alertlab.runtime.__main__ import main
from bundle_by_hand import raw_inputs


@pytest.fixture
def inputs_file(tmp_path):
    np.savez(tmp_path / "alerts.npz", **raw_inputs(4))
    return tmp_path / "alerts.npz"


def test_check_reports_the_golden_rows(tiny, capsys):
    assert main(["check", str(tiny)]) == 0
    assert capsys.readouterr().out.startswith("ok: 12 golden rows, largest difference ")


def test_info_says_what_goes_in_and_comes_out(tiny, capsys):
    assert main(["info", str(tiny)]) == 0
    out = capsys.readouterr().out
    for part in (
        "name: tiny 1.0",
        "CC0-1.0",
        "AGN, SN, bogus",
        "stamp: image (n, channel 3, y 5, x 5) in DN",
        "magpsf",
    ):
        assert part in out


def test_predict_writes_what_python_would_get(tiny, inputs_file, tmp_path, capsys):
    out = tmp_path / "classes.out"
    assert main(["predict", str(tiny), str(inputs_file), "--out", str(out)]) == 0
    expected = runtime.load(tiny).predict(raw_inputs(4))
    with np.load(out) as written:
        np.testing.assert_array_equal(written["probability"], expected.probability)
        np.testing.assert_array_equal(written["label"], expected.label)
        assert written["classes"].tolist() == ["AGN", "SN", "bogus"]


def test_predict_prints_a_line_a_row(tiny, inputs_file, capsys):
    assert main(["predict", str(tiny), str(inputs_file)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("\t")[0] for line in lines] == runtime.load(tiny).predict(raw_inputs(4)).label.tolist()


@pytest.mark.parametrize("content", [b"", b"no npz", b"\x93NUMPY"])
def test_a_broken_inputs_file_is_one_line(tiny, tmp_path, capsys, content):
    (tmp_path / "alerts.npz").write_bytes(content)
    assert main(["predict", str(tiny), str(tmp_path / "alerts.npz")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_a_bare_array_or_a_pickle_is_refused(tiny, tmp_path, capsys):
    np.save(tmp_path / "a.npy", np.zeros(3))
    np.savez(tmp_path / "b.npz", stamp=np.array([{}], dtype=object))
    for name in ("a.npy", "b.npz"):
        assert main(["predict", str(tiny), str(tmp_path / name)]) == 1
        assert "not an .npz file of plain arrays" in capsys.readouterr().err


def test_an_error_is_one_line_and_exit_code_1(tiny, tmp_path, capsys):
    (tiny / "LICENSE").unlink()
    assert main(["check", str(tiny)]) == 1
    assert capsys.readouterr().err == "error: LICENSE: missing, though the manifest lists it\n"
    assert main(["info", str(tmp_path / "none")]) == 1


def test_help_shows_an_example(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--help"])
    assert stop.value.code == 0
    assert "python -m alertlab.runtime predict stamp-1.0.bundle" in capsys.readouterr().out
