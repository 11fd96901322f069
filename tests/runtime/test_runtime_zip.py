"""A bundle as one uncompressed zip."""

import json
import struct
import tempfile
import warnings
import zipfile
from pathlib import Path

import pytest
from alertlab import runtime
from alertlab.runtime import BundleError
from bundle_by_hand import raw_inputs


@pytest.fixture
def zipped(tiny, tmp_path):
    """Zip the folder; members can be added, replaced or compressed."""

    def write(extra=(), compression=zipfile.ZIP_STORED, leave_out=()):
        path = tmp_path / "tiny.zip"
        with zipfile.ZipFile(path, "w", compression) as archive, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of names that stand twice
            for file in sorted(tiny.iterdir()):
                if file.name not in leave_out:
                    archive.write(file, file.name)
            for name, content in extra:
                archive.writestr(name, content)
        return path

    return write


def refused(path, message):
    with pytest.raises(BundleError, match=message):
        runtime.load(path)


def test_a_zip_answers_as_its_folder_and_leaves_nothing_behind(tiny, zipped, tmp_path, monkeypatch):
    (tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "scratch"))
    bundle, inputs = runtime.load(zipped()), raw_inputs(5)
    assert not list((tmp_path / "scratch").iterdir())
    assert bundle.predict(inputs).probability.tobytes() == runtime.load(tiny).predict(inputs).probability.tobytes()
    assert bundle.self_test().n_rows == 12
    assert bundle.sha256 == runtime.load(tiny).sha256


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compressed_zip_is_refused(zipped, compression):
    refused(zipped(compression=compression), "compressed; a bundle is zipped without compression")


@pytest.mark.parametrize("name", ["../evil", "/tmp/evil", "a/../../evil", "sub/evil", "C:\\evil"])
def test_a_path_in_the_zip_is_refused_and_nothing_is_written(zipped, tmp_path, name):
    refused(zipped([(name, b"x")]), "the manifest does not list it")
    assert not list(tmp_path.rglob("evil*"))


def test_a_path_in_zip_and_manifest_is_refused(tiny, zipped):
    manifest = json.loads((tiny / "manifest.json").read_text())
    manifest["files"]["../evil"] = {"sha256": "0" * 64, "bytes": 1}
    (tiny / "manifest.json").write_text(json.dumps(manifest))
    refused(zipped([("../evil", b"x")]), r"manifest.json: files: expected a plain file name, got \"../evil\"")


def test_a_name_that_stands_twice_is_refused(zipped):
    refused(zipped([("LICENSE", b"none")]), "zip: a name stands twice")


def test_a_missing_file_is_refused(zipped):
    refused(zipped(leave_out=["golden.npz"]), r"golden.npz: missing")
    refused(zipped(leave_out=["manifest.json"]), r"no manifest.json")


def test_a_changed_byte_is_refused(tiny, zipped):
    content = bytearray((tiny / "model.onnx").read_bytes())
    content[-1] ^= 1
    (tiny / "model.onnx").write_bytes(content)
    refused(zipped(), r"model.onnx: sha256 differs")


def test_a_bomb_of_overlapping_members_is_refused(zipped):
    """Every entry of the directory points at the one large member (Fifield 2019)."""
    path = zipped([("big", b"\0" * 10**6), *((f"copy{index}", b"") for index in range(50))])
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        big = archive.getinfo("big")
    at = content.find(b"PK\1\2")
    while at >= 0:  # central directory: crc at 16, sizes at 20 and 24, offset at 42
        if content[at + 46 :].startswith(b"copy"):
            struct.pack_into("<III", content, at + 16, big.CRC, big.file_size, big.file_size)
            struct.pack_into("<I", content, at + 42, big.header_offset)
        at = content.find(b"PK\1\2", at + 1)
    path.write_bytes(content)
    refused(path, "zip: its members overlap")


def test_a_size_that_is_a_lie_is_refused(zipped):
    path = zipped()
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        at = archive.start_dir
    struct.pack_into("<II", content, at + 20, 10, 1 << 30)
    path.write_bytes(content)
    refused(path, "compressed")


@pytest.mark.parametrize("content", [b"", b"PK\3\4 but no more", b"a text"])
def test_a_file_that_is_no_zip_is_refused(tmp_path, content):
    (tmp_path / "broken.zip").write_bytes(content)
    refused(tmp_path / "broken.zip", r"broken.zip: neither a folder nor a zip that can be read")


def test_a_truncated_zip_is_refused_wherever_it_ends(zipped, tmp_path):
    whole = zipped().read_bytes()
    for length in range(0, len(whole), 499):
        Path(tmp_path / "part.zip").write_bytes(whole[:length])
        with pytest.raises(BundleError):
            runtime.load(tmp_path / "part.zip")
