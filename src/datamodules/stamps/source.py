"""What a datamodule asks of its source."""

from collections.abc import Iterable, Iterator
from typing import Protocol, runtime_checkable

from ...alerts import Alert, Rejected
from ...alerts.fingerprint import Digest

Labelled = Iterator[tuple[Alert, str | None] | Rejected]


class Source(Protocol):
    """Where labelled alerts come from."""

    @property
    def description(self) -> str:
        """What they are, in a few words."""
        ...

    def __iter__(self) -> Labelled:
        """Every alert with its label, or the reason why it cannot be used."""
        ...


@runtime_checkable
class CacheableSource(Source, Protocol):
    """A source whose alerts, without labels, follow from something that has a version."""

    @property
    def origin(self) -> str:
        """What the origin of every alert begins with: a path, where equal alerts may lie elsewhere too."""
        ...

    def count(self) -> int | None:
        """About how many alerts there are, None where only reading them tells."""
        ...

    def fingerprint(self, digest: Digest) -> str:
        """Hexadecimal digest of everything ``alerts`` follows from; ``digest`` gives that of a file or folder."""
        ...

    def alerts(self) -> Iterator[Alert | Rejected]:
        """The alerts, which take long to read."""
        ...

    def labelled(self, alerts: Iterable[Alert | Rejected]) -> Labelled:
        """These alerts with their labels, one for one and in this order."""
        ...
