"""`alertlab features`: any file in, the same table out, whatever the order, the workers, or who killed it."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.cli import main
from alertlab.config import compose
from alertlab.features import extract
from alertlab.features.runs.merge import merged
from alertlab.features.runs.partition import Partition, read_bucket
from alertlab.features.tables.columns import ALERCE, Columns
from alertlab.runtime.errors import AlertlabError
from alertlab.workflows.features import features, settings_of
from astropy.table import Table

SMALL = ["workers=1", "features=alerce174", "batch_size=7", "columns=plain"]


def run(path, out, *overrides, non_detections=None):
    return features(compose("features", [*SMALL, *overrides]), path, non_detections, out)


@pytest.fixture
def frame():
    """Sixty objects of 10 to 20 detections, one of them of 3, shuffled."""
    random = np.random.default_rng(2)
    counts = random.integers(10, 21, 60)
    counts[11] = 3
    names = np.repeat([f"obj{number}" for number in range(60)], counts)
    n = len(names)
    frame = pd.DataFrame({"object_id": names, "time": random.uniform(0, 900, n), "band": random.integers(1, 3, n)})
    frame = frame.assign(magnitude=random.normal(18, 1, n), error=0.1, rb=0.9, positive=1)
    return frame.sample(frac=1, random_state=5)


@pytest.fixture
def table(frame, tmp_path):
    frame.to_parquet(tmp_path / "long.parquet")
    return tmp_path / "long.parquet"


def test_the_table_is_that_of_the_python_call_and_objects_left_out_are_listed(frame, table, tmp_path):
    result = run(table, tmp_path / "f.parquet")
    with pytest.warns(UserWarning, match="1 of 60 objects left out"):
        expected = extract(frame, features="alerce174")
    found = pq.read_table(result.features)
    assert found.to_pandas().equals(expected.to_pandas())
    assert found.schema.metadata[b"alertlab.features"] == b"alerce174"
    assert result.objects == 59
    assert pq.read_table(result.rejected).to_pylist() == [
        {"object_id": "obj11", "reason": "fewer than 6 clean detections"}
    ]
    assert not (tmp_path / "f.parquet.parts").exists()


def test_order_of_rows_workers_and_sizes_change_no_byte(frame, table, tmp_path, monkeypatch):
    expected = run(table, tmp_path / "f.parquet").features.read_bytes()
    frame.sample(frac=1, random_state=8).to_parquet(tmp_path / "other.parquet")
    assert run(tmp_path / "other.parquet", tmp_path / "g.parquet").features.read_bytes() == expected
    assert run(table, tmp_path / "h.parquet", "workers=2").features.read_bytes() == expected
    assert run(table, tmp_path / "i.parquet", "batch_size=1000").features.read_bytes() == expected
    monkeypatch.setattr("alertlab.features.runs.partition.BUCKET", 2000)
    monkeypatch.setattr("alertlab.features.runs.partition.RUN", 3000)
    monkeypatch.setattr("alertlab.features.tables.read.LONG", 100)
    result = run(table, tmp_path / "j.parquet")
    assert result.features.read_bytes() == expected
    assert result.left_out == {"fewer than 6 clean detections": 1}


def test_csv_and_a_folder_of_parts_give_the_same_table(frame, table, tmp_path):
    expected = run(table, tmp_path / "f.parquet").features.read_bytes()
    frame.to_csv(tmp_path / "long.csv", index=False)
    assert run(tmp_path / "long.csv", tmp_path / "g.parquet").features.read_bytes() == expected
    for number in range(3):
        folder = tmp_path / "catalog" / f"Npix={number}"
        folder.mkdir(parents=True)
        frame[number::3].to_parquet(folder / "part0.parquet")
    out = tmp_path / "h.parquet"
    assert main(["features", str(tmp_path / "catalog"), "--out", str(out), *SMALL]) == 0
    assert out.read_bytes() == expected


@pytest.fixture
def few(frame):
    """Seven of the objects."""
    return frame[frame.object_id.isin([f"obj{number}" for number in (1, 2, 3, 5, 7, 8, 11)])]


def features_in(few, tmp_path):
    few.to_parquet(tmp_path / "few.parquet")
    return pd.read_parquet(run(tmp_path / "few.parquet", tmp_path / "few.features.parquet").features)


@pytest.mark.parametrize("ending", ["fits", "vot", "ecsv", "csv"])
def test_tables_of_astronomers_and_csv_with_comments_give_the_same_table(few, tmp_path, ending):
    path = tmp_path / f"long.{ending}"
    if ending == "csv":
        few.to_csv(path, index=True)
        path.write_text(f"# by hand\n{path.read_text()}# the end\n")
    else:
        table = Table.from_pandas(few)
        if ending == "fits":
            table["object_id"] = np.array([f"{name}   " for name in few.object_id], dtype="S")
        table.write(path, format={"fits": "fits", "vot": "votable", "ecsv": "ascii.ecsv"}[ending])
    pd.testing.assert_frame_equal(
        pd.read_parquet(run(path, tmp_path / "g.parquet").features), features_in(few, tmp_path)
    )


def test_a_hats_catalogue_is_read_by_its_tiles_and_of_a_folder_other_files_are_counted(few, tmp_path):
    expected = features_in(few, tmp_path)
    tiles = tmp_path / "catalogue" / "dataset" / "Norder=0" / "Dir=0"
    tiles.mkdir(parents=True)
    for number in range(2):
        few[number::2].assign(_healpix_29=number).to_parquet(tiles / f"Npix={number}.parquet")
    few[:20].to_parquet(tmp_path / "catalogue" / "dataset" / "data_thumbnail.parquet")
    (tmp_path / "catalogue" / "partition_info.csv").write_text("Norder,Npix\n0,0\n0,1\n")
    result = run(tmp_path / "catalogue", tmp_path / "g.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(result.features), expected)
    assert not result.dropped
    (tiles / "notes.txt").write_text("of tonight")
    result = run(tiles, tmp_path / "h.parquet")
    pd.testing.assert_frame_equal(pd.read_parquet(result.features), expected)
    assert result.dropped == {"file that is no table": 1}


def test_an_object_of_which_nothing_is_there_or_possible_is_rejected_by_name(few, tmp_path):
    some = few.assign(magnitude=few.magnitude.mask(few.object_id == "obj7", 99.99))
    nested = some.groupby("object_id").agg(list).reset_index()
    nothing = [{"object_id": "empty", **{name: [] for name in few if name != "object_id"}}, {"object_id": "bare"}]
    pd.concat([nested, pd.DataFrame(nothing)]).to_parquet(tmp_path / "nested.parquet")
    result = run(tmp_path / "nested.parquet", tmp_path / "f.parquet")
    assert pq.read_table(result.features)["object_id"].to_pylist() == ["obj1", "obj2", "obj3", "obj5", "obj8"]
    assert pq.read_table(result.rejected)["object_id"].to_pylist() == ["bare", "empty", "obj11", "obj7"]
    assert result.left_out == {"fewer than 6 clean detections": 4}
    assert result.dropped["magnitude is a sentinel (99.99)"] == (few.object_id == "obj7").sum()


def test_dates_in_csv_are_answered_with_their_format_and_then_read(few, tmp_path, capsys):
    days = few.assign(time=58000 + 2 * np.arange(len(few)))
    dates = (np.datetime64("1858-11-17") + days.time.to_numpy()).astype(str)
    days.assign(time=dates).to_csv(tmp_path / "t.csv", index=False)
    command = ["features", str(tmp_path / "t.csv"), "--out", str(tmp_path / "g.parquet"), *SMALL]
    assert main(command) == 1
    assert "dates need columns.time_format=iso" in capsys.readouterr().err
    assert main([*command, "columns.time_format=iso"]) == 0
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "g.parquet"), features_in(days, tmp_path))


def test_a_killed_run_goes_on_where_it_stopped_and_gives_the_same_table(frame, tmp_path):
    many = pd.concat([frame.assign(object_id=frame.object_id + f"_{copy}") for copy in range(10)])
    many.to_parquet(tmp_path / "many.parquet")
    expected = run(tmp_path / "many.parquet", tmp_path / "f.parquet").features.read_bytes()
    out, parts = tmp_path / "g.parquet", tmp_path / "g.parquet.parts" / "parts"
    command = [sys.executable, "-m", "alertlab", "features", "many.parquet", "--out", "g.parquet", *SMALL, "--json"]
    with subprocess.Popen([*command, "workers=2"], cwd=tmp_path, stdout=subprocess.DEVNULL) as process:
        while len(list(parts.glob("0*.parquet"))) < 10 and process.poll() is None:
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL
    assert not out.exists()
    finished = {path.name: path.stat().st_mtime_ns for path in parts.glob("0*.parquet")}
    done = sum(pq.read_metadata(parts / name).num_rows for name in finished)
    result = run(tmp_path / "many.parquet", out)
    assert result.computed == result.objects - done
    assert 0 < done < result.objects
    assert out.read_bytes() == expected


def test_workers_end_with_a_run_that_is_killed(frame, tmp_path):
    code = (
        "import os, signal, sys, time\n"
        "from alertlab.features.processes import _context, start_worker\n"
        "from concurrent.futures import ProcessPoolExecutor\n"
        "if __name__ == '__main__':\n"
        "    pool = ProcessPoolExecutor(1, _context('alertlab.features.processes'), start_worker, (os.getpid(),))\n"
        "    print(pool.submit(os.getpid).result(), flush=True)\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    (tmp_path / "killed.py").write_text(code)
    done = subprocess.run([sys.executable, "killed.py"], cwd=tmp_path, stdout=subprocess.PIPE, text=True, check=False)
    worker = int(done.stdout)
    for _ in range(100):
        try:
            os.kill(worker, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail(f"worker {worker} lives on")


@pytest.mark.parametrize("lost", ["parts/0*.parquet", "buckets/detections/*.arrow", "buckets/about.json"])
def test_kept_work_that_a_disk_lost_is_told_with_its_remedy(lost, few, tmp_path, monkeypatch):
    few.to_parquet(tmp_path / "few.parquet")

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("alertlab.core.feature_file._write", stop)
        with pytest.raises(KeyboardInterrupt):
            run(tmp_path / "few.parquet", tmp_path / "f.parquet")
    next((tmp_path / "f.parquet.parts").glob(lost)).write_bytes(b"")
    with pytest.raises(AlertlabError, match=r"f\.parquet\.parts: kept work is damaged .*; remove it and start again"):
        run(tmp_path / "few.parquet", tmp_path / "f.parquet")
    assert not (tmp_path / "f.parquet").exists()


def test_parts_of_another_input_or_setting_are_dropped_with_a_notice(frame, table, tmp_path, monkeypatch, capsys):
    out = tmp_path / "f.parquet"

    def stop(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("alertlab.core.feature_file._write", stop)
        with pytest.raises(KeyboardInterrupt):
            run(table, out)
    assert (tmp_path / "f.parquet.parts").is_dir()
    result = run(table, out, "min_rb=0.6")
    assert "begun with another rules; begun anew" in capsys.readouterr().err
    assert result.computed == result.objects == 59
    with monkeypatch.context() as patch:
        patch.setattr("alertlab.core.feature_file._write", stop)
        with pytest.raises(KeyboardInterrupt):
            run(table, out)
    frame[:-50].to_parquet(table)
    result = run(table, out)
    assert "begun with another input" in capsys.readouterr().err
    assert result.detections == len(frame) - 50


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.parquet", None, "no such file"),
        ("empty.csv", b"", "holds no header and no rows"),
        ("headers.csv", b"object_id,time,magnitude,error,band\n", "holds no rows"),
        ("text.csv", b"object_id,time,magnitude,error,band\na,1,faint,0.1,1\n", "text.csv.*faint"),
        ("short.csv", b"object_id,time,magnitude,error,band\na,1,18,0.1\n", "short.csv.*Expected 5 columns"),
        ("odd.csv", b"object_id,time,magnitude,error,band\na,1,18,0.1,z\n", "odd.csv: column band, row 0 .object a"),
        ("lacks.csv", b"object_id,time,mag,error,band\na,1,18,0.1,1\n", "lacks.csv: no column magnitude. Did you mean"),
        ("damaged.parquet", b"PAR1 nothing", "not a readable .parquet file"),
        ("letter.txt", b"dear all", "of no known kind; expected .parquet"),
    ],
)
def test_bad_input_is_told_in_one_line_and_leaves_nothing(tmp_path, name, content, message, capsys):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    before = set(tmp_path.iterdir())
    assert main(["features", str(tmp_path / name), "--out", str(tmp_path / "f.parquet"), *SMALL]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"alertlab: {tmp_path}")
    assert re.search(message, line)
    assert set(tmp_path.iterdir()) == before


def test_a_forgotten_path_or_out_is_told(table, capsys):
    assert main(["features", "--out", "f.parquet"]) == 1
    assert "name one PATH of light curves; none was given" in capsys.readouterr().err
    assert main(["features", str(table)]) == 1
    assert "--out FILE" in capsys.readouterr().err


def test_alerces_names_are_the_same_in_python_and_on_the_command_line():
    assert settings_of(compose("features", [])).columns == ALERCE
    assert settings_of(compose("features", ["columns=plain"])).columns == Columns()


def test_real_light_curves_keep_every_object_and_agree_with_their_reference(shared_data, tmp_path):
    folder = shared_data / "ztf_lightcurves"
    config = compose("features", ["workers=1", "features=alerce174"])
    result = features(config, folder / "detections.parquet", folder / "non_detections.parquet", tmp_path / "f.parquet")
    assert result.objects == 506
    assert not result.dropped
    reference = pd.read_parquet(folder / "lc_classifier_features.parquet").set_index("oid")
    found = pd.read_parquet(result.features).set_index("object_id").loc[reference.index]
    for name in ("mean_mag_1", "delta_mjd_fid_2", "positive_fraction_1", "n_det_2"):
        both = reference[name].notna() & found[name].notna()
        assert both.sum() > 400
        np.testing.assert_allclose(found[name][both], reference[name][both], rtol=1e-6)


def test_catalina_bts_and_packets_go_through_the_command(shared_data, tmp_path, capsys):
    catalina = pq.read_table(shared_data / "catalina_sss" / "catalina_sss.parquet").slice(0, 40)
    pq.write_table(catalina, tmp_path / "catalina.parquet")
    for path, more, objects in (
        (tmp_path / "catalina.parquet", ["columns=catalina"], 40),
        (shared_data / "ztf_bts" / "ztf_bts_lightcurves.parquet", ["columns=bts"], 2081),
        (shared_data / "ztf_avro" / "ztf_alerts.tar.gz", [], 99),
    ):
        out = tmp_path / "f.parquet"
        command = ["features", str(path), "--out", str(out), "--json", "workers=1", "features=alerce174"]
        assert main([*command, *more]) == 0
        said = json.loads(capsys.readouterr().out)
        found = pd.read_parquet(out)
        assert len(found) == said["objects"] == objects
        assert found.mean_mag_1.notna().sum() > 0.5 * objects
        assert pq.read_metadata(said["rejected"]).num_rows == sum(said["left_out"].values())


def test_rows_of_an_object_meet_in_one_bucket(tmp_path):
    partition = Partition(tmp_path, 5)
    for start in range(0, 300, 100):
        names = [f"obj{number % 50}" for number in range(start, start + 100)]
        partition.add(pa.table({"object_id": names, "row": list(range(start, start + 100))}))
        partition.flush()
    buckets = [read_bucket(tmp_path, number).to_pandas() for number in range(5)]
    assert sorted(pd.concat(buckets).row) == list(range(300))
    assert sum(each.object_id.nunique() for each in buckets) == 50


def test_merged_parts_are_in_order_however_they_lie(tmp_path):
    schema = pa.schema([("object_id", pa.string())])
    names = sorted(f"n{number}" for number in range(200))
    streams = []
    for stream in range(3):
        own = names[stream::3] if stream else names[::3][:20]
        files = [own[at : at + 9] for at in range(0, len(own), 9)]
        streams.append([tmp_path / f"{stream}-{number:03}.parquet" for number in range(len(files))])
        for path, rows in zip(streams[-1], files, strict=True):
            pq.write_table(pa.table({"object_id": rows}), path)
    found = pa.concat_tables(merged([*streams, []], schema))["object_id"].to_pylist()
    assert found == sorted(names[::3][:20] + names[1::3] + names[2::3])


def test_workers_and_batch_size_are_at_least_one(table, tmp_path):
    with pytest.raises(AlertlabError, match="workers and batch_size"):
        run(table, tmp_path / "f.parquet", "workers=-1")


def test_a_folder_of_somebody_else_is_not_taken_for_the_work(table, tmp_path):
    letters = tmp_path / "f.parquet.parts" / "letters.txt"
    letters.parent.mkdir()
    letters.write_text("dear")
    with pytest.raises(AlertlabError, match=r"f.parquet.parts: holds letters.txt, .* name another --out"):
        run(table, tmp_path / "f.parquet")
    assert letters.read_text() == "dear"


def test_where_no_object_can_be_used_the_reason_is_said_also_of_rows_without_a_name(tmp_path, capfd):
    rows = pd.DataFrame({"object_id": [None] * 7, "time": 58000.0, "band": 1, "magnitude": 18.0, "error": 0.1})
    rows.to_parquet(tmp_path / "in.parquet")
    assert main(["features", str(tmp_path / "in.parquet"), "--out", str(tmp_path / "out.parquet"), *SMALL]) == 1
    (line,) = capfd.readouterr().err.strip().splitlines()
    assert "no object could be used; dropped: 7 row without the name of an object; rejected: " in line
