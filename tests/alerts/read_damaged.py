"""Read a folder of damaged packets under a limit of memory; a line of JSON for each.

A process of its own, so that allocations in C count and a crash is told from a failure.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy as np
from alertlab.alerts import Alert, read_alerts
from alertlab.alerts.metadata import COLUMNS, metadata_features

NAMES = [column.name for column in COLUMNS]


def account(found):
    """What can be said of an alert or a rejection, in JSON."""
    if not isinstance(found, Alert):
        return {"reason": found.reason, "candid": found.candid, "object_id": found.object_id}
    table = metadata_features([found.candidate], NAMES)
    return {
        "shape": found.stamp.shape,
        "dtype": found.stamp.dtype.name,
        "infinite": int(np.isinf(found.stamp).sum() + np.isinf(table).sum()),
        "columns": table.shape[1],
    }


def limit_memory(room):
    """Let the process grow by ``room`` bytes at most."""
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (now + room, now + room))


def main(folder, room):
    limit_memory(room)
    for path in sorted(Path(folder).glob("*.avro")):
        started = time.process_time()
        found = [account(each) for each in read_alerts(path)]
        sys.stdout.write(json.dumps({"found": found, "seconds": time.process_time() - started}) + "\n")
        sys.stdout.flush()  # a crash loses nothing that was read before it


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
