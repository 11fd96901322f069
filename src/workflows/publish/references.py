"""Which papers a run rests on, and their BibTeX."""

import re
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

ENTRY = re.compile(r"^@\w+\{(\w+),.*?^\}\n", re.MULTILINE | re.DOTALL)
ALERTLAB, MLFLOW, OPTUNA, ASTROPY = (
    "alertlab",
    "Zaharia2018",
    "Akiba2019",
    ("Astropy2013", "Astropy2018", "Astropy2022"),
)
NETWORKS, SKLEARN, IMBALANCED = ("Paszke2019", "Falcon2019"), ("Pedregosa2011",), ("Pedregosa2011", "Lemaitre2017")

MODELS: Mapping[str, tuple[str, ...]] = {  # class of alertlab.models -> papers of the method
    "StampClassifier": ("CarrascoDavis2021",),
    "HierarchicalBalancedForest": ("SanchezSaez2021", "Chen2004"),
    "FlatBalancedForest": ("Chen2004",),
    "MomentsForest": ("Chen2004",),
    "PlainForest": ("Breiman2001",),
    "GradientBoosting": ("Friedman2001",),
    "IsolationForestDetector": ("Liu2008",),
    "McIsolationForest": ("Liu2008",),
    "OneClassSVM": ("Schoelkopf2001",),
    "DeepSVDD": ("Ruff2018",),
    "VariationalAutoencoder": ("Kingma2013",),
    "ContextualDetector": ("SanchezSaez2021b",),
}
LIBRARIES: Mapping[str, tuple[str, ...]] = {  # likewise -> libraries that fit it; networks tell themselves by epochs
    "HierarchicalBalancedForest": IMBALANCED,
    "FlatBalancedForest": IMBALANCED,
    "MomentsForest": IMBALANCED,
    "PlainForest": SKLEARN,
    "GradientBoosting": SKLEARN,
    "Perceptron": SKLEARN,
    "IsolationForestDetector": SKLEARN,
    "McIsolationForest": SKLEARN,
    "OneClassSVM": SKLEARN,
    "NearestNeighbours": SKLEARN,
}
EXPERIMENTS: Mapping[str, tuple[str, ...]] = {  # name of an experiment -> papers of its recipe
    "stamp_classifier": ("CarrascoDavis2021",),
    "light_curve_classifier": ("SanchezSaez2021",),
    "outlier_detector": ("PerezCarrasco2023",),
    "changing_state_agn": ("SanchezSaez2021b",),
    "transient_anomalies": ("Villar2021",),
    "gaia_fidelity": ("Rybizki2022",),
}
DATA: Mapping[str, tuple[str, ...]] = {  # a word of what the data are called -> papers
    "ZTF": ("Bellm2019",),
    "BTS": ("Fremling2020", "Perley2020"),
    "ALeRCE": ("Forster2021",),
    "Gaia": ("GaiaCollaboration2016",),
}
LICENCE = "howpublished = {Software, BSD-3-Clause}"  # last of alertlab's own entry
DOORS = (".fits", ".fit", ".vot", ".votable", ".ecsv")  # files that astropy reads


def papers_of(config: Mapping[str, Any]) -> tuple[str, ...]:
    """Of the method and the recipe, of the model that a run's config names."""
    model = model_of(config)
    found = (*EXPERIMENTS.get(str(config.get("name")), ()), *MODELS.get(model, ()))
    return tuple(dict.fromkeys(found))


def papers_of_data(data: str) -> tuple[str, ...]:
    """By what the data are called; of simulated ones none."""
    if "simulated" in data.lower():
        return ()
    return tuple(key for word, keys in DATA.items() if re.search(rf"\b{word}\b", data) for key in keys)


def libraries_of(config: Mapping[str, Any], epochs: bool) -> tuple[str, ...]:
    """What a run's model was fitted with."""
    return NETWORKS if epochs else LIBRARIES.get(model_of(config), ())


def reads_with_astropy(datamodule: Any) -> bool:
    """Whether a file that a datamodule names is one of astropy's."""
    if isinstance(datamodule, Mapping):
        return any(map(reads_with_astropy, datamodule.values()))
    return isinstance(datamodule, str) and datamodule.lower().removesuffix(".gz").endswith(DOORS)


def model_of(config: Mapping[str, Any]) -> str:
    """Name of the class of its model; of one of somebody else's package the whole path."""
    target = str((config.get("model") or {}).get("_target_", ""))
    return target.removeprefix("alertlab.models.")


def library() -> dict[str, str]:
    """Key -> entry of the file of all references."""
    text = files(__package__).joinpath("references.bib").read_text(encoding="utf-8")
    return {found[1]: found[0] for found in ENTRY.finditer(text)}


def bibtex(keys: Sequence[str], version: str | None = None) -> str:
    """These entries, in this order.

    Parameters
    ----------
    version : of the alertlab that made the run, None where it is unknown.
    """
    known = library()
    entries = [known[key] for key in dict.fromkeys(keys)]
    text = "\n".join(entries)
    return text.replace(LICENCE, f"{LICENCE},\n  note = {{version {version}}}") if version else text
