"""A feature set in words, for the terminal and for the documentation: written once, beside the kernels."""

import sys
import textwrap

from .sets import Feature, FeatureSet, feature_set

INDENT = "    "


def listing(features: FeatureSet) -> str:
    """Every feature of a set: name, unit, minimum number of points, formula, when it is undefined, source."""
    head = f"{features.name} {features.version}: {len(features.features)} features, sha256 {features.sha256[:12]}"
    return "\n".join([head, *(_paragraph(names, each) for names, each in _grouped(features))])


def page() -> str:
    """Every feature there is, as a Markdown table: what docs/features_list.md holds."""
    published = set(feature_set("alerce152").names)
    rows = [
        f"| {' '.join(f'`{name}`' for name in names)} | {each.text.unit or '-'} | {_plain(each.text.formula)} | "
        f"{each.kernel.minimum} | {_plain(each.kernel.undefined) or '-'} | "
        f"{'yes' if each.name in published else 'no'} | {each.kernel.source} |"
        for names, each in _grouped(feature_set("all"))
    ]
    head = "| feature | unit | formula | points | NaN | in `alerce152` | source |"
    return "\n".join([head, "|---|---|---|---|---|---|---|", *rows])


def _grouped(features: FeatureSet) -> list[tuple[list[str], Feature]]:
    """Features with the names of all bands of each."""
    groups: dict[tuple[int, int], tuple[list[str], Feature]] = {}
    for each in features.features:
        groups.setdefault((id(each.kernel), each.place), ([], each))[0].append(each.name)
    return list(groups.values())


def _paragraph(names: list[str], each: Feature) -> str:
    unit = f" [{each.text.unit}]" if each.text.unit else ""
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
