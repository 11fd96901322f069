"""Named sets of features: fixed columns in a fixed order, with a version and a hash of their definition."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ..runtime.errors import AlertlabError
from .families import KERNELS
from .feature import Kernel

BANDS = {1: "g", 2: "r"}  # the numbers that ZTF gives its filters, which end the names of columns
NAME, VERSION, HASH = b"alertlab.features", b"alertlab.features.version", b"alertlab.features.sha256"


@dataclass(frozen=True)
class Feature:
    """One column of a set.

    Attributes
    ----------
    name, unit, formula : what it is.
    kernel : what computes it, and its place in what the kernel returns.
    band : number of the band; None for a feature of the whole object.
    """

    name: str
    unit: str
    formula: str
    kernel: Kernel
    place: int
    band: int | None


@dataclass(frozen=True)
class FeatureSet:
    """Features in a fixed order.

    Attributes
    ----------
    version : raised when a value of the set changes for the same light curve.
    """

    name: str
    version: str
    features: tuple[Feature, ...]

    @property
    def names(self) -> list[str]:
        """The columns."""
        return [feature.name for feature in self.features]

    @property
    def sha256(self) -> str:
        """Hash of name, version, and every feature's name, unit, formula, minimum and source."""
        rows = [
            [each.name, each.unit, each.formula, each.kernel.minimum, each.kernel.undefined, each.kernel.source]
            for each in self.features
        ]
        return hashlib.sha256(json.dumps([self.name, self.version, rows]).encode()).hexdigest()

    def metadata(self) -> dict[bytes, bytes]:
        """What a table of these features says of itself, as metadata of its Arrow schema."""
        return {NAME: self.name.encode(), VERSION: self.version.encode(), HASH: self.sha256.encode()}

    def check(self, metadata: Mapping[bytes, bytes] | None, origin: str) -> None:
        """Refuse a table of other features.

        Raises
        ------
        AlertlabError
            When the table does not say that it holds this set, or holds another version or definition of it.
        """
        found = metadata or {}
        if NAME not in found:
            raise AlertlabError(f"{origin}: says nothing of its feature set; make it with alertlab features")
        if dict(found).get(HASH) != self.sha256.encode():
            raise AlertlabError(
                f"{origin}: holds feature set {found[NAME].decode()} {found.get(VERSION, b'?').decode()} "
                f"({found.get(HASH, b'?').decode()[:12]}), not {self.name} {self.version} ({self.sha256[:12]}); "
                "compute the features again"
            )


@cache
def all_features() -> tuple[Feature, ...]:
    """Every column that there is: kernel by kernel, band by band."""
    return tuple(
        Feature(text.name if band is None else f"{text.name}_{band}", text.unit, text.formula, kernel, place, band)
        for kernel in KERNELS
        for band in (BANDS if kernel.by_band else (None,))
        for place, text in enumerate(kernel.texts)
    )


# Brightness and length of the survey, which say where and when an object was seen, not what it is;
# Harmonics_chi came after the paper.
UNPUBLISHED = {
    *("mean_mag", "min_mag", "first_mag", "Mean", "n_det", "n_pos", "n_neg", "iqr", "MHPS_non_zero", "MHPS_PN_flag"),
    *("delta_mjd_fid", "last_mjd_before_fid", "Period_band", "Harmonics_chi"),
}
WISE = ("W1-W2", "W2-W3", "g-W2", "g-W3", "r-W2", "r-W3")


def feature_set(name: str) -> FeatureSet:
    """A set by its name: ``alerce152``, the published selection, or ``alerce174``, all that lc_classifier 2.1.0 gives.

    Raises
    ------
    AlertlabError
        For another name.
    """
    if name == "alerce152":
        chosen = [each for each in all_features() if each.kernel.texts[each.place].name not in UNPUBLISHED]
    elif name == "alerce174":
        chosen = [each for each in all_features() if each.name not in WISE]
    else:
        raise AlertlabError(f"features={name}: no such set; there are alerce152 and alerce174")
    return FeatureSet(name, "1", tuple(chosen))
