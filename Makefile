# What there is to do here; "make" alone lists it.
.PHONY: help chat check vuln test fuzz bench long

help: ## this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

chat: ## talk to the bot in this terminal
	go run ./cmd/bot chat

check: ## what CI runs: format, vet, staticcheck, words and flows, tests with the race detector
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo 'hint: gofmt -w .'; exit 1; }
	go vet ./...
	go tool staticcheck ./...
	go run ./cmd/bot check
	go test -race ./...

vuln: ## known vulnerabilities in what the program calls; needs the network
	.ci/vuln

test: ## the tests
	go test ./...

FUZZTIME ?= 20s
fuzz: ## every fuzz target for FUZZTIME each
	@for p in $$(go list ./...); do \
	  for f in $$(go test -list '^Fuzz' $$p | grep '^Fuzz'); do \
	    echo "$$p $$f"; go test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) $$p || exit 1; \
	  done; done

COUNT ?= 6
bench: ## benchmarks beside their floors, to bench/new.txt; compared with bench/old.txt if that is there
	@mkdir -p bench
	go test -run '^$$' -bench . -benchmem -count $(COUNT) ./... | tee bench/new.txt
	go tool benchstat $$(ls bench/old.txt 2>/dev/null) bench/new.txt

long: ## what takes hours: a million schedules, a thousand kills on each store, 500 failures of a cluster
	go test ./dialog/sim -run Schedules -sim.n=1000000 -timeout 0 -v
	go test -p 1 ./adapters/bolt ./adapters/redis -run HostKilled -kills=1000 -timeout 0 -v
	BOLT_KILLS=1000 go test ./adapters/bolt -run KilledAtAnyMoment -timeout 0 -v
	go test ./prompts/lexicon -run ModelIsFresh -anew -timeout 0
	go test ./adapters/redis -run Failures -failures=500 -timeout 0 -v
