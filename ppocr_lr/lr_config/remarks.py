"""What is noticed about an lr section that can be used all the same."""

from __future__ import annotations

from typing import NamedTuple

from ppocr_lr.errors import SECTION


class Remark(NamedTuple):
    """One thing to say about one key; `build_*` warns with it, `ppocr-lr check` lists it."""

    code: str
    """Which kind of finding it is, as in `check/catalogue.py`."""
    key: str
    message: str

    def __str__(self) -> str:
        return f"{SECTION}.{self.key}: {self.message} ({self.code})"
