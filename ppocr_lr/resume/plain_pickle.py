"""The plain data in a pickle that Paddle or PaddleOCR wrote: nothing in the file is run, arrays are not read.

Python's own reader imports what a file names and calls it. The reader here knows the few instructions and
names that an optimizer state is made of, makes none of those objects, and refuses everything else by name.
"""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from ppocr_lr.bounds import MAX_COUNT
from ppocr_lr.errors import LRConfigError, errors_within, reason, shown
from ppocr_lr.language import tr

_LONGEST = 1024  # bytes; a longer text is an array's content in protocol 2, and is skipped like one
_BUDGET = 1 << 24  # bytes of text, and 16 for each instruction; AdamW's state of 1,500 parameters needs a quarter
_INSTRUCTION = 16


class Array:
    """Stands for an array, whose content is skipped."""

    def __repr__(self) -> str:
        return "an array"


ARRAY = Array()


def read_plain_pickle(path: Path, kind: str) -> dict[Any, Any]:
    """The dictionary in a pickle: numbers, texts, lists and dictionaries as they are, `ARRAY` for each array.

    Memory and time depend on the number of arrays, not on their size. `kind` says what the file should be, as
    in "an optimizer state"; the messages use it.

    Raises:
        LRConfigError: the file cannot be read, is not a pickle, is truncated, or holds what such a file never
            does. The message names the file, and the name or instruction that was refused.
    """
    with errors_within(str(path)):
        try:
            if path.exists() and not path.is_file():
                raise LRConfigError(tr("is not a regular file, so it is not {kind}", kind=kind))
            with open(path, "rb") as file:
                data = _Reader(file, kind).read()
        except OSError as error:
            raise LRConfigError(tr("cannot be read: {reason}", reason=reason(error))) from None
        except EOFError:
            raise LRConfigError(tr("ends in the middle: it is truncated, or still being written")) from None
        except LRConfigError:
            raise
        except (IndexError, KeyError, TypeError, ValueError, struct.error):
            raise LRConfigError(tr("is damaged; it is not what paddle.save wrote")) from None
        if not isinstance(data, dict):
            raise LRConfigError(tr("holds no dictionary, so it is not {kind}", kind=kind))
        return data


_FORMATS = {
    "f8": "d", "f4": "f", "f2": "e", "i8": "q", "i4": "i", "i2": "h", "i1": "b",
    "u8": "Q", "u4": "I", "u2": "H", "u1": "B", "b1": "?",
}  # fmt: skip


class _Dtype:
    """The type of an array's numbers, as `<f8`."""

    def __init__(self, code: Any) -> None:
        if not isinstance(code, str):
            raise TypeError
        self.code = code
        self.order = "<"

    def number(self, content: bytes) -> Any:
        order = ">" if self.order == ">" else "<"
        return struct.unpack(order + _FORMATS[self.code], content)[0]


def _scalar(arguments: tuple[Any, ...]) -> Any:
    dtype, content = arguments
    return dtype.number(content) if isinstance(dtype, _Dtype) and dtype.code in _FORMATS else ARRAY


def _encoded(arguments: tuple[Any, ...]) -> Any:
    return arguments[0].encode("latin-1") if isinstance(arguments[0], str) else ARRAY


def _tuple(arguments: tuple[Any, ...]) -> Any:
    (items,) = arguments  # Paddle's tensor in a nested dictionary: the tuple (name, array)
    if not isinstance(items, tuple):
        raise TypeError
    return items


def _empty_dict(arguments: tuple[Any, ...]) -> Any:
    if arguments:  # its items follow by SETITEMS
        raise TypeError
    return {}


def _array(arguments: tuple[Any, ...]) -> Any:
    return ARRAY


# Each name that an optimizer state may hold, and what is made of it here; by the writer's NumPy and protocol.
_NAMES: dict[str, Callable[[tuple[Any, ...]], Any]] = {
    "numpy.ndarray": _array,
    "numpy.dtype": lambda arguments: _Dtype(arguments[0]),
    "_codecs.encode": _encoded,
    "builtins.tuple": _tuple,
    "__builtin__.tuple": _tuple,
    "builtins.bytes": lambda arguments: b"",
    "__builtin__.bytes": lambda arguments: b"",
    "collections.OrderedDict": _empty_dict,
    **{f"numpy.{core}.multiarray._reconstruct": _array for core in ("core", "_core")},
    **{f"numpy.{core}.multiarray.scalar": _scalar for core in ("core", "_core")},
    **{f"numpy.{core}.numeric._frombuffer": _array for core in ("core", "_core")},
}


class _Reader:
    """A stack machine for the instructions of an optimizer state."""

    def __init__(self, file: BinaryIO, kind: str) -> None:
        self.file = file
        self.size = os.fstat(file.fileno()).st_size
        self.kind = kind
        self.left = _BUDGET
        self.stack: list[Any] = []
        self.marks: list[int] = []
        self.memo: dict[int, Any] = {}

    def read(self) -> Any:
        if self.take(1) != pickle.PROTO or self.take(1) not in (b"\2", b"\3", b"\4", b"\5"):
            raise LRConfigError(tr("is not a file of paddle.save, so it is not {kind}", kind=self.kind))
        while (code := self.take(1)) != pickle.STOP:
            self.spend(_INSTRUCTION)
            instruction = _INSTRUCTIONS.get(code)
            if instruction is None:
                self.refuse(code)
            instruction(self)
        return self.stack.pop()

    def refuse(self, code: bytes) -> NoReturn:
        import pickletools

        if code == pickle.INST:
            self.name()
        known = next((op.name for op in pickletools.opcodes if op.code == code.decode("latin-1")), None)
        if known is None:
            raise ValueError
        self.refuse_part(tr("the pickle instruction {name}", name=known))

    def refuse_part(self, part: str) -> NoReturn:
        raise LRConfigError(tr("holds {part}, which is not part of {kind}; nothing was run", part=part, kind=self.kind))

    def spend(self, amount: int) -> None:
        self.left -= amount
        if self.left < 0:
            raise LRConfigError(
                tr(
                    "holds far more than {kind} does: over {most} MiB beside its arrays",
                    kind=self.kind,
                    most=_BUDGET >> 20,
                )
            )

    def take(self, count: int) -> bytes:
        content = self.file.read(count)
        if len(content) < count:
            raise EOFError
        return content

    def number(self, form: str) -> Any:
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def content(self, form: str) -> bytes | Array:
        """The bytes after their count; if there are so many that they are an array's, `ARRAY`: they are skipped."""
        count = self.number(form)
        if count <= _LONGEST:
            self.spend(count)
            return self.take(count)
        if self.file.tell() + count > self.size:
            raise EOFError
        self.file.seek(count, os.SEEK_CUR)
        return ARRAY

    def text(self, form: str) -> None:
        content = self.content(form)
        self.stack.append(content.decode("utf-8", "surrogatepass") if isinstance(content, bytes) else content)

    def long(self) -> None:
        count = self.number("<B")
        self.spend(count)
        self.stack.append(int.from_bytes(self.take(count), "little", signed=True))

    def pop_mark(self) -> list[Any]:
        mark = self.marks.pop()
        items = self.stack[mark:]
        del self.stack[mark:]
        return items

    def pack(self, count: int) -> None:
        if len(self.stack) < count:
            raise IndexError
        items = tuple(self.stack[-count:])
        del self.stack[-count:]
        self.stack.append(items)

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or len(items) % 2:
            raise TypeError
        for key, value in zip(items[::2], items[1::2], strict=True):
            # A nested tuple could overrun the stack of hash(), and large integers could all have the same.
            if not isinstance(key, (str, int, float)) or (isinstance(key, int) and abs(key) > MAX_COUNT):
                raise TypeError
            target[key] = value

    def append(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise TypeError
        self.stack[-1].extend(items)

    def name(self, *parts: Any) -> None:
        module, name = parts or (self.line(), self.line())
        full = f"{module}.{name}"
        if full not in _NAMES:
            self.refuse_part(shown(full))
        self.stack.append(_NAMES[full])

    def line(self) -> str:
        line = self.file.readline(_LONGEST)
        if not line.endswith(b"\n"):
            raise EOFError
        return line[:-1].decode("utf-8")

    def stack_name(self) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise TypeError
        self.name(module, name)

    def reduce(self) -> None:
        arguments, make = self.stack.pop(), self.stack.pop()
        if not callable(make) or not isinstance(arguments, tuple):  # nothing else on the stack can be called
            raise TypeError
        self.stack.append(make(arguments))

    def build(self) -> None:
        state, target = self.stack.pop(), self.stack[-1]
        if isinstance(target, _Dtype):
            target.order = state[1]
        elif target is not ARRAY:
            raise TypeError


_INSTRUCTIONS: dict[bytes, Callable[[_Reader], Any]] = {
    pickle.FRAME: lambda reader: reader.take(8),
    pickle.NONE: lambda reader: reader.stack.append(None),
    pickle.NEWTRUE: lambda reader: reader.stack.append(True),
    pickle.NEWFALSE: lambda reader: reader.stack.append(False),
    pickle.BININT: lambda reader: reader.stack.append(reader.number("<i")),
    pickle.BININT1: lambda reader: reader.stack.append(reader.number("<B")),
    pickle.BININT2: lambda reader: reader.stack.append(reader.number("<H")),
    pickle.LONG1: _Reader.long,
    pickle.BINFLOAT: lambda reader: reader.stack.append(reader.number(">d")),
    pickle.SHORT_BINUNICODE: lambda reader: reader.text("<B"),
    pickle.BINUNICODE: lambda reader: reader.text("<I"),
    pickle.BINUNICODE8: lambda reader: reader.text("<Q"),
    pickle.SHORT_BINBYTES: lambda reader: reader.stack.append(reader.content("<B")),
    pickle.BINBYTES: lambda reader: reader.stack.append(reader.content("<I")),
    pickle.BINBYTES8: lambda reader: reader.stack.append(reader.content("<Q")),
    pickle.BYTEARRAY8: lambda reader: reader.stack.append(reader.content("<Q")),
    pickle.MARK: lambda reader: reader.marks.append(len(reader.stack)),
    pickle.EMPTY_DICT: lambda reader: reader.stack.append({}),
    pickle.EMPTY_LIST: lambda reader: reader.stack.append([]),
    pickle.EMPTY_TUPLE: lambda reader: reader.stack.append(()),
    pickle.TUPLE: lambda reader: reader.stack.append(tuple(reader.pop_mark())),
    pickle.TUPLE1: lambda reader: reader.pack(1),
    pickle.TUPLE2: lambda reader: reader.pack(2),
    pickle.TUPLE3: lambda reader: reader.pack(3),
    pickle.SETITEM: lambda reader: reader.set_items([reader.stack.pop(-2), reader.stack.pop()]),
    pickle.SETITEMS: lambda reader: reader.set_items(reader.pop_mark()),
    pickle.APPEND: lambda reader: reader.append([reader.stack.pop()]),
    pickle.APPENDS: lambda reader: reader.append(reader.pop_mark()),
    pickle.MEMOIZE: lambda reader: reader.memo.__setitem__(len(reader.memo), reader.stack[-1]),
    pickle.BINPUT: lambda reader: reader.memo.__setitem__(reader.number("<B"), reader.stack[-1]),
    pickle.LONG_BINPUT: lambda reader: reader.memo.__setitem__(reader.number("<I"), reader.stack[-1]),
    pickle.BINGET: lambda reader: reader.stack.append(reader.memo[reader.number("<B")]),
    pickle.LONG_BINGET: lambda reader: reader.stack.append(reader.memo[reader.number("<I")]),
    pickle.GLOBAL: _Reader.name,
    pickle.STACK_GLOBAL: _Reader.stack_name,
    pickle.REDUCE: _Reader.reduce,
    pickle.BUILD: _Reader.build,
}
