# Everything a newcomer needs: `make demo` and `make test` set up their own environment first.
VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := $(VENV)/bin
PY := $(BIN)/python
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check

.PHONY: help demo country test test-all test-pandas2 check bench scoreboard scoreboard-acro attack docs pictures lock clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

demo: $(VENV)/.run ## the main job on 2,287 real pupils, from microdata to a sealed release
	@$(PY) -m demo

PUPILS ?= 20000
country: $(VENV)/.run ## from deliveries of schools to a cohort, in a country of invented people (PUPILS=1500000 for a whole one)
	@$(PY) -m demo.country --pupils $(PUPILS) $(COUNTRY)

test: $(VENV)/.dev ## the tests, in a few minutes
	@$(PY) -m pytest -q -n auto --dist loadfile -m "not slow"

test-all: $(VENV)/.dev test-pandas2 ## every test, the slow ones and pandas 2 included
	@$(PY) -m pytest -q -n auto --dist loadfile

test-pandas2: $(VENV)-pandas2/.run ## the tests under pandas 2, as inside CBS remote access
	@$(VENV)-pandas2/bin/python -m pytest -q -n auto --dist loadfile -m "not slow"

check: $(VENV)/.dev ## style, types, import floors, generated pages
	@$(PY) -m ruff format --check . && $(PY) -m ruff check . && $(PY) -m mypy && $(BIN)/lint-imports \
	  && $(PY) -m docs.generate --check

bench: $(VENV)/.dev ## measure, as ratios in one run
	@$(PY) -m benchmarks $(BENCH)

scoreboard: $(VENV)/.run ## planted disclosures that must not pass, and safe outputs that must (ACRO=path/to/python asks ACRO too)
	@$(PY) -m benchmarks.scoreboard $(if $(ACRO),--acro $(ACRO)) $(SCOREBOARD)

scoreboard-acro: $(VENV)-acro/.run ## the same, with ACRO in an environment of its own
	@$(MAKE) --no-print-directory scoreboard ACRO=$(VENV)-acro/bin/python

RELEASES ?= 10000
SEED ?= 1
attack: $(VENV)/.run ## work on invented releases from their published files alone (RELEASES=10000 SEED=1)
	@$(PY) -m benchmarks.attack --releases $(RELEASES) --seed $(SEED) $(ATTACK)

docs: $(VENV)/.dev ## build the documentation site in docs/_build
	@$(PY) -m sphinx --fail-on-warning --quiet -b html docs docs/_build && echo "docs: docs/_build/index.html"

pictures: $(VENV)/.dev ## make the pictures of the documentation anew (needs Chromium)
	@$(PY) -m docs.pictures

lock: ## resolve the pinned requirements anew (needs uv)
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
	  --custom-compile-command "make lock" --extra research --group build -o requirements/run.txt
	@uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
	  --custom-compile-command "make lock" --extra research --extra lab --extra fast --group build --group test --group check \
	  --group docs --group lock -c requirements/run.txt -o requirements/dev.txt
	@printf 'pandas<3\nduckdb<1.3\npyarrow<20\n' | uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
	  --custom-compile-command "make lock" --extra research --group build --group test -c - -o requirements/pandas2.txt
	@echo 'acro==1.0.2' | uv pip compile - --universal --python-version 3.11 --generate-hashes --no-annotate --quiet \
	  --custom-compile-command "make lock" -o requirements/acro.txt

clean: ## remove the environment and everything generated
	@rm -rf $(VENV) $(VENV)-pandas2 $(VENV)-acro docs/_build demo-output .mypy_cache .ruff_cache .pytest_cache

$(PY):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or later is needed; found: $$($(PYTHON) --version). Try: make PYTHON=/path/to/python3.11"; exit 2; }
	@echo "Setting up $(VENV) (once, a minute or two) ..."
	@$(PYTHON) -m venv $(VENV)

$(VENV)/.run: requirements/run.txt pyproject.toml | $(PY)
	@$(PIP_INSTALL) --require-hashes -r requirements/run.txt
	@$(PIP_INSTALL) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@$(PIP_INSTALL) --require-hashes -r requirements/dev.txt
	@touch $@

$(VENV)-pandas2/.run: requirements/pandas2.txt pyproject.toml
	@$(PYTHON) -m venv $(VENV)-pandas2
	@$(VENV)-pandas2/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/pandas2.txt
	@$(VENV)-pandas2/bin/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)-acro/.run: requirements/acro.txt | $(PY)
	@$(PYTHON) -m venv $(VENV)-acro
	@$(VENV)-acro/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/acro.txt
	@touch $@
