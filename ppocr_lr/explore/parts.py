"""Elements that spare the browser work: NiceGUI draws the whole page again for every element that changes."""

from __future__ import annotations

from typing import Any

from nicegui import json, ui
from nicegui.awaitable_response import AwaitableResponse
from nicegui.element import Element


class Panel(Element, component="panel.js"):
    """An HTML element that is drawn again by itself when something in it changes, and not with the rest of the page."""

    def __init__(self, tag: str = "div") -> None:
        super().__init__()
        self._props["as"] = tag


class Plot(ui.plotly, component="plot.js"):
    """A figure of Plotly's that is no property, whose every number Vue would watch."""

    def __init__(self) -> None:
        super().__init__({})

    def draw(self, figure: dict[str, Any], longest: float) -> AwaitableResponse:
        """Draw, which may be waited for, for `longest` seconds."""
        return self.run_method("draw", json.dumps(figure), timeout=longest)
