# `make` alone lists the targets. Each is at most three lines; the same names are used in CI.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS ?= 1
MAIL_TOOLS := axe-core@4.14.1 caniemail@1.0.5 vnu-jar@26.9.27

.DEFAULT_GOAL := help
.PHONY: help install install-check mail-tools mail-gates pictures pictures-check demo run test golden faults-quick faults replay lint types imports check format

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-15s %s\n", $$1, $$2}'

.venv/.installed: pyproject.toml
	$(PYTHON) -m venv .venv && $(BIN)/python -m pip install -q --disable-pip-version-check -e . && touch $@

.venv/.installed-check: .venv/.installed
	$(BIN)/python -m pip install -q --disable-pip-version-check 'pip>=25.1'
	$(BIN)/python -m pip install -q --disable-pip-version-check --group check && touch $@

install: .venv/.installed ## install into .venv

install-check: .venv/.installed-check ## install what tests and checks need

demo: install ## bundled sample, end to end: no network, no configuration
	$(BIN)/paperroute demo

run: install ## scheduler and web server, with config/paperroute.toml
	$(BIN)/paperroute run

test: install-check ## run the tests, in random order
	$(BIN)/python -m pytest -n 2

golden: install-check ## write the golden mails anew; look at the difference before you commit it
	PAPERROUTE_GOLDEN=write $(BIN)/python -m pytest -q -p no:randomly tests/digest/test_golden.py tests/e2e/test_edition_golden.py

faults-quick: install-check ## kill, stop and lie to the delivery: under 10 minutes
	PAPERROUTE_FAULTS=quick $(BIN)/python -m pytest -n 2 tests/faults

faults: install-check ## the same with the counts that the promises are stated with: hours
	PAPERROUTE_FAULTS=full $(BIN)/python -m pytest -n 2 tests/faults

replay: install-check ## every recorded body and eleven months of arXiv, where the shared data is: minutes
	PAPERROUTE_REPLAY=full $(BIN)/python -m pytest -n 2 tests/replay tests/store/test_real_data.py

.venv/npm/.installed: .venv/.installed Makefile
	npm install --prefix .venv/npm --ignore-scripts --no-audit --no-fund --no-save $(MAIL_TOOLS) && touch $@

mail-tools: .venv/npm/.installed ## what is known of mail programs, and checkers of pages, from npm into .venv

mail-gates: install-check ## mail and pages before browser, axe, caniemail, vnu and SpamAssassin, with all figures
	-$(MAKE) -s mail-tools
	PAPERROUTE_GATES=all $(BIN)/python -m pytest -q tests/clients && $(BIN)/python -m tests.clients.gates

pictures: install-check ## write the golden pictures and those of the documents anew: look at each
	PAPERROUTE_PICTURES=write $(BIN)/python -m pytest -q tests/clients/test_pictures.py tests/clients/test_page_pictures.py

pictures-check: install-check ## compare the mail with its golden pictures, on a machine with the same fonts
	PAPERROUTE_PICTURES=check $(BIN)/python -m pytest -q tests/clients/test_pictures.py

lint: install-check ## ruff, rules and format
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: install-check ## mypy, strict, source and tests
	$(BIN)/mypy

imports: install-check ## the layer contracts
	$(BIN)/lint-imports

check: lint types imports ## every gate but the tests

format: install-check ## let ruff rewrite what it can
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .
