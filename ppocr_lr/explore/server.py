"""The server of the page: one process, for the machine that it runs on unless it is told otherwise."""

from __future__ import annotations

import asyncio
import errno
import ipaddress
import signal
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ppocr_lr.errors import ArgumentError, LRConfigError, MissingExtraError
from ppocr_lr.explore.files import MOST_BYTES
from ppocr_lr.explore.state import State, state_of
from ppocr_lr.language import later, speaking, tr

PORT = 8321
MOST_PAGES = 300
"""Each takes some 2 MiB."""
_MOST_PORTS = 100
_TAKEN = (errno.EADDRINUSE, errno.EACCES)
_RECONNECT = 60.0  # seconds in which a lost connection finds its page as it was; later the address has the state
_MOST_MESSAGES = 30  # kept for a connection that comes back
_AROUND_A_FILE = 1 << 16  # bytes of a form

_TOO_MUCH = later(
    "What was on this page was too long for a link, so it starts over. What you typed into the editor is still there."
)
_POLICY = (
    "default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob:; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def free_port(host: str, first: int = PORT) -> int:
    """The first port from `first` on that nobody listens on.

    Raises:
        ArgumentError: the host is not one of this machine's, or no port is free.
    """
    for port in range(first, min(first + _MOST_PORTS, 65536)):
        try:
            family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
            with socket.socket(family, socket.SOCK_STREAM) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
        except (socket.gaierror, UnicodeError) as error:
            raise ArgumentError("host", f"is not known: {getattr(error, 'strerror', None) or error}", host) from None
        except OSError as error:
            if error.errno in _TAKEN:
                continue
            raise ArgumentError("host", f"cannot be listened on: {error.strerror}", host) from None
        return port
    raise ArgumentError("port", f"none of {first} to {port} is free", first)


def addresses(host: str) -> list[str]:
    """Where others find a server that listens on `host`: of one that listens everywhere, the machine's own."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return [host]
    if not address.is_unspecified:
        return [_in_url(host)]
    found = [socket.gethostname()]
    family, elsewhere = (socket.AF_INET, "192.0.2.1") if address.version == 4 else (socket.AF_INET6, "2001:db8::1")
    with suppress(OSError), socket.socket(family, socket.SOCK_DGRAM) as way:
        way.connect((elsewhere, 9))  # sends nothing, and tells which of its addresses the machine would have
        found.append(_in_url(way.getsockname()[0]))
    return found


def _in_url(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def serve(initial: State, host: str, port: int, browser: bool, ready: Callable[[], None]) -> None:
    """Serve the page until the process is told to stop.

    Raises:
        ImportError: NiceGUI is not installed.
        OSError: of `ready`.
    """
    try:
        from fastapi.middleware.gzip import GZipMiddleware
        from nicegui import Client, app, ui
    except ModuleNotFoundError:
        raise MissingExtraError("nicegui", "explore") from None

    from ppocr_lr.explore.page import Page
    from ppocr_lr.explore.words import words_for

    app.add_middleware(Bounded, pages=lambda: len(Client.instances))
    app.add_middleware(OwnSiteOnly, host=host)
    failed = list[OSError]()

    def started() -> None:
        try:
            ready()
        except OSError as error:  # what NiceGUI would only log
            failed.append(error)
            app.shutdown()

    app.on_startup(started)
    hangup = getattr(signal, "SIGHUP", None)  # Windows has none
    if hangup and signal.getsignal(hangup) != signal.SIG_IGN:  # nohup ignores it
        # The server ends well by this other one alone.
        signal.signal(hangup, lambda number, frame: signal.raise_signal(signal.SIGTERM))
    folder = Path(__file__).parent
    css, script = ((folder / name).read_text(encoding="utf-8") for name in ("page.css", "page.js"))

    @ui.page("/", title="ppocr-lr explore")
    async def index() -> None:
        request = ui.context.client.request
        ui.add_css(css)
        ui.add_body_html(f"<script>{script}</script>")
        words = words_for(request.headers.get("accept-language", ""))
        # What it says of its run is said again, in the visitor's language.
        state, problem = replace(initial, draft=replace(initial.draft)), ""
        with speaking(words.language):
            if (link := request.query_params.get("s")) == "":
                problem = tr(_TOO_MUCH)
            elif link:
                try:
                    state = await asyncio.to_thread(lambda: state_of(link).read())
                except LRConfigError as error:
                    problem = str(error)
            await asyncio.to_thread(state.read)
        Page(state, words, problem)

    ui.run(
        host=host,
        port=port,
        show=browser,
        reload=False,
        title="ppocr-lr explore",
        favicon="📉",
        show_welcome_message=False,
        tailwind=False,
        reconnect_timeout=_RECONNECT,
        message_history_length=_MOST_MESSAGES,
        ws_max_size=4 << 20,
        # At its default, 9, packing the scripts is two thirds of the work that each new visitor makes.
        gzip_middleware_factory=partial(GZipMiddleware, compresslevel=1),
    )
    for error in failed:
        raise error


def _headers(scope: Any) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


async def _refuse(send: Any, status: int, reason: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": reason})


class Bounded:
    """Reads nothing that is larger than the page sends it, and opens no more pages than there is memory for.

    What the page tells the browser binds nobody else, and one that was only asked for is kept for a minute.
    """

    def __init__(self, app: Any, pages: Callable[[], int]) -> None:
        self.app, self.pages = app, pages

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Refuse a request by the length that it has to state, or by the number of pages."""
        headers = _headers(scope) if scope["type"] == "http" else {}
        length = headers.get("content-length", "0")
        if "transfer-encoding" in headers or not length.isdecimal() or int(length) > MOST_BYTES + _AROUND_A_FILE:
            await _refuse(send, 413, b"too large, or of a length that is not told\n")
        elif headers and not scope["path"].startswith("/_nicegui") and self.pages() >= MOST_PAGES:
            await _refuse(send, 503, b"too many pages are open: try again in a minute\n")
        else:
            await self.app(scope, receive, send)


class OwnSiteOnly:
    """Lets nobody in who was sent by another web site: neither by a name that it points here, nor by its scripts."""

    def __init__(self, app: Any, host: str) -> None:
        self.app = app
        self.names = {"localhost", host.lower(), socket.gethostname().lower()}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Refuse a foreign Host or Origin, and forbid others to show the page in theirs."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = _headers(scope)
        host, origin = headers.get("host", ""), headers.get("origin")
        foreign = headers.get("sec-fetch-site") == "cross-site" and headers.get("sec-fetch-mode") != "navigate"
        if foreign or not self._is_ours(host) or (origin is not None and origin.partition("://")[2] != host):
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            else:
                await _refuse(send, 403, b"this page is only for those who open it themselves\n")
            return

        async def send_with_policy(message: Any) -> None:
            if message["type"] == "http.response.start":
                more = ((b"content-security-policy", _POLICY.encode()), (b"x-content-type-options", b"nosniff"))
                message = {**message, "headers": [*message["headers"], *more, (b"referrer-policy", b"no-referrer")]}
            await send(message)

        await self.app(scope, receive, send_with_policy)

    def _is_ours(self, host: str) -> bool:
        """An address is nobody's to point elsewhere; of names, those of this machine."""
        name = ""
        try:
            name = (urlsplit(f"//{host}").hostname or "").lower().rstrip(".")
            ipaddress.ip_address(name)
        except ValueError:
            return name in self.names
        return True
