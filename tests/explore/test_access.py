"""For everybody: screen readers, keyboards, phones, the dark, other languages; and for several people at once."""

from __future__ import annotations

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from ppocr_lr.explore.draft import Draft
from ppocr_lr.explore.state import MOST_PINS, Pin, State
from ppocr_lr.training_config.plan import DEFAULT_CONFIG
from tests.explore.conftest import Visit, curves, error_of, settled, yaml_of
from tests.explore.test_page import choose, has_rates, write


def faults(page: Any) -> list[str]:
    """What axe-core finds that is serious."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_axe_finds_nothing_serious(address: str, visit: Visit, scheme: str, locale: str) -> None:
    page = visit(address, color_scheme=scheme, locale=locale, reduced_motion="reduce")
    assert faults(page) == []
    choose(page, "Piecewise")
    page.locator(".q-expansion-item").click()
    page.locator(".bar button").nth(3).focus()
    choose(page, "Sequence")
    page.get_by_label("stages.0.learning_rate", exact=True).fill("x")
    page.locator(".complaint:visible").wait_for()
    assert faults(page) == []
    write(page, "name: Cosine\nlearning_rate: x\n")
    error_of(page).wait_for()
    page.locator(".chooser").click()
    page.locator(".grid").wait_for()
    page.wait_for_function("getComputedStyle(document.querySelector('.q-dialog__inner')).opacity === '1'")
    page.wait_for_timeout(400)  # until its shadow on the page is there as well
    assert faults(page) == []


def pinned(*names: str) -> str:
    """A link to a page with curves of these names."""
    draft = Draft(DEFAULT_CONFIG.read_text(encoding="utf-8"))
    return f"?s={State(draft, tuple(Pin(name, draft) for name in names)).link}"


MANY = [f"Cosine {number}" for number in range(1, MOST_PINS + 1)]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_message_can_be_read(address: str, visit: Visit, scheme: str) -> None:
    page = visit(address + pinned(*MANY), color_scheme=scheme, reduced_motion="reduce")
    page.get_by_role("button", name="Pin this one").click()
    expect(page.get_by_role("button", name="Close")).to_be_visible()
    assert faults(page) == []


OUTSIDE = """([inside, outside]) => {
    const room = document.querySelector(outside).getBoundingClientRect();
    const fits = (box) => room.left <= box.left && box.right <= room.right;
    return [...document.querySelectorAll(inside)].filter((each) => !fits(each.getBoundingClientRect())).length;
}"""


@pytest.mark.parametrize("width", [360, 820, 1400])
def test_nothing_is_wider_than_the_screen(address: str, visit: Visit, width: int) -> None:
    names = ("rec_ppocrv4_svtr_lcnet_with_a_warmup_of_5_epochs_and_a_cosine_for_the_old_batch_size", "很长的名字" * 12)
    page = visit(address + pinned(*names), viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.get_by_role("button", name="Pin this one").scroll_into_view_if_needed()
    expect(page.locator(".plot .scatterlayer .trace").first).to_be_in_viewport()
    assert page.evaluate(OUTSIDE, [".legendtext", ".plot"]) == 0
    page.locator(".chooser").click()
    page.locator(".grid button").first.wait_for()
    assert page.evaluate(OUTSIDE, [".grid button", ".q-card"]) == 0


def test_many_curves_leave_room_on_a_phone(address: str, visit: Visit) -> None:
    page = visit(address + pinned(*MANY), viewport={"width": 360, "height": 640})
    assert page.evaluate("document.querySelector('.plot')._fullLayout._size.h") > 100
    page.locator(".cm-content").click()  # the curve stays in view, and what belongs to it does not cover the editor


def test_a_keyboard_is_enough(address: str, visit: Visit) -> None:
    page = visit(address)
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.getAttribute('aria-label')") == "learning_rate: slider":
            break
    else:
        raise AssertionError("the slider is never reached")
    page.keyboard.press("ArrowLeft")
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.095)
    page.locator(".chooser").focus()
    page.keyboard.press("Enter")
    page.locator(".grid button").first.wait_for()
    page.wait_for_timeout(500)  # until the dialog has the focus
    for _ in range(3):
        page.keyboard.press("Tab")
        if page.evaluate("!!document.activeElement.closest('.grid')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator(".grid")).to_be_hidden()
    page.locator("h1").click()
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.1)


def test_the_browser_s_language_and_the_other_one(address: str, visit: Visit) -> None:
    page = visit(address, locale="zh-CN")
    assert page.evaluate("document.documentElement.lang") == "zh-CN"
    for name in ("撤销", "迭代数", "另外 12 个参数"):
        expect(page.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(page.get_by_text("向上取整")).to_have_count(
        2
    )  # what is said of the run, at the fields and among the numbers
    page.get_by_label("learning_rate", exact=True).fill("0.2")
    has_rates(page, "Cosine", lambda rates: max(rates) == 0.2)
    page.get_by_role("button", name="English").click()
    expect(page.get_by_role("button", name="Undo")).to_be_enabled()
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "learning_rate: 0.2" in yaml_of(page)


def test_dark_and_light(address: str, visit: Visit) -> None:
    page = visit(address, color_scheme="dark")
    expect(page.locator("body")).to_have_class(re.compile("body--dark"))
    page.get_by_role("button", name="Dark or light").click()
    expect(page.locator("body")).not_to_have_class(re.compile("body--dark"))


def test_two_people_have_two_pages(address: str, visit: Visit) -> None:
    one, other = visit(address), visit(address)
    choose(one, "Linear")
    has_rates(one, "Linear", lambda rates: max(rates) == 0.1)
    assert list(curves(other)) == ["Cosine"]
    assert list(curves(visit(address))) == ["Cosine"]


def test_a_lost_connection_comes_back_with_its_state(address: str, visit: Visit) -> None:
    page = visit(address)
    choose(page, "Linear")
    settled(page)
    page.evaluate("window.socket.disconnect()")
    page.wait_for_timeout(1000)
    page.evaluate("window.socket.connect()")
    page.wait_for_timeout(2000)
    page.locator(".plot .scatterlayer .trace").first.wait_for()
    settled(page)
    assert yaml_of(page).startswith("name: Linear")
    page.get_by_label("learning_rate", exact=True).fill("0.3")
    has_rates(page, "Linear", lambda rates: max(rates) == 0.3)


def test_somebody_impatient_does_not_keep_others_waiting(address: str, visit: Visit) -> None:
    one, other = visit(address), visit(address, locale="en-GB")  # another locale has another process
    files: list[Any] = []
    one.on("download", lambda file: files.append(file))
    for _ in range(16):  # more than the server has threads
        one.get_by_role("button", name="PNG").click()
    other.get_by_label("learning_rate", exact=True).fill("0.2")
    has_rates(other, "Cosine", lambda rates: max(rates) == 0.2)
    assert len(files) < 8


LARGE = [
    "name: Cosine\nlearning_rate: 0.1\nwarmup_iters: 1000000000000\n",
    "name: CosineWarmRestarts\nlearning_rate: 0.1\nT_0: 1it\n",
    "name: Step\nlearning_rate: 0.1\nstep_size: 1it\ngamma: 0.999999\n",
    "name: Cosine\nlearning_rate: 0.1\nx: &a [1, 2]\ny: [*a, *a, *a]\n",
]


@pytest.mark.parametrize("text", LARGE)
def test_a_trillion_updates_do_not_slow_it(address: str, visit: Visit, text: str) -> None:
    page = visit(address)
    page.get_by_label("iterations per epoch", exact=True).fill("100000000000")
    expect(page.get_by_text("= 2e12 updates")).to_be_visible()
    write(page, text)
    settled(page)
    other = visit(address)
    other.get_by_label("learning_rate", exact=True).fill("0.2")
    has_rates(other, "Cosine", lambda rates: max(rates) == 0.2)
