"""What several range tests say together, and what to do then."""

from __future__ import annotations

import io
import math
from typing import Any

import numpy as np
import pytest

from ppocr_lr import RangeTest
from ppocr_lr.find_rate.picture import draw_range_tests
from ppocr_lr.find_rate.search import Search, override, text_lines, write_csv
from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.run_flags import RunFlags
from tests.find_rate.test_measured import valley, watched

TEST = watched(valley(100, 50, 85, 4))
"""Falls at 1.1e-2, rises from 8e-1."""
LATER = watched(valley(100, 55, 90, 4))
FLAT = watched([1.0] * 50)
NOT_A_NUMBER = watched([math.nan])


def planned(section: dict[str, Any]) -> PlannedRun:
    config = {"Global": {"epoch_num": 20}, "Optimizer": {"name": "Adam", "lr": section}}
    return plan_config(config, "c.yml", RunFlags(iters_per_epoch=100))


def cosine(rate: float) -> PlannedRun:
    return planned({"name": "Cosine", "learning_rate": rate})


def said(search: Search) -> str:
    return "\n".join(text_lines(search))


def test_one_test_is_what_it_says() -> None:
    search = Search([TEST])
    assert search.choice == TEST.choice
    assert search.rises_from == TEST.rises_from
    assert search.rate == pytest.approx(TEST.suggestion, rel=0.05)


def test_several_say_their_mean_and_how_far_they_agree() -> None:
    search = Search([TEST, LATER, FLAT])
    rates = [TEST.suggestion or 0, LATER.suggestion or 0]
    assert search.choice.rate == pytest.approx(math.sqrt(rates[0] * rates[1]))
    assert search.choice.low == pytest.approx(math.sqrt(TEST.choice.low * LATER.choice.low))
    assert search.rises_from == TEST.rises_from
    text = said(search)
    assert (
        f"2 of 3 tests say 2.9e-2, {rates[1]:.1e}: within a factor of {rates[1] / rates[0]:.2g}".replace("e-0", "e-")
        in text
    )
    assert "unclear: the loss is 1 at every rate" in text
    assert text.count("at its lowest") == 3


def test_one_of_several_says_its_rate() -> None:
    search = Search([TEST, FLAT])
    assert search.choice[:1] + search.choice[2:4] == TEST.choice[:1] + TEST.choice[2:4]
    assert search.choice.reason == "1 of 2 tests says 2.9e-2"


@pytest.mark.parametrize("tests", [[FLAT], [FLAT, FLAT], [NOT_A_NUMBER], [NOT_A_NUMBER, FLAT]])
def test_where_it_cannot_be_told_nothing_is_advised(tests: list[RangeTest]) -> None:
    search = Search(tests, cosine(0.01))
    assert search.rate is None
    assert said(search).count("unclear") == len(tests)
    assert "-o" not in said(search)


@pytest.mark.parametrize(
    ("rate", "place"),
    [
        (1e-3, "is on the safe side, and may be slow"),
        (2e-2, "lies within that range"),
        (0.3, "is above that range: training may diverge"),
        (2.0, "is too high: training diverges"),
    ],
)
def test_the_rate_of_the_config_is_placed(rate: float, place: str) -> None:
    assert f" of c.yml {place}." in said(Search([TEST], cosine(rate)))


RAMP = {"name": "RangeTest"}


@pytest.mark.parametrize(
    ("section", "line"),
    [
        (None, "-o Optimizer.lr.learning_rate=0.029"),
        (RAMP, "-o Optimizer.lr.learning_rate=0.029"),
        ({"name": "Cosine", "learning_rate": 1e-3, "warmup_epoch": 2}, "-o Optimizer.lr.learning_rate=0.029"),
        ({"learning_rate": 1.0}, "-o Optimizer.lr.learning_rate=0.029"),
        ({"name": "OneCycle", "max_lr": 0.29}, "-o Optimizer.lr.max_lr=0.029"),
        (
            {"name": "Linear", "learning_rate": 2.9, "end_lr": 0.1},
            "-o Optimizer.lr.learning_rate=0.029 Optimizer.lr.end_lr=0.001",
        ),
        ({"name": "Piecewise", "decay_epochs": [10], "values": [0.29, 0.1]}, '-o "Optimizer.lr.values=[0.029, 0.01]"'),
        (
            {"name": "Cyclic", "max_lr": 0.29, "base_lr": 0.1, "step_size_up": 3},
            "-o Optimizer.lr.max_lr=0.029 Optimizer.lr.base_lr=0.01",
        ),
        ({"name": "Noam", "d_model": 25, "warmup_iters": 400}, "-o Optimizer.lr.learning_rate=2.9"),
        (
            {"name": "ReduceOnPlateau", "learning_rate": 2.9, "min_lr": 0.1},
            "-o Optimizer.lr.learning_rate=0.029 Optimizer.lr.min_lr=0.001",
        ),
        ({"name": "OneCycle", "max_lr": 0.029}, "2.9e-2 is the rate of c.yml already."),
    ],
)
def test_what_to_paste(section: dict[str, Any] | None, line: str) -> None:
    search = Search([TEST], section and planned(section))
    assert override(search) == line
    assert said(search).splitlines()[-1] == line


def test_a_small_rate_is_one_for_yaml() -> None:
    """PaddleOCR's own `-o` reads 1e-5 as a string."""
    low = RangeTest(TEST.rates * 1e-4, TEST.losses, 0.9, None)
    assert override(Search([low])) == "-o Optimizer.lr.learning_rate=2.9e-06"


def test_the_numbers() -> None:
    file = io.BytesIO()
    write_csv(Search([TEST, NOT_A_NUMBER, LATER]), file)
    head, *rows = file.getvalue().decode().splitlines()
    assert head == "test,rate,loss,smoothed"
    table = np.array([row.split(",") for row in rows], dtype=float)
    assert np.unique(table[:, 0]).tolist() == [1, 3]
    np.testing.assert_array_equal(table[table[:, 0] == 3][:, 1:], np.c_[LATER.rates, LATER.losses, LATER.smoothed])


def test_the_picture() -> None:
    search = Search([TEST, LATER], cosine(0.003))
    axes = draw_range_tests(search.tests, search.choice, search.rises_from, search.own_rate).axes[0]
    axes.figure.canvas.draw()
    page, text = axes.figure.bbox, axes.title.get_window_extent()
    assert page.x0 < text.x0 < text.x1 < page.x1  # nothing is cut off
    assert axes.get_xscale() == "log"
    lines = [line.get_xydata() for line in axes.lines]
    for number, test in enumerate(search.tests):
        dots, smoothed, place = lines[3 * number : 3 * number + 3]
        np.testing.assert_array_equal(dots, np.c_[test.rates, test.losses])
        np.testing.assert_array_equal(smoothed, np.c_[test.rates, test.smoothed])
        # The suggestion lies on the line.
        assert place[0][0] == search.choice.rate
        behind = int(np.searchsorted(test.rates, place[0][0]))
        assert (
            sorted(test.smoothed[behind - 1 : behind + 1])[0]
            <= place[0][1]
            <= max(test.smoothed[behind - 1 : behind + 1])
        )
    assert [line[0][0] for line in lines[6:]] == [search.choice.rate, search.own_rate, search.rises_from]
    (span,) = axes.patches
    shaded = span.get_patch_transform().transform(span.get_path().vertices)[:, 0]
    assert [shaded.min(), shaded.max()] == pytest.approx([search.choice.low, search.choice.high])
    assert len(axes.get_legend().get_texts()) == 6
