"""Runs the golden, state and training tests on each supported Paddle: python tools/try_paddle_versions.py

Every version gets a virtual environment of its own, made with pip from scratch; nothing is changed in the
one that this runs in. Ends with 1 when a version cannot be installed or a test fails on it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
VERSIONS = ("2.6.2", "3.0.0", "3.2.2", "3.3.1")
TESTS = ("test_builder", "test_paddle_scheduler", "test_training_ways", "test_paddle_snapshot", "test_range_test")
_TOLD = 25  # lines of a failure


class Outcome(NamedTuple):
    """What came of one version."""

    paddle: str
    numpy: str
    result: str
    works: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Try each version, print one row each."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        outcomes = [_try(version, options.python, folder / version, options.tests) for version in options.versions]
    print(f"{'paddle':<8} {'numpy':<8} result")
    for outcome in outcomes:
        print(f"{outcome.paddle:<8} {outcome.numpy:<8} {outcome.result}")
    return 0 if all(outcome.works for outcome in outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("versions", nargs="*", default=VERSIONS, metavar="VERSION", help=f"of {', '.join(VERSIONS)}")
    parser.add_argument("--python", default=sys.executable, help="interpreter of the environments (default: this one)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="make the environments here, and leave them")
    tests = [f"tests/{name}.py" for name in TESTS]
    parser.add_argument("--tests", nargs="+", default=tests, metavar="FILE", help=f"(default: {' '.join(tests)})")
    return parser


def _try(version: str, interpreter: str, environment: Path, tests: Sequence[str]) -> Outcome:
    python = environment / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    # Paddle 2 was built for NumPy 1, but its package takes any.
    numpy = ["numpy<2"] if version.startswith("2.") else []
    pip = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    for title, command in (
        ("a virtual environment", [interpreter, "-m", "venv", str(environment)]),
        ("pip install", [*pip, f"paddlepaddle=={version}", *numpy, "-e", f"{ROOT}[test]"]),
    ):
        print(f"Paddle {version}: {title} …", file=sys.stderr, flush=True)
        done = _run(command)
        if done.returncode:
            return _failed(version, "", title, done.stdout)
    numpy_version = _run([str(python), "-c", "import numpy; print(numpy.__version__)"]).stdout.strip()
    print(f"Paddle {version}: tests …", file=sys.stderr, flush=True)
    done = _run([str(python), "-m", "pytest", "-p", "no:cacheprovider", *tests])
    if done.returncode:
        return _failed(version, numpy_version, "tests", done.stdout)
    return Outcome(version, numpy_version, done.stdout.splitlines()[-1], True)


def _failed(version: str, numpy: str, title: str, output: str) -> Outcome:
    lines = output.splitlines()
    print(*lines[-_TOLD:], sep="\n", file=sys.stderr)
    return Outcome(version, numpy, f"{title} failed: {lines[-1] if lines else 'no output'}", False)


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


if __name__ == "__main__":
    sys.exit(main())
