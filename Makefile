# Everything one does with Svet. `make help` explains each target.

SHELL := /bin/sh
.DEFAULT_GOAL := help
PORT ?= 8000
DATA ?= .svet
RUNS ?= 5
# Debian's first: installations run in it, and it is built by profile, a quarter less of a processor than one made at home.
BASE_PYTHON ?= $(shell /usr/bin/python3.11 -c 'import ensurepip, venv' 2> /dev/null && echo /usr/bin/python3.11 || command -v python3.11 || command -v python3)
PYTHON := .venv/bin/python
BUILD_PYTHON := .venv/build/bin/python
# Only what the hashes name may be installed, by whichever of uv and pip can reach it.
INSTALL := $(PYTHON) deploy/environment.py
# Without `--upgrade` every pin that still fits is kept, however old.
pin = set -e; for each in requirements requirements-installer requirements-dev requirements-build requirements-site; do \
	$(PYTHON) -m uv pip compile $(1) --quiet --universal --generate-hashes --no-emit-index-url --no-emit-find-links \
	--no-header --python-version 3.11 $$each.in -o $$each.txt; done
export PIP_NO_INPUT := 1
export PIP_ROOT_USER_ACTION := ignore

.PHONY: help demo check test style types suite coverage mutants chaos vera kills axe pictures drill bench bench-face lighthouse shots site drawings settings lock upgrade migrations baseline rolling packages image trial document environment environment-dev environment-build browser peers clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: environment ## Start everything with the sample town: make demo [PORT=8000] [DATA=.svet]
	@exec $(PYTHON) -m svet demo --port "$(PORT)" --data "$(DATA)"

check: style types ## Style, types, the floors of the house, the architecture tests
	$(PYTHON) -m pytest tests/architecture

# What comes from Debian and npm is waited for beside what comes from PyPI, which keeps one processor busy.
test: ## All checks and all tests, the journeys in headless Chromium among them
	@$(MAKE) --no-print-directory -j 3 environment-dev browser peers
	@$(MAKE) --no-print-directory style
	@$(MAKE) --no-print-directory -j 2 types suite

style: environment-dev
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	.venv/bin/lint-imports --no-cache --no-logo

# Behind the tests, which wait for browsers and pauses: types take the seconds that those leave over.
types: environment-dev
	SVET_ENV=test nice -n 19 $(PYTHON) -m mypy svet tests bench deploy

suite: environment-dev
	$(PYTHON) -m pytest -n 3 --dist load

axe: environment-dev browser ## Ask axe about every page and state, narrow and wide, light and dark
	SVET_FACE_MATRIX=whole $(PYTHON) -m pytest tests/face

pictures: environment-dev browser ## Compare the main pages with those accepted [ACCEPT=1 accepts them], or every page with a revision's [SINCE=HEAD]
	$(if $(SINCE),$(PYTHON) -m tests.face.since $(SINCE),SVET_PICTURES=$(if $(ACCEPT),accept,whole) $(PYTHON) -m pytest tests/face/test_pictures.py)

coverage: environment-dev ## Which branches of each room the tests walk: make coverage [ROOM=ledger]
	$(PYTHON) -m tests.coverage $(ROOM)

mutants: environment-dev ## Whether a room's tests notice changes of its code: make mutants ROOM=ledger [COUNT=40]
	$(PYTHON) -m tests.mutants $(ROOM) $(if $(COUNT),--count $(COUNT))

chaos: environment-dev ## Lives of payments among faults, deaths and storms: make chaos [LIVES=1100] [SEED=7]
	SVET_CHAOS_LIVES=$(or $(LIVES),1100) SVET_CHAOS_SEED=$(SEED) $(PYTHON) -m pytest tests/chaos -s

vera: environment-dev ## Let schemathesis call every operation as a stranger, many times: make vera [TIMES=20]
	SVET_VERA_TIMES=$(or $(TIMES),20) $(PYTHON) -m pytest tests/contract/test_as_vera.py

kills: environment-dev ## Only the tests that kill processes or break connections, at every statement there is
	SVET_KILLS=every $(PYTHON) -m pytest -m chaos

attacks: environment-dev ## Print what each simulated attack reaches, beside its bound
	$(PYTHON) -m pytest -m attacks -s

drill: environment ## Restore the newest backup into a throw-away cluster and prove it: make drill FROM=FOLDER
	@$(PYTHON) -m svet drill "$(FROM)"

bench: environment-dev ## Measure readings per second and billing against the raw database, as ratios
	$(PYTHON) -m bench

bench-face: environment-dev browser ## Measure bytes, Web Vitals and Lighthouse marks of every page
	$(PYTHON) -m bench.face

lighthouse: environment-dev browser ## Lighthouse's marks, bytes and LCP of the twelve main pages, medians of five: make lighthouse [RUNS=5]
	FACE_MAIN=1 FACE_VISITS=$(RUNS) LIGHTHOUSE_RUNS=$(RUNS) $(PYTHON) -m bench.face

shots: environment-dev browser ## Take screenshots of every page at 360, 768 and 1440 px into shots/
	$(PYTHON) -m svet shots

site: .venv/.site ## Draw the site of the documents into dist/site, every broken link an error
	@$(PYTHON) docs/site dist/site

drawings: environment-dev ## Draw docs/drawings from the imports of the code
	$(PYTHON) -m tests.architecture.drawing docs/drawings

settings: environment ## Write docs/settings.md from the code
	$(PYTHON) -m svet.config.variables docs/settings.md

lock: environment-dev ## Pin what changed in requirements*.in with hashes into requirements*.txt; other pins stay
	@$(call pin,)

upgrade: environment-dev ## Resolve every requirement anew, to the newest that fit; svet doctor counts from that day
	@$(call pin,--upgrade)
	sed -i "s/^RESOLVED = .*/RESOLVED = date($$(date -u '+%Y, %-m, %-d'))/" svet/cli/doctor/components.py

rolling: environment-dev ## Let a former version serve on today's tables, alone and beside today's: make rolling [SINCE=TAG]
	@$(PYTHON) -m tests.upgrade.rolling $(SINCE)

packages: environment-build ## Build a wheel and a Debian package of what is committed into dist/
	@$(BUILD_PYTHON) -m deploy.packages dist

image: environment-build ## Build an OCI image of what is committed into dist/, with its bill of materials
	@$(BUILD_PYTHON) -m deploy.image dist

trial: environment-dev image ## Run the image as nobody on a root that cannot be written, as root
	@exec $(PYTHON) -m tests.packages.image dist/svet-*.oci.tar

document: environment-dev browser packages ## Carry docs/operations.md out on three machines of our own, as root
	@exec $(PYTHON) -m tests.document dist/svet_*.deb

migrations: environment ## Write migrations for changed models
	SVET_ENV=test $(PYTHON) -m svet manage makemigrations

baseline: environment-dev ## Record today's migrations and rows: only while nobody has an installation
	$(PYTHON) -m tests.upgrade.record

environment: .venv/.runtime ## Make .venv with what Svet needs to run

environment-dev: .venv/.development ## Make .venv with the checking and testing tools too

environment-build: .venv/build/.made .venv/.runtime

browser: .venv/.made ## Have a Chromium and fonts for the journeys (installs Debian's when we are root)
	@$(PYTHON) -m tests.browser

peers: .venv/.made ## Have node, npm's peers, promtool and clamd, by which gateways, metrics and alerts are proved
	@$(PYTHON) -m tests.npm
	@$(PYTHON) -m tests.promtool
	@$(PYTHON) -m tests.clamd

clean: ## Delete the environment and caches; DATA stays
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage shots
	find svet tests -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.made:
	@test -n "$(BASE_PYTHON)" || { echo "Svet needs Python 3.11 or newer" >&2; exit 1; }
	@"$(BASE_PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Svet needs Python 3.11 or newer" >&2; exit 1; }
	@$(PYTHON) -m pip --version > /dev/null 2>&1 || "$(BASE_PYTHON)" -m venv .venv
	@$(PYTHON) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "svet.pth").write_text(str(pathlib.Path.cwd()))'
	@printf '#!/bin/sh\nexec "$$(dirname "$$0")/python" -m svet "$$@"\n' > .venv/bin/svet && chmod +x .venv/bin/svet
	@touch $@

# Where uv cannot be had pip does it all.
.venv/.installer: requirements-installer.txt | .venv/.made
	@$(PYTHON) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r $< 2> /dev/null || true
	@touch $@

.venv/.runtime: requirements.txt | .venv/.installer
	@echo "Installing what Svet needs (once)"
	@$(INSTALL) requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt | .venv/.installer
	@echo "Installing the checking and testing tools (once)"
	@$(INSTALL) requirements-dev.txt
	@touch $@ .venv/.runtime

.venv/.site: requirements-site.txt .venv/.development
	@echo "Installing what draws the documents (once)"
	@$(INSTALL) requirements-site.txt
	@touch $@

.venv/build/.made: requirements-build.txt | .venv/.made
	@echo "Installing the packaging tools (once)"
	@"$(BASE_PYTHON)" -m venv .venv/build
	@$(BUILD_PYTHON) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-build.txt
	@touch $@
