"""How two detectors are compared, and what the report shows of one."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...core.predictions import ScorePredictions
from ...core.predictions.detection import UNKNOWN
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ..rows import Weight, one_an_object
from ..shown import Bar, Example, Gallery, Group, Picture, Section
from . import summary
from .summary import ScoreEvaluation

HEADER = ("Score", "Percentile", "Nearest class", "True class", "Outlier", "Driven by")
FIRST = "Of one object the row of highest score. "
EXPLAINED = (
    "A row is driven by the columns that alone, put at the median of the "
    "training part, lower its score most; of columns that say the same, none may. "
    "Of a spectrum it is windows of pixels."
)
OUTLIERS, BARS = {1: "yes", 0: "no", UNKNOWN: ""}, {1: "right", 0: "wrong", UNKNOWN: "other"}
NOTE = "Of one object the first row is shown. The bar is the percentile among the scores of the training part."


def scores(rows: ScorePredictions, weight: Weight = None) -> dict[str, float]:
    """All but the share of outliers, which no detector changes."""
    found = summary.scores(rows, weight)
    return {name: value for name, value in found.items() if not name.startswith("outlier_share")}


def levels(rows: ScorePredictions) -> dict[str, ScorePredictions]:
    """There is one."""
    return {"": rows}


def aligned(first: ScorePredictions, second: ScorePredictions) -> ScorePredictions:
    """The second with known classes in the order of the first; a table that names none goes with any."""
    if not first.known or not second.known:
        return second
    if set(first.known) != set(second.known):
        raise AlertlabError(
            f"the runs know other classes, {', '.join(first.known)} and {', '.join(second.known)}: "
            "what is an outlier to one is none to the other; train both on the same classes"
        )
    order = [second.known.index(name) for name in first.known]
    return replace(second, known=first.known, by_class=second.by_class[:, order])


def differ(first: ScorePredictions, second: ScorePredictions) -> int:
    """Rows that are an outlier in one alone."""
    return int((first.outlier != second.outlier).sum())


def sections(evaluation: ScoreEvaluation, rows: ScorePredictions) -> list[Section]:
    """Kinds, ranking, percentiles."""
    from .against_figure import WORDS, against_figures
    from .figures import figures  # here: matplotlib is half a second of import

    drawn = figures(rows)
    kinds, ranks, *dependence, first = evaluation.tables()
    several = " Bands are one standard deviation over repeats." if len(evaluation.repeats) > 1 else ""
    found = [Section("kinds", "Kinds of outliers", link="Kinds", tables=[kinds])]
    found.append(Section("strangest", "Highest scores", FIRST + EXPLAINED, tables=[first]))
    if "ranking_curves" in drawn:
        curves = Picture(
            drawn["ranking_curves"], "ROC, and precision against recall", f"Dashes: random order.{several}"
        )
        recall = Picture(drawn["recall_by_rank"], "Recall against rank", f"Dashes: random order.{several}")
        pictures = [([curves], True), ([recall], False)]
        found.append(Section("ranking", "Ranking", pictures=pictures, tables=[ranks]))
    share = Picture(drawn["percentiles"], "Histogram of percentiles", "All repeats together.")
    found.append(Section("percentiles", "Percentiles", pictures=[([share], False)], tables=dependence))
    if evaluation.against:
        drawings = [
            Picture(figure, name.replace("_", " ").capitalize(), WORDS.get(name, ""))
            for name, figure in against_figures(evaluation.against).items()
        ]
        found.append(Section("against", "Against facts and days", link="Against", pictures=[(drawings, False)]))
    return found


def gallery(evaluation: ScoreEvaluation, rows: ScorePredictions, samples: Samples | None, shown: int) -> Gallery:
    """The strangest rows, and the outliers that were found least strange."""
    strangest = summary.strangest(rows)
    rising = np.lexsort((rows.repeat, rows.sample_id, rows.score))
    missed = one_an_object(rows.object_id, rising[rows.outlier[rising] == 1])
    several = len(evaluation.repeats) > 1
    groups = {"Strangest": strangest[:shown], "Outliers of lowest score": missed[:shown]}
    return Gallery(NOTE, [_group(name, rows, of, several) for name, of in groups.items()], curves=True)


def _group(name: str, rows: ScorePredictions, of: NDArray[np.int64], several: bool) -> Group:
    examples = [example(rows, int(row), several) for row in of]
    return Group(name, str(len(of)), HEADER, [("In order of score", "", examples)], "" if len(of) else "There is none.")


def example(rows: ScorePredictions, row: int, several: bool = False) -> Example:
    """A row as people look at it: its percentile as a bar, and what else is said of it; what is unknown is left out."""
    percentile, outlier = float(rows.percentile[row]), int(rows.outlier[row])
    told = f"{percentile:.1f}" if np.isfinite(percentile) else "-"
    score, nearest, kind = f"{rows.score[row]:.4g}", str(rows.nearest[row]) or "-", str(rows.kind[row]) or "-"
    share = percentile / 100 if np.isfinite(percentile) else 0.0
    words = str(rows.driven_by[row]) if rows.driven_by is not None else ""
    known = f", nearest {nearest}" if nearest != "-" else ""
    driven = f"; driven by {words}" if words else ""
    above = "" if rows.flagged is None else "yes" if rows.flagged[row] else "no"
    is_one = OUTLIERS[outlier]
    facts = {"score": score, "nearest class": nearest, "outlier": is_one, "flagged": above}
    facts["repeat"] = str(rows.repeat[row]) if several else ""
    return Example(
        int(rows.sample_id[row]),
        str(rows.object_id[row]),
        (score, told, nearest, kind, is_one or "-", words or "-"),
        (Bar(kind if kind != "-" else "percentile", share, told, BARS[outlier]),),
        tuple((name, value) for name, value in facts.items() if value and value != "-"),
        note=f"score {score}{known}{driven}",
    )
