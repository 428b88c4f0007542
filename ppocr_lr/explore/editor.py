"""The YAML editor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nicegui.elements.codemirror  # noqa: F401  it brings what yaml_editor.js imports
from nicegui import events
from nicegui.element import Element

from ppocr_lr.explore.draft import LONGEST_TEXT, TOO_LONG
from ppocr_lr.explore.parts import Coming
from ppocr_lr.explore.words import Words
from ppocr_lr.language import later

_HALF = later("half a character cannot be read")
_LATE = later("Your typing was kept. A change made beside the editor at the same time was not.")


class Editor(Element, component="yaml_editor.js"):
    """An editor in which what is typed wins: `put` does nothing where something was typed that is not known here yet.

    The browser reports it next, with the whole text, and both sides agree again.
    """

    def __init__(self, words: Words, typed: Callable[[str, int, bool], Coming], edits: int) -> None:
        super().__init__()
        self.text = ""
        self.edits = edits
        """How many of the browser's edits are in what is put."""
        self.whole = False
        """The text is a whole file."""
        said = {"label": words("The lr section"), "long": words(TOO_LONG, most=LONGEST_TEXT), "late": words(_LATE)}
        said["half"] = words(_HALF)
        self._props.update({"longest": LONGEST_TEXT, "words": said, "given": self._given()})

        def tell(event: events.GenericEventArguments) -> Coming:
            text, edits, whole = (event.args[name] for name in ("text", "edits", "whole"))
            return typed(text, edits, whole) if edits > self.edits else None

        self.on("typed", tell, throttle=0.05)

    def _given(self) -> dict[str, Any]:
        return {"text": self.text, "edits": self.edits, "whole": self.whole}

    def know(self, text: str, edits: int, whole: bool) -> None:
        """Take in what was typed: from now on, texts that are put are based on it."""
        self.text, self.edits, self.whole = text, edits, whole

    def put(self, text: str, whole: bool) -> None:
        """Another text."""
        if (text, whole) != (self.text, self.whole):
            self.text, self.whole = text, whole
            self._props["given"] = self._given()
            self.update()

    def ask(self) -> None:
        """Ask for what was typed while the connection was lost."""
        self.run_method("tell")
