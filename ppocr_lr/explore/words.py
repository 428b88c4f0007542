"""The language of one visitor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ppocr_lr.language import speaking, tr

Language = Literal["en", "zh"]


@dataclass(frozen=True)
class Words:
    """A language; `words("Undo")` is a text in it."""

    language: Language = "en"

    def __call__(self, text: str, /, **values: object) -> str:
        """What `tr` makes of the text."""
        with speaking(self.language):
            return tr(text, **values)

    @property
    def tag(self) -> str:
        """The language as HTML names it."""
        return {"en": "en", "zh": "zh-CN"}[self.language]

    @property
    def name(self) -> str:
        """What the language calls itself."""
        return {"en": "English", "zh": "中文"}[self.language]

    @property
    def other(self) -> Words:
        """The other language."""
        return Words("zh" if self.language == "en" else "en")


def words_for(accepted: str) -> Words:
    """What a browser asks for first, as in its header Accept-Language."""
    for part in accepted.lower().split(","):
        language = part.split(";")[0].strip().split("-")[0]
        if language in ("en", "zh"):
            return Words("zh" if language == "zh" else "en")
    return Words()
