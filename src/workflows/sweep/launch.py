"""Where workers run: processes of this machine, or jobs of a cluster."""

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from ...core.cores import cores
from ...features.processes import start_worker
from ...runtime.errors import AlertlabError

LINES = 3  # of the log of a worker that failed, to be shown


@dataclass(frozen=True)
class Duty:
    """What workers are to do: ``work(*arguments, number, threads)``.

    Attributes
    ----------
    work : a function of a module. arguments : that travel to another process.
    workers : how many there are. logs : folder of what they say.
    """

    work: Callable[..., None]
    arguments: tuple[Any, ...]
    workers: int
    logs: Path

    def log(self, number: int) -> Path:
        """What a worker of this machine says."""
        return self.logs / f"worker_{number}.log"


class Worker(Protocol):
    """One worker, wherever it is."""

    def ended(self) -> bool:
        """Whether it is over, well or not."""
        ...

    def fault(self) -> str:
        """Of one that is over: why it failed, "" where it did not."""
        ...

    def stop(self) -> None:
        """Ask it to end its trial and itself."""
        ...

    def kill(self, seconds: float) -> None:
        """End it after so long if it has not ended by then."""
        ...


class Launcher(Protocol):
    """What ``conf/launcher/`` names."""

    def start(self, duty: Duty, number: int) -> Worker:
        """Begin worker ``number``."""
        ...


class Processes:
    """Processes of this machine, which share its cores."""

    def start(self, duty: Duty, number: int) -> Worker:
        """Begin a process."""
        return OwnProcess(duty, number)


class OwnProcess:
    """A worker that is a new process: a copy of one that has threads can stop for ever."""

    def __init__(self, duty: Duty, number: int) -> None:
        threads = max(1, cores() // duty.workers)
        self.log = duty.log(number)
        arguments = (os.getpid(), duty, number, threads)
        self.process = multiprocessing.get_context("spawn").Process(target=_own, args=arguments)
        self.process.start()

    def ended(self) -> bool:
        """Whether the process is over."""
        return self.process.exitcode is not None

    def fault(self) -> str:
        """Signal or last words."""
        code = self.process.exitcode
        if not code:
            return ""
        return f"killed by signal {-code}" if code < 0 else _last(self.log)

    def stop(self) -> None:
        """Interrupt it."""
        if not self.ended():
            self.process.terminate()

    def kill(self, seconds: float) -> None:
        """Wait, then kill."""
        self.process.join(seconds)
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()


def _own(parent: int, duty: Duty, number: int, threads: int) -> None:
    start_worker(parent)
    signal.signal(signal.SIGTERM, _interrupt)  # so that a trial says that it was interrupted
    sys.stderr = sys.stdout = duty.log(number).open("a", buffering=1, encoding="utf-8")
    try:
        duty.work(*duty.arguments, number, threads)
    except KeyboardInterrupt:
        os._exit(130)
    except AlertlabError as error:
        sys.stderr.write(f"{error}\n")
        sys.stderr.flush()
        os._exit(1)


def _interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


class Jobs:
    """Jobs of SLURM through submitit.

    Parameters
    ----------
    cluster : slurm; or local, for the same as processes of this machine.
    minutes : after which a job ends. partition : of the cluster, None for its default.
    cpus, gpus, memory_gb : of a job.

    Raises
    ------
    AlertlabError
        Where submitit or the cluster is not there.
    """

    def __init__(
        self,
        cluster: str = "slurm",
        minutes: int = 720,
        partition: str | None = None,
        cpus: int = 4,
        gpus: int = 0,
        memory_gb: int = 16,
    ) -> None:
        self.cluster, self.cpus = cluster, cpus
        self.told: dict[str, Any] = {
            "timeout_min": minutes,
            "cpus_per_task": cpus,
            "gpus_per_node": gpus,
            "mem_gb": memory_gb,
            "name": "alertlab-sweep",
            **({"slurm_partition": partition} if partition else {}),
        }

    def start(self, duty: Duty, number: int) -> Worker:
        """Submit a job."""
        try:
            import submitit
        except ImportError as error:
            raise AlertlabError("launcher=slurm: needs submitit; pip install 'alertlab[slurm]'") from error
        try:
            executor = submitit.AutoExecutor(duty.logs / "jobs", cluster=self.cluster)
            executor.update_parameters(**self.told)
            return Job(executor.submit(duty.work, *duty.arguments, number, self.cpus))
        except (RuntimeError, ValueError, AssertionError, OSError, submitit.core.utils.FailedJobError) as error:
            raise AlertlabError(f"launcher: {self.cluster}: {str(error).splitlines()[0]}") from error


class Job:
    """A worker that is a job."""

    def __init__(self, job: Any) -> None:
        self.job = job

    def ended(self) -> bool:
        """Whether the job is over."""
        return bool(self.job.done())

    def fault(self) -> str:
        """Last words of the error."""
        error = self.job.exception()
        return "" if error is None else str(error).strip().splitlines()[-1]

    def stop(self) -> None:
        """Cancel it."""
        if not self.ended():
            self.job.cancel(check=False)

    def kill(self, seconds: float) -> None:
        """The cluster does."""


def _last(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.is_file() else []
    return " / ".join(lines[-LINES:]) or "without a word"
