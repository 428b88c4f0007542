"""Logged rates as dots."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import Command
from tests.logs.comparing import EPOCHS, ITERS, SECTIONS, compared, resumed
from tests.train_logs import Trainer, write_config, write_log


def test_dots_lie_on_the_curve(tmp_path: Path) -> None:
    """After a resume too, where the window fills anew."""
    trainer = Trainer(SECTIONS["Linear"], EPOCHS, ITERS)
    comparison = compared(
        tmp_path, SECTIONS["Linear"], write_log(tmp_path / "train.log", trainer.train(6), trainer.train())
    )
    schedule, positions = comparison.planned.schedule, comparison.positions
    beside = [schedule(np.floor(positions).astype(int)), schedule(np.ceil(positions).astype(int))]
    np.testing.assert_allclose(np.mean(beside, axis=0), comparison.log.rates, atol=5.1e-7)


@pytest.mark.parametrize(("every", "per_epoch"), [(10, 5), (ITERS, 1)])
def test_dots_of_lines_without_a_count_share_their_epoch(tmp_path: Path, every: int, per_epoch: int) -> None:
    lines = Trainer(SECTIONS["Linear"], EPOCHS, ITERS, every=every).train()
    log = write_log(tmp_path / "train.log", (re.sub(r", global_step: \d+", "", line) for line in lines))
    own = (np.arange(EPOCHS * per_epoch) + 0.5) / per_epoch  # in epochs
    np.testing.assert_allclose(compared(tmp_path, SECTIONS["Linear"], log).positions / ITERS, own, atol=1 / ITERS)


def test_dots_tell_what_is_planned(tmp_path: Path) -> None:
    from ppocr_lr.logs.picture import draw_logs
    from ppocr_lr.plotting.figure import draw

    comparison = resumed(tmp_path, SECTIONS["Cosine"], over=True)
    figure = draw([comparison.planned])
    axes = figure.axes[0]
    draw_logs(axes, [comparison], "epochs", [""])
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["train.log: 30 as planned", "train.log: 65 not as planned"]
    dots = [line for line in axes.lines if str(line.get_label()).startswith("train.log")]
    assert [len(line.get_xdata()) for line in dots] == [30, 65]
    assert 0 < dots[0].get_xdata()[0] < dots[1].get_xdata()[-1] < EPOCHS
    # The curve is seen through those that follow it, and what does not follow it is seen on the curve.
    assert dots[0].get_zorder() < axes.lines[0].get_zorder() < dots[1].get_zorder()


def test_many_dots_are_small(tmp_path: Path) -> None:
    from ppocr_lr.logs.picture import draw_logs
    from ppocr_lr.plotting.figure import draw

    sizes = []
    for every in (10, 1):
        log = write_log(tmp_path / "train.log", Trainer(SECTIONS["Cosine"], EPOCHS, ITERS, every=every).train())
        comparison = compared(tmp_path, SECTIONS["Cosine"], log)
        axes = draw([comparison.planned]).axes[0]
        draw_logs(axes, [comparison], "epochs", [""])
        sizes.append(axes.lines[-1].get_markersize())
    assert sizes[0] > sizes[1]


def test_each_part_of_a_log_lies_on_a_curve_of_its_own(tmp_path: Path, command: Command) -> None:
    """A log of two runs of one plan, and then one on other data."""
    write_config(tmp_path / "c.yml", SECTIONS["Cosine"], EPOCHS, ITERS)
    runs = [
        Trainer(SECTIONS["Cosine"], EPOCHS, iters).train(epochs) for iters, epochs in ((40, 3), (40, 2), (ITERS, 4))
    ]
    write_log(tmp_path / "train.log", *runs)
    done = command("plot", "-c", "c.yml", "--log", "train.log", "--out", "l.svg")
    assert (done.returncode, done.stderr) == (0, "")
    picture = (tmp_path / "l.svg").read_text(encoding="utf-8")
    for iters, lines in ((40, 20), (ITERS, 20)):
        name = f"iterations per epoch {iters}"
        assert f"\n  curve    {name}\n" in done.stdout
        assert f"\ntrain.log against {name}: the run follows the plan: all {lines} lines" in done.stdout
        assert f">train.log against {name}: {lines} as planned" in picture
