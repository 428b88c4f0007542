"""Compare the export of many rows with numpy.savetxt: python tools/benchmark_export.py [--rows N] [--long N]

Prints the rows per second of both, measured in turns with the same columns, and their ratio; then the
peak memory of one export of `--long` rows in a separate process. Exits with 1 if that is 200 MB or more.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmark import fastest
from ppocr_lr.export.rows import write_csv, write_json
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, PlannedRun, plan_run
from ppocr_lr.training_config.run_flags import RunFlags

LIMIT_MB = 200
WRITERS = {"csv": write_csv, "json": write_json}


def planned(rows: int, rate: str = "0.1") -> PlannedRun:
    """The default config over `rows` updates."""
    return plan_run(
        DEFAULT_CONFIG, [f"Optimizer.lr.learning_rate={rate}"], RunFlags(epochs=100, iters_per_epoch=rows // 100)
    )


def savetxt(run: PlannedRun, path: Path) -> None:
    """The same columns by NumPy; 17 digits, the fewest that round-trip for every number."""
    steps = np.arange(run.run.total_iters)
    table = np.column_stack([steps, steps / run.run.iters_per_epoch, run.schedule(steps)])
    np.savetxt(path, table, fmt=("%d", "%.17g", "%.17g"), delimiter=",", header="iteration,epoch,rate", comments="")


def export(run: PlannedRun, path: Path, form: str) -> None:
    """Ours."""
    with path.open("wb") as file:
        WRITERS[form]([run], file)


def speed(rows: int, repeat: int, folder: Path) -> None:
    """Print rows per second, ours and NumPy's in turns."""
    print(f"{'':34}{'rows/s':>12}{'savetxt':>12}{'ratio':>9}")
    # The lower peak has its rates in the notation with an exponent, which is more work.
    for name, form, rate in (
        ("CSV, peak 0.1", "csv", "0.1"),
        ("CSV, peak 1e-4", "csv", "0.0001"),
        ("JSON, peak 0.1", "json", "0.1"),
    ):
        run = planned(rows, rate)
        ours, other = fastest(
            lambda run=run, form=form: export(run, folder / "ours", form),  # type: ignore[misc]
            lambda run=run: savetxt(run, folder / "other"),  # type: ignore[misc]
            repeat,
        )
        print(f"{name:34}{rows / ours:12,.0f}{rows / other:12,.0f}{other / ours:9.2f}", flush=True)


def memory(rows: int, folder: Path) -> bool:
    """Print the peak memory of exports of `rows` rows; whether all stay under the limit."""
    print(f"\n{'':34}{'rows/s':>12}{'peak MB':>12}{'file MB':>12}")
    fine = True
    for form in WRITERS:
        path = folder / f"long.{form}"
        command = [sys.executable, __file__, "--one", form, str(rows), str(path)]
        seconds, peak = map(float, subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())
        fine &= peak < LIMIT_MB
        print(f"{form.upper()}, {rows:,} rows".ljust(34), end="")
        print(f"{rows / seconds:12,.0f}{peak:12.1f}{path.stat().st_size / 1e6:12,.0f}", flush=True)
        path.unlink()
    return fine


def one(form: str, rows: str, path: str) -> None:
    """In a separate process: export, then print seconds and peak memory in MB."""
    import resource

    start = time.perf_counter()
    export(planned(int(rows)), Path(path), form)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    print(time.perf_counter() - start, peak / 1e6)


def main() -> int:
    """Print the tables; return 1 if an export needs too much memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10**6, help="rows to measure the speed with (10^6)")
    parser.add_argument("--long", type=int, default=10**8, help="rows to measure the memory with (10^8)")
    parser.add_argument("--repeat", type=int, default=5, help="rounds (5)")
    parser.add_argument("--one", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        one(*arguments.one)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        speed(arguments.rows, arguments.repeat, Path(folder))
        return 0 if memory(arguments.long, Path(folder)) else 1


if __name__ == "__main__":
    sys.exit(main())
