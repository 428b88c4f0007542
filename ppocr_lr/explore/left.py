"""What is edited: the name, the YAML, the run and the keys."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from nicegui import ui

from ppocr_lr.errors import SECTION, SECTION_PATH, Path, Problem, dotted
from ppocr_lr.explore.draft import BATCH_SIZE, FLAGS, Draft, schedule_name, summary_of
from ppocr_lr.explore.editor import Editor
from ppocr_lr.explore.fields import fields_of
from ppocr_lr.explore.form import PAUSE, QUIET, AnyField, build_fields, complain, complaint
from ppocr_lr.explore.look import small_picture
from ppocr_lr.explore.parts import Coming, by_hand, putting, titled
from ppocr_lr.explore.state import State, Typed
from ppocr_lr.language import later
from ppocr_lr.lr_config import MODELS, Run
from ppocr_lr.training_config.changes import yaml_text
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.yaml_edit import Excerpt

if TYPE_CHECKING:
    from ppocr_lr.explore.page import Page

_SHOWN_KEYS = 8  # of a schedule; the others are folded away
_IN_THE_CONFIG: Mapping[str, tuple[str, ...]] = {
    "epochs": ("Global", "epoch_num"),
    "batch size per card": BATCH_SIZE,
    "drop_last": ("Train", "loader", "drop_last"),
}
"""The parts of the run that are keys of the config; the rest are `FLAGS`."""
EDITOR = "editor"
_NUMBERS = (
    later("epochs"),
    later("samples"),
    later("batch size per card"),
    later("cards"),
    later("iterations per epoch"),
)


class Left:
    """The left column."""

    def __init__(self, page: Page, whole: bool, edits: int) -> None:
        self.page, self.words, self.whole = page, page.words, whole
        self.frame = Excerpt("", "", "")
        self.run = Run(100, 100)
        self.name = ""
        self.fields: list[AnyField] = []
        with ui.element("div").classes("left"):
            with titled(self.words, "Schedule"):
                self._build_chooser()
            with titled(self.words, "The lr section"):
                self._build_editor(edits)
            with titled(self.words, "Run") as self.runs, ui.element("div").classes("runs"):
                self._build_run()
            with titled(self.words, "Keys") as self.form:
                self.keys = ui.element("div")

    def _build_chooser(self) -> None:
        self.dialog = dialog = ui.dialog()
        dialog.props["aria-label"] = self.words("Schedule")
        self.chooser = ui.button(on_click=self._open_chooser).props("outline no-caps").classes("chooser")
        with self.chooser:
            self.picture = ui.html("", sanitize=False).classes("shape")
            self.chosen = ui.label()
        self.said = ui.label().classes("soft")
        with dialog, ui.card().style("max-width: none"):
            self.grid = ui.element("div").classes("grid")

    def _open_chooser(self) -> None:
        """Fill the dialog, which is a third of all elements of the page, only for those who open it."""
        self.grid.clear()
        with self.grid:
            for name in MODELS:
                shape = ui.button(on_click=partial(self._choose, name)).props("outline no-caps")
                if name == self.name:
                    shape.props("aria-current=true data-autofocus")
                with shape:
                    ui.html(small_picture(name), sanitize=False).classes("shape")
                    ui.label(name)
                    ui.label(self.words(summary_of(name))).classes("said")
        self.dialog.open()

    def _build_editor(self, edits: int) -> None:
        self.whole_file = ui.switch(self.words("the whole file"), on_change=by_hand(self._set_whole)).props("dense")
        self.editor = Editor(self.words, self._typed, edits)
        self.problems = ui.element("div").classes("wrong").props('role="alert"')
        self.problems.set_visibility(False)

    def _build_run(self) -> None:
        self.numbers: dict[str, tuple[ui.input, ui.label]] = {}
        for what in _NUMBERS:
            with ui.element("div"):
                entry = ui.input(self.words(what), on_change=by_hand(partial(self._number, what)))
                entry.props(f"dense outlined stack-label {QUIET} {PAUSE}")
                self.numbers[what] = entry, complaint()
        self.drop_last = ui.switch("drop_last", on_change=by_hand(self._set_drop_last))
        self.arithmetic = ui.label().classes("soft").style("grid-column: 1 / -1")

    # What is done

    async def _choose(self, name: str) -> None:
        self.dialog.close()
        await self.page.change(lambda draft: draft.named(name))

    async def _set_whole(self, whole: bool) -> None:
        async with self.page.turn:
            self.whole = whole
            self.sync(self.page.state, "")

    # Whether the page itself made a change is known only at once, so these say what is to come of it.

    def _typed(self, text: str, edits: int, whole: bool) -> Coming:
        def made(state: State) -> State:
            self.editor.know(text, edits, whole)
            frame = self.frame if whole == self.whole else state.draft.frame(whole)
            return state.after(Typed(text, frame, whole))

        return self.page.become(made, EDITOR, edits=True)

    async def _set(self, key: str, text: str) -> None:
        """Give a key of the section a value, or take it out; one inside it has dots."""
        *inside, last = path = _path_of(key)
        if last == "name" and inside:
            await self.page.change(lambda draft: draft.named(text, path[:-1]))
        else:
            await self._set_at(path, text)

    async def _add_stage(self, key: str) -> None:
        await self.page.change(lambda draft: draft.with_stage(*_path_of(key)))

    def _set_drop_last(self, drop_last: bool) -> Coming:
        return self._set_at(_IN_THE_CONFIG["drop_last"], yaml_text(drop_last))

    def _number(self, what: str, value: str | None) -> Coming:
        text = (value or "").strip()
        if what in FLAGS:
            return self.page.change(lambda draft: draft.with_flag(what, text), what)
        return self._set_at(_IN_THE_CONFIG[what], text)

    async def _set_at(self, path: Path, text: str) -> None:
        def made(draft: Draft) -> Draft:
            if not text:
                return draft.without(*path)
            return draft.with_batch_size(text) if path == BATCH_SIZE else draft.with_values(f"{dotted(path)}={text}")

        await self.page.change(made, dotted(path))

    # What is shown

    def sync(self, state: State, by: str) -> None:
        """Show the state everywhere, except in a field that is being typed into."""
        draft, typed = state.draft, state.typed
        with putting():
            self.whole = typed.whole if typed else self.whole
            if by != EDITOR or self.editor.whole != self.whole:
                self.frame = typed.frame if typed else draft.frame(self.whole)
                self.editor.put(typed.text if typed else self.frame.text, self.whole)
            self.whole_file.value = self.frame.is_all  # as it is where the section has no lines of its own
            self._lock(typed is not None)
            self.whole_file.set_enabled(typed is None and not draft.excerpt.is_all)
            section = draft.section
            self._sync_name(schedule_name(draft), section)
            for field in self.fields:
                field.show(section, self.run)
            self._sync_run(draft, by)

    def _sync_name(self, name: str, section: Mapping[str, Any]) -> None:
        if not name or name == self.name:
            return
        self.name = self.chosen.text = name
        self.chooser.props["aria-label"] = self.words("{label}: {text}", label=self.words("Schedule"), text=name)
        self.picture.content = small_picture(name, 72, 30)
        self.said.text = self.words(summary_of(name))
        self.keys.clear()
        fields = [field for field in fields_of(name) if field.key != "last_epoch" or field.key in section]
        with self.keys:
            self.fields = build_fields(fields, section, self.words, self._set, self._add_stage, _SHOWN_KEYS)

    def _sync_run(self, draft: Draft, by: str) -> None:
        values = {what: draft.document.value(path) for what, path in _IN_THE_CONFIG.items()}
        values |= {what: getattr(draft, name) for what, name in FLAGS.items()}
        for what, (entry, _) in self.numbers.items():
            if _place_of(what) != by:
                entry.value = "" if values[what] is None else str(values[what])
        self.drop_last.value = values["drop_last"] is True

    def _lock(self, is_locked: bool) -> None:
        """Lock what would replace the text in the editor by the last good one, or unlock it."""
        for part in (self.form, self.runs):
            part.props("inert") if is_locked else part.props(remove="inert")

    def show_run(self, planned: PlannedRun) -> None:
        """What depends on the run: where sliders end, and how long an epoch is."""
        self.arithmetic.text = planned.length.arithmetic
        if planned.run == self.run:
            return
        self.run = planned.run
        section = self.page.state.draft.section
        with putting():
            for field in self.fields:
                field.show(section, self.run)

    def show_problems(self, problems: tuple[Problem, ...], by: str) -> None:
        """What is wrong with the text, by line and column of the editor, and at its field or the touched one."""
        said = [(_place_of(problem.key) or by, problem.text) for problem in problems]

        def about(place: str) -> list[str]:
            return [text for at, text in said if at == place or at.startswith(f"{place}.")]

        for field in self.fields:
            field.complain(lambda key: about(f"{SECTION}.{key}"))
        for what, (entry, label) in self.numbers.items():
            complain(label, [entry], about(_place_of(what)))
        self.problems.set_visibility(bool(problems))
        self.problems.clear()
        first = self.frame.first_line
        with self.problems:
            for problem in problems:
                place, where = problem.place, ""
                if place and place.line >= first:
                    column = max(1, place.column - len(self.frame.indent))
                    where = self.words("line {line}, column {column}", line=place.line - first + 1, column=column)
                with ui.element("p"):
                    told = problem.text
                    for head in filter(None, (self.words(problem.key), where)):
                        told = self.words("{label}: {text}", label=head, text=told)
                    ui.label(told)


def _path_of(key: str) -> Path:
    """The path of a key of the section, written with dots if it is inside another one."""
    return (*SECTION_PATH, *(int(part) if part.isdecimal() else part for part in key.split(".")))


def _place_of(what: str) -> str:
    """The key of a part of the run, or what the page calls its flag."""
    return dotted(_IN_THE_CONFIG[what]) if what in _IN_THE_CONFIG else what
