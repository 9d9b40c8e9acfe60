# `make help` lists the targets. All of them use one virtual environment, .venv, made when first needed.
#
# A stamp in .venv says that what pyproject.toml asks for is installed; a change there installs again.

SHELL := bash
.SHELLFLAGS := -o pipefail -c
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3; do \
    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
# pip's progress without its noise: what is downloaded and installed, and every error. All of it is in .venv/pip.log.
INSTALL := PYTHONUNBUFFERED=1 $(BIN)/python -m pip --disable-pip-version-check --no-input --log .venv/pip.log \
    install --progress-bar off
NOISE := /^(WARNING|DEPRECATION|Requirement already|Looking in|Obtaining|Collecting|Building|Successfully built)/d; \
    /^ +(Using cached|Preparing|Installing b|Checking if|Getting req|Created wheel|Building|Stored|Attempting|Found|Uninstalling|Successfully un)/d; \
    /^(Processing|Discarding|Link requires|\[notice\])/d; s/^Installing collected packages.*/  Installing/; /^Successfully installed/d
SEE_LOG := { echo "The installation failed; pip's whole log is in .venv/pip.log" >&2; exit 1; }
DEMO := .venv/installed-demo
TEST := .venv/installed-test
E2E := .venv/installed-e2e

.DEFAULT_GOAL := help
.PHONY: help demo test e2e e2e-neovim e2e-helix e2e-vscode-built release-dry-run extension lint format clean
.DELETE_ON_ERROR:

help:
	@echo "make demo    install, check the examples, run two, and show what an editor shows"
	@echo "make test    all tests that need neither GPU nor display"
	@echo "make e2e     drive real editors without a display: VS Code, installed into your cache, and Neovim"
	@echo "make e2e-neovim  Neovim alone"
	@echo "make e2e-helix   Helix alone"
	@echo "make extension  build the VS Code extension and test it (needs Node 22 or newer)"
	@echo "make release-dry-run  publish the extension to recorders on this machine (needs Node 22 or newer)"
	@echo "make lint    ruff and pyright"
	@echo "make format  let ruff format and mend"
	@echo "make clean   remove .venv and caches"

demo: $(DEMO)
	@$(BIN)/python tools/demo.py

test: $(TEST)
	@$(BIN)/python -m pytest tests --ignore=tests/e2e -n auto --maxprocesses 4 --dist worksteal

# VS Code comes with a Node of its own, which builds the extension too.
e2e: e2e-neovim $(E2E)
	@folder=$$($(BIN)/python tests/e2e/vscode/install.py) && PATH="$$folder/node/bin:$$PATH" && \
	$(BIN)/python editors/vscode/build.py && $(BIN)/python -m pytest tests/e2e/vscode

# A release tests the package that it publishes: nothing of it is built here. The neighbour is bundled with the extension's tools.
e2e-vscode-built: $(E2E)
	@folder=$$($(BIN)/python tests/e2e/vscode/install.py) && PATH="$$folder/node/bin:$$PATH" && \
	npm ci --ignore-scripts --no-audit --no-fund --silent --prefix editors/vscode && $(BIN)/python -m pytest tests/e2e/vscode

e2e-neovim: $(TEST)
	@command -v nvim >/dev/null || { echo "make e2e-neovim needs Neovim 0.7 or newer (Debian: apt-get install neovim)" >&2; exit 1; }
	@$(BIN)/python -m pytest tests/e2e/test_neovim.py

e2e-helix: $(TEST)
	@command -v hx helix >/dev/null || { echo "make e2e-helix needs Helix 25.01 or newer (Debian 13: apt-get install hx)" >&2; exit 1; }
	@$(BIN)/python -m pytest tests/e2e/test_helix.py

# The Node that `make e2e` has installed, where it is there; else the system's.
extension: | $(BIN)/python
	@folder=$$($(BIN)/python tests/e2e/vscode/install.py --where) && PATH="$$folder/node/bin:$$PATH" && \
	$(BIN)/python editors/vscode/build.py --twice && npm --prefix editors/vscode test --silent

release-dry-run: $(TEST)
	@folder=$$($(BIN)/python tests/e2e/vscode/install.py --where) && PATH="$$folder/node/bin:$$PATH" && \
	$(BIN)/python editors/vscode/build.py && \
	npm ci --ignore-scripts --no-audit --no-fund --silent --prefix editors/openvsx-publish && \
	$(BIN)/python editors/openvsx-publish/publish.py editors/vscode/build/weft-*.vsix --dry-run --wait-seconds 5 && \
	$(BIN)/python -m pytest tests/e2e/release

lint: $(TEST)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/pyright --pythonpath $(BIN)/python
	@$(BIN)/pyright --pythonpath $(BIN)/python -p tests/repo/pyright-examples.json

format: $(TEST)
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# Driven by Python; the browser is the system's.
$(E2E): pyproject.toml $(TEST)
	@echo "Installing playwright: about 45 MB to download"
	@$(INSTALL) -e '.[cuda,dev,e2e]' 2>&1 | sed -E '$(NOISE)' || $(SEE_LOG)
	@touch $@

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Weft needs Python 3.11 or newer, and found none. Install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version)"
	@$(PYTHON) -m venv .venv || { rm -rf .venv; echo "Python's venv module is incomplete (Debian: apt-get install python3-venv)" >&2; exit 1; }

# The order-only prerequisite: the interpreter's own date says nothing about what is installed.
$(DEMO): pyproject.toml | $(BIN)/python
	@echo "Installing Weft with numba, NumPy and pygls: about 80 MB to download"
	@$(INSTALL) -e . 2>&1 | sed -E '$(NOISE)' || $(SEE_LOG)
	@touch $@

$(TEST): pyproject.toml | $(BIN)/python
	@echo "Installing Weft with CUDA's compilers and the tools for development: up to 400 MB to download"
	@$(INSTALL) -e '.[cuda,dev]' 2>&1 | sed -E '$(NOISE)' || $(SEE_LOG)
	@touch $@ $(DEMO)
