"""The config that a log holds is the config of the run."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError, LRConfigWarning
from ppocr_lr.logs.simulated import plan_simulated_run
from ppocr_lr.training_config.logged_config import is_log, run_in_log
from ppocr_lr.training_config.plan import plan_run
from ppocr_lr.training_config.run_flags import RunFlags
from tests.conftest import ROOT, Command
from tests.train_logs import dumped, write_log

CONFIGS = sorted((ROOT / "configs").glob("*.yml"))
COSINE: dict[str, Any] = {
    "Global": {"epoch_num": 20, "save_model_dir": "./output", "checkpoints": None, "use_gpu": True},
    "Optimizer": {"name": "Adam", "lr": {"name": "Cosine", "learning_rate": 1e-05, "warmup_epoch": 2}},
    "Train": {"loader": {"batch_size_per_card": 8}, "dataset": {"ratio_list": [1.0, 0.5], "label_file_list": ["a b", "c"]}},
}  # fmt: skip
BEHIND = "[2022/09/29 02:59:04] ppocr INFO: train with paddle 2.3.2 and device Place(gpu:0)"


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_the_config_of_a_log_is_the_config(tmp_path: Path, path: Path) -> None:
    config = yaml.safe_load(path.read_text(encoding="utf-8"))
    log = write_log(tmp_path / "train.log", dumped(config))
    assert run_in_log(log).config["Optimizer"] == config["Optimizer"]
    assert run_in_log(log).config["Global"] == config["Global"]


plain = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False),
    st.lists(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["a", "./b", "./b c"]))),
    st.sampled_from(["./train_data", "1e-3", ".\\data", "a : b", "lr", "{x}", "[x"]),
)  # fmt: skip
names = st.text("abcdefgh_", min_size=1, max_size=6)
sections = st.recursive(
    st.dictionaries(names, plain, min_size=1, max_size=4),
    lambda inside: st.dictionaries(names, inside | plain, min_size=1, max_size=4),
)


@given(sections)
def test_any_values_come_back(tmp_path_factory: pytest.TempPathFactory, section: dict[str, Any]) -> None:
    config = {"Optimizer": section}
    assert run_in_log(write_log(tmp_path_factory.mktemp("log") / "train.log", dumped(config))).config == config


def test_lists_are_read_up_to_a_number_of_characters(tmp_path: Path) -> None:
    lists = {f"k{number:03}": [number] * 10_000 for number in range(100, 120)}
    log = write_log(tmp_path / "train.log", dumped({**COSINE, "Optimizer": {**COSINE["Optimizer"], **lists}}))
    read = run_in_log(log).config["Optimizer"]
    assert read["lr"] == COSINE["Optimizer"]["lr"]
    assert [key for key in lists if key in read] == list(lists)[:10]
    assert read["k109"] == lists["k109"]


def test_a_list_of_mappings(tmp_path: Path) -> None:
    stages = [{"name": "Const", "epochs": 3}, {"name": "Cosine", "learning_rate": 0.1}]
    config = {"Optimizer": {"lr": {"name": "Sequence", "stages": stages}}}
    assert run_in_log(write_log(tmp_path / "train.log", dumped(config))).config == config


@pytest.mark.parametrize(
    "encode", [str.encode, lambda text: gzip.compress(text.encode()), lambda text: text.encode("utf-16")]
)
def test_the_last_whole_config_counts(tmp_path: Path, encode: Callable[[str], bytes]) -> None:
    later = {**COSINE, "Global": {**COSINE["Global"], "epoch_num": 30}}
    stray = "[2022/09/29 02:59:04] ppocr INFO: something : else"
    begun = list(dumped({**COSINE, "Global": {"epoch_num": 7}}))[:3]  # of a process that was stopped there
    lines = [
        "W0929 device_context.cc",
        *dumped(COSINE),
        BEHIND,
        stray,
        BEHIND,
        *begun,
        *dumped(later),
        BEHIND,
        stray,
        BEHIND,
    ]
    (tmp_path / "train.log").write_bytes(encode("\n".join(lines) + "\n"))
    assert is_log(tmp_path / "train.log")
    assert run_in_log(tmp_path / "train.log").config == later


def test_plan_show_check_and_plot_take_a_log(tmp_path: Path, command: Command) -> None:
    log = write_log(tmp_path / "train.log", iter([*dumped(COSINE), BEHIND]))
    planned = plan_run(log, ["Global.epoch_num=4"], assumed_iters=10)
    assert (planned.source, planned.run.epochs, planned.name) == (str(log), 4, "Cosine")
    for name in ("show", "check", "plot"):
        done = command(name, str(log), "--iters-per-epoch", "10")
        assert (done.returncode, done.stdout.startswith(f"{log}: Cosine\n") or name == "check") == (0, True)


SAYS = "[2022/09/29 02:59:21] ppocr INFO: train dataloader has {} iters"
OTHER = {**COSINE, "Train": {**COSINE["Train"], "loader": {"batch_size_per_card": 4}}}


@pytest.mark.parametrize(
    ("lines", "iters"),
    [
        ([*dumped(COSINE), BEHIND, SAYS.format(7)], 7),
        ([*dumped(COSINE), SAYS.format(7)], 7),
        ([*dumped(COSINE), SAYS.format(7), BEHIND, SAYS.format(9)], 9),  # a resume that printed no config
        ([*dumped(OTHER), SAYS.format(7), *dumped(COSINE), SAYS.format(9)], 9),
        ([*dumped(OTHER), SAYS.format(7), *dumped(COSINE), BEHIND], None),  # of other data
        ([*dumped(OTHER), SAYS.format(7), *dumped(COSINE)], None),
        ([*dumped(COSINE), SAYS.format(0)], None),
        ([*dumped(COSINE), SAYS.format(7).replace("train", "valid")], None),
    ],
)
def test_the_data_loader_of_the_log_says_how_long_an_epoch_is(
    tmp_path: Path, command: Command, lines: list[str], iters: int | None
) -> None:
    log = write_log(tmp_path / "train.log", iter(lines))
    if iters is None:
        with pytest.raises(LRConfigError, match="the length of an epoch is not known"):
            plan_run(log)
        assert "LR201" in command("check", str(log)).stdout
        return
    assert plan_run(log).length[:2] == (iters, f"{iters} iterations per epoch, from the log")
    assert f"\n{iters} iterations per epoch, from the log\n" in command("show", str(log)).stdout
    assert "LR201" not in command("check", str(log)).stdout


def test_what_is_given_comes_before_what_the_log_says(tmp_path: Path) -> None:
    log = write_log(tmp_path / "train.log", iter([*dumped(COSINE), SAYS.format(70)]))
    (tmp_path / "a b").write_text("x\n" * 16)
    assert plan_run(log, flags=RunFlags(iters_per_epoch=5)).run.iters_per_epoch == 5
    assert plan_run(log, flags=RunFlags(num_samples=24)).run.iters_per_epoch == 3
    assert plan_run(log, flags=RunFlags(accumulate=4)).run.iters_per_epoch == 17
    assert plan_run(log, flags=RunFlags(windows=True)).run.iters_per_epoch == 69
    for overrides, flags in (((), RunFlags(batch_size=2)), (["Train.loader.batch_size_per_card=2"], RunFlags())):
        with pytest.raises(LRConfigError, match="the length of an epoch is not known"):
            plan_run(log, overrides, flags)
    (tmp_path / "c").write_text("x\n" * 16)
    assert plan_run(log).run.iters_per_epoch == 3  # the label files


def test_the_log_is_surer_than_an_estimate(tmp_path: Path) -> None:
    sampler = {"name": "MultiScaleSampler", "scales": [[320, 32]], "first_bs": 8}
    config = {**COSINE, "Train": {"dataset": {"num_samples": 800}, "sampler": sampler}}
    log = write_log(tmp_path / "train.log", iter([*dumped(config), SAYS.format(77)]))
    assert plan_run(log).length[:3] == (77, "77 iterations per epoch, from the log", False)
    assert plan_run(log, flags=RunFlags(num_samples=800)).length.estimate


def test_metrics_are_simulated_with_what_the_log_of_the_config_says(tmp_path: Path) -> None:
    plateau = {"lr": {"name": "ReduceOnPlateau", "learning_rate": 0.1}}
    log = write_log(tmp_path / "train.log", iter([*dumped({**COSINE, "Optimizer": plateau}), SAYS.format(7)]))
    (tmp_path / "metrics.txt").write_text("0.5\n0.6\n")
    assert plan_simulated_run(log, tmp_path / "metrics.txt").run.iters_per_epoch == 7


@pytest.mark.parametrize("damage", [lambda data: data[:-400], lambda data: data[:-4], lambda data: data + b"no archive",
                                    lambda data: data[:-400] + b"\0" * 99 + data[-400:]])  # fmt: skip
def test_a_torn_archive(tmp_path: Path, command: Command, damage: Callable[[bytes], bytes]) -> None:
    """What is behind the config that was found may be the one of a resume."""
    log = tmp_path / "train.log.gz"
    lines = [*dumped(COSINE), *(f"{BEHIND} {number * 7919 % 10007}" for number in range(999))]
    log.write_bytes(damage(gzip.compress("\n".join(lines).encode())))
    for words in (("check",), ("check", "--format", "json"), ("show",), ("plot",), ("diff", str(log))):
        with pytest.warns(LRConfigWarning, match="is a truncated archive; a later config in it could not be unpacked"):
            assert command(*words, str(log), "--iters-per-epoch", "10").returncode == 0
    log.write_bytes(log.read_bytes()[:40])
    done = command("check", str(log))
    assert (done.returncode, "usage:" in done.stderr) == (2, False)


@pytest.mark.parametrize("lines", [[BEHIND], [*dumped({"Global": {"epoch_num": 3}}), BEHIND]])
def test_a_log_without_a_config(tmp_path: Path, command: Command, lines: list[str]) -> None:
    log = write_log(tmp_path / "train.log", iter(lines))
    with pytest.raises(LRConfigError, match="is a log without a config"):
        plan_run(log)
    done = command("show", str(log))
    assert (done.returncode, "is a log without a config" in done.stderr) == (2, True)


@pytest.mark.parametrize("lines", [[], ["Global: {epoch_num: 3}"], ["# [2022/09/29 02:59:04] ppocr INFO: not mine"]])
def test_what_is_no_log(tmp_path: Path, lines: list[str]) -> None:
    assert not is_log(write_log(tmp_path / "c.yml", iter(lines)))
    assert not is_log(tmp_path)
    with open(tmp_path / "hole.log", "wb") as file:  # as a disk that was full leaves one, of any length
        file.seek(1 << 25)
        file.write(f"\n{SAYS.format(7)}\n".encode())
    assert not is_log(tmp_path / "hole.log")
