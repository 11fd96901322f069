"""A feature set in words, for the terminal and for the documentation: written once, beside the kernels."""

import sys
import textwrap
from dataclasses import replace

from .named_sets import SETS
from .sets import AND, FLUX, Feature, FeatureSet, feature_set

INDENT = "    "


def listing(features: FeatureSet) -> str:
    """Every feature of a set: name, unit, minimum number of points, formula, when it is undefined, source."""
    head = f"{features.name} {features.version}: {len(features.features)} features, sha256 {features.sha256[:12]}"
    return "\n".join([head, *(_paragraph(names, each, features.unit(each)) for names, each in _grouped(features))])


def page() -> str:
    """Every feature there is, as Markdown tables: what docs/features_list.md holds."""
    every = feature_set("all")
    known = {id(each.kernel) for each in every.features}
    of_data = feature_set(AND.join(name for name, each in SETS.items() if each.bands is None), ("BLUE", "RED"), FLUX)
    others = replace(of_data, features=tuple(each for each in of_data.features if id(each.kernel) not in known))
    return "\n\n".join(
        [
            "## Of g and r, as published",
            _table(every),
            "## Of the bands of the data, beside those",
            "BLUE and RED stand for two neighbouring bands; the units are those of light curves in flux.",
            _table(others),
        ]
    )


def _table(features: FeatureSet) -> str:
    published = set(feature_set("alerce152").names)
    rows = [
        f"| {' '.join(f'`{name}`' for name in names)} | {features.unit(each) or '-'} | {_plain(each.text.formula)} | "
        f"{each.kernel.minimum} | {_plain(each.kernel.undefined) or '-'} | "
        f"{'yes' if each.name in published else 'no'} | {each.kernel.source} |"
        for names, each in _grouped(features)
    ]
    head = "| feature | unit | formula | points | NaN | in `alerce152` | source |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def _grouped(features: FeatureSet) -> list[tuple[list[str], Feature]]:
    """Features with the names that they have in all bands."""
    groups: dict[tuple[int, int], tuple[list[str], Feature]] = {}
    for each in features.features:
        groups.setdefault((id(each.kernel), each.place), ([], each))[0].append(each.name)
    return list(groups.values())


def _paragraph(names: list[str], each: Feature, unit: str) -> str:
    unit = f" [{unit}]" if unit else ""
    kernel = each.kernel
    points = "point" if kernel.minimum == 1 else "points"
    undefined = f"; NaN {kernel.undefined}" if kernel.undefined else ""
    text = f"{each.text.formula}. At least {kernel.minimum} {points}{undefined}. {kernel.source}."
    return f"\n{', '.join(names)}{unit}\n" + textwrap.fill(
        text, 110, initial_indent=INDENT, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
    )


def _plain(text: str) -> str:
    return text.replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":  # python -m alertlab.features.listing > docs/features_list.md
    sys.stdout.write(f"# Features\n\n{page()}\n")
