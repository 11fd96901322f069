"""What is shown of an evaluation, wherever it is shown: terminal, MLflow, report, model card."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FEW = 5  # repeats: a standard deviation over fewer is itself uncertain by a third and more


def plus_minus(repeats: int) -> str:
    """``±``, or ``±*`` before a deviation over so few repeats that a reader is to be told."""
    return "±*" if repeats < FEW else "±"


def of_few(repeats: int) -> str:
    """What the mark says: relative error of the deviation of normal values, 1 / sqrt(2 (n - 1))."""
    error = 100 / (2 * (repeats - 1)) ** 0.5
    return f"±* is over {repeats} repeats: the deviation itself is uncertain by {error:.0f} %"


SPELT = {"f1": "F1", "roc auc": "ROC AUC", "auroc": "AUROC", "rmse": "RMSE", "mae": "MAE", "chi2": "chi-squared"}


def spelt(name: str) -> str:
    """A metric's name as people write it: ``top/macro_roc_auc`` is Top macro ROC AUC."""
    text = name.replace("_", " ").replace("/", " ")
    for plain, proper in SPELT.items():
        text = text.replace(plain, proper)
    return text[:1].upper() + text[1:]


@dataclass(frozen=True)
class Table:
    """A small table for people.

    Attributes
    ----------
    name : of its file, ``classes``. title : above it, "by class".
    header, rows : cells as text. faint : first cells of rows that say little.
    strong : row and column of cells that stand out.
    """

    name: str
    title: str
    header: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    faint: frozenset[str] = frozenset()
    strong: frozenset[tuple[int, int]] = frozenset()

    def to_json(self) -> dict[str, Any]:
        """What other programs print of it."""
        return {
            "name": self.name,
            "title": self.title,
            "header": list(self.header),
            "rows": [list(row) for row in self.rows],
        }


@dataclass(frozen=True)
class Picture:
    """A figure of the report; ``alt`` says in words what it is, ``caption`` stands below it."""

    figure: "Figure"
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Section:
    """A section of the report.

    Attributes
    ----------
    name : of its anchor, one word. title : its heading. link : in the contents, None for the title.
    pictures : rows of figures, and whether a row is of wide ones.
    """

    name: str
    title: str
    note: str = ""
    link: str | None = None
    pictures: Sequence[tuple[Sequence[Picture], bool]] = ()
    tables: Sequence[Table] = ()


@dataclass(frozen=True)
class Bar:
    """A value as a bar: its name, its share of the width, its text, and right, wrong or other."""

    name: str
    share: float
    text: str
    kind: str = "other"


@dataclass(frozen=True)
class Example:
    """One sample of the gallery.

    Attributes
    ----------
    sample_id, object_id : which it is.
    cells : the row of a table, where there is no picture. bars : below its picture.
    facts : name and value, and ``more`` bars, where its name is opened.
    note : below its bars.
    """

    sample_id: int
    object_id: str
    cells: tuple[str, ...]
    bars: tuple[Bar, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    more: tuple[Bar, ...] = ()
    note: str = ""


@dataclass(frozen=True)
class Group:
    """Samples of the gallery under one heading.

    Attributes
    ----------
    name : heading. mark : beside it in the contents. note : instead of samples, where there are none.
    header : of the tables of ``cells``. parts : heading, words beside it, and samples.
    """

    name: str
    mark: str
    header: tuple[str, ...]
    parts: Sequence[tuple[str, str, Sequence[Example]]] = ()
    note: str = ""


@dataclass(frozen=True)
class Gallery:
    """All groups, and what a reader should know of them; ``curves`` where light curves are worth reading for it."""

    note: str = ""
    groups: Sequence[Group] = field(default=())
    curves: bool = False

    @property
    def examples(self) -> list[Example]:
        """Of all groups."""
        return [example for group in self.groups for _, _, examples in group.parts for example in examples]
