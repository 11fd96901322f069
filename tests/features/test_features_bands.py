"""Light curves in any bands by name, in magnitudes or fluxes; sets combined, joined tables, features of one's own."""

import json
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from alertlab.config import ConfigError, compose
from alertlab.features import extract
from alertlab.features.families.pairs import colour_of_pair
from alertlab.features.families.shape import shape_kernel
from alertlab.features.recipe import RECIPE, Recipe
from alertlab.features.sets import SETS, Wanted, feature_set
from alertlab.features.tables.join import read_join
from alertlab.runtime.errors import AlertlabError
from alertlab.workflows.features import listed
from astropy import units as u
from scipy import stats

BANDS = ("u", "V", "K")
NAMED = {"bands": {name: name for name in BANDS}}


@pytest.fixture(scope="module")
def stars() -> pd.DataFrame:
    """Three stars in three bands, magnitudes."""
    random = np.random.default_rng(4)
    rows = []
    for star in "abc":
        for number, band in enumerate(BANDS):
            time = 59000 + np.sort(random.uniform(0, 200, 30))
            magnitude = 16 + number + 0.3 * np.sin(2 * np.pi * time / 0.7123) + random.normal(0, 0.03, 30)
            rows.append(pd.DataFrame({"object_id": star, "time": time, "band": band, "magnitude": magnitude}))
    return pd.concat(rows).assign(error=0.03).sample(frac=1, random_state=1)


def in_flux(frame: pd.DataFrame, unit=u.uJy) -> pd.DataFrame:
    flux = (frame.magnitude.to_numpy() * u.ABmag).to_value(unit)
    return frame.assign(magnitude=flux, error=flux * frame.error * np.log(10) / 2.5)


def test_each_band_has_its_features_by_name_and_they_are_those_of_scipy(stars):
    table = extract(stars, "all_bands", columns=NAMED).to_pandas().set_index("object_id")
    for (star, band), one in stars.groupby(["object_id", "band"]):
        assert table.loc[star, f"Std_{band}"] == pytest.approx(np.std(one.magnitude))
        assert table.loc[star, f"Skew_{band}"] == pytest.approx(stats.skew(one.magnitude))
        assert table.loc[star, f"MedianAbsDev_{band}"] == pytest.approx(stats.median_abs_deviation(one.magnitude))
    assert table["Multiband_period"].to_numpy() == pytest.approx(0.7123, rel=1e-3)
    assert not [name for name in table if name.startswith("Std_") and name[4:] not in BANDS]
    assert [name for name in table if name.endswith("_mean")] == ["u-V_mean", "V-K_mean"]


def test_a_published_set_gives_the_same_values_beside_bands_that_it_does_not_look_at(stars):
    bands = stars.assign(band=stars.band.map({"u": "g", "V": "r", "K": "i"}))
    alone = extract(bands[bands.band != "i"], "alerce174")
    beside = extract(bands, "alerce174")
    together = extract(bands, ["alerce174", "all_bands"])
    for name in alone.column_names[2:]:
        expected = alone[name].to_numpy() if name != "days" else beside[name].to_numpy()
        np.testing.assert_array_equal(beside[name].to_numpy(), expected, err_msg=name)
        if name != "days":
            np.testing.assert_array_equal(together[name].to_numpy(), expected, err_msg=name)
    assert "Multiband_period_gri" in together.column_names
    assert "Std_g" not in together.column_names  # it is Std_1, which is there
    assert "Std_i" in together.column_names


def test_sets_are_combined_without_anything_twice():
    names = feature_set("all_bands+shape+brightness", BANDS).names
    assert len(names) == len(set(names))
    parts = [set(feature_set(name, BANDS).names) for name in ("all_bands", "shape", "brightness")]
    assert set(names) == set.union(*parts)
    same = feature_set("all_bands+alerce152", ("g", "r"))
    assert len({each.identity("magnitude") for each in same.features}) == len(same.features)


@pytest.mark.parametrize("name", sorted(SETS))
@pytest.mark.parametrize("quantity", ["magnitude", "flux"])
def test_every_set_has_one_definition_for_each_choice_of_bands_and_quantity(name, quantity):
    one, other = feature_set(name, ("g", "r"), quantity), feature_set(name, ("r", "g"), quantity)
    assert one.sha256 == feature_set(name, ("g", "r"), quantity).sha256
    assert (one.sha256 != other.sha256) == (SETS[name].bands is None)


def test_bands_that_a_set_is_not_of_are_answered_with_what_to_write(stars):
    with pytest.raises(
        AlertlabError, match=r"alerce152: is of the bands g, r, and .* have u, V, K; .*'bands=\{u: g, V: r\}'"
    ):
        extract(stars, columns=NAMED)
    table = extract(stars, columns={"bands": {"u": "g", "V": "r", "K": None}})
    assert json.loads(table.schema.metadata[b"alertlab.features.dropped"]) == {"band left out": 90}


def test_features_of_fluxes_are_of_the_fluxes_themselves(stars):
    flux = in_flux(stars)
    flux.iloc[:5, flux.columns.get_loc("magnitude")] *= -1  # a difference may be negative
    table = extract(flux, ["all_bands", "brightness"], columns={**NAMED, "unit": "uJy"})
    frame = table.to_pandas().set_index("object_id")
    for (star, band), one in flux.groupby(["object_id", "band"]):
        assert frame.loc[star, f"Std_{band}"] == pytest.approx(np.std(one.magnitude))
        assert frame.loc[star, f"Mean_{band}"] == pytest.approx(np.mean(one.magnitude))
        assert frame.loc[star, f"SNR_min_{band}"] == pytest.approx(np.min(one.magnitude / one.error))
        weights = one.error**-2.0
        chi2 = np.sum(weights * (one.magnitude - np.average(one.magnitude, weights=weights)) ** 2) / (len(one) - 1)
        assert frame.loc[star, f"chi2_{band}"] == pytest.approx(chi2)
    assert frame["detections"].tolist() == [90] * 3
    assert table.schema.field("Std_V").metadata == {b"unit": b"uJy"}
    assert extract(stars, "all_bands", columns=NAMED).schema.field("Std_V").metadata == {b"unit": b"mag"}


def test_the_unit_of_a_flux_does_not_matter(stars):
    micro = extract(in_flux(stars), ["all_bands", "shape"], columns={**NAMED, "unit": "uJy"})
    for unit in (u.nJy, u.Jy):
        other = extract(in_flux(stars, unit), ["all_bands", "shape"], columns={**NAMED, "unit": unit.to_string()})
        for name in micro.column_names[1:]:
            np.testing.assert_allclose(other[name], micro[name], rtol=1e-6, atol=1e-9, err_msg=name)


def test_published_sets_take_the_magnitudes_of_fluxes_that_are_clear(stars):
    named = {"bands": {"u": "g", "V": "r", "K": None}}
    flux = in_flux(stars)
    faint = flux.index[:4]
    flux.loc[faint, "error"] = flux.loc[faint, "magnitude"].abs() / 2.9
    found = extract(flux, columns={**named, "unit": "uJy"})
    expected = extract(stars.drop(index=faint), columns=named)
    for name in ("Std_1", "Skew_2", "Multiband_period", "g-r_mean"):
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-6, err_msg=name)


def test_a_colour_is_that_of_the_mean_fluxes_by_hand():
    flux, band = np.array([10.0, 12.0, 4.0, 6.0]), np.array([1, 1, 2, 2])
    mean, peak, ratio = colour_of_pair.compute(flux, np.full(4, 0.1), band, 1.0, 2.0)
    assert mean == pytest.approx(-2.5 * np.log10(11 / 5))
    assert peak == pytest.approx(-2.5 * np.log10(12 / 6))
    assert ratio == pytest.approx(1.0)
    noise = colour_of_pair.compute(np.array([10.0, 12.0, -4.0, 4.0]), np.full(4, 2.0), band, 1.0, 2.0)
    assert np.isnan(noise[:2]).all()


def test_the_shape_of_a_transient_follows_from_its_law_in_four_bands():
    """A Gaussian in flux, ten days wider and later by two in each band."""
    bands, day = ("g", "r", "i", "z"), np.arange(-40.0, 80.0, 2.0)
    kernel = shape_kernel(bands)
    time = np.tile(day, 4)
    number = np.repeat([1, 2, 3, 4], day.size)
    width, middle = 15.0 + 3 * number, 2.0 * (number - 1)
    flux = 100.0 / number * np.exp(-0.5 * ((time - middle) / width) ** 2)
    found = dict(
        zip(
            [text.name for text in kernel.texts],
            kernel.compute(time, flux, np.full(time.size, 0.5), number),
            strict=True,
        )
    )
    for place, band in enumerate(bands):
        half = (18.0 + 3 * place) * np.sqrt(2 * np.log(2))
        assert found[f"rise_50_{band}"] == pytest.approx(half, abs=1.5)
        assert found[f"fall_50_{band}"] == pytest.approx(half, abs=1.5)
    for blue, red in (("g", "r"), ("r", "i"), ("i", "z")):
        assert found[f"peak_lag_{blue}_{red}"] == pytest.approx(2, abs=1.1)
    assert found["g-r_at_0"] == pytest.approx(-2.5 * np.log10(2), abs=0.15)


def test_a_joined_table_stands_beside_the_features_with_its_units(stars, tmp_path):
    unit = pa.field("redshift", pa.float64(), metadata={"unit": "km/s"})
    table = pa.table(
        {"object_id": ["c", "a"], "redshift": [0.5, np.inf], "word": ["x", "y"], "count": [1, None]},
        schema=pa.schema([("object_id", pa.string()), unit, ("word", pa.string()), ("count", pa.int64())]),
    )
    pq.write_table(table, tmp_path / "it.parquet")
    joined = read_join(tmp_path / "it.parquet", None, "star_id")
    assert joined.columns == (("redshift", "km/s"), ("count", ""))
    np.testing.assert_array_equal(joined.values(["a", "b", "c"]), [[np.nan, np.nan], [np.nan, np.nan], [0.5, 1]])
    with pytest.raises(AlertlabError, match=r"join_columns: .* has no column redshif.* Did you mean redshift"):
        read_join(tmp_path / "it.parquet", ["redshif"], "object_id")
    with pytest.raises(AlertlabError, match="column Std_V has the name of a feature"):
        feature_set("all_bands", BANDS).beside([("Std_V", "")])


def test_a_joined_object_in_two_rows_is_refused(tmp_path):
    pd.DataFrame({"object_id": ["a", "b", "a"], "z": [1.0, 2, 3]}).to_csv(tmp_path / "it.csv", index=False)
    with pytest.raises(AlertlabError, match="object a in two rows"):
        read_join(tmp_path / "it.csv", None, "object_id")


KERNEL = """
from alertlab.features.feature import of_band


@of_band(("top", "mag", "{formula}"), minimum=2, source="ours")
def top(ordered):
    return ordered[0] + {shift}


KERNELS = (top,)
"""


def test_a_package_of_ones_own_is_computed_and_hashed_where_it_is_allowed(stars, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    for name, shift in (("one", 0.0), ("other", 1.0)):
        (tmp_path / f"mine_{name}").mkdir()
        (tmp_path / f"mine_{name}" / "__init__.py").touch()
        (tmp_path / f"mine_{name}" / "tops.py").write_text(KERNEL.format(formula="brightest", shift=shift))
    for name, shift in (("one", 0.0), ("other", 1.0)):
        frame = extract(stars, ["brightness", f"mine_{name}.tops"], columns=NAMED).to_pandas().set_index("object_id")
        expected = stars.groupby(["object_id", "band"]).magnitude.min().unstack() + shift
        for band in BANDS:
            np.testing.assert_allclose(frame[f"top_{band}"], expected[band])
    before = feature_set("mine_one.tops", BANDS)
    assert before.sha256 != feature_set("mine_other.tops", BANDS).sha256
    with pytest.raises(ConfigError, match=r"features: mine_one.tops is no set .*--allow mine_one"):
        compose("features", ["features=[brightness,mine_one.tops]"])
    assert compose("features", ["features=[brightness,mine_one.tops]"], allowed=["mine_one"])
    with pytest.raises(ConfigError, match=r"os.path is no set of features$"):
        compose("features", ["features=os.path"])
    with pytest.raises(AlertlabError, match="has no KERNELS"):
        feature_set("json.decoder", BANDS)
    assert "mine_one.tops" in sys.modules


def test_a_recipe_says_all_and_is_read_again(stars):
    table = extract(stars, ["all_bands", "shape"], columns=NAMED)
    plain = json.loads(table.schema.metadata[RECIPE])
    recipe = Recipe.of(plain)
    assert recipe.sets == ("all_bands", "shape")
    assert recipe.measured.bands == BANDS
    assert (recipe.measured.unit, recipe.measured.zero_point) == ("mag", None)
    assert recipe.columns.bands == NAMED["bands"]
    assert recipe.plain() == plain
    flux = extract(in_flux(stars, u.nJy), "all_bands", columns={**NAMED, "unit": "nJy"})
    measured = Recipe.of(json.loads(flux.schema.metadata[RECIPE])).measured
    assert (measured.unit, measured.zero_point) == ("nJy", pytest.approx(31.4))
    with pytest.raises(AlertlabError, match=r"recipe: cannot be read \(KeyError: 'columns'\)"):
        Recipe.of({name: value for name, value in plain.items() if name != "columns"})


@pytest.mark.parametrize("given", ["", [], ["shape", "shape"], "shapes"])
def test_names_of_sets_that_say_nothing_are_refused(given):
    with pytest.raises(AlertlabError, match="features="):
        Wanted.of(given)


@pytest.mark.parametrize(("unit", "told"), [("mag", "mag"), ("mmag", "mag"), ("null", "mag"), ("nJy", "uJy")])
def test_a_listing_has_the_unit_of_what_is_declared(unit, told):
    features = listed(compose("features", ["features=all_bands", f"columns.unit={unit}"]))
    assert {features.unit(each) for each in features.features if each.text.name == "Std"} == {told}
