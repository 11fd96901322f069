"""How figures look and how they become files: text of 8 pt at the width of a journal's column or page."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

logging.getLogger("matplotlib").setLevel(logging.ERROR)  # at its import: that its folder cannot be written is no news

from matplotlib import style  # noqa: E402
from matplotlib.figure import Figure  # noqa: E402

from .journal import column as column  # noqa: E402 - those who draw need it and nothing else of there
from .journal import full as full  # noqa: E402

POINT = 1 / 72  # inches
TEXT = 8.0  # points
SMALL = 6.0  # points: the smallest text journals accept, for the cells of large matrices alone
TRAIN, VALIDATION = "#0072B2", "#D55E00"  # Okabe & Ito 2008: told apart by all eyes

# whatever the user's matplotlibrc says, figures come out the same
paper_style = style.context(
    [
        "default",
        {
            "font.size": TEXT,
            "axes.labelsize": TEXT,
            "axes.titlesize": TEXT,
            "figure.labelsize": TEXT,
            "figure.titlesize": TEXT,
            "xtick.labelsize": TEXT,
            "ytick.labelsize": TEXT,
            "legend.fontsize": TEXT,
            "legend.title_fontsize": TEXT,
            "legend.frameon": False,
            "axes.linewidth": 0.5,
            "xtick.major.width": 0.5,
            "ytick.major.width": 0.5,
            "xtick.major.size": 2.5,
            "ytick.major.size": 2.5,
            "lines.linewidth": 0.8,
            "lines.markersize": 3,
            "pdf.fonttype": 42,  # journals refuse Type 3
            "svg.hashsalt": "alertlab",  # names in an SVG are random otherwise
        },
    ]
)

DATELESS = {  # the same figure is the same bytes
    "png": {"Software": None},
    "pdf": {"CreationDate": None},
    "svg": {"Date": None, "Creator": None, "Format": None, "Type": None},  # all: an SVG then needs no metadata
}


@contextmanager
def any_letter() -> Iterator[None]:
    """Letters that matplotlib's font lacks are drawn as boxes, without a warning for each."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"(?s)Glyph .* missing from font", UserWarning)
        yield


@paper_style
def render(figure: Figure, form: str) -> bytes:
    """The bytes of a figure as ``png`` (300 dpi), ``pdf`` or ``svg``; the same figure gives the same bytes."""
    content = io.BytesIO()
    with any_letter():
        figure.savefig(content, format=form, dpi=300, metadata=DATELESS[form])
    return content.getvalue()
