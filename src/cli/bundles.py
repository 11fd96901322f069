"""Verbs about bundles."""

import argparse

from ..runtime.errors import AlertlabError
from .common import composed, fetched, print_json

# Workflows are imported by the verb that needs them: `alertlab --help` must not wait for torch.


def bundle_check(options: argparse.Namespace) -> None:
    """Verb ``bundle check``."""
    from ..runtime import load

    with fetched(options.bundle) as path:
        bundle = load(path)
    parity = bundle.self_test()
    if options.json:
        print_json({"bundle": options.bundle, "sha256": bundle.sha256, "parity": vars(parity)})
        return
    print(
        f"{options.bundle}: whole; {parity.n_rows} golden rows repeated to {parity.max_abs_error:.1e}, no label flipped"
    )
    print(f"sha256 {bundle.sha256}: the same as its author published?")


def bundle_info(options: argparse.Namespace) -> None:
    """Verb ``bundle info``."""
    from ..runtime import load
    from ..runtime.describe import describe

    with fetched(options.bundle) as path:
        summary = describe(load(path))
    if options.json:
        print_json(summary)
        return
    from ..workflows.show import show_paths

    show_paths(summary)


def bundle_pack(options: argparse.Namespace) -> None:
    """Verb ``bundle pack``."""
    from ..bundle import pack

    path = pack(options.bundle, options.out or options.bundle.with_suffix(".bundle.zip"))
    print_json({"bundle": path}) if options.json else print(path)


def promote(options: argparse.Namespace) -> None:
    """Verb ``promote``."""
    config = composed("compare", options)
    if config is None:
        return
    from ..workflows.promote import promote as workflow

    result = workflow(config, options.run, options.name, options.condition, options.metric, options.margin)
    if options.json:
        told = {"verdict": result.verdict, "gain": result.gain, "interval": result.interval, "p": result.p}
        before = result.before.number if result.before else None
        version = {"name": result.version.name, "version": result.version.number, "before": before}
        print_json({"promoted": result.promoted, **version, **told})
    if not result.promoted:
        raise AlertlabError(result.verdict)
    if not options.json:
        print(result.verdict)
        print(f"alertlab predict models:/{result.version.name}@champion ALERTS --out predictions.parquet")
