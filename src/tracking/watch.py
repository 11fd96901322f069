"""A second process that outlives a killed one, to mark its run as KILLED."""

import os
import subprocess
import sys
from pathlib import Path

ADDRESS = "MLFLOW_TRACKING_URI"


class Watch:
    """While the block runs, a kill of this process ends the run as KILLED in MLflow.

    A small process waits at a pipe. A word through it says that the run has
    ended; a pipe that closes without it says that this process died.

    Parameters
    ----------
    uri : of the store. run_id : of the run.
    """

    def __init__(self, uri: str, run_id: str) -> None:
        self.command = [
            sys.executable,
            "-P",
            str(Path(__file__)),
            run_id,
        ]  # -P: this folder is no place to import from
        self.environment = {**os.environ, ADDRESS: uri}  # everybody on the machine sees a command line

    def __enter__(self) -> "Watch":
        self.process: subprocess.Popen[bytes] | None = None
        try:
            self.process = subprocess.Popen(
                self.command,
                env=self.environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,  # a signal to the whole group must not end it too
            )
        except OSError as error:  # no memory, no process left
            sys.stderr.write(f"a kill of this run would leave it RUNNING in MLflow: no second process ({error})\n")
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is None:
            return
        try:
            self.process.communicate(b"ended", timeout=10)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()


def main(run_id: str) -> None:
    """Wait at standard input; mark the run unless it has ended by itself."""
    if sys.stdin.buffer.read() == b"ended":
        return
    from mlflow import MlflowClient

    client = MlflowClient(os.environ[ADDRESS])
    if client.get_run(run_id).info.status == "RUNNING":
        client.set_tag(run_id, "ended", "its process died")
        client.set_terminated(run_id, "KILLED")


if __name__ == "__main__":
    main(*sys.argv[1:])
