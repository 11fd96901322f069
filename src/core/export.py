"""What a model says of the ONNX graph that it wrote."""

from dataclasses import dataclass

from ..runtime.manifest import InputSpec, OutputSpec


@dataclass(frozen=True)
class Exported:
    """The inputs and outputs of an exported graph.

    Attributes
    ----------
    inputs : raw inputs and the preprocessing that leads to the graph's.
    outputs : one is named ``probability``.
    """

    inputs: tuple[InputSpec, ...]
    outputs: tuple[OutputSpec, ...]
