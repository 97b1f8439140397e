# Hallmark 厅印. `make` prints the menu. Nothing here is silenced: what runs is what you see.

VAR       ?= var
HALL_PORT ?= 8600
CITY_PORT ?= 8700
HALLS     ?= 1
TLS       ?= 0
WORKERS   ?= 3
BENCH     ?=
# Python 3.11 or newer, used only to create the virtual environment.
PYTHON    ?= $(or $(shell command -v python3.11),python3)

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:

BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
COMPILE := CUSTOM_COMPILE_COMMAND="make lock" $(BIN)/pip-compile --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --no-emit-options

# Optional Debian packages, each with the one file that shows it is there.
DEBIAN := chromium:/usr/bin/chromium \
	fonts-noto-cjk:/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc \
	poppler-utils:/usr/bin/pdftotext \
	strace:/usr/bin/strace \
	systemd:/usr/bin/systemd-analyze
DEBIAN_MISSING = $(foreach pair,$(DEBIAN),$(if $(wildcard $(lastword $(subst :, ,$(pair)))),,$(firstword $(subst :, ,$(pair)))))

##@ Start here
.PHONY: help
help: ## this menu
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile
	@echo
	@echo "  VAR=$(VAR) HALL_PORT=$(HALL_PORT) CITY_PORT=$(CITY_PORT) HALLS=$(HALLS) TLS=$(TLS) WORKERS=$(WORKERS) can be set on the command line."

.PHONY: setup
setup: .venv/installed .venv/debian ## create .venv from the hash-pinned lock; quick the second time

.PHONY: run
run: setup ## start a demo city and an enrolled demo hall, with HALLS=3 two sub-district sites too, with TLS=8743 halls call over TLS; prints addresses and accounts; Ctrl-C ends all
	exec $(BIN)/python -m provisioning.dev --var "$(VAR)" --hall-port "$(HALL_PORT)" --city-port "$(CITY_PORT)" \
		--halls "$(HALLS)" --tls-port "$(TLS)"

##@ Before a commit
.PHONY: test
test: setup check ## everything CI runs: lint, types, contracts, units, documentation, all tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

.PHONY: check
check: setup lint types contracts ## lint, types and import contracts only

.PHONY: lint
lint: setup ## ruff with every rule on, and its formatter in check mode
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

.PHONY: types
types: setup ## mypy --strict on the product code
	$(BIN)/mypy

.PHONY: contracts
contracts: setup ## who may import whom (.importlinter)
	$(BIN)/lint-imports

.PHONY: format
format: setup ## let ruff format and mend what it can
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

##@ Measure
.PHONY: bench
bench: setup ## benchmarks as JSON, each figure beside its baseline from the same run; BENCH="--full --only desk sweep"
	$(BIN)/python tests/bench/run.py $(BENCH)

.PHONY: soak
soak: setup ## the long test programmes at their full counts (hours)
	$(BIN)/python -m pytest -m programme --count full -n $(WORKERS) --dist worksteal

N    ?= 2000
SEED ?= 0
.PHONY: sim
sim: setup ## N random schedules of city and halls from SEED on; a failure prints the seed that replays it
	HALLMARK_SEED="$(SEED)" $(BIN)/python -m pytest tests/simulation -k no_schedule --count "$(N)"

##@ Keep in step
.PHONY: diagram
diagram: setup ## write the diagram of states from the table of transitions
	$(BIN)/python -m appliance.domain.diagram > appliance/domain/STATES.md

.PHONY: conformance
conformance: setup ## write appliance/conformance/proofs.json from the marks on the tests
	$(BIN)/python -m pytest --collect-only --quiet --write-proofs=appliance/conformance/proofs.json tests

.PHONY: lock
lock: setup ## pin every dependency with its hashes again, from pyproject.toml
	$(COMPILE) --output-file requirements.lock pyproject.toml
	$(COMPILE) --extra dev --output-file requirements-dev.lock pyproject.toml

.PHONY: clean
clean: ## remove .venv and tool caches; demo data in VAR stays
	rm -rf .venv .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# The stamps live in .venv, so a removed environment is made again whole.
.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/installed: requirements-dev.lock pyproject.toml | .venv/bin/python
	$(PIP) install --require-hashes -r requirements-dev.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	touch $@

# Rendered papers need the fonts, the browser tests need the browser, the fault tests need strace.
.venv/debian: Makefile | .venv/bin/python
ifeq ($(strip $(DEBIAN_MISSING)),)
	touch $@
else ifeq ($(shell id -u),0)
	export DEBIAN_FRONTEND=noninteractive; \
	if apt-get update && apt-get install --yes --no-install-recommends $(DEBIAN_MISSING); then touch $@; \
	else echo "Optional packages could not be installed; what needs them says so by name: $(DEBIAN_MISSING)"; fi
else
	# Optional packages are missing; what needs them says so by name. To have them: apt-get install $(DEBIAN_MISSING)
endif
