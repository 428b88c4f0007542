"""Lengths: epochs, iterations or a share of the run, with one way of rounding."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.lr_config import Run, parse_lr_config
from ppocr_lr.lr_config.length import FORMS, Length, length_of
from ppocr_lr.lr_config.parse import model_of, read_section
from ppocr_lr.lr_config.registry import MODELS
from ppocr_lr.schedules import StepDecay
from tests.conftest import ROOT

RUN = Run(20, 50)  # 1000 iterations

GOOD: list[tuple[Any, str, int]] = [
    # as written, as shown, iterations of RUN
    (5, "5", 250),
    (5.0, "5", 250),
    (np.int64(5), "5", 250),
    ("5", "5", 250),
    ("1e1", "10", 500),
    (0.02, "0.02", 1),
    ("500it", "500it", 500),
    ("500 it", "500it", 500),
    (" 5e2it ", "500it", 500),
    ("10%", "10%", 100),
    ("10 %", "10%", 100),
    ("0.5%", "0.5%", 5),
    ("7%", "7%", 70),
    ("150%", "150%", 1500),
    # halves to the even side, as PaddleOCR's round
    (0.01, "0.01", 0),
    (0.03, "0.03", 2),
    (0.05, "0.05", 2),
    ("0.05%", "0.05%", 0),
    ("0.15%", "0.15%", 2),
    (0.0101, "0.0101", 1),
    # as they are written, not as floats make them: 16.1 of 1000 iterations would be 161.00000000000003
    ("16.1%", "16.1%", 161),
    # as far as whole numbers are exact
    (1e300, "1.0e+300", 2**53),
    ("1e300it", "1.0e+300it", 2**53),
    (-1e300, "-1.0e+300", 0),
]


@pytest.mark.parametrize(("written", "text", "iters"), GOOD, ids=repr)
def test_forms(written: Any, text: str, iters: int) -> None:
    length = length_of(written)
    assert length is not None
    assert str(length) == text
    assert RUN.iters(length) == iters


BAD = [
    None, True, "", "it", "%", "5 epochs", "5ep", "1.5it", "inf", "inf%", "1e999it", "nan", "10%%", "5it%", "0x5it", "5,5",
    float("nan"), float("inf"), 10**400, [5], {"epochs": 5}, 1j, "５it", "5it\n5it",
]  # fmt: skip


@pytest.mark.parametrize("written", BAD, ids=lambda value: repr(value)[:20])
def test_what_is_no_length_is_told_the_forms(written: Any) -> None:
    assert length_of(written) is None
    section = {"name": "Exponential", "learning_rate": 0.1, "gamma": 0.5, "step_size": written}
    with pytest.raises(
        LRConfigError, match=r"Optimizer\.lr\.step_size: .* is not allowed; it must be a length"
    ) as error:
        build_schedule(section, 20, 50)
    assert FORMS in str(error.value)


@given(st.floats(0, 1e6), st.sampled_from(["epochs", "it", "%"]))
def test_what_is_written_is_read_back(amount: float, unit: Any) -> None:
    length = Length(float(int(amount)) if unit == "it" else amount, unit)
    assert length_of(length.written) == length
    assert length_of(str(length)) == length


@pytest.mark.parametrize(
    "key", [{"name": "Step", "step_size": 5}, {"name": "Exponential", "staircase": True, "step_size": "250it"},
            {"name": "Exponential", "staircase": True, "step_size": "25%"}],
)  # fmt: skip
def test_three_ways_to_write_one_schedule(key: dict[str, Any]) -> None:
    assert build_schedule({**key, "learning_rate": 0.1, "gamma": 0.5}, 20, 50) == StepDecay(0.1, 250, 0.5)


STEPS = {"name": "MultiStepDecay", "learning_rate": 1, "gamma": 0.5}
PIECES = {"name": "Piecewise", "values": [1, 0.5, 0.25]}
# a section of a name of PaddleOCR; the first updates of its next rates in a run of 20 epochs of 77
DROPS: list[tuple[dict[str, Any], list[int]]] = [
    ({**STEPS, "milestones": [716 / 77]}, [717]),  # in Paddle too: 77 times it is 716.0000000000001
    ({**STEPS, "milestones": ["716it"]}, [716]),
    ({**STEPS, "milestones": ["716it"], "warmup_epoch": "10it"}, [726]),
    ({**STEPS, "milestones": ["716it"], "warmup_epoch": "10it", "decay_within_run": True}, [716]),
    ({**STEPS, "milestones": [1, "716it", "50%", 12.5, "95%"]}, [77, 716, 770, 963, 1463]),
    ({**PIECES, "decay_epochs": ["716it", "75%"]}, [716, 1155]),
    ({"name": "Step", "learning_rate": 1, "gamma": 0.5, "step_size": "716it"}, [716, 1432]),
    ({"name": "Step", "learning_rate": 1, "gamma": 0.5, "step_size": "25%"}, [385, 770, 1155]),
    ({"name": "CyclicalCosine", "learning_rate": 1, "cycle": "716it"}, [716, 1432]),
]


@pytest.mark.parametrize(("section", "drops"), DROPS, ids=str)
def test_a_mark_in_any_unit_is_exact(section: dict[str, Any], drops: list[int]) -> None:
    schedule = build_schedule(section, 20, 77)
    rates = schedule(np.arange(20 * 77))
    after_the_warmup = np.arange(12, 20 * 77)
    jumps = after_the_warmup[np.abs(np.diff(rates))[11:] > 0.01]
    assert list(jumps) == drops


@given(st.integers(1, 2000), st.integers(1, 10**7))
def test_a_share_of_whole_iterations_is_exact(permille: int, per_mille_of_it: int) -> None:
    window = Run(1000, per_mille_of_it).window
    share = Length(permille / 10, "%")
    assert window.first_update(share) == window.iters(share) == permille * per_mille_of_it


@given(st.integers(0, 1000), st.integers(1, 10**7))
@example(575, 100)  # 100 times the float 0.575 is 57.49999999999999
@example(22, 250)
def test_a_ratio_is_the_same_share(permille: int, total_iters: int) -> None:
    written = {"warmup_ratio": permille / 1000}, {"warmup_epoch": f"{permille / 10}%"}
    sections = [read_section({"learning_rate": 0.1, **warmup}).config for warmup in written]
    lengths = {section.warmup_length(Run(1, total_iters).window) for section in sections}
    assert lengths == {round(Fraction(permille * total_iters, 1000))}


@pytest.mark.parametrize("key", ["warmup_epoch", "warmup_iters"])
@pytest.mark.parametrize(("written", "counted"), [("5it", [5]), ("1it", [1]), ("0it", []), ("-5it", []), ("10%", [])])
def test_only_a_length_that_is_one_counts_iterations(key: str, written: str, counted: list[int]) -> None:
    if (key, written) != ("warmup_iters", "-5it"):  # which is refused
        found = read_section({"learning_rate": 0.1, key: written}).config.in_iterations
        assert [each.lengths for each in found.values()] == [counted] * bool(counted)


BY_NAME = {
    section.get("name", "Const"): section
    for path in sorted((ROOT / "configs").glob("*.yml"), reverse=True)  # the one of each name comes last
    if (section := yaml.safe_load(path.read_text(encoding="utf-8"))["Optimizer"]["lr"])
}
LISTS: dict[str, Callable[[Any], dict[str, Any]]] = {
    "decay_epochs": lambda length: {"decay_epochs": [length], "values": [0.1, 0.01]},
    "milestones": lambda length: {"milestones": [length]},
    "knots": lambda length: {"knots": [[0, 0.1], [length, 0.01]]},
    "cycles": lambda length: {"cycles": [length, length]},
}
INSTEAD_OF = {  # what says the same in another way
    **dict.fromkeys(["warmup_epoch", "warmup_iters"], ("warmup_epoch", "warmup_iters", "warmup_ratio")),
    "decay_length": ("decay_within_run", "cooldown_epochs"),
    "cooldown_epochs": ("decay_length",),
    "cycles": ("T_0",),
}


def lengths_of(name: str) -> Iterator[str]:
    for key, field in model_of({"name": name}).model_fields.items():
        if "AsLength" in repr((field.annotation, field.metadata)):
            yield key


@pytest.mark.parametrize(("name", "key"), [(name, key) for name in MODELS for key in lengths_of(name)])
def test_every_length_of_every_name_takes_every_unit(name: str, key: str) -> None:
    run, iters = Run(30, 100), 60  # 0.6 epochs
    in_iterations = "iterations=True" in repr(model_of({"name": name}).model_fields[key])
    section = {other: value for other, value in BY_NAME[name].items() if other not in INSTEAD_OF.get(key, ())}

    def built(length: Any) -> Any:
        written = LISTS[key](length) if key in LISTS else {key: length}
        parsed = parse_lr_config({**section, **written}, run)
        return parsed.plateau[:2] if parsed.plateau else parsed.curve

    whole = built(iters if in_iterations else iters / 100)
    assert whole == built("60it") == built("2%") == built(" 60 it ")
    assert whole != built("61it")


def test_a_share_in_a_stage_is_one_of_the_stage() -> None:
    stages = [
        {"name": "Exponential", "learning_rate": 1, "gamma": 0.5, "step_size": "50%", "epochs": "20%"},
        {"name": "Const", "learning_rate": 1, "until_end": True},
    ]
    schedule = build_schedule({"name": "Sequence", "stages": stages}, 20, 50)
    assert [schedule(k) for k in (0, 100, 200)] == [1, 0.5, 1]
