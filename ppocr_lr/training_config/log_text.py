"""The text of a log, from the bytes in which shells, editors and chats have left it."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from ppocr_lr.errors import LRConfigError
from ppocr_lr.language import tr

_UTF_16 = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}  # PowerShell's > writes it
_MARKED = {codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be", **_UTF_16}  # the longer ones first
# The mark before a letter, digit or sign, in the middle of a line, which may have cut a character in two.
_MARK = rb"\xff\xfe(?=[\t\n\r -~]\0)|\xfe\xff(?=\0[\t\n\r -~])"
# What UTF-16 never contains: this many bytes in a row that are all letters, digits and signs.
_BYTES = re.compile(rb"[\t\n\r -~]{32}")
_FEWER = 31
_MOST_MARKS = 100  # more are noise
_AT_END = re.compile(rb"(?:[\t\n\r -~]+|\xff(?:\xfe[\t\n\r -~]?)?|\xfe(?:\xff\0?)?)\Z")
# A page or a chat leaves of a colour what can be seen, or writes its first character as ^[, JSON as \u001b.
_ESCAPES = r"(?:\x1b|\^\[|\\u001b)\[[\d;?]*[A-Za-z]|\[\d{1,3}(?:;\d{1,3})*m"
_SPACES = "[\xa0\u2000-\u200a\u202f\u3000]"  # compiled where it is used: few texts need it, and it takes long
_FULL_WIDTH = ("epoch\uff1a", "lr\uff1a", "\uff0clr")  # with the signs of a Chinese keyboard
_UNSEEN = "[\u00ad\u200b-\u200f\u2060\ufeff]"  # where chats and web pages let a line break
_ESCAPED = r"\\([\[\]_])"  # in Markdown, as mails and chats export it
GZIP = b"\x1f\x8b"
_PACKED = {
    GZIP: "gzip",
    b"PK\3\4": "zip",
    b"\xfd7zXZ": "xz",
    b"BZh": "bzip2",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"7z\xbc\xaf": "7z",
}
"""The first bytes of files that a program has packed."""
START = max(map(len, _PACKED))
"""How many of them tell what a file is."""


def refuse_packed(start: bytes, path: str | Path) -> None:
    """Raise an `LRConfigError` if a file that begins with these bytes has to be unpacked first."""
    if kind := next((kind for mark, kind in _PACKED.items() if start.startswith(mark)), None):
        raise LRConfigError(tr("is compressed ({kind}); unpack it first", kind=kind)).within(str(path))


def encoding_of(start: bytes) -> str:
    """The encoding of a text that begins with these bytes, by its mark; without one it is UTF-8."""
    return next((encoding for mark, encoding in _MARKED.items() if start.startswith(mark)), "utf-8")


class LogDecoder:
    """Decodes a log as it grows. Another tool may continue it in bytes or, with its mark, in UTF-16.

    From UTF-16 without a mark `plain` removes the zeros.
    """

    def __init__(self, start: bytes) -> None:
        self._marks = 0
        self._use(encoding_of(start))
        self._kept = b""

    def decode(self, block: bytes) -> str:
        """The text of the next bytes."""
        block, text = self._kept + block, ""
        while change := self._change(block):
            text += self._decoder.decode(block[: change.start()], final=True)
            self._use(encoding_of(change[0]))
            marked = change[0] in _UTF_16
            self._marks += marked
            block = block[change.end() if marked else change.start() :]
        unsure = _AT_END.search(block, max(0, len(block) - _FEWER))
        end = unsure.start() if unsure and (self._wide or unsure[0] > b"~") else len(block)
        self._kept = block[end:]
        return text + self._decoder.decode(block[:end])

    def _use(self, encoding: str) -> None:
        self._wide = encoding != "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")

    def _change(self, block: bytes) -> re.Match[bytes] | None:
        """Where the next encoding begins."""
        may_be_marked = self._marks < _MOST_MARKS and any(mark in block for mark in _UTF_16)
        changes = [re.search(_MARK, block) if may_be_marked else None]
        if self._wide:
            changes.append(_BYTES.search(block))
        return min(filter(None, changes), key=re.Match.start, default=None)


def plain(text: str) -> str:
    """Text without colours, signs of HTML and Markdown, full-width colons, and what UTF-16 not known as such leaves."""
    text = text.replace("\0", "").replace("&nbsp;", " ")
    if not text.isascii():  # most logs are, and none of these can be in them
        text = re.sub(_SPACES, " ", re.sub(_UNSEEN, "", text))
    if "epoch: \\[" in text or "\\_step" in text:
        text = re.sub(_ESCAPED, r"\1", text)
    if any(words in text for words in _FULL_WIDTH):
        for wide, narrow in (("\uff1a", ":"), ("\uff0c", ",")):
            text = text.replace(f"{wide} ", wide).replace(wide, f"{narrow} ")
    return re.sub(_ESCAPES, "", text)
