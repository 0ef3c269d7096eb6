# Every command sets itself up on a machine that has only Python 3.11 to 3.14; all are safe to repeat.
# PYTHON=python3.12, say, chooses one; else the first that fits.
PYTHON ?=
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501

.PHONY: setup run test lint types pins style javascript audit bench lock corpus weights handouts notebooks gallery

setup: $(VENV)/.run

# $(1): requirements file. uv takes a third of pip's time; where it finds no way, pip does.
define install
	@test -x $(BIN)/python || { python=$$(sh scripts/find_python.sh $(PYTHON)) && $$python -m venv $(VENV); }
	@echo "Installing $(1) (a minute or two the first time) …"
	@pip="$(BIN)/python -m pip install --quiet --disable-pip-version-check"; \
		{ $$pip $$(grep -o '^uv==[0-9.]*' requirements-dev.txt) \
		&& $(BIN)/python -m uv pip install --quiet --compile-bytecode --python $(BIN)/python -r $(1); } \
		|| $$pip -r $(1)
	@touch $@
endef

$(VENV)/.run: requirements.txt
	$(call install,requirements.txt)

$(VENV)/.dev: requirements-dev.txt
	$(call install,requirements-dev.txt)

$(VENV)/.bench: requirements-bench.txt
	$(call install,requirements-bench.txt)

run: $(VENV)/.run
	$(BIN)/streamlit run streamlit_app.py --server.port $(PORT)

# axe-core for the browser tests, tsc for lint; without npm both are skipped.
node_modules/.installed: package-lock.json
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --no-fund --no-audit; else mkdir -p node_modules; fi
	@touch $@

# In the order of the folders: the browser's long files first, so that both processes end together.
# Bytecode is kept even where a machine says no: a hundred processes would compile the same anew.
test: $(VENV)/.dev node_modules/.installed
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

# Two at a time; the longest first.
lint: $(VENV)/.dev node_modules/.installed
	@$(MAKE) -j 2 types pins style javascript

types:
	$(BIN)/mypy

pins:
	$(BIN)/python -m scripts.pins

style:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

javascript:
	@if test -x node_modules/.bin/tsc; then node_modules/.bin/tsc; else echo "No npm here: the JavaScript's types were not checked."; fi

# Known vulnerabilities of what we pin; fails where nobody could be asked, too.
audit: $(VENV)/.dev
	$(BIN)/python -m scripts.audit

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

# The shipped assets, made again from nothing.
corpus: $(VENV)/.run
	$(BIN)/python -m scripts.make_corpus

weights: $(VENV)/.run
	$(BIN)/python -m scripts.pretrain

# After a change to a lesson's texts, and to what a page looks like; both need Chromium.
handouts: $(VENV)/.dev
	$(BIN)/python -m scripts.make_handouts

notebooks: $(VENV)/.run
	$(BIN)/python -m scripts.make_notebooks

gallery: $(VENV)/.dev
	$(BIN)/python -m scripts.make_gallery

# After a change to a .in file.
lock: $(VENV)/.dev
	$(BIN)/python -m scripts.pins --lock
