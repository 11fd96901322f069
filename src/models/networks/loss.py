"""Losses, one value a sample."""

import torch
from torch import Tensor
from torch.nn import functional


def entropy_regularised_cross_entropy(logits: Tensor, target: Tensor, entropy_weight: float) -> Tensor:
    """Cross-entropy minus ``entropy_weight`` times the entropy of the prediction.

    L = -log p_target + beta sum_c p_c log p_c (Carrasco-Davis et al. 2021,
    eq. 1): beta > 0 keeps probabilities from saturating at 0 and 1.

    Parameters
    ----------
    logits : (n, classes). target : (n,) class index.
    entropy_weight : beta, dimensionless.

    Returns
    -------
    (n,) loss in nats.
    """
    log_probability = torch.log_softmax(logits, 1)
    entropy = -(log_probability.exp() * log_probability).sum(1)
    return functional.nll_loss(log_probability, target, reduction="none") - entropy_weight * entropy


def focal_loss(logits: Tensor, target: Tensor, gamma: float) -> Tensor:
    """Cross-entropy that cares less for samples already well classified.

    L = -(1 - p_target)^gamma log p_target (Lin et al. 2017, eq. 4, without class
    weights); gamma = 0 is plain cross-entropy.

    Parameters
    ----------
    logits : (n, classes). target : (n,) class index.
    gamma : focusing parameter, dimensionless, at least 0.

    Returns
    -------
    (n,) loss in nats.
    """
    cross_entropy = functional.cross_entropy(logits, target, reduction="none")
    doubt = -torch.expm1(-cross_entropy)  # 1 - p_target, exact where p_target is nearly 1
    return doubt.clamp_min(1e-12) ** gamma * cross_entropy  # the root of 0 has no gradient


def gaussian_loss(value: Tensor, deviation: Tensor, target: Tensor) -> Tensor:
    """Minus the logarithm of a Gaussian's density at the target, without its constant.

    L = (t - v)^2 / 2 d^2 + log d, mean over the values of a row that are known.

    Parameters
    ----------
    value, deviation : (n, ...), deviations above 0. target : (n, ...), NaN where unknown or beyond the end.

    Returns
    -------
    (n,) loss in nats; 0 of a row without any known value.
    """
    known = ~target.isnan()
    # before anything is reckoned: what is masked later may still be in the gradient; (1 - 1)^2 / 2 + log 1 is 0
    value, deviation, target = (torch.where(known, each, 1) for each in (value, deviation, target))
    each = ((target - value) / deviation).square() / 2 + deviation.log()
    return each.flatten(1).sum(1) / known.flatten(1).sum(1).clamp_min(1)
