# Yizhan 驿站. `make` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test test-reliability test-thread-sanitizer soak fuzz bench-peers build lint format deps deps-test clean

SWIFT := Sources Tests Package.swift docs/benchmarks/http-client/Package.swift docs/benchmarks/http-client/Sources
RELEASE := swift build -c release --product yizhan --static-swift-stdlib

# One folder of tests after the other, and one test after the other in it: those that count seconds need the machine to
# themselves. The end-to-end tests wait most of their time, and keep their number down by themselves.
TESTS := $(filter-out ReliabilityTests,$(notdir $(wildcard Tests/*Tests)))

# Of the fuzzer: how long for each target, and which; all where none is named.
SECONDS := 60
TARGET :=

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 32

run: deps ## from nothing to a running demo: packages, build, embedded PostgreSQL; then keeps serving
	$(RELEASE)
	exec .build/release/yizhan demo

test: deps-test ## from nothing to all tests passed but the fault suite: packages, build, private PostgreSQL, Swift tests and pgTAP
	swift build --build-tests
	@failed=(); for tests in $(TESTS); do \
		echo "== $$tests"; \
		parallel=--no-parallel; [[ $$tests != EndToEndTests ]] || parallel=--parallel; \
		swift test --skip-build $$parallel --filter "^$$tests\\." || failed+=("$$tests"); \
	done; \
	[[ $${#failed[@]} -eq 0 ]] || { echo "failed: $${failed[*]}"; exit 1; }

test-reliability: deps-test ## relays, databases and links harmed under load, and a checker of what became of every order
	swift build --build-tests
	swift test --skip-build --filter '^ReliabilityTests\.'

soak: deps-test ## the same faults all together, for HOURS=n (0.1 will do) or until a promise is broken
	@[[ "$(HOURS)" =~ ^[0-9]+(\.[0-9]+)?$$ ]] || { echo "usage: make soak HOURS=n; 0.1 will do" >&2; exit 2; }
	swift build --build-tests
	YIZHAN_SOAK_HOURS=$(HOURS) swift test --skip-build --filter '^ReliabilityTests\.SoakTests'

test-thread-sanitizer: deps-test ## the tests again, built to find data races; into .build-tsan
	.ci/test-thread-sanitizer $(TESTS)

fuzz: deps-test ## try what reads strangers' bytes with bytes nobody thought of: SECONDS=60 for each, TARGET=json
	.ci/fuzz $(SECONDS) $(TARGET)

bench-peers: build ## Yizhan beside PgQueuer and procrastinate on this machine, by turns; see docs/benchmarks/peers.md
	python3 -m venv .build/bench-peers
	.build/bench-peers/bin/pip install --quiet --requirement docs/benchmarks/requirements.txt
	.build/bench-peers/bin/python docs/benchmarks/peers.py

build: deps ## the release binary, .build/release/yizhan
	$(RELEASE)

lint: ## fail on what `make format` would change
	swift format lint --strict --recursive --parallel $(SWIFT)

format: ## format the Swift sources in place
	swift format --in-place --recursive --parallel $(SWIFT)

deps: ## install the missing system packages that building and running need
	@.ci/install-packages

deps-test: ## the same, and what only the tests need
	@.ci/install-packages --tests

clean: ## remove what was built; data in .yizhan stays
	rm -rf .build .build-fuzz .build-tsan docs/benchmarks/http-client/.build
