"""Catalogues: units, derived columns, neighbours, rules, leaks; against astropy and brute force."""

import numpy as np
import pytest
from alertlab.config import compose, instantiate
from alertlab.features.catalogue.neighbours import kth_neighbour, nearest_brighter
from alertlab.runtime import AlertlabError
from astropy import units as u
from astropy.coordinates import SkyCoord
from astropy.table import Table

FORMATS = {
    "c.fits": {},
    "c.vot": {"format": "votable"},
    "c.ecsv": {"format": "ascii.ecsv"},
    "c.parquet": {},
    "c.csv": {},
}
COLUMNS = ["parallax_error", "ruwe"]
UNITS = {"parallax_error": "mas", "parallax": "mas", "pmra": "mas/yr", "pmdec": "mas/yr", "g": "mag", "bp": "mag"}


def sky(n=400, seed=1, spread=0.02):
    """Sources in a few crowded spots, one of them at the pole."""
    random = np.random.default_rng(seed)
    at = np.array([[10.0, -30.0], [359.999, 5.0], [200.0, 89.999], [120.0, 40.0]])[np.arange(n) % 4]
    ra = (at[:, 0] + random.normal(0, spread, n) / np.cos(np.radians(at[:, 1])).clip(0.01)) % 360
    return ra, np.clip(at[:, 1] + random.normal(0, spread, n), -90, 90)


def catalogue(n=400, seed=1, spread=0.02):
    random = np.random.default_rng(seed)
    ra, dec = sky(n, seed, spread)
    table = Table({"source_id": 4 * 10**18 + np.arange(n), "ra": ra * u.deg, "dec": dec * u.deg})
    table["parallax"] = random.normal(0.3, 1, n) * u.mas
    table["parallax_error"] = random.uniform(0.05, 0.3, n) * u.mas
    for name in ("pmra", "pmdec"):
        table[name] = random.normal(0, 5, n) * u.mas / u.yr
    for name in ("g", "bp"):
        table[name] = random.uniform(10, 20, n) * u.mag
    table["ruwe"] = random.lognormal(0, 0.2, n)
    table["kind"] = np.where(np.arange(n) % 3 == 0, "binary", "single")
    return table


def written(folder, table, name="c.fits"):
    path = folder / name
    if name.endswith((".parquet", ".csv")):
        table.to_pandas().to_parquet(path) if name.endswith("parquet") else table.to_pandas().to_csv(path, index=False)
    else:
        table.write(path, overwrite=True, **FORMATS[name])
    return path


def text(value):
    if isinstance(value, dict):
        return "{" + ",".join(f"{key}: {text(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(text, value)) + "]"
    return str(value)


def build(path, classes=("binary", "single"), **source):
    source = {"columns": COLUMNS, "units": UNITS} | source
    if "rules" not in source:
        source = {"label": "kind"} | source
    given = [f"datamodule.source.{key}={text(value)}" for key, value in source.items()]
    given = [each.replace("units={", "units={").replace("mas/yr", "'mas/yr'") for each in given]
    words = ["datamodule=catalogue", f"datamodule.classes={text(classes)}", f"datamodule.source.path={path}"]
    return instantiate(compose("train", [*words, *given]).datamodule)


def column(data, name):
    samples = data.samples()
    return samples.inputs["features"][:, [each.name for each in samples.columns["features"]].index(name)]


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_gives_the_same_rows(tmp_path, name):
    table = catalogue(60)
    samples = build(written(tmp_path, table, name)).samples()
    np.testing.assert_allclose(samples.inputs["features"][:, 0], table["parallax_error"].value, rtol=1e-6)
    assert samples.object_id.tolist() == [str(each) for each in table["source_id"]]
    assert [each.unit for each in samples.columns["features"]] == ["mas", ""]


@pytest.mark.parametrize("name", ["c.fits", "c.vot", "c.ecsv", "astropy.parquet"])
def test_a_column_in_another_unit_is_converted(tmp_path, name):
    table = catalogue(60)
    error = table["parallax_error"].value
    table["parallax_error"] = table["parallax_error"].to(u.uas)
    if name.endswith("parquet"):
        table.write(tmp_path / name)  # by astropy: pandas would write no units
    path = tmp_path / name if name.endswith("parquet") else written(tmp_path, table, name)
    np.testing.assert_allclose(column(build(path), "parallax_error"), error, rtol=1e-6)


@pytest.mark.parametrize(("unit", "wanted", "told"), [("km", "mas", "is in km, which is no mas"), ("mas", "", "units")])
def test_a_unit_that_does_not_become_the_wanted_one_is_refused(tmp_path, unit, wanted, told):
    table = catalogue(60)
    table["parallax_error"] = table["parallax_error"].value * u.Unit(unit)
    data = build(written(tmp_path, table), units={"parallax_error": wanted or "''"})
    with pytest.raises(AlertlabError, match=rf"c\.fits: column parallax_error.*{told}"):
        data.samples()


def test_a_missing_column_is_named_with_the_one_that_may_be_meant(tmp_path):
    data = build(written(tmp_path, catalogue(60)), columns=["ruw"])
    with pytest.raises(AlertlabError, match=r"no column ruw.*Did you mean ruwe"):
        data.samples()


def test_a_source_in_two_rows_is_refused(tmp_path):
    table = catalogue(60)
    table["source_id"][7] = table["source_id"][3]
    with pytest.raises(AlertlabError, match="is in 2 rows"):
        build(written(tmp_path, table)).samples()


def test_derived_columns_are_what_astropy_says(tmp_path):
    table = catalogue(80)
    derived = {
        "size": {"absolute": "pmra"},
        "snr": {"ratio": ["parallax", "parallax_error"]},
        "colour": {"difference": ["bp", "g"]},
        "size_of_colour": {"absolute": "colour"},
        "absolute_g": {"absolute_magnitude": "g"},
        "l": {"galactic": "l"},
        "b": {"galactic": "b"},
        "pm_l": {"galactic": "pm_l"},
        "pm_b": {"galactic": "pm_b"},
    }
    data = build(written(tmp_path, table), columns=list(derived), derived=derived)
    where = SkyCoord(table["ra"], table["dec"], pm_ra_cosdec=table["pmra"], pm_dec=table["pmdec"]).galactic
    parallax = np.where(table["parallax"] > 0, table["parallax"], np.nan) * u.mas
    expected = {
        "size": np.abs(table["pmra"].value),
        "snr": (table["parallax"] / table["parallax_error"]).value,
        "colour": (table["bp"] - table["g"]).value,
        "size_of_colour": np.abs(table["bp"] - table["g"]).value,
        "absolute_g": table["g"].value - 5 * np.log10(parallax.to(u.pc, u.parallax()).value / 10),
        "l": where.l.deg,
        "b": where.b.deg,
        "pm_l": where.pm_l_cosb.value,
        "pm_b": where.pm_b.value,
    }
    for name, values in expected.items():
        np.testing.assert_allclose(column(data, name), values, rtol=2e-5, atol=1e-5, err_msg=name)
    told = {each.name: each.unit for each in data.samples().columns["features"]}
    assert [told[name] for name in ("size", "snr", "l")] == ["mas/yr", "", "deg"]


def separations(ra, dec):
    where = SkyCoord(ra * u.deg, dec * u.deg)
    found = where[:, None].separation(where[None]).arcsec
    np.fill_diagonal(found, np.inf)
    return found


def test_distances_to_neighbours_are_those_of_brute_force_with_astropy():
    ra, dec = sky(spread=0.005)
    magnitude, by, within = np.random.default_rng(3).uniform(8, 21, len(ra)), (0, 2, 4, 6, 10), 30.0
    ra[5] = dec[5] = np.nan
    magnitude[8] = np.nan
    apart = separations(np.nan_to_num(ra), np.nan_to_num(dec))
    apart[[5, 8]] = apart[:, [5, 8]] = np.inf
    for place, least in enumerate(by):
        bright = np.where(magnitude[None] <= magnitude[:, None] - least, apart, np.inf).min(axis=1)
        expected = np.where(bright > within, np.inf, bright)
        expected[[5, 8]] = np.nan
        np.testing.assert_allclose(nearest_brighter(ra, dec, magnitude, by, within)[:, place], expected, atol=1e-6)
    apart = separations(np.nan_to_num(ra), np.nan_to_num(dec))
    apart[5] = apart[:, 5] = np.inf
    for k in (1, 3):
        expected = np.sort(apart, axis=1)[:, k - 1]
        expected = np.where(expected > within, np.inf, expected)
        expected[5] = np.nan
        np.testing.assert_allclose(kth_neighbour(ra, dec, k, within), expected, atol=1e-6)
    assert 20 < np.isfinite(kth_neighbour(ra, dec, 1, within)).sum() < len(ra) - 1  # both kinds are tested


def test_two_sources_at_one_place_are_neighbours_at_no_distance():
    ra, dec, magnitude = np.array([10.0, 10.0, 80.0]), np.array([5.0, 5.0, 5.0]), np.array([12.0, 15.0, 9.0])
    np.testing.assert_array_equal(nearest_brighter(ra, dec, magnitude, [0, 2], 30)[:, 1], [np.inf, 0, np.inf])
    np.testing.assert_array_equal(kth_neighbour(ra, dec, 1, 30), [0, 0, np.inf])


@pytest.mark.parametrize(("missing", "clip", "expected"), [(None, 5, 5), (30, None, 30), ("unknown", 5, np.nan)])
def test_a_neighbour_that_is_missing_has_the_value_of_the_config(tmp_path, missing, clip, expected):
    given = {"missing": missing, "clip": clip}
    given = {name: value for name, value in given.items() if value is not None}
    derived = {"d": {"brighter": 30, "magnitude": "g", "within": 30, **given}}
    np.testing.assert_array_equal(
        column(build(written(tmp_path, catalogue(40)), columns=["d"], derived=derived), "d"), np.float32(expected)
    )


def test_clipping_leaves_what_is_nearer(tmp_path):
    table = catalogue(300, spread=0.002)
    derived = {name: {"neighbour": 1, "within": 30, **clip} for name, clip in (("far", {}), ("near", {"clip": 5}))}
    data = build(written(tmp_path, table), columns=["far", "near"], derived=derived)
    far = column(data, "far")
    np.testing.assert_allclose(column(data, "near"), np.minimum(far, 5))
    assert (far < 5).any()
    assert (far > 5).any()


RULES = {
    "bad": [{"snr": {"below": -4.5}}],
    "good": [{"snr": {"above": 4.5}, "negative": {"equals": 0}}, {"ruwe": {"below": 0.8}}],
}
DERIVED = {
    "snr": {"ratio": ["parallax", "parallax_error"]},
    "negative": {"in_cell": 4096, "where": {"snr": {"below": -4.5}}},
}


def test_rules_give_labels_and_rows_of_two_classes_are_rejected(tmp_path, capsys):
    table = catalogue(900)
    data = build(written(tmp_path, table), ("good", "bad"), columns=["parallax_error"], derived=DERIVED, rules=RULES)
    samples = data.samples()
    snr, names = (table["parallax"] / table["parallax_error"]).value, np.array([str(x) for x in table["source_id"]])
    where = SkyCoord(table["ra"], table["dec"])
    from astropy_healpix import HEALPix

    cell = HEALPix(4096, order="nested").lonlat_to_healpix(where.ra, where.dec)
    spoilt = np.isin(cell, cell[snr < -4.5])
    good, bad = ((snr > 4.5) & ~spoilt) | (table["ruwe"] < 0.8), snr < -4.5
    assert set(samples.object_id[samples.target == 0]) == set(names[good & ~bad])
    assert set(samples.object_id[samples.target == 1]) == set(names[bad & ~good])
    assert (good & bad).any()
    reasons = dict(zip(*(data.rejected_table()[name].to_pylist() for name in ("object_id", "reason")), strict=True))
    assert {name for name, reason in reasons.items() if "several" in reason} == set(names[good & bad])
    assert {name for name, reason in reasons.items() if reason == "no label"} == set(names[~good & ~bad])
    assert f"{(good & bad).sum()} rows left out" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("columns", "leak"), [(["snr", "ruwe"], "snr"), (["parallax"], "parallax"), (["minus"], "minus")]
)
def test_an_input_with_the_sign_that_a_rule_goes_by_is_refused(tmp_path, columns, leak):
    derived = DERIVED | {"minus": {"difference": ["parallax_error", "parallax"]}}
    rules = {"bad": [{"snr": {"below": -4.5}}], "good": [{"snr": {"above": 4.5}}]}
    data = build(written(tmp_path, catalogue(900)), ("good", "bad"), columns=columns, derived=derived, rules=rules)
    with pytest.raises(AlertlabError, match=rf"{leak} has the sign of snr.*abs_{leak}: {{absolute: {leak}}}"):
        data.samples()


def test_an_absolute_value_is_taken_and_a_column_of_a_rule_among_the_inputs_is_told(tmp_path, capsys):
    derived = DERIVED | {"size": {"absolute": "snr"}}
    data = build(
        written(tmp_path, catalogue(900)), ("good", "bad"), columns=["size", "ruwe"], derived=derived, rules=RULES
    )
    data.samples()
    assert "ruwe is an input too" in capsys.readouterr().err


def test_truths_are_judged_by_and_never_learned_from(tmp_path):
    table = catalogue(1200)
    table["truth"] = np.where(np.arange(1200) % 2, "good", "bad")
    data = build(
        written(tmp_path, table), ("good", "bad"), columns=["parallax_error"], derived=DERIVED, rules=RULES,
        test_label="truth", test_where={"snr": {"above": 3}}, facts=["ruwe"],
    )  # fmt: skip
    data.draw(0)
    truth, ids = data.samples("test_truth"), np.array([str(each) for each in table["source_id"]])
    row = np.array([np.flatnonzero(ids == each)[0] for each in truth.object_id])
    snr = (table["parallax"] / table["parallax_error"]).value
    assert data.further_parts == ("test_truth",)
    assert [truth.classes[each] for each in truth.target] == table["truth"][row].tolist()
    assert snr[row].min() > 3
    np.testing.assert_allclose(truth.facts["ruwe"], table["ruwe"][row], rtol=1e-6)
    for part in ("train", "validation", "test"):
        samples = data.samples(part)
        assert samples.labelled.all()
        bad = np.array([snr[np.flatnonzero(ids == each)[0]] for each in samples.object_id[samples.target == 1]])
        assert bad.max() < -4.5  # by the rule, whatever the truth
        assert part == "test" or not set(samples.object_id) & set(truth.object_id)


def test_cells_of_the_sky_keep_neighbours_together(tmp_path):
    data = build(written(tmp_path, catalogue(400)), **{"description": "spots"})
    data.draw(0)
    places = [{round(float(dec) / 20) for dec in data.samples(part).places["dec"]} for part in ("train", "test")]
    assert not places[0] & places[1]
