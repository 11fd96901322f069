"""The model card: what a person reads before using a bundle."""

import json
from collections.abc import Sequence
from typing import Any

from ..runtime.manifest import InputSpec, Manifest
from ..runtime.tasks import task_named
from .details import BundleDetails
from .encode import plain
from .results import class_rows, summary_rows

HUB_METRICS = {  # ours -> as the Hugging Face hub calls it
    "accuracy": "accuracy",
    "macro_precision": "precision",
    "macro_recall": "recall",
    "macro_f1": "f1",
    "macro_roc_auc": "roc_auc",
}


def model_card(folder: str, manifest: Manifest, details: BundleDetails) -> str:
    """README.md of a bundle, in Markdown with the hub's front matter.

    Parameters
    ----------
    folder : name of the bundle, as the example loads it.
    """
    sections = (
        front_matter(manifest, details),
        "\n\n".join(
            filter(None, [f"# {manifest.name} {manifest.version}", manifest.description, trained_on(manifest)])
        ),
        "## Use\n\n" + usage(folder, manifest),
        "## What it takes\n\n" + "\n\n".join(takes(spec, manifest) for spec in manifest.raw),
        "## What it returns\n\n" + returns(manifest),
        "## Results\n\n" + results(details),
        "## Limits\n\n" + limits(manifest),
        "## Provenance\n\n" + provenance(manifest),
    )
    return "\n\n".join(sections) + "\n"


def front_matter(manifest: Manifest, details: BundleDetails) -> str:
    """The YAML that the hub indexes; JSON strings are YAML strings."""
    mean = (details.evaluation or {}).get("mean") or {}
    lines = {
        "license": manifest.license.lower(),
        "library_name": "alertlab",
        "tags": ["astronomy", "time-domain", "onnx", manifest.task],
        "metrics": [name for ours, name in HUB_METRICS.items() if ours in mean],
    }
    return "\n".join(["---", *(f"{key}: {json.dumps(value)}" for key, value in lines.items()), "---"])


def trained_on(manifest: Manifest) -> str:
    """Which data, and which before; where they are simulated, their name says so."""
    name = (manifest.training.get("dataset") or {}).get("name")
    before = (manifest.training.get("init_from") or {}).get("data")
    began = f" It began with weights trained on {before}." if before else ""
    return f"Trained and tested on: {name}.{began}" if name else ""


def usage(folder: str, manifest: Manifest) -> str:
    """An example that runs where the bundle lies."""
    return f"""```python
from alertlab import runtime  # needs numpy and onnxruntime only

bundle = runtime.load({json.dumps(folder)})
bundle.self_test()  # replays its golden rows on this machine

inputs, _ = bundle.golden()  # rows it was exported with: put your own arrays in their place
prediction = bundle.predict(inputs)
{task_named(manifest.task).example}
```

In a shell: `python -m alertlab.runtime check {folder}`."""


def takes(spec: InputSpec, manifest: Manifest) -> str:
    """One input: shape, unit, columns, preprocessing."""
    text = f"### `{spec.name}`\n\n{spec.kind}, float32 (n, {spec.layout})" + (f", in {spec.unit}" if spec.unit else "")
    if spec.channels:
        text += f"; channels: {', '.join(spec.channels)}"
    text += ". Give raw values, NaN where unknown."
    ways = [each.preprocessing for each in manifest.inputs if spec.name in (each.name, each.source)]
    applied = [", ".join(operation["op"] for operation in steps) for steps in ways if steps]
    if applied:
        text += f" The bundle itself applies: {'; for another part of the graph: '.join(applied)}."
    if spec.feature_set and spec.kind == "features":
        features = spec.feature_set
        text += (
            f" These are alertlab's features {features.name}, version {features.version} "
            f"(definition {features.sha256[:12]}): of another definition they mean something else."
        )
    if spec.columns:
        header = ("column", "unit", "stands for unknown", "minimum", "maximum", "description")
        rows = [(c.name, c.unit, c.missing, c.minimum, c.maximum, c.description) for c in spec.columns]
        text += "\n\n" + table(header, rows)
    return text


def returns(manifest: Manifest) -> str:
    """The answers, and the rule that decides where there is one."""
    lines = task_named(manifest.task).describe(manifest)
    return "\n\n".join(f"{name[:1].upper()}{name[1:]}: {words}." for name, words in lines.items())


def results(details: BundleDetails) -> str:
    """Mean and spread of every metric, and a table by class."""
    evaluation = plain(details.evaluation or {})
    summary, classes = summary_rows(evaluation), class_rows(evaluation)
    if not summary and not classes:
        return "No evaluation came with this bundle."
    parts = [f"On the {evaluation.get('part', 'evaluated')} part; `evaluation.json` has more."]
    if summary:
        parts.append(table(("metric", "value"), summary))
    if classes:
        parts.append(table(("class", "precision", "recall", "F1", "support"), classes))
    for each in evaluation.get("tables") or []:
        title = str(each.get("title", "table"))
        parts += [f"{title[:1].upper()}{title[1:]}:", table(each.get("header", []), each.get("rows", []))]
    return "\n\n".join(parts)


def limits(manifest: Manifest) -> str:
    """What the facts at hand say against using it blindly."""
    first, *others = task_named(manifest.task).limits
    everywhere = "those it was trained on; another survey, depth or selection needs its own."
    lines = [f"- {each}" for each in (first, f"The results hold for data like {everywhere}", *others)]
    counts = (manifest.training.get("dataset") or {}).get("n_per_class") or {}
    if counts:
        rarest = min(counts, key=counts.__getitem__)
        lines.append(f"- The rarest class in training, {rarest}, had {counts[rarest]} samples.")
    return "\n".join(lines)


def provenance(manifest: Manifest) -> str:
    """Who, when, from which data and code, and how exact the export is."""
    parity = manifest.parity
    rows = {
        "authors": ", ".join(manifest.authors),
        "doi": manifest.doi,
        "created": manifest.created,
        "license": manifest.license,
        **flatten(manifest.training),
        "graph": f"ONNX opset {manifest.onnx.opset}, IR {manifest.onnx.ir_version}",
        "export": f"{parity.n_rows} golden rows, largest difference to the trained model {parity.max_abs_error:.2g}, "
        f"{parity.label_flips} label flips",
    }
    return table(("", ""), [(key, value) for key, value in rows.items() if value not in (None, "")])


def flatten(content: Any, prefix: str = "") -> dict[str, Any]:
    """``{"a": {"b": 1}}`` as ``{"a.b": 1}``."""
    flat: dict[str, Any] = {}
    for key, value in content.items():
        flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def table(header: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """A Markdown table; None is an empty cell."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(cell(value) for value in line) + " |" for line in lines)


def cell(value: Any) -> str:
    """A value that stays within its cell."""
    text = f"{value:g}" if isinstance(value, float) else "" if value is None else str(value)
    return text.replace("|", "\\|").replace("\n", " ")
