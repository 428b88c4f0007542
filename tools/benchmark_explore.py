"""How long until a moved slider is seen: python tools/benchmark_explore.py [--pages 50] [--changes 2000]

In a real browser, without a screen: from the slider's event to the drawn curve, against the time in which an empty
callback of NiceGUI comes back on the same machine; then with many pages that all move sliders; then the memory of the
server before and after many changes. Needs the extra `test` and a Chromium. Ends with 1 where a limit is missed.
"""

from __future__ import annotations

import argparse
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

LIMIT, LIMIT_OF_MANY = 150.0, 1000.0  # milliseconds: beyond the empty callback, and at the median of many pages
_GROWTH = 60.0  # MiB that the server may grow in the changes

_EMPTY = """
from nicegui import ui

@ui.page("/")
def index():
    said = ui.label("0")
    ui.button("go", on_click=lambda: said.set_text(str(int(said.text) + 1)))

ui.run(host="127.0.0.1", port=8731, show=False, reload=False, show_welcome_message=False)
"""
_CLICK = """async () => {
    const label = document.querySelector('.nicegui-content > div'), before = label.innerText, start = performance.now();
    document.querySelector('button').click();
    while (label.innerText === before) await new Promise(requestAnimationFrame);
    return performance.now() - start;
}"""
_MOVE = """async (place) => {
    const slider = document.querySelector('input[type=range]'), plot = document.querySelector('.plot');
    const start = performance.now();
    const drawn = new Promise((done) => {
        const look = () => {
            const highest = Math.max(...plot.data[0].y);
            if (Math.abs(Math.log10(highest) - place) < 0.05) {
                plot.removeListener('plotly_afterplot', look);
                done(performance.now() - start);
            }
        };
        plot.on('plotly_afterplot', look);
    });
    slider.value = place;
    slider.dispatchEvent(new Event('input'));
    return Promise.race([drawn, new Promise((done) => setTimeout(() => done(60000), 60000))]);
}"""
_MOVE_FIVE_TIMES = """([move, number, start]) => {
    window.times = [];
    setTimeout(async () => {
        for (let k = 0; k < 5; k++) window.times.push(await eval(move)(-1.5 - ((number + k) % 20) / 10));
    }, start - Date.now());
}"""


@contextmanager
def server(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that serves until the end."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


def opened(browser: Browser, address: str, ready: str, **settings: Any) -> Page:
    """A page, once it is there."""
    page = browser.new_context(**settings).new_page()
    for _ in range(100):
        try:
            page.goto(address)
            break
        except Exception:  # the server is not there yet
            page.wait_for_timeout(200)
    page.wait_for_selector(ready)
    page.wait_for_timeout(1500)
    return page


def memory(process: subprocess.Popen[bytes]) -> float:
    """What a process holds, in MiB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8"))
    return int(found[1]) / 1024 if found else 0.0


def main() -> int:
    """Measure, and say what is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=50, help="open at once (50)")
    parser.add_argument("--changes", type=int, default=2000, help="after which nothing may have leaked (2000)")
    parser.add_argument("--picture", type=Path, help="only make the picture of README and docs/explore.md")
    options = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        explore = ("-m", "ppocr_lr", "explore", "--no-browser", "--port", "8732")
        curve = ".plot .scatterlayer .trace"
        if options.picture:
            with server(*explore):
                _draw(
                    opened(browser, "http://127.0.0.1:8732/", curve, viewport={"width": 1200, "height": 760}),
                    options.picture,
                )
            return 0
        script = Path(folder, "empty.py")
        script.write_text(_EMPTY, encoding="utf-8")
        with server(str(script)):
            page = opened(browser, "http://127.0.0.1:8731/", "button")
            empty = median(page.evaluate(_CLICK) for _ in range(30))
        with server(*explore) as process:
            page = opened(browser, "http://127.0.0.1:8732/", curve)
            places = [-1.5 - (k % 20) / 10 for k in range(40)]
            slid = median(page.evaluate(_MOVE, place) for place in places)
            times = f"{slid / empty:.1f} times, {slid - empty:.0f} ms more"
            print(f"a moved slider: {slid:.0f} ms, an empty callback {empty:.0f} ms: {times}")
            before = memory(process)
            for k in range(options.changes):
                page.evaluate(_MOVE, -1.5 - (k % 20) / 10)
            grown = memory(process) - before
            print(f"{options.changes} changes: the server holds {before:.0f} MiB before, {grown:+.0f} MiB after")
            pages = [opened(browser, "http://127.0.0.1:8732/", curve) for _ in range(options.pages)]
            times = _all_at_once(pages)
            print(f"{options.pages} pages: median {median(times):.0f} ms, worst {max(times):.0f} ms")
        return int(slid - empty > LIMIT or median(times) > LIMIT_OF_MANY or grown > _GROWTH)


def _all_at_once(pages: list[Page]) -> list[float]:
    """Each page moves its slider five times, from one moment on all of them."""
    start = 1000 * (time.time() + 3 + len(pages) / 20)
    for number, page in enumerate(pages):
        page.evaluate(_MOVE_FIVE_TIMES, [_MOVE, number, start])
    return [time for page in pages for time in _times_of(page)]


def _times_of(page: Page) -> list[float]:
    page.wait_for_function("window.times.length === 5", timeout=300_000)
    times: list[float] = page.evaluate("window.times")
    return times


def _draw(page: Page, path: Path) -> None:
    page.get_by_role("button", name="Pin this one").click()
    page.locator(".chooser").click()
    page.locator(".grid button").filter(has=page.get_by_text("CosineWarmRestarts", exact=True)).click()
    page.wait_for_timeout(1500)
    page.screenshot(path=path)


if __name__ == "__main__":
    sys.exit(main())
