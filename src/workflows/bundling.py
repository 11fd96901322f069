"""From a trained model and its run to the details of a bundle."""

import platform
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from omegaconf import DictConfig

from .. import __version__
from ..bundle import BundleDetails
from ..config import to_yaml
from ..core.contracts import Data
from ..evaluation import Evaluation
from ..runtime.errors import AlertlabError
from ..tracking import TrackedRun, git_state, installed

LICENCE = re.compile(r"(LICEN[SC]E|COPYING)", re.IGNORECASE)
LIBRARIES = ("torch", "scikit-learn", "imbalanced-learn", "numpy", "onnx", "onnxruntime")


@dataclass(frozen=True)
class BundleInfo:
    """What a bundle says of itself: ``conf/bundle/``.

    Attributes
    ----------
    name, version : the bundle is ``NAME-VERSION.bundle``.
    description : one or two sentences for the model card.
    license : SPDX name. license_file : its text; None takes alertlab's own BSD-3 text.
    authors : as they want to be cited. doi : of paper or data release.

    Raises
    ------
    AlertlabError
        For a licence without its text, or a file that is none by its name.
    """

    name: str
    version: str
    description: str
    license: str
    license_file: str | None
    authors: Sequence[str]
    doi: str | None

    def __post_init__(self) -> None:
        if self.license_file is None and self.license != "BSD-3-Clause":
            raise AlertlabError(f"bundle.license_file: give the text of {self.license}, alertlab has only its own")
        if self.license_file is not None and not Path(self.license_file).is_file():
            raise AlertlabError(f"bundle.license_file: no file {self.license_file}")
        if self.license_file is not None and not LICENCE.match(Path(self.license_file).resolve().name):
            raise AlertlabError(
                f"bundle.license_file: {self.license_file} does not lead to a file named LICENSE..., LICENCE... or "
                "COPYING...; a config of somebody else could put any file of yours into a bundle"
            )

    @property
    def folder(self) -> str:
        """Name of the bundle's folder."""
        return f"{self.name}-{self.version}.bundle"

    def license_text(self) -> str:
        """The licence in full."""
        if self.license_file is not None:
            return Path(self.license_file).read_text()
        own = next(file for file in metadata.files("alertlab") or () if file.name == "LICENSE")
        return own.read_text()


def details_of(
    info: BundleInfo, config: DictConfig, data: Data, run: TrackedRun, evaluation: Evaluation
) -> BundleDetails:
    """Everything in a bundle that follows from neither model nor samples."""
    train = data.samples("train")
    git = git_state()
    training = {
        "package": "alertlab",
        "version": __version__,
        "git_commit": git.get("commit"),
        "dirty": git.get("dirty"),
        "seed": run.seed,
        "python": platform.python_version(),
        "libraries": installed(LIBRARIES),
        "mlflow_run_id": run.run_id,
        "dataset": {
            "name": data.description,
            "sha256": data.samples().digest(),
            "split_sha256": data.split.digest(),
            "n_per_class": train.counts(),
        },
    }
    if begun := run.tag("init_from.data"):
        training["init_from"] = {"run": config.model.init_from, "data": begun}
    return BundleDetails(
        name=info.name,
        version=info.version,
        description=info.description,
        license=info.license,
        license_text=info.license_text(),
        authors=tuple(info.authors),
        doi=info.doi,
        evaluation=evaluation.to_json(),
        config=to_yaml(config),
        training=training,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
