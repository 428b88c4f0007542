"""Measure the promised speeds, as ratios within one run: python tools/benchmark.py [LETTER …]

Needs the extra `paddle`. Each ratio compares ours with another side. The two take turns, so that any other load on the
machine affects both. The limits are what the project promises; those of each schedule and its `step()` are in
`benchmark_schedules.py`.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

ROOT = Path(__file__).parent.parent
PLOT = ROOT / "tools" / "plot_lr.py"

# Compiled modules are kept, as after an install, even where the machine's environment says otherwise.
_COMPILED = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}

Work = Callable[[], object]


class Row(NamedTuple):
    """One comparison: `ours` must take at most `limit` times as long as `other`."""

    name: str
    ours: float
    other: float
    limit: float


def fastest(ours: Work, other: Work, turns: int) -> tuple[float, float]:
    """The fewest seconds of each side, run in turns: what takes longer is the machine's, whose speed may change."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(turns):
        for side, work in enumerate((ours, other)):
            start = time.perf_counter()
            work()
            times[side].append(time.perf_counter() - start)
    return min(times[0]), min(times[1])


def curve() -> Iterator[Row]:
    """(a) a curve of 10^6 iterations: the schedule against stepping Paddle and against bare NumPy."""
    from paddle.optimizer import lr

    from ppocr_lr import build_schedule

    total = 10**6
    steps = np.arange(total)  # what is asked for is given to both sides
    for label, warmup in (("Cosine", 0), ("Cosine with warmup", 2)):
        schedule = build_schedule({"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": warmup}, 100, 10_000)
        w = warmup * 10_000

        def bare(w: int = w) -> object:
            if not w:
                return 0.05 * (1 + np.cos(np.pi * steps / total))
            return np.where(steps < w, 0.1 * steps / w, 0.05 * (1 + np.cos(np.pi * (steps - w) / total)))

        def stepped(w: int = w) -> object:
            cosine = lr.CosineAnnealingDecay(0.1, total)
            scheduler = lr.LinearWarmup(cosine, w, 0.0, 0.1) if w else cosine
            rates = np.empty(total)
            for step in range(total):
                rates[step] = scheduler()
                scheduler.step()
            return rates

        yield Row(f"a  10^6 rates, {label}, against bare NumPy", *fastest(
            lambda schedule=schedule: schedule(steps), bare, 21), 1.3)  # fmt: skip
        yield Row(f"a  10^6 rates, {label}, against stepping Paddle", *fastest(
            lambda schedule=schedule: schedule(steps), stepped, 3), 1 / 60)  # fmt: skip


_TEN_LINES = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
steps = np.linspace(0, {total} - 1, 1000)
rates = 0.05 * (1 + np.cos(np.pi * steps / {total}))
fig, ax = plt.subplots(figsize=(9, 5))
ax.plot(steps / 100, rates, label="Cosine")
ax.set_xlabel("epoch"); ax.set_ylabel("learning rate"); ax.set_title("default"); ax.grid(True)
fig.savefig("ten_lines.png", dpi=120)
"""

_STEP_EVERYTHING = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
from paddle.optimizer import lr
scheduler = lr.LinearWarmup(lr.CosineAnnealingDecay(0.1, {total}), 20000, 0.0, 0.1)
rates = []
for _ in range({total}):
    rates.append(scheduler())
    scheduler.step()
plt.plot(rates)
plt.savefig("stepped.png")
"""


def _process(*arguments: str, folder: str) -> Work:
    def work() -> None:
        subprocess.run([sys.executable, *arguments], cwd=folder, env=_COMPILED, check=True, capture_output=True)

    return work


def plot() -> Iterator[Row]:
    """(c) plot_lr.py as a whole process, against ten lines without a second axis and without a layout of the text."""
    with tempfile.TemporaryDirectory() as folder:
        ours = _process(str(PLOT), folder=folder)
        bare = _process("-c", _TEN_LINES.format(total=2000), folder=folder)
        yield Row("c  plot_lr.py, against ten lines of matplotlib", *fastest(ours, bare, 15), 1.55)
        million = _process(str(PLOT), "--epochs", "100", "--iters-per-epoch", "10000", folder=folder)
        stepped = _process("-c", _STEP_EVERYTHING.format(total=10**6), folder=folder)
        yield Row("c  plot_lr.py of 10^6 iterations, against stepping Paddle", *fastest(million, stepped, 3), 0.35)


def draw() -> Iterator[Row]:
    """(d) drawing a long run against a short one."""
    from ppocr_lr.plotting.figure import draw, save
    from ppocr_lr.training_config.plan import DEFAULT_CONFIG, plan_run
    from ppocr_lr.training_config.run_flags import RunFlags

    with tempfile.TemporaryDirectory() as folder:

        def drawn(epochs: int) -> Work:
            def work() -> None:
                flags = RunFlags(epochs=epochs, iters_per_epoch=100)
                save(draw([plan_run(DEFAULT_CONFIG, flags=flags)]), Path(folder) / "a.png")

            return work

        yield Row("d  drawing 10^9 iterations, against 10^3", *fastest(drawn(10**7), drawn(10), 15), 1.1)
        yield Row("d  drawing 10^12 iterations, against 10^3", *fastest(drawn(10**10), drawn(10), 15), 1.1)


def imports() -> Iterator[Row]:
    """(e) importing the package."""
    with tempfile.TemporaryDirectory() as folder:
        bare = _process("-c", "import numpy, pydantic", folder=folder)
        yield Row(
            "e  import ppocr_lr, against import numpy, pydantic",
            *fastest(_process("-c", "import ppocr_lr", folder=folder), bare, 15), 1.3,
        )  # fmt: skip


def text_commands() -> Iterator[Row]:
    """(f) the text commands, as whole processes."""
    with tempfile.TemporaryDirectory() as folder:
        # Not where it is: above it lies this project's pyproject.toml, which check would read for settings.
        config = shutil.copy(ROOT / "configs" / "cosine.yml", folder)
        bare = _process("-c", "import numpy, pydantic, yaml", folder=folder)
        for name, arguments, limit in (
            ("check", ["check", config], 1.8),
            ("explain", ["explain", "LR401"], 1.5),
            ("diff", ["diff", config, config], 2.0),
            ("schema", ["schema"], 2.2),
            ("show", ["show", config], 2.0),
        ):
            ours = _process("-m", "ppocr_lr", *arguments, *(["--fail-on", "error"] * (name == "check")), folder=folder)
            yield Row(f"f  ppocr-lr {name}, against import numpy, pydantic, yaml", *fastest(ours, bare, 25), limit)


def train() -> Iterator[Row]:
    """(g) `ppocr-lr train` until the script starts: plan and findings."""
    with tempfile.TemporaryDirectory() as folder:
        optimizer = Path(folder, "ppocr", "optimizer", "__init__.py")
        optimizer.parent.mkdir(parents=True)
        optimizer.write_text("def build_lr_scheduler(): ...\n")
        Path(folder, "train.py").write_text("")
        words = ("train.py", "-c", str(ROOT / "configs" / "cosine.yml"))
        ours = _process("-m", "ppocr_lr", "train", *words, folder=folder)
        seconds, plain = fastest(ours, _process(*words, folder=folder), 15)
        yield Row("g  ppocr-lr train until the script starts, against 2 s", seconds - plain, 2.0, 1.0)
        yield Row(
            "g  the same, against import paddle",
            *fastest(ours, _process("-c", "import paddle", folder=folder), 5), 1.0,
        )  # fmt: skip


_STEP = """\
      - Step{0}: # of each picture
          shape: [3, 48, {0}]
          # padding: true
          scale: 1./255.
          mean: 0.5
          order: 'hwc'
"""
_AS_LONG_AS_PADDLEOCRS = "Eval:\n  dataset:\n    transforms:\n" + "".join(map(_STEP.format, range(18)))
"""Pads one of our configs to 130 lines, 3 kB and 290 values, about the average of PaddleOCR's."""


_READ = "import pathlib, yaml\nfor path in pathlib.Path().iterdir(): yaml.safe_load(path.read_bytes())"


def folder() -> Iterator[Row]:
    """(h) `ppocr-lr check` of 1,000 configs, against PyYAML alone; as whole processes."""
    configs = sorted((ROOT / "configs").glob("*.yml"))
    with tempfile.TemporaryDirectory() as name:
        for index in range(1000):
            text = configs[index % len(configs)].read_text(encoding="utf-8")
            Path(name, f"{index}.yml").write_text(text + _AS_LONG_AS_PADDLEOCRS, encoding="utf-8")
        ours = _process("-m", "ppocr_lr", "check", "--fail-on", "error", name, folder=name)
        reading = _process("-c", _READ, folder=name)
        yield Row("h  ppocr-lr check of 1,000 configs, against safe_load of them", *fastest(ours, reading, 3), 0.45)


PARTS = {"a": curve, "c": plot, "d": draw, "e": imports, "f": text_commands, "g": train, "h": folder}


def main() -> int:
    """Print the table; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "letters", nargs="*", metavar="LETTER", help=f"parts to measure: {', '.join(PARTS)} (default: all)"
    )
    letters = parser.parse_args().letters or list(PARTS)
    unknown = [letter for letter in letters if letter not in PARTS]
    if unknown:
        parser.error(f"no part {unknown[0]!r}, the parts are {', '.join(PARTS)}")
    print(f"{'':62}{'ours':>10}{'other':>10}{'ratio':>9}{'limit':>9}")
    broken = 0
    for letter in letters:
        for row in PARTS[letter]():
            ratio = row.ours / row.other
            verdict = "" if ratio <= row.limit else "  over the limit"
            broken += bool(verdict)
            times = f"{row.ours * 1e3:8.2f}ms{row.other * 1e3:8.2f}ms"
            print(f"{row.name:62}{times}{ratio:9.4f}{row.limit:9.4f}{verdict}", flush=True)
    return int(broken > 0)


if __name__ == "__main__":
    sys.exit(main())
