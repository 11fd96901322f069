"""The verb that asks a person."""

import argparse
import sys
from math import isfinite
from pathlib import Path

from ..runtime.errors import AlertlabError
from .common import composed, print_json

# Workflows are imported by the verb that needs them: `alertlab --help` must not wait for torch.


def hunt(options: argparse.Namespace) -> None:
    """Verb ``hunt``."""
    words = [options.source, *options.overrides] if options.source else options.overrides
    sources = [word for word in words if "=" not in word or Path(word).exists()]  # wherever it stands
    options.overrides = [word for word in words if word not in sources]
    if len(sources) > 1:
        raise AlertlabError(f"hunt: takes one RUN, BUNDLE or SCORES; given {' '.join(sources)}")
    config = composed("hunt", options)
    if config is None:
        return
    if options.candidates is None:
        raise AlertlabError("hunt: name the table of objects with --candidates TABLE")
    if options.budget is not None and options.budget < 0:
        raise AlertlabError(f"--budget: {options.budget} is no number of questions")
    from ..workflows.hunt.begin import Asked

    asked = Asked(
        options.candidates,
        options.out,
        sources[0] if sources else None,
        options.known,
        options.person,
        options.link or "",
        options.config_dir,
        options.allow,
    )
    from ..workflows.hunt import verb

    if options.oracle:
        anomalies = [name.strip() for name in (options.anomalies or "").split(",") if name.strip()]
        replayed = verb.hunt_by_oracle(config, asked, options.oracle, anomalies, options.budget)
        if options.json:
            areas = {name: values.tolist() for name, values in replayed.discovery.areas.items()}
            ratio = [value if isfinite(value) else None for value in replayed.discovery.ratio.tolist()]
            print_json({"areas": areas, "ratio": ratio, "out": replayed.out})
            return
        from ..workflows.show import show_discovery

        show_discovery(replayed)
        return
    shown = sys.stderr if options.json else sys.stdout

    def say(line: str) -> None:
        print(line, file=shown, flush=True)

    def read(prompt: str) -> str:
        if not options.json:
            return input(prompt)
        print(prompt, end="", file=shown, flush=True)
        return input()

    result = verb.hunt(config, asked, options.budget, options.answers, options.questions, read, say)
    if options.json:
        print_json(vars(result))
        return
    from ..workflows.show import show_paths

    paths = {"questions": result.questions} if result.questions else {}
    counts = {"new answers": result.new, "asked about": result.answered, "interesting": len(result.found)}
    say("")
    show_paths({**counts, **paths, "answers": result.answers, "ranking": result.ranking, "bundle": result.bundle})
