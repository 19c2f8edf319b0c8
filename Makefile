# Leadflow. "make" prints what there is.

.DEFAULT_GOAL := help
.SHELLFLAGS := -eu -c

GO ?= go
# The race detector needs a C compiler. In CI it is always on: a machine without one fails there.
RACE := $(shell if [ -n "$${CI:-}" ] || { [ "$$($(GO) env CGO_ENABLED)" = 1 ] && command -v "$$($(GO) env CC)" >/dev/null 2>&1; }; then echo -race; fi)
# The tests in a browser are left out without one. In CI they fail then.
CHROMIUM := $(shell for c in chromium chromium-browser google-chrome google-chrome-stable; do command -v $$c && break; done)
FOLDERS := $(patsubst functions/%/function.json,%,$(wildcard functions/*/function.json))

.PHONY: help run demo services test fuzz bench lint gallery data publish-folder clean

help: ## this text
	@echo "Leadflow: marketplace leads to the right mailbox. Targets:"
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | awk -F '\t' '{ printf "  make %-15s %s\n", $$1, $$2 }'
	@echo "Ports for run, demo and services: WEBHOOK_PORT 7071, INBOX_PORT 8025, SMTP_PORT 1025, COSMOS_PORT 8081, SERVICEBUS_PORT 5672."

run: .local/bin/local stage-here ## start everything on this machine, deliver three samples, run until Ctrl-C
	@exec .local/bin/local run

demo: .local/bin/local stage-here ## the same, but exit by itself: 0 when the samples are in the inbox
	@exec .local/bin/local demo

services: .local/bin/local stage-here ## only the services, for "func start --script-root publish"
	@exec .local/bin/local services

test: ## all tests, with the race detector where there is a C compiler
	@test -n "$(RACE)" || echo "No C compiler found: the tests run without the race detector."
	@test -n "$(CHROMIUM)" || echo "No Chromium found: the tests in a browser are left out."
	@command -v npm >/dev/null || echo "No npm found: the tests with axe-core, which it fetches, are left out."
	$(GO) test $(RACE) -timeout 20m ./...

fuzz: ## a few seconds of every fuzz target; FUZZTIME=10s make fuzz for longer
	@.ci/fuzz

bench: ## what the webhook, the start and the stand-ins cost
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint: ## gofmt, go vet, staticcheck, go mod tidy, govulncheck where its database can be reached
	@.ci/lint

gallery: ## every page and mail from sample data in .local/gallery, with pictures where there is a Chromium
	@$(GO) run ./functions/cmd/gallery .local/gallery

data: ## write the lists of countries and mail providers again, from the pinned sources (needs npm)
	$(GO) generate ./shared/normalize

publish-folder: ## stage publish/ for Azure: host.json, handler, NAME/function.json and nothing else
	@$(MAKE) --no-print-directory stage STAGE_OS=linux STAGE_ARCH=amd64
	@echo "publish/ is ready: func azure functionapp publish APP --custom --script-root publish"

clean: ## remove what was built and the data of the local run
	rm -rf .local publish

.PHONY: .local/bin/local
.local/bin/local:
	@mkdir -p .local/bin
	@$(GO) build -trimpath -o $@ ./functions/cmd/local

.PHONY: stage stage-here
stage-here:
	@$(MAKE) --no-print-directory stage STAGE_OS="$$($(GO) env GOOS)" STAGE_ARCH="$$($(GO) env GOARCH)"

stage:
	@rm -rf publish && mkdir -p $(addprefix publish/,$(FOLDERS))
	@cp host.json publish/
	@for f in $(FOLDERS); do cp "functions/$$f/function.json" "publish/$$f/"; done
	@CGO_ENABLED=0 GOOS=$(STAGE_OS) GOARCH=$(STAGE_ARCH) $(GO) build -trimpath -ldflags '-s -w' -o publish/handler ./functions/cmd/handler
