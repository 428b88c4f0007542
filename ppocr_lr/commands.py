"""What each command of `ppocr-lr` does; imports only what the command at hand needs."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from ppocr_lr.errors import LRConfigError

if TYPE_CHECKING:
    from ppocr_lr.training_config import PlannedRun, RunFlags


def plot(arguments: argparse.Namespace) -> int:
    """`ppocr-lr plot`."""
    from ppocr_lr.export import EXPORTS
    from ppocr_lr.output import PICTURES, output_kind
    from ppocr_lr.plotting.labels import labels
    from ppocr_lr.summary import text_lines
    from ppocr_lr.sweep import sweep_overrides
    from ppocr_lr.training_config import DEFAULT_CONFIG, plan_run

    configs = _configs(arguments) or [DEFAULT_CONFIG]
    out = arguments.out or Path(f"lr_{PurePath(configs[0]).stem}.png")
    kind = output_kind(out, (*PICTURES, *EXPORTS))  # a wrong path is told before anything is drawn
    if arguments.every < 1:
        raise LRConfigError(f"--every {arguments.every}: must be a positive integer")
    _check_reference(arguments)
    flags = _flags(arguments)
    runs = [
        plan_run(config, [*arguments.overrides, *swept], flags)
        for config in configs
        for swept in sweep_overrides(arguments.sweep)
    ]
    if not arguments.show:
        os.environ["MPLBACKEND"] = "agg"  # matplotlib looks at it on import, and a wrong one is no matter here
    # The file first: a reader of the text who leaves must not lose it.
    if kind in PICTURES:
        from ppocr_lr.plotting.figure import draw, save

        save(draw(runs, arguments.log_scale, axis=arguments.x), out)
    else:
        _export(runs, out, kind, arguments)
    names = labels(runs) if len(runs) > 1 else [""]
    for planned, name in zip(runs, names, strict=True):
        for line in text_lines(planned):
            print(line)
        if name:
            print(f"  curve    {name}")
        _print_scaling(planned, arguments)
        for remark in planned.parsed.remarks:
            print(f"warning: {planned.source}: {remark}", file=sys.stderr)
    print(f"{'picture' if kind in PICTURES else 'written'}: {out}")
    if arguments.show:
        from ppocr_lr.plotting.window import show as show_window

        show_window(runs, arguments.log_scale, arguments.x)
    return 0


def _export(runs: Sequence[PlannedRun], out: Path, kind: str, arguments: argparse.Namespace) -> None:
    from ppocr_lr.export.progress import progress
    from ppocr_lr.export.rows import write_csv, write_json
    from ppocr_lr.output import write_whole

    if kind == "html":
        from ppocr_lr.export.html import write_html
        from ppocr_lr.preflight.check import check_planned

        reports = [check_planned(planned) for planned in runs]
        write_whole(out, lambda file: write_html(runs, reports, file, arguments.log_scale))
        return
    write = {"csv": write_csv, "json": write_json}[kind]
    with progress(f"writing {out}") as bar:
        write_whole(out, lambda file: write(runs, file, arguments.every, bar))


def show(arguments: argparse.Namespace) -> int:
    """`ppocr-lr show`."""
    from ppocr_lr.preflight.check import check_planned
    from ppocr_lr.show import show as show_run
    from ppocr_lr.training_config import DEFAULT_CONFIG, plan_run

    _check_reference(arguments)
    for config in _configs(arguments) or [DEFAULT_CONFIG]:
        planned = plan_run(config, arguments.overrides, _flags(arguments))
        show_run(planned, check_planned(planned))
        _print_scaling(planned, arguments)
    return 0


def check(arguments: argparse.Namespace) -> int:
    """`ppocr-lr check`."""
    from ppocr_lr.preflight.catalogue import Severity
    from ppocr_lr.preflight.check import check_file, known_codes, unusable_report
    from ppocr_lr.preflight.files import config_files
    from ppocr_lr.preflight.render import render

    given = _configs(arguments)
    if not given:
        raise LRConfigError("check: name at least one config or folder, before -o and --ignore or behind -c")
    flags = _flags(arguments)
    ignored = known_codes(arguments.ignore)
    reports = []
    for path in config_files(given):
        try:
            reports.append(check_file(path, arguments.overrides, flags, ignored))
        except LRConfigError as error:
            reports.append(unusable_report(path, error))
    for line in render(reports, arguments.format, colour=sys.stdout.isatty() and not os.environ.get("NO_COLOR")):
        print(line)
    if any(report.planned is None for report in reports):
        return 2
    least = Severity[arguments.fail_on.upper()]
    return int(any(finding.severity >= least for report in reports for finding in report.findings))


def diff(arguments: argparse.Namespace) -> int:
    """`ppocr-lr diff`."""
    from ppocr_lr.difference import difference, text_lines
    from ppocr_lr.output import PICTURES, output_kind
    from ppocr_lr.training_config import plan_run

    if arguments.out:
        output_kind(arguments.out, PICTURES)
    first, second = (plan_run(config, arguments.overrides, _flags(arguments)) for config in arguments.configs)
    result = difference(first, second, arguments.x)
    if arguments.out:
        os.environ["MPLBACKEND"] = "agg"
        from ppocr_lr.plotting.figure import draw_difference, save

        save(draw_difference(result, arguments.log_scale), arguments.out)
    for line in text_lines(result):
        print(line)
    if arguments.out:
        print(f"picture: {arguments.out}")
    return 0


def explain(arguments: argparse.Namespace) -> int:
    """`ppocr-lr explain`."""
    from ppocr_lr.errors import did_you_mean
    from ppocr_lr.preflight.catalogue import CODES, explanation

    if not arguments.codes:
        for code, entry in CODES.items():
            print(f"{code}  {entry.severity!s:8} {entry.title}")
    for index, code in enumerate(arguments.codes):
        if code.upper() not in CODES:
            raise LRConfigError(f"explain {code}: there is no such code{did_you_mean(code, list(CODES))}")
        if index:
            print()
        for line in explanation(code.upper()):
            print(line)
    return 0


def schema(arguments: argparse.Namespace) -> int:
    """`ppocr-lr schema`."""
    import json

    from ppocr_lr.schema import config_schema, lr_schema

    print(json.dumps(lr_schema() if arguments.section else config_schema(), indent=2, ensure_ascii=False))
    return 0


def _configs(arguments: argparse.Namespace) -> list[str | Path]:
    return [*arguments.configs, *arguments.more_configs]


def _flags(arguments: argparse.Namespace) -> RunFlags:
    from ppocr_lr.training_config import RunFlags

    return RunFlags(
        epochs=arguments.epochs,
        iters_per_epoch=arguments.iters_per_epoch,
        num_samples=arguments.num_samples,
        gpus=arguments.gpus,
        batch_size=arguments.batch_size,
        accumulate=arguments.accumulate,
        windows=arguments.windows,
    )


def _print_scaling(planned: PlannedRun, arguments: argparse.Namespace) -> None:
    """The rates for this batch, if the ones of the config are meant for another; nothing is scaled by itself."""
    if arguments.reference_gpus is None and arguments.reference_batch is None:
        return
    from ppocr_lr.scaling import override_line, scaled_section, scaling_factor

    per_card = planned.batch_per_card(arguments.batch_size) * arguments.accumulate
    batch = per_card * arguments.gpus
    reference = arguments.reference_batch or per_card * arguments.reference_gpus
    factor = scaling_factor(batch, reference, arguments.scaling)
    line = override_line(planned.section, scaled_section(planned.section, planned.parsed.config, factor))
    print(f"  scaling  {batch} samples an update against {reference}: {arguments.scaling} rule, rates × {factor:.6g}")
    print(f"           {line or 'nothing changes'}")


def _check_reference(arguments: argparse.Namespace) -> None:
    for flag in ("reference_gpus", "reference_batch"):
        value = getattr(arguments, flag)
        if value is not None and value < 1:
            raise LRConfigError(f"--{flag.replace('_', '-')} {value}: must be a positive integer")
