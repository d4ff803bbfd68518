# Momentum, measured. This file sets up the environment; Snakemake runs the study.
# Needs GNU make and Python >= 3.11 with pip and venv. `make PYTHON=python3.13` chooses the Python
# for a new .venv.

PYTHON ?= python3
BIN := .venv/bin

# The workflow calls `python -m momentum_study` with the Python of this environment and its modules.
export PATH := $(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH

.PHONY: all smoke test test-all bench audit sbom lock clean help

all: .venv/runtime.ok  ## the whole study, to results/paper/ (default)
	$(BIN)/snakemake --cores all

smoke: .venv/runtime.ok  ## the same pipeline on a small grid, to results/smoke/
	$(BIN)/snakemake --cores all --configfile config/smoke.yaml

test: .venv/dev.ok  ## the fast checks: formatting, lint, types, imports, tests (4 minutes)
	$(STATIC)
	$(PYTEST) -m "not slow"

test-all: .venv/dev.ok .venv/audit.ok  ## all checks, with faults, Slurm, other processors (15 minutes)
	$(STATIC)
	$(PYTEST) --hypothesis-profile thorough

bench: .venv/bench.ok  ## compare the engine with its peers, to results/benchmarks/ (20 minutes)
	$(BIN)/python -m benchmarks

# A package that the database does not know fails too. It knows releases of PyTorch, but not the
# builds for processors.
audit: .venv/audit.ok  ## check the locks for known vulnerabilities (network)
	$(BIN)/zizmor --offline --quiet .github
	@sed 's/+cpu//' requirements-torch.txt > .venv/torch.txt
	@$(AUDIT) -r .venv/torch.txt $(addprefix -r ,$(LOCKS)) || { $(AUDIT_FAILED); exit 1; }

sbom: .venv/audit.ok  ## bill of materials of the locked packages, to results/sbom.json
	@mkdir -p results
	$(BIN)/python -W ignore -m cyclonedx_py requirements requirements.txt --pyproject pyproject.toml \
	  --output-reproducible --output-file results/sbom.json

define STATIC
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache --no-logo
	$(BIN)/snakefmt --check Snakefile workflow
endef

# The tests of a file run on one worker; tests/conftest.py starts the longest files first.
PYTEST = $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

# Keeps locked versions that satisfy pyproject.toml; `make lock UPGRADE=--upgrade` takes the newest.
lock: .venv/dev.ok  ## write requirements*.txt from pyproject.toml
	$(COMPILE) pyproject.toml --output-file requirements.txt
	$(COMPILE) pyproject.toml --extra dev --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) --group build --constraint requirements-dev.txt --output-file requirements-build.txt
	$(COMPILE) --group bench --constraint requirements-dev.txt --no-emit-package torch \
	  --output-file requirements-bench.txt
	$(COMPILE) --group audit --constraint requirements-dev.txt --no-emit-package pip \
	  --output-file requirements-audit.txt

clean:  ## remove generated files and the environment, but not results/published/
	@for path in .venv .snakemake .hypothesis .mypy_cache .pytest_cache .ruff_cache \
	    $(filter-out results/published,$(wildcard results/*)); do \
	  if [ -e "$$path" ]; then echo "removing $$path"; rm -rf -- "$$path"; fi; \
	done

help:  ## show this list
	@awk -F ':.*  ## ' '/^[a-z-]+:.*  ## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

# One version of a package for all platforms and Python versions, so that one lock fits all.
COMPILE = $(BIN)/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
  --generate-hashes --no-emit-index-url --annotation-style line \
  --custom-compile-command 'make lock' $(UPGRADE)

LOCKS = $(filter-out requirements-torch.txt,$(wildcard requirements*.txt))
AUDIT = $(BIN)/pip-audit --strict --require-hashes --disable-pip --progress-spinner off
AUDIT_FAILED = echo "make audit: failed. Upgrade a vulnerable package with make lock" \
  "UPGRADE='--upgrade-package NAME'. If a package or the database was not found: the audit needs" \
  "network access to PyPI, mirrors have no database." >&2

# ---- set-up ----------------------------------------------------------------------------------
# A stamp is written last and contains the path of this folder. Without it (set-up interrupted,
# folder moved or copied, Python removed) .venv is created again; a changed lock updates it in place.
PIP = $(BIN)/python -m pip --disable-pip-version-check install -qq
pip = $(PIP) $(1) || { $(NOT_SET_UP); exit 1; }
IS_WHOLE = [ "`cat .venv/runtime.ok 2>&1`" = "$(CURDIR)" ] && [ -x $(BIN)/python ]
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit( \
  "Python >= 3.11 is needed, and $(PYTHON) is " + sys.version.split()[0] + \
  ". Choose another one: make PYTHON=python3.11")'

NO_VENV = echo "$(PYTHON) cannot create .venv. Debian needs the package python3-venv for it; or" \
  "choose another Python: make PYTHON=python3.11" >&2
NOT_SET_UP = echo "Set-up failed. Without network access pip needs cached packages. Run the same" \
  "command again: installed packages are kept" >&2

# The modules are compiled at once: on a full disk, Python 3.11 leaves incomplete files of compiled
# modules, with which every later job fails.
define install
	@$(IS_WHOLE) || { $(CHECK_PYTHON) && echo "Creating .venv (about a minute)" && \
	  { $(PYTHON) -m venv --clear .venv || { $(NO_VENV); exit 1; }; }; }
	@rm -f .venv/*.ok
	@echo "Installing $<"
	@$(call pip,--require-hashes --only-binary :all: -r requirements-build.txt)
	@$(call pip,--require-hashes --no-build-isolation -r $<)
	@$(call pip,--no-index --no-deps --no-build-isolation -e .)
	@$(BIN)/python -m compileall -q src
endef

.venv/runtime.ok: requirements.txt requirements-build.txt $(BIN)/python
	$(install)
	@echo "$(CURDIR)" > $@

# The development lock contains the runtime lock: one installation, both stamps.
.venv/dev.ok: requirements-dev.txt requirements-build.txt $(BIN)/python
	$(install)
	@echo "$(CURDIR)" | tee .venv/runtime.ok > $@

# Without dependencies: the locks list everything that is needed, and CUDA is not.
.venv/bench.ok: requirements-bench.txt requirements-torch.txt .venv/runtime.ok
	@echo "Installing $< and PyTorch"
	@$(call pip,--require-hashes --only-binary :all: --no-deps -r $<)
	@$(PIP) --require-hashes --only-binary :all: --no-deps -r requirements-torch.txt || \
	  echo "PyTorch is omitted: pip finds no build for processors (see docs/performance.md)"
	@echo "$(CURDIR)" > $@

.venv/audit.ok: requirements-audit.txt .venv/runtime.ok
	@echo "Installing $<"
	@$(call pip,--require-hashes --only-binary :all: --no-deps -r $<)
	@echo "$(CURDIR)" > $@

$(BIN)/python: ;

ifneq ($(shell cat .venv/runtime.ok 2>&1),$(CURDIR))
.PHONY: .venv/runtime.ok .venv/dev.ok
endif

# Snakemake runs jobs in parallel; two set-ups at a time would share one .venv.
.NOTPARALLEL:
