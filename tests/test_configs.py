"""Each file in configs/ is a working example."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppocr_lr.lr_config import MODELS
from ppocr_lr.plotting.figure import draw
from ppocr_lr.training_config import DEFAULT_CONFIG, plan_run
from tests.conftest import ROOT

CONFIGS = [*sorted((ROOT / "configs").glob("*.yml")), DEFAULT_CONFIG]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_it_is_planned_and_drawn_without_a_remark(path: Path) -> None:
    planned = plan_run(path)
    assert planned.parsed.remarks == ()
    assert not planned.length.estimate
    draw([planned])


def test_there_is_one_for_every_name() -> None:
    assert {plan_run(path).name for path in CONFIGS} == set(MODELS)


def test_the_pair_differs_in_its_decay_alone() -> None:
    pair = [plan_run(ROOT / "configs" / f"compare_{name}.yml") for name in ("piecewise", "cosine")]
    assert pair[0].run == pair[1].run
    assert {planned.schedule(500) for planned in pair} == {0.1}
