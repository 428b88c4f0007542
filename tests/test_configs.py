"""Each file in configs/ is a working example."""

from __future__ import annotations

from pathlib import Path

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.lr_config import MODELS
from ppocr_lr.plotting.figure import draw
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, lr_section, plan_run, read_training_config
from tests.conftest import ROOT

NO_CURVE = ROOT / "configs" / "reduce_on_plateau.yml"
CONFIGS = [*sorted({*(ROOT / "configs").glob("*.yml")} - {NO_CURVE}), DEFAULT_CONFIG]


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_it_is_planned_and_drawn_without_a_remark(path: Path) -> None:
    planned = plan_run(path)
    assert planned.parsed.remarks == ()
    assert not planned.length.estimate
    draw([planned])


def test_one_without_a_curve_says_so() -> None:
    with pytest.raises(LRConfigError, match="depends on a metric of the training run, so it has no fixed curve"):
        plan_run(NO_CURVE)


def test_there_is_one_for_every_name() -> None:
    assert {lr_section(read_training_config(path))["name"] for path in [*CONFIGS, NO_CURVE]} == set(MODELS)


def test_the_pair_differs_in_its_decay_alone() -> None:
    pair = [plan_run(ROOT / "configs" / f"compare_{name}.yml") for name in ("piecewise", "cosine")]
    assert pair[0].run == pair[1].run
    assert {planned.schedule(500) for planned in pair} == {0.1}
