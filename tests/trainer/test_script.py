"""A script under `train` is run as Python runs it: what it sees, what it prints, how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.chinese import not_chinese, numbers
from tests.trainer.conftest import ENVIRONMENT

Run = Callable[..., "subprocess.CompletedProcess[str]"]

SEES = """
import inspect, os, pickle, signal, sys, warnings
print(__name__, __file__, __doc__, __spec__, type(__loader__).__name__, sys.argv, sys.path[0], sorted(set(globals()) - {'__annotations__'}))
print(sys.modules["__main__"].__dict__ is globals(), os.getcwd(), signal.getsignal(signal.SIGTERM))
print(signal.getsignal(signal.SIGINT), sys.flags.dev_mode, "paddle" in sys.modules)
def function(): pass
print(pickle.loads(pickle.dumps(function)) is function, inspect.getsource(function))
warnings.warn("as Python writes it")
"""
SPAWNS = """
import multiprocessing
def double(number):
    return 2 * number
if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(double, [1, 2]))
"""
RAISES = """
def fails():
    raise KeyError("inner")
try:
    fails()
except KeyError as error:
    raise ValueError("outer") from error
"""
AT_EXIT = """
import atexit
name = "still there"
atexit.register(lambda: print(name))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tools").mkdir()
    (tmp_path / "ppocr" / "optimizer").mkdir(parents=True)
    (tmp_path / "ppocr" / "optimizer" / "__init__.py").write_text("# build_lr_scheduler")
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    def run_there(*words: str) -> subprocess.CompletedProcess[str]:
        environment = {**ENVIRONMENT, "PYTHONWARNINGS": ""}
        return subprocess.run(
            [sys.executable, *words], cwd=folder, capture_output=True, text=True, timeout=60, env=environment
        )

    return run_there


@pytest.mark.parametrize(
    "script",
    [
        SEES, SPAWNS, RAISES, AT_EXIT, "x = (", "import sys; sys.exit(3)", "import sys; sys.exit('said')",
        "import os; os._exit(7)", "raise KeyboardInterrupt", "raise SystemExit", "raise BrokenPipeError", "1 / 0",
        "import os, signal; os.kill(os.getpid(), signal.SIGTERM)",
        "from ppocr_lr import LRConfigError\nraise LRConfigError('of the script')",
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", [("-o", "A.b=1", "--", "--no-check")])
def test_it_is_as_without_us(folder: Path, run: Run, script: str, words: tuple[str, ...]) -> None:
    (folder / "tools" / "train.py").write_text(script)
    plain = run("tools/train.py", *words)
    ours = run("-m", "ppocr_lr", "train", "tools/train.py", *words)
    assert (ours.returncode, ours.stderr) == (plain.returncode, plain.stderr)
    told = [line for line in ours.stdout.splitlines() if not line.startswith(("no plan: ", "warning: tools/train.py"))]
    assert told == plain.stdout.splitlines()


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_is_the_scripts(folder: Path) -> None:
    (folder / "tools" / "train.py").write_text(
        "import time\ntry:\n    print('ready', flush=True)\n    time.sleep(60)\nfinally:\n    print('saved', flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-m", "ppocr_lr", "train", "tools/train.py"],
        cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while process.stdout.readline() != "ready\n":
            pass
        process.send_signal(signal.SIGINT)
        rest, errors = process.communicate(timeout=60)
    assert process.returncode == -signal.SIGINT
    assert rest == "saved\n"
    assert errors.endswith("KeyboardInterrupt\n")
    assert "ppocr_lr" not in errors


OPTIMIZER = "def build_lr_scheduler(lr_config, epochs, step_each_epoch): ..."
CALLS = "def build_optimizer(config, epochs, step_each_epoch, model): return build_lr_scheduler(config, epochs, 1)"


@pytest.mark.parametrize(
    ("optimizer", "status", "said"),
    [
        (None, 2, "there is no ppocr/optimizer above it or on Python's path"),
        ("", 2, "there is no build_lr_scheduler in"),
        (OPTIMIZER, 1, "build_optimizer calls no build_lr_scheduler"),
        (f"{OPTIMIZER}\nfrom ppocr.other import build_optimizer", 1, "build_optimizer calls no build_lr_scheduler"),
    ],
)
def test_a_trainer_that_cannot_be_given_a_schedule(
    folder: Path, run: Run, optimizer: str | None, status: int, said: str
) -> None:
    (folder / "tools" / "train.py").write_text(
        f"import sys\nsys.path.insert(0, {str(folder)!r})\nimport ppocr.optimizer\nprint('trained')"
    )
    (folder / "ppocr" / "other.py").write_text("def build_optimizer(): ...")
    file = folder / "ppocr" / "optimizer" / "__init__.py"
    if optimizer is None:
        file.unlink()
    else:
        file.write_text(optimizer)
    done = run("-m", "ppocr_lr", "train", "tools/train.py")
    assert (done.returncode, "trained" in done.stdout) == (status, False)
    assert done.stderr.startswith("error: ")
    assert len(done.stderr.splitlines()) == 1
    assert said in done.stderr
    chinese = run("-m", "ppocr_lr", "train", "--lang", "zh", "tools/train.py")
    assert (chinese.returncode, not_chinese(chinese.stderr)) == (status, [])


CONFIG = """
Global: {epoch_num: 4}
Optimizer: {lr: {name: Const, learning_rate: 0.1, warmup_epochs: 1}}
Train: {dataset: {num_samples: 80}, loader: {batch_size_per_card: 8}}
"""


def test_it_speaks_the_language_while_the_script_runs(folder: Path, run: Run) -> None:
    (folder / "c.yml").write_text(CONFIG)
    (folder / "ppocr" / "optimizer" / "__init__.py").write_text(f"{OPTIMIZER}\n{CALLS.replace('1)', '12)')}\n")
    (folder / "tools" / "train.py").write_text(
        f"import sys\nsys.path.insert(0, {str(folder)!r})\nfrom ppocr.optimizer import build_optimizer\n"
        "build_optimizer({'name': 'Const', 'learning_rate': 0.2}, 4, 12, None)\n"
    )
    words = ("--no-check", "tools/train.py", "-c", "c.yml", "-o", "Global.seed=1", "-o", "Global.seed=2")
    english, chinese = (run("-m", "ppocr_lr", "train", "--lang", language, *words) for language in ("en", "zh"))
    assert "the run is not as planned: the data loader has 12 iterations" in english.stdout
    assert (english.returncode, english.stderr, chinese.returncode, chinese.stderr) == (0, "", 0, "")
    assert not_chinese(chinese.stdout) == []
    assert numbers(chinese.stdout) == numbers(english.stdout)


def test_one_that_asks_for_no_schedule_is_told(folder: Path, run: Run) -> None:
    (folder / "tools" / "train.py").write_text("print('trained')")
    done = run("-m", "ppocr_lr", "train", "tools/train.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1:] == [
        "trained",
        "warning: tools/train.py asked for no schedule, so whatever it trained used none of this plan",
    ]
