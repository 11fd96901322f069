"""alertlab: experiments and model training for survey astronomy."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # onnxruntime 1.32 reports to its maker; read at its import

__version__ = "0.1.0"
