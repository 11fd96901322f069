"""Simulated against real light curves: quantiles side by side, and a forest trained on the one, applied to the other.

python experiments/simulator/light_curves.py DATA --out experiments/simulator/measured

DATA holds ``ztf_lightcurves/{detections,non_detections}.parquet`` and ``ztf_bts/ztf_bts_lightcurves.parquet``.
"""

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from alertlab.features import extract
from alertlab.simulate.light_curves import BRANCHES
from alertlab.simulate.light_curves.objects import SimulatedObject, simulate_object
from alertlab.simulate.light_curves.tables import detections_table, non_detections_table
from alertlab.simulate.light_curves.taxonomy import class_of
from imblearn.ensemble import BalancedRandomForestClassifier
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import StratifiedKFold, cross_val_predict

SUPERNOVAE = list(BRANCHES["Transient"])
TYPES = {
    "SNIa": ("SN Ia", "SN Ia-91T", "SN Ia-91bg"),
    "SNII": ("SN II", "SN IIP", "SN IIn"),
    "SNIbc": ("SN IIb", "SN Ib", "SN Ic", "SN Ic-BL", "SN Ib/c"),
    "SLSN": ("SLSN-I", "SLSN-II"),
}
FEATURES = (
    "Amplitude_2",
    "GP_DRW_sigma_2",
    "GP_DRW_tau_2",
    "SPM_tau_rise_2",
    "SPM_tau_fall_2",
    "g-r_max",
    "Multiband_period",
)


def quantiles(values: Any) -> str:
    """Three numbers: 5, 50 and 95 %."""
    values = np.asarray(values, dtype=float)
    values = values[np.isfinite(values)]
    return " / ".join(f"{value:.3g}" for value in np.quantile(values, (0.05, 0.5, 0.95))) if values.size else "-"


def intervals(table: pd.DataFrame) -> np.ndarray:
    """Days between visits of an object in a band, seen or not."""
    return table.sort_values("time").groupby(["oid", "band"]).time.diff().dropna().to_numpy()


def survey_rows(seen: pd.DataFrame, missed: pd.DataFrame) -> dict[str, Any]:
    """What does not depend on the class: cadence, limits, errors."""
    visits = pd.concat([seen[["oid", "time", "band"]], missed[["oid", "time", "band"]]])
    rows: dict[str, Any] = {"interval in a band [d]": intervals(visits)}
    for band, name in ((1, "g"), (2, "r")):
        rows[f"upper limit in {name} [mag]"] = missed.diffmaglim[missed.band == band]
    for middle in (16, 17, 18, 19, 20):
        rows[f"sigmapsf at magpsf {middle} [mag]"] = seen.sigmapsf[(seen.magpsf - middle).abs() < 0.25]
    rows["rb"] = seen.rb
    first = seen.groupby("oid").time.min()
    before = missed.join(first.rename("first"), on="oid")
    lead = (before["first"] - before.time)[before.time < before["first"]]
    rows["upper limits before the first detection: lead [d]"] = lead
    return rows


def star_rows(seen: pd.DataFrame, missed: pd.DataFrame) -> dict[str, Any]:
    """Corrected light curves of two years: numbers, errors, scatter."""
    groups = seen.groupby("oid")
    rows: dict[str, Any] = {
        "detections": groups.size(),
        "upper limits": missed.groupby("oid").size(),
        "span [d]": groups.time.max() - groups.time.min(),
        "share brighter than the template": groups.isdiffpos.agg(lambda sign: (sign > 0).mean()),
        "standard deviation in g [mag]": seen[seen.band == 1].groupby("oid").magnitude.std(),
    }
    for middle in (15, 16, 17):
        rows[f"error at magnitude {middle} [mag]"] = seen.error[(seen.magnitude - middle).abs() < 0.5]
    return rows


def supernova_rows(table: pd.DataFrame) -> dict[str, Any]:
    """One class of supernovae: time, mag, error, band, oid."""
    rows: dict[str, Any] = {"detections": table.groupby("oid").size()}
    peaks = {}
    for band, name in ((1, "g"), (2, "r")):
        part = table[table.band == band]
        groups = part.groupby("oid")
        peaks[band] = groups.magpsf.min()
        brightest = part.loc[groups.magpsf.idxmin()].set_index("oid").time
        since = part.time - part.oid.map(brightest)
        below = part.magpsf - part.oid.map(peaks[band])
        rows |= {
            f"brightest in {name} [mag]": peaks[band],
            f"range in {name} [mag]": groups.magpsf.max() - peaks[band],
            f"span in {name} [d]": groups.time.max() - groups.time.min(),
            f"first to brightest in {name} [d]": brightest - groups.time.min(),
            f"magnitudes below it 15 d later, {name}": below[(since - 15).abs() < 3],
            f"magnitudes below it 30 d later, {name}": below[(since - 30).abs() < 3],
        }
    return rows | {"g - r of the brightest": (peaks[1] - peaks[2]).dropna()}


def side_by_side(title: str, real: Mapping[str, Any], simulated: Mapping[str, Any]) -> list[str]:
    """A table in Markdown."""
    lines = [f"| {title} | real | simulated |", "|---|---|---|"]
    return [*lines, *(f"| {name} | {quantiles(real[name])} | {quantiles(simulated[name])} |" for name in real), ""]


def simulate(count: int, classes: list[str]) -> list[SimulatedObject]:
    """``count`` objects of each class of seed 1, difficulty 0.5."""
    left, found, index = dict.fromkeys(classes, count), [], 0
    while any(left.values()):
        label = class_of(index, 1, "equal")
        if left.get(label):
            found.append(simulate_object(index, 1, 0.5, "equal"))
            left[label] -= 1
        index += 1
    return found


def features(table: pd.DataFrame) -> pd.DataFrame:
    """Features from times, magnitudes, errors and bands alone: the real table has no more."""
    chosen = {"object_id": table.oid, "time": table.time, "magnitude": table.magpsf, "error": table.sigmapsf}
    columns = {name: values.to_numpy() for name, values in chosen.items()} | {"band": table.band.to_numpy()}
    return extract(columns).to_pandas().set_index("object_id")


def forest() -> BalancedRandomForestClassifier:
    """A balanced forest as published: 500 trees."""
    return BalancedRandomForestClassifier(
        n_estimators=500, sampling_strategy="all", replacement=True, bootstrap=False, random_state=0
    )


def main() -> None:
    """Compare, and write light_curves.md and light_curves.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=300, help="simulated supernovae of each class")
    arguments = parser.parse_args()
    seen = pd.read_parquet(arguments.data / "ztf_lightcurves/detections.parquet")
    missed = pd.read_parquet(arguments.data / "ztf_lightcurves/non_detections.parquet")
    everything = [simulate_object(index, 1, 0.5, "equal") for index in range(600)]
    ours, limits = detections_table(everything).to_pandas(), non_detections_table(everything).to_pandas()
    lines = side_by_side("survey", survey_rows(seen, missed), survey_rows(ours, limits))

    long = seen[seen.source == "lc_classifier_sample"]
    stars = [each.name for each in everything if each.label in BRANCHES["Periodic"]]
    lines += side_by_side(
        "corrected light curves: 8 real objects, simulated periodic stars",
        star_rows(long, missed[missed.oid.isin(long.oid)]),
        star_rows(ours[ours.oid.isin(stars)], limits[limits.oid.isin(stars)]),
    )

    bts = pd.read_parquet(arguments.data / "ztf_bts/ztf_bts_lightcurves.parquet")
    bts = bts.rename(columns={"mjd": "time", "mag": "magpsf", "magerr": "sigmapsf"}).astype(
        {"magpsf": float, "sigmapsf": float}
    )
    bts["band"] = bts.passband.map({"g": 1, "R": 2})
    bts["label"] = bts.bts_type.map({kind: label for label, kinds in TYPES.items() for kind in kinds})
    bts = bts[bts.label.notna()]
    made = simulate(arguments.count, SUPERNOVAE)
    table = detections_table(made).to_pandas()
    table["label"] = table.oid.map({each.name: each.label for each in made})
    for label in SUPERNOVAE:
        pair = [supernova_rows(each[each.label == label]) for each in (bts, table)]
        lines += side_by_side(f"{label}: Bright Transient Survey", *pair)

    real, fake = features(bts), features(table)
    labels = [
        source.groupby("oid").label.first()[frame.index].to_numpy(dtype=object)
        for frame, source in ((real, bts), (fake, table))
    ]
    lines += side_by_side(
        "features of all supernovae", *({name: frame[name] for name in FEATURES} for frame in (real, fake))
    )
    columns = [name for name in real.columns if real[name].notna().any() and fake[name].notna().any()]
    x_real, x_fake = (frame[columns].replace([np.inf, -np.inf], np.nan).fillna(-999) for frame in (real, fake))
    across = forest().fit(x_fake, labels[1]).predict(x_real)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    within = cross_val_predict(forest(), x_real, labels[0], cv=folds)
    back = cross_val_predict(forest(), x_fake, labels[1], cv=folds)
    result = {
        "features": len(columns),
        "real_objects": len(real),
        "simulated_objects": len(fake),
        "balanced_accuracy": {
            "simulated -> real": balanced_accuracy_score(labels[0], across),
            "real -> real, 5 folds": balanced_accuracy_score(labels[0], within),
            "simulated -> simulated, 5 folds": balanced_accuracy_score(labels[1], back),
        },
        "classes": SUPERNOVAE,
        "confusion simulated -> real": confusion_matrix(labels[0], across, labels=SUPERNOVAE).tolist(),
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    (arguments.out / "light_curves.md").write_text("\n".join(lines))
    (arguments.out / "light_curves.json").write_text(json.dumps(result, indent=1) + "\n")
    print("\n".join(lines), json.dumps(result, indent=1), sep="\n")


if __name__ == "__main__":
    main()
