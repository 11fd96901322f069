"""Which of the two classes each forest finds, question by question.

python experiments/expert_loop/which.py MACHO_FATS_features.csv.gz
"""

import sys
from pathlib import Path

import numpy as np
from alertlab.config import compose
from alertlab.workflows.hunt.begin import Prepared, loop_of
from alertlab.workflows.hunt.candidates import read_candidates
from alertlab.workflows.hunt.oracle import asked, read_truth

CLASSES = {"QSO": "3", "CEP": "5"}
FORESTS, SEEDS, QUESTIONS = ("aad_forest", "pine_forest"), (1, 2, 3), 200


def main(path: Path) -> None:
    """Print a row a forest and seed: objects of each class among those that were looked at."""
    print("forest,seed," + ",".join(CLASSES))
    candidates = read_candidates(path, "MACHO_Id", ["Class"], [])
    names = candidates.samples.object_id
    of = {name: read_truth(path, "MACHO_Id", "Class", [code], names).wanted for name, code in CLASSES.items()}
    wanted = np.any(list(of.values()), axis=0)
    for forest in FORESTS:
        for seed in SEEDS:
            loop = loop_of(compose("hunt", [f"forest={forest}"]), Prepared(candidates, None, None), seed)
            asked(loop, wanted, np.ones(len(wanted), bool), QUESTIONS)
            rows = [row for row, is_wanted in loop.wanted.items() if is_wanted]
            print(f"{forest},{seed}," + ",".join(str(int(each[rows].sum())) for each in of.values()), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
