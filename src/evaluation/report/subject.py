"""What a report is of."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Subject:
    """The run that a report shows, as its tracking knows it.

    Attributes
    ----------
    experiment, name : as MLflow's page shows them.
    data : what the data are, in a few words; simulated data say so.
    facts : label -> value, in the order shown: identity, hashes, versions.
    model : parameter -> value.
    """

    experiment: str
    name: str
    data: str
    facts: Mapping[str, str]
    model: Mapping[str, str]

    @property
    def simulated(self) -> bool:
        """Whether the results say nothing of the sky."""
        return "simulated" in self.data.lower()
