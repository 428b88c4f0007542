"""Elements that NiceGUI has not. Most spare the browser work: NiceGUI draws all again for every one that changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

from nicegui import events, json, ui
from nicegui.awaitable_response import AwaitableResponse
from nicegui.element import Element

from ppocr_lr.explore.words import Words

Coming = Awaitable[None] | None
"""What is to be done about an event, if anything."""


class Panel(Element, component="panel.js"):
    """An HTML element that is redrawn by itself when something in it changes, and not with the rest of the page."""

    def __init__(self, tag: str = "div") -> None:
        super().__init__()
        self._props["as"] = tag


@contextmanager
def titled(words: Words, title: str) -> Iterator[ui.element]:
    """A part of the page with its heading."""
    with Panel("section").props(f'aria-label="{words(title)}"') as section:
        with ui.element("h2"):
            ui.label(words(title))
        yield section


_putting = False  # for all visitors: putting has no pause in which another one is served


@contextmanager
def putting() -> Iterator[None]:
    """Meanwhile the page itself puts values into fields, which NiceGUI reports as changes like any other."""
    global _putting
    _putting = True
    try:
        yield
    finally:
        _putting = False


def by_hand(act: Callable[[Any], Coming]) -> Callable[[events.ValueChangeEventArguments[Any]], Coming]:
    """What is called with the value of a field that the visitor has changed."""
    return lambda event: None if _putting else act(event.value)


class Plot(ui.plotly, component="plot.js"):
    """A figure of Plotly's that is not a property: Vue would watch every number of it."""

    def __init__(self) -> None:
        super().__init__({})

    def draw(self, figure: dict[str, Any], longest: float) -> AwaitableResponse:
        """Draw; the caller may wait for it, for `longest` seconds."""
        return self.run_method("draw", json.dumps(figure), timeout=longest)


class Connection(Element, component="connection.js"):
    """Nothing to be seen: knows when a connection was lost, and what may have been lost with it."""

    def __init__(self, back: Callable[[bool], Awaitable[None]], reloaded: Callable[[], None]) -> None:
        """Call `back` when there is one again, with whether a change is missing; or tell that it took a reload."""
        super().__init__()

        async def found(event: events.GenericEventArguments) -> None:
            await back(bool(event.args))
            self.run_method("found")

        self.on("back", found)
        self.on("reloaded", reloaded, args=[])

    def ask(self) -> None:
        """Whether it was lost."""
        self.run_method("ask")
