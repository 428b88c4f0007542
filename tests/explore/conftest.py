"""A server of the page in a process of its own, and a real browser."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

pytest.importorskip("nicegui")
pytest.importorskip("playwright")

from tests.conftest import BROWSER_WAIT


def free_port() -> int:
    """A port of this machine that nobody listens at."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[str]:
    """The address of a running `ppocr-lr explore`, which ends as people end it."""
    with running(folder, free_port(), *arguments) as (address, _):  # looking for one, two would find the same
        yield address


def started(folder: Path, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
    """The process of `ppocr-lr explore`."""
    return subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", "explore", "--no-browser", *arguments], cwd=folder, text=True, **streams,
        # NiceGUI looks for pytest, and is another server then.
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
    )  # fmt: skip


@contextmanager
def running(folder: Path, port: int, *arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """The address and the process of a running `ppocr-lr explore`, which ends as people end it."""
    server = started(folder, "--port", str(port), *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        assert server.stdout
        line = server.stdout.readline()
        found = re.match(r"explore: (http://\S+)", line)
        assert found, line + server.stdout.read()
        for _ in range(100):
            with suppress(OSError), urlopen(found[1]):
                break
            time.sleep(0.1)
        yield found[1], server
    finally:
        server.send_signal(signal.SIGINT)
        said = server.communicate(timeout=30)[0]
    assert server.returncode == 0, said
    assert "Traceback" not in said, said


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page of the default config."""
    with served(tmp_path_factory.mktemp("server")) as found:
        yield found


Visit = Callable[..., Any]
NETWORK = re.compile("^(WebSocket connection to|Failed to load resource)")
"""What a browser says of a connection that is cut."""


@pytest.fixture(scope="module")
def contexts(browser: Any) -> Iterator[dict[str, Any]]:
    """One for all tests of a module that have the same settings."""
    opened: dict[str, Any] = {}
    yield opened
    for context in opened.values():
        context.close()


@pytest.fixture
def visit(browser: Any, contexts: dict[str, Any]) -> Iterator[Visit]:
    """Opens a page and waits for its curve; afterwards nothing may have gone wrong in the browser."""
    pages, said = [], []

    def opened(address: str, is_cut: bool = False, **settings: Any) -> Any:
        own = address.partition("/?")[0].rstrip("/")
        context = contexts.get(str(settings))
        if context is None:
            context = contexts[str(settings)] = browser.new_context(
                **{"viewport": {"width": 1300, "height": 900}, "locale": "en-US", **settings}
            )
            context.set_default_timeout(BROWSER_WAIT)
            # A picture that stays open keeps the process of its site, which has compiled the scripts: the next page
            # opens in half the time.
            context.new_page().goto(f"{own}/favicon.ico")
        page = context.new_page()
        pages.append(page)

        def hear(message: Any) -> None:
            if message.type == "error" and not (is_cut and NETWORK.search(message.text)):
                said.append(message.text)

        page.on("console", hear)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda r: said.append(r.url) if not r.url.startswith((own, "data:", "blob:")) else None)
        page.goto(address)
        page.locator(".plot .scatterlayer .trace").first.wait_for()
        settled(page)
        return page

    yield opened
    for page in pages:
        page.close()
    assert said == []


def settled(page: Any) -> None:
    """Wait until the findings and the link are of what is in the editor."""
    page.wait_for_function(
        """() => {
            const texts = [...document.querySelectorAll('.copy pre')].map((text) => text.innerText.trim());
            const lines = [...document.querySelectorAll('.cm-line')].map((line) => line.innerText).join('\\n');
            return texts.length === 4 && lines.trim() === texts[0] && texts[3] === location.href;
        }""",
        polling=100,
    )


def error_of(page: Any) -> Any:
    """What is said below the editor; a passing notification is an alert too."""
    return page.locator(".wrong[role=alert]")


def curves(page: Any) -> dict[str, list[float]]:
    """The rates of each curve, by its name in the legend."""
    found = page.evaluate("document.querySelector('.plot').data.map(t => [t.name, [...t.y]])")
    return {unescape(name): rates for name, rates in found}  # Plotly reads HTML in a name


def updates_of(page: Any) -> list[int]:
    """The updates at which the first curve has points."""
    found: list[int] = page.evaluate("document.querySelector('.plot').data[0].customdata.map(([update]) => update)")
    return found


def yaml_of(page: Any) -> str:
    """What is in the editor."""
    return page.locator(".cm-content").inner_text().replace("\xa0", " ").rstrip("\n")
