"""The language of what people read: English, as in the code, or that of a catalogue in `languages/`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "zh")
"""English is the source, so there is no catalogue of it."""
OF_PICTURES = "en"
"""Not every machine has a font for Chinese."""
OF_DATA = "en"
"""Of CSV and JSON, which programs read."""

# An entry of a PO file, with its further lines.
_ENTRY = r'(?m)^msgid (".*"(?:\n".*")*)\nmsgstr (".*"(?:\n".*")*)'
_NOTHING: Mapping[str, str] = {}
_catalogue: ContextVar[Mapping[str, str]] = ContextVar("catalogue", default=_NOTHING)


def tr(message: str, /, **values: object) -> str:
    """The message in the current language, with its values.

    Message and placeholders are what translators see, so the message is written where it is used, as one literal.
    """
    said = _catalogue.get().get(message, message)
    return said.format(**values) if values else said


def later(message: str) -> str:
    """A message for `tr` to say later: at import nobody knows the language."""
    return message


def labelled(label: object, text: object) -> str:
    """`hint: take it out`: what something is, and the thing itself."""
    return tr("{label}: {text}", label=label, text=text)


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Messages made inside are in this one of the `LANGUAGES`."""
    before = _catalogue.set(_NOTHING if language == "en" else catalogue(language))
    try:
        yield
    finally:
        _catalogue.reset(before)


def of_locale(environment: Mapping[str, str]) -> str:
    """The language of a locale, as gettext finds it; English where there is no catalogue for it."""
    names = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh" if next(filter(None, names), "").startswith("zh") else "en"


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The messages of a language by their English. Read as translators write it, so that nothing has to be built."""
    text = (Path(__file__).parent / "languages" / f"{language}.po").read_text(encoding="utf-8")
    entries = {_joined(message): _joined(said) for message, said in re.findall(_ENTRY, text)}
    return {message: said for message, said in entries.items() if message}  # that of "" is about the file itself


def _joined(lines: str) -> str:
    return "".join(map(json.loads, lines.splitlines()))
