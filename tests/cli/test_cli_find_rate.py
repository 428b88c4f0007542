"""`ppocr-lr find-rate --log`: files, exit codes, what is printed."""

from __future__ import annotations

import errno
import gzip
import math
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.logs.test_range_test import COSINE, EPOCHS, ITERS, RAMP, config, lines, valley
from tests.train_logs import Trainer, dumped, write_config, write_log


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return write_log(tmp_path / "train.log", lines(RAMP))


def test_a_log_alone(both: Command, log: Path, tmp_path: Path) -> None:
    done = both("find-rate", "--log", log)
    assert (done.returncode, done.stderr) == (0, "")
    name, test, loss, rate, advice, paste = done.stdout.splitlines()
    assert name == str(log)
    assert re.fullmatch(r"  test     1\d\d updates from rate 1e-6 to [\de.-]+; stopped, the average loss .*", test)
    assert re.fullmatch(r"  loss     30 at first, 1\d(\.\d+)? at its lowest", loss)
    found = re.fullmatch(r"  rate     ([\de.-]+): between .*, a tenth of the rate from which it rises", rate)
    assert found
    assert advice.startswith(f"Try {found[1]}. Rates from ")
    assert paste == f"-o Optimizer.lr.learning_rate={float(found[1])!r}"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["train.log"]  # no file that nobody asked for


def test_beside_a_config_with_a_picture_and_numbers(both: Command, log: Path, tmp_path: Path) -> None:
    own = write_config(tmp_path / "c.yml", {"name": "OneCycle", "max_lr": 2.0}, 20, 100)
    done = both("find-rate", "--log", log, "-c", own, "--out", "r.svg", "--out", "r.csv")
    assert (done.returncode, done.stderr) == (0, "")
    *_, advice, paste, picture, numbers = done.stdout.splitlines()
    assert advice.endswith(f"The 2 of {own} is too high: training diverges.")
    assert paste.startswith("-o Optimizer.lr.max_lr=0.0")
    assert [picture, numbers] == ["picture: r.svg", "written: r.csv"]
    assert (tmp_path / "r.svg").stat().st_size > 5000
    assert (tmp_path / "r.csv").read_text().startswith("test,rate,loss,smoothed\n1,1e-06,")


def test_a_full_disk_does_not_cost_the_report(
    command: Command, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("ppocr_lr.cli.find_rate.write_csv", fails)
    done = command("find-rate", "--log", log, "--out", "r.csv")
    assert (done.returncode, done.stderr) == (2, "error: r.csv: cannot be written: No space left on device\n")
    assert done.stdout.splitlines()[-1].startswith("-o Optimizer.lr.learning_rate=")
    assert not (tmp_path / "r.csv").exists()


def test_a_folder_stands_for_the_log_in_it(command: Command, log: Path) -> None:
    of_file, of_folder = (command("find-rate", "--log", path).stdout.splitlines() for path in (log, log.parent))
    assert of_folder == [str(log.parent), *of_file[1:]]


def test_several_logs_and_one_that_is_packed(both: Command, log: Path, tmp_path: Path) -> None:
    packed = tmp_path / "other.log.gz"
    packed.write_bytes(gzip.compress(log.read_bytes()))
    done = both("find-rate", "--log", log, "--log", packed)
    assert done.returncode == 0
    assert "  test 1   " in done.stdout
    assert "  test 2   " in done.stdout
    assert "2 of 2 tests say" in done.stdout
    assert ": within a factor of 1\n" in done.stdout


@pytest.mark.parametrize(
    ("change", "reason", "drawn"),
    [
        (
            lambda line: re.sub(r"loss: [\d.]+", "loss: nanxxx", line),
            "the loss was nan at rate 1e-6, before any",
            False,
        ),
        (
            lambda line: re.sub(r"loss: [\d.]+", "loss: 3.000000", line),
            "the loss is 3 at every rate",
            True,
        ),
    ],
)
def test_nothing_to_tell(both: Command, tmp_path: Path, change: Any, reason: str, drawn: bool) -> None:
    log = write_log(tmp_path / "train.log", map(change, lines(RAMP)))
    done = both("find-rate", "--log", log, "--out", "r.png", "--out", "r.csv")
    assert (done.returncode, done.stderr) == (1, "")
    assert f"  rate     unclear: {reason}" in done.stdout
    assert (tmp_path / "r.png").exists() == drawn
    assert (tmp_path / "r.csv").exists()


@pytest.mark.parametrize(
    ("section", "loss", "hint"),
    [
        ({"end_lr": 0.1, "updates": 101}, valley, "Optimizer.lr.end_lr=10"),
        ({"start_lr": 0.1, "end_lr": 10}, lambda rate: math.inf if rate > 0.12 else 1.0, "Optimizer.lr.start_lr=0.001"),
        ({}, lambda rate: 1 + math.sin(1e7 * rate) / 10, "Optimizer.lr.updates=423"),
        ({"updates": 1000}, valley, ""),  # the run ends before the test: train on
    ],
)
def test_what_to_change(
    section: dict[str, Any], loss: Callable[[float], float], hint: str, both: Command, tmp_path: Path
) -> None:
    section = {**RAMP, **section}
    trainer = Trainer(section, EPOCHS, ITERS, 1, 1, loss=loss)
    log = write_log(tmp_path / "train.log", dumped(config(section)), trainer.train())
    done = both("find-rate", "--log", log)
    assert done.returncode == 1
    assert "unclear" in done.stdout
    assert [line for line in done.stdout.splitlines() if "hint" in line] == ([f"hint: -o {hint}"] if hint else [])


def test_what_cannot_be_used_writes_nothing(command: Command, log: Path, tmp_path: Path) -> None:
    other = write_log(tmp_path / "other.log", lines(COSINE))
    for words, message in (
        (["--log", log, "--log", other], f"error: {other}: holds no range test"),
        (["--log", log, "-c", tmp_path / "absent.yml"], "absent.yml: cannot be read"),
        (["--log", log, "--out", "absent/r.csv"], "--out absent/r.csv: there is no folder absent"),
    ):
        done = command("find-rate", *words, "--out", "r.csv")
        assert (done.returncode, done.stdout) == (2, "")
        assert message in done.stderr
        assert not (tmp_path / "r.csv").exists()


def test_a_strange_file_name_is_shown_by_its_codes(command: Command, tmp_path: Path) -> None:
    log = write_log(tmp_path / "a\x1b[31m.log", lines(RAMP))
    done = command("find-rate", "--log", log)
    assert "\x1b" not in done.stdout
    assert r"a\x1b[31m.log" in done.stdout
