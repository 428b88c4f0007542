"""The page in a real browser: what it asks of the network, and what the mouse does to it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("playwright")
from playwright.sync_api import expect

from ppocr_lr import build_schedule
from ppocr_lr.numbers_text import rate_text
from tests.conftest import BROWSER_WAIT

# Paths that would end the script and run one of their own; two equal runs, so that the labels are the file names.
IMAGE = "script><img src=x onerror=alert(1)>.yml"
LINEAR = {"name": "Linear", "learning_rate": 0.05}
SECTIONS: dict[str, dict[str, Any]] = {
    "学习率.yml": {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 5},
    f"a</{IMAGE}": {**LINEAR, "warmup_epochs": 2},
    f"b</{IMAGE}": LINEAR,
}
NAMES = list(SECTIONS)


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of these configs."""
    folder = tmp_path_factory.mktemp("页")
    for name, section in SECTIONS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"Global": {"epoch_num": 20}, "Optimizer": {"lr": section}}), encoding="utf-8")
    arguments = ["plot", "-c", *SECTIONS, "--iters-per-epoch", "100", "--out", "页.html"]
    subprocess.run([sys.executable, "-m", "ppocr_lr", *arguments], cwd=folder, check=True, capture_output=True)
    return (folder / "页.html").as_uri()


Visit = Callable[..., Any]


@pytest.fixture
def visit(browser: Any) -> Iterator[Visit]:
    """Opens a page; whatever a test does to it, nothing is asked of a network and the console stays empty."""
    contexts, said = [], []

    def opened(address: str, width: int = 1200, height: int = 900) -> Any:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(BROWSER_WAIT)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
        page.on("request", lambda r: said.append(r.url) if r.url != address and not _inside(r.url) else None)
        page.goto(address)
        page.locator(".nsewdrag").first.wait_for()
        return page

    yield opened
    for context in contexts:
        context.close()
    assert said == []


def _inside(url: str) -> bool:
    return url.startswith(("data:", "blob:"))


def point_at(page: Any, across: float) -> list[str]:
    """The labels that appear where the mouse is, at this share of the width of the curves."""
    box = page.locator(".nsewdrag").first.bounding_box()
    page.mouse.move(box["x"] + across * box["width"], box["y"] + box["height"] / 2)
    labels = page.locator(".hoverlayer .hovertext")
    labels.first.wait_for()
    return [label.text_content() for label in labels.all()]


def curves(page: Any) -> Any:
    return page.locator(".scatterlayer .js-line")


def test_names_are_shown_and_not_run(visit: Visit, address: str) -> None:
    page = visit(address)
    assert page.title() == f"Learning rate of {NAMES[0]} and 2 more"
    assert page.locator("h1").all_text_contents() == [page.title()]
    assert page.locator(".legendtext").all_text_contents() == NAMES
    assert page.locator("td.path").all_text_contents()[:3] == NAMES
    expect(page.locator("img")).to_have_count(0)


@pytest.mark.parametrize("across", [0.02, 0.2, 0.5, 0.9])
def test_pointing_shows_epoch_iteration_and_rate(visit: Visit, address: str, across: float) -> None:
    labels = point_at(visit(address), across)
    assert len(labels) == len(NAMES)
    for name, section in SECTIONS.items():
        (label,) = [label.removeprefix(name) for label in labels if label.startswith(name)]
        step = int(label.split("iteration ")[1].split("rate")[0])
        assert abs(step - across * 2000) < 20
        known = {key: value for key, value in section.items() if key != "warmup_epochs"}
        rate = rate_text(build_schedule(known, 20, 100)(step), 6)
        assert label == f"epoch {step / 100:g}iteration {step}rate {rate}"


def test_a_click_in_the_legend_hides_a_curve_and_shows_it_again(visit: Visit, address: str) -> None:
    page = visit(address)
    expect(curves(page)).to_have_count(3)
    page.locator(".legendtoggle").first.click()
    expect(curves(page)).to_have_count(2)
    assert NAMES[0] not in "".join(point_at(page, 0.5))
    page.locator(".legendtoggle").first.click()
    expect(curves(page)).to_have_count(3)


def test_the_buttons_change_the_axis(visit: Visit, address: str) -> None:
    page = visit(address)
    ticks = page.locator(".ytick")
    linear = ticks.all_text_contents()
    assert linear[0] == "0"
    page.locator(".updatemenu-button", has_text="logarithmic").click()
    expect(ticks.filter(has_text="1e−3")).not_to_have_count(0)
    assert "0" not in ticks.all_text_contents()
    page.locator(".updatemenu-button", has_text="linear").click()
    expect(ticks).to_have_text(linear)


def test_findings_stand_beneath(visit: Visit, address: str) -> None:
    page = visit(address)
    table = page.locator("table").last
    rows = [row.replace("\t", " ") for row in table.locator("tr").all_inner_texts()]
    for name, code, message in (
        (NAMES[0], "LR401", "Optimizer.lr.warmup_epoch the rate ends at 1.47e-2, 14.7 % of the peak"),
        (NAMES[1], "LR101", "Optimizer.lr.warmup_epochs is not a key of Linear and has no effect"),
    ):
        assert any(row.startswith(f"warning {code} {name} {message}") for row in rows)
    picture = page.locator("#ppocr-lr-curves").bounding_box()
    assert table.bounding_box()["y"] > picture["y"] + picture["height"]


def has_room(page: Any, width: int) -> None:
    """Wait until nothing is wider than the window."""
    for _ in range(200):  # the page's policy forbids what Playwright's own waiting evaluates
        if page.evaluate("document.documentElement.scrollWidth") <= width:
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate("document.documentElement.scrollWidth"))


@pytest.mark.parametrize("width", [500, 1200])
def test_nothing_is_cut_off(visit: Visit, address: str, width: int) -> None:
    page = visit(address)
    page.set_viewport_size({"width": width, "height": 700})
    has_room(page, width)


@pytest.mark.parametrize("width", [500, 1200])
def test_what_else_follows_a_schedule_is_below_and_goes_with_its_curve(
    visit: Visit, tmp_path: Path, width: int
) -> None:
    optimizer = {"name": "Adam", "lr": SECTIONS[NAMES[0]], "regularizer": {"name": "Cosine", "start": 1e-4, "end": 0}}
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(json.dumps({"Global": {"epoch_num": 20}, "Optimizer": optimizer}))
    arguments = ["plot", "-c", "a.yml", "b.yml", "--iters-per-epoch", "100", "--weight-decay", "--momentum"]
    subprocess.run([sys.executable, "-m", "ppocr_lr", *arguments, "--out", "a.html"], cwd=tmp_path, check=True)
    page = visit((tmp_path / "a.html").as_uri(), width)
    titles = page.locator(".ytitle, .y2title, .y3title").all_text_contents()
    assert titles == ["learning rate", "weight decay", "momentum"]
    panels = [page.locator(f".{name} .scatterlayer").first.bounding_box() for name in ("xy", "xy2", "xy3")]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in pairwise(panels))
    expect(curves(page)).to_have_count(6)
    legend, runs = (page.locator(each).first.bounding_box() for each in (".legend", "table"))
    assert panels[-1]["y"] + panels[-1]["height"] <= legend["y"] < legend["y"] + legend["height"] <= runs["y"]
    page.locator(".legendtoggle").first.click()
    expect(curves(page)).to_have_count(3)
    has_room(page, width)


def test_the_policy_stops_every_request(browser: Any, address: str) -> None:
    """What would be seen if the page asked for anything; so that an empty console above means something."""
    context, said = browser.new_context(), []
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    page.goto(address)
    page.evaluate("fetch('http://127.0.0.1:9/x').catch(() => 0)")
    context.close()
    assert any(re.search("Content Security Policy", message) for message in said)
