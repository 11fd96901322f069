"""How two generators are compared, and what the report shows of one."""

from dataclasses import replace

import numpy as np

from ...core.predictions import FieldPredictions
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ..rows import one_an_object
from ..shown import Example, Gallery, Group, Picture, Section
from .spectra import spectra
from .summary import FieldEvaluation, scores

__all__ = ["aligned", "differ", "gallery", "levels", "scores", "sections"]

HEADER = ("RMSE", "Cross-correlation", "Power, dex")
NOTE = "The fields that lie furthest off: RMSE, mean r(k), and mean of log10 of generated over true power."


def levels(rows: FieldPredictions) -> dict[str, FieldPredictions]:
    """There is one."""
    return {"": rows}


def aligned(first: FieldPredictions, second: FieldPredictions) -> FieldPredictions:
    """The second with channels in the order of the first."""
    mine, other = first.grid, second.grid
    if set(mine.channels) != set(other.channels):
        raise AlertlabError(
            f"the runs make other channels, {', '.join(mine.channels) or 'none'} and "
            f"{', '.join(other.channels) or 'none'}: only runs on one task can be compared"
        )
    if replace(other, channels=mine.channels) != mine or first.truth.shape[1:] != second.truth.shape[1:]:
        raise AlertlabError(
            f"the runs make fields on other grids, {mine} of {first.truth.shape[1:]} and {other} of "
            f"{second.truth.shape[1:]}: only runs on one grid can be compared"
        )
    order = [other.channels.index(name) for name in mine.channels]
    if order == list(range(len(order))):
        return second
    return replace(second, grid=mine, field=second.field[:, :, order], truth=second.truth[:, order])


def differ(first: FieldPredictions, second: FieldPredictions) -> int:
    """Rows with another truth, beyond what single precision rounds."""
    same = np.isclose(first.truth, second.truth, rtol=1e-5, equal_nan=True)
    return int((~same.reshape(len(first), -1).all(axis=1)).sum())


def sections(evaluation: FieldEvaluation, rows: FieldPredictions) -> list[Section]:
    """Spectra, examples."""
    from .figures import examples_figure, spectra_figure  # here: matplotlib is half a second of import

    caption = "Lines are medians over all fields, bands hold 68 % of them."
    power = Picture(spectra_figure(evaluation), "Power spectra, their ratio and r(k)", caption)
    some = Picture(examples_figure(rows), "Truth, what was generated and the difference", "Fields drawn at random.")
    return [
        Section("spectra", "Spectra", pictures=[([power], False)], tables=evaluation.tables()),
        Section("examples", "Examples", pictures=[([some], True)]),
    ]


def gallery(evaluation: FieldEvaluation, rows: FieldPredictions, samples: Samples | None, shown: int) -> Gallery:
    """Fields of largest RMSE; of largest error of power where no RMSE was asked for."""
    of = spectra(rows)
    error = np.sqrt(of.squared.mean(axis=1))
    with np.errstate(invalid="ignore", divide="ignore"):
        power = np.log10(of.made / of.truth).mean(axis=(1, 2))
    coherence = of.coherence.mean(axis=(1, 2))
    size = error if "rmse" in evaluation.statistics else np.abs(power)
    order = one_an_object(rows.object_id, np.lexsort((rows.repeat, rows.sample_id, -size)))[:shown]
    several, unit = len(evaluation.repeats) > 1, evaluation.grid.unit
    examples = []
    for row in order:
        cells = (f"{error[row]:.3g} {unit}".rstrip(), f"{coherence[row]:.3f}", f"{power[row]:+.3f}")
        facts = tuple(zip(HEADER, cells, strict=True))
        facts += (("repeat", str(rows.repeat[row])),) if several else ()
        examples.append(Example(int(rows.sample_id[row]), str(rows.object_id[row]), cells, facts=facts))
    return Gallery(NOTE, [Group("Furthest off", str(len(order)), HEADER, [("Furthest first", "", examples)])])
