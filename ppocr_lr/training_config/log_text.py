"""The text of a log, out of the bytes in which shells, editors and chats have left it."""

from __future__ import annotations

import codecs
import re

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # PowerShell's > writes it
# What no UTF-16 holds: so many bytes in a row that are all letters, digits and signs.
_BYTES = re.compile(rb"[\t\n\r -~]{32}")
_FEWER = 31
_AT_END = re.compile(rb"[\t\n\r -~]*\Z")
_ESCAPES = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")
_FULL_WIDTH = ("epoch\uff1a", "lr\uff1a", "\uff0clr")  # with the signs of a Chinese keyboard


class LogDecoder:
    """Decodes a log as it comes. A second tool may go on in bytes where the first wrote UTF-16.

    The other way round `plain` takes the zeros out.
    """

    def __init__(self, start: bytes) -> None:
        self._wide = codecs.getincrementaldecoder("utf-16")("replace") if start[:2] in _UTF_16 else None
        self._narrow = codecs.getincrementaldecoder("utf-8")("replace")
        self._kept = b""

    def decode(self, block: bytes) -> str:
        """The text of the next bytes."""
        if self._wide is None:
            return self._narrow.decode(block)
        block = self._kept + block
        change = _BYTES.search(block)
        end = change.start() if change else len(block) - len(_AT_END.findall(block[-_FEWER:])[0])
        text, self._kept = self._wide.decode(block[:end], final=change is not None), block[end:]
        if change:
            self._wide = None
            text += self._narrow.decode(self._kept)
        return text


def plain(text: str) -> str:
    """Text without colours, spaces that only HTML has, full-width colons, and what UTF-16 not known as such leaves."""
    text = text.replace("\0", "").replace("\xa0", " ")
    if any(words in text for words in _FULL_WIDTH):
        for wide, narrow in (("\uff1a", ":"), ("\uff0c", ",")):
            text = text.replace(f"{wide} ", wide).replace(wide, f"{narrow} ")
    return _ESCAPES.sub("", text) if "\x1b" in text else text
