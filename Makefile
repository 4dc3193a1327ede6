# `make help` lists the commands. Python 3.11 or newer and make are all that is needed.

# The first Python that is new enough.
PYTHON ?= $(firstword $(foreach name,python3 python3.14 python3.13 python3.12 python3.11,$(shell \
  $(name) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(name))))
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help demo serve test check format bench lock schema console clean

help: ## List the commands.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The demo answers without its query page: a machine that cannot reach npm still gets the API.
demo: CONSOLE_ARGS = --optional
demo: $(VENV)/.runtime console ## Start everything with real companies' public figures.
	@$(BIN)/consortium demo --data-dir .data/demo $(ARGS)

serve: $(VENV)/.runtime ## Start the server (CONSORTIUM_DATABASE_URL, or its own PostgreSQL).
	@$(BIN)/consortium serve $(ARGS)

test: $(VENV)/.dev console ## Run all tests against a real PostgreSQL.
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 $(ARGS)

CHECKS := check-format check-lint check-mypy check-pyright check-imports check-dead check-dependencies \
  check-spelling check-image check-schema check-migrations
check: $(CHECKS) ## Run every check that CI runs, tests aside; `make -k check` goes on after a failure.
.PHONY: $(CHECKS)
$(CHECKS): $(VENV)/.dev
check-format:
	@$(BIN)/ruff format --check --quiet
check-lint:
	@$(BIN)/ruff check --quiet
check-mypy:
	@$(BIN)/mypy --no-error-summary
check-pyright:
	@$(BIN)/pyright --pythonpath $(BIN)/python
check-imports:
	@$(BIN)/lint-imports --no-logo
check-dead:
	@! $(BIN)/vulture | grep -vE 'models.* unused class' \
	  | grep -E 'unused (function|method|class|property|import)|unreachable|[89][0-9]%|100%'
check-dependencies:
	@$(BIN)/deptry .
check-spelling:
	@$(BIN)/codespell
check-image:
	@$(BIN)/hadolint Dockerfile
check-schema:
	@$(BIN)/consortium schema --check
check-migrations:
	@$(BIN)/consortium migrate --check

format: $(VENV)/.dev ## Format the code and mend what can be mended by itself.
	@$(BIN)/python -m ruff check --fix-only
	@$(BIN)/python -m ruff format

bench: $(VENV)/.bench ## Measure the API against a bare endpoint and against resolvers.
	@$(BIN)/python -m tests.bench.run $(BENCH)

schema: $(VENV)/.dev ## Print the GraphQL schema into schema/schema.graphql.
	@$(BIN)/consortium schema

console: | $(VENV)/.made ## Build the query page; does nothing when its sources are unchanged.
	@$(BIN)/python consortium/console/build.py $(CONSOLE_ARGS)

lock: ## Renew the lock files (needs uv).
	@uv pip compile pyproject.toml --group build --universal --generate-hashes --no-emit-index-url \
	  --no-annotate --quiet --python-version 3.11 --custom-compile-command 'make lock' -o requirements.lock
	@uv pip compile pyproject.toml --group dev --universal --generate-hashes --no-emit-index-url \
	  --no-annotate --quiet --python-version 3.11 --custom-compile-command 'make lock' -c requirements.lock -o requirements-dev.lock
	@uv pip compile pyproject.toml --group bench --universal --generate-hashes --no-emit-index-url \
	  --no-annotate --quiet --python-version 3.11 --custom-compile-command 'make lock' -c requirements-dev.lock -o requirements-bench.lock

clean: ## Remove the environment and everything built.
	@rm -rf $(VENV) build consortium/console/dist consortium/console/node_modules consortium/console/.node

# The environment, made again only when a lock or the project's own description changes. A stamp is
# written last, so an interrupted installation is repeated.
INSTALL := $(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes
EDITABLE := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation --editable .

$(VENV)/.made:
	@test -n "$(PYTHON)" \
	  || { echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV) >$(VENV).log 2>&1 && rm $(VENV).log || { cat $(VENV).log >&2; rm -rf $(VENV) $(VENV).log; \
	  echo "Python's venv module does not work here; on Debian and Ubuntu: apt install python3-venv" >&2; exit 1; }
	@touch $@

$(VENV)/.runtime: requirements.lock pyproject.toml | $(VENV)/.made
	@echo "Installing what the server needs (once) ..."
	@$(INSTALL) -r requirements.lock
	@$(EDITABLE)
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.runtime
	@echo "Installing what tests and checks need (once) ..."
	@$(INSTALL) -r requirements-dev.lock
	@touch $@

$(VENV)/.bench: requirements-bench.lock $(VENV)/.dev
	@echo "Installing what is measured beside it (once) ..."
	@$(INSTALL) -r requirements-bench.lock
	@touch $@
