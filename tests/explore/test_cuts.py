"""A server that stands still or is gone, and a connection that is cut: nothing is lost without a word."""

from __future__ import annotations

import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.explore.conftest import Visit, error_of, free_port, running, settled, yaml_of
from tests.explore.test_files import drop
from tests.explore.test_page import BROKEN, SLIDE, choose, write

POPUP = "#popup[aria-hidden=false]"
MISSING = "a change beside the editor with it"
RELOADED = "the page was loaded anew"


def type_at_the_end(page: Any, text: str) -> None:
    page.locator(".cm-content").click()
    page.keyboard.press("Control+End")
    page.keyboard.insert_text(text)


@contextmanager
def standing_still(server: Any) -> Iterator[None]:
    """As on a machine that has no time for it."""
    server.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.send_signal(signal.SIGCONT)


WHILE_IT_STANDS = {
    # what is done before something is typed, and after
    "reload": (lambda page: None, lambda page: page.evaluate("setTimeout(() => location.reload())")),
    "another language": (lambda page: page.get_by_role("button", name="中文").click(), lambda page: None),
    "nothing": (lambda page: None, lambda page: None),
}


@pytest.mark.parametrize("name", WHILE_IT_STANDS)
def test_what_is_typed_while_the_server_stands_still_is_there_later(visit: Visit, tmp_path: Path, name: str) -> None:
    before, after = WHILE_IT_STANDS[name]
    with running(tmp_path, free_port()) as (address, server):
        page = visit(address)
        with standing_still(server):
            before(page)
            type_at_the_end(page, "# kept")
            after(page)
            page.wait_for_timeout(100)
        expect(page.locator(".cm-content")).to_contain_text("# kept")
        page.wait_for_timeout(1000)  # in which something could take it back
        expect(page.locator(".cm-content")).to_contain_text("# kept")
        settled(page)
        page.reload()
        expect(page.locator(".cm-content")).to_contain_text("# kept")
        page.close()


def test_a_text_that_cannot_be_used_survives_a_reload(address: str, visit: Visit) -> None:
    page = visit(address)
    write(page, BROKEN)
    expect(error_of(page)).to_contain_text("line 3")
    page.reload()
    expect(error_of(page)).to_contain_text("line 3")
    assert yaml_of(page) == BROKEN.rstrip("\n")
    page.goto(address)  # another address is another state
    settled(page)
    assert yaml_of(page).startswith("name: Cosine\nlearning_rate: 0.1")


@pytest.mark.parametrize("text", ["# kept", "\nwarmup_epoch 2"])
def test_what_is_typed_outlives_the_server(visit: Visit, tmp_path: Path, text: str) -> None:
    port = free_port()
    with running(tmp_path, port) as (address, _):
        page = visit(address, is_cut=True)
        choose(page, "Linear")
        settled(page)
    page.locator(POPUP).wait_for()
    type_at_the_end(page, text)
    with running(tmp_path, port):
        page.get_by_text(RELOADED).wait_for()
        expect(page.locator(".cm-content")).to_contain_text("name: Linear")
        expect(page.locator(".cm-content")).to_contain_text(text.strip())
        page.close()


class Way:
    """Between a browser and a server; may be cut."""

    def __init__(self, to: str) -> None:
        self.to = urlsplit(to)
        self.ends: list[socket.socket] = []
        self.loses = self.is_shut = False
        self.door = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.door.getsockname()[1]}/"
        Thread(target=self._open, daemon=True).start()

    def _open(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self.door.accept()
                if self.is_shut:
                    here.close()
                    continue
                there = socket.create_connection((self.to.hostname or "", self.to.port or 0))
                self.ends += [here, there]
                for pair in ((here, there), (there, here)):
                    Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while some := source.recv(1 << 16):
                if not self.loses:
                    target.sendall(some)
        for end in (source, target):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        """End all connections."""
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()


@pytest.fixture
def way(address: str) -> Iterator[Way]:
    found = Way(address)
    yield found
    found.cut()
    found.door.close()


def test_what_is_done_while_there_is_no_connection_comes_later(way: Way, visit: Visit, tmp_path: Path) -> None:
    page = visit(way.address, is_cut=True)
    way.is_shut = True
    way.cut()
    page.locator(POPUP).wait_for()
    page.evaluate(SLIDE, -2)
    page.get_by_role("button", name="Pin this one").click()
    type_at_the_end(page, "# kept")
    (tmp_path / "c.yml").write_text("Optimizer: {lr: {name: Const, learning_rate: 1}}\n")
    drop(page, tmp_path / "c.yml")
    expect(page.get_by_text("c.yml: was not received")).to_be_visible()
    way.is_shut = False
    expect(page.get_by_label("name of curve 2")).to_be_visible()
    page.wait_for_timeout(1000)
    settled(page)
    assert "# kept" in yaml_of(page)
    assert page.get_by_text(MISSING).count() == page.get_by_text(RELOADED).count() == 0


def test_what_is_lost_on_the_way_is_said_and_typing_is_not_lost(way: Way, visit: Visit) -> None:
    page = visit(way.address, is_cut=True)
    way.loses = True
    page.evaluate(SLIDE, -2)
    type_at_the_end(page, "# kept")
    page.wait_for_timeout(200)
    way.loses = False
    way.cut()
    page.get_by_text(MISSING).wait_for()
    expect(page.locator(".cm-content")).to_contain_text("# kept")
    settled(page)
    expect(page.get_by_label("learning_rate: slider")).to_have_value("-1")
    expect(page.get_by_label("learning_rate", exact=True)).to_have_value("0.1")
    page.evaluate(SLIDE, -2)
    expect(page.locator(".cm-content")).to_contain_text("learning_rate: 0.01 ")
    settled(page)


def test_a_state_that_no_link_can_carry_is_not_lost_without_a_word(address: str, visit: Visit, tmp_path: Path) -> None:
    noise = "".join(f"{n:x}" for n in range(40_000))
    (tmp_path / "c.yml").write_text(
        f"Global: {{epoch_num: 3}}\nOptimizer: {{lr: {{name: Const, learning_rate: 1}}}}\n# {noise}\n"
    )
    page = visit(address)
    drop(page, tmp_path / "c.yml")
    expect(page.get_by_text("too long for a link")).to_be_visible()
    page.reload()
    expect(page.get_by_text("What was on this page was too long for a link")).to_be_visible()
    settled(page)
