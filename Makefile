# The commands of the project. Each is a script under build/ that says at its
# top what it does; README.md tells about the first two.

.PHONY: run test reset-demo lint bench fuzz soak shots speed peers clean

run: ## start the demo portal and open the window (or the browser)
	@build/run.sh

test: ## everything that the project can check about itself
	@build/test.sh

reset-demo: ## forget the demo's data; keys made in it are forgotten too
	@build/run.sh --reset

lint: ## the checks that run no code
	@build/test.sh packages tools format vet staticcheck page-packages page-lint page-check

bench: ## benchmarks of the Go packages
	go test -run '^$$' -bench . -benchmem ./backend/... ./app/...

speed: ## the national primitives beside Go's and, with BEE2_DIR=checkout, bee2's, with their bars
	@build/speed.sh

peers: ## portald beside PocketBase, which is built through the module proxy, with their bars
	@build/peers.sh

fuzz: ## every fuzz target for FUZZTIME (60s each by default)
	@build/fuzz.sh

soak: ## the stories, small and failing disks (as root), and deaths at random moments, SOAK times (10 by default); times of secrets, long; files of 2 GB; deaths at every step of an upgrade and at every statement of the drafts, and what 100,000 of them cost; the exchange, on PostgreSQL too
	RUNS=2000 build/mutants.sh && RUNS=$$(( 5000 * $${SOAK:-10} )) build/histories.sh
	AKNO_SOAK=1 AKNO_KILLS=1000 CGO_ENABLED=0 go test -count=1 -timeout 2h -run 'Killed|OneOrder' -v ./backend/internal/syncsim
	RUNS=$$(( 100 * $${SOAK:-10} )) SHARD=50 build/postgres.sh build/histories.sh
	cd backend/stb && go test -count=1 -timeout 2h -run TheSameTime ./belt ./bign ./container ./internal/curve -args -samples=25
	CGO_ENABLED=0 go test -tags soak -count=1 -timeout 60m -v -run '^TestTwoGigabytes' ./backend/cmd/aknoctl
	AKNO_SOAK=1 CGO_ENABLED=0 go test -count=1 -timeout 90m -run 'Death' -v ./backend/desktop/store
	AKNO_SOAK=1 CGO_ENABLED=0 go test -count=1 -timeout 60m -run 'Death|Kill|CostAtMostThreeBareReads|OpeningDoes|SavingAnAnswer' -v ./backend/desktop/draft
	@build/test.sh packages page-packages page-build builds && cd frontend && AKNO_EVERYWHERE=1 npx playwright test --config e2e/playwright.config.ts
	@cd frontend && AKNO_SEED=$${AKNO_SEED:-20261121,1,2,3,4} npx playwright test --config e2e/playwright.config.ts --repeat-each $${SOAK:-10}

shots: ## pictures of every step of the stories, into build/shots
	@build/test.sh packages page-packages page-build builds stories window

clean: ## remove what was built
	rm -rf build/bin build/shots build/logs
