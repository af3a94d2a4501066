# Two commands do everything: `make lab` opens the course, `make test` proves it.
# Both make the environment by themselves, once. On Windows see README.md.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.PHONY: lab test browser colab-test places matrix planted mutants build bench colab lint lock clean

lab: $(VENV)/learner  ## open JupyterLab at the first chapter
	$(BIN)/jupyter lab --LabApp.default_url=/lab/tree/notebooks/00_start_here.ipynb \
		$(if $(filter 0,$(shell id -u)),--allow-root)

test: $(VENV)/maintainer  ## run every test, and strict nbval over every notebook
	$(BIN)/python -m pytest

browser: $(VENV)/maintainer  ## the tests in a real browser, with the whole of chapter 06
	WHOLE_CHAPTER=1 $(BIN)/python -m pytest -n0 tests/test_browser.py tests/test_browser_playground.py

build: $(VENV)/maintainer  ## build the notebooks whose sources have changed
	$(BIN)/python notebooks/build.py

colab: $(VENV)/maintainer  ## write stand-alone notebooks to build/colab/
	$(BIN)/python notebooks/build.py --colab

colab-test: $(VENV)/maintainer  ## run every notebook in an environment of Colab's versions (uses uv)
	$(BIN)/python tests/colab.py

places: $(VENV)/maintainer  ## open a chapter in every place where somebody may open it
	$(BIN)/python tests/places.py

matrix: $(VENV)/maintainer  ## run every test on TensorFlow 2.18 to 2.21 and four processors (uses uv; hours)
	$(BIN)/python tests/matrix.py

planted: $(VENV)/maintainer  ## plant changes in a copy and see each of them caught (about ten minutes)
	$(BIN)/python tests/planted.py

mutants: $(VENV)/maintainer  ## change the helpers in samples of 100 places: the unit tests must fail (uses uv; an hour or more)
	VIRTUAL_ENV="$(abspath $(VENV))" uv run --active --no-project --with cosmic-ray==8.7.0 python tests/mutants.py

bench: $(VENV)/bench  ## compare train_many with other ways to train, cost of exact regions (about ten minutes)
	$(BIN)/python benchmarks/train_many.py
	$(BIN)/python benchmarks/regions.py

lint: $(VENV)/maintainer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check utils tests data benchmarks notebooks/*.py

lock:  ## renew constraints.txt, the pins that CI installs
	uv pip compile --universal --python-version 3.10 --no-header --no-annotate --no-emit-index-url \
		--quiet requirements-dev.txt --output-file constraints.txt

clean:
	rm -rf $(VENV) build artifacts

# A stamp file stands for an installed environment, so a second call installs nothing.
$(VENV)/learner: requirements.txt | $(VENV)/python
	@echo "Installing what a learner needs (about 1 GB, once) ..."
	$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(VENV)/maintainer: requirements.txt requirements-dev.txt | $(VENV)/python
	@echo "Installing what the tests need (about 1 GB, once) ..."
	$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(VENV)/learner

$(VENV)/bench: requirements-bench.txt requirements.txt | $(VENV)/python
	@echo "Installing what train_many is compared with (about 1 GB, once) ..."
	$(PIP_INSTALL) -r requirements-bench.txt
	@touch $@

$(VENV)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python was not found: install Python 3.10 to 3.13, or name it: make PYTHON=/path/to/python3.12"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' || { echo "TensorFlow needs Python 3.10 to 3.13, but $$($(PYTHON) --version 2>&1) was found: name another one, make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python cannot make environments: on Debian and Ubuntu run sudo apt install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@
