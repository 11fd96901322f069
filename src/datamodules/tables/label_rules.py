"""Labels of sources by rules on their columns, held to what a model sees of them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core.given import listed
from ...core.progress import notice
from ...door.words import text_of
from ...features.catalogue.conditions import Conditions, conditions_of, holds
from ...runtime.errors import AlertlabError

Rules = Mapping[str, Sequence[Conditions]]  # class -> rules, any of which gives it
SAME = 0.99  # of the rows with one sign in two columns: one tells the sign of the other


def rules_of(content: Any, key: str) -> dict[str, tuple[dict[str, dict[str, float]], ...]]:
    """Class -> rules, a list of conditions that must all hold: ``{bad: [{parallax_over_error: {below: -4.5}}]}``.

    Raises
    ------
    AlertlabError
        For anything else, with its key.
    """
    if not isinstance(content, Mapping):
        raise AlertlabError(
            f"{key}: {content!r} is no table of rules; write {{CLASS: [{{COLUMN: {{below: NUMBER}}}}]}}"
        )
    found = {}
    for label, rules in content.items():
        at, name = f"{key}.{label}", text_of(label)
        if name is None or not listed(rules, at):
            raise AlertlabError(f"{at}: has no rule; write [{{COLUMN: {{below: NUMBER}}}}]")
        found[name] = tuple(conditions_of(rule, f"{at}[{number}]") for number, rule in enumerate(rules))
    return found


def columns_in(rules: Rules) -> tuple[str, ...]:
    """The columns that rules look at, each once."""
    return tuple(dict.fromkeys(name for each in rules.values() for rule in each for name in rule))


def classes_by(
    rules: Rules, values: Mapping[str, NDArray[Any]], rows: int
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Class of each row, and whether the rules of several hold.

    Returns
    -------
    (rows,) number of the class in ``rules``, -1 of none or several; (rows,) whether several.
    """
    member = np.array([np.any([holds(rule, values, rows) for rule in each], axis=0) for each in rules.values()])
    count = member.sum(axis=0)
    return np.where(count == 1, member.argmax(axis=0), -1), count > 1


def check_leaks(
    rules: Rules, values: Mapping[str, NDArray[Any]], inputs: Sequence[str], labelled: NDArray[np.bool_], key: str
) -> None:
    """Refuse inputs that have the sign a rule goes by, and name those that a rule looks at.

    A column of both signs, such as a parallax, tells a rule on it to whatever has its sign: itself, its ratio to an
    error, its numerator. Whether an input does is seen in the rows, not in its name.

    Parameters
    ----------
    values : column -> (n,). inputs : names of those that a model sees. labelled : (n,) rows of one class.

    Raises
    ------
    AlertlabError
        With the input, the column of the rule, and the remedy.
    """
    for name in columns_in(rules):
        rule = values[name][labelled]
        for each in inputs if _signed(rule) else ():
            told = _agreement(rule, values[each][labelled])
            if told > SAME:
                raise AlertlabError(
                    f"{key}.columns: {each} has the sign of {name} in {told:.1%} of the labelled rows, and "
                    f"{key}.rules goes by {name}: a model would read the label there. Take its absolute value: "
                    f"{key}.derived: {{abs_{each}: {{absolute: {each}}}}}"
                )
    seen = [name for name in columns_in(rules) if name in inputs]
    if seen:
        several = len(seen) > 1
        notice(
            f"{key}.rules: {', '.join(seen)} {'are inputs' if several else 'is an input'} too: a model may read the "
            f"rule there and learn nothing else; leave {'them' if several else 'it'} out of {key}.columns if it does"
        )


def _signed(values: NDArray[Any]) -> bool:
    return bool((values < 0).any() and (values > 0).any())


def _agreement(rule: NDArray[Any], values: NDArray[Any]) -> float:
    """Share of rows in which two columns have the same sign, or always the other; 0 of a column of one sign."""
    both = np.sign(rule) * np.sign(values)
    known = np.isfinite(both) & (both != 0)
    if not _signed(values) or not known.any():
        return 0.0
    share = float((both[known] > 0).mean())
    return max(share, 1 - share)
