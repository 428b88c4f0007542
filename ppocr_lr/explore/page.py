"""One visitor's page: the state, what is done to it, and when what is shown follows it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

from nicegui import background_tasks, events, ui
from nicegui.client import Client
from nicegui.translations import translations

from ppocr_lr.errors import LRConfigError, MissingExtraError, Problem
from ppocr_lr.explore.draft import Draft, schedule_name
from ppocr_lr.explore.files import MOST_BYTES, file_name, read_dropped
from ppocr_lr.explore.left import EDITOR, Left
from ppocr_lr.explore.look import MEDIA, Curves, Dropped, curves_of, details_of, file_of
from ppocr_lr.explore.parts import Connection
from ppocr_lr.explore.right import Right
from ppocr_lr.explore.state import MOST_PINS, Pin, State, latest
from ppocr_lr.explore.words import Words
from ppocr_lr.language import later, speaking

_PAUSE = 0.15  # seconds without a change, after which findings and the link follow
_ONE_STEP = 1.0  # seconds in which changes of one field are one step of undo
_LOCKED = later("A change beside the editor was not kept: the text in the editor cannot be used yet.")
_MISSING = later("The connection was lost, and a change beside the editor with it: what you see is what has arrived.")
_RELOADED = later(
    "The connection was lost, and the page was loaded anew. Dropped files, the steps of undo, and what was changed "
    "beside the editor meanwhile are gone; what was typed into the editor is there."
)
_REPLACED = later("The text that could not be used is no longer in the editor: Undo brings it back.")
# One file at a time, for all visitors: Matplotlib's settings are those of the whole process, and somebody impatient
# takes no more than one of the threads.
_writing = asyncio.Lock()


class Page:
    """What one visitor sees, and does. Each change makes a new `State`; the last ones are kept for undo."""

    def __init__(self, state: State, words: Words, problem: str = "") -> None:
        self.state, self.words = state, words
        self.client: Client = ui.context.client
        self.past: list[State] = [state]
        self.at = 0
        self.last: tuple[str, float] = ("", 0.0)
        self.turn = asyncio.Lock()  # of changes, each of which begins with what the one before has made
        self.newest: dict[str, Any] = {}
        self.problems: tuple[Problem, ...] = ()
        self.refused: tuple[Problem, ...] = ()
        """Why a field could not be used; what is in the editor, the state knows."""
        self.dropped = Dropped()
        self.drawable: tuple[State, Curves] | None = None
        self.gone = False
        self.work: asyncio.Task[None] | None = None
        self.changed = asyncio.Event()
        self.client.on_delete(self._end)
        self.client.on_connect(self._ask)
        ui.dark_mode(None)  # as the browser asks for, until the button is pressed
        ui.keyboard(self._key)
        self.connection = Connection(self._back, lambda: self.say(self.words(_RELOADED), stays=True))
        self.uploader = ui.upload(
            multiple=True, auto_upload=True, max_file_size=MOST_BYTES, on_upload=self._uploaded,
            on_rejected=lambda: self.say(self.words("a file is larger than {most} MiB", most=MOST_BYTES >> 20)),
        ).style("display: none")  # fmt: skip
        self.uploader.on("failed", js_handler="(info) => ppocrUnsent(info.files)")
        self.root = ui.element("div").style("width: 100%")
        self._build()
        if problem:
            self.say(problem, stays=True)  # the page has just begun, and nobody looks there yet

    def _build(self, whole: bool = False, edits: int = 0) -> None:
        self.root.clear()
        with self.root:
            self._build_header()
            with ui.element("div").classes("desk"):
                self.left = Left(self, whole, edits)
                self.right = Right(self)
            page = {
                "language": self.words.tag,
                "uploader": self.uploader.id,
                "unsent": self.words("was not received: drop it again when there is a connection"),
                "copied": self.words("copied"),
                "selected": self.words("selected: press Ctrl+C to copy it"),
                "popups": [*translations["zh-CN" if self.words.language == "zh" else "en-US"].values()],
            }
            ui.run_javascript(f"ppocrReady({json.dumps(page)})")
        self._be(self.state, "")

    def _build_header(self) -> None:
        with ui.element("header").classes("bar"):
            with ui.element("h1"):
                ui.label("ppocr-lr explore")
            self.source = ui.label().classes("name")
            self.undo_button = self.button("Undo", partial(self._go, -1))
            self.redo_button = self.button("Redo", partial(self._go, 1))
            self.button("Open a file", lambda: self.uploader.run_method("pickFiles"))
            self.button("Dark or light", lambda: ui.run_javascript("Quasar.Dark.toggle()"))
            self.button(self.words.other.name, self._other_language)

    def button(self, text: str, act: Callable[[], Any] | None, of: str = "") -> ui.button:
        """A button, whose name for a screen reader says what it is of."""
        button = ui.button(self.words(text), on_click=act).props("flat dense no-caps")
        if of:
            button.props["aria-label"] = self.words("{label}: {text}", label=self.words(text), text=of)
        return button

    # What is done

    async def change(self, make: Callable[[Draft], Draft], by: str = "") -> None:
        """Show what `make` makes of the draft; `by` is the field that was touched."""
        await self.become(lambda state: replace(state, draft=make(state.draft)), by, edits=True)

    async def become(self, make: Callable[[State], State], by: str = "", edits: bool = False) -> None:
        """Show what `make` makes of the state, which may take long; of waiting changes of one field, only the last.

        A change that `edits` the draft replaces an unusable text in the editor; a pin or another axis does not.
        """
        self.newest[by] = make
        async with self.turn:
            if self.gone or (by and self.newest[by] is not make):
                return
            if edits and by not in ("", EDITOR) and self.state.typed:
                self.say(self.words(_LOCKED))  # the field was touched before it was
                return
            try:
                with speaking(self.words.language):  # in the thread too, which begins with what is said here
                    state, curves = await asyncio.to_thread(lambda: _with_curves(make(self.state).read()))
            except LRConfigError as error:
                self.refused = error.problems
                self.wrong(self.refused, by)
                return
            if edits and by != EDITOR:
                state = self._without_typed(state)
            if edits:
                self.refused = ()
            self.drawable = state, curves
            self._keep(state, by)

    def _without_typed(self, state: State) -> State:
        """With the draft in the editor, and a word to the visitor about the text that was there."""
        if state.typed:
            self.say(self.words(_REPLACED))
        return replace(state, typed=None)

    def _keep(self, state: State, by: str) -> None:
        """Show another state, and keep the last one for an undo."""
        if state == self.state:
            self.refresh()  # what was wrong is wrong no longer
            return
        soon = time.monotonic() - self.last[1] < _ONE_STEP or (by == EDITOR and self.state.typed)
        again = by and by == self.last[0] and soon and self.at > 0  # nobody wants every half-typed text back
        self.last = (by, time.monotonic())
        del self.past[self.at + (0 if again else 1) :]
        # What it has computed is not kept: a text of the largest size is a large tree.
        self.past[-1:] = [replace(each, draft=replace(each.draft)) for each in self.past[-1:]]
        self.past = latest([*self.past, state])
        self.at = len(self.past) - 1
        self._be(state, by)

    def _be(self, state: State, by: str) -> None:
        """Show another state."""
        self.state = state
        self.refresh()  # comes to the curve right after this, so that the browser draws it with the rest
        self._sync(by)
        if state.typed:
            self.wrong(state.refused, EDITOR)

    async def _go(self, steps: int) -> None:
        """Some steps forward again, or back where they are negative."""
        async with self.turn:
            if 0 <= self.at + steps < len(self.past):
                self.at, self.last, self.refused = self.at + steps, ("", 0.0), ()
                with speaking(self.words.language):
                    state = await asyncio.to_thread(replace(self.past[self.at]).read)
                self._be(state, "")

    async def _key(self, event: events.KeyEventArguments) -> None:
        if event.action.keydown and (event.modifiers.ctrl or event.modifiers.meta):
            key = event.key.name.lower()
            if key == "y" or (key == "z" and event.modifiers.shift):
                await self._go(1)
            elif key == "z":
                await self._go(-1)

    async def pin(self) -> None:
        """Keep the curve beside later ones."""
        pins = self.state.pins
        if len(pins) == MOST_PINS:
            self.say(self.words("at most {most} curves are pinned", most=MOST_PINS))
            return
        name, taken = schedule_name(self.state.draft), {pin.name for pin in pins}
        number = next(n for n in range(1, MOST_PINS + 1) if f"{name} {n}" not in taken)
        pin = Pin(f"{name} {number}", self.state.draft)
        await self.become(lambda state: replace(state, pins=(*pins, pin)))

    async def repin(self, number: int, *new: Pin) -> None:
        """Replace a pinned curve by another one, or remove it."""
        pins = (*self.state.pins[:number], *new, *self.state.pins[number + 1 :])
        await self.become(lambda state: replace(state, pins=pins), f"pin {number}" if new else "")

    async def _other_language(self) -> None:
        async with self.turn:
            self.words = self.words.other
            state = replace(self.state, draft=replace(self.state.draft))  # what it says of its run is said again
            with speaking(self.words.language):
                self.state = await asyncio.to_thread(state.read)
            self._rebuild()

    def _rebuild(self) -> None:
        """Make all of the page anew; what the browser's editor alone knows is kept there."""
        self.refused = ()
        self._build(self.left.whole, self.left.editor.edits)

    def _ask(self) -> None:
        self.left.editor.ask()
        self.connection.ask()

    async def _back(self, is_missing: bool) -> None:
        async with self.turn:
            if is_missing:
                self._rebuild()
                self.say(self.words(_MISSING), stays=True)

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        name = file_name(event.file.name)
        async with self.turn:
            try:
                with TemporaryDirectory() as folder, speaking(self.words.language):
                    path = Path(folder, name)
                    await event.file.save(path)
                    draft, dropped = await asyncio.to_thread(read_dropped, path, self.state.draft, self.dropped)
                    state = await asyncio.to_thread(replace(self.state, draft=draft).read)
            except LRConfigError as error:
                self.say(str(error.by_file_name()))
                return
            except (MissingExtraError, OSError) as error:
                self.say(f"{name}: {self.words(getattr(error, 'strerror', None) or str(error))}")
                return
            self.dropped = dropped
            if state.draft != self.state.draft:
                state, self.refused = self._without_typed(state), ()
            self._keep(state, "")
            self.refresh()

    def forget_files(self) -> None:
        """Forget the logs and the checkpoint."""
        self.dropped = Dropped()
        self.refresh()

    async def download(self, kind: str) -> None:
        """The curves as a file."""
        state = self.state
        try:
            async with _writing:
                with speaking(self.words.language):
                    content = await asyncio.to_thread(file_of, state, kind)
        except (LRConfigError, MissingExtraError) as error:
            self.say(str(error))
            return
        ui.download.content(content, f"lr_{PurePath(state.draft.source).stem}.{kind}", MEDIA[kind])

    def download_config(self) -> None:
        """The whole config, with the section in its place."""
        ui.download.content(self.state.draft.text, self.state.draft.source, "text/yaml")

    def say(self, text: str, stays: bool = False) -> None:
        """A message that goes away by itself, or stays until it is closed."""
        with self.client:
            ui.notify(
                text, position="top", multi_line=True, close_button=self.words("Close"), timeout=0 if stays else 5000
            )

    def _end(self) -> None:
        self.gone = True

    # What is shown

    def _sync(self, by: str) -> None:
        """Let the fields and the editor show the state."""
        self.source.text = self.state.draft.source
        self.undo_button.set_enabled(self.at > 0)
        self.redo_button.set_enabled(self.at < len(self.past) - 1)
        if not self.refused:
            self.left.sync(self.state, by)
        self.right.sync(self.state)

    def wrong(self, problems: tuple[Problem, ...], by: str = "") -> None:
        """Say what is wrong beside the editor and at the field; the last good curve stays, dimmed."""
        if problems or self.problems:
            self.left.show_problems(problems, by)
            self.right.dim(bool(problems))
        self.problems = problems

    def refresh(self) -> None:
        """Show what belongs to the state, as soon as possible; of many changes only the last."""
        self.changed.set()
        if self.work is None or self.work.done():
            self.work = background_tasks.create(self._work())

    async def _work(self) -> None:
        """Curves at once, and the rest when changes have stopped; all of it outside the server's own thread."""
        shown: tuple[State, Dropped, Right] | None = None
        while not self.gone and shown != (self.state, self.dropped, self.right):
            state, dropped, right = shown = self.state, self.dropped, self.right
            words = self.words
            self.changed.clear()
            if self.drawable is None or self.drawable[0] is not state:
                with speaking(words.language):
                    self.drawable = await asyncio.to_thread(_with_curves, state)
                if self.gone:
                    return
            _, curves = self.drawable
            if not self.refused and not state.typed:
                self.wrong(curves.problems)
            if curves.planned is not None:
                self.left.show_run(curves.planned)
                with suppress(TimeoutError):
                    await right.show_curves(curves)
            with suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self.changed.wait(), _PAUSE)
            if self.gone or shown != (self.state, self.dropped, self.right):
                continue
            details = None
            if curves.planned is not None:
                with speaking(words.language):
                    details = await asyncio.to_thread(details_of, state, curves.planned, dropped)
            link = await asyncio.to_thread(getattr, state, "link")
            if self.gone or shown != (self.state, self.dropped, self.right):
                continue
            if details is not None:
                right.show_details(details, has_files=dropped != Dropped())
            right.show_link(link)


def _with_curves(state: State) -> tuple[State, Curves]:
    return state, curves_of(state)
