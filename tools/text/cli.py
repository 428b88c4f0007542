"""The arguments of `tools/train_text.py`, the table and the picture."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import venv
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import combinations
from pathlib import Path

from digits.results import Result
from ppocr_lr.cli.options import flag, print_error
from ppocr_lr.errors import LRConfigError, arguments_called, positive_argument
from ppocr_lr.export.progress import progress
from ppocr_lr.numbers_text import amount
from ppocr_lr.output import PICTURES, output_kind
from ppocr_lr.trainer.command import read_command
from ppocr_lr.trainer.hook import check_trainer
from text.experiments import EXPERIMENTS, Experiment
from text.runs import Place, TextCourse, TextRun, all_runs

_DESCRIPTION = """\
Compare schedules on text recognition and text direction, with PaddleOCR's own trainer on rendered text. Each run takes
a few minutes on one core. Finished runs are kept, so the command can be stopped at any time and run again.
"""


def run(argv: Sequence[str]) -> int:
    """Do what the arguments say and return the exit code."""
    parser = argparse.ArgumentParser(prog="train_text.py", description=_DESCRIPTION)
    parser.add_argument("paddleocr", type=Path, help="a clone of PaddleOCR with its requirements installed")
    parser.add_argument(
        "--output", type=Path, default=Path("output/text"), metavar="DIR", help="folder for data and runs (output/text)"
    )
    parser.add_argument("--seeds", type=int, default=5, metavar="N", help="runs of each schedule (5)")
    parser.add_argument("--jobs", type=int, default=1, metavar="N", help="runs at the same time (1)")
    parser.add_argument("--table", action="store_true", help="train nothing, print the results so far")
    parser.add_argument("--out", type=Path, default=Path("text.png"), metavar="FILE", help="the picture (text.png)")
    try:
        with arguments_called(flag):
            return _compare(parser.parse_args(argv))
    except (LRConfigError, OSError, subprocess.CalledProcessError) as error:
        print_error(error)
        return 2
    except KeyboardInterrupt:
        print("interrupted; finished runs are kept", file=sys.stderr)
        return 130


def _compare(arguments: argparse.Namespace) -> int:
    output_kind(arguments.out, PICTURES)
    for name in ("seeds", "jobs"):
        positive_argument(name, getattr(arguments, name))
    place = Place(arguments.paddleocr, arguments.output / "data", arguments.output)
    if not arguments.table:
        check_trainer(read_command([str(arguments.paddleocr / "tools" / "train.py")]).script)
        _draw(arguments.output)
        runs = all_runs(EXPERIMENTS, arguments.seeds)
        with progress(amount(len(runs), "run")) as bar, ThreadPoolExecutor(arguments.jobs) as pool:
            try:
                for done, _ in enumerate(pool.map(lambda each: each.train(place), runs), 1):
                    bar(done, len(runs))
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    groups = [_results(experiment, place, arguments.seeds) for experiment in EXPERIMENTS]
    for experiment, group in zip(EXPERIMENTS, groups, strict=True):
        print(experiment.title)
        print(*_rows(group), sep="\n")
    from digits.picture import draw
    from ppocr_lr.plotting.figure import save

    save(draw([experiment.title for experiment in EXPERIMENTS], groups), arguments.out)
    print(f"picture: {arguments.out}")
    return 0


def _draw(output: Path) -> None:
    """Render the images unless they exist; trdg needs an older Pillow than everything else."""
    if (output / "data" / "digits.txt").exists():
        return
    own = output / "trdg"
    venv.create(own, with_pip=True, clear=True)
    python = own / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "trdg==1.8.0", "Pillow<10"], check=True)
    subprocess.run([python, Path(__file__).with_name("draw.py"), output / "data"], check=True)


def _results(experiment: Experiment, place: Place, seeds: int) -> list[Result]:
    results = []
    for case in experiment.cases:
        runs = [TextRun(experiment, case, seed) for seed in range(seeds)]
        courses = [course for each in runs if (course := each.course(place)) is not None]
        if not courses:
            raise LRConfigError(f"no run of {case.key} is finished")
        results.append(Result(case.label, runs[0].planned(place), tuple(courses)))
    return results


def _rows(group: Sequence[Result]) -> Iterator[str]:
    width = max(len(result.label) for result in group)
    for result in group:
        courses = [course for course in result.courses if isinstance(course, TextCourse)]
        near = [100 * course.similarities[-1] for course in courses if course.similarities]
        spread = statistics.stdev(near) if len(near) > 1 else 0.0
        similar = f"   correct characters {statistics.mean(near):6.2f} ± {spread:.2f} %" if near else ""
        yield f"  {result.label:{width}} {result.row()}{similar}   {amount(len(courses), 'seed')}"
    for first, second in combinations(group, 2):
        yield f"  {_difference(first, second)}"


def _difference(first: Result, second: Result) -> str:
    """The mean difference of runs with the same seed, with its 95 % interval by Student's t."""
    from scipy.stats import t

    pairs = zip(first.courses, second.courses, strict=False)
    differences = [100 * (two.accuracy - one.accuracy) for one, two in pairs]
    mean = statistics.mean(differences)
    text = f"{second.label} − {first.label}: {mean:+.2f}"
    if len(differences) < 2:
        return f"{text} (one seed tells nothing)"
    half = t.ppf(0.975, len(differences) - 1) * statistics.stdev(differences) / len(differences) ** 0.5
    verdict = "" if abs(mean) > half else ", not told apart"
    return f"{text}, 95 % interval {mean - half:+.2f} to {mean + half:+.2f} percentage points{verdict}"
