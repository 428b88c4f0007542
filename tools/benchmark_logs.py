"""Measure time and memory of `ppocr-lr compare-log` for logs of every kind: python tools/benchmark_logs.py [WORD …]

Each log has 100,000 lines, and the large one 200 MiB. Of many short random logs, which are the same in every run, the
slowest is shown. A WORD selects the kinds with that word in their names. Memory is the peak of the process, and time
that of the processor, both beyond those of a log with a few lines. The limit of the time is a ratio, so that it holds
on any machine: at most 30 times as long as a loop of three lines takes to pick epoch, count, rate and loss from the
same log with one regex; for a short log, from one of 100,000 lines. Exits with 1 if a limit is exceeded.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from ppocr_lr import build_schedule

LINES, TIMES, MIB = 100_000, 30, 64
FUZZED = 40
LARGE_MIB, LARGE_MOST_MIB = 200, 148  # with 52 of the start-up 200 in all
EPOCHS, ITERS, EVERY = 100, 10_000, 10
WIDE = "a window of 10,000"
UNTOLD = ", no length"  # the log alone gives the length of an epoch

COSINE = {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 5}
CYCLES = {"name": "CyclicalCosine", "learning_rate": 0.001, "cycle": 1, "warmup_epoch": 5}
PIECES = {"name": "Piecewise", "decay_epochs": list(range(1, 100)), "values": [0.001 * 0.95**k for k in range(100)]}
BY_HAND = r"""
import re, sys
LINE = re.compile(r"epoch: \[(\d+)/\d+\], (?:(?:global_step|iter): (\d+), )?lr: ([\d.]+),.* loss: ([\d.]+),")
with open(sys.argv[1], encoding="utf-8") as log:
    lines = [(int(m[1]), int(m[2] or 0), float(m[3]), float(m[4])) for m in map(LINE.search, log) if m]
"""
HEADER = f"[2022/09/29 02:59:21] ppocr INFO: train dataloader has {ITERS} iters\n"


def line(epoch: int, step: int, rate: float, key: str = "global_step") -> str:
    """A line of PaddleOCR's trainer."""
    return (
        f"[2022/09/29 02:59:23] ppocr INFO: epoch: [{epoch}/{EPOCHS}], {key}: {step}, lr: {rate:.6f}, acc: 0.000000, "
        "loss: 1.692174, avg_reader_cost: 0.10000 s, avg_batch_cost: 0.2 s, avg_samples: 8.0, ips: 9.71838 samples/s, "
        "eta: 0:51:59\n"
    )


def run(rate: Callable[[int], float], every: int = EVERY, first: int = 0) -> Iterator[str]:
    """The lines of a process, without its header."""
    for step in range(first + every, EPOCHS * ITERS + 1, every):
        yield line((step - 1) // ITERS + 1, step, rate(step - 1))


def planned(section: dict[str, Any] = COSINE, factor: float = 1.0) -> Callable[[int], float]:
    """The rate of the plan where a window of 20 ends, near enough to the median."""
    schedule = build_schedule(section, EPOCHS, ITERS)
    return lambda update: factor * schedule(max(0, update - 10))


def noise(seed: int = 1) -> Callable[[int], float]:
    """A rate that nothing explains."""
    random = Random(seed).random
    return lambda update: random() * 1e-3


def at_random(random: Random) -> Iterator[str]:
    """Lines without any order."""
    while True:
        epoch = random.randrange(1, EPOCHS + 1)
        yield line(epoch, random.randrange(1, 10**6), random.random() * 1e-3, random.choice(["global_step", "iter"]))


def starts(length: int, every: int, header: Iterable[str], rate: Callable[[int], float]) -> Iterator[str]:
    """Processes of `length` lines, one resumed where another stopped, with `every` updates between two lines."""
    lines = run(rate, every)
    while some := list(islice(lines, length)):
        yield from header
        yield from some


def uncounted(lines: Iterator[str]) -> Iterator[str]:
    """Lines that tell the epoch alone."""
    for each in lines:
        yield re.sub(r" (?:global_step|iter): \d+,", "", each)


def prolonged(runs: int) -> Iterator[str]:
    """Runs of another number of epochs each, with epochs of another length each."""
    for number in range(runs):
        yield HEADER.replace("000 iters", f"{number:03} iters")
        for each in islice(run(noise(number)), LINES // runs):
            yield each.replace(f"/{EPOCHS}]", f"/{EPOCHS + number}]")


def begun_again(length: int) -> Iterator[str]:
    """Processes that begin anew without a word."""
    while True:
        yield from islice(run(noise()), length)


def shuffled() -> Iterator[str]:
    """The lines of a run in no order."""
    lines = list(run(planned()))
    Random(1).shuffle(lines)
    yield from lines


def torn(random: Random) -> Iterator[str]:
    """Half of the lines are cut somewhere."""
    for whole in run(planned()):
        yield whole[: random.randrange(20, len(whole))] + "\n" if random.random() < 0.5 else whole


def interleaved(factor: float, lag: int) -> Iterator[str]:
    """Two processes that write into one file, one so many lines ahead."""
    first, second = run(planned()), run(planned(factor=factor))
    yield from islice(first, lag)
    for pair in zip(first, second, strict=False):
        yield from pair


def jumping(random: Random) -> Iterator[str]:
    """Sixteen processes that write into one file, whichever comes first."""
    runs = [run(noise(seed), first=seed * ITERS) for seed in range(16)]
    while True:
        yield next(random.choice(runs))


def dumped() -> Iterator[str]:
    """The config in a log, as each process writes it."""
    for indented in ("Global : ", f"    epoch_num : {EPOCHS}", "Optimizer : ", "    lr : ", "        name : Cosine"):
        yield f"[2022/09/29 02:59:03] ppocr INFO: {indented}\n"
    yield "[2022/09/29 02:59:03] ppocr INFO:         learning_rate : 0.001\n"


class Fuzzed(NamedTuple):
    """A short log with everything at random: its length, starts, window, damage, and how far it is off the plan."""

    lines: list[str]
    section: dict[str, Any]
    window: int
    iters: int


def fuzzed(random: Random) -> Fuzzed:
    """A log of up to 3,000 lines, often with a window that is wider than the log shows for sure."""
    pick = random.choice
    section, iters = pick([COSINE, CYCLES, PIECES, {**COSINE, "name": "Linear"}]), pick([3, 17, 237, 1000, 5000])
    schedule = build_schedule(section, EPOCHS, iters)
    every = max(1, EPOCHS * iters // pick([50, 400, 400, 1000, 3000]))
    begins, damage, noisy = pick([0, 0, 0.003, 0.01, 0.1]), pick([0, 0, 0.05, 0.3]), pick([0, 0.02, 0.5])
    factor, kept = pick([1, 1, 2, 0.125]), pick([True, False])
    header, lines, before = HEADER.replace(str(ITERS), str(iters)), [], 0
    for step in range(every, EPOCHS * iters + 1, every):
        if not lines or random.random() < begins:
            lines += [header] * pick([0, 1])
            before = 0 if kept else (step - 1) // iters * iters
        rate = abs(factor * schedule(max(0, step - every)) * (1 + random.gauss(0, noisy)))
        written = line((step - 1) // iters + 1, step - before, rate)
        if random.random() < damage:
            torn = written[: random.randrange(len(written))] + "\n"
            written = pick([torn, written * 2, written.replace("global_step: ", "global_step: 9")])
        lines.append(written)
    return Fuzzed(lines, section, pick([1, 20, 200, 1000, 3000, 10_000]), iters)


KINDS: dict[str, tuple[Callable[[], Iterator[str]], dict[str, Any]]] = {
    "follows": (lambda: run(planned()), COSINE),
    "three times the rate": (lambda: run(planned(factor=3)), COSINE),
    "constant": (lambda: run(lambda update: 0.0007), COSINE),
    "another schedule": (lambda: run(planned({**COSINE, "name": "Linear"})), COSINE),
    "a curve of no schedule": (lambda: run(lambda update: 1e-3 * (1 - (update / 1e6) ** 3)), COSINE),
    "noise": (lambda: run(noise()), COSINE),
    "noise under cycles": (lambda: run(noise()), CYCLES),
    "noise under a staircase": (lambda: run(noise()), PIECES),
    "random lines": (lambda: at_random(Random(1)), COSINE),
    "shuffled": (shuffled, COSINE),
    "torn": (lambda: torn(Random(1)), COSINE),
    "two interleaved": (lambda: interleaved(2, 100), COSINE),
    "two interleaved, in step": (lambda: interleaved(2, 0), COSINE),
    "epochs alone, noise": (lambda: uncounted(run(noise())), COSINE),
    "epochs alone, noise under cycles": (lambda: uncounted(run(noise())), CYCLES),
    "epochs alone, noise under a staircase": (lambda: uncounted(run(noise())), PIECES),
    "epochs alone, random": (lambda: uncounted(at_random(Random(1))), COSINE),
    "sixteen at random": (lambda: jumping(Random(1)), COSINE),
    "33,333 starts": (lambda: starts(2, EVERY, [HEADER], planned()), COSINE),
    "33,333 starts of noise": (lambda: starts(2, EVERY, [HEADER], noise()), COSINE),
    "4,000 starts of noise": (lambda: starts(24, EVERY, [HEADER], noise()), COSINE),
    "150 starts of noise": (lambda: starts(666, EVERY, [HEADER], noise()), COSINE),
    **{
        f"{WIDE}, {name}": (lines, section)
        for name, lines, section in (
            ("follows", lambda: run(planned()), COSINE),
            ("noise", lambda: run(noise()), COSINE),
            ("noise under cycles", lambda: run(noise()), CYCLES),
            ("noise under a staircase", lambda: run(noise()), PIECES),
            ("150 starts of noise", lambda: starts(666, EVERY, [HEADER], noise()), COSINE),
        )
    },
    "20 runs of noise": (lambda: prolonged(20), COSINE),
    "500 runs of noise": (lambda: prolonged(500), COSINE),
    "10,000 starts with configs": (lambda: starts(3, EVERY, [*dumped(), HEADER], noise()), COSINE),
    "1,000 beginnings of noise": (lambda: begun_again(100), COSINE),
    "50,000 beginnings of noise": (lambda: begun_again(2), COSINE),
}
"""What writes the log, and the section that it is compared with."""


def main() -> int:
    """Print the table; return 1 if a limit is exceeded."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("words", nargs="*", metavar="WORD", help="kinds to measure (default: all)")
    words = parser.parse_args().words

    def chosen(label: str) -> bool:
        return not words or any(word in label for word in words)

    fuzz, large = f"the slowest of {FUZZED} fuzzed", f"{LARGE_MIB} MiB"
    labels = [*(f"{name}{how}" for name in KINDS for how in ("", UNTOLD)), fuzz, large]
    if unknown := [word for word in words if not any(word in label for label in labels)]:
        parser.error(f"no kind of log has {' or '.join(unknown)} in its name; the kinds are: {', '.join(labels[::2])}")
    broken = 0
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "train.log"
        idle = measured(log, run(planned()), COSINE, 10)
        print(f"{'start-up':46}{idle.seconds:8.2f} s{idle.mib:8.0f} MiB")
        for name, (lines, section) in KINDS.items():
            for told in (True, False):
                label = name if told else f"{name}{UNTOLD}"
                if not chosen(label):
                    continue
                one = measured(log, lines(), section, LINES, told, 10_000 if WIDE in name else None)
                broken += _row(label, one, idle, by_hand(log))
        if chosen(fuzz):
            random = Random(1)
            logs = [fuzzed(random) for _ in range(FUZZED)]
            each = [
                measured(log, iter(one.lines), one.section, LINES, number % 2 == 0, one.window, one.iters)
                for number, one in enumerate(logs)
            ]
            write(log, islice(run(planned()), LINES))
            broken += _row(fuzz, Used(*map(max, zip(*each, strict=True))), idle, by_hand(log))
        if chosen(large):
            count = (LARGE_MIB << 20) // len(line(EPOCHS, EPOCHS * ITERS, 0.001))
            one = measured(log, run(planned(), every=1), COSINE, count)
            broken += _row(large, one, idle, by_hand(log), LARGE_MOST_MIB)
    return int(broken > 0)


class Used(NamedTuple):
    """What a process used: seconds of the processor, and the most memory."""

    seconds: float
    mib: float


def _row(label: str, ours: Used, idle: Used, by_hand: Used, most_mib: float = MIB) -> bool:
    ratio, mib = (ours.seconds - idle.seconds) / by_hand.seconds, ours.mib - idle.mib
    over = ratio > TIMES or mib > most_mib
    seconds = f"{ours.seconds - idle.seconds:8.2f} s / {by_hand.seconds:.2f} s ={ratio:5.1f}"
    print(f"{label:46}{seconds}{mib:8.0f} MiB{'  over the limit' if over else ''}", flush=True)
    return over


def measured(
    log: Path,
    lines: Iterator[str],
    section: dict[str, Any],
    count: int,
    told: bool = True,
    window: int | None = None,
    iters: int = ITERS,
) -> Used:
    """What comparing `lines` with `section` uses."""
    write(log, (text for text in islice(lines, count) if told or text != HEADER))
    smooth = {"log_smooth_window": window} if window else {}
    settings = {"Global": {"epoch_num": EPOCHS, **smooth}, "Optimizer": {"lr": section}}
    config = log.with_name("c.yml")
    config.write_text(json.dumps(settings), encoding="utf-8")
    words = ["-m", "ppocr_lr", "compare-log", "-c", str(config), str(log)]
    return used(log, *words, *["--iters-per-epoch", str(iters)] * told)


def write(log: Path, lines: Iterator[str]) -> None:
    """Lines into a log."""
    with log.open("w", encoding="utf-8") as file:
        file.writelines(lines)


def by_hand(log: Path) -> Used:
    """What a plain loop over the log uses: the middle one of three."""
    return sorted(used(log, "-c", BY_HAND, str(log)) for _ in range(3))[1]


def used(log: Path, *words: str) -> Used:
    """What Python uses with these words."""
    files = [(os.POSIX_SPAWN_OPEN, 1, str(log.with_name("out.txt")), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)]
    command = [sys.executable, *words]
    _, status, spent = os.wait4(os.posix_spawn(command[0], command, os.environ, file_actions=files), 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        sys.exit(f"{' '.join(command)} failed")
    return Used(spent.ru_utime + spent.ru_stime, spent.ru_maxrss / (1 << (20 if sys.platform == "darwin" else 10)))


if __name__ == "__main__":
    sys.exit(main())
