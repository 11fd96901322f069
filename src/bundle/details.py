"""What a person and a run say of a model, beside what the model says of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class BundleDetails:
    """Everything in a bundle that follows from neither model nor samples.

    Attributes
    ----------
    name, version : plain words, e.g. "stamp" and "1.0.2".
    description : one or two sentences for the card.
    license : SPDX identifier of the weights. license_text : in full.
    authors : names. doi : of the paper or the archive, None without.
    evaluation : content of ``evaluation.json``, None without.
    config : the resolved configuration, YAML; provenance only.
    training : package, version, git_commit, dirty, seed, python, library versions,
        mlflow_run_id, dataset {name, sha256, split_sha256, n_per_class}.
    created : ISO time, None to leave it out, so that equal models give equal bundles.
    """

    name: str
    version: str
    description: str
    license: str
    license_text: str
    authors: tuple[str, ...] = ()
    doi: str | None = None
    evaluation: Mapping[str, Any] | None = None
    config: str = ""
    training: Mapping[str, Any] = field(default_factory=dict)
    created: str | None = None
