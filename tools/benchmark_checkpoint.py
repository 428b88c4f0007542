"""Compare memory and time of reading a large checkpoint's scheduler state with paddle.load of the same file.

    python tools/benchmark_checkpoint.py [--gigabytes 2]

Writes an Adam-like `.pdopt` to a temporary folder and reads it with each reader in a separate process.
"""

from __future__ import annotations

import argparse
import multiprocessing
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

TENSOR_BYTES = 1 << 27

# Each prints its peak memory in bytes (Linux counts in KiB, macOS in bytes) and its seconds without imports.
_MEASURE = """
import resource, sys, time
{imports}
start = time.perf_counter()
state = {read}
seconds = time.perf_counter() - start
assert state == {{"last_epoch": 1000, "last_lr": 0.05}}, state
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
print(peak, seconds)
"""
_OURS = (
    "from pathlib import Path; from ppocr_lr.resume.plain_pickle import read_plain_pickle",
    "read_plain_pickle(Path(sys.argv[1]), 'an optimizer state')['LR_Scheduler']",
)
_PADDLES = ("import paddle", "paddle.load(sys.argv[1])['LR_Scheduler']")


def main() -> None:
    """Print peak memory and time of both readers, and the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--gigabytes", type=float, default=2.0, metavar="N", help="size of the checkpoint (2)")
    tensors = max(1, round(parser.parse_args().gigabytes * 2**30 / TENSOR_BYTES))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "latest.pdopt"
        # In a process of its own: Linux counts the memory of a parent as its children's.
        writer = multiprocessing.get_context("spawn").Process(target=_write, args=(path, tensors))
        writer.start()
        writer.join()
        if writer.exitcode:
            sys.exit("the checkpoint could not be written")
        print(f"checkpoint: {path.stat().st_size / 2**30:.2f} GiB, {tensors} tensors")
        ours, paddles = _measure(_OURS, path), _measure(_PADDLES, path)
    for name, (peak, seconds) in (("ppocr_lr", ours), ("paddle.load", paddles)):
        print(f"{name:12} peak {peak / 2**20:8.1f} MiB   {seconds * 1000:9.2f} ms")
    print(f"{'ratio':12} peak {paddles[0] / ours[0]:8.0f} ×     {paddles[1] / ours[1]:9.0f} ×")


def _write(path: Path, tensors: int) -> None:
    tensor = np.ones(TENSOR_BYTES // 4, dtype=np.float32)
    state: dict[str, object] = {f"conv_{index}.w_0_moment1_0": tensor.view() for index in range(tensors)}
    state["LR_Scheduler"] = {"last_epoch": 1000, "last_lr": 0.05}
    with path.open("wb") as file:
        pickle.dump(state, file, protocol=4)


def _measure(reader: tuple[str, str], path: Path) -> tuple[float, float]:
    code = _MEASURE.format(imports=reader[0], read=reader[1])
    done = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"reading failed:\n{done.stderr}")
    peak, seconds = done.stdout.split()[-2:]
    return float(peak), float(seconds)


if __name__ == "__main__":
    main()
