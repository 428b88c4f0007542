"""The page in a real browser: what it asks of the network, and what the mouse does to it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.common.exceptions import NoAlertPresentException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

from ppocr_lr import build_schedule
from ppocr_lr.numbers_text import rate_text

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (BROWSER and DRIVER), reason="no browser to drive: apt-get install chromium chromium-driver"
)

FLAGS = (
    "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
    "disable-component-update", "disable-sync", "disable-dev-shm-usage", "host-resolver-rules=MAP * ~NOTFOUND",
)  # fmt: skip
SIZE = (1200, 900)

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
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of the page of these configs."""
    folder = tmp_path_factory.mktemp("页")
    for name, section in SECTIONS.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"Global": {"epoch_num": 20}, "Optimizer": {"lr": section}}), encoding="utf-8")
    arguments = ["plot", "-c", *SECTIONS, "--iters-per-epoch", "100", "--out", "页.html"]
    subprocess.run([sys.executable, "-m", "ppocr_lr", *arguments], cwd=folder, check=True, capture_output=True)
    return (folder / "页.html").as_uri()


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(BROWSER)
    for flag in (*FLAGS, f"user-data-dir={tmp_path_factory.mktemp('profile')}", "window-size={},{}".format(*SIZE)):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # With both paths given, selenium looks for nothing in the network.
    browser = webdriver.Chrome(options=options, service=Service(executable_path=str(DRIVER)))
    yield browser
    browser.quit()


class Opened:
    """The page, freshly opened."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        self.address = address
        for log in ("browser", "performance"):
            driver.get_log(log)  # what was before is not this page's
        driver.get(address)
        self.until(lambda: self.all(".nsewdrag"))

    def all(self, selector: str) -> list[Any]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def texts(self, selector: str) -> list[str]:
        return [element.get_property("textContent") for element in self.all(selector)]

    def until(self, condition: Callable[[], Any]) -> Any:
        return WebDriverWait(self.driver, 20).until(lambda _: condition())

    def point_at(self, across: float) -> list[str]:
        """The labels that appear where the mouse is, at this share of the width of the curves."""
        drag = self.all(".nsewdrag")[0]
        offset = round((across - 0.5) * drag.size["width"])
        ActionChains(self.driver).move_to_element_with_offset(drag, offset, 0).perform()
        self.until(lambda: self.all(".hoverlayer .hovertext"))
        return [element.text for element in self.all(".hoverlayer .hovertext")]

    def curves(self) -> int:
        return len(self.all(".scatterlayer .js-line"))

    def console(self) -> list[str]:
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for, without the browser's own pages and what stands in the page itself."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]
        return [url for url in urls if not url.startswith(("chrome:", "data:", "blob:"))]


@pytest.fixture
def opened(driver: webdriver.Chrome, page: str) -> Iterator[Opened]:
    """The page; whatever a test does to it, nothing is asked of a network and the console stays empty."""
    driver.set_window_size(*SIZE)
    shown = Opened(driver, page)
    yield shown
    assert shown.console() == []
    assert shown.requests() == [shown.address]


def test_names_are_shown_and_not_run(opened: Opened) -> None:
    assert opened.driver.title == f"Learning rate of {NAMES[0]} and 2 more"
    assert opened.texts("h1") == [opened.driver.title]
    assert opened.texts(".legendtext") == NAMES
    assert opened.texts("td.path")[:3] == NAMES
    assert opened.all("img") == []
    with pytest.raises(NoAlertPresentException):
        opened.driver.switch_to.alert  # noqa: B018  # looks for one


@pytest.mark.parametrize("across", [0.02, 0.2, 0.5, 0.9])
def test_pointing_shows_epoch_iteration_and_rate(opened: Opened, across: float) -> None:
    labels = opened.point_at(across)
    assert len(labels) == len(NAMES)
    for name, section in SECTIONS.items():
        (label,) = [label.removeprefix(name) for label in labels if label.startswith(name)]
        step = int(label.split("iteration ")[1].split("rate")[0])
        assert abs(step - across * 2000) < 20
        known = {key: value for key, value in section.items() if key != "warmup_epochs"}
        rate = rate_text(build_schedule(known, 20, 100)(step), 6)
        assert label.replace("\n", "") == f"epoch {step / 100:g}iteration {step}rate {rate}"


def test_a_click_in_the_legend_hides_a_curve_and_shows_it_again(opened: Opened) -> None:
    assert opened.curves() == 3
    opened.all(".legendtoggle")[0].click()
    opened.until(lambda: opened.curves() == 2)
    assert NAMES[0] not in "".join(opened.point_at(0.5))
    opened.all(".legendtoggle")[0].click()
    opened.until(lambda: opened.curves() == 3)


def test_the_buttons_change_the_axis(opened: Opened) -> None:
    linear = opened.texts(".ytick")
    assert linear[0] == "0"
    shown = dict(zip(opened.texts(".updatemenu-button"), opened.all(".updatemenu-button"), strict=True))
    shown["logarithmic"].click()
    opened.until(lambda: "1e−3" in opened.texts(".ytick"))
    assert "0" not in opened.texts(".ytick")
    shown["linear"].click()
    opened.until(lambda: opened.texts(".ytick") == linear)


def test_findings_stand_beneath(opened: Opened) -> None:
    rows = [row.text for row in opened.all("table")[-1].find_elements(By.TAG_NAME, "tr")[1:]]
    for name, code, message in (
        (NAMES[0], "LR401", "Optimizer.lr.warmup_epoch the rate ends at 1.47e-2, 14.7 % of the peak"),
        (NAMES[1], "LR101", "Optimizer.lr.warmup_epochs is not a key of Linear and has no effect"),
    ):
        assert any(row.startswith(f"warning {code} {name} {message}") for row in rows)
    picture = opened.all("#ppocr-lr-curves")[0]
    assert opened.all("table")[-1].location["y"] > picture.location["y"] + picture.size["height"]


@pytest.mark.parametrize("width", [500, 1200])
def test_nothing_is_cut_off(opened: Opened, width: int) -> None:
    opened.driver.set_window_size(width, 700)
    opened.until(lambda: opened.driver.execute_script("return innerWidth") == width)
    page_width = "return document.documentElement.scrollWidth"
    opened.until(lambda: opened.driver.execute_script(page_width) <= width)


@pytest.mark.parametrize("width", [500, 1200])
def test_what_else_follows_a_schedule_is_below_and_goes_with_its_curve(
    driver: webdriver.Chrome, tmp_path: Path, width: int
) -> None:
    optimizer = {"name": "Adam", "lr": SECTIONS[NAMES[0]], "regularizer": {"name": "Cosine", "start": 1e-4, "end": 0}}
    for name in ("a.yml", "b.yml"):
        (tmp_path / name).write_text(json.dumps({"Global": {"epoch_num": 20}, "Optimizer": optimizer}))
    arguments = ["plot", "-c", "a.yml", "b.yml", "--iters-per-epoch", "100", "--weight-decay", "--momentum"]
    subprocess.run([sys.executable, "-m", "ppocr_lr", *arguments, "--out", "a.html"], cwd=tmp_path, check=True)
    driver.set_window_size(width, 900)
    shown = Opened(driver, (tmp_path / "a.html").as_uri())
    assert shown.texts(".ytitle, .y2title, .y3title") == ["learning rate", "weight decay", "momentum"]
    panels = [shown.all(f".{name} .scatterlayer")[0].rect for name in ("xy", "xy2", "xy3")]
    assert all(above["y"] + above["height"] <= below["y"] for above, below in pairwise(panels))
    assert shown.curves() == 6
    legend, runs = shown.all(".legend")[0].rect, shown.all("table")[0].rect
    assert panels[-1]["y"] + panels[-1]["height"] <= legend["y"] < legend["y"] + legend["height"] <= runs["y"]
    shown.all(".legendtoggle")[0].click()
    shown.until(lambda: shown.curves() == 3)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= width
    assert shown.console() == []


def test_the_policy_stops_every_request(driver: webdriver.Chrome, page: str) -> None:
    """What would be seen if the page asked for anything; so an empty console above means something."""
    shown = Opened(driver, page)
    script = "fetch('http://127.0.0.1:9/x').catch(() => 0).then(arguments[0])"
    driver.execute_async_script(script)
    assert any("Content Security Policy" in message for message in shown.console())
