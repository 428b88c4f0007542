"""A log against its plan: what follows is never called deviating."""

from __future__ import annotations

import json
import shlex
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.language import speaking
from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.compare import compare_log, plan_logged_run
from ppocr_lr.logs.counts import Length
from ppocr_lr.logs.train_log import read_log
from ppocr_lr.training_config.run_flags import RunFlags
from tests import strategies
from tests.conftest import ROOT, Command
from tests.logs.comparing import EPOCHS, ITERS, LENGTHLESS, SECTIONS, compared, kinds, of_every_name, resumed, times
from tests.train_logs import Trainer, write_config, write_log

REAL = ROOT / "tests" / "data" / "logs"


@st.composite
def logged_runs(draw: st.DrawFn) -> tuple[dict[str, Any], int, int, list[str], int]:
    section, epochs, iters_per_epoch = draw(strategies.planned)
    window = draw(st.sampled_from([1, 2, 5, 20, 50]))
    trainer = Trainer(section, epochs, iters_per_epoch, window, every=draw(st.sampled_from([1, 2, 3, 7, 10, 25])))
    older = draw(st.booleans())
    lines: list[str] = []
    for _ in range(draw(st.integers(0, 2))):
        if trainer.done_epochs < epochs - 1:
            lines += trainer.train(draw(st.integers(1, epochs - trainer.done_epochs - 1)), older=older)
            if draw(st.booleans()):
                trainer.global_step = 0  # what PaddleOCR does
    lines += trainer.train(older=older)
    return section, epochs, iters_per_epoch, lines, window


@given(logged_runs(), st.randoms(use_true_random=False))
def test_a_run_that_follows_is_never_called_deviating(
    tmp_path_factory: pytest.TempPathFactory, run: tuple[dict[str, Any], int, int, list[str], int], random: Any
) -> None:
    section, epochs, iters_per_epoch, lines, window = run
    folder = tmp_path_factory.mktemp("log")
    config = write_config(folder / "c.yml", section, epochs, iters_per_epoch, window)
    if random.random() < 0.5:  # several ranks
        lines = [line for line in lines for _ in range(2)]
    log = write_log(folder / "train.log", iter(lines))
    read = read_log(log)
    comparison = compare_log(plan_logged_run(config, read), read)
    assert comparison.first_difference is None
    assert diagnose(comparison) == []


def test_the_excerpts_of_real_logs_follow_their_configs(tmp_path: Path) -> None:
    for name, section, epochs, iters, window in (
        ("older.log", {"name": "Cosine", "learning_rate": 0.001}, 10, 7, 20),
        ("newer.log", {"name": "Cosine", "learning_rate": 0.001, "warmup_epoch": 5}, 500, 1, 20),
        ("window_of_10.log", {"name": "Linear", "learning_rate": 5e-5, "warmup_epoch": 2}, 200, 19, 10),
    ):
        log = read_log(REAL / name)
        config = write_config(tmp_path / "c.yml", section, epochs, iters, window)
        assert compare_log(plan_logged_run(config, log), log).first_difference is None
        # and not another one
        config = write_config(tmp_path / "c.yml", {**section, "learning_rate": 0.0011}, epochs, iters, window)
        assert compare_log(plan_logged_run(config, log), log).follows.mean() < 0.2


def test_the_window_is_the_configs(tmp_path: Path) -> None:
    log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, window=5).train())
    assert compared(tmp_path, SECTIONS["Cosine"], log, window=5).first_difference is None
    assert compared(tmp_path, SECTIONS["Cosine"], log, window=20).first_difference is not None
    with pytest.raises(
        LRConfigError, match=r"Global.log_smooth_window: 20000 is not allowed; it must be an integer from"
    ):
        compared(tmp_path, SECTIONS["Cosine"], log, window=20000)


@pytest.mark.parametrize("window", [1, 2, 5, 10, 50, 100])
@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle", "CyclicalCosine"])
@pytest.mark.parametrize("cut", [0, 30])
def test_a_window_that_the_config_does_not_tell(
    tmp_path: Path, command: Command, window: int, name: str, cut: int
) -> None:
    write_config(tmp_path / "c.yml", SECTIONS[name], EPOCHS, ITERS)
    command_line = ["compare-log", "-c", "c.yml", "train.log"]
    for factor in (1, 4):
        lines = Trainer(times(SECTIONS[name], factor), EPOCHS, ITERS, window, every=5).train()
        write_log(tmp_path / "train.log", iter(list(lines)[cut:]))
        done = command(*command_line)
        assert (done.returncode, done.stderr) == (int(factor > 1), "")
        said = "each rate as it was used" if window == 1 else f"the median of {window} updates"
        if name == "Piecewise" and (cut or window < 5):
            continue  # a few lines on a ramp, or at jumps, may be all that tell
        if factor == 1:
            assert f"  note     the log shows {said}" in done.stdout
            continue
        assert f"the rate is 4 times as high as the plan's, and the log shows {said}" in done.stdout
        if not cut:
            line = next(line for line in done.stdout.splitlines() if "to plan this run: " in line)
            assert f"Global.log_smooth_window={window}" in line
            done = command(*command_line, *shlex.split(line.split("to plan this run: ")[1]))
            assert (done.returncode, "the run follows the plan" in done.stdout) == (0, True)


@of_every_name
@pytest.mark.parametrize("window", [1500, 4000])
def test_a_wide_window(tmp_path: Path, section: dict[str, Any], window: int) -> None:
    """Not each of its updates is looked at where the curve turns."""
    config = write_config(tmp_path / "c.yml", section, EPOCHS, 500, window)
    for factor in (1.0, 1.02):
        lines = Trainer(times(section, factor), EPOCHS, 500, window=window).train()
        log = read_log(write_log(tmp_path / "train.log", lines))
        comparison = compare_log(plan_logged_run(config, log), log)
        assert comparison.as_planned == (factor == 1)
        if factor != 1:
            assert kinds(diagnose(comparison)[0]) == [["factor"]]


def test_the_length_of_an_epoch_is_the_logs_where_nothing_else_tells_it(tmp_path: Path) -> None:
    log = read_log(write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS).train()))
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    config.write_text(config.read_text(encoding="utf-8").partition("Train:")[0], encoding="utf-8")
    planned = plan_logged_run(config, log)
    assert (planned.run.iters_per_epoch, planned.length.arithmetic) == (50, "50 iterations per epoch, from the log")
    assert compare_log(planned, log).first_difference is None
    assert plan_logged_run(config, log, flags=RunFlags(iters_per_epoch=40)).run.iters_per_epoch == 40
    with speaking("zh"):
        assert plan_logged_run(config, log).length.arithmetic == "每个 epoch 50 次迭代（取自日志）"


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise", "OneCycle", "Const"])
@pytest.mark.parametrize("iters", [7, 23, 50, 333])
@pytest.mark.parametrize("epochs", [1, 2, 12])
def test_the_counts_and_the_rates_tell_the_length(tmp_path: Path, name: str, iters: int, epochs: int) -> None:
    """No flag is needed, also where the log ends within its first epochs and no process said its length."""
    config = tmp_path / "c.yml"
    config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS[name])), encoding="utf-8")
    lines = list(Trainer(SECTIONS[name], EPOCHS, iters).train(epochs, marked=False))[:-1]
    if not (lines := [line for line in lines if "lr:" in line][: -1 if epochs == 1 else None]):
        pytest.skip("the only line was cut off")
    log = read_log(write_log(tmp_path / "train.log", iter(lines)))
    assert log.possible_lengths.allows(iters)
    comparison = compare_log(plan_logged_run(config, log), log)
    assert comparison.first_difference is None
    assert "from the log" in comparison.planned.length.arithmetic
    times_two = [line.replace("lr: 0.000", "lr: 0.100") for line in lines]
    log = read_log(write_log(tmp_path / "wrong.log", iter(times_two)))
    assert compare_log(plan_logged_run(config, log), log).first_difference is not None


def test_a_count_that_leaves_the_epochs_of_its_line_no_length(tmp_path: Path) -> None:
    """All of them would have more iterations than a run can have; those of the config would not."""
    config = tmp_path / "c.yml"
    config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS["Cosine"])), encoding="utf-8")
    counts = (("99999999990", "0.000600"), ("99999999999", "0.000500"))
    lines = (f"epoch: [1/999999], global_step: {count}, lr: {rate}, loss: 1.0" for count, rate in counts)
    log = read_log(write_log(tmp_path / "train.log", lines))
    assert compare_log(plan_logged_run(config, log), log).first_difference == 0


@pytest.mark.parametrize("name", ["Cosine", "Linear", "OneCycle"])
@pytest.mark.parametrize(("iters", "lines"), [(7, 2), (7, 5), (10, 2), (10, 20), (50, 20)])
def test_a_part_of_a_run_that_counts_anew(tmp_path: Path, name: str, iters: int, lines: int) -> None:
    """As people paste it: PaddleOCR's resume counts from 0 again, and the log does not show in which epoch it was."""
    config = tmp_path / "c.yml"
    config.write_text(LENGTHLESS.format(300, json.dumps(SECTIONS[name])), encoding="utf-8")
    trainer = Trainer(SECTIONS[name], 300, iters)
    list(trainer.train(200))
    trainer.global_step = 0
    shown = [line for line in trainer.train(40, marked=False) if "lr:" in line][-lines:]
    log = read_log(write_log(tmp_path / "train.log", iter(shown)))
    comparison = compare_log(plan_logged_run(config, log), log)
    assert comparison.as_planned, comparison.planned.length.arithmetic


@pytest.mark.parametrize("name", ["Cosine", "OneCycle", "CyclicalCosine"])
@pytest.mark.parametrize("every", [1, 2])
def test_a_part_of_two_lines(tmp_path: Path, name: str, every: int) -> None:
    """Of the lengths that fit, one is taken with which both lines are as planned."""
    config = tmp_path / "c.yml"
    config.write_text(LENGTHLESS.format(5, json.dumps(SECTIONS[name])), encoding="utf-8")
    lines = [line for line in Trainer(SECTIONS[name], 5, 50, every=every).train(marked=False) if "lr:" in line]
    for at in range(20, len(lines) - 2, len(lines) // 11):
        log = read_log(write_log(tmp_path / "train.log", iter(lines[at : at + 2])))
        comparison = compare_log(plan_logged_run(config, log), log)
        assert comparison.as_planned, (lines[at], comparison.planned.length.arithmetic)


def test_a_constant_rate_needs_no_length(tmp_path: Path, command: Command) -> None:
    (tmp_path / "c.yml").write_text(LENGTHLESS.format(20, "{learning_rate: 0.001}"), encoding="utf-8")
    write_log(tmp_path / "train.log", iter(["epoch: [1/20], global_step: 40, lr: 0.001000, loss: 1.0"]))
    done = command("compare-log", "-c", "c.yml", "train.log")
    assert (done.returncode, done.stderr) == (0, "")
    assert "its counts allow 40 or more, the verdict is the same for all" in done.stdout


def test_what_the_last_of_two_starts_shows_is_taken_only_where_the_first_allows_it(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(LENGTHLESS.format(20, "{learning_rate: 0.001}"), encoding="utf-8")
    starts = [islice(Trainer({"learning_rate": 0.001}, 20, 100).train(), 3 + lines) for lines in (5, 2)]
    untold = (line for start in starts for line in start if "train dataloader has" not in line)
    log = read_log(write_log(tmp_path / "train.log", untold))
    planned = plan_logged_run(tmp_path / "c.yml", log)
    assert (log.possible_lengths, planned.run.iters_per_epoch) == (Length(50, None, 50), 50)


@pytest.mark.parametrize(
    ("section", "planned", "follows"),
    [
        ({"name": "Cosine", "learning_rate": 0.001}, 100, False),
        ({"name": "Linear", "learning_rate": 0.001}, 60, False),
        ({"name": "Step", "learning_rate": 0.001, "step_size": 40, "gamma": 0.1}, 100, False),
        ({"name": "Step", "learning_rate": 0.001, "step_size": 40, "gamma": 0.1}, 60, True),
        ({"name": "Const", "learning_rate": 0.001}, 100, True),
    ],
)
def test_a_run_that_ends_before_its_plan(
    tmp_path: Path, command: Command, section: dict[str, Any], planned: int, follows: bool
) -> None:
    """`[…/50]` under a plan of 100 epochs, with that plan's rates."""
    write_config(tmp_path / "c.yml", section, planned, 10)
    lines = (line.replace(f"/{planned}]", "/50]") for line in Trainer(section, planned, 10).train(50))
    log = write_log(tmp_path / "train.log", lines)
    done = command("compare-log", "-c", "c.yml", str(log))
    assert done.returncode == int(not follows)
    said = "the run follows the plan" if follows else "the run has another length than the plan"
    assert said in done.stdout
    assert ("it ends after 50 epochs" in done.stdout) is not follows
    value = json.loads(command("compare-log", "-c", "c.yml", str(log), "--format", "json").stdout)["results"][0]
    assert value["follows"] is follows


def test_a_resume_that_shows_in_a_later_line_of_its_epoch(tmp_path: Path) -> None:
    """At a jump the first line of it has the rate that a full window has too."""
    for done in range(2, 18):
        trainer = Trainer(SECTIONS["Step"], EPOCHS, 7, every=5)
        log = write_log(tmp_path / "train.log", trainer.train(done, marked=False), trainer.train(marked=False))
        comparison = compared(tmp_path, SECTIONS["Step"], log, iters_per_epoch=7)
        assert comparison.first_difference is None, done


def test_a_resume_that_the_log_does_not_mark(tmp_path: Path) -> None:
    trainer = Trainer(SECTIONS["Cosine"], EPOCHS, ITERS)
    log = write_log(tmp_path / "train.log", trainer.train(6, marked=False), trainer.train(marked=False))
    assert compared(tmp_path, SECTIONS["Cosine"], log).first_difference is None


@pytest.mark.parametrize("iters", [50, 10])
@pytest.mark.parametrize("marked", [False, True])
def test_a_first_line_in_the_second_epoch_is_no_resume(tmp_path: Path, iters: int, marked: bool) -> None:
    """On Windows, where an epoch is one short and its last line is not written; also in epochs shorter than planned."""
    lines = Trainer(SECTIONS["Linear"], EPOCHS, iters, every=iters, left_out=1).train(marked=marked)
    log = write_log(tmp_path / "train.log", lines)
    comparison = compared(tmp_path, SECTIONS["Linear"], log, iters_per_epoch=iters)
    assert comparison.log.epochs[0] == 2
    assert comparison.first_difference is None


@pytest.mark.parametrize("name", ["Cosine", "Linear", "Piecewise"])
@pytest.mark.parametrize("first", [1, 2])
def test_a_count_that_lacks_an_epoch_is_not_one_on_windows(tmp_path: Path, name: str, first: int) -> None:
    """One resume did not keep it, the next one did: over many epochs it looks like one iteration less in each."""
    trainer = Trainer(SECTIONS[name], EPOCHS, 27, window=1, every=25)
    lines = list(trainer.train(first))
    trainer.global_step = 0
    lines += [*trainer.train(12 - first), *trainer.train()]
    log = write_log(tmp_path / "train.log", iter(lines))
    comparison = compared(tmp_path, SECTIONS[name], log, window=1, iters_per_epoch=27)
    assert (comparison.log.windows, comparison.first_difference) == (False, None)


@pytest.mark.parametrize("lines", [1, 2, 8])
def test_a_resume_of_few_lines_has_the_epochs_of_the_start_before(tmp_path: Path, lines: int) -> None:
    """Its count, which begins anew, would be that of far shorter epochs too."""
    trainer = Trainer(SECTIONS["Cosine"], EPOCHS, 47)
    first = list(trainer.train(2))
    trainer.global_step = 0
    both = (*first, *islice(trainer.train(), 3 + lines))
    log = read_log(write_log(tmp_path / "train.log", (line for line in both if "train dataloader has" not in line)))
    (run,) = log.runs(by_config=False)
    assert run.possible_lengths.exact == 47
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, 47)
    assert compare_log(plan_logged_run(config, run), run).as_planned


@pytest.mark.parametrize(("epochs", "iters", "resumed"), [(300, 9, 232), (20, 50, 6), (40, 21, 39), (100, 2, 50)])
@pytest.mark.parametrize("kept", [False, True])
@pytest.mark.parametrize("told", ["loader", "backslash"])
@pytest.mark.parametrize("flag", [False, True])
def test_a_run_on_windows(
    tmp_path: Path, epochs: int, iters: int, resumed: int, kept: bool, told: str, flag: bool
) -> None:
    trainer = Trainer(SECTIONS["Cosine"], epochs, iters, left_out=1)
    lines = list(trainer.train(resumed))
    trainer.global_step *= kept
    lines += trainer.train()
    others = {"loader": "save model", "backslash": "train dataloader has"}
    log = read_log(write_log(tmp_path / "train.log", (line for line in lines if others[told] not in line)))
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], epochs, iters)
    config.write_text(config.read_text(encoding="utf-8").replace("num_samples", "other"), encoding="utf-8")
    planned = plan_logged_run(config, log, flags=RunFlags(windows=flag))
    comparison = compare_log(planned, log)
    assert (planned.run.iters_per_epoch, planned.built_for.iters_per_epoch) == (iters - 1, iters)
    assert comparison.as_planned


@pytest.mark.parametrize("every", [2, 7])
@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("marked", [False, True])
@pytest.mark.parametrize("told", [False, True])
def test_a_log_that_counts_the_updates_of_accumulated_batches(
    tmp_path: Path, command: Command, every: int, windows: bool, marked: bool, told: bool
) -> None:
    """The data loader counts batches, the lines updates."""
    config = write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    if not told:
        config.write_text(LENGTHLESS.format(EPOCHS, json.dumps(SECTIONS["Cosine"])), encoding="utf-8")
    updates = ITERS // every
    left_out = updates - (ITERS - 1) // every if windows else 0
    lines = Trainer(SECTIONS["Cosine"], EPOCHS, updates, window=1, every=1, left_out=left_out).train(marked=marked)
    write_log(tmp_path / "train.log", (line.replace(f"has {updates} iters", f"has {ITERS} iters") for line in lines))
    flags = ["--accumulate", every, *["--windows"] * windows]
    done = command("compare-log", "-c", "c.yml", "train.log", *flags)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "the log counts batches" not in done.stdout


@pytest.mark.parametrize("factor", [2.0, 0.5])
def test_rates_that_six_decimals_do_not_show(tmp_path: Path, command: Command, factor: float) -> None:
    section = {"name": "Cosine", "learning_rate": 4e-7}
    log = write_log(tmp_path / "train.log", Trainer(times(section, 0.5), EPOCHS, ITERS).train())
    assert compared(tmp_path, section, log).first_difference is None
    assert "so they say little" in command("compare-log", str(log), "-c", "c.yml").stdout


@of_every_name
def test_a_resume_that_a_log_does_not_show_contradicts_nothing(tmp_path: Path, section: dict[str, Any]) -> None:
    """Its window was emptied, so its first lines show other medians."""
    assert resumed(tmp_path, section, over=False, marked=False).matches.all()
