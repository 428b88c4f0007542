from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from ppocr_lr.cli.main import run
from ppocr_lr.language import LANGUAGES
from tests.chinese import not_chinese, numbers

# Here and in every process that a test starts: no window, English, and one thread, since each core has a worker of
# xdist.
os.environ.update(MPLBACKEND="Agg", OMP_NUM_THREADS="1", LC_ALL="C.UTF-8")

# A slow machine must not fail a property; each example is small.
settings.register_profile("here", deadline=None, max_examples=60)
# Of tools/mutation.py: each mutant meets the same examples, and a run of hundreds of them ends.
settings.register_profile("mutation", deadline=None, max_examples=20, derandomize=True, database=None)
settings.load_profile("here")

ROOT = Path(__file__).parent.parent

Command = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in an empty folder, in this process: a fifth of the time of one of its own."""
    monkeypatch.chdir(tmp_path)

    def run_here(*arguments: object) -> subprocess.CompletedProcess[str]:
        words = list(map(str, arguments))
        with redirect_stdout(io.StringIO()) as stdout, redirect_stderr(io.StringIO()) as stderr:
            status = run(words)
        return subprocess.CompletedProcess(words, status, stdout.getvalue(), stderr.getvalue())

    return run_here


@pytest.fixture
def both(command: Command) -> Command:
    """Runs a command in both languages; in Chinese it says nothing in English, and the same numbers."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        english, chinese = (command(words[0], "--lang", language, *words[1:]) for language in LANGUAGES)
        assert not_chinese(chinese.stdout + chinese.stderr) == []
        assert (chinese.returncode, chinese.stdout.count("\n")) == (english.returncode, english.stdout.count("\n"))
        assert numbers(chinese.stdout + chinese.stderr) == numbers(english.stdout + english.stderr)
        return english

    return run


BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
BROWSER_WAIT = 20_000  # milliseconds; a busy machine is slow
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--process-per-site",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real one, without a window; it finds no machine but this one."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if BROWSER is None:
        pytest.skip("no browser to drive: apt-get install chromium")
    sync_api.expect.set_options(timeout=BROWSER_WAIT)
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield started
        started.close()


@pytest.fixture
def process(tmp_path: Path) -> Command:
    """Runs the real command in a process of its own, in an empty folder."""

    def run_there(*arguments: object, script: Path | None = None) -> subprocess.CompletedProcess[str]:
        start = [str(script)] if script else ["-m", "ppocr_lr"]
        return subprocess.run(
            [sys.executable, *start, *map(str, arguments)],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": ""},
        )

    return run_there
