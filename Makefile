# make run   environment, install, index, app on http://localhost:8501
# make test  environment, install, every test
# make check format, lint, types;  make bench  benchmarks into tests/bench/results
# FAISS=gpu takes faiss-gpu (NVIDIA, CUDA 12); PYTHON=python3.12 another interpreter
PYTHON ?= python3
FAISS ?= cpu
OTHER := $(if $(filter gpu,$(FAISS)),cpu,gpu)
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.DEFAULT_GOAL := run
.PHONY: run test check bench install install-dev clean

install: $(VENV)/.installed-$(FAISS)
install-dev: $(VENV)/.installed-$(FAISS)-dev

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Qixi needs Python 3.11 or newer; set PYTHON=python3.11 (found %s)" % sys.version.split()[0])'
	$(PYTHON) -m venv $(VENV)

# Both wheels own the folder faiss/: where the other one is, neither is whole, and removing it breaks the first.
define drop_other_faiss
	if $(BIN)/python -m pip show --quiet faiss-$(OTHER) 2>/dev/null; then \
		$(BIN)/python -m pip uninstall --quiet --yes faiss-cpu faiss-gpu; fi
	rm -f $(VENV)/.installed-$(OTHER) $(VENV)/.installed-$(OTHER)-dev
endef

$(VENV)/.installed-$(FAISS): pyproject.toml | $(BIN)/python
	$(drop_other_faiss)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[$(FAISS)]"
	touch $@

$(VENV)/.installed-$(FAISS)-dev: pyproject.toml | $(BIN)/python
	$(drop_other_faiss)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e ".[$(FAISS),dev]"
	touch $@ $(VENV)/.installed-$(FAISS)

run: install
	$(BIN)/qixi knowledge sync
	$(BIN)/qixi ui --port $(PORT)

test: install-dev
	$(BIN)/python -m pytest

check: install-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

bench: install-dev
	$(BIN)/python -m tests.bench.run

clean:
	rm -rf $(VENV) .qixi build *.egg-info
