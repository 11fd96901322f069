"""What goes wrong with a store."""

from ..runtime.errors import AlertlabError

REFUSALS = {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "PERMISSION_DENIED"}


class StoreError(AlertlabError):
    """The MLflow store does not answer."""


def unreachable() -> tuple[type[Exception], ...]:
    """What is raised when the store is not there, for now; see :func:`is_refusal`."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    return StoreError, MlflowException, SQLAlchemyError, OSError


def is_refusal(error: Exception) -> bool:
    """Whether the store answered, and will never take this."""
    return getattr(error, "error_code", None) in REFUSALS
