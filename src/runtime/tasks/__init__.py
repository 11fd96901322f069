"""The closed set of tasks; each is described in its own file, and a sixth needs one more line here."""

from ..errors import BundleError
from .classification import Classification
from .detection import Detector
from .forecast import Forecasting
from .generation import Generation
from .regression import Regression
from .task import Task

TASKS: tuple[Task, ...] = (Classification(), Detector(), Regression(), Forecasting(), Generation())


def task_named(name: str) -> Task:
    """The task that manifests and configs call so.

    Raises
    ------
    BundleError
        For a name that is none.
    """
    for task in TASKS:
        if name in task.names:
            return task
    raise BundleError(f"task {name!r} is unknown, known: {', '.join(task.name for task in TASKS)}")
