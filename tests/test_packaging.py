"""What is installed is what is in the tree."""

import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_folder_of_code_and_config_is_packaged():
    packages = set(tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"])
    code = {
        "alertlab" + "".join(f".{part}" for part in path.parent.relative_to(ROOT / "src").parts)
        for path in (ROOT / "src").rglob("*.py")
    }
    conf = {
        "alertlab.conf" + "".join(f".{part}" for part in path.parent.relative_to(ROOT / "conf").parts)
        for path in (ROOT / "conf").rglob("*.yaml")
    }
    assert packages == code | conf


def test_no_file_is_longer_than_a_person_reads():
    longest = max(len(path.read_text().splitlines()) for path in (ROOT / "src").rglob("*.py"))
    assert longest <= 400
