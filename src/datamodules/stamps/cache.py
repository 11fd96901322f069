"""Decoded alerts, kept for the next training."""

from pathlib import Path

from ...alerts.fingerprint import Digest
from ...core.progress import track
from .source import CacheableSource
from .stored import STAMP_BYTES, StoredAlerts, write_alerts


class KeptAlerts:
    """The alerts of a source, as a cache keeps them.

    Parameters
    ----------
    source : where they come from.
    """

    unkept = "alerts are decoded for this run alone, their stamps stay in memory"

    def __init__(self, source: CacheableSource) -> None:
        self.source = source

    @property
    def description(self) -> str:
        """What they are."""
        return self.source.description

    @property
    def bytes(self) -> int | None:
        """Of their stamps."""
        count = self.source.count()
        return None if count is None else count * STAMP_BYTES

    def fingerprint(self, digest: Digest) -> str:
        """Of the source."""
        return self.source.fingerprint(digest)

    def write(self, folder: Path, digest: Digest) -> None:
        """Decode them."""
        alerts = track(self.source.alerts(), "decoding alerts", self.source.count())
        write_alerts(folder, alerts, digest, self.source.origin)

    def opened(self, folder: Path, digest: Digest) -> StoredAlerts:
        """Those that lie in a folder."""
        return StoredAlerts(folder, digest, self.source.origin)
