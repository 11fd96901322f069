"""Which forest is the default: decided on classes, and seeds, that the published comparison does not use.

    python experiments/expert_loop/choice.py MACHO_FATS_features.csv.gz

Pairs of other classes of MACHO are the anomalies, 80 objects of each class, which makes them as rare as those of the
comparison; the rest of the pair is left out.
"""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
from alertlab.config import compose
from alertlab.evaluation.detection.discovery import found_by
from alertlab.workflows.hunt.begin import Prepared, loop_of
from alertlab.workflows.hunt.candidates import Candidates, read_candidates
from alertlab.workflows.hunt.oracle import asked, passive_scores, read_truth

PAIRS = {"Be and LPV": ("4", "9"), "EB and microlensing": ("7", "8"), "RRL and microlensing": ("6", "8")}
PAIRS |= {"Be and EB": ("4", "7")}
FORESTS = ("aad_forest", "pine_forest")
SEEDS, RARE, QUESTIONS = (101, 102), 80, 200


def rare(path: Path, pair: tuple[str, str], seed: int) -> tuple[Candidates, np.ndarray]:
    """The candidates with so few of a pair, and which they are."""
    everything = read_candidates(path, "MACHO_Id", ["Class"], [])
    names = everything.samples.object_id
    of = [read_truth(path, "MACHO_Id", "Class", [name], names).wanted for name in pair]
    kept, random = ~np.any(of, axis=0), np.random.default_rng(seed)
    for each in of:
        kept[random.choice(np.flatnonzero(each), RARE, replace=False)] = True
    return replace(everything, samples=everything.samples.take(kept)), np.any(of, axis=0)[kept]


def main(path: Path) -> None:
    """Print a row a pair, seed and forest."""
    print("pair,seed,forest,area,area_passive,ratio")
    for pair, classes in PAIRS.items():
        for seed in SEEDS:
            candidates, wanted = rare(path, classes, seed)
            for forest in FORESTS:
                config = compose("hunt", [f"forest={forest}"])
                loop = loop_of(config, Prepared(candidates, None, None), seed)
                passive = found_by(passive_scores(loop, seed), wanted, QUESTIONS).sum()
                active = asked(loop, wanted, np.ones(len(wanted), bool), QUESTIONS).sum()
                print(f"{pair},{seed},{forest},{active:.0f},{passive:.0f},{active / passive:.2f}", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
