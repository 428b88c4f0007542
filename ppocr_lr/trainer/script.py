"""Running a script in this process as `python script …` runs it."""

from __future__ import annotations

import builtins
import os
import sys
from collections.abc import Sequence
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, TracebackType


def run_script(script: str, words: Sequence[str]) -> None:
    """Run `script`: `__main__`, `sys.argv` and `sys.path` are as it expects them, and what it raises is its own."""
    path = os.path.abspath(script)
    main = ModuleType("__main__")
    main.__dict__.update(__builtins__=builtins, __file__=path)
    if sys.version_info < (3, 15):  # from there on a script has none
        main.__dict__["__cached__"] = None
    main.__loader__ = SourceFileLoader("__main__", path)
    sys.modules["__main__"] = main  # for good, as threads and functions at the exit use it
    sys.argv = [script, *words]
    if not getattr(sys.flags, "safe_path", False):  # of Python 3.11
        sys.path[0] = os.path.dirname(os.path.realpath(script))  # in the place of the folder of this command
    before = sys.excepthook

    def excepthook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        while trace is not None and trace.tb_frame.f_globals is not main.__dict__:
            trace = trace.tb_next  # a frame of this command
        before(kind, error.with_traceback(trace), trace)

    sys.excepthook = excepthook
    exec(compile(Path(path).read_bytes(), path, "exec", dont_inherit=True), main.__dict__)
