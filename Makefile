# One line for everything: `make help`. Needs Python 3.11 or newer and make, nothing else; the rest comes into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
# Port, world and the like: make run ARGS="--port-base 9000".
ARGS ?=
# Some machines switch this off for every program; ours start many processes, and each would compile everything anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run setup test test-busy check audit bench bench-full lock sbom format chromium clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1|/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-12s %s\n' "$$name" "$$text"; done

run: setup ## run everything on this machine with a demo world; Ctrl-C stops it
	@$(BIN)/prakerja up $(ARGS)

setup: .venv/.installed .venv/.assets .venv/.translations ## build the environment in .venv; then .venv/bin/prakerja works

test: setup .venv/.dev chromium ## build the environment and run every test, the browser tests included
	@$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup $(ARGS)

# The loops end with the shell that started them, however it ends.
test-busy: setup .venv/.dev chromium ## the same while four busy loops take the processors: no test may mind
	@trap 'kill $$loops 2>/dev/null' EXIT INT TERM; \
	for loop in 1 2 3 4; do while :; do :; done & loops="$$loops $$!"; done; \
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup $(ARGS)

check: setup .venv/.dev ## formatting, lint, types, import contracts, migrations, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	DJANGO_SETTINGS_MODULE=prakerja.config.settings.test $(BIN)/python -m django makemigrations --check --dry-run
	$(BIN)/python tools/migrations.py check
	$(BIN)/python tools/translations.py check

audit: setup .venv/.dev chromium ## figures of the pages: axe, weight over the wire, Lighthouse, reading level (three minutes)
	@$(BIN)/python tools/audit.py $(ARGS)

bench: setup .venv/.dev ## every benchmark at a small size, as a table of ratios (10 minutes)
	@$(BIN)/python -m bench $(ARGS)

bench-full: setup .venv/.dev ## every benchmark at full size; says so when the disk is too small
	@$(BIN)/python -m bench --full $(ARGS)

lock: ## compile requirements/*.txt from *.in, with hashes and without addresses (needs uv)
	@command -v uv >/dev/null || { echo "make lock needs uv: https://docs.astral.sh/uv/"; exit 1; }
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements/dev.in -o requirements/dev.txt
	for name in run examples; do uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -q requirements/$$name.in -c requirements/dev.txt -o requirements/$$name.txt; done

sbom: setup .venv/.dev ## write the software bill of materials (CycloneDX) into sbom/
	@$(BIN)/python tools/sbom.py $(ARGS)

format: .venv/.dev ## format the sources
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean: ## remove the environment and everything that was built (never the data folder)
	rm -rf .venv node_modules sbom src/prakerja/portal/static/build

# Stamps, so that a second run does nothing and needs no network.

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Prakerja needs Python 3.11 or newer. Name one with: make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "Python's venv is missing. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@echo "Building the environment in .venv …"
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.installed: .venv/.python requirements/run.txt requirements/examples.txt pyproject.toml
	@echo "Installing what the programme needs …"
	@$(PIP) install --require-hashes -r requirements/run.txt -r requirements/examples.txt
	@$(PIP) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.dev: .venv/.installed requirements/dev.txt
	@echo "Installing what the tests and checks need …"
	@$(PIP) install --require-hashes -r requirements/dev.txt
	@touch $@

.venv/.assets: .venv/.installed package-lock.json tools/build_assets.py $(wildcard src/prakerja/portal/styles/* src/prakerja/portal/scripts/* src/prakerja/portal/templates/portal/* tools/notices/*)
	@$(BIN)/python tools/build_assets.py
	@touch $@

.venv/.translations: .venv/.installed tools/translations.py $(wildcard src/prakerja/*/locale/*/LC_MESSAGES/*.po)
	@$(BIN)/python tools/translations.py compile
	@touch $@

# The browser tests drive Debian's Chromium, by a Node of Playwright's that needs libatomic. Installed only where we may: the one
# without a window, which does the same for less, and where there is none (Ubuntu) the one that people use.
chromium: .venv/.dev
	@if { command -v chromium-headless-shell || command -v chromium || command -v chromium-browser; } >/dev/null \
		&& $(BIN)/python -m playwright --version >/dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing Chromium for the browser tests …"; \
		get() { apt-get install -y -q --no-install-recommends "$$1" libatomic1 >/dev/null 2>&1; }; \
		get chromium-headless-shell || { apt-get update -q >/dev/null 2>&1; get chromium-headless-shell || get chromium; } \
		|| echo "!!! Chromium could not be installed: THE BROWSER TESTS ARE SKIPPED !!!"; \
	else \
		echo "!!! No Chromium on this machine: THE BROWSER TESTS ARE SKIPPED (Debian: apt install chromium libatomic1) !!!"; \
	fi
