"""What goes wrong with a store."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..runtime.errors import AlertlabError

REFUSALS = {"INVALID_PARAMETER_VALUE", "RESOURCE_DOES_NOT_EXIST", "PERMISSION_DENIED"}


class StoreError(AlertlabError):
    """The MLflow store does not answer."""


def unreachable() -> tuple[type[Exception], ...]:
    """What is raised when the store is not there, for now; see :func:`is_refusal`."""
    from mlflow.exceptions import MlflowException
    from sqlalchemy.exc import SQLAlchemyError

    return StoreError, MlflowException, SQLAlchemyError, OSError


def unopened() -> tuple[type[Exception], ...]:
    """What is raised when a store cannot be opened."""
    from alembic.util import CommandError

    return *unreachable(), CommandError


def is_refusal(error: Exception) -> bool:
    """Whether the store answered, and will never take this."""
    return getattr(error, "error_code", None) in REFUSALS


def one_line(error: Exception) -> str:
    """All that an error says, on one line: the remedy is often at its end. Statements of SQL are left out."""
    return " ".join(str(error).split("\n[SQL:")[0].split()) or type(error).__name__


def cannot_open(uri: str, error: Exception) -> str:
    """Why a store was not opened, with the remedy where MLflow or we know one."""
    import mlflow

    found = re.search(r"found version (\w+)|revision identified by '(\w+)'", str(error))
    if not found:
        fails = "cannot reach" if "://" in uri and not uri.startswith("sqlite") else "cannot open"
        return f"{fails} {uri} ({one_line(error)})"
    revision = found[1] or found[2]
    versions = Path(mlflow.__file__).parent / "store" / "db_migrations" / "versions"
    if revision == "None" or any(versions.glob(f"{revision}_*.py")):
        return f"{uri} has the tables of an older MLflow; make a backup, then: mlflow db upgrade {uri}"
    return (
        f"{uri} has tables of a newer MLflow than {mlflow.__version__}; pip install --upgrade mlflow, or name another"
    )


@contextmanager
def asking(uri: str) -> Iterator[None]:
    """What a store does not answer, or refuses, is a `StoreError` that names it."""
    try:
        yield
    except StoreError:
        raise
    except unreachable() as error:
        says = "MLflow refuses" if is_refusal(error) else "no answer from"
        raise StoreError(f"tracking.uri: {says} {uri} ({one_line(error)})") from error
