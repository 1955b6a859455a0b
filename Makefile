# Set-up, demo, tests. Everything is installed inside the checkout (.venv, frontend/node_modules).
# Mirrors and proxies are pip's and npm's own settings (environment, pip.conf, .npmrc): nothing here names any.

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
DEMO_HOME := .lantu-demo
BENCH_VENV := .bench-venv
SERVE ?= 1
SIZE ?= county
ARGS ?=
# A process for each core; how tests are dealt out stands in tests/conftest.py. ARGS=-n0: one process, as a debugger needs.
SHARED_OUT := -n auto --maxprocesses 8 --dist loadscope --no-loadscope-reorder --max-worker-restart 0

# Ctrl-C ends a recipe without a line of complaint from make; what was half done is not stamped as done.
CALM := trap 'exit 0' INT;

# A .venv whose Python is gone, or that was made elsewhere (a moved checkout), is made again.
ifneq ($(shell $(PY) -c 'print(open("$(VENV)/.made").read().strip())' 2>/dev/null),$(CURDIR))
$(VENV)/.made: again
endif
ifneq ($(shell $(BENCH_VENV)/bin/python -c 'print(open("$(BENCH_VENV)/.made").read().strip())' 2>/dev/null),$(CURDIR))
$(BENCH_VENV)/.made: again
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo setup bench bench-package bench-review test check python-tests page-tests front node chromium lock clean again rule-pages

help:
	@echo '蓝图 Lantu'
	@echo
	@echo '  make demo           安装并演示：读批复、登记规划、测算、报告、地图 / set up and run the demo, then serve the map'
	@echo '  make demo SERVE=0   同上，出报告后结束 / the same, ending after the report'
	@echo '  make test           安装并做全部检查和测试 / set up, then every check and test'
	@echo '  make check          只做静态检查 / style, types, import contracts only'
	@echo '  make bench          与其他引擎比速度，写 docs/benchmarks.md（SIZE=smoke 试跑）/ time it against other engines'
	@echo '  make bench-package  只测成果质检，写同一页 / the package check alone, on the same page'
	@echo '  make bench-review   合规审查与 geopandas 比速度 / the review beside geopandas'
	@echo '  make setup          只安装 / set up only (.venv, the map page)'
	@echo '  make front          只构建地图页面 / build the map page only'
	@echo '  make lock           重新锁定依赖（UPGRADE=1 升级）/ lock dependencies again (UPGRADE=1: newest)'
	@echo '  make clean          删去安装和构建的一切 / remove all that was installed or built'

demo: setup
	@$(CALM) $(VENV)/bin/lantu demo --home $(DEMO_HOME) $(if $(filter 0 no,$(SERVE)),--no-serve) $(ARGS)

setup: front $(VENV)/.run

bench: $(VENV)/.run $(VENV)/.dev $(BENCH_VENV)/.peers
	@$(CALM) sh scripts/postgis.sh
	@$(CALM) $(PY) -m bench.run --size $(SIZE) $(ARGS)
	@$(CALM) $(PY) -m bench.quality --size $(SIZE)
	@$(CALM) $(PY) -m bench.review $(if $(filter smoke,$(SIZE)),--scale 0.3 --no-page)

bench-package: $(VENV)/.run $(BENCH_VENV)/.peers
	@$(CALM) sh scripts/postgis.sh
	@$(CALM) $(PY) -m bench.quality --size $(SIZE) $(ARGS)

bench-review: $(VENV)/.dev
	@$(CALM) $(PY) -m bench.review $(ARGS)

test: check python-tests page-tests
	@echo '全部通过 / everything passed'

check: setup $(VENV)/.dev
	@$(CALM) $(PY) -m ruff check
	@$(CALM) $(PY) -m ruff format --check
	@$(CALM) $(PY) -m mypy
	@$(CALM) $(VENV)/bin/lint-imports

python-tests: setup $(VENV)/.dev chromium
	@$(CALM) $(PY) -m pytest $(SHARED_OUT) $(ARGS)

page-tests: node
	@$(CALM) $(PY) build_front_end.py npm run check
	@$(CALM) $(PY) build_front_end.py npm test

front: node
	@$(CALM) $(PY) build_front_end.py

# The system's Node.js, else the one that PyPI carries.
node: $(VENV)/.made
	@$(CALM) $(PY) build_front_end.py node || $(PIP) install -r locks/node.txt

# Page tests need a browser; where it cannot be had they skip with a sentence.
chromium:
	@$(CALM) sh scripts/chromium.sh

$(VENV)/.made:
	@$(CALM) sh scripts/venv.sh $(VENV) && echo '$(CURDIR)' > $@

$(BENCH_VENV)/.made:
	@$(CALM) sh scripts/venv.sh $(BENCH_VENV) && echo '$(CURDIR)' > $@

$(BENCH_VENV)/.peers: $(BENCH_VENV)/.made locks/bench.txt
	@$(CALM) $(BENCH_VENV)/bin/python -m pip --disable-pip-version-check install -r locks/bench.txt && touch $@

$(VENV)/.run: $(VENV)/.made locks/run.txt pyproject.toml | front
	@$(CALM) $(PIP) install -r locks/run.txt && $(PIP) install -q --no-deps --no-build-isolation -e . && touch $@

$(VENV)/.dev: $(VENV)/.run locks/dev.txt
	@$(CALM) $(PIP) install -r locks/dev.txt && touch $@

# docs/rules is made from the rules; a test holds it against them.
rule-pages: $(VENV)/.run
	@$(CALM) $(PY) -m lantu.runs.rule_pages docs/rules

lock: node
	@$(CALM) $(PIP) install -q 'uv>=0.9' && sh scripts/lock.sh $(PY) $(if $(filter 1,$(UPGRADE)),--upgrade)
	@$(CALM) $(PY) build_front_end.py npm install --package-lock-only --omit-lockfile-registry-resolved \
		--no-audit --no-fund

clean:
	rm -rf $(VENV) $(BENCH_VENV) .bench-data $(DEMO_HOME) frontend/node_modules src/lantu/web/static build dist test-output
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
