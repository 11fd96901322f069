"""What a bundle declares about itself: ``manifest.json``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table input.

    Attributes
    ----------
    name : as the survey names it.
    unit : astropy-style unit, "" where dimensionless.
    missing : what stands for "not known" (the survey's sentinel); None keeps NaN.
    minimum, maximum : clipping bounds; None is no bound.
    description : one line for the model card.
    """

    name: str
    unit: str = ""
    missing: float | None = None
    minimum: float | None = None
    maximum: float | None = None
    description: str = ""
