"""Real ZTF alerts from files."""

from collections.abc import Sequence
from typing import Any

from ..alerts import LabelledFiles, LabelRule
from .stamps import StampDataModule


def ztf_stamps(
    path: str, label_rules: Sequence[LabelRule], labels: str | None = None, **settings: Any
) -> StampDataModule:
    """Stamps from packets or a Parquet table, labelled by catalogue columns.

    Parameters
    ----------
    path, label_rules, labels : see :class:`alertlab.alerts.LabelledFiles`.
    settings : the other parameters of :class:`StampDataModule`.
    """
    return StampDataModule(LabelledFiles(path, label_rules, labels), **settings)
