"""Small files in the shapes of the real ones: light curves and ready features."""

import numpy as np
import pandas as pd
from alertlab import simulate

TYPES = {"bts": ["SN Ia", "SN Ib", "SN II", "SLSN-I"], "light_curves": ["RRL", "E"]}
CATALINA = [
    *("EA", "EW/EB", "RRab", "RRc", "RRd", "Blazhko", "DSCT", "ACEP", "CepII", "LPV", "Rotational", "Misc", "LMC_Cep")
]
SUPERNOVAE = ["SN Ia", "SN Ic", "SN II", "SLSN-I"]


def long_table(kinds, each=6, points=8, seed=1):
    """One row a detection: ``each`` objects of a kind."""
    random = np.random.default_rng(seed)
    rows = []
    for number in range(each * len(kinds)):
        time = 59000 + np.sort(random.uniform(0, 100, points))
        curve = pd.DataFrame({"time": time, "magnitude": random.normal(18, 0.3, points), "error": 0.05})
        rows.append(
            curve.assign(oid=f"ZTF{number:04}", band=1 + np.arange(points) % 2, kind=kinds[number % len(kinds)])
        )
    return pd.concat(rows, ignore_index=True)


def write_light_curves(folder):
    """``alerce.parquet`` with a column ``class``."""
    path = folder / "alerce.parquet"
    long_table(TYPES["light_curves"], 10).rename(columns={"kind": "class"}).to_parquet(path)
    return [f"datamodule.source.curves.path={path}", "datamodule.classes=[RRL,E]"]


def write_bts(folder):
    """The columns of the Bright Transient Survey's table."""
    names = {"kind": "bts_type", "time": "mjd", "magnitude": "mag", "error": "magerr"}
    table = long_table(TYPES["bts"]).rename(columns=names)
    table["passband"] = table.pop("band").map({1: "g", 2: "R"})
    table.to_parquet(folder / "bts.parquet")
    return [f"datamodule.source.curves.path={folder / 'bts.parquet'}"]


def write_catalina(folder):
    """One row an object, with lists."""
    table = long_table(CATALINA, 4)
    table["id"] = table.oid.str[3:].astype(int)
    table["time"] -= 53000
    nested = table.groupby("id").agg(
        mjd_minus_53000=("time", list), mag=("magnitude", list), magerr=("error", list), kind=("kind", "first")
    )
    nested.reset_index().rename(columns={"kind": "class"}).to_parquet(folder / "catalina.parquet")
    return [f"datamodule.source.curves.path={folder / 'catalina.parquet'}"]


OGLE = ["F", "1O", "2O", "F/1O", "1O/2O", "1O/2O/3O", "2O/3O"]
MALLORN = ["AGN", "TDE", "SN Ia", "SN II", "SN IIn", "SN Ib"]


def labelled_apart(table, folder, object_id, label):
    """The two tables of curves whose labels stand in a table of objects."""
    objects = table.groupby(object_id)["kind"].first().rename(label).reset_index()
    objects.to_parquet(folder / "objects.parquet")
    table.drop(columns="kind").to_parquet(folder / "lightcurves.parquet")
    return [
        f"datamodule.source.curves.path={folder / 'lightcurves.parquet'}",
        f"datamodule.source.curves.labels={folder / 'objects.parquet'}",
    ]


def write_ogle(folder):
    """Two bands in magnitudes, days since JD 2450000."""
    (folder / "ogle").mkdir()
    names = {"oid": "star_id", "time": "hjd_minus_2450000", "magnitude": "mag", "error": "mag_err"}
    table = long_table(OGLE, 4).rename(columns=names)
    table["hjd_minus_2450000"] -= 50000
    table["band"] = table.band.map({1: "I", 2: "V"})
    return labelled_apart(table, folder / "ogle", "star_id", "pulsation_mode")


def write_mallorn(folder):
    """Six bands in fluxes of a difference, which may be negative."""
    (folder / "mallorn").mkdir()
    names = {"oid": "object_id", "time": "mjd", "magnitude": "flux", "error": "flux_err"}
    table = long_table(MALLORN, 4, points=12).rename(columns=names)
    table["flux"] -= 17.8
    table["band"] = [*"ugrizy"] * (len(table) // 6)
    return labelled_apart(table, folder / "mallorn", "object_id", "spec_type")


def ready(kinds, each=6, seed=1):
    """Ready features with a hole."""
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.normal(size=(each * len(kinds), 3)), columns=["Amplitude", "Period", "g-r"])
    table.loc[0, "Period"] = np.nan
    return table.assign(name=[f"o{number}" for number in range(len(table))], kind=np.tile(kinds, each))


def write_macho(folder):
    """Coded classes, compressed CSV."""
    table = ready([2, 3, 4, 5, 6, 7, 8, 9]).rename(columns={"name": "MACHO_Id", "kind": "Class"})
    table.to_csv(folder / "macho.csv.gz", index=False)
    return [f"datamodule.source.path={folder / 'macho.csv.gz'}"]


def write_alerce_supernovae(folder):
    """Parquet with types from TNS."""
    ready(SUPERNOVAE).rename(columns={"name": "oid", "kind": "type"}).to_parquet(folder / "sn.parquet")
    return [f"datamodule.source.path={folder / 'sn.parquet'}"]


def write_feature_table(folder):
    """The datamodule's own names."""
    path = folder / "ready.parquet"
    ready(["RRL", "E"], 10).rename(columns={"name": "object_id", "kind": "class"}).to_parquet(path)
    return [f"datamodule.source.path={path}", "datamodule.classes=[RRL,E]"]


def write_sequences(folder):
    """A folder of its own, since the same file is read as features too."""
    (folder / "sequences").mkdir()
    return write_light_curves(folder / "sequences")


def write_mallorn_sequences(folder):
    """Common types and rare ones, which are left out of training."""
    (folder / "mallorn_sequences").mkdir()
    kinds = ["AGN", "SN Ia", "SN II", "SLSN-I", "SN Iax[02cx-like]", "SN Ia-91bg-like", "SN Ic", "TDE", "SN IIn"]
    names = {"oid": "object_id", "time": "mjd", "magnitude": "flux", "error": "flux_err"}
    table = long_table(kinds, 5, points=12).rename(columns=names)
    table["flux"] -= 17.8
    table["band"] = [*"ugrizy"] * (len(table) // 6)
    return labelled_apart(table, folder / "mallorn_sequences", "object_id", "spec_type")


def write_quasars(folder):
    """One band each, two light curves of some objects, some in fluxes."""
    (folder / "quasars").mkdir()
    names = {"oid": "lc_id", "magnitude": "value", "error": "value_err"}
    table = long_table(["mag", "mag", "arbitrary unit"], 8).rename(columns=names).drop(columns="band")
    place = labelled_apart(table, folder / "quasars", "lc_id", "unit")
    objects = pd.read_parquet(folder / "quasars" / "objects.parquet")
    objects["group_id"] = [f"g{number // 2}" for number in range(len(objects))]
    objects["log_mbh"] = np.where(objects.unit == "mag", 8.5, np.nan)
    objects.to_parquet(folder / "quasars" / "objects.parquet")
    return place


def write_catalogue(folder):
    """Sources all over the sky, with a column of labels."""
    random, path = np.random.default_rng(1), folder / "catalogue.parquet"
    table = pd.DataFrame({"source_id": np.arange(400), "ra": random.uniform(0, 360, 400)})
    table = table.assign(dec=random.uniform(-80, 80, 400), ruwe=random.normal(1, 0.1, 400))
    table.assign(kind=np.tile(["star", "galaxy"], 200)).to_parquet(path)
    source = {"path": path, "columns": "[ruwe]", "label": "kind"}
    return ["datamodule.classes=[star,galaxy]", *(f"datamodule.source.{key}={each}" for key, each in source.items())]


def write_forecasts(folder):
    """Two bands, without labels."""
    (folder / "forecasts").mkdir()
    path = folder / "forecasts" / "detections.parquet"
    long_table(["any"], 56).drop(columns="kind").to_parquet(path)
    return [f"datamodule.source.curves.path={path}"]


def write_quasar_forecasts(folder):
    """As ``alertlab simulate quasars`` writes them."""
    path = folder / "quasar_forecasts"
    simulate.write_quasars(path, 56, 3, 0.5, "shots")
    curves = "datamodule.source.curves"
    return [f"{curves}.path={path / 'lightcurves.parquet'}", f"{curves}.labels={path / 'objects.parquet'}"]


WRITERS = {
    "catalogue": write_catalogue,
    "sequences": write_sequences,
    "forecasts": write_forecasts,
    "quasar_forecasts": write_quasar_forecasts,
    "mallorn_sequences": write_mallorn_sequences,
    "quasars": write_quasars,
    "light_curves": write_light_curves,
    "bts": write_bts,
    "catalina": write_catalina,
    "ogle": write_ogle,
    "mallorn": write_mallorn,
    "macho": write_macho,
    "alerce_supernovae": write_alerce_supernovae,
    "feature_table": write_feature_table,
}
