"""`ppocr-lr --version`, and what the package says of itself."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import re
import sys

import pytest
import yaml

import ppocr_lr
from tests.conftest import ROOT, Command


@pytest.mark.parametrize("word", ["--version", "-V", "version"])
def test_the_version(word: str, command: Command) -> None:
    done = command(word)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"ppocr-lr {ppocr_lr.__version__}\n", "")


@pytest.mark.parametrize("words", [("--version", "--verbose"), ("--verbose", "-V")])
def test_the_versions_of_everything_that_matters(command: Command, words: tuple[str, str]) -> None:
    done = command(*words)
    first, *rows = done.stdout.splitlines()
    told = dict(re.split(r" {2,}", row, maxsplit=1) for row in rows)
    assert (done.returncode, first, done.stderr) == (0, f"ppocr-lr {ppocr_lr.__version__}", "")
    assert told["Python"] == ".".join(map(str, sys.version_info[:3]))
    for name in ("numpy", "pydantic", "PyYAML", "matplotlib"):
        assert told[name] == importlib.metadata.version(name)
    assert ("paddlepaddle" in told) == (importlib.util.find_spec("paddle") is not None)
    assert told.keys().isdisjoint({"pytest", "sphinx"})


@pytest.mark.parametrize("name", ["CITATION.cff", ".pre-commit-config.yaml", ".github/workflows/ci.yml"])
def test_files_for_others_are_yaml(name: str) -> None:
    assert isinstance(yaml.safe_load((ROOT / name).read_text(encoding="utf-8")), dict)


def test_the_workflow_runs_the_pythons_that_are_promised() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    pythons = workflow["jobs"]["ci"]["strategy"]["matrix"]["python"]
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert pythons == promised
