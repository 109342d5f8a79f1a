# The two commands of the README are `make demo` and `make test`. Everything installs itself; second runs are fast.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
# Two for a core: many tests wait for containers, databases and browsers. No more than eight: each takes memory.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(min(8, 2 * (os.cpu_count() or 1)))')
EXAMPLE := challenges/rag-triage/submissions/accepted

.PHONY: help setup demo test test-quick test-packs check bench bench-batch simulate test-hostile test-foreign fuzz lock clean

help: ## Show what there is to make
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/run.stamp: requirements/run.lock pyproject.toml
	@echo "making $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or later is needed: make PYTHON=/path/to/python3.11 setup")'
	@$(PYTHON) -m venv $(VENV) || { echo "python3 -m venv does not work here; on Debian: apt-get install -y python3-venv"; exit 1; }
	@$(PIP) --require-hashes --no-deps -r requirements/run.lock
	@$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/dev.stamp: $(VENV)/run.stamp requirements/dev.lock
	@echo "installing what the checks and tests need"
	@$(PIP) --require-hashes --no-deps -r requirements/dev.lock
	@touch $@

# Some hundred processes of ours start in these, and each would compile the grader anew where the environment forbids
# Python to keep what it compiled, as images of Python and of CI do. Collecting takes a testing process 5.6 s of the
# processor without what an earlier run kept, and 2.4 s with it.
test test-quick test-packs: export PYTHONDONTWRITEBYTECODE =

setup: $(VENV)/run.stamp ## Make .venv, get a Docker engine, build the sandbox images
	@$(BIN)/grade doctor --fix

demo: setup ## Grade a shipped submission and say where the report is
	@example=$$(ls -d $(EXAMPLE)/*/ | head -1); \
	echo; echo "$$ grade $$example --challenge rag-triage --out demo"; \
	$(BIN)/grade $$example --challenge rag-triage --out demo && \
	echo && echo "Open the report: $(CURDIR)/demo/report.html"

test-tools: $(VENV)/dev.stamp
	@$(BIN)/python tests/tools.py

test: setup test-tools ## Run all tests, in real Docker and a real browser
	@$(BIN)/python -m tests.whole -p tests.weights -n $(WORKERS) --dist loadgroup --no-loadscope-reorder

test-quick: $(VENV)/dev.stamp ## What needs no Docker, browser or Postgres: in a minute or two
	@$(BIN)/python -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder -m "not (docker or browser or postgres or slow or packs)"

test-packs: setup $(VENV)/dev.stamp ## Hold each shipped challenge that changed (or the grader did) to all its promises
	@$(BIN)/python -m tests.pack_stamps $(PACKS)

check: $(VENV)/dev.stamp ## Lint, types, import arrows
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@PYTHONPATH=sandbox $(BIN)/lint-imports --config .importlinter.sandbox
	@PYTHONPATH=kit:sandbox $(BIN)/lint-imports --config .importlinter.kit

bench: setup test-tools ## Measure against the floor, in one run
	@$(BIN)/python -m bench
	@$(BIN)/python -m bench.hardening
	@$(BIN)/python -m bench.page

bench-batch: setup $(VENV)/dev.stamp ## Measure a batch against the floor, the store and the similarity, in one run
	@$(BIN)/python -m bench.batch

simulate: $(VENV)/dev.stamp ## Measure Postgres, then simulate the queue on 1 to 1000 machines
	@$(BIN)/python -m bench.simulate

test-hostile: setup test-tools ## Only the attack corpus, in real Docker
	@$(BIN)/python -m pytest -n 2 -q tests/hostile

test-foreign: $(VENV)/dev.stamp ## The judge against a server that is not ours (LiteLLM, in an environment of its own)
	@test -x .venv-litellm/bin/litellm || { $(PYTHON) -m venv .venv-litellm && .venv-litellm/bin/pip install --quiet 'litellm[proxy]'; }
	@GRADER_LITELLM=.venv-litellm/bin/litellm $(BIN)/python -m pytest -q tests/foreign/litellm_judge.py

fuzz: $(VENV)/dev.stamp ## Attack the intake for ten minutes (nightly)
	@$(BIN)/python -m tests.fuzz.intake --minutes 10

lock: ## Pin the newest versions that work (needs uv)
	@for extra in run "dev --group dev --all-extras"; do set -- $$extra; name=$$1; shift; \
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	  --no-annotate --upgrade pyproject.toml requirements/build.in $$* -o requirements/$$name.lock; done

clean: ## Remove what was made here (images stay; `docker rmi` them by hand)
	@rm -rf $(VENV) demo .pytest_cache .mypy_cache .ruff_cache
