"""What is edited: the name, the YAML, the run and the keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import events, ui

from ppocr_lr.errors import SECTION, LRConfigError, Problem, shown
from ppocr_lr.explore.draft import Draft, schedule_name, summary_of
from ppocr_lr.explore.fields import fields_of
from ppocr_lr.explore.form import PAUSE, KeyField
from ppocr_lr.explore.look import small_picture
from ppocr_lr.explore.words import Words
from ppocr_lr.language import speaking
from ppocr_lr.lr_config import MODELS, Run
from ppocr_lr.training_config.changes import yaml_text
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.yaml_edit import Excerpt

if TYPE_CHECKING:
    from ppocr_lr.explore.page import Page

_SHOWN_KEYS = 8  # of a schedule; the others are folded away
_IN_THE_CONFIG = {
    "epochs": ("Global", "epoch_num"),
    "batch size per card": ("Train", "loader", "batch_size_per_card"),
    "drop_last": ("Train", "loader", "drop_last"),
}
"""What of the run is a key of the config; the rest are flags."""
_NUMBERS = ("epochs", "samples", "batch size per card", "cards", "iterations per epoch")


@contextmanager
def titled(words: Words, title: str) -> Iterator[ui.element]:
    """A part of the page with its heading."""
    with ui.element("section").props(f'aria-label="{words(title)}"') as section:
        with ui.element("h2"):
            ui.label(words(title))
        yield section


class Left:
    """The left column."""

    def __init__(self, page: Page) -> None:
        self.page, self.words = page, page.words
        self.syncing = self.whole = False
        self.frame = Excerpt("", "", "")
        self.run = Run(100, 100)
        self.name = ""
        self.fields: list[KeyField] = []
        with ui.element("div").classes("left"):
            with titled(self.words, "Schedule"):
                self._build_chooser()
            with titled(self.words, "The lr section"):
                self._build_editor()
            with titled(self.words, "Run"), ui.element("div").classes("runs"):
                self._build_run()
            with titled(self.words, "Keys") as self.form:
                self.keys = ui.element("div")

    def _build_chooser(self) -> None:
        self.dialog = dialog = ui.dialog()
        dialog.props["aria-label"] = self.words("Schedule")
        self.chooser = ui.button(on_click=dialog.open).props("outline no-caps").classes("chooser")
        with self.chooser:
            self.picture = ui.html("", sanitize=False).classes("shape")
            self.chosen = ui.label()
        self.said = ui.label().classes("soft")
        with dialog, ui.card().style("max-width: none"), ui.element("div").classes("grid"):
            for name in MODELS:
                with ui.button(on_click=partial(self._choose, name)).props("outline no-caps"):
                    ui.html(small_picture(name), sanitize=False).classes("shape")
                    ui.label(name)
                    ui.label(self.words(summary_of(name))).classes("said")

    def _build_editor(self) -> None:
        ui.switch(self.words("the whole file"), on_change=self._set_whole).props("dense")
        self.editor = ui.codemirror(
            "", language="YAML", theme="vscodeLight", line_wrapping=True, indent="  ", on_change=self._edited
        )
        self.problems = ui.element("div").classes("wrong").props('role="alert"')
        self.problems.set_visibility(False)

    def _build_run(self) -> None:
        self.numbers: dict[str, ui.input] = {}
        for what in _NUMBERS:
            entry = ui.input(self.words(what), on_change=partial(self._number, what))
            self.numbers[what] = entry.props(f"dense outlined stack-label {PAUSE}")
        self.drop_last = ui.switch("drop_last", on_change=self._set_drop_last)
        self.arithmetic = ui.label().classes("soft").style("grid-column: 1 / -1")

    # What is done

    def _choose(self, name: str) -> None:
        self.dialog.close()
        self.page.attempt(lambda draft: draft.named(name))

    def _set_whole(self, event: events.ValueChangeEventArguments[Any]) -> None:
        self.whole = bool(event.value)
        self.sync(self.page.state.draft, "")

    def _edited(self, event: events.ValueChangeEventArguments[Any]) -> None:
        if self.syncing:
            return
        try:
            with speaking(self.words.language):
                draft = replace(self.page.state.draft, text=self.frame.with_text(event.value or ""))
                _ = draft.section
        except LRConfigError as error:
            self.page.wrong(error.problems)
            self.form.props("inert")  # it would put the last good text in the place of this one
            return
        self.form.props(remove="inert")
        self.page.change(draft, "editor")
        self.page.refresh()

    def _set(self, key: str, text: str) -> None:
        """Give a key of the section a value, or take it out."""
        if text:
            self.page.attempt(lambda draft: draft.with_values(f"{SECTION}.{key}={text}"), key)
        elif key in self.page.state.draft.section:
            self.page.attempt(lambda draft: draft.without(key), key)

    def _set_in_config(self, what: str, text: str) -> None:
        key = ".".join(_IN_THE_CONFIG[what])
        self.page.attempt(lambda draft: draft.with_values(f"{key}={text}"), what)

    def _set_drop_last(self, event: events.ValueChangeEventArguments[Any]) -> None:
        if not self.syncing:
            self._set_in_config("drop_last", yaml_text(bool(event.value)))

    def _number(self, what: str, event: events.ValueChangeEventArguments[Any]) -> None:
        text = (event.value or "").strip()
        if self.syncing or not text:
            return
        if what in _IN_THE_CONFIG:
            self._set_in_config(what, text)
            return
        try:
            number = int(text)
        except ValueError:
            self.page.wrong(
                (Problem((), f"{self.words(what)}: {self.words('{} is not a whole number', shown(text))}"),)
            )
            return
        make: dict[str, Callable[[Draft], Draft]] = {
            "samples": lambda draft: replace(draft, num_samples=number, iters_per_epoch=None),
            "iterations per epoch": lambda draft: replace(draft, iters_per_epoch=number, num_samples=None),
            "cards": lambda draft: replace(draft, gpus=number),
        }
        self.page.attempt(make[what], what)

    # What is shown

    def sync(self, draft: Draft, by: str) -> None:
        """Let everything be what the draft is; what is typed into stays."""
        self.syncing = True
        try:
            if by != "editor":
                self.frame = Excerpt("", draft.text, "") if self.whole else draft.excerpt
                self.editor.value = self.frame.text
                self.form.props(remove="inert")
            section = draft.section
            self._sync_name(schedule_name(draft), section)
            for field in self.fields:
                field.show(section, self.run)
            self._sync_run(draft)
        finally:
            self.syncing = False

    def _sync_name(self, name: str, section: Mapping[str, Any]) -> None:
        if not name or name == self.name:
            return
        self.name = self.chosen.text = name
        self.chooser.props["aria-label"] = f"{self.words('Schedule')}: {name}"
        self.picture.content = small_picture(name, 72, 30)
        self.said.text = self.words(summary_of(name))
        self.keys.clear()
        fields = [field for field in fields_of(name) if field.key != "last_epoch" or field.key in section]
        fields.sort(key=lambda field: not (field.required or field.key in section))
        shown = max(_SHOWN_KEYS, sum(field.required or field.key in section for field in fields))
        with self.keys:
            self.fields = [KeyField(field, self.words, self._set) for field in fields[:shown]]
            if fields[shown:]:
                with ui.expansion(self.words("{} more keys", len(fields) - shown)):
                    self.fields += [KeyField(field, self.words, self._set) for field in fields[shown:]]

    def _sync_run(self, draft: Draft) -> None:
        values: dict[str, Any] = {what: _at(draft.config, path) for what, path in _IN_THE_CONFIG.items()}
        values |= {"samples": draft.num_samples, "cards": draft.gpus, "iterations per epoch": draft.iters_per_epoch}
        for what, entry in self.numbers.items():
            entry.value = "" if values[what] is None else str(values[what])
        self.drop_last.value = values["drop_last"] is True

    def show_run(self, planned: PlannedRun) -> None:
        """What depends on the run: where sliders end, and how long an epoch is."""
        self.arithmetic.text = planned.length.arithmetic
        if planned.run == self.run:
            return
        self.run = planned.run
        section = self.page.state.draft.section
        for field in self.fields:
            field.show(section, self.run)

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """What is wrong with the text, by line and column of the editor."""
        self.problems.set_visibility(bool(problems))
        self.problems.clear()
        first = self.frame.first_line
        with self.problems:
            for problem in problems:
                place, where = problem.place, ""
                if place and place.line >= first:
                    column = max(1, place.column - len(self.frame.indent))
                    where = self.words("line {}, column {}", place.line - first + 1, column)
                with ui.element("p"):
                    ui.label(": ".join(filter(None, (where, problem.key, problem.text))))


def _at(config: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        config = config.get(key) if isinstance(config, Mapping) else None
    return config
