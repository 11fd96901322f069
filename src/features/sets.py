"""Sets of features: fixed columns in a fixed order, with a version and a hash of their definition."""

import hashlib
import inspect
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from typing import Any

from ..runtime.errors import AlertlabError
from ..runtime.table import SET_HASH
from .families import KERNELS
from .families.shape import shape_kernel
from .feature import Kernel, Text
from .named_sets import SETS, NamedSet

NAME, VERSION, HASH = b"alertlab.features", b"alertlab.features.version", SET_HASH
OF_BANDS, IN = b"alertlab.features.bands", b"alertlab.features.quantity"  # of sets that take those of the data
MAGNITUDE, FLUX = "magnitude", "flux"
JOINED = b"alertlab.features.joined"
AND = "+"  # between the names of sets that are combined
FLUX_UNITS = {"mag": "uJy", "mag^2": "uJy^2", "mag/d": "uJy/d"}


@dataclass(frozen=True)
class Scope:
    """The part of a light curve that features are computed from.

    Attributes
    ----------
    bands : names; kernels that take ``band`` count them from 1.
    own : in what the light curves are in, ``flux`` or ``magnitude``; else in magnitudes.
    """

    bands: tuple[str, ...]
    own: bool = False


@dataclass(frozen=True)
class Feature:
    """One column of a set.

    Attributes
    ----------
    name : of the column, with its band.
    text : its name without the band, unit and formula.
    kernel : what computes it, and its place in what the kernel returns.
    scope : what it is computed from.
    bands : the band that it is of, or the two of a colour; none for a feature of the whole object.
    """

    name: str
    text: Text
    kernel: Kernel
    place: int
    scope: Scope
    bands: tuple[str, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of its bands, as its scope counts them, from 1."""
        return tuple(self.scope.bands.index(name) + 1 for name in self.bands)

    def identity(self, quantity: str) -> tuple[object, ...]:
        """Equal for two names of one value: a feature of one band does not depend on the others of its scope."""
        around = self.scope.bands if self.kernel.looks_around else ()
        return id(self.kernel), self.place, self.bands, around, quantity == FLUX and self.scope.own


@dataclass(frozen=True)
class FeatureSet:
    """Features in a fixed order.

    Attributes
    ----------
    name : of the set, or those of several with + between them.
    version : raised when a value of the set changes for the same light curve.
    bands : of the data, which a set without bands of its own takes; empty where all its sets have their own.
    quantity : what the light curves are in, ``magnitude`` or ``flux``, where that matters.
    code : hashes of the packages of one's own that kernels come from.
    joined : (name, unit) of columns of a table of one's own, beside the features.
    """

    name: str
    version: str
    features: tuple[Feature, ...]
    bands: tuple[str, ...] = ()
    quantity: str = MAGNITUDE
    code: tuple[str, ...] = ()
    joined: tuple[tuple[str, str], ...] = ()

    @property
    def names(self) -> list[str]:
        """The columns."""
        return [*(feature.name for feature in self.features), *(name for name, _ in self.joined)]

    def beside(self, joined: Sequence[tuple[str, str]]) -> "FeatureSet":
        """With columns of a table of one's own, (name, unit) each.

        Raises
        ------
        AlertlabError
            For one that has the name of a feature.
        """
        for name, _ in joined:
            if name in self.names:
                raise AlertlabError(f"join: column {name} has the name of a feature; rename it")
        return replace(self, joined=tuple(joined))

    def unit(self, feature: Feature) -> str:
        """Of a column: what is in magnitudes as published is in fluxes where the light curves are."""
        flux = self.quantity == FLUX and feature.scope.own and feature.kernel.on == "either"
        return FLUX_UNITS.get(feature.text.unit, feature.text.unit) if flux else feature.text.unit

    @property
    def used(self) -> tuple[str, ...]:
        """Every band that any of the features is computed from."""
        return tuple(dict.fromkeys(name for scope in self.scopes for name in scope.bands))

    @property
    def scopes(self) -> tuple[Scope, ...]:
        """What the features are computed from, each once."""
        return tuple(dict.fromkeys(each.scope for each in self.features))

    @property
    def sha256(self) -> str:
        """Hash of name, version, and every feature's name, unit, formula, minimum and source."""
        rows: list[Any] = [
            [each.name, self.unit(each), each.text.formula, *each.kernel.definition] for each in self.features
        ]
        content: list[Any] = [self.name, self.version, rows]
        if self.bands or self.code:
            content.append([self.bands, self.quantity, self.code, [each.scope.bands for each in self.features]])
        if self.joined:
            content.append(self.joined)
        return hashlib.sha256(json.dumps(content).encode()).hexdigest()

    def metadata(self) -> dict[bytes, bytes]:
        """What a table of these features says of itself, as metadata of its Arrow schema."""
        said = {NAME: self.name, VERSION: self.version, HASH: self.sha256}
        if self.bands:
            said |= {OF_BANDS: json.dumps(self.bands), IN: self.quantity}
        if self.joined:
            said |= {JOINED: json.dumps(self.joined)}
        return {key: value.encode() for key, value in said.items()}

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


@dataclass(frozen=True)
class Wanted:
    """Names of sets, and of packages of one's own, as a config gives them; what they are depends on the data.

    Attributes
    ----------
    names : each of :data:`~.named_sets.SETS`, or the dotted name of a module that has ``KERNELS``.
    """

    names: tuple[str, ...]

    @staticmethod
    def of(given: str | Sequence[str]) -> "Wanted":
        """From one name, several, or several with + between them.

        Raises
        ------
        AlertlabError
            For a name that there is not, none, or one given twice.
        """
        listed = [given] if isinstance(given, str) else list(given)
        names = tuple(part for each in listed for part in str(each).split(AND))
        for name in names:
            if name not in SETS and "." not in name:
                raise AlertlabError(f"features={name}: no such set; there are {', '.join(SETS)}")
        if not names or len(set(names)) < len(names):
            raise AlertlabError(f"features={given}: name each set once, such as features=[all_bands,shape]")
        return Wanted(names)

    @property
    def name(self) -> str:
        """All of them in one word."""
        return AND.join(self.names)

    @property
    def takes_fluxes(self) -> bool:
        """Whether any of the sets is of fluxes where the light curves are: then a negative flux is data."""
        return any(name not in SETS or SETS[name].own for name in self.names)

    @property
    def takes_bands(self) -> bool:
        """Whether any of the sets takes the bands of the data, whatever they are."""
        return any(name not in SETS or SETS[name].bands is None for name in self.names)

    @property
    def own_bands(self) -> tuple[str, ...]:
        """The bands that its sets are defined on, whatever those of the data."""
        named = (SETS[name].bands or {} for name in self.names if name in SETS)
        return tuple(dict.fromkeys(band for bands in named for band in bands))

    def used(self, bands: Sequence[str]) -> tuple[str, ...]:
        """Which of the bands of the data any of the sets looks at.

        Raises
        ------
        AlertlabError
            For data that have none of the bands that a set is defined on.
        """
        for name in self.names:
            own = SETS[name].bands if name in SETS else None
            if own is not None and not set(own) & set(bands):
                meant = ", ".join(f"{here}: {there}" for here, there in zip(bands, own, strict=False))
                raise AlertlabError(
                    f"features={name}: is of the bands {', '.join(own)}, and the light curves have {', '.join(bands)}; "
                    f"say which band is which, such as 'bands={{{meant}}}', or take features=all_bands"
                )
        if self.takes_bands:
            return tuple(bands)
        return tuple(name for name in bands if name in self.own_bands)

    def resolved(self, bands: Sequence[str], quantity: str) -> FeatureSet:
        """The features of data in these bands."""
        return feature_set(self.name, tuple(bands), quantity)


@cache
def feature_set(name: str, bands: tuple[str, ...] = (), quantity: str = MAGNITUDE) -> FeatureSet:
    """A set by its name, or several combined: ``all_bands+shape``.

    Where two sets give one column of other bands, such as the period of g and r and that of all bands, the later one
    has the bands at the end of its name: ``Multiband_period_gr``. What is the same twice is there once.

    Parameters
    ----------
    bands : of the data, in order of wavelength, for sets that have none of their own.
    quantity : what the light curves are in, for sets that look at it.

    Raises
    ------
    AlertlabError
        For a name that there is not, or a set that takes the bands of the data where none are given.
    """
    wanted = Wanted.of(name)
    if wanted.takes_bands and not bands:
        raise AlertlabError(f"features={name}: takes the bands of the data, and none are known")
    known: dict[str, Feature] = {}
    same: set[tuple[object, ...]] = set()
    code = []
    for each in wanted.names:
        if each in SETS:
            found = list(_of_set(SETS[each], bands, quantity))
        else:
            found, digest = _of_package(each, bands)
            code.append(digest)
        for feature in found:
            identity = feature.identity(quantity)
            if identity in same:
                continue
            same.add(identity)
            unique = feature
            if feature.name in known:
                unique = _renamed(feature)
            if unique.name in known:
                raise AlertlabError(f"features={name}: {each} gives {unique.name}, as another set does; rename yours")
            known[unique.name] = unique
    versions = [SETS[each].version for each in wanted.names if each in SETS]
    of_data = wanted.takes_bands or wanted.takes_fluxes
    return FeatureSet(
        wanted.name,
        AND.join(versions) or "1",
        tuple(known.values()),
        (bands if wanted.takes_bands else wanted.own_bands) if of_data else (),
        quantity if of_data else MAGNITUDE,
        tuple(code),
    )


def _of_set(named: NamedSet, bands: tuple[str, ...], quantity: str) -> Iterator[Feature]:
    """Kernel by kernel, band by band; of two kernels of one name the one that suits the quantity."""
    endings = named.bands if named.bands is not None else {band: band for band in bands}
    scope = Scope(tuple(endings), named.own)
    suits = ("either", quantity if named.own else MAGNITUDE)
    preferred = {text.name for kernel in KERNELS for text in kernel.texts if kernel.on in suits}
    for kernel in KERNELS:
        if kernel.on in suits or not preferred.issuperset(text.name for text in kernel.texts):
            yield from (each for each in _of_kernel(kernel, scope, endings) if each.text.name in named.texts)
    if named.shape:
        yield from _of_kernel(shape_kernel(scope.bands), scope, endings)


def _of_kernel(kernel: Kernel, scope: Scope, endings: Mapping[str, str]) -> Iterator[Feature]:
    if kernel.per == "object":
        places: list[tuple[tuple[str, ...], str]] = [((), "{}")]
    elif kernel.per == "band":
        places = [((band,), f"{{}}_{ending}") for band, ending in endings.items()]
    else:
        pairs = zip(scope.bands, scope.bands[1:], strict=False)
        places = [((blue, red), f"{blue}-{red}_{{}}") for blue, red in pairs]
    for of, pattern in places:
        for place, text in enumerate(kernel.texts):
            yield Feature(pattern.format(text.name), text, kernel, place, scope, of)


def _renamed(feature: Feature) -> Feature:
    return replace(feature, name=f"{feature.name}_{''.join(feature.scope.bands)}")


def _of_package(name: str, bands: tuple[str, ...]) -> tuple[list[Feature], str]:
    """Features of a module of one's own, and the hash of its source."""
    try:
        module = import_module(name)
        source = inspect.getsource(module)
    except Exception as error:  # whatever the user's own code raises
        raise AlertlabError(f"features={name}: cannot be imported ({type(error).__name__}: {error})") from error
    kernels = getattr(module, "KERNELS", None)
    if not isinstance(kernels, Sequence) or not kernels or not all(isinstance(each, Kernel) for each in kernels):
        raise AlertlabError(f"features={name}: has no KERNELS = (...), functions declared by of_band or of_object")
    endings = {band: band for band in bands}
    scope = Scope(bands, own=True)
    found = [feature for kernel in kernels for feature in _of_kernel(kernel, scope, endings)]
    return found, hashlib.sha256(source.encode()).hexdigest()


def all_features() -> tuple[Feature, ...]:
    """Every column of the published families: kernel by kernel, band by band."""
    return feature_set("all").features
