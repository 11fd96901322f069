"""What a bundle would refuse at the end of a training is refused before it."""

import pandas as pd
import pytest
from alertlab.config import compose
from alertlab.core.taxonomy import Taxonomy
from alertlab.runtime import AlertlabError
from alertlab.workflows.train import prepare


def refusal(*overrides):
    with pytest.raises(AlertlabError) as told:
        prepare(compose("train", ["datamodule.source.n=60", "tracking.uri=sqlite:///never.db", *overrides]))
    return str(told.value)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("bundle.name=my bundle", "bundle.name: expected a plain file name"),
        ("bundle.version=v 1", "bundle.version: expected a plain file name"),
        ("bundle.license=", "bundle.license"),
        ("bundle.authors=[A,'']", "bundle.authors"),
        ("bundle.doi=''", "bundle.doi: expected text that is not empty"),
    ],
)
def test_what_a_manifest_does_not_take_is_named_with_its_key(override, message):
    assert message in refusal(override)


def test_a_licence_that_is_no_text_is_named(tmp_path):
    (tmp_path / "LICENSE").write_bytes(b"\xff\xfe\xff")
    told = refusal("bundle.license=MIT", f"bundle.license_file={tmp_path}/LICENSE")
    assert told.startswith(f"bundle.license_file: {tmp_path}/LICENSE is no text")


def test_a_column_whose_name_does_not_print_is_refused_before_training(tmp_path):
    table = pd.DataFrame({"object_id": list("abcdefgh"), "class": ["A", "B"] * 4, "f\x07": range(8, 0, -1)})
    table.to_parquet(tmp_path / "t.parquet")
    source = ["datamodule=feature_table", f"datamodule.source.path={tmp_path}/t.parquet", "datamodule.classes=[A,B]"]
    with pytest.raises(AlertlabError, match="column of features: expected printable text"):
        prepare(compose("train", ["model=flat_forest", *source, "tracking.uri=sqlite:///never.db"]))


def test_a_class_whose_name_does_not_print_is_refused_before_training():
    with pytest.raises(AlertlabError, match=r"datamodule\.classes: 'A\\x07' holds a sign that does not print"):
        Taxonomy(["A\x07", "B"])
