"""The strangest rows of any table of scores as one page, with nothing but the table needed."""

from collections.abc import Mapping

import numpy as np

from ...core.curves import Curve
from ...core.predictions import ScorePredictions
from ...core.samples import Samples
from ..detection.judged import EXPLAINED, HEADER, example
from .catalogue import Catalogue, Usual
from .page import environment, latent_section
from .stamps import MISSING_COLOUR

NOTE = "The bar is the percentile among the scores of the training part."


def strangest_html(
    name: str,
    facts: Mapping[str, str],
    rows: ScorePredictions,
    top: ScorePredictions,
    samples: Samples | None,
    curves: Mapping[str, Curve],
    usual: Usual | None = None,
) -> str:
    """The page: ``top`` with what there is to see of them, and the map of the embedding of all.

    Parameters
    ----------
    name : heading. facts : label -> value, below it.
    rows : all, for their number and the map. top : the strangest, in their order.
    samples : with the stamps, light curves or spectra of some. curves : light curves by object.
    usual : between which the pixels of spectra usually are; None where they are none.
    """
    catalogue = Catalogue(samples, curves, usual)
    words = top.driven_by is not None and bool((top.driven_by != "").any())
    return (
        environment()
        .get_template("strangest.html")
        .render(
            name=name,
            facts=facts,
            objects=len(np.unique(rows.object_id)),
            examples=[example(top, row) for row in range(len(top))],
            header=HEADER,
            note=f"{NOTE} {EXPLAINED if words else ''}".rstrip(),
            catalogue=catalogue if catalogue.shows else None,
            sections=latent_section(rows, ""),
            missing_colour=MISSING_COLOUR,
        )
    )
