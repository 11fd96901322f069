"""Examples that are known before the first question."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...core.predictions.columns import texts
from ...core.samples import Samples
from ...door.table import open_table
from ...door.values import Place, labels
from ...runtime.errors import AlertlabError
from .answers import NO, SKIP, WORDS, YES
from .candidates import name_column, of_columns


@dataclass(frozen=True)
class Known:
    """Objects of which it is known whether they are wanted.

    Attributes
    ----------
    names : of the objects. features : (m, columns) raw. wanted : (m,).
    """

    names: tuple[str, ...]
    features: NDArray[np.float32]
    wanted: NDArray[np.bool_]


def read_known(path: Path, object_id: str, samples: Samples) -> Known:
    """Known examples from a table of names and ``answer`` (yes or no), one row an object.

    Features are those of the candidate of that name; of others the table itself must have all of its columns.

    Raises
    ------
    AlertlabError
        With the row, for an answer that is none, or an object without features.
    """
    table = open_table(path)
    column = name_column(table, object_id)
    if "answer" not in table.names:
        raise AlertlabError(f"--known: {path} has no column answer, of yes and no")
    rows = table.read([column, "answer"], text=(column, "answer"))
    name_at, answer_at = Place(str(path), column), Place(str(path), "answer")
    names = texts(rows[column], name_at).tolist()
    if len(set(names)) < len(names):
        twice = next(row for row, name in enumerate(names) if name in names[:row])
        raise name_at.error(twice, f"{names[twice]} is named twice")
    words = [word and WORDS.get(word.lower()) for word in labels(rows["answer"], answer_at).to_pylist()]
    if bad := [row for row, word in enumerate(words) if word is None]:
        raise answer_at.error(bad[0], f"is none of {YES}, {NO} and {SKIP}")
    kept = [row for row, word in enumerate(words) if word != SKIP]
    (inputs,) = samples.inputs
    place = {name: row for row, name in enumerate(samples.object_id.tolist())}
    features = np.array([samples.inputs[inputs][place.get(names[row], 0)] for row in kept], np.float32)
    if others := [number for number, row in enumerate(kept) if names[row] not in place]:
        own = of_columns(path, [each.name for each in samples.columns[inputs]], np.array(kept)[others])
        if own is None:
            row = kept[others[0]]
            raise name_at.error(row, f"{names[row]} is not among the candidates, and the table lacks their columns")
        features[others] = own
    wanted = np.array([words[row] == YES for row in kept], bool)
    return Known(tuple(names[row] for row in kept), features.reshape(len(kept), -1), wanted)
