"""Change one place in the schedules and lr sections at a time and check that a test fails: python tools/mutation.py

Needs the extras `mutation` and `test`. Cosmic Ray makes the mutants as set in `mutation.toml` and runs the tests of
both packages on each, by default on a seeded sample, since all would take hours. Everything happens in copies of the
working tree, so that this one never holds a mutant, however the run ends. Prints the share of mutants that a test has
killed, and every survivor. `mutation_equivalent.yml` lists survivors that no test could tell from the original, with
the reason; they are counted separately. Exits with 1 if less than the wanted share of the others is killed, and with 2
at once if that list names a line that no longer exists.
"""

from __future__ import annotations

import argparse
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

if TYPE_CHECKING:  # Cosmic Ray itself is imported where it is used: `--help` needs none
    from cosmic_ray.work_db import WorkDB
    from cosmic_ray.work_item import WorkItem, WorkResult

ROOT = Path(__file__).resolve().parent.parent
CONFIG = Path("tools") / "mutation.toml"
EQUIVALENT = ROOT / "tools" / "mutation_equivalent.yml"
_COPIED = ("ppocr_lr", "tests", "tools", "configs", "pyproject.toml")
_WANTED = 93.0


class Change(NamedTuple):
    """What a mutant is: it stays the same one when lines move."""

    file: str
    was: str
    becomes: str


class Mutant(NamedTuple):
    """One mutant and what became of it."""

    change: Change
    line: int
    operator: str
    killed: bool


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sample, print the figure and the survivors."""
    options = _parser().parse_args(arguments)
    if stale := [f"{change.file}: {change.was}" for change in _equivalent() if not _stands(change)]:
        print(f"{EQUIVALENT.name} names lines that no longer exist:", *dict.fromkeys(stale), sep="\n", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as temporary:
        copies = [Path(temporary) / str(number) for number in range(options.workers)]
        for copy in copies:
            _copy(copy)
        if failed := _untouched(copies[0]):
            print(failed, "the tests fail even without a mutant, or do not run in the copy", sep="\n", file=sys.stderr)
            return 2
        size = None if options.all else options.sample
        drawn, available = _plan(copies, options.only, size, options.seed)
        print(f"{drawn} of {available} mutants, seed {options.seed}", flush=True)
        mutants = sorted(_run(copies), key=lambda mutant: (mutant.change.file, mutant.line, mutant.operator))
    return _report(mutants, options.wanted)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=int, default=300, metavar="N", help="number of mutants (default: 300)")
    parser.add_argument("--all", action="store_true", help="all mutants instead of a sample")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="seed of the sample (default: 1)")
    parser.add_argument("--only", default="", metavar="TEXT", help="only files with TEXT in their path")
    parser.add_argument("--workers", type=int, default=2, metavar="N", help="mutants tested at a time (default: 2)")
    parser.add_argument(
        "--wanted",
        type=float,
        default=_WANTED,
        metavar="PERCENT",
        help=f"lowest acceptable share killed (default: {_WANTED:g})",
    )
    return parser


def _copy(target: Path) -> None:
    target.mkdir()
    for name in _COPIED:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy2(source, target / name)


def _environment(copy: Path) -> dict[str, str]:
    """The copy's own package comes before the installed one, and `python` is this one."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**os.environ, "PYTHONPATH": str(copy), "PATH": path}


def _untouched(copy: Path) -> str:
    """What the tests say where they fail on the original; Python's compiled files of it are left in the copy."""
    from cosmic_ray.config import load_config

    config = load_config(copy / CONFIG)
    imported = "import ppocr_lr; print(ppocr_lr.__file__)"
    for command in ([sys.executable, "-c", imported], ["sh", "-c", config.test_command]):
        done = subprocess.run(command, cwd=copy, env=_environment(copy), capture_output=True, text=True)
        if done.returncode or (command[-1] == imported and not Path(done.stdout.strip()).is_relative_to(copy)):
            return done.stdout + done.stderr
    return ""


def _plan(copies: Sequence[Path], only: str, size: int | None, seed: int) -> tuple[int, int]:
    """One session of Cosmic Ray in each copy with its part of the sample; how many mutants, of how many."""
    from cosmic_ray.work_db import use_db

    _cosmic_ray(copies[0], "init", str(CONFIG), "all.sqlite").check_returncode()
    with use_db(copies[0] / "all.sqlite") as session:
        _filtered(session, copies[0] / CONFIG)
        items = [item for item in session.pending_work_items if only in str(item.mutations[0].module_path)]
    items.sort(key=_place)  # the ids of a session are new each time
    drawn = items if size is None else random.Random(seed).sample(items, min(size, len(items)))
    for number, copy in enumerate(copies):
        with use_db(copy / "session.sqlite") as session:
            session.add_work_items(drawn[number :: len(copies)])
    return len(drawn), len(items)


def _filtered(session: WorkDB, config: Path) -> None:
    from cosmic_ray.tools.filters.operators_filter import OperatorsFilter

    OperatorsFilter().filter(session, argparse.Namespace(config=config))


def _place(item: WorkItem) -> tuple[str, str, int]:
    mutation = item.mutations[0]
    return str(mutation.module_path), mutation.operator_name, mutation.occurrence


def _cosmic_ray(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cosmic_ray.cli", *arguments]
    return subprocess.run(command, cwd=copy, env=_environment(copy), text=True)


def _run(copies: Sequence[Path]) -> Iterator[Mutant]:
    """The mutants with what became of them; each copy has one at a time."""
    from cosmic_ray.work_db import use_db

    command = [sys.executable, "-m", "cosmic_ray.cli", "exec", str(CONFIG), "session.sqlite"]
    workers = [subprocess.Popen(command, cwd=copy, env=_environment(copy)) for copy in copies]
    try:
        for worker in workers:
            worker.wait()
    finally:
        for worker in workers:
            worker.terminate()
            worker.wait()
    for copy in copies:
        with use_db(copy / "session.sqlite") as session:
            for item, result in session.completed_work_items:
                yield _mutant(item, result)
            if left := len(session.pending_work_items):
                raise RuntimeError(f"Cosmic Ray has left {left} mutants without a result")


def _mutant(item: WorkItem, result: WorkResult) -> Mutant:
    from cosmic_ray.work_item import TestOutcome

    mutation = item.mutations[0]
    lines = (result.diff or "").splitlines()
    was, becomes = (
        "\n".join(line[1:].strip() for line in lines if line[:1] == sign and line[:3] != sign * 3) for sign in "-+"
    )
    if mutation.operator_name.endswith("/RemoveDecorator"):
        was = f"{was.strip()}\n{_decorated(lines)}"  # there are many of each decorator in a file
    return Mutant(
        Change(mutation.module_path.as_posix(), was, becomes),
        mutation.start_pos[0],
        mutation.operator_name.partition("/")[2],
        result.test_outcome != TestOutcome.SURVIVED,
    )


def _decorated(lines: Sequence[str]) -> str:
    """What the removed decorator stands before: the `def` or the `class` behind it in the diff."""
    removed = max(number for number, line in enumerate(lines) if line[:1] == "-" and line[:3] != "---")
    behind = (line.strip() for line in lines[removed + 1 :])
    return next(line for line in behind if line.startswith(("def ", "class ")))


def _equivalent() -> dict[Change, str]:
    """Why a change changes nothing, for those of `mutation_equivalent.yml`."""
    listed: list[dict[str, Any]] = yaml.safe_load(EQUIVALENT.read_text(encoding="utf-8"))
    return {
        Change(entry["file"], entry["was"], becomes): entry["why"] for entry in listed for becomes in entry["becomes"]
    }


def _stands(change: Change) -> bool:
    """Whether the lines that it changes are still there."""
    file = ROOT / change.file
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return set(change.was.splitlines()) <= set(map(str.strip, lines))


def _report(mutants: Sequence[Mutant], wanted: float) -> int:
    reasons = _equivalent()
    survivors = [mutant for mutant in mutants if not mutant.killed]
    for mutant in survivors:
        change = mutant.change
        why = reasons.get(change)
        print(f"\n{change.file}:{mutant.line} {mutant.operator}: {'survived' if why is None else 'equivalent'}")
        print(f"  - {change.was}\n  + {change.becomes}")
        if why is not None:
            print(f"  {why}")
    equivalent = sum(mutant.change in reasons for mutant in survivors)
    killed, others = len(mutants) - len(survivors), len(mutants) - equivalent
    share = 100 * killed / others if others else 100.0
    print(
        f"\n{killed} of {len(mutants)} mutants killed ({100 * killed / len(mutants):.1f} %), {equivalent} equivalent, "
        f"{len(survivors) - equivalent} survived: {share:.1f} % of those that a test could kill"
    )
    return 0 if share >= wanted else 1


if __name__ == "__main__":
    sys.exit(main())
