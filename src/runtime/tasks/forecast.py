"""Forecast: values and deviations at times beyond what was seen, by band."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import checks
from ..errors import BundleError
from ..manifest import Manifest
from ..ragged import Ragged
from .regression import DEVIATION, VALUE
from .task import Answers, Task, others, output

QUERY = "query"  # the input that says when and in which band is asked for
ASKED = ("horizon", "band")  # its first columns: days after the last point seen, and the number of the band


@dataclass(frozen=True)
class Bands:
    """The manifest's key ``answers``: what is forecast.

    Attributes
    ----------
    bands : names; a query's band is the place of a name. unit : of the values.
    """

    bands: tuple[str, ...]
    unit: str


@dataclass(frozen=True)
class Forecast:
    """What a bundle says of n rows; of each as many values as its query asks for.

    Attributes
    ----------
    value, deviation : Ragged of float32.
    horizon : Ragged, days after the last point seen. band : Ragged of names.
    further : other outputs by name, such as an embedding.
    """

    value: Ragged
    deviation: Ragged
    horizon: Ragged
    band: Ragged
    further: Mapping[str, Any] = field(default_factory=dict)


def asked(query: Ragged, bands: Bands) -> tuple[Ragged, Ragged]:
    """Horizon and band, by name, of each query.

    Raises
    ------
    BundleError
        For a band that is none.
    """
    number = query.values[:, 1] if len(bands.bands) > 1 else np.zeros(len(query.values))
    if not np.all(np.isin(number, np.arange(len(bands.bands)))):
        raise BundleError(f"input {QUERY}: column {ASKED[1]} counts {', '.join(bands.bands)} from 0")
    names = np.array(bands.bands, np.str_)[number.astype(np.int64)]
    return Ragged(query.values[:, 0], query.offsets), Ragged(names, query.offsets)


ANSWERS = checks.record(Bands, bands=checks.array(checks.word), unit=checks.text)


class Forecasting(Task):
    """Its part of the runtime."""

    name = "forecast"
    main = VALUE
    noun = "forecasts"
    limits = (
        "Beyond the horizons that were evaluated nothing is known of its errors.",
        "A deviation covers what the evaluation says that it covers, no more.",
    )
    example = """\
for value, deviation in zip(prediction.value, prediction.deviation):
    print(value, deviation)"""

    @property
    def needed(self) -> tuple[str, ...]:
        """Of a value beyond what was seen, how far off it may be is half."""
        return VALUE, DEVIATION

    def schema(self, value: Any, where: str) -> Any:
        """See :class:`Task`."""
        return ANSWERS(value, where)

    def check(self, manifest: Manifest) -> None:
        """A value and a deviation for each row of the query."""
        query = next((spec for spec in manifest.inputs if spec.name == QUERY), None)
        if query is None or query.kind != "sequence" or not isinstance(query.shape[0], str):
            raise BundleError(f"manifest.json: inputs: a forecast needs a sequence named {QUERY!r} of any length")
        bands = manifest.answers.bands
        if not bands or len(set(bands)) < len(bands):
            raise BundleError("manifest.json: answers.bands: expected one name or more, none of them twice")
        needed = ASKED[:1] if len(bands) == 1 else ASKED
        if tuple(column.name for column in query.columns[: len(needed)]) != needed:
            raise BundleError(f"manifest.json: inputs: the columns of {QUERY} must begin with {', '.join(needed)}")
        for name in self.needed:
            if output(manifest, name, self.name).shape != query.shape[:1]:
                raise BundleError(f"manifest.json: outputs: {name} must have the shape [batch, {query.shape[0]}]")

    def fault(self, answers: Answers) -> str:
        """Deviations are not negative."""
        return "negative deviations" if np.any(answers[DEVIATION].values < 0) else ""

    def predict(self, manifest: Manifest, inputs: Answers, answers: Answers) -> Forecast:
        """Values and deviations beside what was asked."""
        horizon, band = asked(inputs[QUERY], manifest.answers)
        return Forecast(answers[VALUE], answers[DEVIATION], horizon, band, others(answers, VALUE, DEVIATION))

    def table(self, manifest: Manifest, prediction: Forecast) -> tuple[NDArray[np.int64], dict[str, Any]]:
        """A line for each time and band that is asked for."""
        names = ("horizon", "band", VALUE, DEVIATION)
        return prediction.value.owner, {name: getattr(prediction, name).values for name in names}

    def describe(self, manifest: Manifest) -> dict[str, str]:
        """Bands and unit."""
        unit = f", in {manifest.answers.unit}" if manifest.answers.unit else ""
        return {
            "value": f"of each row as many as `{QUERY}` asks for{unit}",
            "deviation": f"one standard deviation each{unit}",
            "bands": ", ".join(manifest.answers.bands),
        }
