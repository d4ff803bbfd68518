# Momentum, measured. Snakemake does the work; this file gives it its environment.
# Needs GNU make and Python >= 3.11 with pip and venv. `make PYTHON=python3.13` names the Python
# that a new .venv is made from.

PYTHON ?= python3
BIN := .venv/bin

# The workflow calls `python -m momentum_study`: the environment's Python, without foreign modules.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH

.PHONY: all smoke test test-all bench audit sbom lock clean help

all: .venv/runtime.ok  ## the whole study, into results/paper/ (default)
	$(BIN)/snakemake --cores all

smoke: .venv/runtime.ok  ## the same pipeline on a small grid, into results/smoke/
	$(BIN)/snakemake --cores all --configfile config/smoke.yaml

test: .venv/dev.ok  ## the fast checks: formatting, lint, types, workflow, tests (8 minutes)
	$(STATIC)
	$(PYTEST) -m "not slow"

test-all: .venv/dev.ok .venv/audit.ok  ## every check: faults, Slurm, other processors too (30 minutes)
	$(STATIC)
	$(PYTEST) --hypothesis-profile thorough

bench: .venv/bench.ok  ## the engine against its peers, into results/benchmarks/ (20 minutes)
	$(BIN)/python -m benchmarks

# A package that the database does not know fails too; of PyTorch it knows the release alone, not
# the build for processors.
audit: .venv/audit.ok  ## the locks against the database of known vulnerabilities (network)
	$(BIN)/zizmor --offline --quiet .github
	@sed 's/+cpu//' requirements-torch.txt > .venv/torch.txt
	@$(AUDIT) -r .venv/torch.txt $(addprefix -r ,$(LOCKS)) || { $(AUDIT_FAILED); exit 1; }

sbom: .venv/audit.ok  ## the bill of materials of what the study runs on, into results/sbom.json
	$(BIN)/python -m tools.sbom results/sbom.json

define STATIC
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow
endef

# A file of tests stays on one worker; tests/conftest.py lets the longest come first.
PYTEST = $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# Versions move only as far as pyproject.toml asks; `make lock UPGRADE=--upgrade` takes the newest.
lock: .venv/dev.ok  ## write requirements*.txt anew from pyproject.toml
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --group build --constraint requirements-dev.txt --output-file requirements-build.txt
	$(COMPILE) --group bench --constraint requirements-dev.txt --no-emit-package torch \
	  --output-file requirements-bench.txt
	$(COMPILE) --group audit --constraint requirements-dev.txt --no-emit-package pip \
	  --output-file requirements-audit.txt

clean:  ## remove all that is generated, the environment too; never results/published/
	@for path in .venv .snakemake .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	    $(filter-out results/published,$(wildcard results/*)); do \
	  if [ -e "$$path" ]; then echo "removing $$path"; rm -rf -- "$$path"; fi; \
	done

help:  ## this list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# One version of a package on every platform and Python: the locks are the same for all.
COMPILE = $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
  --generate-hashes --no-emit-index-url --annotation-style line \
  --custom-compile-command 'make lock' $(UPGRADE)

LOCKS = $(filter-out requirements-torch.txt,$(wildcard requirements*.txt))
AUDIT = $(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off
AUDIT_FAILED = echo "make audit: not passed. A vulnerable package is moved by make lock" \
  "UPGRADE='--upgrade-package NAME'. If one was not found or nothing was reached: the database is" \
  "PyPI's own, over the network; a mirror has none." >&2

# ---- set-up ----------------------------------------------------------------------------------
# A stamp is written last and holds the tree's path. Without it (set-up interrupted, tree moved or
# copied, Python gone) .venv is made anew; a changed lock updates .venv in place.
PIP = $(BIN)/python -m pip --disable-pip-version-check install -qq
pip = $(PIP) $(1) || { $(NOT_SET_UP); exit 1; }
IS_WHOLE = [ "`cat .venv/runtime.ok 2>&1`" = "$(CURDIR)" ] && [ -x $(BIN)/python ]
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
  "Python >= 3.11 is needed, and $(PYTHON) is " + sys.version.split()[0] + \
  ". Name another one: make PYTHON=python3.11")'

NO_VENV = echo "$(PYTHON) cannot make .venv. Debian's package for it is python3-venv; or name" \
  "another Python: make PYTHON=python3.11" >&2
NOT_SET_UP = echo "Not set up. If nothing was reached: pip needs the network, or what it fetched" \
  "before. Run the same command again: what is installed is kept" >&2

define install
	@$(IS_WHOLE) || { $(CHECK_PYTHON) && echo "Creating .venv (about a minute)" && \
	  { $(PYTHON) -m venv --clear .venv || { $(NO_VENV); exit 1; }; }; }
	@rm -f .venv/*.ok
	@echo "Installing $<"
	@$(call pip,--require-hashes --only-binary :all: -r requirements-build.txt)
	@$(call pip,--require-hashes --no-build-isolation -r $<)
	@$(call pip,--no-index --no-deps --no-build-isolation -e .)
endef

.venv/runtime.ok: requirements.txt requirements-build.txt $(BIN)/python
	$(install)
	@echo "$(CURDIR)" > $@

# The development lock contains the runtime lock: one installation, both stamps.
.venv/dev.ok: requirements-dev.txt requirements-build.txt $(BIN)/python
	$(install)
	@echo "$(CURDIR)" | tee .venv/runtime.ok > $@

# Without dependencies: the locks name all that is needed, and CUDA is not.
.venv/bench.ok: requirements-bench.txt requirements-torch.txt .venv/runtime.ok
	@echo "Installing $< and PyTorch"
	@$(call pip,--require-hashes --only-binary :all: --no-deps -r $<)
	@$(PIP) --require-hashes --only-binary :all: --no-deps -r requirements-torch.txt || \
	  echo "PyTorch is left out: pip finds no build for processors (docs/performance.md says more)"
	@echo "$(CURDIR)" > $@

.venv/audit.ok: requirements-audit.txt .venv/runtime.ok
	@echo "Installing $<"
	@$(call pip,--require-hashes --only-binary :all: --no-deps -r $<)
	@echo "$(CURDIR)" > $@

$(BIN)/python: ;

ifneq ($(shell cat .venv/runtime.ok 2>&1),$(CURDIR))
.PHONY: .venv/runtime.ok .venv/dev.ok
endif

# Parallel work is Snakemake's; two set-ups at once would meet in one .venv.
.NOTPARALLEL:
