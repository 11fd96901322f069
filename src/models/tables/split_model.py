"""Two models of tables, of which the value of a column chooses, as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from ...core.contracts import CLASSIFICATION, Data, Model, Run, answers_of
from ...core.export import Exported
from ...core.given import listed
from ...core.rows import Inputs
from ...core.samples import Samples
from ...runtime import operations
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, InputSpec, OutputSpec
from ..graphs.graph_file import NAME
from ..graphs.side_by_side import Join, Member, side_by_side
from ..inputs import table_input
from .features import tabular

SIDES = ("below", "above")


class SplitModel:
    """A classifier for rows whose column is below a threshold, and another for those at or above it.

    As the two networks of Gaia's fidelity (Rybizki et al. 2022, MNRAS 510, 2597), of which the one for low
    signal-to-noise does not see it. A row that does not know the column is below. What a member does not see is 0 for
    it, in training, in prediction and in the graph.

    Parameters
    ----------
    column, threshold : what chooses.
    below, above : classifiers over the same table.
    hidden_below, hidden_above : columns that a member does not see.

    Raises
    ------
    AlertlabError
        For members of another task; on ``fit`` for a column that the data lack, or a side without rows to learn from.
    """

    def __init__(
        self,
        *,
        column: str,
        threshold: float,
        below: Model,
        above: Model,
        hidden_below: Sequence[str],
        hidden_above: Sequence[str],
    ) -> None:
        for side, member in zip(SIDES, (below, above), strict=True):
            if (task := getattr(member, "task", CLASSIFICATION)) != CLASSIFICATION:
                raise AlertlabError(f"model.{side}: its task is {task}; name a model that tells classes")
        if isinstance(threshold, bool) or not isinstance(threshold, int | float):
            raise AlertlabError(f"model.threshold: {threshold!r} is no number")
        self.column, self.threshold, self.members = column, float(threshold), (below, above)
        given = zip(SIDES, (hidden_below, hidden_above), strict=True)
        self.hidden = [tuple(map(str, listed(each, f"model.hidden_{side}"))) for side, each in given]

    def fit(self, data: Data, run: Run) -> None:
        """Train each member on its side; its metrics and files are named after that."""
        train = tabular(data.samples("train"))
        self.classes, self.input = train.taxonomy.classes, table_input(train, NAME, ())
        names = [column.name for column in self.input.columns]
        for key, name in [("column", self.column)] + [
            (f"hidden_{side}", name) for side, hidden in zip(SIDES, self.hidden, strict=True) for name in hidden
        ]:
            if name not in names:
                raise AlertlabError(f"model.{key}: the data have no column {name}; they have {', '.join(names)}")
        self.place = names.index(self.column)
        self.places = [[names.index(name) for name in hidden] for hidden in self.hidden]
        for side, member in enumerate(self.members):
            seen = data.through(lambda samples, side=side: self._seen(samples, side))  # type: ignore[misc]
            if not seen.samples("train").labelled.any():
                raise AlertlabError(
                    f"model.threshold: no labelled row of the train part has {self.column} {SIDES[side]} "
                    f"{self.threshold:g}; move it"
                )
            member.fit(seen, MemberRun.of(run, SIDES[side]))

    def predict(self, samples: Samples) -> NDArray[np.float64]:
        """(n, classes) probabilities of the member that each row belongs to."""
        found = np.zeros((len(samples), len(self.classes)))
        above = self._above(samples)
        for side, member in enumerate(self.members):
            rows = above == bool(side)
            if rows.any():
                found[rows] = answers_of(member, self._seen(samples, side))[PROBABILITY]
        return found

    def export(self, path: Path) -> Exported:
        """Write one graph that asks both members, and takes the answer of one."""
        with TemporaryDirectory() as folder:
            told = [member.export(Path(folder) / side) for member, side in zip(self.members, SIDES, strict=True)]
            graphs = [onnx.load(Path(folder) / side) for side in SIDES]
        inputs, members, first = [self.input], [], []
        constants: dict[str, NDArray[np.generic]] = {}
        for side, graph, each, places in zip(SIDES, graphs, told, self.places, strict=True):
            (spec,) = each.inputs
            inputs.append(replace(spec, name=f"{NAME}_{side}", source=NAME))
            keep, instead = self._instead(spec, places)
            constants |= {f"{side}_seen": keep, f"{side}_instead": instead}
            first.append(helper.make_node("Where", [f"{side}_seen", f"{NAME}_{side}", f"{side}_instead"], [side]))
            members.append(Member(f"model.{side}", graph, {spec.name: side}))
        nodes = [
            helper.make_node("Gather", [NAME, "place"], ["chooses"], axis=1),
            helper.make_node("GreaterOrEqual", ["chooses", "threshold"], ["is_above"]),
            helper.make_node("Where", ["is_above", f"1/{PROBABILITY}", f"0/{PROBABILITY}"], [PROBABILITY]),
        ]
        constants |= {"place": np.array([self.place]), "threshold": np.array(self.threshold, np.float32)}
        given = {spec.name: len(spec.columns) for spec in inputs}
        join = Join(nodes, constants, {PROBABILITY: len(self.classes)}, first, given)
        onnx.save(side_by_side(members, join, [spec.name for spec in inputs]), path)
        limits = [each.atol for each in told if each.atol is not None]
        output = OutputSpec(PROBABILITY, (len(self.classes),), self.classes)
        return Exported(tuple(inputs), (output,), max(limits, default=None))

    def _above(self, samples: Samples) -> NDArray[np.bool_]:
        above: NDArray[np.bool_] = samples.inputs[NAME][:, self.place] >= np.float32(self.threshold)  # NaN is not
        return above

    def _seen(self, samples: Samples, side: int) -> Samples:
        """The rows of a side, with 0 for what its member does not see."""
        found = samples.take(self._above(samples) == bool(side))
        values = np.array(found.inputs[NAME])
        values[:, self.places[side]] = 0
        return replace(found, inputs=Inputs({NAME: values}))

    def _instead(self, spec: InputSpec, places: Sequence[int]) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
        """Which prepared columns a member sees, and what stands for the others: what preprocessing makes of 0."""
        width = len(self.input.columns)
        zeros = operations.apply(spec.preprocessing, np.zeros((1, width), np.float32))[0]
        keep = np.ones(width, bool)
        keep[list(places)] = False
        return keep, zeros


@dataclass
class MemberRun:
    """A run as a member sees it: a folder and names of metrics of its own.

    Attributes
    ----------
    run : of the whole. name : of the member. seed, directory : as :class:`~alertlab.core.contracts.Run` has them.
    """

    run: Run
    name: str
    seed: int
    directory: Path

    @staticmethod
    def of(run: Run, name: str) -> "MemberRun":
        """The part of a run that is a member's."""
        folder = run.directory / name
        folder.mkdir(parents=True, exist_ok=True)
        return MemberRun(run, name, run.seed, folder)

    def log_metrics(self, metrics: Mapping[str, float], step: int) -> None:
        """Record metrics of an epoch, after the member."""
        self.run.log_metrics({f"{self.name}_{metric}": value for metric, value in metrics.items()}, step)

    def log_files(self, path: Path) -> None:
        """Record a file that lies in ``directory``."""
        self.run.log_files(path)
