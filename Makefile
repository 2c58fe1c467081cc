# Yizhan 驿站. `make` lists what there is.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test build lint format deps deps-test clean

RELEASE := swift build -c release --product yizhan --static-swift-stdlib

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 20

run: deps ## from nothing to a running demo: packages, build, embedded PostgreSQL; then keeps serving
	$(RELEASE)
	exec .build/release/yizhan demo

test: deps-test ## from nothing to all tests passed: packages, build, private PostgreSQL, Swift tests and pgTAP
	swift build --build-tests
	swift test --skip-build

build: deps ## the release binary, .build/release/yizhan
	$(RELEASE)

lint: ## fail on what `make format` would change
	swift format lint --strict --recursive --parallel Sources Tests Package.swift

format: ## format the Swift sources in place
	swift format --in-place --recursive --parallel Sources Tests Package.swift

deps: ## install the missing system packages that building and running need
	@.ci/install-packages

deps-test: ## the same, and what only the tests need
	@.ci/install-packages --tests

clean: ## remove what was built; data in .yizhan stays
	rm -rf .build
