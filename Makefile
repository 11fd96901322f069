# `make demo`, `make test` and `make check` set up what they need: a virtual environment in .venv
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help demo test check benchmarks clean

help:
	@echo "make demo   train the stamp classifier on simulated alerts, a few minutes"
	@echo "make test   run the tests, some minutes"
	@echo "make check  ruff, mypy, import-linter"
	@echo "make benchmarks  measure, and write docs/benchmarks.md; an hour or so"

# The stamp is remade when what is installed changes; sources are installed in place.
$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --constraint constraints.txt torch
	$(BIN)/pip install -qq --constraint constraints.txt --editable ".[dev]"
	@touch $@

demo: $(VENV)/installed
	$(BIN)/alertlab train experiment=demo

test: $(VENV)/installed
	OMP_NUM_THREADS=1 $(BIN)/pytest --numprocesses 2 --dist worksteal --durations 20

check: $(VENV)/installed
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

benchmarks: $(VENV)/installed
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .import_linter_cache
	find src -name '*.nb[ci]' -delete  # compiled kernels
