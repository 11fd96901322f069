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
    """

    inputs: tuple[InputSpec, ...]
    outputs: tuple[OutputSpec, ...]
