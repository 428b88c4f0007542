"""What a form shows for each key."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr.explore.draft import opened
from ppocr_lr.explore.fields import Field, amount_and_unit, fields_of, scale_of, written
from ppocr_lr.explore.look import small_picture
from ppocr_lr.lr_config import MODELS, Run
from ppocr_lr.lr_config.registry import _HOMES
from ppocr_lr.training_config.plan import DEFAULT_CONFIG

RUN = Run(20, 100)
NAMES = sorted(_HOMES)


@pytest.mark.parametrize("name", NAMES)
def test_exactly_the_keys_of_the_schedule(name: str) -> None:
    fields = fields_of(name)
    assert {field.key for field in fields} == set(MODELS[name].model_fields)
    assert [field.key for field in fields if field.required] == [
        key for key, info in MODELS[name].model_fields.items() if info.is_required()
    ]
    assert all(field.description for field in fields)
    assert {field.key for field in fields if field.kind == "section"} <= {"stages", "schedule", "times"}


def field(name: str, key: str) -> Field:
    return next(field for field in fields_of(name) if field.key == key)


KINDS = [
    ("Cosine", "learning_rate", "rate"),
    ("Cosine", "warmup_epoch", "length"),
    ("Cosine", "floor", "rate"),
    ("Cosine", "warmup_mode", "choice"),
    ("Cosine", "decay_within_run", "switch"),
    ("Cosine", "num_cycles", "number"),
    ("Noam", "d_model", "count"),
    ("Piecewise", "values", "list"),
    ("PiecewiseLinear", "knots", "list"),
    ("Sequence", "stages", "section"),
]


@pytest.mark.parametrize(("name", "key", "kind"), KINDS)
def test_kinds(name: str, key: str, kind: str) -> None:
    assert field(name, key).kind == kind


SCALES = [
    # a key, a position on its slider, and the value there
    ("Cosine", "learning_rate", -1, 0.1),
    ("Cosine", "learning_rate", -2.52, 0.003),
    ("Cosine", "end_lr", -8, 0.0),
    ("Cosine", "warmup_epoch", 2.5, 2.5),
    ("Cosine", "warmup_iters", 150, 150),
    ("Cosine", "warmup_ratio", 0.05, 0.05),
    ("Step", "gamma", 0.5, 0.5),
    ("Noam", "d_model", 2.7, 500),
]


@pytest.mark.parametrize(("name", "key", "position", "value"), SCALES)
def test_sliders(name: str, key: str, position: float, value: float) -> None:
    scale = scale_of(field(name, key), RUN)
    assert scale is not None
    assert scale.value(position) == value


@given(st.sampled_from(NAMES), st.data())
def test_wherever_a_slider_is_the_section_takes_it(name: str, data: st.DataObject) -> None:
    """Each by itself: two keys together may still be at odds."""
    found = data.draw(st.sampled_from(fields_of(name)))
    unit = data.draw(st.sampled_from(["epochs", "it", "%"])) if found.kind == "length" else "epochs"
    scale = scale_of(found, RUN, unit)
    if scale is None or name in ("ReduceOnPlateau", "RangeTest"):  # whose own rate is elsewhere, whose two are in order
        return
    steps = round((scale.last - scale.first) / scale.step)
    value = scale.value(scale.first + data.draw(st.integers(0, steps)) * scale.step)
    draft = opened(DEFAULT_CONFIG.read_text(encoding="utf-8"), "c.yml").named(name)
    section = draft.with_values(f"Optimizer.lr.{found.key}={written(found, value, unit)}").section
    MODELS[name].model_validate({**MODELS[name].example, found.key: section[found.key]})
    assert scale.first <= scale.position(value) <= scale.last


@pytest.mark.parametrize(
    ("value", "expected"),
    [(5, (5, "epochs")), ("300it", (300, "it")), ("10%", (10, "%")), (None, (0, "epochs")), ([1], (0, "epochs"))],
)
def test_lengths_are_taken_apart(value: object, expected: tuple[float, str]) -> None:
    assert amount_and_unit(value) == expected


@pytest.mark.parametrize(("name", "share"), [("OneCycle", 0.04), ("Linear", 1.0), ("RangeTest", 0.0)])
def test_a_small_picture_begins_where_the_schedule_does(name: str, share: float) -> None:
    found = re.search(r'points="[\d.]+,([\d.]+)', small_picture(name, height=106))
    assert found
    assert (103 - float(found[1])) / 100 == pytest.approx(share, abs=0.01)
