# One set of build tags everywhere: another one would compile SQLite again.
TAGS        := netgo,osusergo,sqlite_omit_load_extension
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION     := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
export GOFLAGS := -buildvcs=false -tags=$(TAGS)
export CGO_ENABLED := 1

.PHONY: help run demo build test check lint race fuzz bench bench-feed bench-mail test-clients golden browser

help: ## print this
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/'

build: ## build bin/lull, one static binary
	go build -trimpath -ldflags '-s -w -linkmode external -extldflags "-static" -X main.version=$(VERSION)' -o bin/lull ./server

run: build ## build and serve, with nothing to configure
	bin/lull

demo: build ## serve a believable team's windows from data/demo.db
	@test -e data/demo.db || LULL_DATABASE=data/demo.db bin/lull demo
	LULL_DATABASE=data/demo.db bin/lull

test: ## pass every test, on SQLite and, where its programs are, on PostgreSQL
	go test ./...
	sh scheduler/store/storetest/with-postgres.sh go test ./scheduler/... ./notifier/... ./server/...

check: lint test ## what CI runs

lint: ## format, vet and staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt -w on these"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

race: ## the tests under the race detector, but those of a process of its own
	go test -race -short ./...

fuzz: ## ten seconds of each fuzz target
	@for pkg in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$pkg | grep ^Fuzz); do \
		go test -run '^$$' -fuzz "^$$f$$" -fuzztime 10s -fuzzminimizetime 5x $$pkg || exit 1; done; done

bench: ## the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

bench-feed: ## a cached feed beside nginx, which is skipped where it is not installed
	go test -run '^$$' -bench '^BenchmarkFeed' -benchtime 1x ./server

bench-mail: ## 10,000 mails beside smtp-source, to smtp-sink; skipped without Debian's postfix
	go test -run '^$$' -bench '^BenchmarkOutbox$$' -benchtime 1x -v ./notifier

test-clients: ## read our feeds with the libraries of calendar programs, installed where missing
	sh server/feed/testdata/clients/install.sh
	REQUIRE_CLIENTS=1 go test -count 1 -run Clients -v ./server/feed

golden: ## rewrite the golden files
	go test ./scheduler/ical ./notifier ./server/api ./web -update

browser: ## the tests that need chromium, which then must be there
	REQUIRE_BROWSER=1 go test ./server/...
