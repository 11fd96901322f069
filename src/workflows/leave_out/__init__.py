"""Detectors by the class that none of them saw: `alertlab leave-out`."""
