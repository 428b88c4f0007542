"""Measure processor time and memory for files made to be expensive: configs, logs and checkpoints.

    python tools/benchmark_hostile.py [--megabytes 200] [NAME ...]

Writes each file to a temporary folder and reads it in a separate process: a config with `check`, a checkpoint with
`resume`, a log without the search for causes. Prints the cost beyond that of a small file, and exits with 1 if it
exceeds 3 s or 500 MiB.
"""

from __future__ import annotations

import argparse
import os
import pickle
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path

from ppocr_lr.training_config.yaml_file import MAX_BYTES, MAX_KEYS, MAX_NODES

MOST_SECONDS, MOST_MIB = 3.0, 500.0
GIVEN_UP_AFTER = 120  # seconds by the clock
ROOT = Path(__file__).absolute().parent.parent

_KEYS = MAX_KEYS - 10
_ITEMS = MAX_NODES - 200
_LONG = MAX_BYTES - 5000
_LINES = 300_000  # of a log; what is more takes longer, up to the bounds of `logs/lines.py`
_RUN = "Global: {epoch_num: 20}\nTrain: {dataset: {num_samples: 100}, loader: {batch_size_per_card: 1}}\n"
_LR = "Optimizer:\n  name: Adam\n  lr:\n    name: Cosine\n    learning_rate: 0.001\n"
_CONFIG = _RUN + _LR
_LR_FLOW = "Optimizer: {lr: {name: "
_SEQUENCE = "Optimizer:\n  lr:\n    name: Sequence\n    stages:\n"
_TO_THE_END = "    - {name: Cosine, learning_rate: 0.1, until_end: true}\n"
_LONG_RUN = _RUN.replace("20}", "60000}")
_LINE = "[2022/09/29 02:59:23] ppocr INFO: epoch: [{}/20], global_step: {}, lr: {:.6f}, loss: 1.0\n"
_COLLIDING = (1 << 61) - 1  # integers that are multiples of it have the hash 0

_MEASURE = """
import io, resource, sys
from contextlib import redirect_stderr, redirect_stdout
from ppocr_lr.cli.main import run
from ppocr_lr.errors import LRConfigError
with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as err:
    if sys.argv[1] == "read_log":
        from ppocr_lr.logs.train_log import read_log
        try:
            status = f"{len(read_log(sys.argv[2]))} lines"
        except LRConfigError as error:
            status = f"error: {error}"
    else:
        status = run(sys.argv[1:])
usage = resource.getrusage(resource.RUSAGE_SELF)
peak = usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
said = [line.strip() for line in (err.getvalue() or out.getvalue()).splitlines()[:2]] or [""]
print(usage.ru_utime + usage.ru_stime, peak, status, said[-1][:100], sep="\\t")
"""


def lines(section: Iterable[str]) -> str:
    """A config whose lr section has more lines, as many as fit."""
    text, left = [_CONFIG], MAX_BYTES - 1000
    for line in islice(section, _KEYS):
        left -= len(line.encode()) + 5
        if left < 0:
            break
        text.append(f"    {line}\n")
    return "".join(text)


def numbers(form: str) -> Iterator[str]:
    """`form` with 0, 1, … in it."""
    return (form.format(number) for number in range(10**7))


CONFIGS: dict[str, Callable[[], str | bytes]] = {
    "flow nesting": lambda: "a: " + "[" * 10**6,
    "block nesting": lambda: "".join(f"{' ' * depth}a:\n" for depth in range(2500)),
    "nested to the bound": lambda: _CONFIG + "x: " + "[" * 55 + "]" * 55 + "\n",
    "wide and nested": lambda: _CONFIG + "x: [" + ",".join(["[" * 55 + "]" * 55] * (_ITEMS // 56)) + "]\n",
    "aliases that multiply": lambda: (
        "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [{f'*a{n - 1}, ' * 9}]\n" for n in range(1, 30))
    ),
    "many anchors": lambda: _CONFIG + "x: [" + ", ".join(f"&a{n} {n}" for n in range(_ITEMS)) + "]\n",
    "aliases of one key": lambda: _CONFIG + "k: &k key\nx: [" + ", ".join("*k" for _ in range(_ITEMS)) + "]\n",
    "merge keys": lambda: (
        _CONFIG
        + "m: &m {"
        + ", ".join(f"k{n}: 1" for n in range(100))
        + "}\nx:\n"
        + "".join(f"  y{n}: {{<<: [*m, *m, *m, *m]}}\n" for n in range(_ITEMS // 840))
    ),
    "merge keys in a chain": lambda: (
        "m0: &m0 {"
        + ", ".join(f"k{n}: 1" for n in range(400))
        + "}\n"
        + "".join(f"m{n}: &m{n} {{<<: *m{n - 1}, n{n}: 1}}\n" for n in range(1, 50))
        + _CONFIG
    ),
    "unknown keys": lambda: lines(numbers("k{}: 1")),
    "keys that are nearly known": lambda: lines(numbers("learning_rate{}: 1")),
    "keys of other libraries": lambda: lines(numbers("base_lr{}: 0.1")),
    "keys in Global": lambda: (
        "Global:\n  epoch_num: 20\n" + "".join(f"  epoch_nums{n}: 2\n" for n in range(_KEYS)) + _LR
    ),
    "keys in Optimizer": lambda: (
        _RUN + "Optimizer:\n" + "".join(f"  lr{n}: 1\n" for n in range(_KEYS)) + _LR.partition("\n")[2]
    ),
    "one key again and again": lambda: lines("learning_rate: 0.1" for _ in range(10**6)),
    "long keys": lambda: lines(numbers("{}" + "learning_rate" * 75 + ": 1")),
    "long key": lambda: lines(["k" * _LONG + ": 1"]),
    "long scalar": lambda: lines(["x: " + "v" * _LONG]),
    "long rate": lambda: _RUN + _LR_FLOW + "Cosine, learning_rate: '" + "1" * _LONG + "'}}\n",
    "long name": lambda: _RUN + _LR_FLOW + "" + "C" * _LONG + ", learning_rate: 1}}\n",
    "big int": lambda: lines(["x: " + "9" * _LONG]),
    "big hexadecimal int": lambda: _RUN.replace("20", "0x" + "f" * (_LONG - 100)) + _LR,
    "big sexagesimal int": lambda: lines(["x: 1" + ":59" * 1_000_000]),
    "big binary int": lambda: lines(["x: 0b" + "1" * (_LONG - 100)]),
    "many big ints": lambda: lines(numbers("x{}: 0x" + "f" * 900)),
    "big float": lambda: lines(["x: " + "1_" * 1_900_000 + ".5"]),
    "colliding keys": lambda: lines(f"{number * _COLLIDING}: 1" for number in range(1, 10**6)),
    "colliding float keys": lambda: lines(f"{number * _COLLIDING}.0: 1" for number in range(1, 10**6)),
    "colliding short keys": lambda: lines(f"{-number}: 1" for number in range(1, 10**6)),
    "timestamps as keys": lambda: lines(f"? 2001-01-01 00:00:00.{number}\n    : 1" for number in range(10**6)),
    "a set": lambda: lines(["x: !!set {" + ", ".join(map(str, range(_KEYS))) + "}"]),
    "an ordered map": lambda: lines(["x: !!omap [" + ", ".join(f"{n}: 1" for n in range(_ITEMS // 3)) + "]"]),
    "pairs": lambda: lines(["x: !!pairs [" + ", ".join(f"{n}: 1" for n in range(_ITEMS // 3)) + "]"]),
    "base64": lambda: lines(["x: !!binary " + "A" * _LONG]),
    "many documents": lambda: (_CONFIG + "---\n") * 20_000,
    "many comments": lambda: _CONFIG + "# (8*8c)\n" * 400_000,
    "ignored codes": lambda: _CONFIG + "# ppocr-lr: ignore " + "LR101, " * 500_000 + "\n",
    "comments of cards": lambda: _RUN + _LR.replace("0.001", "0.001 # " + "8 * " * 900_000 + "c"),
    "milestones": lambda: (
        _LONG_RUN
        + _LR_FLOW
        + "MultiStepDecay, learning_rate: 1, gamma: 0.5, milestones: ["
        + ", ".join(map(str, range(1, _ITEMS)))
        + "]}}\n"
    ),
    "boundaries as many as values": lambda: (
        _LONG_RUN
        + _LR_FLOW
        + "Piecewise, decay_epochs: ["
        + ", ".join(map(str, range(1, _ITEMS // 2)))
        + "], values: ["
        + ", ".join(["0.1"] * (_ITEMS // 2 - 1))
        + "]}}\n"
    ),
    "values in strings": lambda: (
        _LONG_RUN
        + _LR_FLOW
        + "Piecewise, decay_epochs: ["
        + ", ".join(map(str, range(1, _ITEMS // 2)))
        + "], values: ["
        + ", ".join(["'1e-1'"] * (_ITEMS // 2))
        + "]}}\n"
    ),
    "knots": lambda: (
        _LONG_RUN
        + _LR_FLOW
        + "PiecewiseLinear, knots: ["
        + ", ".join(f"[{n}, 0.{n % 9 + 1}]" for n in range(_ITEMS // 3))
        + "]}}\n"
    ),
    "stages": lambda: (
        _LONG_RUN + _SEQUENCE + "    - {name: Const, learning_rate: 0.1, epochs: 1}\n" * (_ITEMS // 8) + _TO_THE_END
    ),
    "stages that are wrong": lambda: (
        _LONG_RUN
        + _SEQUENCE
        + "    - {name: Piecewise, decay_epochs: [0.5], values: [0.1], warmup_epochs: 3, epochs: 1}\n" * (_ITEMS // 14)
        + _TO_THE_END
    ),
    "stages with unknown keys": lambda: (
        _LONG_RUN
        + _SEQUENCE
        + (
            "    - {name: Const, learning_rate: 0.1, epochs: 1, "
            + ", ".join(f"learning_rate{n}: 1" for n in range(_KEYS))
            + "}\n"
        )
        * (_ITEMS // 2 // (_KEYS + 4))
        + _TO_THE_END
    ),
    "sections in sections": lambda: (
        _RUN
        + "Optimizer: {lr: "
        + "{name: Scale, factor: 2, base_lr: 1, schedule: " * 50
        + "{name: Cosine, learning_rate: 0.1}"
        + "}" * 50
        + "}\n"
    ),
    "label files": lambda: (
        _RUN.partition("Train")[0]
        + _LR
        + "Train: {dataset: {label_file_list: ["
        + ", ".join(["c.yml"] * _ITEMS)
        + "]}, loader: {batch_size_per_card: 1}}\n"
    ),
    "scales": lambda: _CONFIG.replace(
        "Train: {",
        "Train: {sampler: {name: MultiScaleSampler, fix_bs: false, scales: ["
        + ", ".join(["[32, 64]"] * (_ITEMS // 3))
        + "]}, ",
    ),
    "spaces": lambda: _CONFIG + " " * _LONG,
    "line ends": lambda: _CONFIG + "\n" * _LONG,
    "no YAML": lambda: random.Random(1).randbytes(_LONG),
    "NULs": lambda: bytes(_LONG),
    "quotes": lambda: _CONFIG + "x: '" + "''" * 1_900_000 + "'\n",
    "escapes": lambda: _CONFIG + 'x: "' + "\\x1b" * 900_000 + '"\n',
    "a folded text": lambda: _CONFIG + "x: >\n" + "  a\n\n" * 700_000,
    "tags": lambda: _CONFIG + "".join(f"x{n}: !!str {n}\n" for n in range(_KEYS)),
    "directives": lambda: "".join(f"%TAG !a{n}! tag:a,2000:\n" for n in range(120_000)) + "---\n" + _CONFIG,
}


def _dumped(keys: int) -> Iterator[str]:
    for number in range(keys):
        yield f"[2022/09/29 02:59:03] ppocr INFO: {' ' * 4 * (number % 50)}k{number} : [{number}]\n"


def _of_lines(line: Callable[[int], str], size: int) -> Iterator[bytes]:
    """As many lines as are taken, and then others up to the size."""
    for first in range(0, _LINES - 1000, 1000):
        block = "".join(map(line, range(first, first + 1000))).encode()
        size -= len(block)
        yield block
    for _ in range(size >> 20):
        yield (b"x" * 127 + b"\n") * (1 << 13)


def _logs(size: int) -> dict[str, Callable[[], Iterable[bytes]]]:
    dice = random.Random(1)
    good = _LINE.format(1, 10, 0.001).encode()
    return {
        "a run": lambda: _of_lines(lambda n: _LINE.format(1 + n // 10**6, n + 1, 0.001), size),
        "random rates": lambda: _of_lines(lambda n: _LINE.format(1 + n // 10**6, n + 1, dice.random()), size),
        "random counts": lambda: _of_lines(
            lambda n: _LINE.format(dice.randrange(1, 21), dice.randrange(10**9), 0.001), size
        ),
        "random starts": lambda: _of_lines(
            lambda n: (
                f"train dataloader has {dice.randrange(1, 99)} iters\n" * (n % 400 == 0)
                + _LINE.format(n % 20 + 1, n % 7 + 1, 0.001)
            ),
            size,
        ),
        "too many starts": lambda: _of_lines(
            lambda n: f"train dataloader has {dice.randrange(1, 99)} iters\n" + _LINE.format(1, n % 7 + 1, 0.001), size
        ),
        "counts that begin anew": lambda: _of_lines(lambda n: _LINE.format(1, n % (300) + 1, 0.001), size),
        "counts that fall": lambda: _of_lines(lambda n: _LINE.format(1, 10**6 - n, 0.001), size),
        "counts to and fro": lambda: _of_lines(lambda n: _LINE.format(1, n if n % 2 else 10**6 - n, 0.001), size),
        "two runs at once": lambda: _of_lines(
            lambda n: _LINE.format(1, n // 2 * (n // 2) + n % 2 * 99 * n, 0.001), size
        ),
        "epochs that fall": lambda: _of_lines(lambda n: _LINE.format(n // 7 % 20 + 1, n % 7 + 1, 0.001), size),
        "older lines": lambda: _of_lines(
            lambda n: _LINE.format(1 + n * 20 // _LINES, n, dice.random()).replace("global_step", "iter"), size
        ),
        "a long number": lambda: [good, b"epoch: [1/20], global_step: 11, lr: " + b"1" * 10**6 + b"x\n"] * 20,
        "one line of models": lambda: [good, *(b"INFO: save model in x" * 50_000 for _ in range(size >> 20))],
        "random bytes": lambda: (dice.randbytes(1 << 20) for _ in range(size >> 20)),
        "random bytes behind a line": lambda: [good, *(dice.randbytes(1 << 20) for _ in range(size >> 20))],
        "one line": lambda: (b"x" * (1 << 20) for _ in range(size >> 20)),
        "one line behind a good one": lambda: [good, *(b"x" * (1 << 20) for _ in range(size >> 20))],
        "one line of beginnings": lambda: [good, *(b"epoch: [1/20], " * (1 << 16) for _ in range(size >> 20))],
        "one line of steps": lambda: [
            good,
            *(b"epoch: [1/20], global_step: 1, " * (1 << 15) for _ in range(size >> 20)),
        ],
        "beginnings": lambda: [
            good,
            *(b"epoch: [1/20], global_step: 7, " + b"y" * 60 + b"\n" for _ in range(size // 92)),
        ],
        "spaces": lambda: [good, *(b" " * (1 << 20) for _ in range(size >> 20))],
        "marks of UTF-16": lambda: [good, *(b"\xff\xfe[\0\xfe\xff\0[" * (1 << 17) for _ in range(size >> 20))],
        "NULs": lambda: [good, *(bytes(1 << 20) for _ in range(size >> 20))],
        "line ends": lambda: [good, *(b"\n" * (1 << 20) for _ in range(size >> 20))],
        "NULs alone": lambda: (bytes(1 << 20) for _ in range(size >> 20)),
        "config lines": lambda: [good, *_of_lines(lambda n: f"[2022/09/29 02:59:03] ppocr INFO: k{n} : {n}\n", size)],
        "a config again and again": lambda: [
            good,
            *_of_lines(lambda n: f"[2022/09/29 02:59:03] ppocr INFO: {('Optimizer', 'k : 1', 'x')[n % 3]} : \n", size),
        ],
        "one deep config": lambda: [*(line.encode() for line in _dumped(20_000)), good],
        "nested lists": lambda: [
            *_of_lines(
                lambda n: f"[2022/09/29 02:59:03] ppocr INFO: k{n} : {'[' * 30_000}\n" if n < 400 else "", 10**6
            ),
            good,
        ],
        "long lists": lambda: [
            *(f"[2022/09/29 02:59:03] ppocr INFO: k{n} : [{'1, ' * 20_000}]\n".encode() for n in range(size >> 16)),
            good,
        ],
        "big numbers": lambda: _of_lines(
            lambda n: f"epoch: [999999999/999999999], global_step: {10**15 - 1}, lr: 1e{n % 999}, loss: 1\n", size
        ),
        "gzip": lambda: _gzip(_of_lines(lambda n: _LINE.format(1, n + 1, 0.001), size)),
        "a gzip bomb": lambda: _gzip([good, *(bytes(1 << 20) for _ in range(10 * size >> 20))]),
    }


def _gzip(parts: Iterable[bytes]) -> Iterator[bytes]:
    import zlib

    packer = zlib.compressobj(1, wbits=31)
    yield from (packer.compress(part) for part in parts)
    yield packer.flush()


def _pickled(instructions: bytes, count: int) -> Iterable[bytes]:
    yield b"\x80\x04"
    for _ in range(count >> 10):
        yield instructions * (1 << 10)


CHECKPOINTS: dict[str, Callable[[], Iterable[bytes]]] = {
    "colliding keys": lambda: [
        b"\x80\x04}(",
        *(b"\x8a\x0a" + (number * _COLLIDING).to_bytes(10, "little") + b"K\x01" for number in range(1, 100_000)),
        b"u.",
    ],
    "empty tuples": lambda: _pickled(b")", 1 << 26),
    "growing tuples": lambda: _pickled(b"\x85", 1 << 26),
    "marks": lambda: _pickled(b"(", 1 << 26),
    "dictionaries": lambda: _pickled(b"}", 1 << 26),
    "memo": lambda: _pickled(b"N\x94", 1 << 26),
    "small texts": lambda: _pickled(b"\x8c\x01a", 1 << 26),
    "long texts": lambda: _pickled(b"X\x00\x04\x00\x00" + b"a" * 1024, 1 << 18),
    "many tensors": lambda: [pickle.dumps({f"w_{number}_moment1_0": 0.5 for number in range(300_000)}, 4)],
    "big integers": lambda: _pickled(b"\x8a\xff" + b"\x7f" * 255, 1 << 18),
    "random bytes": lambda: (random.Random(1).randbytes(1 << 20) for _ in range(200)),
    "random instructions": lambda: [
        b"\x80\x04",
        *(bytes(random.Random(n).choices(b"()]}NK\x85\x86\x94.", k=1 << 20)) for n in range(50)),
    ],
}


def main() -> None:
    """Measure the named files, or all."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--megabytes", type=int, default=200, metavar="N", help="size of the logs (200)")
    parser.add_argument("names", nargs="*", metavar="NAME", help="config, log, checkpoint, or a part of a file's name")
    arguments = parser.parse_args()
    kinds = {"config": CONFIGS, "log": _logs(arguments.megabytes << 20), "checkpoint": CHECKPOINTS}
    known = [*(f"{kind} {name}" for kind, contents in kinds.items() for name in contents), "endless"]
    for name in arguments.names:
        if not any(name in each for each in known):
            parser.error(f"no file has {name!r} in its name, the files are {', '.join(known)}")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        small = {"c.yml": _CONFIG.encode(), "train.log": _LINE.format(1, 10, 0.001).encode()}
        small["latest.pdopt"] = pickle.dumps({"LR_Scheduler": {"last_epoch": 10, "last_lr": 0.001}}, 4)
        commands = {
            "config": ("c.yml", ["check", "c.yml"]),
            "log": ("train.log", ["read_log", "train.log"]),
            "checkpoint": ("latest.pdopt", ["resume", "c.yml", "--checkpoint", "latest"]),
        }
        slow = False
        for kind, (file, words) in commands.items():
            for name, content in small.items():
                Path(name).write_bytes(content)
            start = _cost(words)
            for name, make in kinds[kind].items():
                if arguments.names and not any(each in f"{kind} {name}" for each in arguments.names):
                    continue
                _write(Path(file), make())
                slow |= _tell(f"{kind}: {name}", start, _cost(words))
        if not arguments.names or "endless" in arguments.names:
            for name, content in small.items():
                Path(name).write_bytes(content)
            for words in (
                ["check", "/dev/urandom"],
                ["check", "/dev/zero"],
                ["compare-log", "-c", "c.yml", "/dev/urandom"],
                ["compare-log", "-c", "c.yml", "/dev/zero"],
                ["compare-log", "/dev/zero"],
                ["resume", "c.yml", "--checkpoint", "/dev/zero"],
                ["show", "/dev/zero"],
            ):
                slow |= _tell(f"endless: {' '.join(words)}", start, _cost(words))
    sys.exit(int(slow))


def _write(path: Path, content: str | bytes | Iterable[bytes]) -> None:
    with path.open("wb") as file:
        for part in (
            [content.encode()] if isinstance(content, str) else [content] if isinstance(content, bytes) else content
        ):
            file.write(part)


def _cost(words: list[str]) -> tuple[float, float, str]:
    """Processor seconds, MiB, and the last line of output."""
    try:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", _MEASURE, *words],
            capture_output=True,
            text=True,
            timeout=GIVEN_UP_AFTER,
            errors="replace",
            env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])},
        )
    except subprocess.TimeoutExpired:
        return float("inf"), float("inf"), "no answer"
    if done.returncode or not done.stdout.strip():
        return float("inf"), float("inf"), (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1]
    seconds, peak, status, said = done.stdout.rstrip("\n").split("\t", 3)
    return float(seconds), float(peak), f"{status} {said}"


def _tell(name: str, start: tuple[float, float, str], cost: tuple[float, float, str]) -> bool:
    seconds, mib = max(0.0, cost[0] - start[0]), max(0.0, cost[1] - start[1])
    slow = seconds > MOST_SECONDS or mib > MOST_MIB
    print(f"{'!' if slow else ' '} {name:42} {seconds:7.2f} s {mib:8.1f} MiB   {cost[2]}", flush=True)
    return slow


if __name__ == "__main__":
    main()
