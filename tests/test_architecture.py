"""The page of the architecture says what the house is, and what it says of one alert is what comes out."""

import re
import tomllib
from pathlib import Path

import pytest
from alertlab.runtime.tasks import TASKS

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "architecture.md").read_text()
TREE = re.findall(r"^(\d| ) +(\w+)(/|\.py) +\S", PAGE, re.MULTILINE)  # floor or blank, name, ending


def rooms():
    """Floor -> rooms, from the page."""
    floors = {}
    for floor, name, _ in TREE:
        if floor != " ":
            floors.setdefault(int(floor), set()).add(name)
    return floors


def folders():
    """Rooms and wings, from the page."""
    found, room = [], ""
    for floor, name, ending in TREE:
        room = name if floor != " " else room
        if ending == "/":
            found.append(name if floor != " " else f"{room}/{name}")
    return found


def test_the_page_is_read_in_one_sitting():
    assert len(PAGE.splitlines()) < 200  # a line of it each folder


def test_every_folder_has_its_line_and_none_is_invented():
    src = ROOT / "src"
    there = {path.parent.relative_to(src).as_posix() for path in src.rglob("*.py")} - {"."}
    assert sorted(folders()) == sorted(there)


def test_floors_are_those_that_import_linter_holds():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (each["layers"] for each in contracts if each["name"].startswith("floors"))
    held = [set(layer.replace("alertlab.", "").split(" | ")) for layer in layers]
    assert [rooms()[floor] for floor in sorted(rooms(), reverse=True)] == held


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_a_task_is_described_in_the_three_places_that_the_page_names(task):
    assert f"`{task.name}`" in PAGE
    for place in re.findall(r"`(src/[\w/]+/NAME\S*)`", PAGE):
        assert (ROOT / place.replace("NAME", task.name)).exists(), place


def test_one_alert_goes_the_way_that_the_page_tells(tmp_path, monkeypatch, capsys, store):
    monkeypatch.chdir(tmp_path)
    store(tmp_path)
    (script,), (printed,) = (re.findall(rf"```{kind}\n(\D.*?)```", PAGE, re.DOTALL) for kind in ("python", "text"))
    exec(compile(script, "architecture.md", "exec"), {})
    assert capsys.readouterr().out == printed
