"""The gallery is what its script makes, and complete; the guide beside it is about things that exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from inspect import getdoc
from pathlib import Path

import pytest
import yaml

from ppocr_lr.builder import build_schedule
from ppocr_lr.lr_config import MODELS, envelope
from ppocr_lr.lr_config.base import DECAY_SHAPES
from tests.conftest import ROOT

DOCS = ROOT / "docs"
GALLERY = (DOCS / "gallery.md").read_text(encoding="utf-8")
GUIDE = (DOCS / "choosing.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ ppocr-lr (.*)$", GALLERY, re.MULTILINE)


def sections(page: str) -> list[dict[str, object]]:
    blocks = re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    return [yaml.safe_load(block)["Optimizer"]["lr"] for block in blocks]


def anchors(page: str) -> set[str]:
    titles = re.findall(r"^#+ (.*)$", page, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def test_it_is_what_the_script_makes_now(tmp_path: Path) -> None:
    script = ROOT / "tools" / "make_gallery.py"
    subprocess.run([sys.executable, script, tmp_path], check=True, timeout=120)
    assert (tmp_path / "gallery.md").read_text(encoding="utf-8") == GALLERY
    made, kept = ({path.name for path in (folder / "gallery").iterdir()} for folder in (tmp_path, DOCS))
    assert made == kept


def test_every_name_has_an_entry_with_its_example() -> None:
    assert {name for name in MODELS if f"\n### {name}\n" not in GALLERY} == set()
    assert sorted(str(section["name"]) for section in sections(GALLERY)) == sorted(MODELS)


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_key_of_a_name_is_in_its_entry(name: str) -> None:
    entry = GALLERY.partition(f"\n### {name}\n")[2].partition("\n### ")[0]
    warmup = {*envelope.WARMUP, "warmup_epoch"} if "(#warmups)" in entry else {"last_epoch"}  # said once, below
    keys = {*MODELS[name].model_fields} - {*envelope.EVERY} - warmup
    assert [key for key in sorted(keys) if f"`{key}`" not in entry.partition("| key |")[2]] == []


@pytest.mark.parametrize("name", DECAY_SHAPES)
def test_every_shape_has_its_formula_and_its_source(name: str) -> None:
    rows = re.findall(rf"^\| `{name}` \| (.*) \| (.*) \|$", GALLERY, re.MULTILINE)
    shape = DECAY_SHAPES[name]
    source = " ".join((getdoc(shape) or "").partition("Source: ")[2].split())
    assert [re.sub(r"\[(.*?)\]\(.*?\)", r"\1", row[1]) for row in rows] == [source]
    assert "(peak" in rows[0][0] or "peak·" in rows[0][0]


def test_the_pictures_are_shown_and_small() -> None:
    shown = re.findall(r"!\[.+?\]\((.+?)\)", GALLERY)
    assert sorted(shown) == sorted(f"gallery/{path.name}" for path in (DOCS / "gallery").iterdir())
    sizes = [(DOCS / picture).stat().st_size for picture in shown]
    assert max(sizes) < 20_000
    assert sum(sizes) < 500_000


def test_every_name_has_a_picture() -> None:
    assert [name for name in MODELS if f"(gallery/{name}.png)" not in GALLERY] == []


@pytest.mark.parametrize("section", sections(GUIDE), ids=lambda section: section["name"])
def test_the_guides_sections_build_without_a_warning(section: dict[str, object]) -> None:
    assert build_schedule(section, 100, 50, strict=True).extremes(0, 4999)[1] > 0


def test_the_guide_speaks_of_what_there_is() -> None:
    pages = {"": GUIDE, "choosing.md": GUIDE, "gallery.md": GALLERY}
    for page in (GUIDE, GALLERY):
        for file, anchor in re.findall(r"\]\(([a-z.]*)(?:#([\w-]+))?\)", page):
            where = page if not file else pages.get(file) or (DOCS / file).read_text(encoding="utf-8")
            assert not anchor or anchor in anchors(where)
    words = set(re.findall(r"`([A-Z]\w+)`", GUIDE))
    assert words
    assert words <= set(MODELS)


@pytest.mark.parametrize(("page", "papers"), [(GUIDE, 10), (GALLERY, 10)], ids=["guide", "gallery"])
def test_every_paper_is_a_link(page: str, papers: int) -> None:
    linked = re.findall(r"\[arXiv (\d+\.\d+)\]\(https://arxiv\.org/abs/(\d+\.\d+)\)", page)
    assert len(linked) > papers
    assert all(number == address for number, address in linked)
    assert len(re.findall(r"arXiv \d", page)) == len(linked)


@pytest.mark.parametrize("arguments", COMMANDS, ids=lambda arguments: arguments.rpartition(" ")[2])
def test_the_commands_are_of_files_and_keys_that_exist(arguments: str) -> None:
    from ppocr_lr.training_config.plan import plan_run

    words = [word for word in shlex.split(arguments) if not word.startswith("--")]
    assert words[:2] + words[3:4] == ["plot", "-c", "-o"]
    assert plan_run(ROOT / words[2], words[4:]).parsed.remarks == ()
