# Needs Python 3.11 or newer and make. Everything else is installed into .venv, once per change of the
# requirements. PORT, DATABASE_URL, REDIS_URL and the rest of .env.exemplo pass through from the environment.

PYTHON = python3
ARGS =
MINUTOS = 10

PY = .venv/bin/python
PIP = PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore $(PY) -m pip install -qq --no-input

.PHONY: help install run test e2e guia test-faults bench soak lint clean

help:
	@echo "make run      serve on http://127.0.0.1:8000 with a demo (PORT=8001 make run: elsewhere)"
	@echo "make test     all tests, on PostgreSQL with Redis, on SQLite without, in a browser, and under faults (ARGS=\"-k fila\": some)"
	@echo "make e2e      those of the browser only; they photograph each screen into var/telas (CHROMIUM=path: another)"
	@echo "make guia     the same, which also takes the pictures of the planner's guide anew (docs/imagens)"
	@echo "make test-faults  those that kill workers, servers and clocks only"
	@echo "make bench    this project beside what planners would use instead (BENCH_PRODUTOS=500 make bench: a quick look)"
	@echo "make soak     ten minutes of steady work: do memory and tables stay flat? (MINUTOS=60 make soak: longer)"
	@echo "make lint     style, imports between rooms, migrations, deployment checks"
	@echo "make install  .venv with everything that these need (PYTHON=python3.12 make install: another Python)"
	@echo "make clean    remove .venv and caches; var/, where the data is, stays"

install: .venv/dev

run: .venv/run
	@exec $(PY) -m estoque_site.executar

test: .venv/dev
	@exec $(PY) -m tests.executar $(ARGS)

e2e: .venv/dev
	@exec $(PY) -m tests.executar e2e $(ARGS)

guia: export GUIA = 1
guia: e2e

test-faults: .venv/dev
	@exec $(PY) -m tests.executar falhas $(ARGS)

bench: .venv/dev
	@exec $(PY) -m benchmarks

soak: .venv/dev
	@exec $(PY) -m tests.soak $(MINUTOS)

# In memory: a check must not leave a database behind, nor depend on the one that is there.
lint: export DATABASE_URL = sqlite:///:memory:
lint: export REDIS_URL =
lint: export DEBUG = 0
lint: export HTTPS = 1
lint: export ALLOWED_HOSTS = estoque.exemplo.com.br
lint: .venv/dev
	$(PY) -m ruff check --quiet .
	$(PY) -m ruff format --check --quiet .
	.venv/bin/lint-imports --no-logo
	SECRET_KEY=only-for-this-check $(PY) manage.py makemigrations --check --dry-run
	SECRET_KEY=`$(PY) -c 'import secrets; print(secrets.token_urlsafe(64))'` $(PY) manage.py check --deploy --fail-level WARNING

clean:
	rm -rf .venv .pytest_cache .ruff_cache .import_linter_cache .hypothesis

# The stamps: newer than the requirements they were installed from.

.venv/run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Python 3.11 or newer is needed, and $(PYTHON) is not (PYTHON=python3.12 make run: another one)." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' || { \
		echo "$(PYTHON) cannot make virtual environments: on Debian and Ubuntu, install python3-venv." >&2; exit 1; }
	@$(PY) -m pip --version >/dev/null 2>&1 || { echo "Making .venv"; $(PYTHON) -m venv --clear .venv; }
	@echo "Installing requirements.txt"
	@$(PIP) -r requirements.txt
	@touch $@

.venv/dev: .venv/run requirements-dev.txt requirements-otel.txt
	@echo "Installing requirements-dev.txt"
	@$(PIP) -r requirements-dev.txt
	@touch $@
