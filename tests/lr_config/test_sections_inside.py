"""Sections made of sections, and sections without a run."""

from __future__ import annotations

import copy
import pickle
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.lr_config import MODELS, Run, parse, parse_lr_config
from ppocr_lr.lr_config.length import Length
from ppocr_lr.lr_config.parse import read_section, spelling
from ppocr_lr.schedules import Constant, CosineWave, Decay, Sequence
from tests.lr_config.tables import EPOCHS, ITERS_EPOCH

RUN = Run(EPOCHS, ITERS_EPOCH)  # 200 iterations
CONST = {"learning_rate": 0.1}
LINEAR = {"name": "Linear", "learning_rate": 0.1}
COSINE = {"name": "Cosine", "learning_rate": 0.1}
CYCLE = {"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.01, "step_size_up": "2it"}
ONE = Constant(0.1)


def sequence(*stages: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Sequence", "stages": [{**CONST, **stage} for stage in stages]}


def line(iters: int) -> Decay:
    return Decay(0.1, iters)


# the stages; their schedule
STAGES: list[tuple[dict[str, Any], Sequence]] = [
    (sequence({"until_end": True}), Sequence((), ONE)),
    (sequence({"until_end": 1}), Sequence((), ONE)),
    (sequence({"epochs": 20}), Sequence((), ONE)),
    (sequence({"epochs": 20, "until_end": False}), Sequence((), ONE)),
    (sequence({"epochs": "1it"}, {"until_end": True}), Sequence(((ONE, 1),), ONE)),
    (sequence({"epochs": "1it"}, {"epochs": "199it"}), Sequence(((ONE, 1),), ONE)),
    (sequence({"epochs": "199it"}, {"epochs": "1it"}), Sequence(((ONE, 199),), ONE)),
    (sequence({"epochs": "199it"}, {"until_end": True}), Sequence(((ONE, 199),), ONE)),
    (sequence({"epochs": 5}, {"epochs": "50it", "until_end": False}, {"until_end": True}), Sequence(((ONE, 50), (ONE, 50)), ONE)),
    # each is planned for its own length
    (sequence({**LINEAR, "epochs": 5}, {**LINEAR, "until_end": True}), Sequence(((line(50), 50),), line(150))),
    (sequence({**LINEAR, "epochs": "25%"}, {**COSINE, "epochs": 5}, {**LINEAR, "epochs": "50%"}),
     Sequence(((line(50), 50), (CosineWave(0.1, 50), 50)), line(100))),
]  # fmt: skip


@pytest.mark.parametrize(("section", "expected"), STAGES, ids=lambda value: str(value)[:90])
def test_stages_fill_the_run(section: dict[str, Any], expected: Sequence) -> None:
    assert build_schedule(section, EPOCHS, ITERS_EPOCH) == expected


MUST_BE = "it must be the length of the stage: epochs (5), iterations"
REFUSED: list[tuple[dict[str, Any], str]] = [
    # an error of a stage's own key names it in full
    (sequence({"epochs": "0it"}, {"until_end": True}), f"stages.0.epochs: '0it' is not allowed; {MUST_BE}"),
    (sequence({"epochs": -1}, {"until_end": True}), f"stages.0.epochs: -1 is not allowed; {MUST_BE}"),
    (sequence({"epochs": -0.5}, {"until_end": True}), f"stages.0.epochs: -0.5 is not allowed; {MUST_BE}"),
    (sequence({"epochs": None}, {"until_end": True}), f"stages.0.epochs: null is not allowed; {MUST_BE}"),
    (sequence({}, {"until_end": True}), f"stages.0.epochs: is missing; {MUST_BE}"),
    (sequence({"until_end": False}), f"stages.0.epochs: is missing; {MUST_BE}"),
    (sequence({"epochs": 5}, {"epochs": 5, "until_end": True}), f"stages.1.epochs: 5 is not allowed; {MUST_BE}"),
    *((sequence({"until_end": odd}), f"stages.0.until_end: {shown} is not allowed; it must be true, in the last stage only")
      for odd, shown in ((2, "2"), (-1, "-1"), (None, "null"), ("true", "'true'"), ([], "[]"))),
    (sequence({"until_end": True}, {"until_end": True}), "stages.0.until_end: true is not allowed; it must be true, in the last stage only"),
    (sequence({"epochs": 0.05}, {"until_end": True}), "stages.0: 0 iterations after 0 do not fit into the run of 200; each stage"),
    (sequence({"epochs": "200it"}, {"until_end": True}), "stages.1: 0 iterations after 200 do not fit"),
    (sequence({"epochs": "199it"}, {"epochs": "2it"}), "stages.1: 2 iterations after 199 do not fit"),
    (sequence({"epochs": "201it"}), "stages.0: 201 iterations after 0 do not fit"),
    (sequence({"epochs": "199it"}), "stages: they last 199 of the run's 200 iterations; write until_end: true in the last one"),
    (sequence({"epochs": 5}, {"epochs": "149it"}), "stages: they last 199 of the run's 200"),
    (sequence({"epochs": 5, "name": "Step"}, {"until_end": True}), "stages.0.step_size: is missing"),
    (sequence({"until_end": True, "last_epoch": -1}), "stages.0.last_epoch: write it beside stages, for the whole run"),
    ({"name": "Scale", "factor": 2, "schedule": {**CONST, "last_epoch": 3}}, "schedule.last_epoch: write it beside schedule, for"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "message"), REFUSED, ids=lambda value: str(value)[:90])
def test_stages_that_do_not_fill_the_run(section: dict[str, Any], message: str) -> None:
    with pytest.raises(LRConfigError) as error:
        build_schedule(section, EPOCHS, ITERS_EPOCH)
    assert str(error.value).startswith(f"Optimizer.lr.{message}")


# a line from one knot to the other, in updates; whether ten to the 99 times its rates can be used
@pytest.mark.parametrize(
    ("knots", "is_taken"),
    [
        ([["0it", 10], ["1it", 1]], False),
        ([["0it", 9.99], ["1it", 1]], True),
        ([["0it", 1], ["199it", 10]], False),
        ([["0it", 1], ["200it", 10]], True),  # the run ends at 199
        ([["0it", 1], ["100it", 10], ["101it", 1]], False),
    ],
)
def test_a_scaled_rate_stays_below_the_largest(knots: list[Any], is_taken: bool) -> None:
    section = {"name": "Scale", "factor": 1e99, "schedule": {"name": "PiecewiseLinear", "knots": knots}}
    if is_taken:
        assert build_schedule(section, EPOCHS, ITERS_EPOCH)(0) > 0
        return
    with pytest.raises(
        LRConfigError, match=r"factor: 1e\+99 is not allowed; it must be smaller: the rates would be 1e\+100"
    ):
        build_schedule(section, EPOCHS, ITERS_EPOCH)


@st.composite
def nested(draw: st.DrawFn) -> tuple[dict[str, Any], int]:
    """A tree of sections, and how many there are in it."""
    section, count = {**CONST, "base_lr": 1}, 1
    for kind in draw(st.lists(st.sampled_from(("Scale", "Sequence")), max_size=25)):
        if kind == "Scale":
            section, count = {"name": kind, "factor": 1.01, "schedule": section}, count + 1
        else:
            more = draw(st.integers(0, 4))
            stages = [{**CONST, "epochs": "1it"} for _ in range(more)]
            section, count = {"name": kind, "stages": [*stages, {**section, "until_end": True}]}, count + 1 + more
    return section, count


@given(nested())
def test_each_section_is_read_once(tree: tuple[dict[str, Any], int]) -> None:
    section, count = tree
    run = Run(20, 10)
    with patch.object(parse, "model_of", wraps=parse.model_of) as read:
        parse_lr_config(section, run)
    assert read.call_count == count


def test_a_section_with_sections_inside_is_frozen() -> None:
    section = sequence({"epochs": 5}, {"until_end": True})
    config = read_section(section).config
    before = hash(config)
    section["stages"][0]["learning_rate"] = 5
    assert hash(config) == before == hash(read_section(sequence({"epochs": 5}, {"until_end": True})).config)
    with pytest.raises(TypeError):
        config.stages[0]["learning_rate"] = 5  # type: ignore[attr-defined]
    with pytest.raises(AttributeError):
        config.stages[0].epochs = Length(3)  # type: ignore[attr-defined]


# sections inside sections; the path of what is wrong
DEEP: list[tuple[dict[str, Any], str]] = [
    (sequence({"epochs": 5}, {"name": "Scale", "factor": 2, "until_end": True, "schedule": {**LINEAR, "power": 0}}),
     "stages.1.schedule.power"),
    (sequence({"name": "Sequence", "until_end": True, "stages": [{"epochs": 5, "gamma": 1, "name": "Step"}]}),
     "stages.0.stages.0.learning_rate"),
    (sequence({"name": "REX", "eta_min": 0.2, "until_end": True}), "stages.0.eta_min"),  # as it is spelt there
    (sequence({"name": "Nothing", "until_end": True}), "stages.0.name"),
]  # fmt: skip


@pytest.mark.parametrize(("section", "path"), DEEP, ids=lambda value: str(value)[:60])
def test_an_error_inside_names_the_whole_path(section: dict[str, Any], path: str) -> None:
    with pytest.raises(LRConfigError) as error:
        parse_lr_config(section, RUN)
    assert error.value.problems[0].key == f"Optimizer.lr.{path}"


def test_sections_nested_beyond_reason_are_refused() -> None:
    section: dict[str, Any] = LINEAR
    for _ in range(10_000):
        section = {"name": "Scale", "factor": 1, "schedule": section}
    with pytest.raises(LRConfigError, match="nested too deep"):
        parse_lr_config(section, RUN)


def test_schedules_that_go_against_each_other_are_held_behind_the_run() -> None:
    section = {"name": "Scale", "schedule": COSINE, "times": {"name": "Exponential", "learning_rate": 1, "gamma": 0.5}}
    schedule = build_schedule(section, 20, 100)
    assert schedule(1000) == pytest.approx(COSINE["learning_rate"] / 2**11, rel=1e-12)
    assert schedule(2500) == schedule(2000) == 0
    often = {"name": "Scale", "schedule": CYCLE, "times": section["times"]}
    with pytest.raises(LRConfigError, match=r"Optimizer\.lr\.times: has too many cycles against those of schedule"):
        build_schedule(often, 100, 100)


def test_remarks_of_stages_name_them() -> None:
    section = sequence(
        {"epochs": 5, "warmup_epoch": -1},
        {**COSINE, "epochs": "5it", "max_lr": 1},
        {**COSINE, "until_end": True, "gamma": 2},
    )
    remarks = parse_lr_config(section, RUN).remarks
    assert [(remark.code, remark.key) for remark in remarks] == [
        ("LR305", "stages.0.warmup_epoch"),
        ("LR101", "stages.1.max_lr"),
        ("LR101", "stages.2.gamma"),
    ]


def test_where_a_section_inside_takes_over_from_another() -> None:
    inner = sequence({"epochs": "30%"}, {"until_end": True})
    section = {
        "name": "Scale",
        "schedule": sequence({**inner, "epochs": 10}, {**inner, "until_end": True}),
        "times": inner,
    }
    assert list(read_section(section).config.seams(RUN.window)) == [
        (("schedule", "stages", 0, "stages", 1), 30),
        (("schedule", "stages", 1), 100),
        (("schedule", "stages", 1, "stages", 1), 130),
        (("times", "stages", 1), 60),
    ]
    assert list(read_section({**COSINE, "warmup_epoch": 1}).config.seams(RUN.window)) == []


def test_a_section_with_sections_inside_is_copied_and_sent_to_other_processes() -> None:
    parsed = parse_lr_config({"name": "Scale", "schedule": sequence({"until_end": True}), "times": COSINE}, RUN)
    for again in (copy.deepcopy(parsed), pickle.loads(pickle.dumps(parsed))):
        assert again == parsed
        assert again.config.schedule.written == parsed.config.schedule.written
        with pytest.raises(TypeError):
            again.config.schedule.written["name"] = "Const"


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ({**CONST, "warmup_epoch": "2"}, "warmup_epoch", 2),
        ({"name": "REX", "learning_rate": 0.1, "eta_min": 0.01}, "end_lr", 0.01),
        ({"name": "REX", "learning_rate": 0.1, "end_lr": 0.01}, "end_lr", 0.01),
        ({"name": "Noam", "d_model": 4, "warmup_steps": 7, "not_a_key": 1, 3: 4}, "warmup_iters", 7),
        (
            {**COSINE, "end_lr": 5},
            "end_lr",
            5,
        ),  # which is above the peak: that needs no more than the section, but a schedule
    ],
    ids=str,
)
def test_a_section_without_a_run(section: dict[str, Any], key: str, value: Any) -> None:
    found = getattr(read_section(section).config, key)
    assert getattr(found, "amount", found) == value


def test_a_section_without_a_run_is_validated() -> None:
    with pytest.raises(LRConfigError, match=r"^eta_min: -1 is not allowed"):
        read_section({"name": "REX", "learning_rate": 0.1, "eta_min": -1})


def test_how_a_section_spells_its_keys() -> None:
    assert spelling(MODELS["REX"].also_called, {"eta_min": 0.1}) == {"end_lr": "eta_min"}
    assert spelling(MODELS["REX"].also_called, {"end_lr": 0.1}) == {}
    assert spelling(MODELS["Noam"].also_called, {"warmup_steps": 1}) == {"warmup_iters": "warmup_steps"}
    assert spelling(MODELS["Cosine"].also_called, {"eta_min": 0.1}) == {}
