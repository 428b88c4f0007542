"""`ppocr-lr plot`: the learning rate of training configs, as a picture or as numbers."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ppocr_lr.cli.options import (
    Commands,
    add_command,
    add_configs,
    add_language,
    as_count,
    as_number,
    configs_of,
    ready_to_draw,
)
from ppocr_lr.cli.run_options import (
    add_axis,
    add_metrics,
    add_run,
    add_scaling,
    plan,
    run_flags,
    scaling_lines,
)
from ppocr_lr.curve.summary import beside_text, row, text_lines
from ppocr_lr.errors import SECTION_PATH, ArgumentError, errors_within, printable
from ppocr_lr.export import EXPORTS
from ppocr_lr.language import OF_PICTURES, labelled, later, speaking, tr
from ppocr_lr.lr_config import Run
from ppocr_lr.output import PICTURES, numbered, output_kind, write_whole
from ppocr_lr.plotting.style import DPI, STYLE, blamed_on_style, use_style
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.labels import labels
from ppocr_lr.training_config.plan import DEFAULT_CONFIG, PlannedRun
from ppocr_lr.training_config.sweep import sweep_overrides

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from ppocr_lr.logs.compare import Comparison

_BESIDE: Mapping[str, Callable[[PlannedRun], Schedule]] = {
    "weight_decay": lambda planned: planned.weight_decay,
    "momentum": lambda planned: planned.momentum,
}
"""What can be shown beside the rates, by the name of its flag."""
_SHORT = {"weight_decay": later("wd"), "momentum": later("momentum")}

_MOST_PIXELS = 10**8
_LONGEST_NAME = 150  # bytes of a config's path in the name of its picture; systems take 255 for the whole name
_OF_PICTURES = ("title", "names", "size", "style", "text_as_paths")

EXAMPLES = """\
examples:
  ppocr-lr plot
      the default config: a warmup, then a cosine
  ppocr-lr plot -c det.yml --num-samples 1000
      a PaddleOCR training YAML, with 1000 samples on one card
  ppocr-lr plot -c rec.yml --iters-per-epoch 500 -o Optimizer.lr.warmup_epoch=5
      another length of the warmup
  ppocr-lr plot -c a.yml b.yml --out both.svg
      two configs in one picture
  ppocr-lr plot -c c.yml --sweep Optimizer.lr.warmup_epoch=0,2,5
      a curve for each value of a key
  ppocr-lr plot -c plateau.yml --metrics loss.txt
      a ReduceOnPlateau with these metrics, one per evaluation
  ppocr-lr plot -c c.yml --out rates.csv --every 100
      numbers instead of a picture; also .json, and .html for a page
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "plot",
        run,
        "draw the learning rate of one or more configs",
        "Draw the learning rate of one or more training configs, and print each run in a few numbers.",
        EXAMPLES,
    )
    add_configs(parser)
    add_run(parser)
    add_scaling(parser)
    add_metrics(parser)
    parser.add_argument(
        "--sweep", action="append", default=[], metavar="KEY=V1,V2", help="one curve for each value; may be repeated"
    )
    add_axis(parser)
    parser.add_argument("--weight-decay", action="store_true", help="also draw the weight decay, below the rate")
    parser.add_argument(
        "--momentum", action="store_true", help="also draw the momentum, or beta1 of Adam, below the rate"
    )
    parser.add_argument("--parameter", choices=("lr", "lr,wd"), default="lr", help=argparse.SUPPRESS)
    parser.add_argument(
        "--out", type=Path, metavar="FILE",
        help="file to write: .png, .svg, .pdf, .html, .csv or .json (lr_CONFIG.png, after the config's path)",
    )  # fmt: skip
    parser.add_argument(
        "--every", type=as_count, default=1, metavar="N", help="in .csv and .json, only every N-th iteration (1)"
    )
    parser.add_argument("--log-scale", action="store_true", help="a logarithmic axis for the rate")
    parser.add_argument(
        "--log", action="append", type=Path, default=[], metavar="FILE",
        help="train.log whose rates are drawn as dots on the curve of the first config; may be repeated",
    )  # fmt: skip
    add_language(parser)
    _add_looks(parser)
    parser.add_argument("--show", action="store_true", help="also open the picture in a window")


def _add_looks(parser: argparse.ArgumentParser) -> None:
    looks = parser.add_argument_group("appearance of the picture")
    looks.add_argument("--title", metavar="TEXT", help="title instead of the names of the configs")
    looks.add_argument(
        "--label",
        nargs="+",
        action="extend",
        default=[],
        metavar="NAME",
        dest="names",
        help="names for the curves, one each",
    )
    looks.add_argument(
        "--size", type=_size, metavar="WxH", help="width and height in inches, such as 3.3x2.4 for one column (9x5)"
    )
    looks.add_argument("--dpi", type=as_number, default=DPI, metavar="N", help=f"pixels per inch in a .png ({DPI:g})")
    looks.add_argument("--style", metavar="NAME", help="a Matplotlib style, or a style file")
    looks.add_argument(
        "--no-marks",
        dest="marks",
        action="store_false",
        help="no dots, no lines at milestones, no markers on the curves",
    )
    looks.add_argument("--text-as-paths", action="store_true", help="draw the text of an .svg as outlines")


def _size(text: str) -> tuple[float, float]:
    try:
        width, height = map(float, text.lower().replace("×", "x").split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError("must be a width and height in inches, such as 3.3x2.4") from None
    if not (2 <= width <= 100 and 2 <= height <= 100):  # in less the words along the axes are cut
        raise argparse.ArgumentTypeError("a picture has 2 to 100 inches each way")
    return width, height


def run(arguments: argparse.Namespace) -> int:
    """Plan the runs, write the picture or the numbers, then print the summary."""
    ready_to_draw(on_screen=arguments.show)
    arguments.weight_decay = arguments.weight_decay or arguments.parameter == "lr,wd"
    configs = configs_of(arguments) or [str(path) for path in arguments.log[:1]] or [str(DEFAULT_CONFIG)]
    source = printable(", ".join(Path(config).as_posix() for config in configs))
    out = arguments.out or _free_name(configs[0], source)
    kind = output_kind(out, (*PICTURES, *EXPORTS))  # a wrong path is reported before anything is drawn
    _check(arguments, kind)
    _use_looks(arguments)
    runs, logs = _planned(configs, arguments)
    beside = _beside(runs, arguments)
    figure = partial(_figure, runs, beside, logs, arguments)
    told = ""
    scalings = [scaling_lines(planned) for planned in runs]  # their errors come before the file
    # The file first: a reader of the text who leaves must not lose it.
    if kind in PICTURES:
        from ppocr_lr.plotting.figure import save

        with blamed_on_style(arguments.style):
            drawn = figure()
            save(drawn, out, source, arguments.dpi)
        told = _larger(drawn, arguments.size)
    else:
        _export(runs, beside, out, kind, arguments)
    _print_summary(runs, beside, scalings, logs)
    print(printable(labelled(tr("picture") if kind in PICTURES else tr("written"), f"{out}{told}")))
    if arguments.show:
        from ppocr_lr.plotting.window import show

        show(figure)
    return 0


def _figure(
    runs: Sequence[PlannedRun],
    beside: Mapping[str, Sequence[Schedule]],
    logs: Sequence[Comparison],
    arguments: argparse.Namespace,
) -> Figure:
    from ppocr_lr.plotting.figure import draw

    drawn = draw(
        runs, arguments.log_scale, arguments.title, arguments.axis, _panels(beside),
        size=arguments.size, names=arguments.names, marks=arguments.marks,
    )  # fmt: skip
    if logs:
        from ppocr_lr.logs.picture import draw_logs

        with speaking(OF_PICTURES):
            against = _against(logs, runs)
        draw_logs(drawn.axes[0], logs, arguments.axis, against)
    return drawn


def _larger(drawn: Figure, size: tuple[float, float] | None) -> str:
    """A note if a picture has become higher than asked for."""
    width, height = drawn.get_size_inches()
    if not size or height <= size[1]:
        return ""
    return tr(" ({width}x{height} inches, to hold everything in it)", width=f"{width:g}", height=f"{height:.3g}")


def _use_looks(arguments: argparse.Namespace) -> None:
    if arguments.text_as_paths:
        STYLE["svg.fonttype"] = "path"
    if arguments.style:
        use_style(arguments.style)


def _names(runs: Sequence[PlannedRun]) -> list[str]:
    """What tells several runs apart; nothing if there is one."""
    return labels(runs) if len(runs) > 1 else [""]


def _against(logs: Sequence[Comparison], runs: Sequence[PlannedRun]) -> list[str]:
    """The names of the curves that the parts of logs are compared with."""
    names, curves = _names(runs), list(map(_curve, runs))
    return [names[curves.index(_curve(comparison.planned))] for comparison in logs]


def _curve(planned: PlannedRun) -> tuple[Schedule, Run]:
    return planned.schedule, planned.run


def _free_name(config: str, source: str) -> Path:
    """A name after the config's path, of a file that is not there yet or is a picture of the same source."""
    from ppocr_lr.plotting.figure import source_of

    path = PurePath(config if config != str(DEFAULT_CONFIG) else DEFAULT_CONFIG.name)
    name = "_".join(part for part in (*path.parent.parts, path.stem) if part not in (path.anchor, ".."))
    while len(os.fsencode(name)) > _LONGEST_NAME:
        name = name[1:]
    return next(out for out in numbered(f"lr_{name}", ".png") if not out.exists() or source_of(out) == source)


def _check(arguments: argparse.Namespace, kind: str) -> None:
    pictures = ", ".join(f".{picture}" for picture in PICTURES)
    for name in _OF_PICTURES:
        if getattr(arguments, name) not in (None, [], False) and kind not in PICTURES:
            raise ArgumentError(
                name, tr("is for a picture ({pictures}), not for .{kind}", pictures=pictures, kind=kind)
            )
    if arguments.every > 1 and kind not in ("csv", "json"):
        raise ArgumentError("every", tr("is for .csv and .json, not for .{kind}", kind=kind), arguments.every)
    width, height = (inches * arguments.dpi for inches in arguments.size or (9, 5))
    if not (arguments.dpi >= 10 and width * height <= _MOST_PIXELS):
        most = _MOST_PIXELS // 10**6
        said = tr("must be at least 10, with at most {most} million pixels in all", most=most)
        raise ArgumentError("dpi", said, arguments.dpi)
    if arguments.log and kind not in PICTURES:
        said = tr("a log is drawn in a picture ({pictures}), not in .{kind}", pictures=pictures, kind=kind)
        raise ArgumentError("log", said)
    if arguments.log and arguments.metrics:
        said = tr("make a curve of their own; a log beside it is compared with a planned one")
        raise ArgumentError("metrics", said)


def _planned(configs: Sequence[str], arguments: argparse.Namespace) -> tuple[list[PlannedRun], list[Comparison]]:
    """The runs, and the logs beside the first; a log gives the length of an epoch if nothing else does.

    Each part of a log that was planned otherwise, as on other data, has a run of its own.
    """
    flags = run_flags(arguments)
    each = [
        (config, [*arguments.overrides, *swept]) for config in configs for swept in sweep_overrides(arguments.sweep)
    ]
    if not arguments.log:
        return [plan(config, overrides, flags, arguments.metrics) for config, overrides in each], []
    from ppocr_lr.logs.compare import compare_runs, plan_logged_run
    from ppocr_lr.logs.files import logs_at

    logs = [log for path in arguments.log for log in logs_at(path)]
    planned_by = [(config if configs_of(arguments) else None, overrides) for config, overrides in each]
    first, *others = planned_by
    compared = [part for log in logs for part in compare_runs(first[0], log, first[1], flags)]
    of_logs = {_curve(part.planned): part.planned for part in compared}
    return [*of_logs.values(), *(plan_logged_run(config, logs[0], own, flags) for config, own in others)], compared


def _beside(runs: Sequence[PlannedRun], arguments: argparse.Namespace) -> dict[str, list[Schedule]]:
    """What is asked for besides the rates, of each run."""
    found: dict[str, list[Schedule]] = {}
    for name in _BESIDE:
        for planned in runs if getattr(arguments, name) else ():
            with errors_within(planned.source):
                found.setdefault(name, []).append(_BESIDE[name](planned))
    return found


def _panels(beside: Mapping[str, Sequence[Schedule]]) -> dict[str, Sequence[Schedule]]:
    """What is asked for, by its name in a picture."""
    return {name.replace("_", " "): schedules for name, schedules in beside.items()}


def _export(
    runs: Sequence[PlannedRun],
    beside: Mapping[str, Sequence[Schedule]],
    out: Path,
    kind: str,
    arguments: argparse.Namespace,
) -> None:
    from ppocr_lr.export.progress import progress
    from ppocr_lr.export.rows import write_csv, write_json

    if kind == "html":
        from ppocr_lr.check.report import check_planned
        from ppocr_lr.export.html import write_html

        reports = [check_planned(planned) for planned in runs]
        write_whole(
            out, lambda file: write_html(runs, reports, file, arguments.log_scale, arguments.axis, _panels(beside))
        )
        return
    write = {"csv": write_csv, "json": write_json}[kind]
    with progress(tr("writing {file}", file=out)) as bar:
        write_whole(out, lambda file: write(runs, file, arguments.every, bar, beside))


def _print_summary(
    runs: Sequence[PlannedRun],
    beside: Mapping[str, Sequence[Schedule]],
    scalings: Sequence[Sequence[str]],
    logs: Sequence[Comparison],
) -> None:
    names = _names(runs)
    for index, (planned, name) in enumerate(zip(runs, names, strict=True)):
        print(*text_lines(planned), sep="\n")
        for what, schedules in beside.items():
            print(row(tr(_SHORT[what]), beside_text(schedules[index], planned.run)))
        if name:
            print(row(tr("curve"), name))
        print(*map(row, (tr("scaling"), ""), scalings[index]), sep="\n", end="\n" if scalings[index] else "")
        for remark in planned.parsed.remarks:
            warning = f"{planned.source}: {remark.under(*SECTION_PATH)}"
            print(printable(labelled(tr("warning"), warning)), file=sys.stderr)
    if logs:
        from ppocr_lr.logs.report import verdict

        for comparison, name in zip(logs, _against(logs, runs), strict=True):
            log = tr("{log} against {plan}", log=comparison.log.source, plan=name) if name else comparison.log.source
            print(printable(labelled(log, verdict(comparison))))
