"""The outcome: the curve, the numbers, the findings, and what to take home."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterable
from dataclasses import replace
from functools import partial
from html import escape
from typing import TYPE_CHECKING

from nicegui import ui

from ppocr_lr.curve.axis import AXES, LABELS
from ppocr_lr.curve.tables import PHASE_HEADS
from ppocr_lr.errors import printable
from ppocr_lr.explore.draft import LONGEST_NAME
from ppocr_lr.explore.look import MEDIA, Curves, Details
from ppocr_lr.explore.parts import Coming, Plot, by_hand, putting, titled
from ppocr_lr.explore.state import State
from ppocr_lr.finding import Finding
from ppocr_lr.language import later

if TYPE_CHECKING:
    from ppocr_lr.explore.page import Page

_SECTION, _COMMAND, _PYTHON = later("the section"), later("after the command"), later("in Python")
_LINK = later("a link to this page")
_MOST_FINDINGS = 50
_SLOWEST = 5.0  # seconds in which a browser that is there draws a curve


class Right:
    """The right column."""

    def __init__(self, page: Page) -> None:
        self.page, self.words = page, page.words
        self.curves, self.details = Curves(), Details()
        self.pins_shown: list[tuple[ui.input, ui.button, ui.button]] = []
        with ui.element("div").classes("right") as self.column:
            with titled(self.words, "Learning rate"):
                self._build_curve()
            with ui.element("div").classes("beside"):
                self.pins = ui.element("div")
                self.beside = ui.element("div").classes("soft")
            with titled(self.words, "Numbers") as self.counted:
                self.numbers, self.phases = (
                    ui.html("", sanitize=False).classes("wide").props('tabindex="0"') for _ in range(2)
                )
            with titled(self.words, "Findings"):
                self.findings = ui.element("div").classes("findings")
            with titled(self.words, "Take home"):
                self.texts = {what: self._build_text(what) for what in (_SECTION, _COMMAND, _PYTHON, _LINK)}
                self._build_downloads()

    def _build_curve(self) -> None:
        with ui.element("div").classes("line"):
            axes = {axis: re.split(r" \(|（", self.words(LABELS[axis]))[0] for axis in AXES}
            self.axis = ui.toggle(axes, on_change=by_hand(self._set_view))
            self.axis.props(
                f'no-caps dense toggle-text-color=on-accent role="group" aria-label="{self.words("horizontal axis")}"'
            )
            self.log_scale = ui.switch(self.words("logarithmic"), on_change=by_hand(self._set_view))
            self.page.button("Pin this one", self.page.pin)
        with ui.element("div").props('role="img"') as self.picture:
            self.plot = Plot().classes("plot")
        ui.label(self.words("There is no curve yet. The reason is below the editor.")).classes("soft yet")

    def _build_text(self, what: str) -> ui.label:
        name = self.words(what)
        with ui.element("div").classes("copy"):
            with ui.element("div").classes("line"):
                ui.label(name).classes("soft")
                copy = self.page.button("Copy", None, name)
            with ui.element("pre").props(f'tabindex="0" aria-label="{name}"').classes("link" if what == _LINK else ""):
                text = ui.label()
            copy.on("click", js_handler=f"() => ppocrCopy('{text.html_id}')")
        return text

    def _build_downloads(self) -> None:
        with ui.element("div").classes("line"):
            ui.label(self.words("Download"))
            self.files = [self.page.button(kind.upper(), partial(self.page.download, kind)) for kind in MEDIA]
            self.page.button("the whole config", self.page.download_config)

    # What is done

    def _set_view(self, _: object) -> Coming:
        view = {"axis": self.axis.value, "log_scale": self.log_scale.value}
        return self.page.become(lambda state: replace(state, **view), "view")

    async def _edit(self, number: int) -> None:
        pinned = self.page.state.pins[number].draft
        await self.page.change(lambda _: pinned)

    def _rename(self, number: int, name: str | None) -> Coming:
        pins = self.page.state.pins
        if name and number < len(pins):
            return self.page.repin(number, replace(pins[number], name=printable(name)[:LONGEST_NAME]))
        return None

    # What is shown

    def sync(self, state: State) -> None:
        """Let switches and the list of pins show the state."""
        with putting():
            self.axis.value, self.log_scale.value = state.axis, state.log_scale
            if len(state.pins) != len(self.pins_shown):
                self._build_pins(len(state.pins))
            for (entry, *buttons), pin in zip(self.pins_shown, state.pins, strict=True):
                entry.value = pin.name  # the field stays, as somebody may be typing on
                for button in buttons:
                    button.props["aria-label"] = self.words("{label}: {text}", label=button.text, text=pin.name)

    def _build_pins(self, count: int) -> None:
        self.pins.clear()
        self.pins_shown = []
        with self.pins:
            for number in range(count):
                with ui.element("div").classes("line"):
                    name = self.words("name of curve {number}", number=number + 2)
                    entry = ui.input(on_change=by_hand(partial(self._rename, number)))
                    entry.props(f'dense outlined debounce=800 aria-label="{name}"')
                    edit = self.page.button("Edit", partial(self._edit, number))
                    remove = self.page.button("Remove", partial(self.page.repin, number))
                    self.pins_shown.append((entry, edit, remove))

    def dim(self, is_old: bool) -> None:
        """Show that the curve, and what is said of it, is not that of the text in the editor; or that there is none."""
        if is_old and self.curves.planned is None:
            self.column.classes(add="bare")
        for part in (self.plot, self.numbers, self.phases, self.findings, *self.texts.values()):
            part.classes(add="stale" if is_old else "", remove="" if is_old else "stale")

    def show_curves(self, curves: Curves) -> Awaitable[None]:
        """Draw, until the browser has: a slow one gets no more curves than it can draw."""
        self.curves = curves
        self.column.classes(remove="bare")
        for part in (self.picture, *self.files):
            part.set_visibility(bool(curves.figure))
        return self._draw()

    def _draw(self) -> Awaitable[None]:
        figure = self.curves.figure
        return self.plot.draw({**figure, "data": [*figure.get("data", ()), *self.details.dots]}, _SLOWEST)

    def show_details(self, details: Details, has_files: bool) -> None:
        """The numbers, findings, logs, and the texts to copy."""
        dots, self.details = self.details.dots, details
        numbers = [(self.words(what), text) for what, text in details.numbers]
        told = (self.words("{label}: {text}", label=what, text=text) for what, text in numbers)
        self.picture.props["aria-label"] = self.words("; ").join((self.words("Learning rate"), *told))
        if details.dots or dots:
            self._draw()
        self.counted.set_visibility(bool(numbers))
        self.numbers.content = _table((), numbers)
        self.phases.content = _table(map(self.words, PHASE_HEADS), details.phases)
        self.beside.clear()
        with self.beside:
            for line in (*self.curves.notes, *details.verdicts):
                ui.label(line).style("white-space: pre-wrap")
            if has_files:
                self.page.button("Forget these files", self.page.forget_files)
        self.findings.clear()
        with self.findings:
            if not details.findings:
                ui.label(self.words("No findings.")).classes("soft")
            for finding in details.findings[:_MOST_FINDINGS]:
                self._build_finding(finding)
            if more := len(details.findings[_MOST_FINDINGS:]):
                ui.label(self.words("and {count} more", count=more)).classes("soft")
        self.texts[_SECTION].text = self.page.state.draft.section_text
        self.texts[_COMMAND].text, self.texts[_PYTHON].text = details.overrides, details.call

    def _build_finding(self, finding: Finding) -> None:
        severity = str(finding.severity)
        with ui.element("div").classes("finding"):
            ui.label(f"{self.words(severity)} {finding.code}").classes(f"code {severity}")
            with ui.element("div"):
                ui.label(": ".join(filter(None, (finding.key, finding.message))))
                if finding.hint:
                    ui.label(finding.hint).classes("hint")
            if fix := finding.fix:
                self.page.button("Apply", lambda: self.page.change(lambda draft: draft.after(fix)), finding.code)

    def show_link(self, link: str) -> None:
        """The address of this state, which the browser's address bar shows from now on, too."""
        address = str(self.page.client.request.base_url)  # as the visitor came to it
        self.texts[_LINK].text = f"{address}?s={link}" if link else self.words("too long for a link")
        with self.page.client:
            ui.navigate.history.replace(f"?s={link}")


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table as one piece of HTML: all elements of the page are checked whenever one changes."""
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in heads)
    top = f"<thead><tr>{head}</tr></thead>" if head else ""
    body = (
        f'<tr><th scope="row">{escape(name)}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells)}</tr>'
        for name, *cells in rows
    )
    return f"<table>{top}<tbody>{''.join(body)}</tbody></table>"
