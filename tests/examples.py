"""The examples of docs/extending.md, one a task, written to a folder as they stand there."""

import re
from pathlib import Path

DOCUMENT = Path(__file__).parents[1] / "docs" / "extending.md"
BLOCK = re.compile(r"```(?:python|yaml)\n# ((?:mylab|myconf)/\S+)\n(.*?)```", re.DOTALL)
TASKS = {"tiny": "classification", "strange": "detection", "votes": "regression"}
TASKS |= {"ahead": "forecast", "finer": "generation"}
SMALL = ["trainer.max_epochs=2", "evaluation.resamples=10", "evaluation.formats=[]"]
OF_STAMPS = ["datamodule.source.n=100", "datamodule.cache=null"]


def blocks():
    """Path -> text of every file that the document shows."""
    return dict(BLOCK.findall(DOCUMENT.read_text()))


def write(folder):
    """Write them all; the folder of the package, and that of the configs, are below it."""
    for name, text in {"mylab/__init__.py": "", **blocks()}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def overrides(name):
    """Overrides of a training of seconds."""
    return [f"experiment={name}", f"name={name}", *SMALL, *(OF_STAMPS if name == "tiny" else [])]
