"""Light curves in, a table of features out; or why features of an object are undefined."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from omegaconf import DictConfig, OmegaConf

from ..config import compose
from ..config.compose import SHORT
from ..config.overrides import parse
from ..core.curve_columns import CURVE
from ..core.feature_file import FeaturesResult, Settings, extract_file
from ..door.place import look
from ..door.values import Place
from ..features.brightness import scale_of
from ..features.explain import explain
from ..features.recipe import Recipe
from ..features.sets import AND, FLUX, MAGNITUDE, FeatureSet, Wanted
from ..features.tables.assemble import assemble
from ..features.tables.bounds import Bounds
from ..features.tables.clean import Asked, Rules
from ..features.tables.columns import Columns
from ..features.tables.read import bands_of, read_light_curves
from ..runtime.errors import AlertlabError
from ..runtime.manifest import FeatureSetId


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
    return Settings(
        Wanted.of(config.features if isinstance(config.features, str) else list(config.features)),
        columns,
        rules,
        bounds,
        config.workers,
        config.batch_size,
        None if config.join is None else Path(config.join),
        None if config.join_columns is None else tuple(map(str, config.join_columns)),
    )


def trained_settings(
    trained: FeatureSetId, overrides: Sequence[str], folders: Sequence[Path], allowed: Sequence[str]
) -> Settings:
    """Settings by what a bundle remembers of its training, and what was typed in its place.

    Raises
    ------
    AlertlabError
        For a recipe that cannot be read, columns beside the features for which no table is given, or whatever
        :func:`alertlab.config.compose` refuses.
    """
    names = [] if trained.name == CURVE else [f"features=[{','.join(trained.name.split(AND))}]"]
    config = compose("features", [*overrides, *names], folders, allowed)
    settings = settings_of(config)
    if not trained.recipe:  # of a bundle that was written before there were any
        return settings
    recipe = Recipe.of(trained.recipe)
    typed = {SHORT["features"].get(key, key) for key in (override.key_or_group for override in parse(overrides))}
    kept: dict[str, Any] = {}
    if "columns" not in typed:
        keys = [each.name for each in fields(Columns) if f"columns.{each.name}" not in typed]
        kept["columns"] = replace(settings.columns, **{name: getattr(recipe.columns, name) for name in keys})
    if not any(key.partition(".")[0] == "bounds" for key in typed):
        kept["bounds"] = recipe.bounds
    rules = {each.name: getattr(recipe.rules, each.name) for each in fields(Rules) if each.name not in typed}
    if recipe.joined and settings.join is None:
        joined = ", ".join(recipe.joined)
        raise AlertlabError(f"join: the bundle takes {joined} beside the features; give their table with join=TABLE")
    return replace(
        settings,
        **kept,
        rules=replace(settings.rules, **rules),
        join_columns=recipe.joined or None,
        trained=recipe.measured,
    )


def listed(config: DictConfig) -> FeatureSet:
    """The features that a config asks for, in all the bands that it names."""
    settings = settings_of(config)
    unit, zero_point = settings.columns.unit, settings.columns.zero_point
    scale = scale_of(unit, None, zero_point, "columns.unit", Place("columns", "unit"))
    quantity = FLUX if scale is not None and scale.flux else MAGNITUDE
    return settings.features.resolved(settings.columns.band_names, quantity)


def explain_object(config: DictConfig, path: Path, non_detections: Path | None, name: str) -> list[tuple[str, str]]:
    """Why features of one object are NaN: (feature, reason) of each.

    Raises
    ------
    AlertlabError
        When there is no such object, or the cleaning left it out, with what was dropped.
    """
    settings, name = settings_of(config), name.strip()
    at = look(path)
    bands = bands_of(at, settings.columns)
    used = settings.features.used(bands)
    rows: list[pa.Table] = []
    limits: list[pa.Table] = []
    limited, refused = False, Counter[str]()
    given = None if non_detections is None else look(non_detections)
    for chunk in read_light_curves(at, given, settings.columns, settings.bounds):
        refused += chunk.refused
        limited = limited or chunk.limits is not None
        for table, found in ((chunk.detections, rows), (chunk.limits, limits)):
            if table is not None:
                found.append(table.filter(pa.compute.equal(table.column("object_id"), name)))
    if not sum(table.num_rows for table in rows):
        raise AlertlabError(f"{path}: no detections of an object {name}")
    upper = pa.concat_tables(limits, promote_options="default") if limited else None
    together = pa.concat_tables(rows, promote_options="default")
    asked = Asked(bands, used, settings.features.takes_fluxes)
    assembled = assemble(together, upper, settings.rules, asked)
    if not len(assembled.curves):
        dropped = ", ".join(f"{count} {reason}" for reason, count in assembled.reasons.items()) or "none dropped"
        others = ", ".join(f"{count} {reason}" for reason, count in refused.items())
        unused = f"; not read, of all objects: {others}" if others else ""
        why = assembled.left_out[name]
        raise AlertlabError(f"{name}: left out, {why}; of {assembled.read} detections: {dropped}{unused}")
    quantity = FLUX if assembled.curves.in_flux else MAGNITUDE
    return explain(assembled.curves, settings.features.resolved(used, quantity), name)
