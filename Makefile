LNBITS_VERSION ?= 1.6.2
LNBITS_VERSIONS = 1.6.2 1.5.6 1.4.2 1.3.1
PORT ?= 5006
STRICT ?=
DATABASE ?= sqlite
TESTS ?= tests
# pytest's processes; tests mostly wait for servers. 0: one, without distribution
ifeq ($(TESTS),tests)
WORKERS ?= 4
else
WORKERS ?= 0
endif
PYTHON = $$(python3 tools/setup.py $(LNBITS_VERSION))

.PHONY: run quick test check torture bench bench-clients screenshots release names lock \
  clean

run:
	@python="$(PYTHON)" && exec "$$python" tools/demo.py $(PORT)

# Format, lint, types, imports and unit tests, without npm too (JavaScript is then
# left out, with a note).
quick: check
	@$(MAKE) -s test TESTS=tests/unit

test:
	@python="$(PYTHON)" && PAYFEED_STRICT=$(STRICT) PAYFEED_DATABASE=$(DATABASE) "$$python" -m pytest -c tests/pytest.ini --rootdir tests -n $(WORKERS) --dist loadgroup $(TESTS)

check:
	@python="$(PYTHON)" && \
	"$$python" -m ruff format --check . && \
	"$$python" -m ruff check . && \
	mkdir -p .cache/src && ln -sfn "$(CURDIR)" .cache/src/payfeed && \
	MYPYPATH=.cache/src "$$python" -m mypy -m payfeed -m payfeed.migrations && \
	MYPYPATH=clients/python/src "$$python" -m mypy -p lnbits_payfeed && \
	"$$python" tools/check_imports.py && "$$python" tools/packages.py && STRICT=$(STRICT) "$$python" tools/npm.py && \
	echo "check passed"

torture:
	@python="$(PYTHON)" && "$$python" tests/torture.py --kills 20 --payments 1000
	@python="$(PYTHON)" && "$$python" tests/clients/bridge_torture.py nats
	@python="$(PYTHON)" && "$$python" tests/clients/bridge_torture.py rabbitmq

bench:
	@python="$(PYTHON)" && "$$python" benchmarks/bench.py $(MEASURES)

# Events per second of the clients, beside bare loops that parse JSON.
bench-clients:
	@python="$(PYTHON)" && "$$python" benchmarks/clients.py

screenshots:
	@python="$(PYTHON)" && "$$python" tools/screenshots.py .cache/screenshots docs/images

# dist/ for GitHub and the registry, or for BASE_URL; installed on every LNbits
release:
	@python3 tools/build_release.py
	@for version in $(LNBITS_VERSIONS); do \
	  echo "LNbits $$version:"; \
	  PAYFEED_RELEASE="$(CURDIR)/dist" $(MAKE) -s test LNBITS_VERSION=$$version \
	    TESTS=tests/e2e/test_release.py || exit 1; \
	done

# The publisher's names, from publisher.json, in every file
names:
	@python3 tools/publisher_names.py

lock:
	@python3 tools/lock.py

clean:
	rm -rf .cache dist
