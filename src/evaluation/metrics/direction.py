"""Which way a metric is better."""

LOWER = {"rmse", "mae", "log_loss", "expected_calibration_error", "brier", "false_alarms", "noise_chi2"}
ENDS = ("_loss", "_error")
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
