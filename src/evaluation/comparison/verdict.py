"""What a comparison says, in sentences and small tables."""

from dataclasses import replace

import numpy as np

from ..shown import Table
from .difference import Comparison, Difference, Pair
from .direction import direction, score_of, words

WINS = ("recall", "precision", "f1")  # scores by class that every classifier has


def verdict(comparison: Comparison, pair: Pair, metric: str) -> str:
    """One sentence on one metric of two runs."""
    of, (first, second) = pair.differences[metric], names_of(comparison, pair)
    interval = f" {interval_text(of)}" if of.interval else ""
    said = p_text(of.p_holm) + (" after Holm" if corrected(comparison, metric) else "")
    if not of.significant(comparison.level):
        found = f"{first} less {second} is {signed(of.mean)}{interval}, {said}"
        return f"{capital(words(metric))}: no difference that this test part could show ({found})"
    sign = direction(metric)
    if not sign:
        more = "higher" if of.mean > 0 else "lower"
        return f"{first} has a {more} {words(metric)} than {second}, by {signed(of.mean)}{interval}, {said}"
    if of.gain < 0:
        first, second, sign = second, first, -sign
    if of.interval:
        low, high = sorted(sign * end for end in of.interval)
        interval = f" [{low:.3f}, {high:.3f}]"
    least = "" if direction(metric) > 0 else ", where less is better,"
    return f"{first} is better than {second} in {words(metric)}{least} by {abs(of.mean):.3f}{interval}, {said}"


def verdicts(comparison: Comparison, pair: Pair) -> list[str]:
    """A sentence for each metric of the whole."""
    return [verdict(comparison, pair, metric) for metric in overall(pair)]


def overall(pair: Pair) -> list[str]:
    """Metrics of the whole, of no class or quantity, each value once: balanced accuracy is macro recall."""
    names = [name for name in pair.differences if "/" not in name.removeprefix("top/")]
    return [name for name in names if name.replace("balanced_accuracy", "macro_recall") == name or
            name.replace("balanced_accuracy", "macro_recall") not in names]  # fmt: skip


def parts(pair: Pair) -> dict[str, list[str]]:
    """Score, with its level -> metrics by class, quantity or kind."""
    found: dict[str, list[str]] = {}
    for name in pair.differences:
        level = "top/" if name.startswith("top/") else ""
        if "/" in name.removeprefix("top/"):
            found.setdefault(level + score_of(name), []).append(name)
    return found


def wins(comparison: Comparison, pair: Pair, score: str) -> tuple[int, int, int]:
    """Of how many classes the first run is significantly better, the second is, and neither is, by one score."""
    of = [pair.differences[name] for name in parts(pair)[score]]
    decided = [each.gain for each in of if each.significant(comparison.level)]
    won = sum(gain > 0 for gain in decided)
    return won, len(decided) - won, len(of) - len(decided)


def metrics_table(comparison: Comparison, pair: Pair) -> Table:
    """A row a metric of the whole; bold where the difference is significant."""
    rows = [(metric, pair.differences[metric]) for metric in overall(pair)]
    header = ("metric", *names_of(comparison, pair), "difference", interval_head(comparison), "p")
    strong = frozenset(
        (place, column) for place, (_, of) in enumerate(rows) if of.significant(comparison.level) for column in (3, 5)
    )
    title = " less ".join(names_of(comparison, pair))
    return Table("differences", title, header, [_row(name, of) for name, of in rows], strong=strong)


def parts_table(comparison: Comparison, pair: Pair, score: str) -> Table:
    """A row a class: one score of both runs."""
    names = parts(pair)[score]
    rows = [(name.removeprefix("top/").partition("/")[2], pair.differences[name]) for name in names]
    strong = frozenset(
        (place, column) for place, (_, of) in enumerate(rows) if of.significant(comparison.level) for column in (3, 5)
    )
    header = ("class", *names_of(comparison, pair), "difference", interval_head(comparison), "p")
    won, lost, even = wins(comparison, pair, score)
    first, second = names_of(comparison, pair)
    title = f"{words(score)}: {first} better in {won}, {second} in {lost}, neither in {even}"
    return Table(score.replace("/", "_"), title, header, [_row(name, of) for name, of in rows], strong=strong)


def pairs_table(comparison: Comparison, metric: str) -> Table:
    """A row a pair of runs: one metric; bold where the difference is significant."""
    rows, strong = [], set()
    for place, pair in enumerate(comparison.pairs):
        of = pair.differences[metric]
        rows.append((" less ".join(names_of(comparison, pair)), *_row(metric, of)[3:]))
        strong |= {(place, 1), (place, 3)} if of.significant(comparison.level) else set()
    header = ("pair", "difference", interval_head(comparison), "p after Holm")
    return Table("pairs", words(metric), header, rows, strong=frozenset(strong))


def in_words(table: Table) -> Table:
    """The same with its metrics, the first cells, as people write them."""
    return replace(table, rows=[(capital(words(first)), *rest) for first, *rest in table.rows])


def names_of(comparison: Comparison, pair: Pair) -> tuple[str, str]:
    """Of the two runs."""
    return comparison.names[pair.first], comparison.names[pair.second]


def interval_head(comparison: Comparison) -> str:
    """Of a column of intervals."""
    return f"{100 * comparison.confidence:.0f} % interval"


def corrected(comparison: Comparison, metric: str) -> bool:
    """Whether Holm's correction of this metric is over more than itself."""
    return len(comparison.pairs) > 1 or "/" in metric.removeprefix("top/")


def p_text(p: float) -> str:
    """``p = 0.004``."""
    if np.isnan(p):
        return "no p-value"
    return f"p = {p:.1g}" if p < 0.001 else f"p = {p:.3f}" if p < 0.0995 else f"p = {p:.2f}"


def interval_text(of: Difference) -> str:
    """``[-0.012, +0.049]``, a dash where there is none."""
    return "-" if of.interval is None else f"[{signed(of.interval[0])}, {signed(of.interval[1])}]"


def signed(value: float) -> str:
    """Three decimals and a sign; of what is zero none."""
    text = f"{value:+.3f}"
    return "0.000" if text[1:] == "0.000" else text


def capital(text: str) -> str:
    """With a capital first letter."""
    return text[:1].upper() + text[1:]


def _row(name: str, of: Difference) -> tuple[str, ...]:
    spread = "" if of.std is None else f" ± {of.std:.3f}"
    means = (f"{np.nanmean(values):.3f}" for values in (of.first, of.second))
    p = "-" if np.isnan(of.p_holm) else p_text(of.p_holm).removeprefix("p = ")
    return (name, *means, signed(of.mean) + spread, interval_text(of), p)
