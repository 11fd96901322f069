"""Which features tell real supernovae apart: groups of them added to ALeRCE's, and left out again.

    python experiments/bts_supernovae/ablation.py --data ../shared/data
    python experiments/bts_supernovae/ablation.py --data ../shared/data --seed 0 --splits 10 --trees 500 --only-whole

The same splits and forests for every group, so that the differences are paired. Prints a Markdown table.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from alertlab.core.samples import Samples
from alertlab.core.split import SplitPlan
from alertlab.core.taxonomy import Taxonomy
from alertlab.features import extract
from alertlab.features.families.transient import transient_shape
from alertlab.features.sets import feature_set
from imblearn.ensemble import BalancedRandomForestClassifier
from sklearn.metrics import f1_score, recall_score

CLASSES = {
    "SNIa": ("SN Ia", "SN Ia-91T", "SN Ia-91bg", "SN Ia-pec"),
    "SNII": ("SN II", "SN IIP", "SN IIn", "SN II-pec"),
    "SNIbc": ("SN Ib", "SN Ic", "SN Ic-BL", "SN IIb", "SN Ib/c"),
    "SLSN": ("SLSN-I", "SLSN-II"),
}
COLUMNS = {
    "object_id": "oid",
    "time": "mjd",
    "magnitude": "mag",
    "error": "magerr",
    "band": "passband",
    "bands": {"g": 1, "R": 2},
}
GROUPS = {  # beginnings of names
    "peak magnitudes": ("peak_mag",),
    "colours": ("g-r_at", "redd"),
    "fading": ("fade",),
    "rise and fall": ("rise", "fall"),
    "second maximum": ("bump",),
    "lag of the peaks": ("peak_lag",),
}
MISSING = -999.0  # for NaN, as published


def read(path: Path) -> Samples:
    """Features and class of every supernova of the four classes, one row an object; redshift is not read."""
    rows = pd.read_parquet(path, columns=["oid", "mjd", "mag", "magerr", "passband", "bts_type"])
    classes = {kind: number for number, kinds in enumerate(CLASSES.values()) for kind in kinds}
    rows = rows[rows["bts_type"].isin(classes)]
    kinds = rows.groupby("oid")["bts_type"].first()
    table = extract(rows.drop(columns="bts_type"), features="transient", columns=COLUMNS)
    names = np.array(table.column("object_id").to_pylist())
    values = np.column_stack([table.column(name).to_numpy() for name in feature_set("transient").names])
    return Samples(
        inputs={"features": np.where(np.isnan(values), MISSING, values).astype(np.float32)},
        target=kinds[names].map(classes).to_numpy(dtype=np.int64),
        sample_id=np.arange(len(names)),
        object_id=names,
        taxonomy=Taxonomy(tuple(CLASSES)),
    )


def scores(samples: Samples, columns: list[str], plan: SplitPlan, splits: int, trees: int) -> np.ndarray:
    """(splits, 2) macro recall and macro F1 on the test parts."""
    place = {name: number for number, name in enumerate(feature_set("transient").names)}
    values = np.asarray(samples.inputs["features"])[:, [place[name] for name in columns]]
    result = []
    for repeat in range(splits):
        split = plan.make(samples, repeat)
        train, test = split.rows(samples, "train"), split.rows(samples, "test")
        forest = BalancedRandomForestClassifier(
            trees, sampling_strategy="all", replacement=True, bootstrap=False, random_state=repeat
        )
        found = forest.fit(values[train], samples.target[train]).predict(values[test])
        true = samples.target[test]
        result.append((recall_score(true, found, average="macro"), f1_score(true, found, average="macro")))
    return np.array(result)


def row(name: str, count: int, found: np.ndarray, against: np.ndarray | None) -> str:
    """Mean ± standard deviation over the splits; mean paired difference ± its standard error."""
    cells = [f"{one.mean():.3f} ± {one.std(ddof=1):.3f}" for one in found.T]
    for number in range(2):
        if against is None:
            cells.append("")
        else:
            apart = found[:, number] - against[:, number]
            cells.append(f"{apart.mean():+.3f} ± {apart.std(ddof=1) / np.sqrt(len(apart)):.3f}")
    return f"| {name} | {count} | {' | '.join(cells)} |"


def main() -> None:
    """Read, score, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=100, help="of the splits; the results that are reported have 0")
    parser.add_argument("--splits", type=int, default=20)
    parser.add_argument("--trees", type=int, default=200)
    parser.add_argument("--only-whole", action="store_true", help="the two sets, no groups")
    asked = parser.parse_args()
    samples = read(asked.data / "ztf_bts" / "ztf_bts_lightcurves.parquet")
    plan = SplitPlan(validation=0, test=0.2, seed=asked.seed)
    published, new = feature_set("alerce152").names, [text.name for text in transient_shape.texts]
    print(f"{len(samples)} objects: {samples.counts()}", end="\n\n")
    print("| features | columns | macro recall | macro F1 | difference in recall | in F1 |\n|---|---|---|---|---|---|")

    def told(name: str, columns: list[str], against: np.ndarray | None) -> np.ndarray:
        found = scores(samples, columns, plan, asked.splits, asked.trees)
        print(row(name, len(columns), found, against), flush=True)
        return found

    before = told("`alerce152`", published, None)
    whole = told("`transient`", published + new, before)
    if asked.only_whole:
        return
    told("the 46 new ones alone", new, before)
    for name, starts in GROUPS.items():
        told(f"`alerce152` + {name}", published + [each for each in new if each.startswith(starts)], before)
    for name, starts in GROUPS.items():
        told(f"`transient` - {name}", published + [each for each in new if not each.startswith(starts)], whole)


if __name__ == "__main__":
    main()
