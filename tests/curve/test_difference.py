from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ppocr_lr.curve.axis import AXES
from ppocr_lr.curve.difference import difference, text_lines
from ppocr_lr.plotting.figure import draw, draw_difference
from tests.plotting.test_figure import COSINE, PIECEWISE, planned

MULTI = {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [10], "gamma": 0.1}


def words(tmp_path: Path, first: dict[str, Any], second: dict[str, Any], axis: Any = "epochs", **lengths: int) -> str:
    runs = planned(tmp_path, first, name="a.yml"), planned(tmp_path, second, name="b.yml", **lengths)
    return "\n".join(text_lines(difference(*runs, axis)))


def test_equal_runs(tmp_path: Path) -> None:
    text = words(tmp_path, COSINE, COSINE)
    assert "the lr settings are equal" in text
    assert text.splitlines()[-1] == "  the curves are equal"


def test_two_ways_to_write_the_same(tmp_path: Path) -> None:
    text = words(tmp_path, {"name": "Piecewise", "decay_epochs": [10], "values": [0.1, 0.01]}, MULTI)
    assert "name: Piecewise → MultiStepDecay" in text
    assert text.splitlines()[-1] == "  the curves are equal"


def test_values_are_as_in_a_config_and_numbers_as_everywhere(tmp_path: Path) -> None:
    first = {"name": "Cosine", "learning_rate": 1e-1, "decay_within_run": True}
    text = words(tmp_path, first, {"name": "Cosine", "learning_rate": 1e-6, "end_lr": 1e-7})
    assert "learning_rate: 0.1 → 1e-6" in text
    assert "end_lr: 0 → 1e-7" in text
    assert "decay_within_run: true → false" in text
    assert "largest ratio: the first is 1e5 times as high as the second at epoch 0: 1e-1 against 1e-6" in text


def test_keys_of_sections_inside_are_dotted(tmp_path: Path) -> None:
    def stages(rate: float) -> dict[str, Any]:
        inside = {"name": "Scale", "factor": 0.5, "schedule": {**MULTI, "learning_rate": rate}, "until_end": True}
        return {"name": "Sequence", "stages": [{"name": "Const", "learning_rate": 0.1, "epochs": 5}, inside]}

    text = words(tmp_path, stages(0.1), stages(0.2))
    assert [line.strip() for line in text.splitlines() if "→" in line] == ["stages.1.schedule.learning_rate: 0.1 → 0.2"]


def test_where_and_by_how_much(tmp_path: Path) -> None:
    text = words(tmp_path, PIECEWISE, {**PIECEWISE, "values": [0.1, 0.02, 0.001]})
    assert "values: [0.1, 0.01, 0.001] → [0.1, 0.02, 0.001]" in text
    assert "the curves differ from update 1000 on, epoch 10" in text
    assert "largest ratio: the second is 2 times as high as the first at epoch 10: 1e-2 against 2e-2" in text
    assert "largest gap: 1e-2 at epoch 10" in text


def test_the_first_difference_is_exact(tmp_path: Path) -> None:
    text = words(tmp_path, {**COSINE, "warmup_epoch": 5}, {**COSINE, "warmup_epoch": 5, "name": "Linear"}, "iters")
    assert "the curves differ from update 501 on" in text


def test_the_first_difference_is_between_two_points_of_one_update(tmp_path: Path) -> None:
    """The other run has more updates in a share of the run, and its milestone falls into one of these."""
    text = words(tmp_path, PIECEWISE, PIECEWISE, "progress", epochs=30, iters=1000)
    assert "the curves differ from update 667 on" in text


@pytest.mark.parametrize(
    ("axis", "part"),
    [("epochs", "equal as far as both"), ("iters", "differ from update 1000 on"), ("progress", "differ|equal")],
)
def test_epochs_of_another_length(tmp_path: Path, axis: Any, part: str) -> None:
    """The same milestones in epochs: equal along epochs, not along updates."""
    text = words(tmp_path, MULTI, MULTI, axis, iters=200)
    assert any(option in text for option in part.split("|"))
    assert "the runs have 2000 and 4000 updates" in text


def test_along_the_share_of_the_run(tmp_path: Path) -> None:
    """Cosines over runs of different length: the same but for the width of one update."""
    cosine = {"name": "Cosine", "learning_rate": 0.1}
    runs = planned(tmp_path, cosine, name="a.yml"), planned(tmp_path, cosine, name="b.yml", epochs=40)
    gaps = {}
    for axis in AXES:
        result = difference(*runs, axis)
        gaps[axis] = max(abs(ours - theirs) for ours, theirs in result.rates)
    assert gaps["progress"] < 1e-4 < 1e-2 < min(gaps["epochs"], gaps["iters"])


def test_the_picture_has_the_ratio_below(tmp_path: Path) -> None:
    runs = planned(tmp_path, PIECEWISE, name="a.yml"), planned(tmp_path, COSINE, name="b.yml")
    result = difference(*runs)
    above, below = draw_difference(result).axes
    assert below.get_ylabel() == "second, times\nas high as the first"
    line = below.lines[0]
    at = int(np.searchsorted(line.get_xdata(), 15))
    assert line.get_ydata()[at] == pytest.approx(runs[1].schedule(1500) / runs[0].schedule(1500))
    assert above.get_xlim() == below.get_xlim() == (0, 20)


@pytest.mark.parametrize(("axis", "end", "label"), [("epochs", 20, "epoch"), ("iters", 2000, "iteration (optimizer update)"),
                                                    ("progress", 1, "fraction of the run")])  # fmt: skip
def test_pictures_along_each_axis(tmp_path: Path, axis: Any, end: float, label: str) -> None:
    for runs in ([planned(tmp_path, PIECEWISE)], [planned(tmp_path, PIECEWISE), planned(tmp_path, COSINE)]):
        axes = draw(runs, axis=axis).axes[0]
        assert (axes.get_xlim(), axes.get_xlabel()) == ((0, end), label)
        positions = np.asarray(axes.lines[0].get_xdata())
        np.testing.assert_allclose(positions[-1], end * 1999 / 2000)


def test_all_axes_are_tried_above() -> None:
    assert set(AXES) == {"epochs", "iters", "progress"}


def test_what_one_schedule_alone_has_at_its_default_is_left_out(tmp_path: Path) -> None:
    text = words(tmp_path, COSINE, PIECEWISE)
    assert not any(key in text for key in ("end_lr", "hold_epochs", "cooldown_epochs", "warmup_start_lr"))
    assert "hold_epochs: 2 → –" in words(tmp_path, {**COSINE, "hold_epochs": 2}, PIECEWISE)
    assert "hold_epochs: 0 → 200it" in words(tmp_path, COSINE, {**COSINE, "hold_epochs": "200it"})
