# The one way in: `make` lists the targets, `make test` is what CI runs.
SHELL := /bin/bash
.DEFAULT_GOAL := help

KILLS ?= 50
WAKES ?= 2000
ACTORS ?= 200
ACTOR ?=
# make kills N=10 is short for KILLS=10; make bench N=10000 sets the number of wakes per mode.
N ?=
# So many tests at once: more would only wait for a processor, and the time limit of a test counts that.
PROCESSORS := $(shell nproc)
PYTHON := .venv/py/bin/python

.PHONY: help install venv servers build demo test test-python kills hostile simulate mutants sweep-journal fuzz-journal fuzz-wire bench bench-machine bench-journal bench-compaction generate format lint clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## install the Debian packages the project needs (skips what is there)
	@scripts/install.sh

venv: install ## make the Python environment .venv/py and the Python code of Protos/
	@scripts/venv.sh

servers: install ## fetch the nats-server versions that the tests run against
	@if [ -x scripts/nats-servers.sh ]; then scripts/nats-servers.sh; fi

build: install ## debug build
	swift build

demo: venv ## the main job on real processes, printed as it happens, and a verdict; ACTOR=PROGRAM runs that as every actor
	swift build --product roost
	$(PYTHON) scripts/demo/demo.py $(if $(ACTOR),--actor '$(ACTOR)')

test: install venv servers ## everything CI runs: install, build, all tests
	SEEDS=10000 scripts/simulate.sh
	swift build --build-tests
	swift test --skip-build --disable-xctest --experimental-maximum-parallelization-width $(PROCESSORS)

test-python: venv ## only the tests of the Python tools
	$(PYTHON) -m unittest discover -s Tests/python -p 'test_*.py'

kills: venv ## kill -9 the worker N times under load and let the outside checker judge
	swift build --product roost
	$(PYTHON) Tests/python/kills.py --kills $(or $(N),$(KILLS)) --wakes $(WAKES) --actors $(ACTORS) $(if $(SEED),--seed $(SEED))

hostile: venv ## send RATE=1000 random and mutated messages a second on every subject of a live worker for SECONDS=600
	swift build --product roost
	$(PYTHON) Tests/python/hostile.py --seconds $(or $(SECONDS),600) --rate $(or $(RATE),1000) $(if $(SEED),--seed $(SEED))

simulate: install ## play SEEDS=n seeds of the simulation from FIRST=k on, or one, SEED=k, with its log
	@SEEDS=$(SEEDS) FIRST=$(FIRST) SEED=$(SEED) STEPS=$(STEPS) scripts/simulate.sh

mutants: install ## put each deliberate bug of Tests/Mutants, or MUTANTS=NAME, into a copy and see that the simulation catches it
	@MUTANTS='$(MUTANTS)' scripts/mutants.sh

sweep-journal: install ## crash the journal at every write and flush of a run of RECORDS=5000, with lost and reordered writes
	@SEED=$(SEED) RECORDS=$(RECORDS) scripts/journal-trials.sh sweep

fuzz-journal: install ## read N=1000000 journals whose files were mutated, from seed FIRST=0 on
	@N=$(N) FIRST=$(FIRST) scripts/journal-trials.sh fuzz

fuzz-wire: install ## send N=1000000 mutated inputs through each decoder, under the address and leak sanitizers
	@N=$(N) FIRST=$(FIRST) scripts/fuzz-wire.sh

bench: install ## wakes/s and p50/p99 wake -> start of the release build (N wakes per mode)
	@N=$(N) scripts/bench.sh

bench-machine: install ## what the pure machine costs: a cycle, and freeing one slot with 1,000 to 100,000 pending
	@swift build -c release --product RoostBench >&2
	@.build/release/RoostBench

bench-journal: install ## what N sleeping actors cost in the journal: bytes, start, compaction, memory
	@N=$(or $(N),1000000) scripts/bench-journal.sh

bench-compaction: install ## p99 of wake -> start while a journal of N actors is compacted, and without that
	@N=$(or $(N),1000000) scripts/bench-compaction.sh

generate: install ## make the C code of Protos/ again
	scripts/generate-protos.sh

format: ## let swift format rewrite the sources
	swift format -i -r -p Package.swift Sources Tests

lint: ## check the layout of the sources, changing nothing
	swift format lint -s -r -p Package.swift Sources Tests

clean: ## remove what was built, the Python environment included
	rm -rf .build .venv
