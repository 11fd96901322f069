"""Verbs about bundles."""

import argparse

from .common import print_json

# Workflows are imported by the verb that needs them: `alertlab --help` must not wait for torch.


def bundle_check(options: argparse.Namespace) -> None:
    """Verb ``bundle check``."""
    from ..runtime import load

    bundle = load(options.bundle)
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

    summary = describe(load(options.bundle))
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
