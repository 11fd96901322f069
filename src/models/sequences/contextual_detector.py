"""From light curves to strangeness: a recurrent variational autoencoder, an isolation forest on its attributes.

Changing-state galaxies (Sánchez-Sáez et al. 2021b, AJ 162, 206) and live transients (Villar et al. 2021, ApJS 255, 24)
are the same machine: the columns of a point differ.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import IsolationForest
from torch import Tensor, nn

from ...core.contracts import Data, Run
from ...core.curve_columns import BAND, CURVE, ERROR, TIME, VALUE, beginnings, count_bands
from ...core.export import Exported
from ...core.progress import notice, status
from ...core.samples import Samples
from ...runtime.errors import AlertlabError
from ...runtime.manifest import InputSpec, OutputSpec
from ...runtime.operations import apply
from ...runtime.ragged import Ragged
from ..inputs import Steps, sequence_input
from ..networks.network_model import NetworkModel
from .detector_graph import OF_NETWORK, append_scores, tolerance
from .recurrent_network import Reconstruction, RecurrentNetwork, chi_squared, reconstruction_loss
from .scores import SCORES, Cloud, Score, Tail, isolation, strangeness

LAG = ERROR + 1  # place of the lag, which is the first column that is added
CURVE_BY_CURVE = {"curve": "scale_curve", "asinh": "asinh_curve"}  # scaling -> operation
CONTEXT = "context"
SCALINGS = (*CURVE_BY_CURVE, CONTEXT, "train")
LEAST = 10  # points of a context, whatever days they take
SEED = 123  # of what is drawn once, the published forest's


class ContextualDetector(NetworkModel):
    """Strangeness of light curves in one band or many, of whatever length.

    Parameters
    ----------
    units, latent, dropout, errors : see :class:`RecurrentNetwork`.
    kl_weight : of the divergence from a normal distribution. weight_power : see :func:`reconstruction_loss`.
    scaling : of values, ``curve``: each by its own mean and deviation; ``asinh``: fluxes against the noise of each,
        then by the train part; ``train``: by mean and deviation of the train part; ``context``: each by mean and
        deviation of its beginning, so that what comes later is seen against it.
    context_days : how long that beginning is.
    error_floor : added to scaled errors in quadrature.
    time_scale : days that are 1 to the network.
    times : whether a point says the time since the first beside the lag.
    longest : points of a light curve, the last ones of more.
    n_estimators, max_samples : of the isolation forest.
    prefixes : random beginnings of each training light curve that the forest learns from too.
    draws : of the attributes, whose scatter in score is the ``deviation``.
    score_of : ``forest``, ``distance``, ``reconstruction`` or ``either``, see :func:`strangeness`.
    network : learning rate and so on, see :class:`NetworkModel`.
    """

    task: str = "detection"

    def __init__(
        self,
        *,
        units: int,
        latent: int,
        dropout: float,
        errors: bool,
        kl_weight: float,
        weight_power: float,
        scaling: str,
        context_days: float,
        error_floor: float,
        time_scale: float,
        times: bool,
        longest: int,
        n_estimators: int,
        max_samples: int | float | str,
        prefixes: int,
        draws: int,
        score_of: str,
        **network: Any,
    ) -> None:
        super().__init__(**network)
        counts = {"units": units, "latent": latent, "longest": longest, "n_estimators": n_estimators, "draws": draws}
        for key, count in counts.items():
            if isinstance(count, bool) or not isinstance(count, int) or count < 1:
                raise AlertlabError(f"model.{key}: {count!r} is not a whole number of 1 or more")
        for key, value, options in (("scaling", scaling, SCALINGS), ("score_of", score_of, SCORES)):
            if value not in options:
                raise AlertlabError(f"model.{key}: {value!r} is none of {', '.join(options)}")
        self.units, self.latent, self.dropout, self.errors = units, latent, dropout, errors
        self.kl_weight, self.weight_power, self.error_floor = kl_weight, weight_power, error_floor
        self.scaling, self.time_scale, self.times, self.longest = scaling, time_scale, times, longest
        self.n_estimators, self.max_samples, self.prefixes, self.draws = n_estimators, max_samples, prefixes, draws
        self.score_of, self.context_days = score_of, context_days
        self.noise = torch.from_numpy(np.random.default_rng(SEED).standard_normal((draws, latent), np.float32))

    def inputs_of(self, train: Samples) -> tuple[InputSpec, ...]:
        """Points with lags, bands as columns of 0 and 1, and scaled values."""
        return (sequence_input(train, CURVE, self._steps(train)),)

    def outputs_of(self, train: Samples) -> tuple[OutputSpec, ...]:
        """Those of the network; the forest's come with it in :meth:`export`."""
        return tuple(OutputSpec(name, shape) for name, shape in self._network_shapes().items())

    def build(self, train: Samples) -> nn.Module:
        """See :class:`RecurrentNetwork`."""
        bands = count_bands(train.columns[CURVE])
        queries = 1 + self.times + (bands if bands > 1 else 0)
        return RecurrentNetwork(queries, self.units, self.latent, self.dropout, self.errors)

    def loss(self, output: Reconstruction, target: Tensor) -> Tensor:
        """See :func:`reconstruction_loss`; there is nothing to be told."""
        return reconstruction_loss(self._floored(output), self.weight_power, self.kl_weight)

    def answers(self, output: Reconstruction) -> dict[str, Tensor]:
        """The attributes, drawn ones too, and how well they give the light curve back."""
        drawn = output.mean[:, None] + (output.log_variance[:, None] / 2).exp() * self.noise
        found = (output.mean, chi_squared(self._floored(output)), drawn)
        return dict(zip(OF_NETWORK, found, strict=True))

    def fit(self, data: Data, run: Run) -> None:
        """Train the network, then the forest on the attributes of the train part."""
        train = data.samples("train")
        if CURVE not in train.inputs or len(train.columns[CURVE]) != ERROR + 1:
            raise AlertlabError("datamodule: the data have no light curves as sequences; give datamodule=sequences")
        long = int(np.sum(np.asarray(train.lengths) > self.longest))
        if long:
            last = f"their last {self.longest} are used"
            notice(f"model.longest: {long} of {len(train)} light curves of the train part have more points; {last}")
        super().fit(data, run)
        with status("isolation forest"):
            self._fit_forest(train, run.seed)

    def predict(self, samples: Samples) -> dict[str, NDArray[np.float64]]:
        """``score``, what it is made of, the attributes, and the scatter of the forest's score over draws."""
        told: dict[str, NDArray[np.float64]] = super().predict(samples)
        mean, chi, drawn = (told[name] for name in OF_NETWORK)
        lone, away = isolation(self.forest, mean), self.cloud.distance(mean)
        of_draws = isolation(self.forest, drawn.reshape(-1, self.latent)).reshape(drawn.shape[:2])
        return {
            "score": strangeness(lone, away, chi, self.score),
            "isolation": lone,
            "distance": away,
            "chi_squared": chi,
            "deviation": of_draws.std(axis=1) if len(of_draws) else np.zeros(0),
            "embedding": mean,
        }

    def export(self, path: Path) -> Exported:
        """Network, forest and score as one graph."""
        exported = super().export(path)
        append_scores(path, self.forest, self.cloud, self.score)
        scalars = ("score", "isolation", "distance", "chi_squared", "deviation")
        outputs = (*(OutputSpec(name, ()) for name in scalars), OutputSpec("embedding", (self.latent,)))
        return Exported(exported.inputs, outputs, tolerance(self.forest, self.score))

    def _network_shapes(self) -> dict[str, tuple[int, ...]]:
        return dict(zip(OF_NETWORK, ((self.latent,), (), (self.draws, self.latent)), strict=True))

    def _steps(self, train: Samples) -> Steps:
        """From (time, band, value, error) to what :class:`RecurrentNetwork` takes."""
        bands = count_bands(train.columns[CURVE])
        hot = range(LAG + 1, LAG + 1 + bands) if bands > 1 else range(0)
        steps: list[Mapping[str, Any]] = [
            {"op": "keep_last", "count": self.longest},
            {"op": "append_lag", "column": TIME, "scale": self.time_scale},
        ]
        if self.scaling in CURVE_BY_CURVE:
            steps.append({"op": CURVE_BY_CURVE[self.scaling], "value": VALUE, "error": ERROR})
        if self.scaling == CONTEXT:
            beginning = {"column": TIME, "span": self.context_days, "least": LEAST}
            steps.append({"op": "scale_by_beginning", **beginning, "value": VALUE, "error": ERROR})
        mean, scale = np.zeros(LAG + 1), np.ones(LAG + 1)
        scale[TIME] = self.time_scale
        if self.scaling not in ("curve", CONTEXT):
            mean[VALUE], scale[[VALUE, ERROR]] = self._spread(train, steps)
        steps.append({"op": "standardize", "mean": mean.tolist(), "scale": scale.tolist()})
        if hot:
            steps.append({"op": "append_one_hot", "column": BAND, "count": bands})
        taken = [LAG, *([TIME] if self.times else []), *hot, VALUE, ERROR]
        return (
            *steps,
            {"op": "take_columns", "columns": taken},
            {"op": "append_present"},
            {"op": "nan_to_num", "value": 0.0},
        )

    def _spread(self, train: Samples, steps: Steps) -> tuple[float, float]:
        """Mean and deviation of the values of the train part, as these steps leave them."""
        found = [apply(steps, batch.inputs[CURVE])[..., VALUE].ravel() for batch in train.batches()]
        values = np.concatenate(found).astype(np.float64)
        return float(np.nanmean(values)), float(np.nanstd(values)) or 1.0

    def _floored(self, output: Reconstruction) -> Reconstruction:
        """The same with an error that is never below the floor."""
        if not self.error_floor:
            return output
        error = (output.error.square() + self.error_floor**2).sqrt()
        return output._replace(error=torch.where(output.error > 0, error, output.error))

    def _fit_forest(self, train: Samples, seed: int) -> None:
        curves: Ragged = train.inputs[CURVE]
        generator = np.random.default_rng([SEED, seed])
        shortest = self.augmentation.shortest
        parts = [curves, *(beginnings(curves, 1.0, shortest, generator) for _ in range(self.prefixes))]
        told = [super(ContextualDetector, self).predict(replace(train, inputs={CURVE: part})) for part in parts]
        mean, chi, _ = (np.concatenate([each[name] for each in told]) for name in OF_NETWORK)
        self.forest = IsolationForest(
            n_estimators=self.n_estimators, max_samples=self.max_samples, random_state=seed
        ).fit(mean.astype(np.float32))
        self.cloud = Cloud.of(mean)
        tails = Tail.of(isolation(self.forest, mean)), Tail.of(np.log1p(chi))
        self.score = Score(self.score_of, *tails)
