"""Names as MLflow takes them: whatever they hold, two that differ stay different."""

import hashlib
import posixpath
import re

LONGEST = 250  # characters that MLflow takes
EMPTY = "_x00_"  # NUL itself is _x0_
REFUSED = re.compile(r"[^\w\-. :]|_(?=x[0-9a-f])")  # an underscore that would begin an escape is escaped too


def named(*words: str, deviation: bool = False) -> str:
    """A name of several words, ``test/recall/SNIa``.

    Letters, digits and ``_-. :`` stay as they are. Any other character is ``_x2a_``, its code point
    in hexadecimal digits between ``_x`` and ``_``: ``/`` inside a word, an empty word, a word
    that begins with ``..``, and the last underscore of a word that itself ends with ``_std``, too. What is
    longer than MLflow takes ends with a part of its SHA-256.

    Parameters
    ----------
    deviation : the name is that of a standard deviation, and ends with ``_std``.
    """
    whole = "/".join(_word(word)[:-4] + "_x5f_std" if word.endswith("_std") else _word(word) for word in words)
    return _cut(whole + ("_std" if deviation else ""))


def escaped(name: str) -> str:
    """A name in the same way, whose slashes part its words."""
    return _cut("/".join(_word(word) for word in name.split("/")))


def accepted(name: str) -> str:
    """A name of :func:`named` as it is; another is escaped where MLflow would refuse it."""
    fits = re.fullmatch(r"[\w\-. :/]{1,250}", name) and posixpath.normpath(name) == name
    return name if fits and name != "." and not name.startswith(("..", "/")) else escaped(name)


def _word(word: str) -> str:
    text = REFUSED.sub(lambda found: f"_x{ord(found[0]):x}_", word)
    if word == "." or word.startswith(".."):  # a path that MLflow refuses
        text = "_x2e_" + text[1:]
    return text or EMPTY


def _cut(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    end = "_x" + hashlib.sha256(name.encode()).hexdigest()[:16]  # an escape that does not close: no other name ends so
    return name[: LONGEST - len(end)] + end
