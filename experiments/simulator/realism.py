"""How real simulated packets are: quantiles beside real ones, and a classifier that tells them apart.

    python experiments/simulator/realism.py STAMPS.parquet --packets ztf_alerts.tar.gz --out measured

Real alerts are labelled ones; by default those of the training objects only, which the
simulator's ranges were measured on. ``--part rest`` looks at the others.
"""

import argparse
import dataclasses
import json
import tempfile
from pathlib import Path

import numpy as np
from alertlab.simulate import write_dataset
from quantiles import quantiles, summarise
from sides import METADATA, history_lengths, part, read_side
from tell_apart import Verdict, verdicts

KINDS = {
    "candidate": "candidate fields",
    "pixels": "pixels",
    "share": "shares",
    "rank correlation": "rank correlations",
}


def main() -> None:
    """Measure both sides, write JSON and Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("real", type=Path, help="labelled real alerts")
    parser.add_argument("--labels", type=Path, help="CSV with candid and label columns, where the alerts have none")
    parser.add_argument("--packets", type=Path, help="real packets with histories: archive or folder")
    parser.add_argument("--part", choices=("train", "rest", "all"), default="train", help="of the real objects")
    parser.add_argument("-n", type=int, default=2000, help="simulated packets")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--difficulty", type=float, default=0.5)
    parser.add_argument("--out", type=Path, required=True, help="folder for realism_PART.json and .md")
    arguments = parser.parse_args()

    real = part(read_side(arguments.real, arguments.labels), arguments.part)
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "simulated"
        write_dataset(made, arguments.n, arguments.seed, arguments.difficulty)
        simulated = read_side(made / "packets", made / "labels.csv")
        lengths = {"simulated": quantiles(history_lengths(made / "packets"))}
    if arguments.packets:
        lengths["real"] = quantiles(history_lengths(arguments.packets))
    dates = np.array([alert.candidate["jd"] for alert in real.alerts])
    result = {
        "part": arguments.part,
        "real": {
            "packets": len(real.alerts),
            "objects": len(set(real.objects)),
            "classes": {label: int((real.label == label).sum()) for label in sorted(set(real.label))},
            "julian dates": [float(dates.min()), float(dates.max())],
        },
        "simulated": {"packets": arguments.n, "seed": arguments.seed, "difficulty": arguments.difficulty},
        "prv_candidates": lengths,
        "summary": {"real": summarise(real), "simulated": summarise(simulated)},
        "verdicts": {
            kind: {label: dataclasses.asdict(verdict) for label, verdict in by_class.items()}
            for kind, by_class in verdicts(real, simulated, METADATA).items()
        },
    }
    arguments.out.mkdir(parents=True, exist_ok=True)
    path = arguments.out / f"realism_{arguments.part}.json"
    path.write_text(json.dumps(rounded(result), indent=1, allow_nan=False) + "\n")
    text = markdown(result)
    path.with_suffix(".md").write_text(text)
    print(text)


def rounded(value: object) -> object:
    """Four digits; NaN becomes null."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    if isinstance(value, float):
        return (
            float(f"{value:.4g}") if np.isfinite(value) and abs(value) < 1e5 else value if np.isfinite(value) else None
        )
    return value


def markdown(result: dict) -> str:
    """Tables of a result: the verdicts, then quantiles of all alerts and of each class."""
    lines = [
        f"# Real and simulated packets ({result['part']})",
        f"\n{json.dumps(result['real'])}; simulated {json.dumps(result['simulated'])}",
        f"\nprv_candidates: {json.dumps(rounded(result['prv_candidates']))}\n",
    ]
    for kind, by_class in result["verdicts"].items():
        lines += [f"\n| {kind} | alerts | AUC | gives it away (AUC lost when shuffled) |", "|---|---|---|---|"]
        lines += [verdict_row(label, Verdict(**verdict)) for label, verdict in by_class.items()]
    real, simulated = (result["summary"][side] for side in ("real", "simulated"))
    for label in real:
        for kind, title in KINDS.items():
            lines += [f"\n| {label}: {title} | real | simulated |", "|---|---|---|"]
            lines += [
                f"| {name} | {cell(value)} | {cell(simulated[label][kind][name])} |"
                for name, value in real[label][kind].items()
            ]
    return "\n".join(lines) + "\n"


def verdict_row(label: str, verdict: Verdict) -> str:
    """One line of the table of AUCs."""
    given = ", ".join(f"{name} {cost:.3f}" for name, cost in list(verdict.giveaways.items())[:6])
    return f"| {label} | {verdict.alerts} | {verdict.auc:.3f} ± {verdict.deviation:.3f} | {given} |"


def cell(value: object) -> str:
    """Three quantiles, or one number."""
    return " / ".join(f"{each:.3g}" for each in value) if isinstance(value, list) else f"{value:.3f}"


if __name__ == "__main__":
    main()
