"""What the documentation tells to type works as it stands there."""

import io
import json
import re
import shlex
import sys
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from alertlab.cli import main

ROOT = Path(__file__).parents[1]


@pytest.fixture
def carry_out(tmp_path, store, monkeypatch, capfd):
    """Carries out a block of a page in ``tmp_path``, each command in this process; gives what it said.

    ``mylab`` is that of the page, whatever other tests have imported: having no ``__init__.py``, it would come after
    any that has, wherever in the path.
    """

    def ours():
        return [name for name in sys.modules if name.partition(".")[0] == "mylab"]

    for name in ours():
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *(each for each in sys.path if not Path(each, "mylab").is_dir())])
    store(tmp_path)

    def carry(language, block, typed=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        capfd.readouterr()
        if language == "python":
            exec(block, {})
        else:
            for line in block.replace("\\\n", " ").splitlines():
                words = [each for word in shlex.split(line, comments=True) for each in found(word) or [word]]
                if words[:1] == ["PYTHONPATH=."]:
                    del words[0]
                if words:
                    assert words[0] == "alertlab"
                    assert main(words[1:]) == 0, f"{line}\n{capfd.readouterr().err}"
        return capfd.readouterr()

    yield carry
    for name in ours():
        del sys.modules[name]


def found(word):
    """The files that a word of a shell stands for, in the working folder."""
    return sorted(map(str, Path().glob(word))) if "*" in word else []


def blocks(text):
    """Language and content of what is to be carried out, in its order."""
    each = re.findall(r"```(python|bash)\n(.*?)```", text, re.DOTALL)
    return [(language, block) for language, block in each if not block.startswith("# my")]


def whole_page(name, folder, carry_out, model, small):
    """Carry out every block of a page in its order, its files of one's own first; what was said."""
    text = (ROOT / "docs" / name).read_text()
    for path, content in re.findall(r"```(?:python|yaml)\n# (my\w+/\S+)\n(.*?)```", text, re.DOTALL):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    said = ""
    for language, block in blocks(text):
        of_block = carry_out(language, block.replace(model, f"{model} {small}"))
        said += of_block.out + of_block.err
    return said


def test_a_model_of_ones_own_trains_as_documented(tmp_path, carry_out):
    text = (ROOT / "docs" / "extending.md").read_text()
    files = dict(re.findall(r"```(?:python|yaml)\n# ((?:mylab|myconf)/\S+)\n(.*?)```", text, re.DOTALL))
    for path, content in {"mylab/__init__.py": "", **files}.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(content)
    small = "datamodule.source.n=100 trainer.max_epochs=1 evaluation.resamples=20 evaluation.formats=[]"
    command = "alertlab train --config-dir myconf --allow mylab experiment=tiny"
    said = carry_out("bash", f"{command} {small} --json").out
    result = json.loads(said)  # standard output holds nothing else
    assert result["bundle"].startswith("outputs/alertlab/")
    assert all((tmp_path / result[name]).exists() for name in ("bundle", "predictions", "figures"))


def test_two_strange_files_become_a_bundle_as_documented(tmp_path, carry_out):
    """Every block of the page, in its order."""
    small = "model.n_estimators=20 model.permutation_repeats=0 evaluation.resamples=20 evaluation.formats=[]"
    said = whole_page("own_light_curves.md", tmp_path, carry_out, "model=flat_forest", small)
    for name in ("predictions.parquet", "joined.parquet"):
        assert len(pq.read_table(tmp_path / name)) == 80
    assert {"rise_share_V", "rise_share_I", "V-I_spread"} < set(pq.read_schema(tmp_path / "mine.parquet").names)
    assert "dropped" not in said  # nothing is wrong with these files


def test_a_catalogue_becomes_a_bundle_for_others_as_documented(tmp_path, carry_out):
    """Every block of the page, in its order."""
    small = "model.n_estimators=20 evaluation.resamples=20 evaluation.formats=[]"
    said = whole_page("catalogues.md", tmp_path, carry_out, "model=plain_forest", small)
    assert len(pq.read_table(tmp_path / "answered.parquet")) == 1000
    assert "ruwe is an input too" in said  # a notice of the first command


def test_pictures_become_a_bundle_for_others_as_documented(tmp_path, carry_out):
    """Every block of the page, in its order."""
    small = "model.stem=4 model.widths=[4,8] model.blocks=[1,1] evaluation.resamples=20 evaluation.formats=[]"
    whole_page("images.md", tmp_path, carry_out, "model=image_cnn", small)
    assert len(pq.read_table(tmp_path / "answered.parquet")) == 20


def test_a_hunt_goes_as_documented(tmp_path, carry_out):
    """Every block of the page, in its order, with a person who answers twice."""
    text = (ROOT / "docs" / "hunt.md").read_text().replace("-n 300", "-n 100")
    small = "forest.n_trees=20 starts=1 formats=[] --budget 10"
    said = ""
    for language, block in blocks(text):
        said += carry_out(language, block.replace("--out replay", f"--out replay {small}"), "y a dip\nn\nq\n").out
    answers = [json.loads(line) for line in (tmp_path / "hunt" / "answers.jsonl").read_text().splitlines()]
    assert [each["answer"] for each in answers] == ["yes", "no", "yes"]  # the last by the notebook
    assert "strange for" in said
    assert "area by asking over that of the isolation forest" in said
