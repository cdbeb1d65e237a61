# Each target makes its own set-up, with git, bash and make there. demo: Python 3.11, and Java 17 and Maven for the
# local Kafka. bench: the same. test: those, and Node with npm (clients in JavaScript) and curl (the README's commands).
.DEFAULT_GOAL := help
.PHONY: help demo test unit lint bench chaos audit clean jars need-python need-java need-test

PYTHON ?= python3
# Of the tests: many of them mostly wait, so that more than the machine has processors pay.
PROCESSES ?= 3
BIN := .venv/bin
STAMP := .venv/.made

help: ## say what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/'

# A broker of one's own (RAPPORT_KAFKA) needs neither Java nor Maven; tests and measurements always start theirs.
demo: $(if $(RAPPORT_KAFKA),$(STAMP),jars) ## start everything, load real data, answer three questions (ONCE=1: then stop)
	@$(BIN)/rapport demo $(if $(ONCE),--once)

test: need-test need-java lint jars ## every check: lint, then unit, integration, e2e and chaos in one run
	@$(BIN)/pytest -n $(PROCESSES) tests/unit $(wildcard tests/integration tests/e2e tests/chaos)

unit: $(STAMP) ## tests without network, in seconds
	@$(BIN)/pytest -n 2 tests/unit

lint: $(STAMP) ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

bench: jars ## the measurements of DESIGN.md, section 9
	@$(BIN)/python -m tests.bench

chaos: need-java jars ## break everything for MINUTES=10, and look (SEEDS="a b": several; PLANTED=all: check the checker)
	@$(BIN)/python -m tests.chaos --minutes $(or $(MINUTES),10) $(addprefix --seed ,$(SEEDS)) $(addprefix --planted ,$(PLANTED))

# Its own environment, which is none of ours; --strict: a package that the advisories' service does not know is an error.
audit: | need-python ## ask for known vulnerabilities in what constraints.txt pins (needs an advisories' service)
	@$(PYTHON) -m venv .audit && .audit/bin/pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	@.audit/bin/pip-audit --strict --disable-pip --no-deps -r constraints.txt

clean: ## remove what make made; data in .rapport stays
	@rm -rf .venv .audit build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Apart, so that no test's time runs while Maven fetches, and so that one sees it.
jars: need-java $(STAMP)
	@$(BIN)/python -m deploy.local.jars

$(STAMP): pyproject.toml constraints.txt | need-python
	@echo "Installing the pinned packages into .venv ..." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

need-python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "Rapport needs Python 3.11 or newer as $(PYTHON): install it, or name it with make PYTHON=..." >&2; exit 1; }

need-java:
	@{ command -v java && command -v mvn; } >/dev/null || { \
	  echo "The local Kafka needs Java 17 and Maven: install both (Debian: default-jdk-headless maven)." >&2; exit 1; }

need-test:
	@for program in node npm git bash curl; do command -v $$program >/dev/null || { \
	  echo "The tests need $$program: install it (Debian: nodejs npm git bash curl)." >&2; exit 1; }; done
