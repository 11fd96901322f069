"""A comparison as a run of MLflow: linked to what it compares, with its tables and images."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from omegaconf import DictConfig

from ...config import instantiate, to_yaml
from ...evaluation.comparison.difference import Comparison
from ...evaluation.comparison.verdict import names_of, overall, verdicts
from ...evaluation.metrics.spread import mean_and_std
from ...evaluation.shown import Table
from ...tracking import TrackedRun, Tracker, named
from ..source import Source

NONE = "none"
PARENTS, MARK = "compared", "comparison"  # tags: ids of the runs, and what a run is
LINKS = "alertlab.compared."  # tag of each, with its number


def recorded(
    config: DictConfig,
    sources: Sequence[Source],
    comparison: Comparison,
    tables: Sequence[Table],
    files: Mapping[str, bytes],
) -> str | None:
    """Record the comparison beside its first run; returns its id, None where no source is a run of the store.

    Parameters
    ----------
    tables : that MLflow's page compares across runs. files : name -> content, pictures among them.
    """
    known = [source for source in sources if source.record and source.table is None] or [
        source for source in sources if source.record
    ]
    if not known or config.record == NONE:
        return None
    tracker: Tracker = instantiate(config.tracking)
    record = known[0].record
    assert record is not None
    name = "compare " + ", ".join(comparison.names)
    run = tracker.create(record.experiment, name[:240], Path(config.output_dir) / record.experiment, to_yaml(config), 0)
    with tracker.running(run):
        _log(run, sources, comparison, tables, files)
    return run.run_id


def _log(
    run: TrackedRun,
    sources: Sequence[Source],
    comparison: Comparison,
    tables: Sequence[Table],
    files: Mapping[str, bytes],
) -> None:
    ids = [source.run_id or source.words for source in sources]
    run.set_tags({"kind": MARK, PARENTS: ", ".join(ids), "method": comparison.method})
    run.set_tags({f"{LINKS}{number}": each for number, each in enumerate(ids)})
    run.set_tags({"mlflow.note.content": _note(sources, comparison)})
    run.log_params({f"run.{number}": name for number, name in enumerate(comparison.names)})
    run.log_params({"confidence": comparison.confidence, "objects": comparison.paired.objects})
    run.log_results(dict(_metrics(comparison)))
    for table in tables:
        columns = {head: [row[place] for row in table.rows] for place, head in enumerate(table.header)}
        run.log_table(columns, f"{table.name}.json")
    folder = run.directory / "comparison"
    folder.mkdir(exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        if name.endswith(".png"):
            run.log_image(folder / name, name.removesuffix(".png"))
    run.log_files(folder)


def _metrics(comparison: Comparison) -> list[tuple[str, float]]:
    """Of two runs every difference and p-value; of several the mean of each run."""
    if len(comparison.pairs) == 1:
        (pair,) = comparison.pairs
        of = [(name, pair.differences[name]) for name in pair.differences]
        differences = [(named("difference", *name.split("/")), each.mean) for name, each in of]
        return differences + [
            (named("p", *name.split("/")), each.p_holm) for name, each in of if each.p_holm == each.p_holm
        ]
    return [
        (named(name, metric), float(mean_and_std(values[place])[0]))
        for metric in overall(comparison.pairs[0])
        for values in [comparison.values[metric]]
        for place, name in enumerate(comparison.names)
    ]


def _note(sources: Sequence[Source], comparison: Comparison) -> str:
    """Markdown above the run, with links to the runs."""
    lines = []
    for source in sources:
        of = source.record
        lines.append(f"- [{source.name}](#/runs/{of.run_id})" if of else f"- {source.name}")
    said = [
        f"\n**{' less '.join(names_of(comparison, pair))}**\n\n"
        + "\n".join(f"- {each}" for each in verdicts(comparison, pair))
        for pair in comparison.pairs[:3]
    ]
    return "\n".join(["Compared:", *lines, *said])
