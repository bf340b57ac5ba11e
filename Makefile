# Moonlight: `make lab` to use it, `make test` to check all of it, `make help` for the rest.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN  := .venv/bin
PY   := $(BIN)/python
UV   := $(PY) -m uv pip install -q -p .venv
# Copied into the environment by an install, editable or not: a change in them needs `make refresh`.
DATA := $(shell find jupyter_ext/labextension jupyter_ext/jupyter-config moon_kernel/kernelspec -type f)

# Two processes; the browser tests, last in the order, share one of them.
PARALLEL := -n 2 --no-loadscope-reorder

.PHONY: help lab test test-all quick venv fmt refresh labextension bench clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 22

lab: .venv/.lab .venv/.data ## install what is needed and open JupyterLab on notebooks/
	@$(PY) -m moonlight lab notebooks

venv: .venv/.test .venv/.data ## the development environment, .venv

.venv/.python:
	@tools/setup.sh venv
	@touch $@

.venv/.lab: .venv/.python pyproject.toml
	@echo "installing Moonlight into .venv"
	@$(UV) -e .
	@touch $@

.venv/.test: .venv/.python pyproject.toml
	@echo "installing Moonlight and its test tools into .venv"
	@$(UV) -e '.[test]'
	@touch $@ .venv/.lab

.venv/.data: $(DATA) | .venv/.python
	@$(UV) --no-deps --reinstall-package moonlight-notebook -e .
	@touch $@

refresh: .venv/.data ## copy the kernelspec, labextension and server configuration into .venv again

node_modules/.stamp: package-lock.json | .venv/.python
	@tools/setup.sh node
	@PATH="$(CURDIR)/$(BIN):$$PATH" npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

labextension: venv node_modules/.stamp ## build the TypeScript into jupyter_ext/labextension, and refresh
	PATH="$(CURDIR)/$(BIN):$$PATH" npm run build
	@$(MAKE) --no-print-directory refresh

fmt: venv ## format, and fix what ruff can fix
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

test: venv ## everything: format, lint, types, architecture, unit, labextension, browser
	@tools/setup.sh chromium node
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(PY) -m pytest $(PARALLEL) --ignore=tests/bench

quick: venv ## the tests that need neither browser nor build
	$(PY) -m pytest $(PARALLEL) --ignore=tests/bench -m "not e2e and not slow"

test-all: venv ## the engine's tests on every Python from 3.11 to 3.13 that is found
	@$(PY) tools/test_all.py

bench: venv ## the benchmarks of tests/bench
	$(PY) -m pytest -s -p no:xdist tests/bench/bench_*.py

clean: ## remove the environment and everything built
	rm -rf .venv .venvs .build build dist node_modules jupyter_ext/lib .mypy_cache .pytest_cache .ruff_cache .hypothesis
