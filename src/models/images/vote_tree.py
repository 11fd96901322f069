"""Values as a network's last layer gives them: votes that keep to the tree of their questions, others by their unit."""

import torch
from torch import Tensor, nn

from ...runtime.tasks.regression import Quantities

TINY = 1e-12  # least sum that divides; published it is added, which the export to ONNX would take for 0


class VoteTree(nn.Module):
    """From a linear layer to values: shares of each question, times the answer that it follows from.

    The output rule of Dieleman et al. (2015): r = max(z, 0); within a question r over the sum of r; that times the
    value of the answer after which it is asked, itself made so before. Quantities of no group are mean + scale z.

    Parameters
    ----------
    quantities : what is asked for. mean, scale : (quantities,) of the train part, for those of no group.

    Shapes
    ------
    z (n, quantities) -> values (n, quantities)
    """

    mean: Tensor
    scale: Tensor

    def __init__(self, quantities: Quantities, mean: Tensor, scale: Tensor) -> None:
        super().__init__()
        grouped = [bool(each.group) for each in quantities.quantities]
        self.questions = [(quantities.groups[name], whole) for name, whole in quantities.order.items()]
        self.free = [place for place, of in enumerate(grouped) if not of]
        self.register_buffer("mean", mean[self.free].float(), persistent=False)  # of the data, not of the weights
        self.register_buffer("scale", scale[self.free].float(), persistent=False)

    def forward(self, z: Tensor) -> Tensor:
        """Values (n, quantities)."""
        columns: dict[int, Tensor] = {}
        for number, place in enumerate(self.free):
            columns[place] = self.mean[number] + self.scale[number] * z[:, place]
        for places, whole in self.questions:
            positive = z[:, places].relu()
            shares = positive / positive.sum(1, keepdim=True).clamp_min(TINY)
            if whole is not None:
                shares = shares * columns[whole][:, None]
            columns |= {place: shares[:, number] for number, place in enumerate(places)}
        return torch.stack([columns[place] for place in range(z.shape[1])], 1)


def squared_error(value: Tensor, target: Tensor, scale: Tensor) -> Tensor:
    """(n,) mean of ((value - target) / scale)^2 over the quantities that are known; 0 where none is.

    Parameters
    ----------
    value : (n, quantities). target : the same, NaN where unknown. scale : (quantities,).
    """
    known = ~target.isnan()
    error = torch.where(known, value - torch.where(known, target, 0), 0) / scale
    return error.square().sum(1) / known.sum(1).clamp_min(1)
