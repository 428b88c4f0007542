"""Run the tests on other versions: python tools/try_versions.py --resolution lowest newest --python 3.10 3.13

Each combination of a Python version, the lowest or newest packages that `pyproject.toml` allows and, optionally, a
version of Paddle gets its own virtual environment. uv (extra `versions`) creates it, and downloads Python if necessary.
Only wheels are installed, so the lowest version is the lowest with a wheel for that Python. The environment in which
this runs is not changed. Exits with 1 if a combination cannot be installed or a test fails on it.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
RESOLUTIONS = {"lowest": "lowest-direct", "newest": "highest"}
_UV = (sys.executable, "-m", "uv", "--no-progress")
_TOLD = 25  # lines of a failure


class Versions(NamedTuple):
    """What one run of the tests is made on; `paddle` is empty where the resolution decides."""

    python: str
    resolution: str
    paddle: str

    def __str__(self) -> str:
        return f"Python {self.python}, {self.resolution}" + (f", Paddle {self.paddle}" if self.paddle else "")


class Outcome(NamedTuple):
    """What came of it."""

    result: str
    works: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Try each combination, print one row each."""
    options = _parser().parse_args(arguments)
    combinations = [Versions(*each) for each in itertools.product(options.python, options.resolution, options.paddle)]
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        outcomes = {
            versions: _try(versions, folder / str(number), options.pytest)
            for number, versions in enumerate(combinations)
        }
    for versions, outcome in outcomes.items():
        print(f"{versions}: {outcome.result}")
    return 0 if all(outcome.works for outcome in outcomes.values()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--python",
        nargs="+",
        default=[sys.executable],
        metavar="X.Y",
        help="versions of Python, or paths to it (default: the running one)",
    )
    both = list(RESOLUTIONS)
    parser.add_argument("--resolution", nargs="+", choices=both, default=both, help="which packages (default: both)")
    parser.add_argument(
        "--paddle", nargs="+", default=[""], metavar="VERSION", help="versions of Paddle (default: the resolution's)"
    )
    parser.add_argument("--keep", type=Path, metavar="DIR", help="create the environments here and keep them")
    parser.add_argument(
        "pytest", nargs="*", metavar="PYTEST", help="arguments for pytest after --, such as files or -k"
    )
    return parser


def _try(versions: Versions, environment: Path, pytest: Sequence[str]) -> Outcome:
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    environment.mkdir(parents=True, exist_ok=True)
    wanted, packages = environment / "wanted.txt", environment / "packages.txt"
    # Paddle 2 was built for NumPy 1, but its package takes any.
    numpy = "numpy<2\n" if versions.paddle.startswith("2.") else ""
    wanted.write_text((f"paddlepaddle=={versions.paddle}\n" if versions.paddle else "") + numpy, encoding="utf-8")
    resolve = (
        "pip", "compile", "-q", "pyproject.toml", "--extra", "test", "--constraints", wanted, "--output-file", packages,
        "--resolution", RESOLUTIONS[versions.resolution], "--python", python, "--only-binary", ":all:",
    )  # fmt: skip
    for title, command in (
        ("environment", [*_UV, "venv", "--allow-existing", "--python", versions.python, environment]),
        ("packages", [*_UV, *resolve]),
        ("install", [*_UV, "pip", "install", "-q", "--python", python, "-r", packages]),
        ("install ppocr-lr", [*_UV, "pip", "install", "-q", "--python", python, "--no-deps", "-e", ROOT]),
        ("tests", [python, "-m", "pytest", "-p", "no:cacheprovider", *pytest]),
    ):
        print(f"{versions}: {title} …", file=sys.stderr, flush=True)
        done = subprocess.run(
            list(map(str, command)), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        lines = done.stdout.splitlines()
        if done.returncode:
            print(*lines[-_TOLD:], sep="\n", file=sys.stderr)
            return Outcome(f"{title} failed: {lines[-1] if lines else 'no output'}", False)
    return Outcome(lines[-1], True)


if __name__ == "__main__":
    sys.exit(main())
