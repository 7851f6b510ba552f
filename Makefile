# One word for each thing done here; `make` alone lists them. Needs git, make and a python3 of 3.11 or newer on PATH.

PYTHON ?= python3
BIN := .venv/bin
PACK ?= leasing
PORT ?= 8000
SERVE ?= 1
LOCK := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" --quiet

.DEFAULT_GOAL := help
.PHONY: help setup spark browser demo test lint format types contracts docs readme docs-check check bench messages messages-check lock clean

help: ## list these words
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

setup: ## make .venv from the hashed lock (once; afterwards it returns at once, without a network)
	@$(PYTHON) scripts/bootstrap.py

spark: ## add Spark and a Java run-time, for the tests that compare the two engines
	@$(PYTHON) scripts/bootstrap.py --spark

browser: setup ## add Chromium and a Chinese font, for the tests in a browser (as root on Debian; else it says what is lacking)
	@$(BIN)/python scripts/browser.py

demo: setup ## an invented company in demo/, rated and served on http://127.0.0.1:8000 (PACK=…, PORT=…, SERVE=0)
	@PATH="$(CURDIR)/$(BIN):$$PATH" PACK="$(PACK)" PORT="$(PORT)" SERVE="$(SERVE)" sh scripts/demo.sh

test: setup ## run the tests, those of the application on SQLite and on PostgreSQL (TESTS=…: only these, on SQLite)
	@$(BIN)/pytest -n 2 $(TESTS)
	@$(if $(TESTS),true,XINHENG_TEST_DATABASE=postgres $(BIN)/pytest -n 2 tests/xinheng --ignore-glob='*/test_cli_*')

lint: setup ## ruff: rules and formatting
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check

format: setup ## ruff: put right what it can
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format

types: setup ## mypy, strict
	@$(BIN)/mypy src scripts

contracts: setup ## which module may import which
	@$(BIN)/lint-imports --no-logo

docs: setup ## write the policy reference anew from the model
	@$(BIN)/python scripts/reference.py

readme: setup ## run the commands of the READMEs and of docs/command.md anew, and write what they print
	@$(BIN)/python scripts/readme.py

docs-check: setup ## fail where the policy reference is older than the model
	@$(BIN)/python scripts/reference.py --check

check: lint types contracts docs-check messages-check test ## all that must hold before a commit

bench: setup ## measure speed and memory; see docs/speed.md
	@$(BIN)/python -m bench $(BENCH)

messages: setup ## gather the messages for translation and compile the catalogues
	@$(BIN)/python scripts/messages.py

messages-check: setup ## fail where a message is not translated, or a catalogue is older than the code
	@$(BIN)/python scripts/messages.py --check

lock: setup ## solve the dependencies anew and write the locks
	@$(LOCK) --output-file requirements.lock
	@$(LOCK) --extra frames --extra dev --constraint requirements.lock --output-file requirements-dev.lock
	@$(LOCK) --extra spark --constraint requirements-dev.lock --output-file requirements-spark.lock

clean: ## remove what was made, except .venv
	@rm -rf demo dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage
	@find src tests scripts -name __pycache__ -type d -prune -exec rm -rf {} +
