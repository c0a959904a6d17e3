# `make run` starts ConvScope; `make test` checks everything. Both set up what they need:
# Python 3.11 or newer and make are all that must be there.
PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DATA ?= /usr/share/datasets/fashion-mnist
BIN := $(CURDIR)/.venv/bin
export PATH := $(BIN):$(PATH)
SHELL := /bin/bash
BABEL := python -m babel.messages.frontend -q
LANGUAGES := zh_CN
PYTEST := pytest -n auto --dist worksteal # one process a core

.DEFAULT_GOAL := run
.PHONY: run dev test lint types unit js browser messages bench thorough train retrain features

run: .state/run .state/bundle
	$(BIN)/convscope --host $(HOST) --port $(PORT)

dev: .state/run # one worker that starts again whenever a file changes
	$(BIN)/convscope --host $(HOST) --port $(PORT) --reload

test: .state/test .state/bundle
	$(MAKE) --jobs=2 --output-sync=target lint types js
	$(MAKE) unit browser

lint: .state/test .state/messages.pot
	ruff check app models tests tools
	ruff format --check app models tests tools
	node_modules/.bin/biome ci --colors=off --error-on-warnings .
	$(BABEL) update --check --ignore-pot-creation-date -i .state/messages.pot -d app/locale $(LANGUAGES:%=-l %)

types: .state/test static/core/api-schema.d.ts
	mypy
	node_modules/.bin/tsc -p .

unit: .state/test .state/bundle
	$(PYTEST) --ignore tests/browser --ignore tests/benchmarks

js: .state/test
	node --test "tests/js/**/*.test.js"

browser: .state/test .state/bundle
	$(PYTEST) tests/browser

bench: .state/test .state/bundle
	python -m tests.benchmarks

thorough: .state/test # the properties with twenty times as many examples
	THOROUGH=20 pytest tests/models tests/app/test_networks_fuzz.py

train: .state/run # all networks but ImageNet's, some four hours on one core; DATA= for another folder
	for name in mlp lenet tiny_vgg_none tiny_vgg_batch tiny_vgg_layer tiny_vgg_group tiny_vgg_instance mini_resnet mini_vit row_gru \
	  mlp_permuted tiny_vgg_permuted smiley_mlp smiley_cnn; do \
	  python -m models.train $$name --data $(DATA) || exit 1; \
	done

retrain: .state/run # again, elsewhere: are the accuracies of the cards reproduced? Half an hour; NAMES= for other networks
	python -m tools.retrain $(NAMES) --data $(DATA)

features: .state/run # the images that excite channels of EfficientNet-Lite0, about five minutes on one core
	python -m tools.features

messages: .state/run .state/messages.pot
	$(BABEL) update --ignore-pot-creation-date -i .state/messages.pot -d app/locale $(LANGUAGES:%=-l %) --no-fuzzy-matching

.PHONY: .state/messages.pot static/core/api-schema.d.ts # cheap, and their sources are many
.state/messages.pot: .state/run
	$(BABEL) extract -F babel.cfg -o $@ --add-location=file --omit-header --sort-by-file .

static/core/api-schema.d.ts: .state/test
	python -m tools.openapi > .state/openapi.json
	node_modules/.bin/openapi-typescript .state/openapi.json -o $@

.state/run: pyproject.toml package.json package-lock.json tools/vendor.mjs
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --editable .
	npm ci --omit=dev
	node tools/vendor.mjs
	mkdir -p $(@D) && touch $@

SCRIPTS := $(shell find static -name '*.js' -not -path 'static/vendor/*' -not -path 'static/bundle/*')
.state/bundle: .state/run tools/bundle.mjs $(SCRIPTS) $(wildcard static/css/*.css)
	node tools/bundle.mjs
	touch $@

.state/test: .state/run
	$(BIN)/pip install --quiet --editable '.[test]'
	npm ci
	python tools/browser.py
	touch $@
