"""The trained forest of a hunt as a bundle."""

import platform
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from omegaconf import DictConfig

from ... import __version__
from ...bundle import BundleDetails
from ...bundle.write import write_bundle
from ...config import instantiate, to_yaml
from ...core.predictions import told_of
from ...tracking import git_state, installed
from ..bundling import BundleInfo
from .hunt import Hunt

LIBRARIES = ("coniferest", "numpy", "onnx", "onnxruntime")


def export(hunt: Hunt, config: DictConfig, out: Path) -> Path:
    """Write the forest as it stands to ``NAME-VERSION.bundle`` in a folder; an older one there is replaced.

    Its percentiles are against all candidates. Who answered stays out of it; how often does not.
    """
    info: BundleInfo = instantiate(config.bundle)
    samples, forest = hunt.candidates.samples, hunt.loop.forest
    told = told_of(forest.task, samples, forest.predict(samples))
    git = git_state()
    decided = Counter("yes" if wanted else "no" for wanted in hunt.loop.wanted.values())
    training = {
        "package": "alertlab",
        "version": __version__,
        "git_commit": git.get("commit"),
        "dirty": git.get("dirty"),
        "seed": int(config.seed),
        "python": platform.python_version(),
        "libraries": installed(LIBRARIES),
        "dataset": {"name": hunt.candidates.path.name, "sha256": samples.digest()},
        "hunt": {
            "objects": len(samples),
            "yes": decided["yes"],
            "no": decided["no"],
            "known": 0 if hunt.loop.known is None else len(hunt.loop.known[1]),
            "persons": len({each.person for each in hunt.answers}),
            "forest": forest.fingerprint(),
        },
    }
    details = BundleDetails(
        name=info.name,
        version=info.version,
        description=info.description or "An isolation forest that learnt from a person's answers what to call strange.",
        license=info.license,
        license_text=info.license_text(),
        authors=tuple(info.authors),
        doi=info.doi,
        config=to_yaml(config),
        training=training,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    return write_bundle(out / info.folder, forest, samples, details, told)
