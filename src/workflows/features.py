"""Light curves in, a table of features out; or why features of an object are undefined."""

from collections import Counter
from pathlib import Path

import pyarrow as pa
from omegaconf import DictConfig, OmegaConf

from ..core.feature_file import FeaturesResult, Settings, extract_file
from ..door.place import look
from ..features.explain import explain
from ..features.sets import feature_set
from ..features.tables.assemble import assemble
from ..features.tables.clean import Rules
from ..features.tables.columns import Columns
from ..features.tables.quantities import Bounds
from ..features.tables.read import read_light_curves
from ..runtime.errors import AlertlabError


def features(config: DictConfig, path: Path, non_detections: Path | None, out: Path) -> FeaturesResult:
    """Compute the features of every object at a path, see :func:`extract_file`.

    Parameters
    ----------
    config : of ``conf/features.yaml``.
    """
    return extract_file(path, non_detections, out, settings_of(config))


def settings_of(config: DictConfig) -> Settings:
    """The keys of ``conf/features.yaml`` as values."""
    names = OmegaConf.to_container(config.columns, resolve=True)
    columns = Columns.of({str(name): value for name, value in dict(names).items()})  # type: ignore[arg-type]
    days = config.max_days
    rules = Rules(
        float(config.min_rb), float(config.max_error), int(config.min_detections), None if days is None else float(days)
    )
    bounds = Bounds.of(OmegaConf.to_container(config.bounds, resolve=True))  # type: ignore[arg-type]
    return Settings(feature_set(config.features), columns, rules, bounds, config.workers, config.batch_size)


def explain_object(config: DictConfig, path: Path, non_detections: Path | None, name: str) -> list[tuple[str, str]]:
    """Why features of one object are NaN: (feature, reason) of each.

    Raises
    ------
    AlertlabError
        When there is no such object, or the cleaning left it out, with what was dropped.
    """
    settings, name = settings_of(config), name.strip()
    rows: list[pa.Table] = []
    limits: list[pa.Table] = []
    limited, refused = False, Counter[str]()
    given = None if non_detections is None else look(non_detections)
    for chunk in read_light_curves(look(path), given, settings.columns, settings.bounds):
        refused += chunk.refused
        limited = limited or chunk.limits is not None
        for table, found in ((chunk.detections, rows), (chunk.limits, limits)):
            if table is not None:
                found.append(table.filter(pa.compute.equal(table.column("object_id"), name)))
    if not sum(table.num_rows for table in rows):
        raise AlertlabError(f"{path}: no detections of an object {name}")
    upper = pa.concat_tables(limits, promote_options="default") if limited else None
    assembled = assemble(pa.concat_tables(rows, promote_options="default"), upper, settings.rules)
    if not len(assembled.curves):
        dropped = ", ".join(f"{count} {reason}" for reason, count in assembled.reasons.items()) or "none dropped"
        others = ", ".join(f"{count} {reason}" for reason, count in refused.items())
        unused = f"; not read, of all objects: {others}" if others else ""
        why = assembled.left_out[name]
        raise AlertlabError(f"{name}: left out, {why}; of {assembled.read} detections: {dropped}{unused}")
    found = explain(assembled.curves, settings.features, name)
    return list(found)
