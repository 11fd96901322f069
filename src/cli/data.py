"""Verbs about alerts and light curves: simulate them, compute their features, classify them."""

import argparse
from collections.abc import Mapping
from pathlib import Path

from ..runtime.errors import AlertlabError
from .common import composed, fetched, print_json

# Workflows are imported by the verb that needs them: `alertlab --help` must not wait for torch.


def predict(options: argparse.Namespace) -> None:
    """Verb ``predict``."""
    from ..workflows.predict.dispatch import predict as workflow

    if options.by_class and options.coverage is None:
        raise AlertlabError("--by-class: is of sets; give --coverage 0.9 too")
    with fetched(options.bundle) as bundle:
        result = workflow(
            bundle,
            options.alerts,
            options.out,
            options.strict,
            coverage=options.coverage,
            by_class=options.by_class,
            non_detections=options.non_detections,
            overrides=options.overrides,
            folders=options.config_dir,
            allowed=options.allow,
        )
    paths = {"predictions": result.predictions, "rejected": result.rejected}
    if options.json:
        counts = {"classified": result.classified, "reasons": result.reasons, "dropped": result.dropped}
        expected = {name: {"number": number, "std": std} for name, (number, std) in result.expected.items()}
        print_json({**paths, **counts, "unknown": result.unknown, "expected": expected, "set_sizes": result.set_sizes})
        return
    from ..workflows.show import show_classified, show_counts, show_paths, show_unknown

    show_classified(result.classified, result.expected)
    show_counts("classes in a set", {str(size): rows for size, rows in result.set_sizes.items()}, "rows")
    show_counts("rejected", result.reasons, "number")
    show_counts("dropped", result.dropped, "rows")
    show_unknown(result.unknown)
    show_paths(paths)
    if not result.classified:
        raise AlertlabError(f"{options.alerts}: nothing could be used; {_why(result.dropped, result.rejected)}")


def features(options: argparse.Namespace) -> None:
    """Verb ``features``."""
    words = [options.path, *options.overrides] if options.path else options.overrides
    paths = [word for word in words if "=" not in word or Path(word).exists()]  # HATS has folders with "="
    options.overrides = [word for word in words if word not in paths]
    config = composed("features", options)
    if config is None:
        return
    if options.list:
        from ..features.listing import listing
        from ..workflows.features import listed

        print(listing(listed(config)))
        return
    if len(paths) != 1:
        given = f"{len(paths)} were given: {' '.join(paths)}" if paths else "none was given"
        raise AlertlabError(f"features: name one PATH of light curves; {given}")
    if options.explain:
        from ..workflows.features import explain_object

        for name, reason in explain_object(config, Path(paths[0]), options.non_detections, options.explain):
            print(f"{name:<32}{reason}")
        return
    if options.out is None:
        raise AlertlabError("features: name the Parquet file of features with --out FILE")
    from ..workflows.features import features as workflow

    result = workflow(config, Path(paths[0]), options.non_detections, options.out)
    if options.json:
        print_json({**vars(result), "throughput": result.throughput})
    else:
        from ..workflows.show import show_features

        show_features(result)
    if not result.objects:
        raise AlertlabError(f"{paths[0]}: no object could be used; {_why(result.dropped, result.rejected)}")


def _why(dropped: Mapping[str, int], rejected: Path) -> str:
    """What was dropped, which rejected objects do not say: rows without a name are of none."""
    counts = ", ".join(f"{count} {reason}" for reason, count in dropped.items())
    return f"dropped: {counts}; rejected: {rejected}" if counts else f"{rejected} says why"


def clusters(options: argparse.Namespace) -> None:
    """Verb ``clusters``."""
    config = composed("clusters", options)
    if config is None:
        return
    from ..workflows.clusters import clusters as workflow

    with fetched(options.bundle) as bundle:
        result = workflow(config, bundle, options.catalogue, options.out, options.number)
    if options.json:
        print_json(vars(result))
        return
    from ..workflows.show import show_counts, show_paths

    show_counts("left out", dict(result.dropped), "stars")
    print(f"{result.found} candidates among {result.searched} stars, {result.likely} more likely clusters than not")
    show_paths({"candidates": result.candidates, "members": result.members, "page": result.page})
