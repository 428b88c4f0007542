"""PaddleOCR's own reading of a section: what it swallows, what it stops at, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from ppocr_lr import LRConfigError, LRConfigWarning, Run, build_schedule
from ppocr_lr.lr_config import parse_lr_config
from ppocr_lr.lr_config.in_paddleocr import paddleocr_schedule, parse_as_paddleocr
from tests.chinese import is_refused_in_chinese

RUN = Run(20, 100)
COSINE = {"name": "Cosine", "learning_rate": 0.001}
POWER = {"name": "DecayLearningRate", "learning_rate": 0.001}

ENDS: list[tuple[dict[str, Any], tuple[str, ...]]] = [
    # a section with another library's word for the rate at the end; what the warning says
    ({**COSINE, "eta_min": 1e-5}, ("eta_min", "ends at 6.17e-10", "end_lr: 1.0e-05, a key of this project", "at 1e-5")),
    ({**COSINE, "min_lr": "1e-5"}, ("min_lr", "ends at 6.17e-10", "end_lr: 1.0e-05, a key of this project", "at 1e-5")),
    ({**COSINE, "lr_end": 5e-4, "hold_epochs": 5}, ("lr_end", "end_lr: 0.0005", "at 5.74e-4")),
    ({"name": "CyclicalCosine", "learning_rate": 0.001, "cycle": 5, "eta_min": 1e-5}, ("eta_min", "end_lr: 1.0e-05")),
    ({"name": "TwoStepCosine", "learning_rate": 0.001, "first_epochs": 5, "eta_min": 1e-5}, ("end_lr: 1.0e-05", "at 1e-5")),
    ({"name": "LinearWarmupCosine", "learning_rate": 0.001, "warmup_steps": 5, "eta_min": 1e-5},
     ("ends at 3.22e-8; with min_lr: 1.0e-05 it would end at 1e-5",)),
    ({"name": "Linear", "learning_rate": 0.001, "min_lr": 1e-5}, ("ends at 5e-7; with end_lr: 1.0e-05 it would end at 1.05e-5",)),
    ({**POWER, "end_lr": 1e-5}, ("end_lr: 1e-05 has no effect", "ends at 1.07e-6; with min_lr: 1.0e-05, a key of this")),
    ({**POWER, "eta_min": 1e-5}, ("eta_min", "ends at 1.07e-6; with min_lr: 1.0e-05, a key of this")),
]  # fmt: skip


@pytest.mark.parametrize(("section", "parts"), ENDS, ids=lambda value: str(value)[:80])
def test_another_librarys_word_for_the_end_is_swallowed_with_both_ends(
    section: dict[str, Any], parts: tuple[str, ...]
) -> None:
    with pytest.warns(LRConfigWarning) as caught:
        build_schedule(section, 20, 100)
    (message,) = [str(warning.message) for warning in caught]
    assert all(part in message for part in parts), message


@pytest.mark.parametrize(
    "section", [{**COSINE, "eta_min": 0}, {**POWER, "end_lr": 0}, {**COSINE, "end_lr": 0}], ids=str
)
def test_what_happens_anyway_is_not_told(section: dict[str, Any]) -> None:
    assert parse_lr_config(section, RUN).remarks == ()


def test_strict_refuses_it_all_the_same() -> None:
    with pytest.raises(LRConfigError, match="eta_min"):
        build_schedule({**COSINE, "eta_min": 0}, 20, 100, strict=True)


OPT_IN: list[tuple[dict[str, Any], dict[str, Any]]] = [
    # a section with keys of this project, and what PaddleOCR reads of it
    ({**COSINE, "end_lr": 1e-5}, COSINE),
    ({**COSINE, "warmup_ratio": 0.1, "hold_epochs": 2, "decay_within_run": True, "cooldown_epochs": 1}, COSINE),
    ({**COSINE, "warmup_epoch": 2, "warmup_mode": "cosine"}, {**COSINE, "warmup_epoch": 2}),
    ({**COSINE, "warmup_epoch": 2, "end_lr": "not even a number"}, {**COSINE, "warmup_epoch": 2}),
    ({**POWER, "min_lr": 1e-5, "warmup_iters": 50}, POWER),
    ({"name": "OneCycle", "max_lr": 0.01, "pct_start": 0.5, "div_factor": 10}, {"name": "OneCycle", "max_lr": 0.01}),
    ({"learning_rate": 0.01, "warmup_iters": 50}, {"learning_rate": 0.01}),
]


@pytest.mark.parametrize(("section", "read"), OPT_IN, ids=lambda value: str(value)[:80])
def test_keys_of_this_project_are_swallowed_with_a_remark(section: dict[str, Any], read: dict[str, Any]) -> None:
    parsed = parse_as_paddleocr(section, RUN)
    assert parsed.schedule == build_schedule(read, 20, 100)
    told = {remark.key for remark in parsed.remarks if "PaddleOCR ignores it" in remark.message}
    assert told == {key for key in section if key not in read}


@pytest.mark.parametrize(
    ("section", "differs"),
    [
        ({**COSINE, "end_lr": 1e-5}, True),
        ({**COSINE, "end_lr": 0, "hold_epochs": 0}, False),
        ({**COSINE, "warmup_mode": "cosine"}, False),  # there is no warmup to shape
        (COSINE, False),
        ({"name": "WSD", "learning_rate": 0.1, "decay_epochs": 5, "end_lr": 0.01}, False),  # PaddleOCR trains nothing
        ({**COSINE, "warmup_epoch": "50it", "end_lr": 1e-5}, False),  # nor here
    ],
    ids=str,
)
def test_paddleocrs_own_curve_where_it_is_another_one(section: dict[str, Any], differs: bool) -> None:
    parsed = parse_lr_config(section, RUN)
    other = paddleocr_schedule(section, parsed, RUN)
    assert (other is not None) == differs
    assert other != parsed.schedule


STOPS: list[tuple[dict[str, Any], str]] = [
    ({"name": "WSD", "learning_rate": 0.1}, "name: 'WSD' is not a schedule of PaddleOCR, .* the nearest that it has: Piecewise"),
    # a name that it has is meant, if any
    ({"name": "PolyLR", "learning_rate": 0.1}, r"name: 'PolyLR' is not a schedule; did you mean Linear \(with power\)[?] the"),
    ({"name": "SGDR", "learning_rate": 0.1}, "name: 'SGDR' is not a schedule; the schedules are Const, Cosine, CyclicalCosine,"),
    ({"name": "Trapezoids", "learning_rate": 0.1}, "name: 'Trapezoids' is not a schedule; the schedules are Const, Cosine,"),
    ({"name": "cosine", "learning_rate": 0.1}, "name: 'cosine' is not a schedule; did you mean Cosine"),
    ({**COSINE, "warmup_epoch": "50it"}, "warmup_epoch: PaddleOCR does not know 50it and stops"),
    ({**COSINE, "warmup_epoch": "10%"}, "warmup_epoch: PaddleOCR does not know 10% and stops"),
    ({"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [5, "716it"], "gamma": 0.1}, "milestones: PaddleOCR does not know 716it"),
    ({"name": "Step", "learning_rate": 0.1, "step_size": "5%", "gamma": 0.1}, "step_size: PaddleOCR does not know 5% and stops"),
    ({**COSINE, "learning_rate": "1e-3"}, "learning_rate: '1e-3' is a string"),
    ({"name": "Piecewise", "decay_epochs": [5], "values": ["1e-3", 0.1]}, "values.0: '1e-3' is a string"),
    ({"name": "Piecewise", "decay_epochs": [5, 10], "values": [0.1, 0.01]}, "values: 2 values for 2 decay_epochs"),
    ({"name": "Step", "learning_rate": 0.1, "step_size": 2.5, "gamma": 0.1}, "step_size: 2.5 epochs"),
    ({"name": "Step", "learning_rate": 0.1, "step_size": 2.0, "gamma": 0.1}, "step_size: PaddleOCR hands 2.0 to Paddle"),
    ({"learning_rate": 1, "warmup_iters": 20}, "learning_rate: PaddleOCR hands 1 to Paddle"),
    ({"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 5, "last_epoch": 9}, "last_epoch: PaddleOCR stops there"),
    *(
        ({**section, "learning_rate": 0.1, "last_epoch": 499}, "last_epoch: PaddleOCR starts a cosine without warmup from a wrong rate")
        for section in ({"name": "Cosine"}, {"name": "TwoStepCosine"}, {"name": "LinearWarmupCosine", "warmup_steps": 0})
    ),
    ({"name": "OneCycle", "learning_rate": 0.1}, "max_lr: is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "message"), STOPS, ids=lambda value: str(value)[:80])
def test_what_stops_paddleocr_is_an_error(section: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError, match=rf"^Optimizer\.lr\.{message}"):
        parse_as_paddleocr(section, RUN)
    is_refused_in_chinese(lambda: parse_as_paddleocr(section, RUN))


@pytest.mark.parametrize(
    "section",
    [
        {"name": "LinearWarmupCosine", "learning_rate": "1e-3", "warmup_steps": 5},  # it converts these itself
        {**COSINE, "warmup_epoch": 2, "last_epoch": 499},
        {**COSINE, "last_epoch": -1},
        {"name": "Linear", "learning_rate": 0.1, "last_epoch": 499},
        {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [5], "gamma": 0.1, "last_epoch": 9},
    ],
    ids=str,
)
def test_what_does_not_stop_it_is_none(section: dict[str, Any]) -> None:
    assert parse_as_paddleocr(section, RUN).schedule == parse_lr_config(section, RUN).schedule
