"""A classifier and the calibration of its probabilities, as one model."""

import csv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import helper

from ...core.contracts import CLASSIFICATION, Calibrates, Data, HeldOutAnswers, Model, Run, answers_of
from ...core.export import Exported
from ...core.progress import notice, status
from ...core.samples import Samples
from ...files import replacing
from ...runtime.errors import AlertlabError
from ...runtime.manifest import PROBABILITY, UNCALIBRATED, OutputSpec
from ..graphs.graph_file import DOUBLE, FLOAT
from ..graphs.longer_graph import lengthen
from .choose import BEST, METHODS, NONE, Calibration, Judged, choose
from .rows import ENOUGH, HeldOut

LEAST = 20  # objects: with fewer, nothing is calibrated
FILE = "calibration.csv"
ROUNDING = 2e-6  # by which float32 probabilities of two programs differ


class Calibrated:
    """A classifier whose probabilities are put right by the validation part, or by out-of-bag rows.

    Parameters
    ----------
    model : the classifier.
    method : see ``calibration`` in ``conf/train.yaml``.

    Attributes
    ----------
    held_out : what it says of the rows that calibrated it, each by a calibration fitted without its object; None
        where there were none.
    record : what was done, for the manifest; empty where nothing was.
    """

    task = CLASSIFICATION

    def __init__(self, model: Model, method: str) -> None:
        self.model, self.method = model, method
        self.calibration: Calibration | None = None
        self.held_out: HeldOutAnswers | None = None
        self.record: dict[str, Any] = {}

    def fit(self, data: Data, run: Run) -> None:
        """Train the classifier, then choose and fit the calibration; all that was tried is a file of the run."""
        self.model.fit(data, run)
        with status("calibrating"):
            found = self._held_out(data)
            if found is None:
                return
            part, samples, raw = found
            known = samples.labelled
            rows = HeldOut(raw[known], samples.target[known], samples.object_id[known])
            told = {UNCALIBRATED: raw, PROBABILITY: raw}
            chosen, judged = NONE, dict[str, Judged]()
            if (objects := len(np.unique(rows.object_id))) < LEAST:
                if self.method != NONE:
                    notice(f"calibration: {part} holds {objects} objects, fewer than {LEAST}; nothing is calibrated")
            else:
                chosen, judged = choose(rows, self.method)
                run.log_files(_write(judged, chosen, run.directory))
        if chosen != NONE:
            self.calibration = METHODS[chosen](rows)
            told[PROBABILITY] = np.empty_like(raw)
            told[PROBABILITY][known] = judged[chosen].probability
            told[PROBABILITY][~known] = self.calibration(raw[~known])
            few = [name for name, enough in zip(samples.classes, rows.enough, strict=True) if not enough]
            self.record = {
                "method": chosen,
                "asked": self.method,
                "part": part,
                "rows": len(rows),
                "objects": objects,
                "classes_of_few": [] if chosen == "temperature" else few,
                "before": _scores(judged[NONE]),
                "after": _scores(judged[chosen]),
            }
            if self.record["classes_of_few"]:
                notice(f"calibration: fewer than {ENOUGH} objects of {', '.join(few)}: not calibrated by themselves")
        else:
            del told[UNCALIBRATED]
        self.held_out = HeldOutAnswers(part, samples, told)

    def predict(self, samples: Samples) -> Any:
        """Calibrated probabilities, the raw ones as ``uncalibrated``, and whatever else the classifier says."""
        if self.calibration is None:
            return self.model.predict(samples)
        told = answers_of(self.model, samples)
        raw = np.asarray(told[PROBABILITY], np.float64)
        return {**told, PROBABILITY: self.calibration(raw), UNCALIBRATED: raw}

    def export(self, path: Path) -> Exported:
        """The classifier's graph with the calibration behind it."""
        exported = self.model.export(path)
        if self.calibration is None:
            return exported
        spec = next(each for each in exported.outputs if each.name == PROBABILITY)
        nodes, constants = self.calibration.nodes("uncalibrated_wide", "calibrated_wide")
        nodes = [
            helper.make_node("Cast", [UNCALIBRATED], ["uncalibrated_wide"], to=DOUBLE),
            *nodes,
            helper.make_node("Cast", ["calibrated_wide"], [PROBABILITY], to=FLOAT),
        ]
        made = {PROBABILITY: len(spec.classes)}
        renamed = {PROBABILITY: UNCALIBRATED}
        for each in exported.outputs:
            if spec.taxonomy and each.classes == tuple(spec.taxonomy):  # of the branches: sums of what is calibrated
                constants["member"] = _members(spec)
                renamed[each.name] = f"{each.name}_uncalibrated"
                nodes.append(helper.make_node("MatMul", ["calibrated_wide", "member"], ["branches_wide"]))
                nodes.append(helper.make_node("Cast", ["branches_wide"], [each.name], to=FLOAT))
                made[each.name] = len(each.classes)
        kept = [each.name for each in exported.outputs if each.name not in made]
        lengthen(path, nodes, constants, made, (UNCALIBRATED, *kept), renamed)
        atol = exported.atol
        if self.calibration.steepest > 1:
            atol = max(atol or 1e-5, ROUNDING * self.calibration.steepest)
        raw = replace(spec, name=UNCALIBRATED, taxonomy={})
        return replace(exported, outputs=(*exported.outputs, raw), atol=atol)

    def _held_out(self, data: Data) -> tuple[str, Samples, NDArray[np.float64]] | None:
        """The part that calibrates, its samples, and what the classifier says of them."""
        samples = data.samples("validation")
        if len(samples) and samples.labelled.any():
            return "validation", samples, np.asarray(answers_of(self.model, samples)[PROBABILITY], np.float64)
        if isinstance(self.model, Calibrates):
            samples, told = self.model.out_of_bag(data)
            if len(samples):
                return "out_of_bag", samples, told
        if self.method == BEST:
            notice("calibration: none, for there is no validation part; datamodule.split.validation=0.1 gives one")
        elif self.method != NONE:
            raise AlertlabError(
                f"calibration: {self.method} needs objects that training did not learn from; give "
                "datamodule.split.validation=0.1, or calibration=none"
            )
        return None


def _members(spec: OutputSpec) -> NDArray[np.float64]:
    """(classes, branches) 1 where a class is of a branch."""
    return np.array([[float(name in of) for of in spec.taxonomy.values()] for name in spec.classes])


def _scores(judged: Judged) -> dict[str, float]:
    return {
        "log_loss": judged.log_loss,
        "brier_score": judged.brier_score,
        "macro_recall": judged.macro_recall,
    }


def _write(judged: Mapping[str, Judged], chosen: str, directory: Path) -> Path:
    """What each method says of objects that it was not fitted on."""
    path = directory / FILE
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file, lineterminator="\n")
        lines.writerow(["method", "log_loss", "brier_score", "macro_recall", "chosen"])
        for name, each in judged.items():
            lines.writerow([name, *(f"{value:.6g}" for value in _scores(each).values()), int(name == chosen)])
    return path
