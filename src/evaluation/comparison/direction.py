"""How metrics are grouped, and said in words, where runs are compared."""

from ..metrics.direction import direction, score_of

__all__ = ["direction", "family", "score_of", "words"]

SPELT = {"f1": "F1", "roc": "ROC", "auc": "AUC", "auroc": "AUROC", "rmse": "RMSE", "mae": "MAE", "chi2": "chi-squared"}


def family(metric: str) -> str:
    """Metrics of one score by class are read together: those of one family are corrected together."""
    level = "top/" if metric.startswith("top/") else ""
    _, part, _ = metric.removeprefix(level).partition("/")
    return f"{level}{score_of(metric)}{part}"


def words(metric: str) -> str:
    """A metric in a sentence: ``macro F1 of the top level``, ``recall of SNIa``."""
    level = metric.startswith("top/")
    score, _, part = metric.removeprefix("top/").partition("/")
    text = " ".join(SPELT.get(word, word) for word in score.split("_"))
    return text + (f" of {part}" if part else "") + (" of the top level" if level else "")
