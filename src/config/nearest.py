"""The key that was meant."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher, get_close_matches
from typing import Any

from omegaconf import DictConfig, ListConfig


def all_keys(node: Any, prefix: str = "") -> Iterator[str]:
    """Dotted names of all nodes of a config, interpolations not followed."""
    items: Any = ()
    if isinstance(node, DictConfig) and not node._is_none() and not node._is_interpolation():
        items = ((key, node._get_node(key)) for key in node)
    elif isinstance(node, ListConfig) and not node._is_none() and not node._is_interpolation():
        items = ((str(number), node._get_node(number)) for number in range(len(node)))
    for key, value in items:
        name = f"{prefix}.{key}" if prefix else str(key)
        yield name
        yield from all_keys(value, name)


def mistyped(key: str, known: Sequence[str]) -> str | None:
    """The key that differs in one letter, one more, one less, or two that changed places."""
    return next((each for each in known if one_slip(key, each)), None)


def similar(key: str, known: Sequence[str]) -> str | None:
    """The most similar key: of those with the same last word, or one like it, if there are any."""
    last = key.rpartition(".")[2]
    same = [each for each in known if each.rpartition(".")[2] == last]
    like = same or [each for each in known if one_slip(each.rpartition(".")[2], last) and len(last) > 2]
    if like:
        return max(like, key=lambda each: SequenceMatcher(None, each, key).ratio())
    close = get_close_matches(key, known, n=5, cutoff=0.6)
    return next((each for each in close if SequenceMatcher(None, each.rpartition(".")[2], last).ratio() >= 0.5), None)


def meant(key: str, known: Sequence[str]) -> str:
    """A hint at the most similar key, to stand behind a sentence, or nothing."""
    close = similar(key, known)
    return f". Did you mean {close}?" if close else ""


def one_slip(first: str, second: str) -> bool:
    """Whether one slip of the finger makes one word of the other."""
    start = next(
        (n for n, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(map(len, (first, second)))
    )
    first, second = first[start:], second[start:]
    end = next(
        (n for n, (a, b) in enumerate(zip(first[::-1], second[::-1], strict=False)) if a != b),
        min(map(len, (first, second))),
    )
    first, second = first[: len(first) - end], second[: len(second) - end]
    return max(map(len, (first, second))) <= 1 or (len(first) == 2 and first == second[::-1])


def near_option(word: str, options: Sequence[str]) -> str:
    """A hint at a similar option, or nothing."""
    close = get_close_matches(word, options, n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""
