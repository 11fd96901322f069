"""The recurrent autoencoder and the neural process: what may change an answer, and what may not."""

import numpy as np
import pytest
import torch
from alertlab.models.forecasts.attentive_network import Attention, AttentiveProcess
from alertlab.models.forecasts.recurrent_network import RecurrentForecast, reconstruction_loss
from alertlab.models.forecasts.seen import Seen
from forecasts_by_hand import padded


def curve(length, seed=0, shift=0.0, scale=1.0):
    rng = np.random.default_rng(seed)
    time = np.cumsum(rng.uniform(2, 30, length))
    return time, 18 + shift + scale * rng.normal(size=length), scale * rng.uniform(0.05, 0.1, length)


def network(kind, backwards=True):
    torch.manual_seed(1)
    made = RecurrentForecast(6, 2, 4, 0.0, backwards) if kind == "recurrent" else AttentiveProcess(8, 2, 2, 0.0)
    return made.eval()


QUERY = np.array([5.0, 40.0, 300.0], np.float32)
KINDS = ["recurrent", "attentive"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_light_curve_of_another_mean_and_amplitude_has_the_same_forecast_in_its_own_scale(kind):
    made = network(kind)
    value, deviation = made(*padded([curve(20)], [QUERY]))[:2]
    other, spread = made(*padded([curve(20, shift=2.0, scale=0.5)], [QUERY]))[:2]
    assert ((value - 18) * 0.5 + 20).detach().numpy() == pytest.approx(other.detach().numpy(), abs=1e-3)
    assert (deviation * 0.5).detach().numpy() == pytest.approx(spread.detach().numpy(), rel=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_padding_and_other_light_curves_change_nothing(kind):
    made, curves = network(kind), [curve(7, 1), curve(30, 2)]
    together = made(*padded(curves, [QUERY[:1], QUERY]))
    for row, own in enumerate(curves):
        alone = made(*padded([own], [[QUERY[:1], QUERY][row]]))
        for many, one in zip(together[:2], alone[:2], strict=True):
            times = 1 if row == 0 else 3
            assert many[row, :times].detach().numpy() == pytest.approx(one[0, :times].detach().numpy(), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_later_questions_change_no_earlier_answer_and_the_process_answers_each_by_itself(kind):
    made = network(kind)
    all_of_them = made(*padded([curve(20)], [QUERY]))[0][0].tolist()
    first = made(*padded([curve(20)], [QUERY[:1]]))[0][0].tolist()
    last = made(*padded([curve(20)], [QUERY[2:]]))[0][0].tolist()
    assert first[0] == pytest.approx(all_of_them[0], abs=1e-5)
    assert (abs(last[0] - all_of_them[2]) < 1e-5) == (kind == "attentive")


def test_the_decoder_sees_times_and_the_code_alone():
    """Two light curves of one code and other values are decoded alike."""
    made = network("recurrent")
    code, time = torch.randn(1, 4), torch.tensor([[3.0, 10.0, 60.0]])
    assert torch.equal(made.decode(code, time)[0], made.decode(code.clone(), time)[0])
    assert made.decoder[0].weight_ih_l0.shape[1] == 4 + 2


@pytest.mark.parametrize("backwards", [True, False])
def test_what_was_seen_is_decoded_in_its_own_order(backwards):
    """The loss follows the places: a network made to say the time gives the times back."""
    made = network("recurrent", backwards)
    points, query = padded([curve(9, 3), curve(5, 4)], [QUERY, QUERY])
    made.decode = lambda code, time: (time, torch.ones_like(time))
    told = made(points, query)
    assert torch.equal(told.decoded * told.seen.present, told.seen.time)


@pytest.mark.parametrize("power", [0.0, 1.0, 2.0])
def test_the_loss_of_what_was_seen_is_the_squared_error_over_the_error_to_a_power(power):
    made = network("recurrent")
    curves = [curve(9, 3), curve(5, 4)]
    told = made(*padded(curves, [QUERY, QUERY]))
    loss = reconstruction_loss(told, power).detach().numpy()
    for row, (_, value, error) in enumerate(curves):
        off = (value - value.mean()) / value.std() - told.decoded[row, : len(value)].detach().numpy()
        assert loss[row] == pytest.approx(np.mean(off**2 / (error / value.std()) ** power), rel=1e-4)


def test_attention_is_that_of_torch():
    """Of one head, without the perceptron: scaled dot products with padding hidden."""
    torch.manual_seed(0)
    made = Attention(6, 1).eval()
    asked, known = torch.randn(2, 4, 6), torch.randn(2, 5, 6)
    hidden = torch.tensor([[0.0] * 5, [0.0, 0.0, 0.0, 1.0, 1.0]])
    made.perceptron = torch.nn.Identity()
    made.after = torch.nn.Identity()
    told = made(asked, known, hidden[:, None, None] * -1e9)
    keys = made.before_key(known)
    expected = made.out(
        torch.nn.functional.scaled_dot_product_attention(
            made.query(made.before(asked)), made.key(keys), made.value(keys), attn_mask=(hidden < 1)[:, None]
        )
    )
    assert (told - asked - 2 * expected).abs().max() < 1e-5


def test_a_curve_of_one_point_has_a_forecast():
    for kind in KINDS:
        value, deviation = network(kind)(*padded([curve(1)], [QUERY]))[:2]
        assert torch.isfinite(value).all()
        assert (deviation > 0).all()
        assert float(Seen.of(padded([curve(1)], [QUERY])[0]).time[0, 0]) == 0
