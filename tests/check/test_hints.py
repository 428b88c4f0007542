"""A hint that is pasted is taken, and makes the finding go away."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.check.proposals import kind_of
from ppocr_lr.finding import Severity
from ppocr_lr.training_config.run_flags import RunFlags
from tests.check.test_report import (
    CASES,
    CONST,
    COSINE,
    CYCLE,
    KNOWN,
    LWC,
    MULTI,
    NOAM,
    PIECEWISE,
    POLYNOMIAL,
    RAMP,
    TWO,
    WSD,
    config,
    findings,
    sequence,
)


@pytest.mark.parametrize(
    ("code", "lr", "epochs"),
    [
        ("LR402", {**PIECEWISE, "decay_epochs": [15, 30]}, 20),
        ("LR402", {"name": "Piecewise", "decay_epochs": [1, 2, 500], "values": [1, 0.1, 0.01, 0.001]}, 40),
        ("LR402", {**PIECEWISE, "decay_epochs": [1.5, 2.5]}, 2),
        ("LR402", {**MULTI, "milestones": [5, 15, 500], "warmup_epoch": 0.1}, 40),
        ("LR402", {**MULTI, "milestones": [700, 800]}, 500),
        ("LR401", {**COSINE, "warmup_epoch": 5}, 20),
        ("LR401", {"name": "Linear", "learning_rate": 0.1, "warmup_epoch": 30}, 100),
        ("LR401", {**COSINE, "warmup_epoch": "1200it"}, 20),
        ("LR401", {**COSINE, "warmup_iters": 800}, 20),
        ("LR401", {**COSINE, "warmup_ratio": 0.4}, 20),
        ("LR401", {**COSINE, "hold_epochs": 8}, 20),
        ("LR401", {"name": "KDecay", "learning_rate": 0.1, "k": 2, "warmup_epoch": 8}, 20),
        ("LR401", {"name": "REX", "learning_rate": 0.1, "warmup_epoch": 3}, 20),
        ("LR401", {**POLYNOMIAL, "decay_length": 40}, 20),
        ("LR301", {**COSINE, "warmup_epoch": 30}, 20),
        ("LR301", {**COSINE, "warmup_ratio": 1}, 20),
        ("LR301", {**COSINE, "warmup_iters": 5000}, 20),
        ("LR301", {**NOAM, "warmup_iters": 4000}, 20),
        ("LR303", {**WSD, "warmup_epoch": 2}, 20),
        ("LR303", {**LWC, "start_lr": 0}, 20),
        ("LR406", TWO, 300),
        ("LR409", {"name": "InverseSqrt", "learning_rate": 0.1, "warmup_epoch": 6}, 20),
        ("LR505", {**COSINE, "warmup_epoch": "150it"}, 20),
        ("LR603", {**NOAM, "learning_rate": 0.001}, 20),
        ("LR301", {"name": "Noam", "d_model": 512, "warmup_steps": 4000}, 20),
        ("LR406", {**TWO, "warmup_epoch": 5}, 20),
        ("LR405", {**CYCLE, "cycle": 8}, 20),
        ("LR405", {**CYCLE, "cycle": 11, "warmup_epoch": 3}, 40),
        ("LR501", {**PIECEWISE, "values": [0.1, 0.01]}, 20),
        ("LR501", {**PIECEWISE, "decay_epochs": [700, 800], "values": [0.001, 0.0001]}, 500),
        ("LR404", {**COSINE, "last_epoch": 2500}, 20),
    ],
)
def test_pasted_hints_help(code: str, lr: dict[str, Any], epochs: int, tmp_path: Path) -> None:
    (found,) = (finding for finding in findings(tmp_path, config(lr, epochs)) if finding.code == code)
    pasted = re.match(r'-o ("[^"]*"|\S+)', found.hint)
    assert pasted, found.hint
    (override,) = shlex.split(pasted[1])
    again = {finding.code for finding in findings(tmp_path, config(lr, epochs), KNOWN, overrides=[override])}
    assert not again & {code, "LR100", "LR302"}


TWO_LATE = config({**PIECEWISE, "decay_epochs": [700, 800], "values": [0.1, 0.01]})  # LR402 and LR501


@pytest.mark.parametrize("content", [TWO_LATE, *(each for _, each, *_ in CASES if isinstance(each, dict))])
def test_hints_of_two_findings_can_be_pasted_together(content: dict[str, Any], tmp_path: Path) -> None:
    try:
        before = findings(tmp_path, content)
    except LRConfigError:
        return
    pasted = [override for finding in before for one in finding.proposals[:1] for override in one.overrides]
    after = findings(tmp_path, content, overrides=pasted)
    known = {kind_of(finding) for finding in before}
    assert not [each for each in after if each.severity is Severity.ERROR and kind_of(each) not in known]


@pytest.mark.parametrize("iters", [2, 3, 10, 100])
@pytest.mark.parametrize("section", [
    {**MULTI, "milestones": [10, 19.95]},
    {**MULTI, "milestones": [4, 19], "warmup_epoch": 1},
    {**MULTI, "milestones": [15, 30], "warmup_epoch": 3, "decay_within_run": True},
    {**PIECEWISE, "decay_epochs": [15, 30]},
], ids=str)  # fmt: skip
def test_a_milestone_that_a_hint_names_comes_on_windows(section: dict[str, Any], iters: int, tmp_path: Path) -> None:
    flags = RunFlags(iters_per_epoch=iters, windows=True)
    (hint,) = (found.hint for found in findings(tmp_path, config(section), flags) if found.code == "LR402")
    again = findings(tmp_path, config(section), flags, overrides=shlex.split(hint)[1:])
    assert not {finding.code for finding in again} & {"LR402", "LR302", "LR100"}


def test_a_hint_of_windows_is_in_the_epochs_that_paddleocr_counts(tmp_path: Path) -> None:
    flags = RunFlags(iters_per_epoch=100, windows=True)
    section = config({**COSINE, "warmup_epoch": "150it", "warmup_start_factor": 0.1})
    hints = {finding.key: finding.hint for finding in findings(tmp_path, section, flags) if finding.code == "LR505"}
    assert hints["Optimizer.lr.warmup_epoch"] == "-o Optimizer.lr.warmup_epoch=1.5"


@pytest.mark.parametrize("section", [
    sequence({**CONST, "epochs": 5}, CYCLE),
    sequence(CONST, TWO),
    {**WSD, "warmup_epoch": 0.005, "decay_length": "1it"},
    {"name": "REX", "learning_rate": 0.1, "hold_epochs": 19.98, "decay_within_run": True},
], ids=str)  # fmt: skip
def test_no_hint_names_a_key_that_the_section_does_not_take(section: Any, tmp_path: Path) -> None:
    for finding in findings(tmp_path, config(section)):
        for pasted in re.findall(r'-o ("[^"]*"|[^\s;]+)', finding.hint):
            again = findings(tmp_path, config(section), overrides=shlex.split(pasted))
            assert not {(f.code, f.key) for f in again} & {("LR100", "Optimizer.lr"), (finding.code, finding.key)}


def test_there_is_no_hint_where_nothing_fits(tmp_path: Path) -> None:
    section = {**MULTI, "milestones": [11, 22, 37, 39], "warmup_epoch": 5}
    assert [f.hint for f in findings(tmp_path, config(section, 1)) if f.code == "LR402"] == [""]


def hints(tmp_path: Path, lr: Any, flags: RunFlags = KNOWN, epochs: int = 20, **more: Any) -> dict[str, str]:
    return {finding.code: finding.hint for finding in findings(tmp_path, config(lr, epochs, **more), flags)}


def test_only_a_name_of_paddleocr_can_ignore_a_key(tmp_path: Path) -> None:
    for name, ignored in (("Cosine", True), ("REX", False)):
        hint = hints(tmp_path, {"name": name, "learning_rate": 0.1, "warmup_epoch": 8})["LR401"]
        assert "decay_within_run=true shortens it" in hint
        assert ("PaddleOCR ignores" in hint) is ignored


@pytest.mark.parametrize(
    ("code", "lr", "flags", "hint"),
    [
        # it would bring LR505, as PaddleOCR ignores the key, for a note that is harmless
        ("LR303", {**COSINE, "warmup_epoch": 2}, KNOWN, ""),
        ("LR303", {**COSINE, "warmup_epoch": 2}, RunFlags(iters_per_epoch=100, trainer="paddleocr"), ""),
        # PaddleOCR's own trainer has no such key
        ("LR401", {**COSINE, "warmup_epoch": 5}, RunFlags(iters_per_epoch=100, trainer="paddleocr"),
         "-o Optimizer.lr.warmup_epoch=1 lets it end lower"),
        # a flag says how long the run is, whatever the key does
        ("LR404", {**COSINE, "last_epoch": 2500}, RunFlags(iters_per_epoch=100, epochs=20), ""),
        ("LR307", {**RAMP, "updates": 2050}, KNOWN, "-o Global.epoch_num=21"),
        ("LR307", {**RAMP, "updates": 2050}, RunFlags(iters_per_epoch=100, epochs=20), ""),
        # Step has no end either; WSD would bring LR101, as it has no gamma
        ("LR409", {"name": "InverseTime", "learning_rate": 0.1, "gamma": 0.01}, KNOWN,
         "name: WSD ends at 0; so does a Sequence with a last stage of name: Linear"),
        # Cosine has no first_epochs
        ("LR406", {**TWO, "first_epochs": 10}, KNOWN, "-o Optimizer.lr.first_epochs=20 (PaddleOCR ignores that key)"),
        # a scaled rate that is far too large for the optimizer
        ("LR602", {**COSINE, "learning_rate": 3.0}, RunFlags(iters_per_epoch=100, gpus=4, batch_size=8), ""),
        ("LR602", COSINE, RunFlags(iters_per_epoch=100, gpus=4, batch_size=8),
         "if it was meant for one, the linear rule: -o Optimizer.lr.learning_rate=0.4"),
        # a slip that hides a value which does not fit the run: it is said, and not written
        ("LR101", {**COSINE, "warmup_epochs": 5}, KNOWN, "rename it to warmup_epoch, which brings up LR401"),
        ("LR101", {**COSINE, "warmup_epochs": 50}, KNOWN, "rename it to warmup_epoch, which brings up LR301"),
        ("LR101", {**COSINE, "warmup_epochs": 1}, KNOWN, "rename it to warmup_epoch"),
        # a round number, not 22 / 150
        ("LR401", {**COSINE, "warmup_epoch": 2}, RunFlags(iters_per_epoch=150, epochs=3),
         "-o Optimizer.lr.warmup_epoch=0.15 lets it end lower; or -o Optimizer.lr.decay_within_run=true shortens it "
         "(PaddleOCR ignores that key)"),
        # two findings, two keys: each has its own
        ("LR501", {**PIECEWISE, "decay_epochs": [700, 800], "values": [0.1, 0.01]}, KNOWN,
         '-o "Optimizer.lr.values=[0.1, 0.01, 0.01]" makes the same curve'),
        ("LR402", {**PIECEWISE, "decay_epochs": [700, 800], "values": [0.1, 0.01]}, KNOWN,
         '-o "Optimizer.lr.decay_epochs=[16, 18]"'),
        # a last boundary that never comes is not worth a value
        ("LR501", {**PIECEWISE, "decay_epochs": [17, 20], "values": [0.1, 0.01]}, KNOWN,
         '-o "Optimizer.lr.decay_epochs=[17]" makes the same curve'),
        ("LR501", {**PIECEWISE, "decay_epochs": [14, "90%"], "values": [0.1, 0.01], "warmup_epoch": 2}, KNOWN,
         '-o "Optimizer.lr.decay_epochs=[14]" makes the same curve'),
        ("LR501", {**PIECEWISE, "decay_epochs": [14, 18], "values": [0.1, 0.01], "warmup_epoch": 2,
                   "decay_within_run": True}, KNOWN, '-o "Optimizer.lr.values=[0.1, 0.01, 0.01]" makes the same curve'),
        ("LR501", {**PIECEWISE, "values": [1.0, 0.1]}, KNOWN,
         '-o "Optimizer.lr.values=[1.0, 0.1, 0.1]" makes the same curve'),
        ("LR501", {**PIECEWISE, "values": [0.1, 0.01]}, KNOWN,
         '-o "Optimizer.lr.values=[0.1, 0.01, 0.01]" makes the same curve'),
        ("LR501", {**PIECEWISE, "decay_epochs": [10], "values": [0.1]}, KNOWN,
         '-o "Optimizer.lr.values=[0.1, 0.1]" makes the same curve'),
    ],
)  # fmt: skip
def test_what_does_not_help_is_not_proposed(code: str, lr: Any, flags: RunFlags, hint: str, tmp_path: Path) -> None:
    assert hints(tmp_path, lr, flags)[code] == hint


@pytest.mark.parametrize(
    ("train", "flags", "hint"),
    [
        ({}, RunFlags(), "give iters_per_epoch N"),
        ({}, RunFlags(batch_size=4), "give iters_per_epoch N, or num_samples N with gpus G"),
        ({"loader": {"batch_size_per_card": 4}}, RunFlags(), "give iters_per_epoch N, or num_samples N with gpus G"),
    ],
)  # fmt: skip
def test_what_tells_the_length_of_an_epoch(train: Any, flags: RunFlags, hint: str, tmp_path: Path) -> None:
    assert hints(tmp_path, COSINE, flags, Train=train)["LR201"] == hint


def test_a_key_that_does_not_take_the_value_is_not_proposed(tmp_path: Path) -> None:
    for value, code, said in (
        (20, "LR108", "nothing reads it; did you mean epoch_num?"),
        ("many", "LR108", "nothing reads it"),
    ):
        content = {**config(CONST), "Global": {"epoch_num": 20, "epochs": value}}
        assert {finding.code: finding.message for finding in findings(tmp_path, content)}[code] == said
    for value, hint in ((0.1, "write it as Optimizer.lr.learning_rate"), ("big", "")):
        content = config(CONST)
        content["Optimizer"]["base_lr"] = value
        assert {finding.code: finding.hint for finding in findings(tmp_path, content)}["LR105"] == hint


@pytest.mark.parametrize(("name", "near"), [("Const", "L2"), ("Cosine", "CosineL2")])
def test_the_regularizer_of_paddleocr_that_is_nearest(name: str, near: str, tmp_path: Path) -> None:
    content = config(COSINE)
    content["Optimizer"]["regularizer"] = {"name": name, "factor": 0.0}
    (hint,) = (finding.hint for finding in findings(tmp_path, content) if finding.code == "LR509")
    assert hint == f"the nearest that PaddleOCR has: {near}"


def test_hints_for_those_who_train_with_this_projects_builder(tmp_path: Path) -> None:
    content = config({**TWO, "first_epochs": 10})
    for flags, said in ((KNOWN, True), (KNOWN._replace(trainer="ppocr-lr"), False)):
        found = findings(tmp_path, content, flags)
        assert any("PaddleOCR ignores" in finding.hint + finding.message for finding in found) is said
        assert any("first_epochs=20" in finding.hint for finding in found)
