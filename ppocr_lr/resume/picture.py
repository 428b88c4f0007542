"""The picture of a resume: the config's curve, the checkpoint on or beside it, and PaddleOCR's rates from there."""

from __future__ import annotations

from pathlib import PurePath

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from ppocr_lr.numbers_text import count_text, plain_text
from ppocr_lr.plotting.figure import draw
from ppocr_lr.plotting.style import ALERT, DASHES, MARK_DASHES, STYLE, THIN, WIDTH
from ppocr_lr.plotting.words import put_legend
from ppocr_lr.resume.forecast import Resume


@rc_context(STYLE)
def draw_resume(resume: Resume, *, log_scale: bool = False) -> Figure:
    """A figure with the plan of the config, a mark at the resume, and what PaddleOCR would do from there on."""
    run = resume.planned.run
    title = f"{PurePath(resume.planned.source).name}, resumed from {resume.checkpoint.path}"
    figure = draw([resume.planned], log_scale, title)
    axes = figure.axes[0]
    position = resume.update / run.iters_per_epoch
    axes.axvline(position, color=ALERT, linewidth=THIN, dashes=MARK_DASHES)
    rates = [resume.rate_now]
    followed = resume.paddleocr
    if followed is not None and not resume.follows_config and resume.update < run.total_iters:
        steps = np.unique(np.linspace(resume.update, run.total_iters - 1, 1000).round().astype(np.int64))
        curve = followed(steps)
        axes.plot(
            steps / run.iters_per_epoch,
            curve,
            color=ALERT,
            linewidth=WIDTH,
            dashes=DASHES[1],
            label="PaddleOCR from there on",
        )
        rates.extend(curve.tolist())
    axes.plot(
        [position], [resume.rate_now], marker="o", color=ALERT, markerfacecolor="white", linestyle="none",
        clip_on=False, zorder=4,
        label=f"config at update {count_text(resume.update)}: {plain_text(resume.rate_now, 4)}",
    )  # fmt: skip
    if resume.rate_before is not None:
        rates.append(resume.rate_before)
        axes.plot(
            [position], [resume.rate_before], marker="D", color=ALERT, linestyle="none", clip_on=False, zorder=5,
            label=f"checkpoint: {plain_text(resume.rate_before, 4)}",
        )  # fmt: skip
    low, high = axes.get_ylim()
    if max(rates) > high / 1.18:
        axes.set_ylim(low, max(rates) * 1.25)
    left, right = axes.get_xlim()
    axes.set_xlim(left, max(right, position * 1.02))
    put_legend(figure)
    return figure
