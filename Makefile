# Every target works alone on a fresh clone: it needs Python 3.11 or newer and make.

VENV := .venv
BEAM := .venv-beam
PYTHON := $(shell command -v python3.11 || command -v python3)
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
DEMO := demo-issues
SOURCES := bot tests benchmarks examples
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header --no-emit-index-url \
	--no-emit-trusted-host --no-emit-find-links --resolver=backtracking --build-deps-for editable

.DEFAULT_GOAL := help
.PHONY: help demo test test-beam lint bench lock clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16

demo: $(VENV)/.base ## file the bundled outage into a folder, and say where to look
	$(BIN)/incidentbot file --logs examples/checkout-outage.json --folder $(DEMO)
	@echo
	@echo "The issues are Markdown files in $(DEMO)/ - open them. Run make demo again: nothing changes."

test: $(VENV)/.dev ## run the tests, in parallel
	$(BIN)/python -m pytest --numprocesses auto

test-beam: $(BEAM)/.dev ## test the Beam pipeline, in an environment of its own
	$(BEAM)/bin/python -m pytest -W default tests/beam

lint: $(VENV)/.dev ## check style, types, the arrows between packages, and the workflows
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/zizmor --offline --quiet --persona pedantic .github action.yml

bench: $(VENV)/.bench ## time what must stay quick, and score what must stay right
	$(BIN)/python benchmarks/help.py
	-$(BIN)/python benchmarks/folding.py
	-$(BIN)/python benchmarks/clustering.py

lock: $(VENV)/.dev ## renew the locked requirements
	$(BIN)/python -m pip --disable-pip-version-check --quiet install pip-tools
	$(COMPILE) --upgrade --extra monitoring --output-file requirements/base.txt pyproject.toml
	$(COMPILE) --upgrade --extra monitoring --extra slack --constraint requirements/base.txt --output-file requirements/slack.txt pyproject.toml
	$(COMPILE) --upgrade --extra beam --extra beam-dev --output-file requirements/beam.txt pyproject.toml
	$(COMPILE) --upgrade --extra dev --constraint requirements/base.txt --output-file requirements/dev.txt pyproject.toml

clean: ## remove what the other targets made
	rm -rf $(VENV) $(BEAM) $(DEMO) build dist .pytest_cache .hypothesis .mypy_cache .ruff_cache .import_linter_cache

# A stamp is written last, so that an interrupted installation is taken up again.
$(VENV)/.created:
	@test -n "$(PYTHON)" || { echo "No python3 on PATH. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is older than Python 3.11. On Debian 12 or newer: apt-get install python3 python3-venv" >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo "$(PYTHON) can't make virtual environments. On Debian: apt-get install python3-venv" >&2; exit 1; }
	"$(PYTHON)" -m venv $(VENV)
	@touch $@

$(VENV)/.base: $(VENV)/.created requirements/base.txt pyproject.toml
	$(PIP) install --require-hashes --requirement requirements/base.txt
	$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.bench: $(VENV)/.dev
	$(PIP) install --no-build-isolation --editable ".[bench]"
	@touch $@

$(BEAM)/.dev: $(VENV)/.created requirements/beam.txt pyproject.toml
	"$(PYTHON)" -m venv $(BEAM)
	$(BEAM)/bin/python -m pip --disable-pip-version-check --quiet install --require-hashes --requirement requirements/beam.txt
	$(BEAM)/bin/python -m pip --disable-pip-version-check --quiet install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.base requirements/dev.txt
	$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@
