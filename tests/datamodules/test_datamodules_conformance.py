"""Every datamodule of ``conf/datamodule/``, and one of each task, keeps the same promises."""

from pathlib import Path

import numpy as np
import pytest
from alertlab import conf
from alertlab.config import compose, instantiate
from alertlab.core.contracts import Loading
from alertlab.core.samples import PARTS
from alertlab.runtime import Ragged
from alertlab.runtime.operations import apply
from alertlab.simulate import write_dataset, write_gaia
from examples import TASKS
from groups_by_hand import write_groups
from images_by_hand import pixels, write_parquet
from spectra_by_hand import write_lists
from tables_by_hand import WRITERS

NAMES = sorted(path.stem for path in Path(conf.__file__).parent.glob("datamodule/[!_]*.yaml"))
STAMPS = {
    "simulated_stamps": lambda _: ["datamodule.source.n=60"],
    "ztf_stamps": lambda folder: [f"datamodule.path={folder}/packets", f"datamodule.labels={folder}/labels.csv"],
}
SIMULATED_CURVES = ["datamodule.source.curves.simulator.n=60", "datamodule.source.curves.simulator.balance=equal"]
LIGHT_CURVES = ("light_curves", "bts", "catalina", "ogle", "mallorn", "simulated_light_curves")
SIMULATED_SEQUENCES = ("simulated_quasars", "simulated_transients", "simulated_forecasts")  # with own simulators
FORECASTS = ("forecasts", "quasar_forecasts")
SEQUENCES = ("sequences", "mallorn_sequences", "quasars", *FORECASTS, "simulated_sequences", *SIMULATED_SEQUENCES)
KEEPING = [*STAMPS, *LIGHT_CURVES, "simulated_sequences", *SIMULATED_SEQUENCES]  # those that keep what took long
KEEPING += ["simulated_groups", "images"]
LIGHT_CURVES += ("simulated_outliers",)  # whose source is that of simulated_light_curves


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_dataset(folder / "stamps", 60, seed=2)
    tiny = {name: overrides(folder / "stamps") for name, overrides in STAMPS.items()}
    tiny |= {name: write(folder) for name, write in WRITERS.items()}
    simulated = ("simulated_light_curves", "simulated_outliers", "simulated_sequences")
    tiny |= dict.fromkeys(simulated, SIMULATED_CURVES)
    write_gaia(folder / "gaia", 4000, 1, 0.5)
    few = "datamodule.source.derived.negative.in_cell=4096"  # cells as small as a few sources need
    tiny["gaia"] = [f"datamodule.source.path={folder / 'gaia' / 'gaia.parquet'}", few]
    tiny["simulated_gaia"] = ["datamodule.source.simulator.n=4000", few]
    spectra = [*(["GALAXY"] * 24), *(["STAR", "QSO"] * 4)]
    path = write_lists(folder / "spectra.parquet", spectra)
    tiny["spectra"] = [f"datamodule.source.spectra.path={path}", "datamodule.source.pixels=40"]
    tiny["simulated_spectra"] = [
        "datamodule.source.spectra.n=200",
        "datamodule.source.spectra.strange=0.3",
        "datamodule.source.pixels=40",
    ]
    tiny["simulated_halo"] = [
        f"datamodule.source.simulator.{each}" for each in ("n=2000", "labels=null", "label_noise=0")
    ]
    tiny["groups"] = write_groups(folder)
    fields = {"n": 8, "stars": "[400,400]", "clusters": 3, "asterisms": 1}
    tiny["simulated_groups"] = [f"datamodule.source.simulator.{name}={value}" for name, value in fields.items()]
    tiny["simulated_groups"] += ["datamodule.source.blind_search.resamples=1", "datamodule.source.workers=1"]
    labels = {"class": ["spiral", "smooth"] * 20}
    path = write_parquet(folder / "images.parquet", pixels(40), **labels)
    tiny["images"] = [f"datamodule.source.path={path}", "datamodule.classes=[spiral,smooth]"]
    return tiny | {name: ["datamodule.source.curves.simulator.n=600"] for name in SIMULATED_SEQUENCES}


def make(name, files, cache):
    overrides = [f"datamodule={name}", *files[name]]
    if name in (*STAMPS, "images"):
        overrides.append(f"datamodule.cache={cache}")
    elif name in LIGHT_CURVES:
        overrides += [f"datamodule.source.cache={cache}", "datamodule.source.workers=1"]
    elif name in SEQUENCES or name == "simulated_groups":
        overrides.append(f"datamodule.source.cache={cache}")
    if name not in STAMPS:
        overrides += ["datamodule.split.validation=0.25", "datamodule.split.test=0.25"]
    return instantiate(compose("train", overrides).datamodule)


def test_no_datamodule_is_left_out(files):
    assert sorted(files) == NAMES


CASES = [(name, cache) for name in NAMES for cache in ("cached", "null") if cache == "cached" or name in KEEPING]
CASES += [(name, f"of {task}") for name, task in TASKS.items()]


@pytest.fixture(scope="module", params=CASES, ids=" ".join)
def data(request, files, tmp_path_factory, of_example):
    name, cache = request.param
    if name in TASKS:
        return instantiate(of_example(name).datamodule)
    return make(name, files, tmp_path_factory.mktemp("cache") if cache == "cached" else cache)


def flat(values):
    return values.values if isinstance(values, Ragged) else values


def test_samples_are_float32_with_a_target_inside_the_taxonomy_or_of_numbers(data):
    samples = data.samples()
    assert len(samples) > 0
    assert {flat(values).dtype for values in samples.inputs.values()} == {np.dtype("f4")}
    assert samples.labelled.any()
    if samples.classes:
        assert samples.target.min() >= 0 or "test_truth" in data.further_parts  # some have a truth, and no label
        assert samples.target.max() < len(samples.classes)
    for name, columns in samples.columns.items():
        assert flat(samples.inputs[name]).shape[1] == len(columns)


def test_the_parts_hold_every_sample_once_and_no_object_twice(data):
    data.draw(0)
    parts, samples = [data.samples(part) for part in PARTS], data.samples()
    if "test_truth" in data.further_parts:
        samples = samples.take(samples.labelled)  # others are judged alone
    assert sorted(np.concatenate([part.sample_id for part in parts])) == sorted(samples.sample_id)
    objects = [set(part.object_id) for part in parts]
    assert sum(map(len, objects)) == len(set().union(*objects))


def test_reading_again_gives_the_same_data(data):
    data.draw(0)
    first = data.samples().digest(), data.split.digest()
    del data.everything
    data.draw(0)
    assert (data.samples().digest(), data.split.digest()) == first


def test_batches_are_what_the_loading_asks_for(data):
    data.draw(0)
    data.loading = Loading(7, True, transform=lambda raw: {name: apply((), raw[name]) for name in raw}, seed=3)
    inputs, target = next(iter(data.train_dataloader()))
    assert len(target) == 7
    raw = data.samples().inputs
    assert {name: tuple(tensor.shape[1 + isinstance(raw[name], Ragged) :]) for name, tensor in inputs.items()} == {
        name: flat(values).shape[1:] for name, values in raw.items()
    }
    assert sum(len(target) for _, target in data.val_dataloader()) == len(data.samples("validation"))


def test_a_datamodule_says_what_it_is(data):
    assert data.description


@pytest.mark.parametrize("name", KEEPING)
def test_computed_now_or_kept_from_before_the_data_are_the_same(name, files, tmp_path):
    data = [make(name, files, cache) for cache in ("null", tmp_path, tmp_path)]
    assert len({each.samples().digest() for each in data}) == 1
    for part in PARTS:
        plain, _, kept = (each.samples(part) for each in data)
        for name in plain.inputs:
            np.testing.assert_array_equal(flat(plain.inputs[name]), flat(kept.inputs[name]))
