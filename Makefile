# make demo and make test do all set-up by themselves: they need Python 3.11 or newer, pip and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Which build of torch: auto fits the machine; cpu, cu126, cu130, ... or default (pip's own index) say it.
TORCH_INDEX ?= auto

.PHONY: demo test quick lint types walls bench starter starter-evaluation templates commands pictures newcomers api sbom locks audit setup clean

demo: $(READY)
	$(BIN)/xl-vqa demo

# Everything, the slow tests too, in two processes: while one waits for a host or an office, the other computes.
# A file's tests stay together and in their order. In one process: make test TEST_PROCESSES=0
TEST_PROCESSES ?= 2
test: $(READY)
	$(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder --max-worker-restart 0

quick: $(READY)
	$(BIN)/python -m pytest -m "not slow"

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

walls: $(READY)
	$(BIN)/lint-imports

bench: $(READY)
	$(BIN)/python -m benchmarks

# Data, training, evaluation and card of the starter model: hours on two cores from nothing, and it resumes.
starter: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[starter]"
	$(BIN)/python -m starter.make --output model/starter

# Figures and card of the starter again, from its weights and the clips that "make starter" left.
starter-evaluation: $(READY)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[starter]"
	$(BIN)/python -m starter.card.evaluation --model model/starter

# The workbooks that ship; LibreOffice computes the figures stored in them.
templates: $(READY)
	$(BIN)/python -m tools.make_sample_monitor
	$(BIN)/python -m xl_vqa.workbooks.templates.build

# The pages of every command, in both languages, as the program itself tells it.
commands: $(READY)
	$(BIN)/python -m tools.make_commands_page

# The pictures of README and docs, in both languages; needs LibreOffice, poppler-utils and chromium.
pictures: $(READY)
	$(BIN)/python -m tools.make_pictures

# What the newcomers' ways take from nothing, for docs/newcomers.md; needs pip's index, and about 2 GB.
newcomers: $(READY)
	$(BIN)/python -m tests.newcomers.minutes $$(mktemp -d)

# Pages of the Python API from its docstrings, into build/api (open index.html).
api: $(READY)
	$(BIN)/python -m tools.make_api_pages

# What an installation is made of, as CycloneDX JSON: build/sbom.json.
sbom: $(READY)
	$(BIN)/python -m pip install --quiet "cyclonedx-bom>=7,<8"
	mkdir -p build
	$(BIN)/python -m cyclonedx_py environment --pyproject pyproject.toml --output-reproducible --output-file build/sbom.json $(BIN)/python

# The hashes of every package, for Linux, Windows and macOS (docs/install.md).
locks: $(READY)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/python tools/make_locks.py

# Licences, and whether the index still has what is locked; docs/it.md says what is not looked up.
audit: $(READY)
	$(BIN)/python tools/audit_packages.py

setup: $(READY)

# The marker file is written last, so an interrupted set-up is begun again.
# torch comes first: which build fits, pip cannot know, and a wrong one brings several GB or leaves the card idle.
$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit("xl_vqa needs Python 3.11 or newer; this is %s. Try: make PYTHON=python3.12" % sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m xl_vqa.torch_setup --quiet --index $(TORCH_INDEX)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".[all,test,dev]"
	touch $(READY)

clean:
	rm -rf $(VENV) demo_output
