"""From an evaluation to the page."""

import base64
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from ...core.curves import Curve
from ...core.paper import render
from ...core.predictions import Predictions
from ...core.samples import Samples
from ..evaluation import Evaluation
from ..evaluator import labelled
from ..figures.learning_curves import learning_curves_figure
from ..latent_map import latent_maps
from ..shown import Picture, Section, spelt
from ..tasks import judged
from .catalogue import Catalogue
from .stamps import MISSING_COLOUR
from .subject import Subject

EXAMPLES = 12  # of a class, right ones among them
PIXELS = 2_700_000  # of all pictures: with metadata and figures a file below 5 MB
CurvesOf = Callable[[Sequence[str]], Mapping[str, Curve]]


def report_html(
    subject: Subject,
    evaluation: Evaluation,
    predictions: Predictions,
    samples: Samples | None,
    history: Sequence[Mapping[str, float]] = (),
    note: str = "",
    curves: CurvesOf | None = None,
) -> str:
    """The whole report as one HTML page; the same input gives the same page.

    Parameters
    ----------
    subject : what was run.
    evaluation : of these predictions.
    predictions : rows of any parts; those of ``evaluation.part`` are shown.
    samples : what was predicted on, joined by ``sample_id``; without them, or
        without stamps among them, the gallery lists identifiers.
    history : see `learning_curves_figure`; empty for a model without epochs.
    note : why there are no samples.
    curves : gives the light curves of the objects of a gallery that asks for them.
    """
    rows = labelled(predictions, evaluation.part)
    task = judged(rows)
    pixels = Catalogue(samples).pixels
    groups = max(1, len(samples.classes) if samples is not None else 1)
    shown = max(2, min(EXAMPLES, PIXELS // (pixels * groups))) if pixels else EXAMPLES
    gallery = task.gallery(evaluation, rows, samples, shown)
    seen = [example.object_id for example in gallery.examples] if gallery.curves and curves else []
    catalogue = Catalogue(samples, curves(seen) if curves and seen else None)
    results = dict(evaluation.results())
    return (
        environment()
        .get_template("page.html")
        .render(
            subject=subject,
            evaluation=evaluation,
            headline=[(name, results[name]) for name in evaluation.headline if name in results],
            results=evaluation.results_table(),
            warnings=evaluation.warnings(),
            sections=[*task.sections(evaluation, rows), *latent_section(predictions, evaluation.part)],
            learning=learning_curves_figure(history) if history else None,
            gallery=gallery,
            catalogue=catalogue if catalogue.shows else None,
            note=note,
            missing_colour=MISSING_COLOUR,
        )
    )


def table_html(subject: Subject, told: Sequence[str], sections: Sequence[Section]) -> str:
    """A page of a comparison of several runs: what was run, and sections of tables and figures.

    Parameters
    ----------
    told : sentences that stand first.
    """
    return environment().get_template("table.html").render(subject=subject, told=told, sections=sections)


def environment() -> Environment:
    """Where the templates are, and what they may use."""
    found = Environment(
        autoescape=True,  # identifiers and class names are anybody's text
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"spelt": spelt, "svg": _svg}
    return found


def latent_section(rows: Predictions, part: str) -> list[Section]:
    """Maps of the embedding of a part, of all for "", where there is one."""
    maps = [Picture(figure, f"Map of the embedding: {told}", told) for figure, told in latent_maps(rows, part).values()]
    return [Section("latent", "Latent space", pictures=[([each], True) for each in maps])] if maps else []


def _svg(figure: Figure) -> str:
    """The figure as a ``data:`` URI: as an image of its own, no name in it meets one of another figure."""
    return "data:image/svg+xml;base64," + base64.b64encode(render(figure, "svg")).decode()
