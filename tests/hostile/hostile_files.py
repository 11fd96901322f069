"""Files that people hand over by mistake, and what is left of files after an accident."""

import gzip
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from astropy.io import fits

PAGE = b"<!DOCTYPE html><html><body>404 Not Found</body></html>\n"  # what a download that failed leaves


def make(folder: Path, good: pa.Table) -> list[str]:
    """Write them; ``good`` is a table that the verb would take. Names, also of what is not there."""
    folder.mkdir()
    pq.write_table(good, folder / "good.parquet")
    whole = (folder / "good.parquet").read_bytes()
    (folder / "good.parquet").unlink()
    plain = {
        "empty.parquet": b"",
        "page.parquet": PAGE,
        "cut.parquet": whole[: len(whole) // 2],
        "footer.parquet": whole[:-40] + b"\xff" * 32 + whole[-8:],
        "empty.csv": b"",
        "page.csv": PAGE,
        "latin.csv": "object_id,class,f0\nã,b,1\n".encode("latin-1"),
        "nul.csv": b"object_id,class\0,f0\na\0,b,1\n",
        "ragged.csv": b"object_id,class,f0\na,b,1,2,3\n",
        "semicolons.csv": b"object_id;class;f0\na;b;1\n",
        "twice.csv": b"object_id,class,class\na,b,b\n",
        "not_zipped.csv.gz": PAGE,
        "cut.csv.gz": gzip.compress(b"object_id,class,f0\n" + b"a,b,1\n" * 9000)[:60],
        "page.fits": PAGE,
        "page.vot": PAGE,
        "page.ecsv": PAGE,
        "empty.avro": b"",
        "page.avro": PAGE,
        "page.tar.gz": PAGE,
        "picture.jpg": b"\xff\xd8\xff\xe0",
        "no_suffix": PAGE,
    }
    for name, content in plain.items():
        (folder / name).write_bytes(content)
    fits.PrimaryHDU(np.zeros((3, 3), np.float32)).writeto(folder / "image.fits")
    with tarfile.open(folder / "nothing.tar.gz", "w:gz"):
        pass
    pq.write_table(good.slice(0, 0), folder / "no_rows.parquet")
    pq.write_table(pa.table({"strange": [1, 2]}), folder / "other_columns.parquet")
    nothing = {name: pa.nulls(good.num_rows) for name in good.column_names}
    pq.write_table(pa.table(nothing), folder / "all_null.parquet")
    lists = {name: pa.array([[each] for each in good.column(name).to_pylist()]) for name in good.column_names}
    pq.write_table(pa.table(lists), folder / "lists.parquet")
    records = {name: pa.array([{"of": each} for each in good.column(name).to_pylist()]) for name in good.column_names}
    pq.write_table(pa.table(records), folder / "records.parquet")
    words = {name: pa.array([f"word {number}" for number in range(good.num_rows)]) for name in good.column_names}
    pq.write_table(pa.table(words), folder / "words.parquet")
    (folder / "empty_folder").mkdir()
    (folder / "a_folder.parquet").mkdir()
    (folder / "notes_only").mkdir()
    (folder / "notes_only" / "README.txt").write_text("nothing here")
    (folder / "broken_link.parquet").symlink_to(folder / "gone.parquet")
    return sorted([*(path.name for path in folder.iterdir()), "missing.parquet", "new\nline.csv"])
