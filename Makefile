# `make` lists what can be made. Every target does its own set-up: nothing has to be installed or run before it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
# Bazel runs one command at a time anyway.
.NOTPARALLEL:

export BAZEL ?= bazel
PREFIX ?= /usr/local

# A terminal gets Bazel's progress, a log only what went wrong.
BAZEL_FLAGS := --ui_event_filters=-info $(shell test -t 2 || echo --noshow_progress)
# The engine's own Node, so that no other has to be there.
NODE := node_modules/node-linux-$(patsubst aarch64,arm64,$(patsubst x86_64,x64,$(shell uname -m)))/bin/node

##@ Use
.PHONY: run bench bench-generator bench-micro bench-peers
run: ARGS ?= dev examples
run: hearth ## Run hearth on examples/; anything else with ARGS="dev my/folder --port 9000"
	@exec bazel-bin/cli/hearth $(ARGS)

bench: hearth ## Measure cold starts, capacity, the sandbox's layers and the CPU limit on this machine, for about 3 minutes
	@$(BAZEL) build $(BAZEL_FLAGS) //bench:cold_start //bench:capacity //isolate_pool/sandbox:sandbox_bench
	@echo 'bench: cold starts'
	@bazel-bin/bench/cold_start
	@echo; echo 'bench: capacity'
	@bazel-bin/bench/capacity
	@echo; echo 'bench: limits.cpu'
	@$(NODE) bench/cpu_limit.mjs
	@echo; echo 'bench: layers of the sandbox'
	@bazel-bin/isolate_pool/sandbox/sandbox_bench 2>/dev/null

bench-micro: setup-build setup-test ## Measure the hot pieces of hearth one by one (Google Benchmark)
	@$(BAZEL) build $(BAZEL_FLAGS) //isolate_pool/channel:frame_bench //isolate_pool/pool:pool_bench //invoker:http_server_bench
	@bazel-bin/isolate_pool/channel/frame_bench 2>/dev/null
	@bazel-bin/isolate_pool/pool/pool_bench 2>/dev/null
	@bazel-bin/invoker/http_server_bench 2>/dev/null

bench-generator: hearth ## Show what hearth bench can send: against the least that a server can be
	@echo 'bench-generator: //bench/load:trivial_server'
	@$(BAZEL) build $(BAZEL_FLAGS) -c opt //bench/load:trivial_server
	@coproc server { exec bazel-bin/bench/load/trivial_server; }; read -r _ _ address <&"$${server[0]}"; \
	  for connections in 1 32 256; do \
	    bazel-bin/cli/hearth bench "http://$$address/" --closed --connections $$connections $(ARGS); \
	  done; \
	  bazel-bin/cli/hearth bench "http://$$address/" --rate 20000 --arrivals poisson $(ARGS); \
	  exec {server[1]}>&-; wait

bench-peers: hearth setup-peers ## Measure hearth beside other platforms, for about 25 minutes; writes docs/benchmarks.md
	@echo 'bench-peers: tests/peers'
	@exec $(NODE) tests/peers/run.mjs $(ARGS)

##@ Build
.PHONY: build hearth install clean
build: setup-build setup-test ## Build everything
	@echo 'build: //...'
	@$(BAZEL) build $(BAZEL_FLAGS) //...

hearth: setup-build ## Build only the hearth command
	@echo 'build: //cli:hearth //cli:hearth-exec'
	@$(BAZEL) build $(BAZEL_FLAGS) //cli:hearth //cli:hearth-exec

# Builds nothing, so that `sudo make install` leaves no files of root in the tree and no second Bazel.
install: ## Install what `make hearth` has built below $(DESTDIR)$(PREFIX)
	@test -x bazel-bin/cli/hearth || { echo 'install: error: nothing is built: run `make hearth` first' >&2; exit 1; }
	install -D -m 755 -t '$(DESTDIR)$(PREFIX)/bin' bazel-bin/cli/hearth bazel-bin/cli/hearth-exec
	install -D -m 755 -t '$(DESTDIR)$(PREFIX)/lib/hearth' $(NODE) bazel-bin/isolate_pool/zygote/libisolate.so

clean: ## Remove what was built (node_modules stays)
	$(BAZEL) clean
	rm -rf .cache compile_commands.json

##@ Check
.PHONY: test test-unit test-integration test-browser test-hostile test-asan test-tsan lint format
test: build test-unit test-integration test-browser test-hostile ## Run all tests

test-unit: setup-build setup-test ## Run the tests that stand beside the code
	@echo 'test: //...'
	@$(BAZEL) test $(BAZEL_FLAGS) //...

test-integration: hearth ## Run tests/integration and tests/compatibility against the hearth command
	@echo 'test: tests/integration'
	@$(NODE) --test --test-reporter=spec --test-concurrency=2 --test-timeout=120000 tests/integration/*.test.mjs tests/compatibility/*.test.mjs tests/peers/*.test.mjs

test-browser: hearth setup-test ## Run tests/browser: what hearth shows in a browser
	@echo 'test: tests/browser'
	@$(NODE) --test --test-reporter=spec --test-timeout=120000 tests/browser/*.test.mjs

# One after the other, since each attack is measured by what it does to its neighbour.
test-hostile: hearth ## Run tests/hostile: about 200 attacks beside a function that must not notice
	@echo 'test: tests/hostile'
	@$(NODE) --test --test-reporter=spec --test-concurrency=1 tests/hostile/*.test.mjs

test-asan test-tsan: test-%: setup-build setup-test ## Run the unit tests under a sanitizer
	@echo 'test: //... ($*)'
	@$(BAZEL) test $(BAZEL_FLAGS) --config=$* //...

lint: setup-build setup-test setup-lint ## Check formatting, layering, links, and the code with clang-tidy
	@tools/lint

format: setup-lint ## Format the C++ sources
	@git ls-files -z --cached --others --exclude-standard '*.h' '*.cc' | xargs -0 -r clang-format-19 -i

.PHONY: setup-build setup-test setup-lint setup-peers help
setup-build setup-test setup-lint setup-peers: setup-%:
	@tools/setup $*

help:
	@awk -F ': .*## |: ## ' '/^##@/ {print "\n" substr($$0, 5)} /^[a-z -]+:.* ## / {printf "  make %-20s %s\n", $$1, $$2}' \
	  $(MAKEFILE_LIST)
