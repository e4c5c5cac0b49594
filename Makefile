# Every target is made by make.py, which needs no make: `python -m make review` does the same, on Windows too.
# Arguments go in ARGS: make review ARGS="--period 2022 --lang en"
PYTHON ?= $(shell for python in python3.11 python3.12 python3.13 python3.14 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && exit; \
	done; echo python3)
ARGS ?=

TARGETS := setup review test test-long mutants lint types check lab docs site pictures dist bench bench-full clean
.DEFAULT_GOAL := help
.PHONY: help $(TARGETS)

help:
	@$(PYTHON) make.py --help

$(TARGETS):
	@$(PYTHON) make.py $@ $(ARGS)
