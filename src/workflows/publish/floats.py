"""Figures and tables of a folder as LaTeX to include: whole floats with captions."""

import re
from pathlib import Path

from ...core.journal import JOURNALS
from ...evaluation import Evaluation
from ...evaluation.shown import FEW, of_few
from ...evaluation.tables.latex import words

BOX = re.compile(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]")
CAPTIONS = {  # name of a figure -> what it shows; {part} is what was judged, {bands} what bands are
    "confusion_matrix": "Confusion matrix of the {part} part: fractions of each true class. {spread}",
    "confusion_counts": "Confusion matrix of the {part} part: numbers of samples.",
    "confusion_percentiles": "Confusion matrix of the {part} part: median, 5th and 95th percentile over repeats.",
    "reliability": "Reliability on the {part} part: share that is right against probability.",
    "roc": "ROC curve of each class against the rest, {part} part. {bands} Dashes are a random order.",
    "precision_recall_by_class": "Precision against recall of each class, {part} part. {bands} Dashes: a random order.",
    "learning_curves": "Training and validation, epoch by epoch; a line a training, a dot at the best epoch.",
    "latent_map": "Principal components of the embedding.",
    "latent_map_umap": "The embedding in two dimensions, by UMAP.",
    "scores_by_days": "Scores against the length of light curves, {part} part. {bars}",
    "scores_by_days_since": "Scores against the days since the event, {part} part. {bars}",
    "ranking_curves": "ROC and precision against recall, {part} part. {bands}",
    "recall_by_rank": "Recall against the number of rows of the highest scores, {part} part. {bands}",
    "percentiles": "Percentiles of the scores, {part} part.",
}
WIDEST = max(journal.column for journal in JOURNALS.values())  # inches
FIRST = ("confusion_matrix", "roc", "precision_recall_by_class", "reliability")  # the others by name


def figures_tex(folder: Path, name: str, evaluation: Evaluation) -> str:
    """A float of each PDF of ``folder/name``, as wide as it is: text of 8 pt is printed as 8 pt."""
    paths = sorted((folder / name).glob("*.pdf"), key=lambda path: (_place(path.stem), path.stem))
    floats = []
    for path in paths:
        box = BOX.search(path.read_bytes())
        wide = box is not None and float(box[1]) / 72 > WIDEST + 0.1
        star = "*" if wide else ""
        floats.append(
            "\n".join(
                [
                    rf"\begin{{figure{star}}}",
                    r"\centering",
                    rf"\makebox[\linewidth]{{\includegraphics{{{name}/{path.name}}}}}",
                    rf"\caption{{{words(caption(path.stem, evaluation))}}}",
                    rf"\label{{fig:{path.stem.replace('_', '-')}}}",
                    rf"\end{{figure{star}}}",
                ]
            )
        )
    return "% needs \\usepackage{graphicx}\n" + "\n\n".join(floats) + "\n"


def tables_tex(folder: Path, name: str) -> str:
    r"""Every table of ``folder/name`` by ``\input``."""
    paths = sorted((folder / name).glob("*.tex"))
    return "% needs \\usepackage{booktabs,graphicx}\n" + "".join(
        rf"\input{{{name}/{path.name}}}" + "\n" for path in paths
    )


def caption(stem: str, evaluation: Evaluation) -> str:
    """In words, with what spread and bands are."""
    several, percent = len(evaluation.repeats), f"{100 * evaluation.confidence:.0f} %"
    few = f" ({of_few(several)})" if 1 < several < FEW else ""
    if several > 1:
        over = f"one standard deviation over {several} repeats"
        bands, bars = f"Lines are means and bands {over}{few}.", f"Bars are {over}{few}."
        spread = f"Mean and standard deviation over {several} repeats{few}."
    else:
        bands = f"Bands are {percent} intervals of a bootstrap over objects."
        bars, spread = bands.replace("Bands", "Bars"), "Of a single training."
    stem, top = stem.removesuffix("_top"), stem.endswith("_top")
    told = CAPTIONS.get(stem) or (
        f"Scores against {stem.removeprefix('scores_by_').replace('_', ' ')}, {{part}} part. {{bars}}"
        if stem.startswith("scores_by_")
        else f"{stem.replace('_', ' ').capitalize()}, {{part}} part."
    )
    text = told.format(part=evaluation.part, bands=bands, bars=bars, spread=spread)
    return f"{text} Branches of the taxonomy." if top else text


def _place(stem: str) -> int:
    return FIRST.index(stem) if stem in FIRST else len(FIRST)
