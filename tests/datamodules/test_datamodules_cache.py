"""The cache of decoded alerts: right whatever happens to it, and harmless to whoever shares it."""

import errno
import os
import resource
import shutil
import subprocess
import sys
import textwrap
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from alertlab.alerts import Alert, Rejected, read_alerts
from alertlab.alerts.fingerprint import content_digest
from alertlab.alerts.metadata import metadata_features
from alertlab.cli import main
from alertlab.config import compose, instantiate
from alertlab.core.contracts import Loading
from alertlab.datamodules.stamps import cache as cache_module
from alertlab.datamodules.stamps.stored import STAMP_BYTES, STAMPS, StoredAlerts, write_alerts
from alertlab.runtime import AlertlabError
from alertlab.simulate import SimulatedStamps, write_dataset

N = 40


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    folder = tmp_path_factory.mktemp("untouched") / "night"
    write_dataset(folder, N, seed=2)
    (folder / "packets" / "notes.txt").write_text("clouds")
    return folder


@pytest.fixture
def night(untouched, tmp_path):
    return shutil.copytree(untouched, tmp_path / "night", copy_function=shutil.copy)  # as new: not its old times


@pytest.fixture
def decoded(monkeypatch):
    """Gets an entry each time alerts are decoded into the cache."""
    calls = []

    def write(folder, *rest):
        calls.append(folder)
        write_alerts(folder, *rest)

    monkeypatch.setattr(cache_module, "write_alerts", write)
    return calls


def make(night, *overrides):
    settings = {"path": night / "packets", "labels": night / "labels.csv", "cache": night.parent / "cache"}
    values = [f"datamodule.{key}={value}" for key, value in settings.items()]
    return instantiate(compose("train", ["datamodule=ztf_stamps", *values, *overrides]).datamodule)


def kept(night):
    """The folders of decoded alerts, whole or partial."""
    return sorted(path for path in (night.parent / "cache").iterdir() if path.name != "digests")


def test_alerts_come_back_as_they_were(night, tmp_path):
    origin = str(night)
    (tmp_path / "kept").mkdir()
    write_alerts(tmp_path / "kept", read_alerts(night), content_digest, origin)
    stored = list(StoredAlerts(tmp_path / "kept", content_digest, origin))
    fresh = sorted(read_alerts(night), key=lambda found: not isinstance(found, Rejected))
    assert len(fresh) == N + 2
    for one, two in zip(fresh, stored, strict=True):
        if isinstance(one, Rejected):
            assert one == two
        else:
            np.testing.assert_array_equal(one.stamp, two.stamp)
            np.testing.assert_equal(vars(replace(one, stamp=two.stamp)), vars(two))


@pytest.mark.parametrize("kind", [float, np.float32, np.float64, Decimal], ids=lambda kind: kind.__name__)
def test_numbers_of_every_type_and_bytes_come_back_as_what_they_say(tmp_path, kind):
    values = {"ra": kind(2.5), "ndethist": kind(3), "isdiffpos": b"t", "label": b"SN", "day": date(2020, 1, 2)}
    alert = Alert(1, "a", values, np.zeros((3, 63, 63), np.float32), "row 0")
    write_alerts(tmp_path, [alert], content_digest)
    (back,) = StoredAlerts(tmp_path, content_digest)
    names = ["ra", "ndethist", "isdiffpos"]
    np.testing.assert_array_equal(metadata_features([back.candidate], names), [[2.5, 3, 0]])
    assert {name: back.candidate[name] for name in ("label", "day")} == {"label": "SN", "day": "2020-01-02"}


def test_labels_and_metadata_change_without_decoding_anew(night, decoded):
    make(night).samples()
    make(night, "datamodule.metadata=[distnr]").samples()
    make(night, "+datamodule.label_map.SN=null").samples()
    assert len(decoded) == 1


def test_the_same_alerts_elsewhere_are_known_and_named_by_where_they_lie_now(night, decoded):
    make(night).samples()
    moved = night.rename(night.with_name("moved"))
    data = make(moved)
    data.samples()
    assert len(decoded) == 1
    assert [rejected.origin for rejected in data.rejected] == [f"{moved}/packets/notes.txt"]


def test_a_changed_source_is_decoded_anew(night, decoded):
    before = make(night).samples()
    next((night / "packets").glob("*.avro")).unlink()
    after = make(night).samples()
    assert (len(before), len(after), len(decoded)) == (N, N - 1, 2)


def test_a_source_that_changes_while_it_is_read_is_refused(night, monkeypatch):
    def meanwhile(folder, *rest):
        write_alerts(folder, *rest)
        next((night / "packets").glob("*.avro")).unlink()

    monkeypatch.setattr(cache_module, "write_alerts", meanwhile)
    with pytest.raises(AlertlabError, match="changed while they were read"):
        make(night).samples()
    assert not kept(night)


@pytest.mark.parametrize("name", ["stamps.npy", "alerts.parquet", "rejected.parquet", "index.json"])
@pytest.mark.parametrize("harm", ["cut", "bit", "gone"])
def test_a_damaged_cache_is_noticed_and_made_anew(night, decoded, capsys, name, harm):
    before = make(night).samples().digest()
    (folder,) = kept(night)
    file, content = folder / name, bytearray((folder / name).read_bytes())
    content[len(content) // 2] ^= 4
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    if harm == "gone":
        file.unlink()
    else:
        file.write_bytes(content if harm == "bit" else content[:-1])
        os.utime(file, ns=times)
    capsys.readouterr()
    assert make(night).samples().digest() == before
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "decoding anew" in said
    assert len(decoded) == 2
    assert make(night).samples().digest() == before
    assert len(decoded) == 2


def test_a_reader_keeps_its_data_when_the_cache_is_replaced_or_deleted(night):
    data = make(night, "datamodule.metadata=[]")
    before = data.samples().digest()
    (folder,) = kept(night)
    with (folder / STAMPS).open("r+b") as file:
        file.truncate(STAMP_BYTES)
    with (folder / "alerts.parquet").open("ab") as file:
        file.write(b"!")
    shutil.rmtree(night.parent / "cache")
    other = make(night, "datamodule.metadata=[]")
    assert other.samples().digest() == before
    shutil.rmtree(night.parent / "cache")
    assert other.samples().digest() == before


def test_workers_read_the_cache_themselves(night):
    data = make(night, "datamodule.split.test=0.3", "datamodule.split.validation=0.3")
    data.draw(0)
    data.loading = Loading(batch_size=7, seed=3)
    alone = [inputs["stamp"].numpy() for inputs, _ in data.train_dataloader()]
    data.workers = 1
    for one, two in zip(alone, data.train_dataloader(), strict=True):
        np.testing.assert_array_equal(one, two[0]["stamp"])


AT_ONCE = """
    import os, sys, time
    from pathlib import Path
    from alertlab.datamodules import StampDataModule
    from alertlab.datamodules.stamps import cache
    from alertlab.core.split import SplitPlan
    from alertlab.simulate import SimulatedStamps

    folder = Path(sys.argv[1])
    me = "process1" if os.fork() else "process2"  # what takes long is imported once

    class Slow(SimulatedStamps):
        def alerts(self):
            (folder / me).touch()  # both are decoding before either goes on
            while len(list(folder.glob("process?"))) < 2:
                time.sleep(0.01)
            yield from super().alerts()

    classes = ["AGN", "SN", "VS", "asteroid", "bogus"]
    data = StampDataModule(Slow(30, 1, 0.5), classes, ["ra"], SplitPlan(), cache=str(folder / "cache"))
    (folder / f"{me}.digest").write_text(data.samples().digest())
    if me == "process1":
        sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
    os._exit(0)
"""


def test_two_trainings_at_once_leave_one_whole_cache(tmp_path):
    subprocess.run([sys.executable, "-c", textwrap.dedent(AT_ONCE), str(tmp_path)], check=True, timeout=300)
    one, other = ((tmp_path / f"process{number}.digest").read_text() for number in (1, 2))
    assert one == other != ""
    (left,) = [path for path in (tmp_path / "cache").iterdir() if path.name != "digests"]
    StoredAlerts(left, content_digest)  # raises when it is not whole


@contextmanager
def files_of_at_most(size):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_is_told_with_its_remedy_and_leaves_nothing_half(night, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    values = [f"datamodule.path={night}/packets", f"datamodule.labels={night}/labels.csv", "datamodule.cache=kept"]
    with files_of_at_most(1 << 20):
        assert main(["train", "datamodule=ztf_stamps", *values]) != 0
    told = capsys.readouterr().err
    assert "datamodule.cache: no room in kept: alerts of packets need 2.0 MB" in told
    assert "datamodule.cache=null" in told
    assert "Traceback" not in told
    assert [path.name for path in (tmp_path / "kept").iterdir() if path.name != "digests"] == []


def test_too_little_room_is_told_before_anything_is_decoded(night, monkeypatch, decoded):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(2e6, 1e6, 1e6))
    with pytest.raises(AlertlabError, match=r"need 2\.0 MB, 1\.0 MB are free"):
        make(night).samples()
    assert not decoded


SMALL_DISK = """
    mount -t tmpfs -o size=1m tmpfs kept || exit 99
    "$@"
    echo "left: $(ls -A kept | grep -v digests)"
"""


@pytest.mark.skipif(shutil.which("unshare") is None, reason="nothing here makes a small disk")
def test_a_disk_that_fills_up_is_told_in_one_line_and_nothing_is_left_on_it(night, tmp_path):
    archive = shutil.make_archive(str(night / "night"), "gztar", night / "packets")
    (tmp_path / "kept").mkdir()
    values = [f"datamodule.path={archive}", f"datamodule.labels={night}/labels.csv", "datamodule.cache=kept"]
    train = [sys.executable, "-m", "alertlab", "train", "datamodule=ztf_stamps", *values]
    command = ["unshare", "--map-root-user", "--mount", "sh", "-c", textwrap.dedent(SMALL_DISK), "sh", *train]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    if "left:" not in done.stdout:
        pytest.skip("this machine lets nobody mount a small disk")
    (told,) = [line for line in done.stderr.splitlines() if line.startswith("alertlab: ")]
    assert "no room in kept: alerts of night.tar.gz need more than" in told
    assert "datamodule.cache=FOLDER" in told
    assert "Traceback" not in done.stderr
    assert done.stdout.endswith("left: \n")


def test_an_archive_that_does_not_fit_says_how_much_was_not_enough(night, monkeypatch):
    def fill(folder, *rest):
        write_alerts(folder, *rest)
        raise OSError(errno.ENOSPC, "No space left on device")

    archive = shutil.make_archive(str(night / "night"), "gztar", night / "packets")
    monkeypatch.setattr(cache_module, "write_alerts", fill)
    with pytest.raises(AlertlabError, match=r"night\.tar\.gz need more than 2\.0 MB"):
        make(night, f"datamodule.path={archive}").samples()
    assert not kept(night)


def test_a_folder_that_cannot_be_made_is_named(night):
    (night.parent / "cache").write_text("a file")
    with pytest.raises(AlertlabError, match=r"datamodule\.cache: cannot write .*cache .*datamodule\.cache=null"):
        make(night).samples()


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (os.mkfifo, "not a regular file"),
        (lambda path: path.symlink_to("nowhere"), "No such file or directory"),
    ],
    ids=["a pipe", "a link to nothing"],
)
def test_what_has_no_content_to_know_it_by_is_rejected_and_nothing_is_kept(night, capsys, odd, reason):
    odd(night / "packets" / "odd.avro")
    data = make(night)
    assert len(data.samples()) == N
    assert [rejected.reason for rejected in data.rejected] == ["not an .avro file", "not a regular file"]
    assert f"odd.avro has no digest ({reason}); alerts are decoded for this run alone" in capsys.readouterr().err


def test_a_name_that_does_not_go_onto_a_terminal_is_told_as_without_a_cache(night):
    moved = night.rename(night.with_name("bell\a"))
    settings = f"datamodule.path='{moved}/packets'", f"datamodule.labels='{moved}/labels.csv'"
    told = []
    for cache in ("null", night.parent / "cache", night.parent / "cache"):
        data = make(night, *settings, f"datamodule.cache={cache}")
        data.samples()
        told.append([rejected.origin for rejected in data.rejected])
    assert told[0] == told[1] == told[2]


def test_another_version_of_the_decoder_decodes_anew(night, decoded, monkeypatch):
    make(night).samples()
    monkeypatch.setattr("alertlab.alerts.source.DECODER_VERSION", "next")
    make(night).samples()
    assert len(decoded) == 2


def test_a_cache_deleted_while_it_is_written_is_told(night, monkeypatch):
    def delete(path):
        yield from read_alerts(path)
        shutil.rmtree(night.parent / "cache")

    data = make(night)
    monkeypatch.setattr("alertlab.alerts.source.read_alerts", delete)
    with pytest.raises(AlertlabError, match=r"datamodule\.cache: cannot write"):
        data.samples()


def test_what_a_killed_process_left_is_swept_away_and_what_a_living_one_writes_is_not(night):
    cache = night.parent / "cache"
    for name, age in (("killed", 2 * 86400), ("living", 60)):
        folder = cache / f".{name}.partial"
        folder.mkdir(parents=True)
        (folder / STAMPS).touch()
        for path in (folder / STAMPS, folder):
            os.utime(path, (time.time() - age,) * 2)
    make(night).samples()
    assert [path.name for path in kept(night) if path.suffix == ".partial"] == [".living.partial"]


def test_simulated_alerts_of_other_arguments_are_others():
    one = [(60, 1, 0.5), (61, 1, 0.5), (60, 2, 0.5), (60, 1, 0.6), (60, 1, 0.5)]
    versions = [SimulatedStamps(*arguments).fingerprint(None) for arguments in one]
    assert len(set(versions)) == 4
    assert versions[0] == versions[-1]


PEAK = """
    import os, resource, sys
    from pathlib import Path
    import numpy as np
    from alertlab.alerts import Alert
    from alertlab.core.split import SplitPlan
    from alertlab.datamodules import StampDataModule

    class Many:
        description, origin = "many", ""
        def __init__(self, n): self.n = n
        def count(self): return self.n
        def fingerprint(self, digest): return "many"
        def __iter__(self): return self.labelled(self.alerts())
        def alerts(self):
            for i in range(self.n):
                yield Alert(i, f"o{i // 2}", {"ra": 1.0 * i}, np.full((3, 63, 63), i, "f4"), "")
        def labelled(self, alerts):
            return ((alert, "ab"[alert.candid // 2 % 2]) for alert in alerts)

    for n in map(int, sys.argv[2:]):
        if os.fork():  # a process each; what takes long is imported once
            assert os.wait()[1] == 0
            continue
        data = StampDataModule(Many(n), ["a", "b"], ["ra"], SplitPlan(), cache=f"{sys.argv[1]}/{n}")
        data.draw(0)
        inputs, target = next(iter(data.train_dataloader()))
        assert (inputs["stamp"][:, 0, 0, 0] == inputs["metadata"][:, 0]).all()
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)
        os._exit(0)
"""


def test_memory_does_not_grow_with_the_number_of_alerts(tmp_path):
    command = [sys.executable, "-c", textwrap.dedent(PEAK)]
    sizes = 500, 5000
    done = subprocess.run([*command, tmp_path, *map(str, sizes)], stdout=subprocess.PIPE, text=True, check=True)
    few, many = (int(line) * 1024 for line in done.stdout.splitlines())
    assert many - few < 0.2 * (sizes[1] - sizes[0]) * STAMP_BYTES
