"""What is recorded of a run, as its report shows it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class RunRecord:
    """Names, start, parameters and tags of a run, from MLflow or from its folder: the two say the same."""

    run_id: str
    experiment: str
    name: str
    started: datetime
    params: Mapping[str, str]
    tags: Mapping[str, str]
