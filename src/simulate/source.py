"""Simulated alerts as a labelled source: encoded, and read back as real ones are."""

from collections.abc import Iterator

from ..alerts import Alert, Rejected
from ..alerts.packets import read_packets
from ..alerts.write import encode_packet
from .stamps import simulate_packets


class SimulatedStamps:
    """The embedded data of the stamp classifier; iterates over (alert, label) and Rejected.

    Parameters
    ----------
    n, seed, difficulty : see :func:`simulate_packets`.
    """

    def __init__(self, n: int, seed: int, difficulty: float) -> None:
        self.n, self.seed, self.difficulty = n, seed, difficulty
        simulate_packets(n, seed, difficulty=difficulty)  # checks its arguments at the call

    @property
    def description(self) -> str:
        """That they are simulated, and how."""
        return f"{self.n} simulated alerts, seed {self.seed}, difficulty {self.difficulty:g}"

    def __len__(self) -> int:
        return self.n

    def __iter__(self) -> Iterator[tuple[Alert, str] | Rejected]:
        for number, (packet, label) in enumerate(simulate_packets(self.n, self.seed, difficulty=self.difficulty)):
            for found in read_packets(encode_packet(packet), f"simulated packet {number}"):
                yield found if isinstance(found, Rejected) else (found, label)
