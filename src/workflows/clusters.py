"""Search a catalogue for open clusters: groups of stars, and what a bundle says of their diagrams."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
from numpy.typing import NDArray
from omegaconf import DictConfig, OmegaConf

from .. import runtime
from ..core.cores import cores
from ..core.progress import counter, status, track
from ..evaluation.report import CandidateCard, Scatter, clusters_html
from ..features.clusters.boxes import around_middle, offsets
from ..features.clusters.diagram import CHANNEL, DIAGRAM, SIDE, diagram, distance_of
from ..features.clusters.merge import Candidate
from ..features.clusters.search import BlindSearch, search
from ..features.clusters.stars import Stars, read_stars
from ..files import replacing
from ..runtime.errors import AlertlabError

Array = NDArray[np.float64]

CLUSTER = "cluster"  # class of the bundle
AROUND = 20000  # other stars that a drawing chooses from


@dataclass(frozen=True)
class ClustersResult:
    """What was found.

    Attributes
    ----------
    candidates, members, page : files. found : candidates, the bundle calls ``likely`` of them clusters.
    searched : stars. dropped : reason -> stars that were not.
    """

    candidates: Path
    members: Path
    page: Path
    found: int
    likely: int
    searched: int
    dropped: Mapping[str, int]


def clusters(config: DictConfig, path: Path, catalogue: Path, out: Path, number: int = 50) -> ClustersResult:
    """Search a catalogue, rank what is found, and write candidates.csv, members.parquet and candidates.html.

    Parameters
    ----------
    config : of ``conf/clusters.yaml``. path : of the bundle. out : a folder. number : candidates on the page.

    Raises
    ------
    AlertlabError
        For a bundle of other inputs or classes, a catalogue that lacks columns, or one without a star to search.
    """
    bundle = runtime.load(path)
    answer = _judge(bundle, path)
    content: Any = OmegaConf.to_container(config.blind_search, resolve=True)
    how = BlindSearch.of(content)
    everything = read_stars(catalogue, progress=track)
    kept, dropped = how.cuts.kept(everything)
    stars = everything.take(kept)
    if not len(stars):
        reasons = ", ".join(f"{count} {reason}" for reason, count in dropped.items()) or "it has no rows"
        raise AlertlabError(f"{catalogue}: no star is left to search: {reasons}")
    with counter("searching boxes") as progress:
        found = search(stars, how, config.workers or cores(), progress)
    probability = answer(_diagrams(stars, found))
    times = np.array([each.found for each in found])
    order = np.lexsort((-times, -probability))
    found, probability = [found[place] for place in order], probability[order]
    names = [f"candidate {rank:04d}" for rank in range(1, len(found) + 1)]
    table = candidate_table(stars, found, probability, names)
    facts = _facts(bundle, how, len(stars), dropped, found, probability)
    paths = out / "candidates.csv", out / "members.parquet", out / "candidates.html"
    with replacing(paths[0]) as partial:
        pa_csv.write_csv(table, partial)
    with replacing(paths[1]) as partial:
        pq.write_table(member_table(stars, found, names), partial)
    with replacing(paths[2]) as partial, status("drawing"):
        cards = _cards(stars, found, table, number)
        partial.write_text(clusters_html(catalogue.name, facts, cards, len(found)), encoding="utf-8")
    return ClustersResult(*paths, len(found), int((probability > 0.5).sum()), len(stars), dropped)


def candidate_table(
    stars: Stars, found: Sequence[Candidate], probability: NDArray[np.floating], names: Sequence[str]
) -> pa.Table:
    """A row a candidate: what the bundle says, how often it was found, and means and deviations of its stars.

    Places in degrees, parallax in mas, proper motions in mas/yr; radius, the median distance from the middle [deg];
    distance by the mean parallax, without a zero point [kpc].
    """
    rows: dict[str, list[float]] = {
        name: [] for name in ("l", "b", "ra", "dec", "radius", "parallax", "parallax_deviation", "distance")
    }
    rows |= {name: [] for name in ("pmra", "pmra_deviation", "pmdec", "pmdec_deviation")}
    for each in found:
        own = stars.take(each.rows)
        places, middle = around_middle(own.l, own.b)
        sky = middle.icrs
        rows["radius"].append(float(np.median(places.separation(middle).deg)))
        for name, value in (("l", middle.l.deg), ("b", middle.b.deg), ("ra", sky.ra.deg), ("dec", sky.dec.deg)):
            rows[name].append(float(value))
        for name in ("parallax", "pmra", "pmdec"):
            rows[name].append(float(getattr(own, name).mean()))
            rows[f"{name}_deviation"].append(float(getattr(own, name).std()))
        rows["distance"].append(distance_of(own.parallax))
    counts = {"stars": [len(each.rows) for each in found], "found": [each.found for each in found]}
    counts["searched"] = [each.searched for each in found]
    first = {"candidate": pa.array(names, pa.string()), "probability": np.asarray(probability, np.float64)}
    return pa.table(
        first
        | {name: pa.array(values, pa.int64()) for name, values in counts.items()}
        | {name: pa.array(values, pa.float64()) for name, values in rows.items()}
    )


def member_table(stars: Stars, found: Sequence[Candidate], names: Sequence[str]) -> pa.Table:
    """A row a star of a candidate, with Gaia's columns: what ``datamodule=groups`` reads, once it has labels."""
    each = [len(one.rows) for one in found]
    rows = np.concatenate([one.rows for one in found]) if found else np.zeros(0, np.int64)
    own = stars.take(rows)
    ids: Any = pa.array(own.source_id.tolist(), pa.string())
    if all(name.isdecimal() for name in own.source_id.tolist()):
        ids = ids.cast(pa.int64())
    values = {"l": own.l, "b": own.b, "parallax": own.parallax, "pmra": own.pmra, "pmdec": own.pmdec}
    values |= {"phot_g_mean_mag": own.magnitude, "bp_rp": own.colour}
    group = pa.array([name for name, number in zip(names, each, strict=True) for _ in range(number)], pa.string())
    return pa.table({"candidate": group, "source_id": ids, **values})


def _judge(bundle: runtime.Bundle, path: Path) -> Callable[[NDArray[np.float32]], NDArray[np.floating]]:
    """What says how likely diagrams are of clusters."""
    inputs = [(spec.name, tuple(spec.channels)) for spec in bundle.inputs]
    if inputs != [(DIAGRAM, (CHANNEL,))]:
        takes = ", ".join(name for name, _ in inputs)
        raise AlertlabError(f"{path}: takes {takes}, and not this diagram of a group; train experiment=open_clusters")
    classes = bundle.manifest.classes
    if CLUSTER not in classes:
        raise AlertlabError(f"{path}: tells {', '.join(classes)} apart, and none of them is {CLUSTER}")
    place = classes.index(CLUSTER)

    def answer(maps: NDArray[np.float32]) -> NDArray[np.floating]:
        found: NDArray[np.floating] = bundle.predict({DIAGRAM: maps}).probability[:, place]
        return found

    return answer


def _diagrams(stars: Stars, found: Sequence[Candidate]) -> NDArray[np.float32]:
    """(n, 1, 32, 32) of all candidates."""
    maps = [diagram(stars.colour[each.rows], stars.magnitude[each.rows], stars.parallax[each.rows]) for each in found]
    return np.array(maps, np.float32).reshape(len(found), 1, SIDE, SIDE)


def _facts(
    bundle: runtime.Bundle,
    how: BlindSearch,
    searched: int,
    dropped: Mapping[str, int],
    found: Sequence[Candidate],
    probability: NDArray[np.floating],
) -> dict[str, str]:
    dataset = bundle.manifest.training.get("dataset") or {}
    return {
        "stars searched": str(searched),
        "left out": ", ".join(f"{count} {reason}" for reason, count in dropped.items()) or "none",
        "method": f"{how.method}, boxes of {', '.join(f'{each:g}' for each in how.sides)} deg, "
        f"min_pts {', '.join(map(str, how.min_pts))}",
        "candidates": f"{len(found)}, of which {int((probability > 0.5).sum())} more likely clusters than not",
        "bundle": f"{bundle.manifest.name} {bundle.manifest.version}, trained on {dataset.get('name', 'unknown data')}",
        "sha256": bundle.sha256,
    }


def _cards(stars: Stars, found: Sequence[Candidate], table: pa.Table, number: int) -> list[CandidateCard]:
    """The first candidates with their drawings."""
    rng = np.random.default_rng(0)
    some = np.sort(rng.permutation(len(stars))[:AROUND])
    cards = []
    for each, row in zip(found[:number], table.slice(0, number).to_pylist(), strict=True):
        facts = {
            "l, b": f"{row['l']:.3f}, {row['b']:.3f} deg",
            "ra, dec": f"{row['ra']:.3f}, {row['dec']:.3f} deg",
            "radius": f"{row['radius']:.3f} deg",
            "parallax": f"{row['parallax']:.3f} ± {row['parallax_deviation']:.3f} mas",
            "pmra": f"{row['pmra']:.2f} ± {row['pmra_deviation']:.2f} mas/yr",
            "pmdec": f"{row['pmdec']:.2f} ± {row['pmdec_deviation']:.2f} mas/yr",
            "stars": str(row["stars"]),
            "times found": f"{row['found']} of {row['searched']}",
        }
        around = np.setdiff1d(some, each.rows)
        cards.append(CandidateCard(row["candidate"], row["probability"], facts, _drawings(stars, each.rows, around)))
    return cards


def _drawings(stars: Stars, own: NDArray[np.int64], around: NDArray[np.int64]) -> list[Scatter]:
    """Place, proper motion, parallax by magnitude, and colour and magnitude."""
    x, y = offsets(stars.l[np.r_[own, around]], stars.b[np.r_[own, around]])
    n = len(own)
    x, y = x - np.median(x[:n]), y - np.median(y[:n])
    across, up = stars.pmra, stars.pmdec
    light, plx, colour = stars.magnitude, stars.parallax, stars.colour
    return [
        Scatter(
            "Place", "about the middle, along l [deg]", "along b [deg]", x[:n], y[:n], x[n:], y[n:], leftwards=True
        ),
        Scatter("Proper motion", "pmra [mas/yr]", "pmdec [mas/yr]", across[own], up[own], across[around], up[around]),
        Scatter("Parallax", "G [mag]", "parallax [mas]", light[own], plx[own], light[around], plx[around]),
        Scatter(
            "Colour and magnitude",
            "BP - RP [mag]",
            "G [mag], brighter",
            colour[own],
            light[own],
            colour[around],
            light[around],
            falling=True,
        ),
    ]
