"""One command line, several trainings."""

import pytest
from alertlab.cli import main
from alertlab.config import ConfigError
from alertlab.workflows.multirun import choices


def test_every_combination_of_choices_is_a_run_that_says_what_it_is():
    runs = choices(["model=stamp_cnn,mlp", "seed=range(1,3)", "repeats=2"])
    assert list(runs) == [
        "model=stamp_cnn, seed=1",
        "model=stamp_cnn, seed=2",
        "model=mlp, seed=1",
        "model=mlp, seed=2",
    ]
    assert runs["model=mlp, seed=2"] == ["model=mlp", "seed=2", "repeats=2", "run_name='model=mlp, seed=2'"]


def test_lists_are_no_choices():
    assert list(choices(["datamodule.classes=[SN,AGN]", "seed=1,2"])) == ["seed=1", "seed=2"]


def test_without_a_choice_there_is_nothing_to_combine():
    with pytest.raises(ConfigError, match="no choice among the overrides"):
        choices(["seed=1"])


def test_every_config_is_composed_before_the_first_training(capsys):
    assert main(["train", "-m", "seed=1,2", "model=stamp_cnn,stamp_cn"]) == 1
    assert "Did you mean stamp_cnn?" in capsys.readouterr().err


def test_the_configs_of_all_runs_can_be_printed(capsys):
    assert main(["train", "-m", "seed=1,2", "--cfg"]) == 0
    first, second = capsys.readouterr().out.split("---\n")
    assert "seed: 1\n" in first
    assert "run_name: seed=2" in second
