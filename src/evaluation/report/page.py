"""From an evaluation to the page."""

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from matplotlib.figure import Figure

from ...alerts.alert import BANDS
from ...core.predictions import Predictions
from ...core.samples import UNLABELLED, Samples
from ..classification.figures import calibration_figure, confusion_figure, learning_curves_figure, render
from ..classification.gallery import SEED, galleries
from ..classification.summary import Evaluation
from ..classification.tables import class_table, results_table
from .catalogue import Catalogue
from .stamps import MISSING_COLOUR
from .subject import Subject

HEADLINE = ("top/macro_f1", "balanced_accuracy", "macro_f1", "accuracy", "expected_calibration_error")
EXAMPLES = 12  # of a class, right ones among them
PIXELS = 2_700_000  # of all pictures: with metadata and figures a file below 5 MB
SPELT = {"f1": "F1", "roc auc": "ROC AUC"}


def report_html(
    subject: Subject,
    evaluation: Evaluation,
    predictions: Predictions,
    samples: Samples | None,
    history: Sequence[Mapping[str, float]] = (),
    note: str = "",
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
    """
    rows = predictions.take((predictions.part == evaluation.part) & (predictions.target != UNLABELLED))
    catalogue = Catalogue(samples) if samples is not None else None
    pixels = catalogue.pixels if catalogue else 0
    shown = max(2, min(EXAMPLES, PIXELS // (pixels * len(rows.classes)))) if pixels else EXAMPLES
    results = dict(results_table(evaluation))
    environment = Environment(
        autoescape=True,  # identifiers and class names are anybody's text
        loader=FileSystemLoader(Path(__file__).parent),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["spelt"] = spelt
    return environment.get_template("page.html").render(
        subject=subject,
        evaluation=evaluation,
        headline=[(name, results[name]) for name in HEADLINE if name in results],
        results=results,
        class_rows=class_table(evaluation),
        absent=[prefix + name for prefix, level in evaluation.levels.items() for name in level.absent],
        confusion=[_confusion(prefix, level) for prefix, level in evaluation.levels.items()],
        figures={
            "reliability": _svg(calibration_figure(evaluation)),
            "learning": _svg(learning_curves_figure(history)) if history else None,
        },
        galleries=galleries(rows, shown - shown // 3, shown // 3),
        catalogue=catalogue if pixels else None,
        note=note,
        bands=BANDS if catalogue and pixels and catalogue.channels == len(BANDS) else (),
        seed=SEED,
        missing_colour=MISSING_COLOUR,
    )


def _confusion(prefix: str, level: Evaluation) -> dict[str, Any]:
    """The confusion matrices of one level, and what to call them."""
    figures = {
        "fractions of each true class": confusion_figure(level, "fraction"),
        "counts": confusion_figure(level, "counts"),
    }
    if len(level.repeats) > 1:
        figures["median and percentiles over repeats"] = confusion_figure(level, "percentiles")
    name = " of the top level" if prefix else ""
    return {
        "name": name,
        "classes": len(level.classes),
        "figures": {what: _svg(figure) for what, figure in figures.items()},
    }


def spelt(name: str) -> str:
    """A metric's name as people write it: ``top/macro_roc_auc`` is Top macro ROC AUC."""
    text = name.replace("_", " ").replace("/", " ")
    for plain, proper in SPELT.items():
        text = text.replace(plain, proper)
    return text[:1].upper() + text[1:]


def _svg(figure: Figure) -> str:
    """The figure as a ``data:`` URI: as an image of its own, no name in it meets one of another figure."""
    return "data:image/svg+xml;base64," + base64.b64encode(render(figure, "svg")).decode()
