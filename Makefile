# `make run` and `make test` set up all they need, on a fresh machine too; what did not change is not built again.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STATIC := $(shell find static -type f)

.PHONY: run test test-long check bench bench-long setup lock messages diagram clean

run: $(VENV)/demonstration build/machine-run build/fonts/stamp build/static/staticfiles.json catalogue
	@exec $(BIN)/python -m deploy.run

# What asks no database runs once, and so does the whole browser suite; its main story runs on both databases. The browser
# has runs of its own: its driver keeps an event loop in the thread, and Django a second connection beside it.
WITHOUT_DATABASE := tests/test_virtual_card.py tests/customs_desk tests/test_catalogue.py tests/deploy \
	tests/documents/test_capital.py tests/documents/test_printing.py

test: check
	DATABASE_URL= $(BIN)/python -m pytest -n 2 tests --ignore tests/browser
	DATABASE_URL= $(BIN)/python -m pytest -n 2 tests/browser/test_story.py
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m pytest -n 2 tests --ignore tests/browser \
		$(addprefix --ignore ,$(WITHOUT_DATABASE))
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m pytest -n 2 tests/browser

# The full counts of faults and races; `make test` runs a small number of each.
test-long: setup
	DATABASE_URL= $(BIN)/python -m pytest -n 2 -m long tests --ignore tests/browser
	$(BIN)/python -m tests.with_postgres $(BIN)/python -m pytest -n 2 -m long tests --ignore tests/browser

check: $(VENV)/dev build/machine-test build/fonts/stamp build/static/staticfiles.json catalogue
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	DEPLOYMENT=demonstration PORTAL_VAR=build/check-var $(BIN)/python manage.py makemigrations --check --dry-run
	DEPLOYMENT=demonstration PORTAL_VAR=build/check-var $(BIN)/python manage.py status_diagram --check
	node --test tests/js/*.test.mjs

bench: $(VENV)/dev build/machine-test build/fonts/stamp catalogue
	$(BIN)/python -m benchmarks

bench-long: setup
	$(BIN)/python -m benchmarks.lists

setup: $(VENV)/dev build/machine-test build/fonts/stamp build/static/staticfiles.json catalogue

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed")'
	$(PYTHON) -m venv $(VENV) || { echo "Run: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/demonstration: requirements-demonstration.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(VENV)/dev: requirements-dev.txt | $(VENV)/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@ $(VENV)/demonstration

build/machine-%: deploy/machine.sh
	@mkdir -p build
	sh deploy/machine.sh $*
	@touch $@

build/fonts/stamp: deploy/fonts.py | $(VENV)/demonstration build/machine-run
	$(BIN)/python -m deploy.fonts

build/static/staticfiles.json: $(STATIC) | $(VENV)/demonstration
	DEPLOYMENT=demonstration PORTAL_VAR=build/check-var $(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0

.PHONY: catalogue
catalogue: locale/zh_Hans/LC_MESSAGES/django.mo

%.mo: %.po | $(VENV)/demonstration
	$(BIN)/python -c "import polib, sys; polib.pofile(sys.argv[1]).save_as_mofile(sys.argv[2])" $< $@

# For developers: the pins, the catalogue's entries, the diagram of the status table.
lock:
	uv lock --quiet
	uv export --frozen --no-emit-project --no-header --no-annotate --quiet --no-dev -o requirements.txt
	uv export --frozen --no-emit-project --no-header --no-annotate --quiet --no-dev --group demonstration -o requirements-demonstration.txt
	uv export --frozen --no-emit-project --no-header --no-annotate --quiet --group dev -o requirements-dev.txt

messages: setup
	DEPLOYMENT=demonstration $(BIN)/python manage.py makemessages --locale zh_Hans --no-wrap --no-location \
		--ignore '.venv' --ignore 'build' --ignore 'simulators' --ignore 'tests' --ignore 'var'

diagram: setup
	DEPLOYMENT=demonstration $(BIN)/python manage.py status_diagram

clean:
	rm -rf build $(VENV)
