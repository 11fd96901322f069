"""Passwords in addresses: never shown, never written, found again in the environment."""

import os
import re
from urllib.parse import urlsplit

from ..runtime.errors import AlertlabError

HIDDEN = "***"
ADDRESS = "MLFLOW_TRACKING_URI"
LOCAL = {"", "sqlite", "file"}  # schemes of this machine
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SERVICES = {"databricks", "databricks-uc", "uc"}  # MLflow's words for one that is configured elsewhere
PERSON = re.compile(r"(?<=://)[^\s/?#]*@")
QUERY = re.compile(r"([?&][^=&\s]*(?:password|passwd|pwd|token|secret|key)[^=&\s]*=)[^&\s]+", re.IGNORECASE)


def masked(text: str) -> str:
    """A text with ``***`` for what stands before the host of an address, and for passwords behind a ``?``."""
    return QUERY.sub(rf"\g<1>{HIDDEN}", PERSON.sub(f"{HIDDEN}@", text))


def whole(uri: str) -> str:
    """An address as it connects: one that was written without its password is completed from MLFLOW_TRACKING_URI.

    Raises
    ------
    AlertlabError
        When that variable does not hold this address.
    """
    if HIDDEN not in uri:
        return uri
    given = os.environ.get(ADDRESS, "")
    if masked(given) == uri:
        return given
    raise AlertlabError(f"tracking.uri: {uri} was written without its password; set {ADDRESS} to the whole address")


def is_remote(uri: str) -> bool:
    """Whether an address may lie on another machine: one that two programs could read in two ways does."""
    plain = not set(uri) & set("\\?") and uri.isprintable()  # behind a ? drivers of databases take another host
    return uri in SERVICES or (_scheme(uri) not in LOCAL and not (plain and _host(uri) in LOOPBACK))


def refuse_foreign(uri: str, where: str) -> None:
    """Refuse an address that a file of somebody else may have named: results and the password would go there.

    Parameters
    ----------
    uri : as it stands in the file. where : key and file, for the message.

    Raises
    ------
    AlertlabError
        For another machine, unless MLFLOW_TRACKING_URI names the same one.
    """
    if is_remote(uri) and not _same_host(uri, os.environ.get(ADDRESS, "")):
        raise AlertlabError(
            f"{where}: {masked(uri)} is another machine, which would be sent this run and your password; "
            f"if it is yours, set {ADDRESS} to it"
        )


def _same_host(uri: str, given: str) -> bool:
    host = None if "\\" in uri or "?" in uri else _host(uri)
    return masked(given) == uri or (host is not None and host == _host(given))


def _scheme(uri: str) -> str:
    return uri.partition(":")[0].lower() if ":" in uri else ""


def _host(uri: str) -> str | None:
    try:
        return urlsplit(uri).hostname
    except ValueError:
        return None
