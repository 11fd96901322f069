"""Signs and bands of a table as numbers: refused with their place where they are none."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...alerts.plain import SIGNS
from ...door.values import Place, is_text, numbers, plain
from ...door.words import text_of
from ..lightcurves import Floats, Integers

NO_BAND, LEFT_OUT = -1, 0  # beside the numbers of bands: no value, and a value that is mapped to none
NOTHING = -2  # of the one row of an object that has no measurement at all
WHOLE = re.compile(r"\+?(-?\d{1,15})(\.0*)?")
WORD = re.compile(r"[\w.*]+")  # the name of a band, which ends names of columns
TYPED = re.compile(r"[\w./+*%@?\\-]+( [\w./+*%@?\\-]+)*", re.ASCII)  # what an override takes as a key
YAML = {True: ("yes", "on"), False: ("no", "off")}  # words that YAML takes for these


def signs(values: pa.Array, place: Place) -> Floats:
    """+1 brighter than the template, -1 fainter, NaN unknown; from numbers, true/false, or ZTF's t, f, 1, 0.

    Raises
    ------
    AlertlabError
        For another text.
    """
    array = plain(values)
    if not is_text(array.type):
        floats = numbers(array, place)
        known = np.isfinite(floats)
        brighter = np.where(floats > 0, 1.0, -1.0)
        return brighter if known.all() else np.where(known, brighter, np.nan)
    found, index = _encoded(array)
    codes = {name: SIGNS.get(name.lower(), np.inf) for name in found}
    return _mapped(found, index, codes, np.nan, place, "a sign is t or f, 1 or 0, 1 or -1")


def bands(values: pa.Array, mapping: Mapping[str, str | None], names: Sequence[str], place: Place) -> Integers:
    """Numbers of bands, from 1 by their ``names``, :data:`NO_BAND` and :data:`LEFT_OUT`.

    Raises
    ------
    AlertlabError
        For a value that ``mapping`` does not name, with an override that would.
    """
    found, index = _encoded(plain(values))
    number = {band: float(place) for place, band in enumerate(names, 1)}
    codes = {band_name(name): float(LEFT_OUT) if band is None else number[band] for name, band in mapping.items()}
    known = f"columns.bands knows {', '.join(mapping)}; say which band each is, such as {_override(found, mapping)}"
    return _mapped(found, index, codes, float(NO_BAND), place, known).astype(np.int64)


def band_mapping(bands: Mapping[Any, Any]) -> dict[str, str | None]:
    """Values and names of bands as text, whatever YAML or Python made of them: ``1``, ``1.0`` and ``"1"`` are one."""
    named = {name: None if band is None else band_name(band) for name, band in bands.items()}
    found = {band_name(name): band for name, band in named.items()}
    for name, band in named.items():
        if isinstance(name, bool):
            for word in YAML[name]:
                found.setdefault(word, band)
    return found


def band_name(value: object) -> str:
    """The text of one value; "" for none."""
    text = text_of(value) or ""
    if number := WHOLE.fullmatch(text):  # of a CSV in which one row has no band
        return str(int(number[1]))
    return text.lower() if text.lower() in ("true", "false") else text


def _encoded(array: pa.Array) -> tuple[list[str], Integers]:
    """Names in a column, each different value once: tables have few bands and many rows; and which each row has."""
    encoded = pc.dictionary_encode(array)
    index = pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy(zero_copy_only=False)
    return [band_name(each) for each in encoded.dictionary.to_pylist()], index


def _override(found: Sequence[str], mapping: Mapping[str, str | None]) -> str:
    """The override that would make all bands of a column known, in quotes for a shell; a file where none can be."""
    names = [name for name in dict.fromkeys(found) if name]
    known = {name: mapping.get(name) for name in names if name in mapping}
    new = {name: name if WORD.fullmatch(name) else re.sub(r"\W", "", name) for name in names if name not in mapping}
    meaning = "(each by its name, in order of wavelength; null leaves out)"
    if not all(TYPED.fullmatch(name) for name in (*known, *new)):
        words = ", ".join(f"{json.dumps(name)}: {json.dumps(band)}" for name, band in (known | new).items())
        file = "FOLDER/columns/mine.yaml below defaults: [_quantities, _self_]"
        return f"bands: {{{words}}} {meaning} in {file}, with --config-dir FOLDER"
    words = ", ".join(f"{name}: {'null' if band is None else band}" for name, band in (known | new).items())
    return f"'bands={{{words}}}' {meaning}"


def _mapped(
    found: Sequence[str], index: Integers, codes: Mapping[str, float], missing: float, place: Place, remedy: str
) -> Floats:
    table = np.array([codes.get(name, np.inf) if name else missing for name in found] + [missing])
    result = table[index]
    if np.isinf(result).any():
        number = int(np.argmax(np.isinf(result)))
        raise place.error(number, f"{found[index[number]]!r} is unknown; {remedy}")
    return np.asarray(result, dtype=np.float64)
