"""A folder with a simulated catalogue, its clusters and their members."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from ...files import replacing
from ...runtime.errors import AlertlabError
from ..written import Progress, refuse_occupied, silent
from .fields import FIELDS, SimulatedClusters


def write_clusters(directory: Path, n: int, seed: int, stars: int, progress: Progress = silent) -> dict[str, Any]:
    """Write ``catalogue.parquet``, ``clusters.csv`` and ``members.csv`` (source_id, cluster), all or nothing.

    Parameters
    ----------
    directory : new, or empty.
    n, seed : as in :class:`SimulatedClusters`. stars : of each field; the fields lie side by side along the plane.
    progress : called with (fields done, n).

    Raises
    ------
    AlertlabError
        For a folder that holds something, arguments out of range, or more fields than go round the plane.
    """
    refuse_occupied(directory)
    if n > FIELDS:
        raise AlertlabError(f"simulate.n: {n} fields; {FIELDS} go round the plane")
    simulated = SimulatedClusters(n, seed, (stars, stars))
    clusters, members = [], []
    with replacing(directory, folder=True) as partial:
        partial.mkdir(parents=True)
        schema = None
        for done, field in enumerate(simulated, 1):
            if schema is None:
                schema = field.stars.schema
                writer = pq.ParquetWriter(partial / "catalogue.parquet", schema)
            writer.write_table(field.stars)
            clusters.append(field.clusters)
            owner = pa.array(field.cluster, mask=field.cluster < 0)
            ids = field.stars.select(["source_id"]).append_column("cluster", field.clusters["cluster"].take(owner))
            members.append(ids.filter(pc.is_valid(ids["cluster"])))
            progress(done, n)
        writer.close()
        pa_csv.write_csv(pa.concat_tables(clusters), partial / "clusters.csv")
        pa_csv.write_csv(pa.concat_tables(members), partial / "members.csv")
        rows = pq.read_metadata(partial / "catalogue.parquet").num_rows
    found = sum(len(each) for each in members)
    return {
        "directory": str(directory),
        "fields": n,
        "clusters": sum(len(each) for each in clusters),
        "classes": {"field": rows - found, "members": found},
        "seed": seed,
    }
