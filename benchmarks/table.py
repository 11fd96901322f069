"""A benchmark's result, and the page that holds them all."""

import os
import platform
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True)
class Table:
    """Cells as they are printed."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        lines = [self.header, ["---"] * len(self.header), *self.rows]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def provenance(command: str, measured: str, packages: Sequence[str]) -> str:
    """How, when and on what a table was measured."""
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in packages)
    return (
        f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, commit {measured}, {machine()}; "
        f"Python {platform.python_version()}, {versions}."
    )


def machine() -> str:
    """Processor and memory; what else ran on it, nobody knows."""
    try:
        (model,) = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[:1]
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    except (OSError, ValueError):  # another system than Linux
        model, memory = platform.processor() or platform.machine(), ""
    return f"{os.cpu_count()} cores of {model}{memory}"


def commit() -> str:
    """Of the working folder, with a mark where it was changed since."""
    command = ["git", "describe", "--always", "--dirty", "--match=NONE"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parent)
    return done.stdout.strip() or "unknown"


def put(page: str, name: str, content: str) -> str:
    """The page with ``content`` between the two comments that name a benchmark.

    Raises
    ------
    ValueError
        For a page without them.
    """
    start, end = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, found, rest = page.partition(start)
    _, closed, after = rest.partition(end)
    if not (found and closed):
        raise ValueError(f"the page has no place for {name}: {start.strip()} and {end}")
    return f"{before}{start}{content}\n{end}{after}"
