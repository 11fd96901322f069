"""Which way a metric is better."""

LOWER = {"rmse", "mae", "log_loss", "expected_calibration_error", "brier", "false_alarms"}
ENDS = ("_loss", "_error")
SPELT = {"f1": "F1", "roc": "ROC", "auc": "AUC", "auroc": "AUROC", "rmse": "RMSE", "mae": "MAE", "chi2": "chi-squared"}
NEITHER = {"bias", "reduced_chi2", "coverage_1_sigma", "coverage_2_sigma", "draw_spread", "spearman"}


def direction(metric: str) -> int:
    """1 where more is better, -1 where less is, 0 where neither: what has its best value in between.

    Parameters
    ----------
    metric : its name, with ``top/`` before it or a class behind it.
    """
    score = score_of(metric)
    if score in NEITHER:
        return 0
    return -1 if score in LOWER or score.endswith(ENDS) else 1


def score_of(metric: str) -> str:
    """What is measured, of whatever: ``recall`` of ``top/recall/Transient``, ``log_loss`` of itself."""
    return metric.removeprefix("top/").partition("/")[0]


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
