"""A run's lengths in iterations, and numbers as text."""

from __future__ import annotations

from typing import Any

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.finding import Finding
from ppocr_lr.lr_config import Run, Window
from ppocr_lr.lr_config.length import Length, length_of
from ppocr_lr.lr_config.values import number_in_text, yaml_number

RUN = Run(20, 10).window
FAR = 2**53


@pytest.mark.parametrize(
    ("window", "total", "decay"),
    [
        (RUN, 200, 200),
        (Run(1, 1).window, 1, 1),
        (Run(FAR, 1).window, FAR, FAR),
        (Run(1, FAR).window, FAR, FAR),
        (RUN.within(30), 200, 170),
        (RUN.within(30, 20), 200, 150),
        (RUN.within(0, 20), 200, 180),
        (RUN.within(150, 51), 200, 0),
        (RUN.within(90000), 200, 0),
        (RUN.stage(50), 50, 50),
        (RUN.stage(50).within(10), 50, 40),
        (RUN.within(30, 20).stage(50), 50, 50),
    ],
    ids=str,
)
def test_how_long_a_run_and_its_decay_are(window: Window, total: int, decay: int) -> None:
    assert (window.total_iters, window.decay_iters) == (total, decay)


@pytest.mark.parametrize(("epochs", "iters_per_epoch"), [(FAR, 2), (2, FAR), (1, FAR + 1), (FAR + 1, 1)])
def test_a_run_is_no_longer_than_floats_are_exact(epochs: int, iters_per_epoch: int) -> None:
    with pytest.raises(LRConfigError, match=r"(at most|up to) 2\^53"):
        Run(epochs, iters_per_epoch)


# a length; its iterations in RUN, and in a stage of 50
ITERS: list[tuple[Any, int, int]] = [
    (0, 0, 0), (1, 10, 10), (0.1, 1, 1), (0.05, 0, 0), (0.06, 1, 1), (0.15, 2, 2), (0.25, 2, 2), (1.25, 12, 12), (1.35, 14, 14), (-1, 0, 0),
    (-0.01, 0, 0), (1e300, FAR, FAR), ("1it", 1, 1), ("0it", 0, 0), ("-5it", 0, 0), ("1e300it", FAR, FAR), ("50%", 100, 25), ("100%", 200, 50),
    ("0.25%", 0, 0), ("0.26%", 1, 0), ("0.75%", 2, 0), ("3%", 6, 2), ("5%", 10, 2), ("150%", 300, 75), ("-1%", 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(("length", "of_run", "of_stage"), ITERS)
def test_a_length_in_iterations_rounds_halves_to_the_even_side(length: Any, of_run: int, of_stage: int) -> None:
    found = length_of(length)
    assert found is not None
    assert (RUN.iters(found), RUN.stage(50).iters(found)) == (of_run, of_stage)
    assert type(RUN.iters(found)) is int


# a mark; the first update that is not before it, and the same counted from update 30
FIRST: list[tuple[Any, int, int]] = [
    (0, 0, 0), (1, 10, 0), (3, 30, 0), (3.01, 31, 1), (3.1, 31, 1), (3.11, 32, 2), (0.01, 1, 0), (0.05, 1, 0), (5, 50, 20), (-1, 0, 0),
    (1e300, FAR, FAR - 30), ("29it", 29, 0), ("31it", 31, 1), ("50%", 100, 70), ("15.1%", 31, 1), ("0.1%", 1, 0),
]  # fmt: skip


@pytest.mark.parametrize(("mark", "update", "later"), FIRST)
def test_the_first_update_that_is_not_before_a_mark(mark: Any, update: int, later: int) -> None:
    found = length_of(mark)
    assert found is not None
    assert (RUN.first_update(found), RUN.within(30).first_update(found)) == (update, later)


def test_what_is_said_of_a_length_that_rounds_to_nothing() -> None:
    assert RUN.too_short == "long enough for one iteration; at 10 iterations per epoch it rounds to 0"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0.0), ("-0", 0.0), ("+5", 5.0), ("-5", -5.0), ("5.", 5.0), (".5", 0.5), ("0.5", 0.5), ("1e3", 1000.0), ("1E3", 1000.0), ("1e-3", 0.001),
        ("1e+3", 1000.0), ("-.5e1", -5.0), (" 5 ", 5.0), ("\t5\n", 5.0),
    ],
)  # fmt: skip
def test_numbers_in_text(text: str, number: float) -> None:
    assert number_in_text(text) == number


@pytest.mark.parametrize(
    "text", ["", " ", ".", "e", "e3", "1e", "1e+", "5 5", "5,5", "1_000", "0x10", "nan", "inf", "--5", "5%", "1.2.3"]
)
def test_texts_that_are_no_number(text: str) -> None:
    assert number_in_text(text) is None


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.0, "0"), (5.0, "5"), (-5.0, "-5"), (0.5, "0.5"), (1e-5, "1.0e-05"), (1.5e-7, "1.5e-07"), (1e14, "100000000000000"),
        (1e15 - 1, "999999999999999"), (1e15, "1000000000000000.0"), (-(1e15 - 1), "-999999999999999"), (-1e15, "-1000000000000000.0"),
        (1e16, "1.0e+16"), (-1e16, "-1.0e+16"), (1.5e300, "1.5e+300"),
    ],
)  # fmt: skip
def test_a_number_as_yaml_1_1_reads_it(number: float, text: str) -> None:
    assert yaml_number(number) == text


@pytest.mark.parametrize(
    ("length", "written"),
    [(Length(5), 5), (Length(5.5), 5.5), (Length(5, "it"), "5it"), (Length(5.5, "%"), "5.5%"), (Length(-1), -1)],
)
def test_a_length_as_it_stands_in_yaml(length: Length, written: Any) -> None:
    assert length.written == written
    assert type(length.written) is type(written)
    assert str(length) == str(written)


def test_a_remark_names_key_and_code() -> None:
    assert (
        str(Finding(("stages", 0, "epochs"), "it says", code="LR104").under("Optimizer", "lr"))
        == "Optimizer.lr.stages.0.epochs: it says (LR104)"
    )
