from __future__ import annotations

import itertools
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from matplotlib import rc_context
from matplotlib.figure import Figure

from ppocr_lr import LRConfigError, build_weight_decay_schedule
from ppocr_lr.curve.difference import difference
from ppocr_lr.plotting.figure import draw, draw_difference, save
from ppocr_lr.plotting.style import STYLE
from ppocr_lr.plotting.words import put_legend
from ppocr_lr.training_config.plan import PlannedRun, plan_config, plan_run
from ppocr_lr.training_config.run_flags import RunFlags


def planned(
    folder: Path,
    lr: dict[str, Any],
    epochs: int = 20,
    iters: int = 100,
    name: str = "c.yml",
    flags: RunFlags | None = None,
) -> PlannedRun:
    config = {
        "Global": {"epoch_num": epochs},
        "Optimizer": {"lr": lr},
        "Train": {"dataset": {"num_samples": iters}, "loader": {"batch_size_per_card": 1}},
    }
    path = folder / name
    path.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    return plan_run(path, flags=flags)


COSINE = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}
PIECEWISE = {"name": "Piecewise", "decay_epochs": [10, 15], "values": [0.1, 0.01, 0.001]}


def legend_of(figure: Figure) -> list[str]:
    return [text.get_text() for legend in figure.legends for text in legend.get_texts()]


def title_of(figure: Figure) -> list[str]:
    (title,) = figure.texts
    return title.get_text().split("\n")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file")
@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_a_full_disk_is_one_clear_error(tmp_path: Path, ending: str) -> None:
    import resource

    figure, before = draw([planned(tmp_path, COSINE)]), sorted(tmp_path.iterdir())
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    for size in (1, 500, 4096):
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
        try:
            with pytest.raises(LRConfigError, match="cannot be written"):
                save(figure, tmp_path / f"a.{ending}")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        assert sorted(tmp_path.iterdir()) == before


def test_one_run(tmp_path: Path) -> None:
    run = planned(tmp_path, COSINE)
    figure = draw([run])
    (below,) = figure.axes
    curve = below.lines[0]
    steps = np.asarray(curve.get_xdata()) * 100
    np.testing.assert_allclose(curve.get_ydata(), run.schedule(np.rint(steps).astype(int)))
    assert {0, 199, 200, 1999} <= set(np.rint(steps).astype(int))
    peak, final = below.lines[-1].get_xydata()
    assert [*peak, *final] == pytest.approx([2, 0.1, 19.99, run.schedule(1999)])
    assert (below.get_xlim(), below.get_xlabel()) == ((0, 20), "epoch")
    (above,) = below.child_axes
    figure.draw_without_rendering()
    assert above.get_xlabel() == "iteration (optimizer update)"
    assert above.get_xlim() == (0, 2000)
    # Where the grid is.
    assert [text.get_text() for text in above.get_xticklabels()] == [str(200 * mark) for mark in range(11)]
    assert (above.get_xticks() / 100).tolist() == below.get_xticks().tolist()
    facts = "Cosine · 20 epochs × 100 iterations · warmup 2 epochs (grey) · peak 0.1 · final 0.00247"
    assert title_of(figure) == ["c.yml", facts]
    figure.canvas.draw()
    assert "0.08" in [label.get_text() for label in below.get_yticklabels()]
    assert 0.1 < below.get_ylim()[1] < 0.11  # no empty band


@pytest.mark.parametrize(
    ("peak", "log_scale", "expected"),
    [(1e-4, False, {"2e-5", "1e-4"}), (0.01, True, {"1e-2", "1e-5"}), (0.1, False, {"0.08"})],
)
def test_ticks_have_one_spelling(tmp_path: Path, peak: float, log_scale: bool, expected: set[str]) -> None:
    figure = draw(
        [planned(tmp_path, {"name": "Linear", "learning_rate": peak, "end_lr": peak / 1e4})], log_scale=log_scale
    )
    figure.canvas.draw()
    axes = figure.axes[0]
    low, high = axes.get_ylim()
    seen = [label for label in axes.get_yticklabels() if low <= label.get_position()[1] <= high]
    ticks = {label.get_text() for label in seen} - {"0", ""}
    assert expected <= ticks
    assert len({"e" in tick for tick in ticks}) == 1


def test_paddleocrs_own_curve_is_a_thin_dashed_line(tmp_path: Path) -> None:
    opt_in, plain = planned(tmp_path, {**COSINE, "end_lr": 0.05}), planned(tmp_path, COSINE, name="d.yml")
    (dashed,) = [line for line in draw([opt_in]).axes[0].lines if "PaddleOCR" in str(line.get_label())]
    steps = np.rint(np.asarray(dashed.get_xdata()) * 100).astype(int)
    np.testing.assert_allclose(dashed.get_ydata(), plain.schedule(steps))
    assert "end_lr" in str(dashed.get_label())
    assert (dashed.get_linewidth() < 1, dashed.is_dashed()) == (True, True)
    assert legend_of(draw([plain])) == []
    assert "PaddleOCR's own trainer" in legend_of(draw([opt_in, plain]))


EIGHT_CARDS = RunFlags(reference_gpus=8)
SCALED_LABELS = ["scaled for 1 sample per update (linear)", "as in the config, for 8 samples per update"]


def test_a_scaled_run_is_drawn_with_the_one_of_the_config_dashed(tmp_path: Path) -> None:
    run = planned(tmp_path, COSINE, flags=EIGHT_CARDS)
    figure = draw([run])
    axes, labels = figure.axes[0], legend_of(figure)
    assert labels == SCALED_LABELS
    lines = {str(line.get_label()): line for line in axes.lines}
    for label, factor, dashed in ((labels[0], 1 / 8, False), (labels[1], 1, True)):
        steps = np.rint(np.asarray(lines[label].get_xdata()) * 100).astype(int)
        np.testing.assert_allclose(lines[label].get_ydata(), factor * run.schedule(steps))
        assert lines[label].is_dashed() == dashed
    assert "peak 0.0125" in title_of(figure)[1]
    assert axes.get_ylim()[1] > 0.1


def test_scaled_runs_among_several(tmp_path: Path) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": length}, flags=EIGHT_CARDS) for length in (0, 2)]
    figure = draw(runs)
    assert legend_of(figure) == ["0  (final 7.71e-9)", "2  (final 0.000309)", "as in the config, not scaled"]
    assert title_of(figure) == ["c.yml", "Cosine · 20 epochs × 100 iterations · peak 0.0125"]


@pytest.mark.parametrize("flags", [RunFlags(reference_gpus=1), RunFlags(reference_gpus=8, scaling="none"), RunFlags()])
def test_nothing_is_drawn_beside_a_run_that_scaling_does_not_change(tmp_path: Path, flags: RunFlags) -> None:
    assert legend_of(draw([planned(tmp_path, COSINE, flags=flags)])) == []


def with_backbone(run: PlannedRun, **keys: Any) -> PlannedRun:
    config = {**run.config, "Architecture": {"Backbone": {"name": "PPLCNetV3", **keys}}}
    return plan_config(config, run.source, run.flags)


def test_what_trains_at_another_rate_is_a_thin_line(tmp_path: Path) -> None:
    run = with_backbone(planned(tmp_path, COSINE), lr_mult_list=[2, 1, 1, 1, 1, 1])
    figure = draw([run])
    axes, labels = figure.axes[0], legend_of(figure)
    assert labels == ["× 2: conv1", "× 0.1: affine blocks"]
    whole = axes.lines[0]
    for label, factor in zip(labels, (2, 0.1), strict=True):
        (line,) = (line for line in axes.lines if line.get_label() == label)
        steps = np.rint(np.asarray(line.get_xdata()) * 100).astype(int)
        np.testing.assert_allclose(line.get_ydata(), factor * run.schedule(steps))
        assert line.get_linewidth() < 1 < whole.get_linewidth()
        assert (line.get_color(), line.is_dashed()) == (whole.get_color(), False)
    assert axes.get_ylim()[1] > 0.2


def test_nothing_is_drawn_of_what_does_not_train(tmp_path: Path) -> None:
    assert legend_of(draw([with_backbone(planned(tmp_path, COSINE), lab_lr=0)], log_scale=True)) == []


def test_other_rates_of_several_runs(tmp_path: Path) -> None:
    runs = [with_backbone(planned(tmp_path, {**COSINE, "warmup_epoch": length})) for length in (0, 2)]
    runs.append(with_backbone(planned(tmp_path, {**COSINE, "warmup_epoch": 5}), lab_lr=0.5))
    figure = draw(runs)
    axes, labels = figure.axes[0], legend_of(figure)
    assert labels[3:] == ["× 0.1: affine blocks", "× 0.5: affine blocks"]
    thin = [line for line in axes.lines if line.get_linestyle() != "None" and line.get_linewidth() < 1]
    assert [line.get_color() for line in thin] == [
        line.get_color() for line in axes.lines if line.get_linewidth() > 1.6
    ]


def test_a_legend_names_fourteen_other_rates(tmp_path: Path) -> None:
    run = planned(tmp_path, COSINE)
    runs = [with_backbone(run, lr_mult_list=[factor, 1, 1, 1, 1, 1], lab_lr=1) for factor in range(2, 20)]
    assert sum(label.startswith("×") for label in legend_of(draw(runs))) == 14


def test_those_of_a_scaled_run_are_scaled(tmp_path: Path) -> None:
    run = with_backbone(planned(tmp_path, COSINE, flags=EIGHT_CARDS))
    (line,) = (line for line in draw([run]).axes[0].lines if "affine" in str(line.get_label()))
    steps = np.rint(np.asarray(line.get_xdata()) * 100).astype(int)
    np.testing.assert_allclose(line.get_ydata(), 0.1 * run.schedule(steps) / 8)


def test_milestones_are_marked(tmp_path: Path) -> None:
    axes = draw([planned(tmp_path, PIECEWISE)]).axes[0]
    marked = [line.get_xdata()[0] for line in axes.lines if list(line.get_ydata()) == [0, 1]]
    assert marked == [10, 15]
    assert " 10 " in [text.get_text() for text in axes.texts]


def test_jumps_are_exact(tmp_path: Path) -> None:
    curve = draw([planned(tmp_path, PIECEWISE, epochs=10**6)]).axes[0].lines[0]
    points = dict(zip(np.rint(np.asarray(curve.get_xdata()) * 100).astype(int), curve.get_ydata(), strict=True))
    assert (points[999], points[1000], points[1499], points[1500]) == (0.1, 0.01, 0.01, 0.001)


def test_several_runs_are_told_apart_by_what_differs(tmp_path: Path) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": length}) for length in (0, 2, 5)]
    figure = draw(runs)
    assert figure.legends[0].get_title().get_text() == "warmup_epoch"
    assert legend_of(figure) == ["0  (final 6.17e-8)", "2  (final 0.00247)", "5  (final 0.0147)"]
    assert title_of(figure) == ["c.yml", "Cosine · 20 epochs × 100 iterations · peak 0.1"]
    # Readable without colour, twice.
    assert len({str(line._unscaled_dash_pattern) for line in figure.axes[0].lines}) == 3
    assert len({line.get_marker() for line in figure.axes[0].lines}) == 3


@pytest.mark.parametrize(
    ("lengths", "key", "texts"),
    [
        ([{"decay_epochs": [5, 10]}, {"decay_epochs": [5, 11]}], "", ["decay_epochs [5, 10]", "decay_epochs [5, 11]"]),
        ([{"warmup_epoch": 1}, {"warmup_epoch": 2, "values": [1, 0.1, 0.01]}], "", ["values [0.1, 0.01, 0.001], warm", "values [1, 0.1, 0.01], warm"]),
        ([{"warmup_epoch": 1}, {"warmup_epoch": "150it"}], "warmup_epoch", ["1", "150it"]),
    ],
)  # fmt: skip
def test_what_all_labels_begin_with_is_said_once(
    tmp_path: Path, lengths: list[dict[str, Any]], key: str, texts: list[str]
) -> None:
    figure = draw([planned(tmp_path, {**PIECEWISE, **keys}) for keys in lengths])
    assert figure.legends[0].get_title().get_text() == key
    assert all(label.startswith(text) for label, text in zip(legend_of(figure), texts, strict=True))


def test_names_of_ones_own(tmp_path: Path) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": length}, name=f"{length}.yml") for length in (0, 2)]
    figure = draw(runs, title="Mine", names=["short", "long"])
    assert [label.split("  ")[0] for label in legend_of(figure)] == ["short", "long"]
    assert title_of(figure)[0] == "Mine"
    assert title_of(draw(runs, title="")) == title_of(figure)[1:]
    assert legend_of(draw(runs[:1], names=["alone"])) == ["alone"]
    with pytest.raises(LRConfigError, match="names: there must be one for each curve, 2 in all, received 1"):
        draw(runs, names=["short"])


@pytest.mark.parametrize(("count", "title"), [(2, "0.yml, 1.yml"), (3, "0.yml, 1.yml, 2.yml"), (4, "4 configs")])
def test_a_title_names_the_files_or_says_how_many(tmp_path: Path, count: int, title: str) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": k}, name=f"{k}.yml") for k in range(count)]
    assert title_of(draw(runs))[0] == title


def test_a_long_name_is_cut_in_the_middle(tmp_path: Path) -> None:
    (title, *_) = title_of(draw([planned(tmp_path, COSINE, name=f"{'a' * 120}_end.yml")]))
    assert title.startswith("aaaa")
    assert title.endswith("a_end.yml")
    assert "…" in title
    assert len(title) < 120


def test_no_marks(tmp_path: Path) -> None:
    runs = [planned(tmp_path, lr) for lr in (PIECEWISE, COSINE)]
    assert len(draw(runs[:1], marks=False).axes[0].lines) == 1
    assert {line.get_marker() for line in draw(runs, marks=False).axes[0].lines} == {"None"}


@pytest.mark.parametrize("log_scale", [False, True])
@pytest.mark.parametrize("size", [(3.3, 2.2), (3.3, 2.6), (9, 5), (7, 7)])
@pytest.mark.parametrize("count", [1, 5, 8])
def test_nothing_is_cut_off_or_covered(tmp_path: Path, size: tuple[float, float], count: int, log_scale: bool) -> None:
    """A column of a paper, too."""
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": length}) for length in range(count)]
    assert_nothing_is_cut_off_or_covered(draw(runs, log_scale, size=size))


@pytest.mark.parametrize("name", ["{}_cosine_warm_restarts.yml", "识别_预热_余弦退火_PP-OCRv5_移动端_中文识别_{}.yml"])
@pytest.mark.parametrize("count", [1, 3, 8])
def test_long_names_leave_room_for_the_curves_of_a_column(tmp_path: Path, count: int, name: str) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": k % 2}, name=name.format(k)) for k in range(count)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "characters that no installed font has")  # ours, and true on some machines
        figure = draw(runs, size=(3.3, 2.4))
        assert_nothing_is_cut_off_or_covered(figure)
    assert len(set(legend_of(figure))) == (count if count > 1 else 0)


def test_what_many_long_names_have_in_common_is_said_once(tmp_path: Path) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": k % 2}, name=f"rec_v5_warmup_{k}_cos.yml") for k in range(14)]
    for size in ((3.3, 2.2), (9, 5)):
        figure = draw(runs, size=size, names=[f"{'a long one, ' * 3}{Path(run.source).name}" for run in runs])
        assert figure.legends[0].get_title().get_text().endswith("rec_v5_warmup_…_cos.yml")
        assert [text.split("  ")[0] for text in legend_of(figure)] == [str(k) for k in range(14)]
        assert_nothing_is_cut_off_or_covered(figure)
    few = legend_of(draw(runs[:3], size=(3.3, 2.2)))
    assert few == [f"rec_v5_warmup_{k}_cos.yml" for k in range(3)]


def test_names_of_whole_words_are_told_apart_by_whole_words(tmp_path: Path) -> None:
    names = [f"the_same_for_all_{k}" for k in (10, 11, 12, 13)]
    figure = draw([planned(tmp_path, COSINE)] * 4, names=names, size=(3.3, 2.2))
    assert (figure.legends[0].get_title().get_text(), legend_of(figure)) == (
        "the_same_for_all_…", ["10", "11", "12", "13"]
    )  # fmt: skip
    apart = [f"{k * 5}.yml" for k in ("abc", "def", "ghi", "jkl")]
    figure = draw([planned(tmp_path, COSINE)] * 4, names=apart, size=(3.3, 2.2))
    assert all(text.startswith(name[:3]) for text, name in zip(legend_of(figure), apart, strict=True))
    assert figure.legends[0].get_title().get_text() == ""


def test_a_legend_that_needs_much_room_makes_the_picture_higher(tmp_path: Path) -> None:
    names = [f"{chr(97 + k) * 30}.yml" for k in range(14)]
    figure = draw([planned(tmp_path, COSINE)] * 14, names=names, size=(3.3, 2.2))
    width, height = figure.get_size_inches()
    assert (width, height > 2.4) == (3.3, True)
    assert_nothing_is_cut_off_or_covered(figure)
    put_legend(figure)
    assert figure.get_figheight() == height
    assert draw([planned(tmp_path, COSINE)] * 8, size=(3.3, 2.2), names=names[:8]).get_figheight() < height
    assert draw([planned(tmp_path, COSINE)], size=(3.3, 2.2)).get_figheight() == 2.2


def test_schedules_are_called_by_their_name_alone_in_a_column(tmp_path: Path) -> None:
    sections = [COSINE, {**PIECEWISE, "warmup_epoch": 1}, {"name": "OneCycle", "max_lr": 0.1, "epochs": 10}]
    runs = [planned(tmp_path, section, name=f"{k}.yml") for k, section in enumerate(sections)]
    assert legend_of(draw(runs, size=(3.3, 2.2))) == ["Cosine", "Piecewise", "OneCycle"]
    assert legend_of(draw(runs))[0].startswith("Cosine, warmup_epoch 2")


def test_no_line_of_a_title_ends_within_a_fact(tmp_path: Path) -> None:
    for length in range(10):
        run = planned(tmp_path, COSINE, epochs=10**length)
        _, facts = title_of(draw([run], size=(20, 5)))
        _, *lines = title_of(draw([run], size=(3.3, 2.2)))
        assert len(lines) > 1
        assert " · ".join(lines) == facts


def test_many_curves_are_told_apart_without_colour(tmp_path: Path) -> None:
    lines = draw([planned(tmp_path, {**COSINE, "warmup_epoch": k}) for k in range(14)]).axes[0].lines
    assert len({(line.get_marker(), str(line._unscaled_dash_pattern)) for line in lines}) == 14


def test_the_number_of_a_mark_near_the_end_is_whole(tmp_path: Path) -> None:
    run = planned(tmp_path, {**PIECEWISE, "decay_epochs": [1900, 1950]}, epochs=2000)
    figure = draw([run], size=(3.3, 2.2))
    figure.draw_without_rendering()
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.texts] == [" 1900 "]
    assert axes.texts[0].get_window_extent().x1 < axes.bbox.x1


@pytest.mark.parametrize("log_scale", [False, True])
@pytest.mark.parametrize("panels", [0, 2])
def test_the_number_of_a_mark_stands_above_the_curve(tmp_path: Path, panels: int, log_scale: bool) -> None:
    run = planned(tmp_path, {"name": "OneCycle", "max_lr": 0.1})
    beside = {str(k): [run.schedule] for k in range(panels)}
    figure = draw([run], log_scale, beside=beside, size=(3.3, 2.2))
    figure.draw_without_rendering()
    (number,) = figure.axes[0].texts
    assert number.get_window_extent().y0 > figure.axes[0].transData.transform((0, 0.1))[1]


def test_a_sweep_over_two_keys_in_a_column(tmp_path: Path) -> None:
    rates = [(rate, length) for rate in (0.1, 0.05) for length in range(5)]
    figure = draw(
        [planned(tmp_path, {**COSINE, "learning_rate": a, "warmup_epoch": b}) for a, b in rates], size=(3.3, 2.4)
    )
    assert figure.legends[0].get_title().get_text() == "learning_rate, warmup_epoch"
    assert legend_of(figure) == [f"{rate}, {length}" for rate, length in rates]
    assert_nothing_is_cut_off_or_covered(figure)


def test_small_panels_of_a_column(tmp_path: Path) -> None:
    run = planned(tmp_path, COSINE)
    figure = draw([run], beside={"weight decay": [run.schedule], "momentum": [run.schedule]}, size=(3.3, 3))
    figure.draw_without_rendering()
    boxes = [axes.get_tightbbox() for axes in figure.axes]
    assert all(above.y0 >= below.y1 for above, below in itertools.pairwise(boxes))
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["", "weight decay", "momentum"]
    assert not figure.axes[0].child_axes


def assert_nothing_is_cut_off_or_covered(figure: Figure) -> None:
    figure.draw_without_rendering()
    axes, page = figure.axes[0], figure.bbox
    title, area = figure.texts[0].get_window_extent(), axes.get_tightbbox()
    legends = [legend.get_window_extent() for legend in figure.legends]
    for box in (title, area, *legends):
        assert page.x0 <= box.x0 < box.x1 <= page.x1
        assert page.y0 <= box.y0 < box.y1 <= page.y1
    assert all(legend.y1 <= area.y0 for legend in legends)
    assert area.y1 <= title.y0
    assert axes.bbox.height > 0.6 * figure.dpi  # inches


def test_runs_with_epochs_of_different_length_share_no_axis_of_iterations(tmp_path: Path) -> None:
    runs = [planned(tmp_path, COSINE, iters=iters) for iters in (10, 20)]
    assert not draw(runs).axes[0].child_axes
    assert draw(runs[:1]).axes[0].child_axes


def test_very_many_runs(tmp_path: Path) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": length}) for length in range(20)]
    texts = legend_of(draw(runs))
    assert len(texts) == 15
    assert texts[-1] == "and 6 more"


def test_a_band_where_corners_are_too_many(tmp_path: Path) -> None:
    figure = draw([planned(tmp_path, {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 1}, 10**5)])
    assert len(figure.axes[0].collections) == 1
    assert "band from lowest to highest" in legend_of(figure)[0]


def test_a_band_that_touches_0_has_a_log_scale_too(tmp_path: Path) -> None:
    steps = {"name": "Step", "learning_rate": 0.1, "step_size": 1, "gamma": 0.999999}
    axes = draw([planned(tmp_path, steps, 10**12)], log_scale=True).axes[0]
    assert axes.get_ylim()[1] > 0.1


def test_log_scale(tmp_path: Path) -> None:
    axes = draw([planned(tmp_path, COSINE)], log_scale=True).axes[0]
    assert axes.get_yscale() == "log"
    assert 0 < axes.get_ylim()[0] < 1e-3
    assert axes.get_ylabel() == "learning rate (logarithmic)"
    rest = planned(tmp_path, COSINE, epochs=1, iters=1)  # its only update is the first of the warmup
    with pytest.raises(LRConfigError, match="log_scale: no rate is above 0"):
        draw([rest], log_scale=True)


@pytest.mark.parametrize(("epochs", "iters"), [(1, 1), (1, 2), (3, 1), (1, 50), (10**9, 10**3)])
@pytest.mark.parametrize("lr", [COSINE, PIECEWISE, {"learning_rate": 1.0}, {"name": "OneCycle", "max_lr": 1e-9}])
def test_runs_of_any_length_are_drawn_without_a_warning(
    tmp_path: Path, lr: dict[str, Any], epochs: int, iters: int
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        save(draw([planned(tmp_path, lr, epochs, iters)]), tmp_path / "c.png")


@pytest.mark.parametrize(
    "name", ["学习率 余弦.yml", "a$b$c_{1}.yml", "Кириллица.yml", "a\nb\tc.yml", "emoji 🚀.yml", "<&>.yml"]
)
@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_any_file_name_is_drawn_without_a_warning_of_matplotlib(tmp_path: Path, name: str, ending: str) -> None:
    runs = [planned(tmp_path, lr, name=name) for lr in (COSINE, COSINE)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "characters that no installed font has")  # ours, and true on some machines
        save(draw(runs[:1]), tmp_path / f"one.{ending}")
        save(draw(runs), tmp_path / f"two.{ending}")
    start = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[ending]
    assert (tmp_path / f"one.{ending}").read_bytes().startswith(start)


@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_the_same_picture_is_the_same_file(tmp_path: Path, ending: str) -> None:
    run = planned(tmp_path, COSINE)
    contents = []
    for name in ("a", "b"):
        save(draw([run]), tmp_path / f"{name}.{ending}")
        contents.append((tmp_path / f"{name}.{ending}").read_bytes())
    assert contents[0] == contents[1]


def test_weight_decay_below(tmp_path: Path) -> None:
    runs = [planned(tmp_path, COSINE), planned(tmp_path, PIECEWISE, name="p.yml")]
    decays = [build_weight_decay_schedule(config, 20, 100) for config in ({"name": "CosineL2Decay"}, None)]
    for count in (1, 2):
        figure = draw(runs[:count], beside={"weight decay": decays[:count]})
        above, below = figure.axes
        assert (above.get_xlabel(), below.get_xlabel(), below.get_ylabel()) == ("", "epoch", "weight decay")
        assert above.get_xlim() == below.get_xlim() == (0, 20)
        for line, decay in zip(below.lines, decays, strict=False):
            steps = np.rint(np.asarray(line.get_xdata()) * 100).astype(int)
            np.testing.assert_allclose(line.get_ydata(), decay(steps))
        assert len(below.lines) == count
    assert draw(runs[:1], beside={"weight decay": decays[1:]}).axes[1].get_ylim() == (0, 1)
    scales = [draw(runs, True, beside={"weight decay": [each, each]}).axes[1].get_yscale() for each in decays]
    assert scales == ["log", "linear"]  # the other is 0
    assert len(draw(runs).axes) == 1


def test_a_key_that_no_font_has_makes_no_warning_of_matplotlib(tmp_path: Path) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": length}) for length in (0, 2)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", "characters that no installed font has")  # ours
        save(draw(runs, names=["\U00013000 1", "\U00013000 2"]), tmp_path / "a.png")


@pytest.mark.parametrize(("width", "size"), [(3.3, 7), (9, 8.5)])
def test_a_legend_made_anew_keeps_its_size(tmp_path: Path, width: float, size: float) -> None:
    """As for the dots of a log, which come later."""
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": length}) for length in (0, 2)]
    figure = draw(runs, size=(width, 4))
    with rc_context(STYLE):
        put_legend(figure)
    (legend,) = figure.legends
    assert {text.get_fontsize() for text in (legend.get_title(), *legend.get_texts())} == {size}
    assert legend.get_title().get_text() == "warmup_epoch"


@pytest.mark.parametrize("letter", ["W", "m", "R", "i", "学"])
@pytest.mark.parametrize("size", [(3.3, 2.2), (9, 5)])
def test_names_of_wide_letters_are_cut_as_well(tmp_path: Path, letter: str, size: tuple[float, float]) -> None:
    runs = [planned(tmp_path, {**COSINE, "warmup_epoch": k % 2}, name=f"{k}{letter * 70}.yml") for k in range(3)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "characters that no installed font has")  # ours, and true on some machines
        for count in (1, 3):
            assert_nothing_is_cut_off_or_covered(draw(runs[:count], size=size))


@pytest.mark.parametrize("size", [(9, 5), (5, 4), (4, 3), (3.3, 2.4), (2, 2)], ids=str)
@pytest.mark.parametrize("axis", ["epochs", "iters", "progress"])
@pytest.mark.parametrize("iters", [100, 123456])
def test_no_number_along_the_axis_covers_another(
    tmp_path: Path, size: tuple[float, float], axis: Any, iters: int
) -> None:
    figure = draw([planned(tmp_path, COSINE, iters=iters)], axis=axis, size=size)
    assert_nothing_is_cut_off_or_covered(figure)
    (axes,) = figure.axes
    for along in (axes.xaxis, *(child.xaxis for child in axes.child_axes)):
        boxes = [label.get_window_extent() for label in along.get_ticklabels()]
        assert len(boxes) >= 2
        assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))


@pytest.mark.parametrize("rate", [3e-4, 1e-9, 0.1])
def test_a_logarithmic_axis_within_a_power_of_ten_has_numbers(tmp_path: Path, rate: float) -> None:
    figure = draw([planned(tmp_path, {"name": "Const", "learning_rate": rate})], log_scale=True)
    assert len(numbers_in_view(figure)) >= 2


@pytest.mark.parametrize("times", [1.01, 3, 30, 1e4])
def test_a_ratio_can_be_read(tmp_path: Path, times: float) -> None:
    runs = [planned(tmp_path, {**COSINE, "learning_rate": rate}, name=f"{rate}.yml") for rate in (0.001, 0.001 * times)]
    assert len(numbers_in_view(draw_difference(difference(*runs, "epochs")))) >= 2


def numbers_in_view(figure: Figure) -> list[str]:
    """The texts beside the lowest axes."""
    figure.draw_without_rendering()
    axis, (low, high) = figure.axes[-1].yaxis, sorted(figure.axes[-1].get_ylim())
    ticks = [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    return [text for tick in ticks if low <= tick.get_loc() <= high and (text := tick.label1.get_text())]
