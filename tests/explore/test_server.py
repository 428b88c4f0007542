"""Who is let in, and what a stranger can get."""

from __future__ import annotations

import asyncio
import http.client
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from ppocr_lr.errors import ArgumentError
from ppocr_lr.explore.server import MOST_PAGES, Bounded, OwnSiteOnly, addresses, free_port
from tests.conftest import Command
from tests.explore.conftest import served, started


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Host and port of a server, beside a file that is nobody's business."""
    folder = tmp_path_factory.mktemp("server")
    (folder / "secret.txt").write_text("secret")
    with served(folder) as address:
        yield urlsplit(address).netloc


def asked(place: str, path: str = "/", method: str = "GET", **headers: str) -> tuple[int, str, dict[str, str]]:
    with closing(http.client.HTTPConnection(place, timeout=20)) as connection:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in {"Host": place, **headers}.items():
            connection.putheader(name.replace("_", "-"), value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), {name.lower(): value for name, value in answer.getheaders()}


def test_the_page_asks_for_nothing_elsewhere(place: str) -> None:
    status, page, headers = asked(place)
    assert status == 200
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "default-src 'self'" in headers["content-security-policy"]
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)


STRANGERS = [
    {"Host": "evil.example"},
    {"Host": "evil.example:8400"},
    {"Host": ""},
    {"Host": "localhost.evil.example"},
    {"Origin": "http://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Origin": "http://["},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
]


@pytest.mark.parametrize("headers", STRANGERS, ids=str)
@pytest.mark.parametrize("path", ["/", "/_nicegui_ws/socket.io/?EIO=4&transport=polling"])
def test_another_site_is_refused(place: str, path: str, headers: dict[str, str]) -> None:
    status, text, _ = asked(place, path, **headers)
    assert (status, "ppocr" in text) == (403, False)


@pytest.mark.parametrize("origin", ["http://evil.example", "null"])
def test_a_socket_of_another_site_is_refused(place: str, origin: str) -> None:
    upgrade = {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": "a" * 22 + "==",
    }
    path = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
    assert asked(place, path, **upgrade, Origin=origin)[0] == 403


@pytest.mark.parametrize("length", [{"Content_Length": str(10**10)}, {"Transfer_Encoding": "chunked"}])
def test_nothing_large_is_read(place: str, length: dict[str, str]) -> None:
    assert asked(place, method="POST", **length)[0] == 413


@pytest.mark.parametrize(
    ("path", "pages", "status"),
    [("/", MOST_PAGES - 1, 200), ("/", MOST_PAGES, 503), ("/_nicegui/client/1/upload/1", MOST_PAGES, 200)],
)
def test_there_are_not_more_pages_than_memory_has_room_for(path: str, pages: int, status: int) -> None:
    said = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200})

    async def send(message: Any) -> None:
        said.append(message.get("status"))

    scope = {"type": "http", "path": path, "headers": [(b"host", b"localhost")]}
    with ThreadPoolExecutor() as elsewhere:  # a browser of other tests may have a loop in this thread
        elsewhere.submit(asyncio.run, Bounded(app, lambda: pages)(scope, None, send)).result()
    assert said[0] == status


def test_its_own_site_is_let_in(place: str) -> None:
    name = f"localhost:{place.rpartition(':')[2]}"
    assert asked(place, Host=name, Origin=f"http://{name}")[0] == 200


@pytest.mark.parametrize(
    "path",
    [
        "/secret.txt", "/../secret.txt", "/%2e%2e/secret.txt", "//secret.txt", "/static/../secret.txt", "/openapi.json",
        "/docs", "/_nicegui/client/1/upload/1", "/_nicegui/3.18.0/static/%2e%2e/%2e%2e/%2e%2e/setup.py",
        "/_nicegui/3.18.0/resources/x/..%2f..%2fetc%2fpasswd", "/_nicegui/3.18.0/libraries/..%2f..%2fetc%2fpasswd",
    ],
)  # fmt: skip
def test_no_file_is_readable(place: str, path: str) -> None:
    for method in ("GET", "POST"):
        status, text, _ = asked(place, path, method)
        assert status in (400, 404, 405)
        assert "secret" not in text.replace(path, "").replace("secret.txt", "")


@pytest.mark.parametrize("link", ["x", "%00", "é", "a" * 60_000, "eNoLycgsVgCiRIWS1OISAB4pBQE="])
def test_a_torn_link_opens_the_first_config(place: str, link: str) -> None:
    assert asked(place, f"/?s={link.encode().hex() if not link.isascii() else link}")[0] == 200


@pytest.mark.parametrize(
    ("host", "listening", "let_in"),
    [
        ("192.168.1.5", "0.0.0.0", True),
        ("[::1]:8321", "::", True),
        (f"{socket.gethostname()}:8321", "0.0.0.0", True),
        ("gpu-box:8321", "gpu-box", True),
        ("evil.example:8321", "0.0.0.0", False),
        ("127.0.0.1.evil.example", "127.0.0.1", False),
        ("localhost.", "127.0.0.1", True),
        ("[::1", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
def test_names_of_this_machine(host: str, listening: str, let_in: bool) -> None:
    assert OwnSiteOnly(None, listening)._is_ours(host) is let_in


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_where_it_listens_everywhere_its_own_names_are_told_and_let_in(host: str, tmp_path: Path) -> None:
    assert addresses(host)[0] == socket.gethostname()
    assert not {"0.0.0.0", "[::]"} & set(addresses(host))
    assert all(OwnSiteOnly(None, host)._is_ours(f"{name}:8321") for name in addresses(host))


def test_the_address_that_is_told_is_let_in(tmp_path: Path) -> None:
    with served(tmp_path, "--host", "0.0.0.0") as address:
        told = urlsplit(address)
        # Not by its name, which others in the network may know and the machine itself may not.
        status, _, _ = asked(f"127.0.0.1:{told.port}", Host=told.netloc, Origin=address.rstrip("/"))
        assert (status, told.hostname) == (200, socket.gethostname().lower())


@pytest.mark.parametrize(("host", "told"), [("127.0.0.1", "127.0.0.1"), ("::1", "[::1]"), ("gpu-box", "gpu-box")])
def test_any_other_host_is_told_as_it_is(host: str, told: str) -> None:
    assert addresses(host) == [told]


def test_the_next_free_port_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) > port


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 8321), ("203.0.113.7", 8321)])
def test_a_host_that_is_not_here(host: str, port: int) -> None:
    with pytest.raises(ArgumentError, match=r"host"):
        free_port(host, port)


WRONG = [
    (["missing.yml"], "missing.yml"),
    (["--port", "70000"], "--port 70000"),
    (["--host", "no.such.host.invalid"], "--host"),
    (["c.yml"] * 10, "--config: at most 9 are shown, received 10"),
]


@pytest.mark.parametrize(("arguments", "said"), WRONG)
def test_wrong_arguments_are_one_error(command: Command, tmp_path: Path, arguments: list[str], said: str) -> None:
    (tmp_path / "c.yml").write_text("Optimizer: {lr: {name: Const, learning_rate: 0.1}}\nGlobal: {epoch_num: 1}\n")
    done: subprocess.CompletedProcess[str] = command("explore", "--no-browser", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("error:") == 1


def test_the_server_needs_neither_paddle_nor_matplotlib() -> None:
    # NiceGUI before 3.5 loads Matplotlib where it is, unless it is told.
    code = "import os, sys; os.environ['MATPLOTLIB'] = 'false'; import ppocr_lr.explore.page; "
    code += "print({'paddle', 'matplotlib'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout == "set()\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_an_address_that_cannot_be_told_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unbuffered: str
) -> None:
    monkeypatch.setenv("PYTHONUNBUFFERED", unbuffered)  # empty counts as not set
    with open("/dev/full", "w", encoding="utf-8") as full:
        server = started(tmp_path, stdout=full, stderr=subprocess.PIPE)
        assert (server.communicate(timeout=60)[1], server.returncode) == ("error: No space left on device\n", 2)


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="the system has no SIGHUP")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_it_ends_by_a_signal_without_a_traceback(tmp_path: Path, name: str) -> None:
    number = getattr(signal, name)
    server = started(
        tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # the tests may run under nohup
    )  # fmt: skip
    assert server.stdout
    assert server.stdout.readline().startswith("explore: ")
    server.send_signal(number)
    assert (server.communicate(timeout=60), server.returncode) == (("", ""), 143)
