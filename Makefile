# make demo | test | book | exercises | grade | bench | bench-grading | rosetta | experiments | lock | clean
#
# Every target first sees to its tools: .venv, installed from requirements.lock and checked by hash.
# PYTHON=… chooses the interpreter, CNNLAB_DATA=… says where data lie. SERVE=0 lets the demo end before it serves,
# PORT=… says where it serves.

VENV := .venv
BIN := $(VENV)/bin
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready
HTML := build/book/_build/html
BENCH := .venv-bench
ROSETTA := .venv-rosetta

export PATH := $(CURDIR)/$(BIN):$(PATH)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# The matrix products here are small: one thread is as fast, and stays so when another program takes a core.
OPENBLAS_NUM_THREADS ?= 1
export OPENBLAS_NUM_THREADS

# Absolute, because the book's notebooks run in another folder.
ifneq ($(CNNLAB_DATA),)
override CNNLAB_DATA := $(or $(shell cd "$(CNNLAB_DATA)" 2>/dev/null && pwd),$(error CNNLAB_DATA=$(CNNLAB_DATA) is not a folder))
export CNNLAB_DATA
endif

.PHONY: demo test book exercises grade bench bench-grading rosetta experiments lock clean
.DELETE_ON_ERROR:

demo: $(READY)
	$(BIN)/cnnlab demo $(if $(filter 0,$(SERVE)),--no-serve) $(if $(PORT),--port $(PORT))

test: $(READY) book
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	CNNLAB_BOOK=$(HTML) $(BIN)/pytest -n auto --dist loadfile

# From nothing: warnings are lost on a second build, and the execution cache does not notice a changed cnnlab.
book: $(READY)
	rm -rf build/book
	$(BIN)/jupyter-book build book --config _config.yml --path-output build/book -W -n --keep-going --all

exercises: $(READY)
	$(BIN)/cnnlab release

grade: $(READY)
	$(BIN)/cnnlab grade

# The longer runs on real data: over an hour on two cores. ARGS="mnist canvases" takes some, QUICK=1 only tries them out.
experiments: $(READY)
	$(BIN)/python book/experiments $(if $(filter-out 0,$(QUICK)),--quick) $(ARGS)

# A hundred submissions beside stock nbgrader, then up to 2,000. QUICK=1 only tries it out.
bench-grading: $(READY)
	$(BIN)/python book/experiments/grading $(if $(filter-out 0,$(QUICK)),--quick) $(ARGS)

# Beside PyTorch and others, in an environment of their own. QUICK=1 only tries it out, ARGS=… go to the program.
bench: $(BENCH)/.ready
	$(BENCH)/bin/python book/experiments/bench $(if $(filter-out 0,$(QUICK)),--quick) $(ARGS)

$(BENCH)/.ready: book/experiments/bench/requirements.txt | $(READY)
	[ -x $(BENCH)/bin/python ] || $(BIN)/python -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --requirement $<
	touch $@

# What six other libraries answer to small questions, in an environment of their own.
rosetta: $(ROSETTA)/.ready
	$(ROSETTA)/bin/python book/experiments/rosetta $(ARGS)

$(ROSETTA)/.ready: book/experiments/rosetta/requirements.txt | $(READY)
	[ -x $(ROSETTA)/bin/python ] || $(BIN)/python -m venv $(ROSETTA)
	$(ROSETTA)/bin/python -m pip install --quiet --requirement $<
	touch $@

lock: $(READY)
	$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes \
	    --no-annotate --upgrade --quiet --custom-compile-command "make lock" --output-file requirements.lock

# What a real class handed in, its gradebook and its secret stay: they cannot be made anew.
clean:
	rm -rf build/book build/demo build/source .pytest_cache .ruff_cache .hypothesis
	find . -path ./$(VENV) -prune -o -name __pycache__ -type d -exec rm -rf {} +

# The stamps are written last, so what was interrupted is begun again from nothing.
$(READY): $(LOCKED) pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $(READY)

$(LOCKED): requirements.lock
	@usable='import sys, ensurepip, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; \
	for python in $(if $(PYTHON),"$(PYTHON)",python3.13 python3.12 python3.11 python3 python); do \
	    "$$python" -c "$$usable" 2>/dev/null && break; \
	    python=; \
	done; \
	if [ -z "$$python" ]; then \
	    echo "cnnlab needs Python 3.11, 3.12 or 3.13 with its venv module, and $(if $(PYTHON),$(PYTHON) is not that,finds none)." \
	         "Debian, Ubuntu: sudo apt-get install python3-venv; macOS: brew install python@3.13;" \
	         "elsewhere: make PYTHON=/path/to/python" >&2; \
	    exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$python" --version): a few minutes, once."; \
	rm -rf $(VENV) && "$$python" -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	touch $(LOCKED)
