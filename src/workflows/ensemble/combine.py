"""What members say, joined repeat by repeat; of each repeat its validation part alone chooses how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core.predictions import ClassPredictions
from ...models.ensembles.combination import Combination
from ...models.ensembles.fit import chosen, log_loss, row_weights
from .members import Member, stacked


@dataclass(frozen=True)
class Choice:
    """How the members of one repeat are joined.

    Attributes
    ----------
    validation_loss : of the ensemble, mean over rows as they were weighted, each answered by a combination that was
        chosen without its object; infinite without a validation part.
    member_losses : of each member likewise.
    """

    combination: Combination
    validation_loss: float
    member_losses: tuple[float, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain, strict JSON."""
        finite = np.isfinite(self.validation_loss)
        losses = {"validation_loss": self.validation_loss, "member_losses": list(self.member_losses)} if finite else {}
        return {**self.combination.to_json(), **losses}


def combined(
    members: Sequence[Member], by: str, class_weight: str | None
) -> tuple[ClassPredictions, Mapping[int, Choice]]:
    """Predictions of the ensemble, in the rows of its members, and how each repeat was joined.

    Labelled validation rows are answered by what was chosen without their object, as calibrated classifiers do.

    Raises
    ------
    AlertlabError
        Where the way needs validation rows that are not there.
    """
    first = members[0].predictions
    probability = stacked(members)
    joint = np.empty_like(first.probability)
    choices = {}
    for repeat in np.unique(first.repeat).tolist():
        rows = first.repeat == repeat
        held_out = rows & (first.part == "validation") & first.labelled
        target, objects = first.target[held_out], first.object_id[held_out]
        combination, crossed = chosen(by, probability[:, held_out], target, objects, first.classes, class_weight)
        joint[rows] = combination(probability[:, rows])
        joint[held_out] = crossed
        each = [joint[held_out], *probability[:, held_out]]
        weight = row_weights(target, class_weight)
        losses = [log_loss(one, target, weight) if len(target) else np.inf for one in each]
        choices[int(repeat)] = Choice(combination, losses[0], tuple(losses[1:]))
    facts = {name: values for member in reversed(members) for name, values in member.predictions.facts.items()}
    told = ClassPredictions(
        first.sample_id,
        first.object_id,
        first.part,
        first.repeat,
        facts=facts,
        target=first.target,
        probability=joint,
        classes=first.classes,
        branches=first.branches,
    )
    return told, choices
