"""Which file a key of a composed config stands in."""

from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any

import yaml
from hydra.core.global_hydra import GlobalHydra
from hydra.types import RunMode


class Origin:
    """The files that one composition reads, in the order in which each overrides those before.

    Parameters
    ----------
    name : root config. overrides : choices of groups, and the search path.
    folders : of the user's own configs.
    """

    def __init__(self, name: str, overrides: Sequence[str], folders: Sequence[Path]) -> None:
        loader: Any = GlobalHydra.instance().config_loader()
        found = loader.compute_defaults_list(name, list(overrides), RunMode.RUN).defaults
        self.root = f"conf/{name}.yaml"
        self.folders = folders
        self.files: list[tuple[str, list[str], Mapping[Any, Any]]] = []
        for each in found:
            if each.config_path and not each.config_path.startswith("hydra/") and each.config_path != "hydra/config":
                shown, content = _read(each.config_path, folders)
                self.files.append((shown, each.package.split(".") if each.package else [], content))

    def of(self, key: str) -> str | None:
        """The last file that has a key, as ``conf/datamodule/_stamps.yaml``."""
        parts = key.split(".")
        holding = [
            shown
            for shown, package, content in self.files
            if parts[: len(package)] == package and _has(content, parts[len(package) :])
        ]
        if holding:
            return holding[-1]
        filled = [shown for shown, package, _ in self.files if package == parts]
        return self.root if len(parts) == 1 else filled[-1] if filled else None  # what a group of configs fills

    def options_with(self, group: str, parts: Sequence[str], options: Sequence[str]) -> list[str]:
        """Options of a group that have a key of it, in their own file or those that they begin with."""
        return [option for option in options if self._option_has(group, option, parts)]

    def _option_has(self, group: str, option: str, parts: Sequence[str]) -> bool:
        _, content = _read(f"{group}/{option}", self.folders)
        defaults = content.get("defaults", []) if isinstance(content, dict) else []
        bases = [each for each in defaults if isinstance(each, str) and each not in ("_self_", option)]
        return _has(content, parts) or any(self._option_has(group, base, parts) for base in bases)


def _read(config_path: str, folders: Sequence[Path]) -> tuple[str, Mapping[Any, Any]]:
    file = f"{config_path}.yaml"
    ours = resources.files("alertlab.conf") / file
    if ours.is_file():
        return f"conf/{file}", yaml.safe_load(ours.read_text(encoding="utf-8")) or {}
    path = next((folder / file for folder in folders if (folder / file).is_file()), None)
    return str(path or file), (yaml.safe_load(path.read_text(encoding="utf-8")) or {}) if path else {}


def _has(content: Any, parts: Sequence[str]) -> bool:
    for part in parts:
        if isinstance(content, list) and part.isdigit() and int(part) < len(content):
            content = content[int(part)]
            continue
        names = {str(name): name for name in content} if isinstance(content, dict) else {}
        if part not in names:
            return False
        content = content[names[part]]
    return bool(parts)
