"""Runs against each other: `alertlab compare`."""
