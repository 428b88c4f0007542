"""A run as rows of text."""

from __future__ import annotations

import pytest

from ppocr_lr.curve.tables import phase_rows, table_lines
from ppocr_lr.training_config.plan import plan_config
from ppocr_lr.training_config.run_flags import RunFlags


def test_columns_are_aligned_under_their_heads() -> None:
    assert list(table_lines("rates", ("参数", "key"), iter([("仿射块 affine", "lab"), ("a", "")]))) == [
        "rates",
        "  参数           key",  # a Chinese character is as wide as two letters
        "  仿射块 affine  lab",
        "  a",
    ]


@pytest.mark.parametrize(
    ("epochs", "section", "said"),
    [
        (20, {"name": "CosineWarmRestarts", "T_0": 19}, [("0 – 19", "19 epochs"), ("19 – 20", "1 epoch")]),
        (20, {"name": "CosineWarmRestarts", "T_0": 18}, [("0 – 18", "18 epochs"), ("18 – 20", "2 epochs")]),
        (1, {"name": "Const"}, [("0 – 1", "1 epoch")]),
    ],
)
def test_a_phase_begins_where_the_one_before_ends(
    epochs: int, section: dict[str, object], said: list[tuple[str, str]]
) -> None:
    """Even if it is of the last update alone, which elsewhere stands for the end of the run."""
    config = {"Global": {"epoch_num": epochs}, "Optimizer": {"lr": {"learning_rate": 0.1, **section}}}
    rows = phase_rows(plan_config(config, "c.yml", RunFlags(iters_per_epoch=1)))
    assert [(between, length) for _, between, _, length, _ in rows] == said
