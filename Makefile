# Each target makes its own set-up: a fresh clone needs python3 >= 3.11, Java >= 17 and Maven, nothing else.
.DEFAULT_GOAL := help
.PHONY: help demo test unit lint bench clean need-python need-java

PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.made

help: ## say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

demo: need-java $(STAMP) ## start everything, load real data, answer three questions (ONCE=1: then stop)
	@$(BIN)/rapport demo $(if $(ONCE),--once)

test: need-java lint ## every check: lint, then unit, integration, e2e and chaos in one run
	@$(BIN)/pytest tests/unit $(wildcard tests/integration tests/e2e tests/chaos)

unit: $(STAMP) ## tests without network, in seconds
	@$(BIN)/pytest tests/unit

lint: $(STAMP) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: need-java $(STAMP) ## the measurements of DESIGN.md, section 9
	@$(BIN)/python -m tests.bench

clean: ## remove what make made; data in .rapport stays
	@rm -rf .venv build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

$(STAMP): pyproject.toml constraints.txt | need-python
	@echo "Installing the pinned packages into .venv ..." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

need-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Rapport needs Python 3.11 or newer as $(PYTHON): install it, or name it with make PYTHON=..." >&2; exit 1; }

# A broker of one's own (RAPPORT_KAFKA) needs neither Java nor Maven.
need-java:
	@[ -n "$$RAPPORT_KAFKA" ] || { command -v java && command -v mvn; } >/dev/null || { \
	  echo "The local Kafka needs Java 17 and Maven: install both (Debian: default-jdk-headless maven)," \
	       "or name a broker with RAPPORT_KAFKA." >&2; exit 1; }
