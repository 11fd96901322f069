"""From a trained model and its run to the details of a bundle."""

import platform
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from omegaconf import DictConfig

from .. import __version__
from ..bundle import BundleDetails
from ..config import to_yaml
from ..core.contracts import Data
from ..evaluation import Evaluation
from ..runtime import checks
from ..runtime.errors import AlertlabError, BundleError
from ..tracking import TrackedRun, git_state, installed

MANIFEST: Mapping[str, Callable[[Any, str], Any]] = {  # what a config says, by what a manifest takes
    "name": checks.plain_name,
    "version": checks.plain_name,
    "description": checks.text,
    "license": checks.word,
    "authors": checks.array(checks.word),
    "doi": checks.optional(checks.word),
}
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
        For what a manifest does not take, a licence without its text, or a file that is none by its name.
    """

    name: str
    version: str
    description: str
    license: str
    license_file: str | None
    authors: Sequence[str]
    doi: str | None

    def __post_init__(self) -> None:
        for name, check in MANIFEST.items():
            held_to(check, getattr(self, name), f"bundle.{name}")
        if self.license_file is None and self.license != "BSD-3-Clause":
            raise AlertlabError(f"bundle.license_file: give the text of {self.license}, alertlab has only its own")
        if self.license_file is not None and not Path(self.license_file).is_file():
            raise AlertlabError(f"bundle.license_file: no file {self.license_file}")
        if self.license_file is not None and not LICENCE.match(Path(self.license_file).resolve().name):
            raise AlertlabError(
                f"bundle.license_file: {self.license_file} does not lead to a file named LICENSE..., LICENCE... or "
                "COPYING...; a config of somebody else could put any file of yours into a bundle"
            )
        self.license_text()  # read now, so that a training does not end without it

    @property
    def folder(self) -> str:
        """Name of the bundle's folder."""
        return f"{self.name}-{self.version}.bundle"

    def details(self, config: DictConfig, evaluation: Evaluation, training: Mapping[str, Any]) -> BundleDetails:
        """What a bundle written now says of itself; ``training``: where it comes from."""
        return BundleDetails(
            name=self.name,
            version=self.version,
            description=self.description,
            license=self.license,
            license_text=self.license_text(),
            authors=tuple(self.authors),
            doi=self.doi,
            evaluation=evaluation.to_json(),
            config=to_yaml(config),
            training=training,
            created=datetime.now(UTC).isoformat(timespec="seconds"),
        )

    def license_text(self) -> str:
        """The licence in full."""
        if self.license_file is not None:
            try:
                return Path(self.license_file).read_text(encoding="utf-8")
            except (OSError, UnicodeDecodeError) as error:
                raise AlertlabError(f"bundle.license_file: {self.license_file} is no text ({error})") from error
        try:
            return next(file for file in metadata.files("alertlab") or () if file.name == "LICENSE").read_text()
        except (metadata.PackageNotFoundError, StopIteration, OSError) as error:
            raise AlertlabError("bundle.license_file: alertlab's own licence is not installed; name a file") from error


def check_columns(data: Data) -> None:
    """Refuse columns that no manifest could name, before anything is trained on them."""
    for table, columns in data.samples().columns.items():
        for column in columns:
            held_to(checks.word, column.name, f"datamodule: column of {table}")


def held_to(check: Callable[[Any, str], Any], value: Any, key: str) -> None:
    """Raise AlertlabError where the manifest of a bundle would refuse a value, with its key in the config."""
    try:
        check(value, key)
    except BundleError as error:
        raise AlertlabError(str(error).removeprefix("manifest.json: ")) from error


def details_of(
    info: BundleInfo,
    config: DictConfig,
    data: Data,
    run: TrackedRun,
    evaluation: Evaluation,
    calibration: Mapping[str, Any] | None = None,
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
    if calibration:
        training["calibration"] = calibration
    if begun := run.tag("init_from.data"):
        training["init_from"] = {"run": config.model.init_from, "data": begun}
    return info.details(config, evaluation, training)
