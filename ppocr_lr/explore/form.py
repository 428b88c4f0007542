"""The fields and sliders of a schedule's keys, and of its run."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from nicegui import events, ui
from nicegui.element import Element

from ppocr_lr.explore.draft import name_in
from ppocr_lr.explore.fields import Field, Scale, amount_and_unit, fields_inside, scale_of, written
from ppocr_lr.explore.parts import Coming, Panel, by_hand
from ppocr_lr.explore.words import Words
from ppocr_lr.lr_config import MODELS, Run
from ppocr_lr.lr_config.length import Unit, length_of
from ppocr_lr.training_config.changes import yaml_text

Set = Callable[[str, str], Awaitable[None]]
"""Gives a key a value, as written in YAML; an empty one removes the key."""

Add = Callable[[str], Awaitable[None]]
"""Puts one more section into the list of this key."""

PAUSE = "debounce=350"  # milliseconds after the last letter
QUIET = "no-error-icon hide-bottom-space"  # what is wrong is said below


def complaint() -> ui.label:
    """A place below a field for what is wrong with it."""
    label = ui.label().classes("complaint")
    label.set_visibility(False)
    return label


def complain(label: ui.label, entries: Iterable[Element], texts: Iterable[str]) -> None:
    """Say what is wrong with a field, to a screen reader as well; without texts, nothing is."""
    text = "; ".join(texts)
    if text == label.text:
        return
    label.text = text
    label.set_visibility(bool(text))
    marks = f'aria-invalid=true aria-describedby="{label.html_id}"'
    for entry in entries:
        entry.props["error"] = True if text else None  # NiceGUI 3.2 reads it, so it is never taken out
        entry.props(marks) if text else entry.props(remove=marks)


def sign_button(sign: str, name: str, act: Callable[[], Coming]) -> ui.button:
    """A small button with a sign on it, which has a name for a screen reader."""
    return ui.button(sign, on_click=act).props(f'flat dense round aria-label="{name}"')


_MOST_ITEMS = 30  # of a list that have a field each
_MOST_CARDS = 10


class Slider(Element, component="slider.js"):
    """A slider that reports where it was moved to, and is moved by the page only with `put`."""

    def __init__(self, name: str, moved: Callable[[float], Coming]) -> None:
        super().__init__()
        self.place = 0.0
        self._props.update({"value": 0.0, "min": 0.0, "max": 1.0, "step": 0.01, "aria-label": name})

        def tell(event: events.GenericEventArguments) -> Coming:
            if not isinstance(event.args, (int, float)):
                return None
            self.place = event.args
            return moved(event.args)

        self.on("moved", tell, throttle=0.05)

    def put(self, place: float) -> None:
        """Move it; less than a step away, the slider may be where a hand is just moving it."""
        is_end = place in (self._props["min"], self._props["max"])
        if place != self.place and (is_end or abs(place - self.place) >= self._props["step"]):
            self.place = self._props["value"] = place
            self.run_method("put", place)


class KeyField:
    """One key: its name, what it does, and what changes it."""

    def __init__(self, field: Field, words: Words, change: Set) -> None:
        self.field, self.words, self.change = field, words, change
        self.run, self.value = Run(1, 1), None
        self.scale: Scale | None = None
        self.entry: Any = None
        self.remove: ui.button | None = None
        self.slider: Slider | None = None
        self.touched: list[Any] = []
        self.unit: ui.select | None = None
        self.units: dict[Unit, str] = {}
        self.inputs: list[ui.input] = []
        with Panel().classes("field"):
            with ui.element("div"):
                self.key = ui.label(field.key.rpartition(".")[2]).classes("key")
                if field.ours:
                    with self.key:
                        ui.label(words("ours")).classes("ours")
            self._build()
            about = words(field.description)
            if field.default not in (None, ()):
                about += words(" (default {default})", default=yaml_text(field.default))
            ui.label(about).classes("about")
            self.complaint = complaint()

    def _build(self) -> None:
        field, words = self.field, self.words
        with ui.element("div").classes("take"):
            if field.kind == "choice":
                self.entry = ui.select(list(field.choices), on_change=by_hand(self._chosen)).classes("word")
            elif field.kind == "switch":
                self.entry = ui.switch(on_change=by_hand(self._chosen))
            elif field.kind in ("rate", "number", "count", "length"):
                self.entry = ui.input(on_change=by_hand(self._typed)).props(PAUSE)
            if field.kind != "list":
                self.entry.props(f'dense outlined {QUIET} aria-label="{field.key}"')
            if field.kind == "length":
                self.units = {"epochs": words("epochs"), "it": words("iterations"), "%": words("% of run")}
                if field.iterations:
                    self.units["epochs"] = self.units.pop("it")
                self.unit = ui.select(self.units, value="epochs", on_change=by_hand(self._other_unit)).classes("unit")
                self.unit.props(f'dense outlined aria-label="{field.key}: {words("unit")}"')
            if not field.required:
                about = f"{words('take out')} {field.key}"
                self.remove = sign_button("×", about, lambda: self.change(field.key, ""))
        if field.kind == "list":
            self.width = len(field.items[0].items) or 1  # of an item, which is a number or a pair
            self.items = ui.element("div").classes("items")
        if scale_of(field, self.run) is not None:
            self.slider = Slider(f"{field.key}: {words('slider')}", self._slid).classes("slide")

    def show(self, section: Mapping[str, Any], run: Run) -> None:
        """Show what the section has now."""
        field, self.run = self.field, run
        key = field.key.rpartition(".")[2]
        is_set = key in section
        self.key.classes(add="set" if is_set else "", remove="" if is_set else "set")
        if self.remove is not None:
            self.remove.set_visibility(is_set)
        self.value = shown = section.get(key, field.default)
        if field.kind == "switch":
            self.entry.value = shown in (True, 1)
        elif field.kind == "choice":
            self.entry.value = shown if shown in field.choices else None
        elif field.kind == "list":
            self._show_items(shown)
        elif field.kind == "length":
            amount, unit = amount_and_unit(shown)
            assert self.unit is not None
            self.unit.value = unit if unit in self.unit.options else "epochs"
            self._put("" if shown is None else yaml_text(_plain(amount)))
            self._slide(_plain(amount), self.unit.value)
        else:
            self._put("" if shown is None else shown if isinstance(shown, str) else yaml_text(shown))
            self._slide(shown)

    def complain(self, said: Callable[[str], Iterable[str]]) -> None:
        """Say what is wrong with the key, if anything is."""
        entries = (self.entry, self.unit, self.slider, *self.inputs)
        complain(self.complaint, filter(None, entries), said(self.field.key))

    def _put(self, text: str) -> None:
        if self.entry not in self.touched:
            self.entry.value = text

    def _slide(self, value: Any, unit: Unit = "epochs") -> None:
        self.scale = scale_of(self.field, self.run, unit)
        if self.slider is None or self.scale is None:
            return
        number = length_of(value)
        said = yaml_text(value) if number else self.words("nothing")
        ends: dict[str, Any] = {"min": self.scale.first, "max": self.scale.last, "step": self.scale.step}
        ends |= {"aria-valuetext": f"{said} {self.units[unit]}" if self.units else said}
        if ends.items() - self.slider.props.items():
            self.slider.props.update(ends)
        if self.slider not in self.touched:  # it is where the hand is
            self.slider.put(self.scale.position(number.amount if number else self.scale.first))

    def _show_items(self, items: Any) -> None:
        listed = items if isinstance(items, (list, tuple)) else ()
        parts = [part for item in listed for part in (item if isinstance(item, (list, tuple)) else [item])]
        texts = [yaml_text(part).strip("\"'") for part in parts]
        if self.inputs and len(texts) == len(self.inputs):
            for entry, text in zip(self.inputs, texts, strict=True):
                if length_of(entry.value) != length_of(text):
                    entry.value = text
            return
        self.items.clear()
        self.inputs = []
        with self.items:
            if len(texts) > _MOST_ITEMS:
                ui.label(self.words("in the YAML")).classes("soft")
                return
            for number, text in enumerate(texts, 1):
                entry = ui.input(value=text, on_change=by_hand(lambda _: self._listed(self._parts())))
                entry.props(f'dense outlined {QUIET} {PAUSE} aria-label="{self.field.key} {number}"')
                self.inputs.append(entry)
            sign_button("+", f"{self.words('add to')} {self.field.key}", self._longer)
            sign_button("−", f"{self.words('shorten')} {self.field.key}", self._shorter)

    def _chosen(self, value: Any) -> Coming:
        return self.change(self.field.key, yaml_text(value))

    def _typed(self, value: str | None) -> Coming:
        text = (value or "").strip()
        if text and self.unit is not None and (length := length_of(text)) and length.unit == "epochs":
            text = written(self.field, length.amount, self.unit.value)
        return self._change(text, self.entry)

    def _slid(self, place: float) -> Coming:
        if self.scale is None:
            return None
        unit: Unit = self.unit.value if self.unit is not None else "epochs"
        return self._change(written(self.field, self.scale.value(place), unit), self.slider)

    async def _change(self, text: str, touched: Any) -> None:
        """Give the key a value; what was touched stays as it is."""
        self.touched.append(touched)
        try:
            await self.change(self.field.key, text)
        finally:
            self.touched.remove(touched)

    def _other_unit(self, unit: Unit) -> Coming:
        """The same length in another unit."""
        length = length_of(self.value)
        if length is None:
            return None
        iters = int(length.amount) if self.field.iterations and length.unit == "epochs" else self.run.iters(length)
        bare = 1 if self.field.iterations else self.run.iters_per_epoch
        amount = {"epochs": iters / bare, "it": iters, "%": 100 * iters / self.run.total_iters}[unit]
        return self.change(self.field.key, written(self.field, float(f"{amount:.6g}"), unit))

    def _parts(self) -> list[str]:
        return [(entry.value or "").strip() or "0" for entry in self.inputs]

    def _listed(self, texts: list[str]) -> Coming:
        if self.width > 1:
            pairs = zip(*[iter(texts)] * self.width, strict=False)
            texts = [f"[{', '.join(pair)}]" for pair in pairs]
        return self.change(self.field.key, f"[{', '.join(texts)}]")

    def _longer(self) -> Coming:
        texts = self._parts()
        return self._listed([*texts, *(texts[-self.width :] or ["0"] * self.width)])

    def _shorter(self) -> Coming:
        return self._listed(self._parts()[: -self.width])


class InnerSections:
    """A section inside the section, or a list of them: a card for each, with its fields; none for what is deeper.

    What has no fields, as a pair in a third party's schedule, is left to the editor.
    """

    def __init__(self, field: Field, words: Words, change: Set, add: Add) -> None:
        self.field, self.words, self.change, self.add = field, words, change, add
        self.names: list[tuple[str, str]] | None = None
        self.fields: list[list[AnyField]] = []
        with Panel().classes("field"):
            ui.label(field.key).classes("key")
            ui.label(words(field.description)).classes("about")
            self.cards = ui.element("div").classes("cards")

    def show(self, section: Mapping[str, Any], run: Run) -> None:
        """Show what the section has now."""
        value = section.get(self.field.key.rpartition(".")[2])
        has_cards = self.field.kind == "section" and "." not in self.field.key
        parts: dict[str, Any] = {self.field.key: value} if has_cards else {}
        if in_list := has_cards and isinstance(value, (list, tuple)):
            parts = {f"{self.field.key}.{at}": part for at, part in enumerate(value)}
        parts = {key: part for key, part in parts.items() if isinstance(part, Mapping) and name_in(part)}
        names = [(key, name_in(part)) for key, part in parts.items()]
        if names != self.names:
            self.names, self.fields = names, []
            self.cards.clear()
            with self.cards:
                for key, name in names[:_MOST_CARDS]:
                    with ui.element("fieldset").classes("card"):
                        with ui.element("legend"):
                            ui.label(f"{key}: {name}")
                        self._build_head(key, name, in_list and len(names) > 1)
                        inside = [replace(each, key=f"{key}.{each.key}") for each in fields_inside(name, in_list)]
                        self.fields.append(build_fields(inside, parts[key], self.words, self.change, self.add, 0))
                if in_list:
                    about = f"{self.words('add to')} {self.field.key}"
                    sign_button("+", about, lambda: self.add(self.field.key))
                if names[_MOST_CARDS:] or not names:
                    ui.label(self.words("in the YAML")).classes("soft")
        for fields, part in zip(self.fields, parts.values(), strict=False):
            for field in fields:
                field.show(part, run)

    def _build_head(self, key: str, name: str, can_go: bool) -> None:
        """What chooses another schedule for a section, and removes it from a list."""
        with ui.element("div").classes("take"):
            chooser = ui.select(list(MODELS), value=name, on_change=by_hand(partial(self.change, f"{key}.name")))
            chooser.props(f'dense outlined {QUIET} aria-label="{key}: {self.words("Schedule")}"').classes("name")
            if can_go:
                sign_button("×", f"{self.words('take out')} {key}", lambda: self.change(key, ""))

    def complain(self, said: Callable[[str], Iterable[str]]) -> None:
        """Say what is wrong with the keys inside, if anything is."""
        for fields in self.fields:
            for field in fields:
                field.complain(said)


AnyField = KeyField | InnerSections


def build_fields(
    fields: Iterable[Field], section: Mapping[str, Any], words: Words, change: Set, add: Add, most: int
) -> list[AnyField]:
    """A field for each key: those that are needed or set first, and more than `most` others folded away."""

    def is_first(field: Field) -> bool:
        return field.required or field.key.rpartition(".")[2] in section

    def build(some: Iterable[Field]) -> list[AnyField]:
        return [
            InnerSections(field, words, change, add)
            if field.kind in ("section", "pair")
            else KeyField(field, words, change)
            for field in some
        ]

    fields = sorted(fields, key=lambda field: not is_first(field))
    shown = max(most, sum(map(is_first, fields)))
    built = build(fields[:shown])
    if fields[shown:]:
        more = words("{count} more keys", count=len(fields) - shown)
        with ui.expansion(more).props(f'toggle-aria-label="{more}"'):  # its own one is in English
            built += build(fields[shown:])
    return built


def _plain(number: float) -> float | int:
    return int(number) if number.is_integer() else number
