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
    from matplotlib.figure import Figure

    from ppocr_lr.logs import Comparison
    from ppocr_lr.logs.train_log import TrainLog
    from ppocr_lr.schedules import Schedule
    from ppocr_lr.training_config.plan import PlannedRun, RunFlags


def plot(arguments: argparse.Namespace) -> int:
    """`ppocr-lr plot`."""
    from ppocr_lr.curve.summary import text_lines, weight_decay_line
    from ppocr_lr.export import EXPORTS
    from ppocr_lr.output import PICTURES, output_kind
    from ppocr_lr.training_config.labels import labels
    from ppocr_lr.training_config.plan import DEFAULT_CONFIG
    from ppocr_lr.training_config.sweep import sweep_overrides

    configs = _configs(arguments) or [DEFAULT_CONFIG]
    out = arguments.out or Path(f"lr_{PurePath(configs[0]).stem}.png")
    kind = output_kind(out, (*PICTURES, *EXPORTS))  # a wrong path is told before anything is drawn
    if arguments.every < 1:
        raise LRConfigError(f"--every {arguments.every}: must be a positive integer")
    _check_reference(arguments)
    if arguments.parameter not in ("lr", "lr,wd"):
        raise LRConfigError(f"--parameter {arguments.parameter}: must be lr or lr,wd")
    with_weight_decay = arguments.parameter == "lr,wd"
    if arguments.log and kind not in PICTURES:
        raise LRConfigError(f"--log: a log is drawn in a picture ({', '.join(PICTURES)}), not in .{kind}")
    flags = _flags(arguments)
    logs = _read_logs(arguments.log)
    runs = [
        _plan_logged(config, logs, [*arguments.overrides, *swept], flags)
        for config in configs
        for swept in sweep_overrides(arguments.sweep)
    ]
    beside = _beside(runs[0], logs)
    weight_decays = _weight_decays(runs, out, kind) if with_weight_decay else []
    if not arguments.show:
        os.environ["MPLBACKEND"] = "agg"  # matplotlib looks at it on import, and a wrong one is no matter here

    def figure() -> Figure:
        from ppocr_lr.plotting.figure import draw

        return draw(runs, arguments.log_scale, axis=arguments.x, weight_decays=weight_decays, logs=beside)

    # The file first: a reader of the text who leaves must not lose it.
    if kind in PICTURES:
        from ppocr_lr.plotting.figure import save

        save(figure(), out)
    else:
        _export(runs, out, kind, arguments)
    names = labels(runs) if len(runs) > 1 else [""]
    for index, (planned, name) in enumerate(zip(runs, names, strict=True)):
        for line in text_lines(planned):
            print(line)
        if weight_decays:
            print(weight_decay_line(weight_decays[index], planned.run))
        if name:
            print(f"  curve    {name}")
        _print_scaling(planned, arguments)
        for remark in planned.parsed.remarks:
            print(f"warning: {planned.source}: {remark}", file=sys.stderr)
    if logs:
        from ppocr_lr.logs.report import verdict

        for comparison in beside:
            print(f"{comparison.log.source}: {verdict(comparison)}")
    print(f"{'picture' if kind in PICTURES else 'written'}: {out}")
    if arguments.show:
        from ppocr_lr.plotting.window import show as show_window

        show_window(figure)
    return 0


def _weight_decays(runs: Sequence[PlannedRun], out: Path, kind: str) -> list[Schedule]:
    from ppocr_lr.output import PICTURES
    from ppocr_lr.training_config.weight_decay import weight_decay_of

    if kind not in PICTURES:
        endings = ", ".join(f".{picture}" for picture in PICTURES)
        raise LRConfigError(f"--out {out}: --parameter lr,wd is drawn in {endings} only")
    found = []
    for planned in runs:
        try:
            found.append(weight_decay_of(planned.config, planned.run))
        except LRConfigError as error:
            raise LRConfigError(f"{planned.source}: {error}") from None
    return found


def _read_logs(paths: Sequence[Path]) -> list[TrainLog]:
    if not paths:
        return []
    from ppocr_lr.logs.train_log import read_log

    return [read_log(path) for path in paths]


def _plan_logged(config: str | Path, logs: Sequence[TrainLog], overrides: Sequence[str], flags: RunFlags) -> PlannedRun:
    """The plan; where a log is given, that tells the length of an epoch if nothing else does."""
    if logs:
        from ppocr_lr.logs import plan_logged_run

        return plan_logged_run(config, logs[0], overrides, flags)
    from ppocr_lr.training_config.plan import plan_run

    return plan_run(config, overrides, flags)


def _beside(planned: PlannedRun, logs: Sequence[TrainLog]) -> list[Comparison]:
    if not logs:
        return []
    from ppocr_lr.logs import compare_log

    return [compare_log(planned, log) for log in logs]


def compare_log(arguments: argparse.Namespace) -> int:
    """`ppocr-lr compare-log`."""
    import json

    from ppocr_lr.logs import plan_logged_run
    from ppocr_lr.logs.causes import diagnose
    from ppocr_lr.logs.report import json_value, text_lines
    from ppocr_lr.logs.train_log import LogReader

    flags = _flags(arguments)
    if arguments.follow:
        from ppocr_lr.logs.follow import follow

        if len(arguments.logs) > 1 or arguments.format != "text":
            raise LRConfigError("--follow: one log, and --format text")
        reader = LogReader(arguments.logs[0])
        compared = [follow(reader, lambda log: plan_logged_run(arguments.config, log, arguments.overrides, flags))]
    else:
        compared = [
            comparison
            for log in _read_logs(arguments.logs)
            for comparison in _beside(_plan_logged(arguments.config, [log], arguments.overrides, flags), [log])
        ]
    diagnosed = [(each, diagnose(each)) for each in compared]
    if arguments.format == "json":
        values = [json_value(*pair) for pair in diagnosed]
        print(json.dumps(values[0] if len(values) == 1 else values, indent=2, ensure_ascii=False))
    else:
        for pair in diagnosed:
            for line in text_lines(*pair):
                print(line)
    return int(any(comparison.first_difference is not None for comparison in compared))


def _export(runs: Sequence[PlannedRun], out: Path, kind: str, arguments: argparse.Namespace) -> None:
    from ppocr_lr.export.progress import progress
    from ppocr_lr.export.rows import write_csv, write_json
    from ppocr_lr.output import write_whole

    if kind == "html":
        from ppocr_lr.check.report import check_planned
        from ppocr_lr.export.html import write_html

        reports = [check_planned(planned) for planned in runs]
        write_whole(out, lambda file: write_html(runs, reports, file, arguments.log_scale, arguments.x))
        return
    write = {"csv": write_csv, "json": write_json}[kind]
    with progress(f"writing {out}") as bar:
        write_whole(out, lambda file: write(runs, file, arguments.every, bar))


def show(arguments: argparse.Namespace) -> int:
    """`ppocr-lr show`."""
    from ppocr_lr.check.report import check_planned
    from ppocr_lr.cli.show import show as show_run
    from ppocr_lr.training_config.plan import DEFAULT_CONFIG, plan_run

    _check_reference(arguments)
    for config in _configs(arguments) or [DEFAULT_CONFIG]:
        planned = plan_run(config, arguments.overrides, _flags(arguments))
        show_run(planned, check_planned(planned))
        _print_scaling(planned, arguments)
    return 0


def check(arguments: argparse.Namespace) -> int:
    """`ppocr-lr check`."""
    from ppocr_lr.check.catalogue import Severity
    from ppocr_lr.check.files import config_files
    from ppocr_lr.check.render import render
    from ppocr_lr.check.report import check_file, known_codes, unusable_report

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
    from ppocr_lr.curve.difference import difference, text_lines
    from ppocr_lr.output import PICTURES, output_kind
    from ppocr_lr.training_config.plan import plan_run

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


def resume(arguments: argparse.Namespace) -> int:
    """`ppocr-lr resume`."""
    import json

    from ppocr_lr.check.catalogue import Severity
    from ppocr_lr.output import PICTURES, output_kind
    from ppocr_lr.resume.checkpoint import read_checkpoint
    from ppocr_lr.resume.forecast import Resume
    from ppocr_lr.resume.report import as_dict, remarks, text_lines
    from ppocr_lr.training_config.plan import plan_run

    if len(configs := _configs(arguments)) != 1:
        raise LRConfigError(f"resume: name one config, before -o or behind -c; received {len(configs)}")
    if arguments.out:
        output_kind(arguments.out, PICTURES)
    planned = plan_run(configs[0], arguments.overrides, _flags(arguments))
    settings = planned.config.get("Global")
    given = arguments.checkpoint or (isinstance(settings, dict) and settings.get("checkpoints"))
    if not given or not isinstance(given, str):
        raise LRConfigError("resume: give --checkpoint PREFIX, as output/latest; the config has no Global.checkpoints")
    result = Resume(planned, read_checkpoint(given))
    if arguments.out:
        os.environ["MPLBACKEND"] = "agg"
        from ppocr_lr.plotting.figure import save
        from ppocr_lr.resume.picture import draw_resume

        save(draw_resume(result, arguments.log_scale), arguments.out)
    if arguments.format == "json":
        print(json.dumps(as_dict(result), indent=2, ensure_ascii=False))
    else:
        for line in text_lines(result):
            print(line)
        if arguments.out:
            print(f"picture: {arguments.out}")
    return int(any(remark.severity > Severity.NOTE for remark in remarks(result)))


def explain(arguments: argparse.Namespace) -> int:
    """`ppocr-lr explain`."""
    from ppocr_lr.check.catalogue import CODES, explanation
    from ppocr_lr.errors import did_you_mean

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

    from ppocr_lr.training_config.schema import config_schema, lr_schema

    print(json.dumps(lr_schema() if arguments.section else config_schema(), indent=2, ensure_ascii=False))
    return 0


def _configs(arguments: argparse.Namespace) -> list[str | Path]:
    return [*arguments.configs, *arguments.more_configs]


def _flags(arguments: argparse.Namespace) -> RunFlags:
    from ppocr_lr.training_config.plan import RunFlags

    return RunFlags(
        epochs=arguments.epochs,
        iters_per_epoch=arguments.iters_per_epoch,
        num_samples=arguments.num_samples,
        gpus=arguments.gpus,
        batch_size=arguments.batch_size,
        accumulate=arguments.accumulate,
        windows=arguments.windows,
        trainer=arguments.trainer,
    )


def _print_scaling(planned: PlannedRun, arguments: argparse.Namespace) -> None:
    """The rates for this batch, if the ones of the config are meant for another; nothing is scaled by itself."""
    if arguments.reference_gpus is None and arguments.reference_batch is None:
        return
    from ppocr_lr.training_config.scaling import override_line, scaled_section, scaling_factor

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
