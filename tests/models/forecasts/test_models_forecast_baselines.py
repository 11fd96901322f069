"""Persistence and mean, and what every forecaster shares, against numpy and scipy."""

import numpy as np
import pytest
import torch
from alertlab.config import compose, instantiate
from alertlab.models.forecasts.seen import Seen, forecast_loss
from alertlab.models.forecasts.window_mean import Windowed
from alertlab.runtime.errors import AlertlabError
from feature_table import FakeRun
from forecasts_by_hand import padded
from scipy.stats import norm

CURVES = [
    (np.array([0.0, 10.0, 50.0, 50.3]), np.array([18.0, 18.4, 18.2, 18.3]), np.full(4, 0.05)),
    (np.array([0.0, 5.0]), np.array([17.0, 17.0]), np.array([0.1, 0.3])),
]
QUERY = [np.array([1.0, 100.0], np.float32), np.array([30.0], np.float32)]


def test_persistence_is_the_mean_of_the_last_night_and_the_mean_that_of_all():
    points, query = padded(CURVES, QUERY)
    for days, first in ((1.0, 18.25), (None, 18.225)):
        value, _ = Windowed(days, torch.zeros(1), torch.ones(1))(points, query)
        assert value[0].numpy() == pytest.approx([first] * 2, abs=1e-5)
        assert float(value[1, 0]) == pytest.approx(17)


def test_time_counts_back_from_the_last_point_and_light_curves_are_scaled_by_what_was_seen():
    seen = Seen.of(padded(CURVES, QUERY)[0])
    time, value, _ = CURVES[0]
    assert seen.time[0].numpy() == pytest.approx(time - 50.3, abs=1e-5)
    assert seen.lag[0].numpy() == pytest.approx([0, 10, 40, 0.3], abs=1e-4)
    assert seen.scaled[0].numpy() == pytest.approx((value - value.mean()) / value.std(), abs=1e-4)
    assert float(seen.spread[1]) == pytest.approx(0.2)  # all values are one: the mean error
    assert seen.scaled[1].tolist() == [0, 0, 0, 0]


def test_the_loss_is_minus_the_log_density_of_a_gaussian_that_counts_the_error_of_the_truth():
    value, deviation = torch.tensor([[18.0, 18.5], [17.0, 0.0]]), torch.tensor([[0.1, 0.2], [0.3, 0.0]])
    target = torch.tensor([[[18.1, 0.05], [18.2, 0.1]], [[17.5, 0.4], [torch.nan, torch.nan]]])
    value.requires_grad_(True)
    loss = forecast_loss(value, deviation, target)
    expected = [
        -norm.logpdf([18.1, 18.2], [18, 18.5], np.hypot([0.1, 0.2], [0.05, 0.1])).mean(),
        -norm.logpdf(17.5, 17, 0.5),
    ]
    assert loss.detach().numpy() == pytest.approx(np.array(expected) - np.log(2 * np.pi) / 2, rel=1e-5)
    loss.sum().backward()
    assert torch.isfinite(value.grad).all()


@pytest.mark.parametrize(("model", "growing"), [("persistence", True), ("seen_mean", False)])
def test_deviations_are_honest_by_horizon_where_the_process_is_the_same(model, growing, tmp_path):
    """On walks with one timescale: within one deviation and the noise lie 68 % of the points, near and far."""
    words = ["n=400", "tau=[100,100]", "sigma=[0.2,0.2]", "detections=[60,90]", "error=0.02"]
    words = [f"datamodule.source.curves.simulator.{word}" for word in words]
    config = compose(
        "train", [f"model={model}", "datamodule=simulated_forecasts", "datamodule.source.cache=null", *words]
    )
    data, forecaster = instantiate(config.datamodule), instantiate(config.model)
    data.draw(0)
    forecaster.fit(data, FakeRun(tmp_path))
    test = data.samples("test")
    told, (truth, error) = forecaster.predict(test), test.target.values.T
    pull = (told["value"].values - truth) / np.hypot(told["deviation"].values, error)
    horizon = test.inputs["query"].values[:, 0]
    for part in (horizon < 100, horizon > 300):
        assert np.mean(np.abs(pull[part]) < 1) == pytest.approx(0.68, abs=0.08)
    near, far = (told["deviation"].values[part].mean() for part in (horizon < 30, horizon > 300))
    assert (near < 0.6 * far) == growing


def test_days_and_cells_that_are_none_are_refused():
    with pytest.raises(AlertlabError, match=r"model\.days: -1"):
        instantiate(compose("train", ["model=persistence", "model.days=-1"]).model)
    with pytest.raises(AlertlabError, match=r"model\.cells"):
        instantiate(compose("train", ["model=damped_random_walk", "model.cells=[1,4]"]).model)
