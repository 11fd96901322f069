"""Simulated alerts as a labelled source: encoded, and read back as real ones are."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from ...alerts import Alert, Rejected
from ...alerts.fingerprint import Digest
from ...alerts.packets import read_packets
from ...alerts.write import encode_packet
from ..digest import digest as digest_of
from .packets import simulate_packets


class SimulatedStamps:
    """The embedded data of the stamp classifier; iterates over (alert, label) and Rejected.

    Parameters
    ----------
    n, seed, difficulty : see :func:`simulate_packets`.
    """

    def __init__(self, n: int, seed: int, difficulty: float) -> None:
        self.n, self.seed, self.difficulty = n, seed, difficulty
        self.origin = ""
        simulate_packets(n, seed, difficulty=difficulty)  # checks its arguments at the call

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        return f"{self.n} simulated alerts, seed {self.seed}, difficulty {self.difficulty:g}"

    def count(self) -> int:
        """How many alerts there are."""
        return self.n

    def fingerprint(self, digest: Digest) -> str:
        """The version of ``alerts``: their arguments, and all code that has a hand in them.

        The code itself and not a number, which somebody who improves the
        simulator would forget to raise; simulating anew costs minutes.
        """
        here = Path(__file__).parent
        return digest_of((self.n, self.seed, self.difficulty), here, here.parent, here.parents[1] / "alerts")

    def alerts(self) -> Iterator[Alert | Rejected]:
        """The packets, encoded and read back; the label is a field of the candidate."""
        for number, (packet, label) in enumerate(simulate_packets(self.n, self.seed, difficulty=self.difficulty)):
            for found in read_packets(encode_packet(packet), f"simulated packet {number}"):
                if isinstance(found, Alert):
                    found = replace(found, candidate={**found.candidate, "label": label})
                yield found

    def __iter__(self) -> Iterator[tuple[Alert, str] | Rejected]:
        return self.labelled(self.alerts())

    def labelled(self, alerts: Iterable[Alert | Rejected]) -> Iterator[tuple[Alert, str] | Rejected]:
        """These alerts, which are those of ``alerts``, with their labels."""
        for found in alerts:
            yield found if isinstance(found, Rejected) else (found, found.candidate["label"])
