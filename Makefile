# Cistern's commands. Each says what it does; `make` alone lists them.
.DEFAULT_GOAL := help
.PHONY: help prepare fmt check it test images cli cluster-parts cluster-up cluster-down demo bench clean
SHELL := /bin/bash
# The steps of `test` depend on each other, and each uses the whole machine.
.NOTPARALLEL:

MVN := ./mvnw
CLUSTER := test/cluster/cluster
NODES ?= 1
# One place says what a step is about, so that a log can be read by its headings.
step = @echo; echo "==> $(1)"

help: ## this list
	@echo "Cistern: make TARGET"
	@awk -F ':.*## ' '/^[a-z-]*:.*## / {printf "  %-14s %s\n", $$1, $$2}' Makefile

prepare: ## look for what the machine needs; on Debian, as root, install what is missing
	$(call step,looking for the tools that the build and the tests need)
	@test/prepare.sh

fmt: ## format the sources
	$(call step,formatting Java and Go)
	@$(MVN) -q spotless:apply
	@gofmt -l -w deploy/images/pack test/cluster test/bench

check: prepare ## format, static analysis, unit tests, architecture tests (no cluster)
	$(call step,checking the format, compiling with Error Prone and NullAway, running the unit and architecture tests)
	@$(MVN) spotless:check verify
	$(call step,testing the writer of images)
	@cd deploy/images/pack && GOWORK=off go vet ./... && GOWORK=off go test ./...
	$(call step,testing the benchmark)
	@cd test/bench && GOWORK=off go vet ./... && GOWORK=off go test ./...

images: prepare ## build the images into target/images (nothing unchanged is built again)
	$(call step,building the images)
	@deploy/images/build.sh

cli: prepare ## build the command: target/cistern-cli/bin/cistern, which runs on Linux without a Java of the machine's
	$(call step,building the command cistern)
	@deploy/images/build.sh --command target/cistern-cli

cluster-parts: prepare
	@test/prepare.sh node
	$(call step,building the parts of the local cluster that are not in the cache)
	@$(CLUSTER) build

it: cluster-parts images cli ## integration and system tests: real servers and a real cluster
	$(call step,running the integration and system tests)
	@$(MVN) -Pit -DskipUnitTests=true verify

test: check it ## everything: check, then it

cluster-up: prepare ## start the local cluster (NODES=1..3) and print its KUBECONFIG
	$(call step,starting the local cluster)
	@$(CLUSTER) up --nodes $(NODES)

cluster-down: ## stop the local cluster and leave nothing behind
	$(call step,stopping the local cluster)
	@$(CLUSTER) down

demo: prepare ## from nothing to a pod that reads a bucket's data (KEEP=1 leaves it running)
	$(call step,the demo)
	@test/demo.sh

bench: prepare ## measure against the tools that people use today
	$(call step,the benchmark)
	@test/bench.sh

clean: ## remove what the build made here (the cache stays)
	$(call step,removing what the build made)
	@$(MVN) -q clean
	@rm -rf target
