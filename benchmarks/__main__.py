"""Every benchmark, one command: ``python -m benchmarks`` measures all and writes docs/benchmarks.md.

python -m benchmarks                  # an hour or so; leave the machine to it
python -m benchmarks train inference  # some of them; the others stay as they were measured
python -m benchmarks --quick          # seconds each, proves that they run, writes nothing
"""

import argparse
from importlib import import_module
from pathlib import Path

from .table import commit, provenance, put

NAMES = ("decode", "train", "inference", "first_batch", "night", "features", "features_many", "forest", "sequences")
NAMES += ("sweeps", "compare", "neighbours", "spectra")
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure what is asked for; each result is written when it is there."""
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"among {', '.join(NAMES)}; none is all")
    parser.add_argument("--quick", action="store_true", help="tiny sizes, and nothing written")
    asked = parser.parse_args()
    unknown = sorted(set(asked.names) - set(NAMES))
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(NAMES)}")
    measured = commit()  # before the page is changed
    for name in asked.names or NAMES:
        module = import_module(f".{name}", __package__)
        table = module.measure(module.options().parse_args(module.QUICK if asked.quick else ()))
        print(f"{name}\n\n{table}\n", flush=True)
        if not asked.quick:
            how = provenance(f"python -m benchmarks {name}", measured, module.PACKAGES)
            PAGE.write_text(put(PAGE.read_text(), name, f"{table}\n\n{how}"))


if __name__ == "__main__":
    main()
