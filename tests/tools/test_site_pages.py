"""The pages of the site that are generated say all there is; Sphinx builds them in .ci/run."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

import ppocr_lr
from ppocr_lr import envelope, kinds
from ppocr_lr.check.rules import RULES
from ppocr_lr.cli.main import COMMANDS
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    module = runpy.run_path(str(ROOT / "docs" / "site_pages.py"))
    folder = tmp_path_factory.mktemp("site")
    module["write_pages"](ROOT, folder)
    return {path.stem: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def headings(page: str) -> set[str]:
    return set(re.findall(r"^###? (.+)$", page, re.MULTILINE))


def test_every_name_command_and_code_has_its_heading(pages: dict[str, str]) -> None:
    names = {name.removeprefix("ppocr_lr.") for name in headings(pages["python"])}
    assert set(ppocr_lr.__all__) <= names
    assert headings(pages["commands"]) == {f"ppocr-lr {name}" for name in COMMANDS}
    found = [headings(page) for name, page in pages.items() if name.startswith("findings-")]
    assert set().union(*found) == set(RULES)


def test_every_type_and_every_group_of_keys_has_its_row(pages: dict[str, str]) -> None:
    rows = set(re.findall(r"^\| `(\w+)` \|", pages["python"], re.MULTILINE))
    types = {name for name, thing in vars(kinds).items() if hasattr(thing, "__metadata__")}
    groups = {name for name in vars(envelope) if name.isupper()}
    assert types
    assert rows == {name for name in types | groups if not name.startswith("_")}


def test_sources_are_links(pages: dict[str, str]) -> None:
    decay, scale = pages["findings-decay"], pages["findings-scale"]
    assert "PaddleOCR [\\#8405](https://github.com/PaddlePaddle/PaddleOCR/issues/8405)" in decay
    assert "[arXiv 1412.6980](https://arxiv.org/abs/1412.6980)" in scale
    text = "\n".join(page for name, page in pages.items() if name.startswith("findings-"))
    assert re.findall(r"(?<!\[)(arXiv \d|\\#\d)", text) == []


def test_links_of_the_root_folder_lead_on(pages: dict[str, str]) -> None:
    for name, page in pages.items():
        for link in re.findall(r"\]\((?!https:)([^)#\s]+)", page):
            stem = Path(link).stem
            assert stem in pages if "/" not in link else (ROOT / "docs" / "site" / link).resolve().exists(), (
                name,
                link,
            )
