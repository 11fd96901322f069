"""Named models of MLflow's registry: versions of bundles, one of which is the champion."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..runtime.errors import AlertlabError
from .errors import asking, is_refusal
from .store import Tracker

if TYPE_CHECKING:
    from mlflow import MlflowClient

CHAMPION = "champion"  # alias of the version that others are held to
BUNDLE, SHA256 = "alertlab.bundle", "alertlab.sha256"  # tags of a version
ADDRESS = re.compile(r"(models|runs):/+([^/@]+)(?:@([^/@]+)|/([^@]+?)/*)?")


@dataclass(frozen=True)
class Version:
    """One version of a named model.

    Attributes
    ----------
    name, number : of the model, and of the version in it. run_id : whose bundle it is.
    bundle : folder among the artifacts of that run. sha256 : of the bundle's manifest, empty where it is not known.
    """

    name: str
    number: str
    run_id: str
    bundle: str
    sha256: str

    def __str__(self) -> str:
        return f"version {self.number} of {self.name} (run {self.run_id[:8]})"


class Registry:
    """The registry of a tracker's store."""

    def __init__(self, tracker: Tracker) -> None:
        self.tracker, self.uri = tracker, tracker.uri

    @property
    def client(self) -> "MlflowClient":
        """MLflow's own."""
        return self.tracker.client

    def at(self, address: str) -> Version:
        """What ``models:/NAME@ALIAS``, ``models:/NAME/VERSION``, ``runs:/RUN_ID`` or ``runs:/RUN_ID/FOLDER`` means.

        Raises
        ------
        AlertlabError
            For another form, or what is not there.
        """
        found = ADDRESS.fullmatch(address)
        kind, name, alias, rest = found.groups() if found else ("", "", None, None)
        if not kind or (alias if kind == "runs" else not (alias or rest)):
            raise AlertlabError(f"{address}: write models:/NAME@{CHAMPION}, models:/NAME/VERSION or runs:/RUN_ID")
        if kind == "runs":
            run_id = self.tracker.find(name)
            bundle = rest or self.tracker.bundle_of(run_id)
            if bundle is None:
                raise AlertlabError(f"{address}: the run has no bundle")
            return Version("", "", run_id, bundle, "")
        version = self.aliased(name, alias) if alias else self.numbered(name, str(rest))
        if version is None:
            known = self._numbers(name)
            has = f"{name} has versions {', '.join(known)}" if known else f"there is no model {name}"
            raise AlertlabError(f"{address}: {has} in {self.uri}; alertlab promote RUN registers one")
        return version

    def aliased(self, name: str, alias: str = CHAMPION) -> Version | None:
        """The version of an alias; None where there is none."""
        return self._version(lambda: self.client.get_model_version_by_alias(name, alias))

    def numbered(self, name: str, number: str) -> Version | None:
        """A version by its number; None where there is none."""
        return self._version(lambda: self.client.get_model_version(name, number))

    def register(self, name: str, run_id: str, bundle: str, sha256: str) -> Version:
        """A new version, or that which is of this run and bundle already."""
        with asking(self.uri):
            try:
                self.client.get_registered_model(name)
            except Exception as error:
                if not is_refusal(error):
                    raise
                self.client.create_registered_model(name)
            for each in self._all(name):
                if each.run_id == run_id and each.tags.get(SHA256) == sha256:
                    return _of(each)
            tags = {BUNDLE: bundle, SHA256: sha256}
            source = f"runs:/{run_id}/{bundle}"
            made = self.client.create_model_version(name, source, run_id, tags, await_creation_for=0)
        return Version(name, str(made.version), run_id, bundle, sha256)

    def crown(self, version: Version) -> None:
        """Move the alias of the champion to a version."""
        with asking(self.uri):
            self.client.set_registered_model_alias(version.name, CHAMPION, version.number)

    def tell(self, version: Version, tags: dict[str, Any]) -> None:
        """Set tags of a version."""
        with asking(self.uri):
            for name, value in tags.items():
                self.client.set_model_version_tag(version.name, version.number, name, str(value))

    def _all(self, name: str) -> list[Any]:
        quote = "'" if "'" not in name else '"'
        return list(self.client.search_model_versions(f"name={quote}{name}{quote}"))

    def _numbers(self, name: str) -> list[str]:
        with asking(self.uri):
            return sorted((str(each.version) for each in self._all(name)), key=int)

    def _version(self, ask: Any) -> Version | None:
        with asking(self.uri):
            try:
                return _of(ask())
            except AlertlabError:
                raise
            except Exception as error:
                if not is_refusal(error):
                    raise
        return None


def _of(version: Any) -> Version:
    """Ours, of MLflow's.

    Raises
    ------
    AlertlabError
        For a version that another program registered.
    """
    if not version.run_id or BUNDLE not in version.tags:
        raise AlertlabError(
            f"models:/{version.name}/{version.version}: is no bundle of alertlab; alertlab promote RUN registers one"
        )
    tags = version.tags
    return Version(version.name, str(version.version), version.run_id, tags[BUNDLE], tags.get(SHA256, ""))
