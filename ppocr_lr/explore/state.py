"""What a visitor has on the page, and the link that carries it."""

from __future__ import annotations

import base64
import zlib
from dataclasses import astuple, dataclass, replace
from functools import cached_property
from itertools import accumulate
from typing import Annotated

from pydantic import BaseModel, Field

from ppocr_lr.curve.axis import Axis
from ppocr_lr.errors import LRConfigError, Place, Problem, printable
from ppocr_lr.explore.draft import LONGEST_NAME, LONGEST_TEXT, Draft
from ppocr_lr.language import tr
from ppocr_lr.training_config.yaml_edit import Excerpt
from ppocr_lr.training_config.yaml_file import yaml_document

LONGEST_LINK = 24_000
"""Characters of a state in an address; web servers and browsers take some 64,000."""
MOST_PINS = 8
_MOST_STEPS = 200
_MOST_TEXT = 50 * LONGEST_TEXT  # of all steps together


@dataclass(frozen=True)
class Pin:
    """A curve to compare with."""

    name: str
    draft: Draft


@dataclass(frozen=True)
class Typed:
    """What somebody has made of a part of a draft."""

    text: str
    frame: Excerpt
    whole: bool
    """The part is all of it."""

    def of(self, draft: Draft) -> Draft:
        """The draft with it.

        Raises:
            LRConfigError: it cannot be used.
        """
        draft = replace(draft, text=self.frame.with_text(self.text))
        try:
            _ = draft.section, draft.excerpt
        except LRConfigError:
            if not self.frame.is_all and "&" not in self.frame.before:  # an anchor there may be needed here
                self._check_alone(draft.source)
            raise
        return draft

    def _check_alone(self, source: str) -> None:
        """Refuse what is no YAML by itself: so a bracket that stays open is told by its line in the editor."""
        try:
            yaml_document(self.text, source)
        except LRConfigError as error:
            above, left = self.frame.first_line - 1, len(self.frame.indent)
            raise LRConfigError(
                each._replace(place=each.place and Place(source, each.place.line + above, each.place.column + left))
                for each in error.problems
            ) from None


@dataclass(frozen=True)
class State:
    """Everything that a page shows, except for files that were dropped onto it."""

    draft: Draft
    pins: tuple[Pin, ...] = ()
    axis: Axis = "epochs"
    log_scale: bool = False
    typed: Typed | None = None
    """What is in the editor, if it cannot be used; everything else stays as the draft has it."""

    def after(self, typed: Typed) -> State:
        """With what was typed, whether it can be used or not."""
        try:
            return replace(self, draft=typed.of(self.draft), typed=None)
        except LRConfigError:
            return replace(self, typed=typed)

    @cached_property
    def refused(self) -> tuple[Problem, ...]:
        """Why what is in the editor cannot be used."""
        try:
            _ = self.typed and self.typed.of(self.draft)
        except LRConfigError as error:
            return error.problems
        return ()

    def read(self) -> State:
        """The same state with its text parsed, which takes a while for a long one.

        Raises:
            LRConfigError: as the section and the excerpt of a draft.
        """
        _ = self.draft.section, self.draft.excerpt, self.refused
        return self

    @property
    def link(self) -> str:
        """The state as a word for an address; empty where it would be too long for one."""
        drafts = tuple(astuple(each) for each in (self.draft, *(pin.draft for pin in self.pins)))
        names = tuple(pin.name for pin in self.pins)
        content = _Content(drafts=drafts, pins=names, axis=self.axis, log=self.log_scale).model_dump_json()
        word = base64.urlsafe_b64encode(zlib.compress(content.encode(), 9)).decode()
        return word if len(word) <= LONGEST_LINK else ""


class _Content(BaseModel, strict=True):
    """What a link carries: the fields of the draft and of the pinned ones, and the names of those."""

    drafts: tuple[tuple[str, str, int | None, int | None, int], ...]
    pins: Annotated[tuple[str, ...], Field(max_length=MOST_PINS)]
    axis: Axis
    log: bool


def latest(states: list[State]) -> list[State]:
    """Those of the last states that are kept for an undo: not too many, and not of too much text."""
    texts = accumulate(len(state.draft.text) for state in reversed(states))
    few = sum(1 for characters in texts if characters <= _MOST_TEXT)
    return states[-max(1, min(few, _MOST_STEPS)) :]


def state_of(link: str) -> State:
    """The state that a link carries.

    Raises:
        LRConfigError: it is none, or torn.
    """
    try:
        packed = base64.urlsafe_b64decode(link[:LONGEST_LINK].encode())
        text = zlib.decompressobj().decompress(packed, (MOST_PINS + 1) * 4 * LONGEST_TEXT)
        content = _Content.model_validate_json(text)
        drafts = [Draft(*fields) for fields in content.drafts]
        if not all(0 < len(draft.source) <= LONGEST_NAME and draft.source.isprintable() for draft in drafts):
            raise ValueError
        draft, *pinned = drafts
        names = (printable(name)[:LONGEST_NAME] for name in content.pins)
        state = State(draft, tuple(Pin(*pair) for pair in zip(names, pinned, strict=True)), content.axis, content.log)
        _ = draft.section, draft.flags
    except (zlib.error, ValueError) as error:
        reason = f": {error}" if isinstance(error, LRConfigError) else ""
        raise LRConfigError(tr("the link is incomplete or not from this page{reason}", reason=reason)) from None
    return state
