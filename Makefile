# Two commands on a fresh machine: `make demo` and `make test`. Both set up what they need in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: demo test lint types contract bench ci clean

demo: $(VENV)/installed
	@echo '$$ finops-guard examples/ml-platform/plan.json --usage examples/ml-platform/usage.yaml --policies examples/ml-platform/policies'
	@$(BIN)/finops-guard examples/ml-platform/plan.json --usage examples/ml-platform/usage.yaml \
	  --policies examples/ml-platform/policies || echo "(exit code $$?: 0 allowed, 1 blocked, 2 wrong input, 3 approval required)"

test: $(VENV)/installed-dev
	$(BIN)/python -m pytest

lint: $(VENV)/installed-dev
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/installed-dev
	$(BIN)/mypy

contract: $(VENV)/installed-dev
	$(BIN)/lint-imports --no-cache

bench: $(VENV)/installed-dev $(VENV)/peer/bin/checkov
	$(BIN)/python benchmarks/run.py --peer $(VENV)/peer/bin/checkov

ci:
	bash .ci/run

clean:
	rm -rf $(VENV) build dist

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[all]'
	@touch $@

$(VENV)/peer/bin/checkov: | $(VENV)/bin/python
	$(PYTHON) -m venv $(VENV)/peer
	$(VENV)/peer/bin/pip install --quiet --disable-pip-version-check checkov

$(VENV)/installed-dev: pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@ $(VENV)/installed
