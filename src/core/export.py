"""What a model says of the ONNX graph that it wrote."""

from dataclasses import dataclass

from ..runtime.manifest import InputSpec, OutputSpec


@dataclass(frozen=True)
class Exported:
    """The inputs and outputs of an exported graph.

    Attributes
    ----------
    inputs : raw inputs and the preprocessing that leads to the graph's.
    outputs : one has the name of the main answer of the task, such as ``probability``.
    atol : what answers may differ by at most beside the relative tolerance, where the usual one cannot be held: trees
        on what a network says jump where that lies within rounding of a threshold.
    """

    inputs: tuple[InputSpec, ...]
    outputs: tuple[OutputSpec, ...]
    atol: float | None = None
