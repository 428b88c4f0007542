"""Typing and sliding at the same time, over a slow connection."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
import yaml
from playwright.sync_api import expect

from tests.explore.conftest import Visit, error_of, settled, yaml_of
from tests.explore.test_files import drop
from tests.explore.test_page import BROKEN, SLIDE, choose, write

# Both ways take as long as they are told, and nothing overtakes anything. Where nobody has said anything for longer than
# an answer takes, nothing is on its way.
SLOW = """([there, back]) => {
    const emit = window.socket.emit.bind(window.socket), hear = window.socket.onevent.bind(window.socket);
    const say = (act, delay) => setTimeout(() => { window.lastSaid = performance.now(); act(); }, delay);
    window.socket.emit = (...said) => (say(() => emit(...said), there), window.socket);
    window.socket.onevent = (packet) => say(() => hear(packet), back);
    window.lastSaid = performance.now();
    window.isQuiet = () => performance.now() - window.lastSaid > 500 + there + back;
}"""


def quiet(page: Any) -> None:
    """Wait until the last word has arrived."""
    page.wait_for_function("window.isQuiet()", polling=50)


def in_step(page: Any, typed: str) -> None:
    """The editor and the server have the same text, the slider too, and all that was typed is in it."""
    settled(page)
    assert f"# {typed}" in yaml_of(page)
    rate = yaml.safe_load(yaml_of(page))["learning_rate"]
    expect(page.get_by_label("learning_rate", exact=True)).to_have_value(str(rate))


@pytest.mark.parametrize("delay", [(0, 0), (60, 60), (400, 10), (10, 400)])
def test_typing_and_sliding_at_once_end_in_one_text(address: str, visit: Visit, delay: tuple[int, int]) -> None:
    page, chance = visit(address), Random(str(delay))
    page.evaluate(SLOW, delay)
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text("# ")
    typed = ""
    for _ in range(4):
        for _ in range(chance.randrange(5, 12)):
            if chance.random() < 0.6:
                letter = chance.choice("abcdefgh")
                page.keyboard.insert_text(letter)
                typed += letter
            else:
                page.evaluate(SLIDE, round(-2 * chance.random(), 2))
            if chance.random() < 0.5:
                page.wait_for_timeout(chance.randrange(30))
        quiet(page)
        in_step(page, typed)
    page.evaluate(SLIDE, -3)
    expect(page.locator(".cm-content")).to_contain_text("learning_rate: 0.001 ")
    quiet(page)
    in_step(page, typed)


def test_what_is_typed_into_a_change_wins_and_the_page_says_so(address: str, visit: Visit) -> None:
    page = visit(address)
    page.evaluate(SLOW, [100, 2000])
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.evaluate(SLIDE, -2)
    page.wait_for_timeout(400)  # the server has moved on, and nobody here knows
    page.keyboard.insert_text("# kept")
    expect(page.get_by_text("Your typing was kept")).to_be_visible()
    quiet(page)
    in_step(page, "kept")
    assert yaml.safe_load(yaml_of(page))["learning_rate"] == 0.1
    page.get_by_role("button", name="Undo").click()  # to the change that was lost
    expect(page.locator(".cm-content")).to_contain_text("learning_rate: 0.01 ")


def test_a_section_is_never_taken_for_the_whole_file(address: str, visit: Visit) -> None:
    page = visit(address)
    page.evaluate(SLOW, [100, 2000])
    page.get_by_role("switch", name="the whole file").click()
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.wait_for_timeout(300)
    page.keyboard.insert_text("# kept")
    expect(page.locator(".cm-content")).to_contain_text("Global:")
    expect(page.locator(".cm-content")).to_contain_text("# kept")


def test_what_is_typed_while_nobody_hears_it_comes_later(address: str, visit: Visit) -> None:
    page = visit(address)
    page.evaluate("window.socket.disconnect()")
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("# typed into nothing")
    page.wait_for_timeout(500)
    page.evaluate("window.socket.connect()")
    page.wait_for_timeout(1500)  # in which a connection that is back may load the page anew
    expect(page.locator(".cm-content")).to_contain_text("# typed into nothing")
    in_step(page, "typed into nothing")


REPLACED = [
    # what takes the place of a text that cannot be used, and what the section has then
    (lambda page, config: choose(page, "Linear"), "name: Linear"),
    (lambda page, config: drop(page, config), "name: Const"),
]


@pytest.mark.parametrize(("act", "expected"), REPLACED)
def test_a_broken_text_that_is_replaced_comes_back(
    address: str, visit: Visit, tmp_path: Any, act: Any, expected: str
) -> None:
    (tmp_path / "c.yml").write_text(
        "Global: {epoch_num: 3}\nOptimizer:\n  lr:\n    name: Const\n    learning_rate: 1\n"
    )
    page = visit(address)
    write(page, BROKEN)
    expect(error_of(page)).to_contain_text("line 3")
    act(page, tmp_path / "c.yml")
    expect(page.locator(".cm-content")).to_contain_text(expected)
    expect(page.get_by_text("Undo brings it back")).to_be_visible()
    expect(error_of(page)).to_be_hidden()
    settled(page)
    page.get_by_role("button", name="Undo").click()
    expect(error_of(page)).to_contain_text("line 3")
    assert yaml_of(page) == BROKEN.rstrip("\n")
    page.get_by_role("button", name="Redo").click()
    expect(page.locator(".cm-content")).to_contain_text(expected)
    settled(page)
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Undo").click()
    expect(error_of(page)).to_be_hidden()
    settled(page)
    expect(page.locator(".cm-content")).to_contain_text("learning_rate: 0.1 ")
