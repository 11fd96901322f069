"""A bundle of each task made by hand: its graph node by node, its manifest as text, its answers in loops."""

import numpy as np
import onnx
from alertlab.runtime import Ragged
from bundle_by_hand import seal, tiny_manifest
from onnx import TensorProto, helper, numpy_helper

RNG = np.random.default_rng(3)
WEIGHTS = RNG.normal(size=(3, 2)).astype(np.float32)
MEAN, SCALE = [0.5, 0.0, 1.0], [2.0, 1.0, 0.5]
KNOWN = ["star", "galaxy"]
SIZE = 4
NAMES = ("detection", "detection by class", "regression", "forecast", "generation")


def node(*arguments, **attributes):
    return helper.make_node(*arguments, **attributes)


def constant(name, value):
    return numpy_helper.from_array(np.asarray(value), name)


FEATURES = [
    node("MatMul", ["features", "weights"], ["linear"]),
    node("Identity", ["features"], ["embedding"]),
]
NODES = {
    "detection": [*FEATURES, node("ReduceSumSquare", ["linear", "last"], ["score"], keepdims=0)],
    "detection by class": [
        *FEATURES,
        node("Mul", ["linear", "linear"], ["score_by_class"]),
        node("ReduceMin", ["score_by_class", "last"], ["score"], keepdims=0),
    ],
    "regression": [
        *FEATURES,
        node("Identity", ["linear"], ["value"]),
        node("Exp", ["linear"], ["deviation"]),
    ],
    "forecast": [
        node("Split", ["light_curve", "three"], ["time", "magnitude", "present"], axis=2),
        node("Mul", ["magnitude", "present"], ["known"]),
        node("ReduceSum", ["known", "points"], ["sum"], keepdims=1),
        node("ReduceSum", ["present", "points"], ["count"], keepdims=1),
        node("Max", ["count", "one"], ["at_least_one"]),
        node("Div", ["sum", "at_least_one"], ["mean"]),
        node("Split", ["query", "two"], ["horizon", "band"], axis=2),
        node("Mul", ["horizon", "slope"], ["drift"]),
        node("Add", ["drift", "band"], ["change"]),
        node("Add", ["change", "mean"], ["column"]),
        node("Squeeze", ["column", "last_of_three"], ["value"]),
        node("Abs", ["horizon"], ["far"]),
        node("Add", ["far", "one"], ["further"]),
        node("Squeeze", ["further", "last_of_three"], ["deviation"]),
        node("Identity", ["query"], ["hidden"]),
    ],
    "generation": [
        node("Mul", ["coarse", "two_times"], ["doubled"]),
        node("Unsqueeze", ["coarse", "first"], ["one_draw"]),
        node("Unsqueeze", ["doubled", "first"], ["another"]),
        node("Concat", ["one_draw", "another"], ["field"], axis=1),
    ],
}
CONSTANTS = {
    "forecast": {
        "three": [1, 1, 1],
        "two": [1, 1],
        "points": [1],
        "one": np.float32(1),
        "slope": np.float32(0.1),
        "last_of_three": [2],
    },
    "generation": {"two_times": np.float32(2), "first": [1]},
}
IN = {
    "forecast": {"light_curve": ["n", "p", 3], "query": ["n", "q", 2]},
    "generation": {"coarse": ["n", 1, SIZE, SIZE]},
}
OUT = {
    "detection": {"score": ["n"], "embedding": ["n", 3]},
    "detection by class": {"score": ["n"], "score_by_class": ["n", 2], "embedding": ["n", 3]},
    "regression": {"value": ["n", 2], "deviation": ["n", 2], "embedding": ["n", 3]},
    "forecast": {"value": ["n", "q"], "deviation": ["n", "q"], "hidden": ["n", "q", 2]},
    "generation": {"field": ["n", 2, 1, SIZE, SIZE]},
}


def graph(name):
    """The graph of a bundle."""

    def infos(of):
        return [helper.make_tensor_value_info(each, TensorProto.FLOAT, shape) for each, shape in of.items()]

    constants = CONSTANTS.get(name, {"weights": WEIGHTS, "last": [1]})
    inputs = infos(IN.get(name, {"features": ["n", 3]}))
    tensors = [constant(each, value) for each, value in constants.items()]
    made = helper.make_graph(NODES[name], "by_hand", inputs, infos(OUT[name]), tensors)
    return helper.make_model(made, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def column(name, unit=""):
    return {"name": name, "unit": unit, "missing": None, "min": None, "max": None, "description": ""}


def entry(name, kind, shape, axes, columns=(), channels=(), steps=()):
    """One entry of ``inputs``."""
    return {
        "name": name,
        "kind": kind,
        "dtype": "float32",
        "shape": ["batch", *shape],
        "axes": axes,
        "channels": list(channels),
        "columns": [column(each) for each in columns],
        "unit": "",
        "preprocessing": list(steps),
    }


ZERO = {"op": "nan_to_num", "value": 0.0}
SCALING = {"op": "standardize", "mean": MEAN, "scale": SCALE}
TABLE = [entry("features", "features", [3], ["column"], ["a", "b", "c"], steps=[SCALING, ZERO])]
INPUTS = {
    "forecast": [
        entry(
            "light_curve",
            "sequence",
            ["light_curve_length", 2],
            ["point", "column"],
            ["time", "magnitude"],
            steps=[{"op": "append_present"}, ZERO],
        ),
        entry("query", "sequence", ["query_length", 2], ["point", "column"], ["horizon", "band"], steps=[ZERO]),
    ],
    "generation": [
        entry(
            "coarse", "image", [1, "y", "x"], ["channel", "y", "x"], channels=["density"],
            steps=[{"op": "fit", "size": SIZE}, ZERO],
        )
    ],
}  # fmt: skip
QUANTITIES = [
    {"name": name, "unit": "mag", "minimum": None, "maximum": 30.0, "group": "", "description": ""}
    for name in ("bright", "faint")
]
QUANTILES = [0.0, 0.5, 1.0, 1.0, 4.0]
REFERENCE = {
    "quantiles": QUANTILES,
    "threshold": {"score": 2.0, "false_alarm_rate": 0.05, "rows": 40},
    "usual": [[-1.0, 0.5, 2.0], None, [0.0, 0.0, 0.0]],
}
ANSWERS = {
    "detection": REFERENCE,
    "detection by class": REFERENCE | {"threshold": None, "usual": []},
    "regression": {"quantities": QUANTITIES},
    "forecast": {"bands": ["g", "r"], "unit": "mag"},
    "generation": {
        "axes": ["channel", "y", "x"],
        "channels": ["density"],
        "unit": "",
        "spacing": 1.5,
        "spacing_unit": "Mpc",
    },
}


def output(name, shape, classes=()):
    """One entry of ``outputs``."""
    free = {"q": "query_length"}
    return {
        "name": name,
        "shape": ["batch", *(free.get(side, side) for side in shape[1:])],
        "classes": list(classes),
        "taxonomy": {},
    }


def manifest(name, rows=6):
    """Its manifest, without the files."""
    outputs = [output(each, shape, KNOWN if each == "score_by_class" else ()) for each, shape in OUT[name].items()]
    changed = {
        "bundle_version": 2,
        "task": name.removesuffix(" by class"),
        "inputs": INPUTS.get(name, TABLE),
        "outputs": outputs,
        "answers": ANSWERS[name],
    }
    whole = tiny_manifest() | changed
    whole["parity"] = whole["parity"] | {"n_rows": rows}
    return whole


def rows_of(name, n=6, seed=0):
    """Raw rows, each input a list with an array a row."""
    rng = np.random.default_rng(seed)
    if name == "forecast":
        curves = [rng.normal(18, 1, (int(rng.integers(0, 9)), 2)).astype("f4") for _ in range(n)]
        asked = rng.integers(0, 4, n)
        queries = [
            np.column_stack([rng.uniform(0, 30, count), rng.integers(0, 2, count)]).astype("f4") for count in asked
        ]
        return {"light_curve": curves, "query": queries}
    if name == "generation":
        return {"coarse": [rng.normal(size=(1, *rng.integers(1, 8, 2))).astype("f4") for _ in range(n)]}
    return {"features": rng.normal(size=(n, 3)).astype("f4")}


def ragged(rows):
    """The same as the runtime keeps them."""
    return {
        name: values if isinstance(values, np.ndarray) else Ragged.of(values, images=name == "coarse")
        for name, values in rows.items()
    }


def reference(name, rows):
    """Output -> what it is of each row, in loops and float64."""
    if name == "forecast":
        value, deviation = [], []
        for curve, query in zip(rows["light_curve"], rows["query"], strict=True):
            mean = curve[:, 1].astype(float).mean() if len(curve) else 0.0
            value.append(np.array([mean + 0.1 * horizon + band for horizon, band in query.astype(float)]))
            deviation.append(np.array([1 + abs(horizon) for horizon, _ in query.astype(float)]))
        return {"value": value, "deviation": deviation, "hidden": [query.astype(float) for query in rows["query"]]}
    if name == "generation":
        made = []
        for image in rows["coarse"]:
            field = np.zeros((1, SIZE, SIZE))
            for y in range(SIZE):
                for x in range(SIZE):
                    at = [
                        place + (side - SIZE) // 2 if side >= SIZE else place - (SIZE - side) // 2
                        for place, side in zip((y, x), image.shape[1:], strict=True)
                    ]
                    if all(0 <= place < side for place, side in zip(at, image.shape[1:], strict=True)):
                        field[0, y, x] = image[0, at[0], at[1]]
            made.append(np.stack([field, 2 * field]))
        return {"field": made}
    scaled = (rows["features"].astype(float) - MEAN) / SCALE
    linear = scaled @ WEIGHTS.astype(float)
    if name == "regression":
        return {"value": linear, "deviation": np.exp(linear), "embedding": scaled}
    if name == "detection":
        return {"score": (linear**2).sum(1), "embedding": scaled}
    return {"score": (linear**2).min(1), "score_by_class": linear**2, "embedding": scaled}


def write(folder, name, rows=6):
    """A complete bundle folder."""
    folder.mkdir(parents=True)
    onnx.save(graph(name), folder / "model.onnx")
    given = rows_of(name, rows)
    arrays = {}
    answers = {
        each: Ragged.of(values) if name == "forecast" else np.array(values)
        for each, values in reference(name, given).items()
    }
    for end, named in (("input", ragged(given)), ("output", answers)):
        for each, values in named.items():
            parts = vars(values) if isinstance(values, Ragged) else {"values": values}
            ends = {"values": "", "offsets": ".offsets", "shapes": ".shapes"}
            arrays |= {f"{end}.{each}{ends[part]}": one for part, one in parts.items() if one is not None}
    np.savez(folder / "golden.npz", **arrays)
    for file, text in {"README.md": "#", "LICENSE": "none", "config.yaml": "", "evaluation.json": "{}\n"}.items():
        (folder / file).write_text(text)
    return seal(folder, manifest(name, rows))
