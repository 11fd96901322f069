"""What datamodules of classes share: from a label to a class."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar

from ..config.typed import mapped
from ..core.progress import notice
from ..core.split import SplitPlan
from ..core.taxonomy import CLASSES, Taxonomy
from ..door.words import text_of
from ..runtime.errors import AlertlabError
from .parted import DataModule

LABEL_MAP = "datamodule.label_map"  # key of the config


class LabelledDataModule(DataModule):
    """Samples with a label, parted by object; a subclass reads them.

    Parameters
    ----------
    taxonomy : the classes; None where something else is asked for.
    split : how objects are parted.
    label_map : other labels -> class, or None to leave such rows out; text of either, see :func:`text_of`.
    workers : processes that prepare batches beside the training one.

    Raises
    ------
    AlertlabError
        For a label or a class in ``label_map`` that is none.
    """

    tells_classes: ClassVar[bool] = True  # False where labels but choose rows

    def __init__(
        self, taxonomy: Taxonomy | None, split: SplitPlan, label_map: Mapping[Any, Any] | None, workers: int
    ) -> None:
        super().__init__(split, workers)
        self.label_map = _label_map(label_map)
        if taxonomy is not None:
            self.taxonomy = taxonomy
        if taxonomy is not None and self.tells_classes and len(taxonomy.classes) == 1:
            notice(f"{CLASSES}: {taxonomy.classes[0]} is the only class, so a classifier will always say it")
        self.left_out: Counter[str] = Counter()

    def class_of(self, label: str | None, origin: str) -> str | None:
        """The class of a label; None for none, and for one that is left out, which is counted.

        Raises
        ------
        AlertlabError
            For a label outside the taxonomy, or one that is mapped there.
        """
        label = text_of(label)
        name = None if label is None else self.label_map.get(label, label)
        if name is None:
            self.left_out["no label" if label is None else label] += 1
        elif name not in self.taxonomy.classes:
            known = f"{CLASSES} ({', '.join(self.taxonomy.classes)})"
            if label in self.label_map:
                raise AlertlabError(
                    f"{origin}: label {label!r} is outside {known}, for {LABEL_MAP} makes it {name!r}. "
                    "Add that class, or map the label to null, which leaves its rows out"
                )
            raise AlertlabError(
                f"{origin}: label {label!r} is outside {known}. "
                f"Add it there, or map it: {mapped(LABEL_MAP, {str(label): 'CLASS'})} (null leaves such rows out)"
            )
        return name


def _label_map(given: Mapping[Any, Any] | None) -> dict[str, str | None]:
    if not isinstance(given, Mapping | None):
        raise AlertlabError(f"{LABEL_MAP}: {given!r} is not a mapping; write {{LABEL: CLASS}}")
    found: dict[str, str | None] = {}
    for key, value in (given or {}).items():
        label, name = text_of(key), text_of(value)
        if isinstance(value, list | tuple | Mapping):
            raise AlertlabError(f"{LABEL_MAP}: {label} becomes {value!r}; a label becomes one class, or null")
        if label is None:
            raise AlertlabError(f"{LABEL_MAP}: {key!r} is no label; rows without a label are left out anyway")
        if name is None and value is not None:
            raise AlertlabError(f"{LABEL_MAP}: {label} becomes {value!r}, which is no class; null leaves its rows out")
        if found.setdefault(label, name) != name:
            raise AlertlabError(f"{LABEL_MAP}: {label} becomes {found[label]} and {name}; name it once")
    return found
