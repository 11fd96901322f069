"""Write features of the package light-curve (Malanchev et al. 2021, MNRAS 502, 5147) as a ready table with classes.

    python experiments/light_curve_package.py ogle_cepheids lightcurves.parquet objects.parquet --out features.parquet

Columns, bands and classes are those of the experiment's config, and so are the objects: `datamodule=feature_table`
parts them alike. Magnitudes: closed forms in each band, the highest three peaks of a periodogram in each, differences
of neighbouring bands. Fluxes: closed forms and the fit of Bazin et al. (2009) in each band.
"""

import argparse
import itertools
from pathlib import Path

import light_curve as lc
import numpy as np
import pandas as pd
from alertlab.config import compose
from omegaconf import DictConfig

MIN_DETECTIONS = 6  # of an object, as everywhere
LONGEST_FREQUENCY = 2 * np.pi * 5  # radians a day, of periods down to 0.2 d


def closed_forms() -> list:
    """Of magnitudes and of fluxes alike."""
    return [
        *(lc.Amplitude(), lc.AndersonDarlingNormal(), lc.BeyondNStd(1), lc.BeyondNStd(2), lc.Cusum(), lc.Eta()),
        *(lc.EtaE(), lc.ExcessVariance(), lc.Kurtosis(), lc.LinearFit(), lc.LinearTrend(), lc.MaximumSlope()),
        *(lc.Mean(), lc.Median(), lc.MedianAbsoluteDeviation(), lc.MedianBufferRangePercentage(0.1)),
        *(lc.InterPercentileRange(each) for each in (0.02, 0.1, 0.25)),
        *(lc.MagnitudePercentageRatio(0.4, 0.05), lc.MagnitudePercentageRatio(0.2, 0.05), lc.OtsuSplit()),
        *(lc.PercentAmplitude(), lc.PercentDifferenceMagnitudePercentile(0.05), lc.ReducedChi2(), lc.Skew()),
        *(lc.StandardDeviation(), lc.StetsonK(), lc.WeightedMean()),
    ]


def extractor(flux: bool) -> lc.Extractor:
    """Of one band."""
    if flux:
        spread = [lc.Duration(), lc.TimeMean(), lc.TimeStandardDeviation(), lc.ObservationCount()]
        return lc.Extractor(*closed_forms(), *spread, lc.BazinFit("mcmc-lmsder"))
    frequencies = np.linspace(0.0, LONGEST_FREQUENCY, 2**17 + 1)  # a tenth of 1 / (ten years)
    return lc.Extractor(*closed_forms(), lc.Periodogram(peaks=3, freqs=frequencies, fast=True))


def read(path: Path, columns: DictConfig) -> pd.DataFrame:
    """Detections with object, time, value, error and band, those without a number left out."""
    names = {columns[name]: name for name in ("object_id", "time", "magnitude", "error", "band")}
    rows = pd.read_parquet(path, columns=list(names)).rename(columns=names)
    rows["band"] = rows["band"].astype(str).map(dict(columns.bands))
    rows = rows[np.isfinite(rows["magnitude"]) & (rows["error"] > 0) & rows["band"].notna()]
    return rows.sort_values(["object_id", "time"], kind="stable")


def row(curve: pd.DataFrame, bands: list[str], of_band: lc.Extractor, flux: bool) -> dict[str, float]:
    """All features of one object; NaN where a band has too few points."""
    start, found = curve["time"].iloc[0], {}
    for band in bands:
        here = curve[curve["band"] == band].drop_duplicates("time")
        time, value, error = (
            np.ascontiguousarray(each, dtype=np.float64)
            for each in (here["time"] - start, here["magnitude"], here["error"])
        )
        values = of_band(time, value, error, fill_value=np.nan) if len(here) else np.full(len(of_band.names), np.nan)
        found |= {f"{name}_{band}": each for name, each in zip(of_band.names, values, strict=True)}
    for blue, red in itertools.pairwise(bands):
        one, other = found[f"weighted_mean_{blue}"], found[f"weighted_mean_{red}"]
        found[f"{blue}-{red}"] = one / other if flux else one - other
    return found


def classes_of(path: Path, config: DictConfig) -> pd.Series:
    """Object -> class, of those that have one."""
    curves, label_map = config.source.curves, dict(config.label_map)
    table = pd.read_parquet(path).set_index(curves.object_id)[curves.label]
    return table.map(lambda label: label_map.get(label, label)).dropna().rename("class")


def main() -> None:
    """Read, compute, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("experiment")
    parser.add_argument("curves", type=Path)
    parser.add_argument("objects", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    asked = parser.parse_args()
    files = {"path": asked.curves, "labels": asked.objects}
    given = [f"datamodule.source.curves.{key}={path}" for key, path in files.items()]
    config = compose("train", [f"experiment={asked.experiment}", *given]).datamodule
    columns = config.source.columns
    flux = columns.unit is not None
    bands, of_band = list(dict.fromkeys(columns.bands.values())), extractor(flux)
    classes = classes_of(asked.objects, config)
    rows = read(asked.curves, columns)
    found = {
        name: row(curve, bands, of_band, flux)
        for name, curve in rows[rows["object_id"].isin(classes.index)].groupby("object_id")
        if len(curve) >= MIN_DETECTIONS
    }
    table = pd.DataFrame.from_dict(found, orient="index").rename_axis("object_id").join(classes)
    table.reset_index().to_parquet(asked.out, index=False)
    print(f"{len(table)} objects, {table.shape[1] - 1} features in {asked.out}")


if __name__ == "__main__":
    main()
