# A fresh machine needs Python 3.11, make and git. Everything else is installed here, from hashed locks.
.PHONY: demo test mutants campaign dev marts lock lint types contracts clean

PYTHON ?= python3
BIN := .venv/bin
export WORKFORCE_HOME ?= $(CURDIR)/.workforce
export DAGSTER_HOME = $(WORKFORCE_HOME)/dagster_home
export DO_NOT_TRACK = 1

.venv/ready: requirements/lock.txt requirements/uv.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/uv.txt
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip sync --quiet --require-hashes requirements/lock.txt requirements/uv.txt
	VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-build-isolation --no-deps --editable .
	touch $@

# Where Python may write no bytecode (as many containers are set), each of the tests' many processes would
# compile its imports anew, seconds each. Some packages ship templates that are no Python: not an error.
.venv/compiled: .venv/ready
	$(BIN)/python -m compileall -q -j 2 .venv/lib > /dev/null || true
	touch $@

demo: .venv/ready marts
	$(BIN)/python examples/outbound/demo.py

test: .venv/compiled marts lint types contracts
	$(BIN)/python -m pytest --numprocesses 2 --dist worksteal

# Every deliberately broken variant of the code, each caught by the test that names it.
mutants: .venv/compiled marts
	WORKFORCE_MUTANTS=all $(BIN)/python -m pytest --numprocesses 2 --dist worksteal tests/test_mutants.py

# There are no YAML components to check, and looking for them takes 50 MB.
dev: .venv/ready marts
	$(BIN)/workforce migrate
	$(BIN)/dg dev --no-check-yaml

# The marts' manifest: which tables dbt knows, parsed once in set-up.
marts: dbt_project/target/manifest.json

dbt_project/target/manifest.json: .venv/ready $(shell find dbt_project -name '*.sql' -o -name '*.yml' | grep -v target)
	$(BIN)/dbt --quiet parse --project-dir dbt_project --profiles-dir dbt_project --log-path dbt_project/target

# Kills, faults and runs at once against a local SMTP server, the whole of it.
campaign: .venv/ready
	WORKFORCE_CAMPAIGN=1 $(BIN)/python -m pytest tests/test_budget_campaign.py tests/test_gateway_faults.py \
		tests/test_unsubscribe.py tests/test_every_zone.py tests/test_resending.py tests/test_poisoned_record.py \
		tests/test_injections.py tests/test_warehouse_reader.py
	$(BIN)/python -m benchmarks.campaign
	$(BIN)/python -m benchmarks.campaign --postgresql --kills 20 --sends 1000 --each 5

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types:
	$(BIN)/mypy

contracts:
	$(BIN)/lint-imports

lock:
	uv pip compile --quiet pyproject.toml --extra dev --generate-hashes --no-emit-index-url --python-version 3.11 \
		--custom-compile-command "make lock" --output-file requirements/lock.txt
	uv pip compile --quiet requirements/uv.in --generate-hashes --no-emit-index-url \
		--custom-compile-command "make lock" --output-file requirements/uv.txt

clean:
	rm -rf .venv .workforce dbt_project/target
