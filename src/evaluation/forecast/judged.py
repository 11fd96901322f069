"""How two forecasters are compared, and what the report shows of one."""

from dataclasses import replace

import numpy as np

from ...core.predictions import ForecastPredictions
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ..metrics.errors import error_scores, error_terms
from ..rows import one_an_object
from ..shown import Example, Gallery, Group, Picture, Section
from .summary import ForecastEvaluation, scores

__all__ = ["aligned", "differ", "gallery", "levels", "scores", "sections"]

HEADER = ("Reduced chi-squared", "RMSE", "Points", "Last horizon")
NOTE = "The forecasts that lie most deviations off, one of an object."


def levels(rows: ForecastPredictions) -> dict[str, ForecastPredictions]:
    """There is one."""
    return {"": rows}


def aligned(first: ForecastPredictions, second: ForecastPredictions) -> ForecastPredictions:
    """The second with bands in the order of the first; a row names its band, so none moves."""
    names, others = first.bands.bands, second.bands.bands
    if set(names) != set(others):
        raise AlertlabError(
            f"the runs forecast other bands, {', '.join(names)} and {', '.join(others)}: "
            "only runs on one task can be compared"
        )
    if first.bands.unit and second.bands.unit and first.bands.unit != second.bands.unit:
        raise AlertlabError(
            f"the runs forecast in other units, {first.bands.unit} and {second.bands.unit}; convert one of them"
        )
    return replace(second, bands=first.bands)


def differ(first: ForecastPredictions, second: ForecastPredictions) -> int:
    """Rows with another truth, beyond what single precision rounds."""
    return int((~np.isclose(first.truth, second.truth, rtol=1e-6, equal_nan=True)).sum())


def sections(evaluation: ForecastEvaluation, rows: ForecastPredictions) -> list[Section]:
    """Horizons, bands, examples."""
    from .figures import examples_figure, horizons_figure  # here: matplotlib is half a second of import

    horizon, *bands = evaluation.tables()
    bars = "standard deviation over repeats" if len(evaluation.repeats) > 1 else "bootstrap interval over objects"
    caption = f"Bars: {bars}. Dashes: what honest Gaussian deviations give, 1, 68.3 % and 95.4 %."
    against = Picture(horizons_figure(evaluation), "RMSE, reduced chi-squared and coverage by horizon", caption)
    drawn = "Objects drawn at random: truths as points, forecasts as lines, one deviation shaded."
    return [
        Section("horizons", "By horizon", link="Horizons", pictures=[([against], False)], tables=[horizon]),
        *([Section("bands", "By band", link="Bands", tables=bands)] if bands else []),
        Section("examples", "Examples", pictures=[([Picture(examples_figure(rows), "Some forecasts", drawn)], True)]),
    ]


def gallery(evaluation: ForecastEvaluation, rows: ForecastPredictions, samples: Samples | None, shown: int) -> Gallery:
    """Samples of largest reduced chi-squared."""
    names, first, owner = np.unique(
        np.rec.fromarrays([rows.repeat, rows.sample_id]), return_index=True, return_inverse=True
    )
    terms = error_terms(rows.value, rows.truth, rows.scatter)
    found = error_scores({name: np.bincount(owner, term).astype(np.float64) for name, term in terms.items()})
    points, last = np.bincount(owner), np.full(len(names), -np.inf)
    np.maximum.at(last, owner, rows.horizon)
    object_id, sample_id, repeat = rows.object_id[first], rows.sample_id[first], rows.repeat[first]
    order = one_an_object(object_id, np.lexsort((repeat, sample_id, -found["reduced_chi2"])))[:shown]
    unit, several = evaluation.unit, len(evaluation.repeats) > 1
    examples = []
    for row in order:
        cells = (f"{found['reduced_chi2'][row]:.3g}", f"{found['rmse'][row]:.3g} {unit}".rstrip(), str(points[row]))
        facts: tuple[tuple[str, str], ...] = (("reduced chi-squared", cells[0]), ("RMSE", cells[1]))
        facts += (("repeat", str(repeat[row])),) if several else ()
        named = int(sample_id[row]), str(object_id[row])
        examples.append(Example(*named, (*cells, f"{last[row]:.3g} d"), facts=facts))
    group = Group("Most deviations off", str(len(order)), HEADER, [("Largest chi-squared first", "", examples)])
    return Gallery(NOTE, [group])
