"""What `ppocr-lr --version --verbose` says: the versions of everything that decides what the command does."""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, requires, version

from ppocr_lr import __version__

_OF_DEVELOPERS = re.compile(r"""extra == ["'](test|train|trainer|lint|mutation|versions|package|docs)["']""")
_GPU = "paddlepaddle-gpu"  # no requirement of ours, but in the place of one


def versions() -> Iterator[str]:
    """One line for this package, Python, the system, and each requirement of its users that is installed."""
    yield f"ppocr-lr {__version__}"
    rows = {"Python": platform.python_version(), "system": platform.platform()}
    try:
        requirements = requires("ppocr-lr") or []
    except PackageNotFoundError:
        requirements = []
        rows["ppocr-lr"] = "not installed, run from a checkout"
    ours = (requirement for requirement in requirements if not _OF_DEVELOPERS.search(requirement))
    names = {re.split(r"[^\w.-]", requirement, maxsplit=1)[0] for requirement in ours}
    for name in sorted({*names, _GPU}, key=str.lower):
        try:
            rows[name] = version(name)
        except PackageNotFoundError:
            continue
    width = max(map(len, rows))
    yield from (f"{name:{width}}  {told}" for name, told in rows.items())
