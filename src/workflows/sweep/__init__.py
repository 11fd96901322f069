"""Searching the keys of a config by Optuna: `alertlab sweep`."""
