"""Measure how long a moved slider takes to show: python tools/benchmark_explore.py [--pages 50] [--changes 2000]

In a headless browser it measures three things. First the time from the slider's event to the drawn curve, against an
empty NiceGUI callback on the same machine. Then the memory of the server before and after many changes. Then many pages
that all move sliders: with pauses, as people do who look at each curve, and without, where this one machine also does
the work of all their browsers. Needs the extra `test` and Chromium. Exits with 1 if a limit is exceeded; for many
pages, only the test without pauses has one.
"""

from __future__ import annotations

import argparse
import os
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
_ADDRESS, _CURVE = "http://127.0.0.1:8732", ".plot .scatterlayer .trace"
_LOOK = 5000.0  # milliseconds for which one of many looks at a curve
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
_MOVE_FIVE_TIMES = """([move, number, start, pause]) => {
    const wait = (time) => new Promise((done) => setTimeout(done, time));
    window.times = [];
    (async () => {
        await wait(start - Date.now() + pause * Math.random());
        for (let k = 0; k < 5; k++) {
            window.times.push(await eval(move)(-1.5 - ((number + k) % 20) / 10));
            await wait(pause);
        }
    })();
}"""


@contextmanager
def server(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    """A process that serves until the end."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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


def cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds for which a process has worked."""
    fields = Path(f"/proc/{process.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_of_browser(browser: Browser) -> float:
    """Seconds for which all processes of a browser have worked."""
    session = browser.new_browser_cdp_session()
    found = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return sum(float(each["cpuTime"]) for each in found)


def main() -> int:
    """Measure, and report exceeded limits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=50, help="number of pages open at once (50)")
    parser.add_argument(
        "--changes", type=int, default=2000, help="number of changes after which no memory may have leaked (2000)"
    )
    parser.add_argument("--picture", type=Path, help="only make the picture for README and docs/explore.md")
    options = parser.parse_args()
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        explore = ("-m", "ppocr_lr", "explore", "--no-browser", "--port", _ADDRESS.rpartition(":")[2])
        if options.picture:
            with server(*explore):
                _draw(opened(browser, _ADDRESS, _CURVE, viewport={"width": 1200, "height": 760}), options.picture)
            return 0
        script = Path(folder, "empty.py")
        script.write_text(_EMPTY, encoding="utf-8")
        with server(str(script)):
            page = opened(browser, "http://127.0.0.1:8731/", "button")
            empty = median(page.evaluate(_CLICK) for _ in range(30))
        with server(*explore) as process:
            page = opened(browser, _ADDRESS, _CURVE)
            slid = median(_moves(page, 40))
            times = f"{slid / empty:.1f} times, {slid - empty:.0f} ms more"
            print(f"a moved slider: {slid:.0f} ms, an empty callback {empty:.0f} ms: {times}", flush=True)
            before = memory(process)
            _moves(page, options.changes)
            grown = memory(process) - before
            print(f"{options.changes} changes: the server holds {before:.0f} MiB, then {grown:+.0f} MiB", flush=True)
            pages = [opened(browser, _ADDRESS, _CURVE) for _ in range(options.pages)]
            _all_move(process, browser, pages, _LOOK)
            many = _all_move(process, browser, pages, 0.0)
        return int(slid - empty > LIMIT or many > LIMIT_OF_MANY or grown > _GROWTH)


def _moves(page: Page, count: int) -> list[float]:
    """How long each of many changes takes, one after another."""
    return [page.evaluate(_MOVE, -1.5 - (k % 20) / 10) for k in range(count)]


def _all_move(process: subprocess.Popen[bytes], browser: Browser, pages: list[Page], pause: float) -> float:
    """The median of all when each page moves its slider five times, with a pause before each."""
    start, used, drawing = 1000 * (time.time() + 3 + len(pages) / 20), cpu(process), cpu_of_browser(browser)
    for number, page in enumerate(pages):
        page.evaluate(_MOVE_FIVE_TIMES, [_MOVE, number, start, pause])
    times = [time for page in pages for time in _times_of(page)]
    share, drawn = (1000 * each / len(times) for each in (cpu(process) - used, cpu_of_browser(browser) - drawing))
    how = f"every {pause / 1000:g} s" if pause else "without a pause, all browsers on this machine"
    print(f"{len(pages)} pages, each moved {how}: median {median(times):.0f} ms, worst {max(times):.0f} ms", flush=True)
    print(f"  for each change the server works {share:.0f} ms, the browser {drawn:.0f} ms", flush=True)
    return median(times)


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
