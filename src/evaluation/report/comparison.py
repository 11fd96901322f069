"""The page of a comparison: verdicts, tables, figures, and where the runs disagree most."""

from collections.abc import Mapping, Sequence

from ...core.curves import Curve
from ...core.samples import Samples
from ..shown import Gallery, Section
from .catalogue import Catalogue
from .page import CurvesOf, environment
from .stamps import MISSING_COLOUR


def comparison_html(
    names: Sequence[str],
    runs: Mapping[str, str],
    told: Sequence[str],
    warnings: Sequence[str],
    verdicts: Sequence[tuple[str, Sequence[str]]],
    sections: Sequence[Section],
    gallery: Gallery,
    samples: Samples | None = None,
    curves: CurvesOf | None = None,
    note: str = "",
    simulated: bool = False,
) -> str:
    """One HTML page that asks no other host for anything; the same input gives the same page.

    Parameters
    ----------
    names : of the runs. runs : name -> what is known of a run.
    told, warnings : sentences that stand first.
    verdicts : pair -> a sentence a metric.
    gallery : where the runs disagree. samples, curves : with what there is to see of it. note : why there are none.
    simulated : whether the results say nothing of the sky.
    """
    seen = [example.object_id for example in gallery.examples] if curves else []
    found: Mapping[str, Curve] | None = curves(seen) if curves and seen else None
    catalogue = Catalogue(samples, found)
    return (
        environment()
        .get_template("comparison.html")
        .render(
            names=names,
            runs=runs,
            told=told,
            warnings=warnings,
            verdicts=verdicts,
            sections=sections,
            gallery=gallery,
            catalogue=catalogue if catalogue.shows else None,
            note=note,
            simulated=simulated,
            missing_colour=MISSING_COLOUR,
        )
    )
