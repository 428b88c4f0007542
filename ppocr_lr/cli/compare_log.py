"""`ppocr-lr compare-log`: does a training log follow its config."""

from __future__ import annotations

import argparse
from pathlib import Path

from ppocr_lr.cli.options import Commands, add_command, add_format, add_language, print_json
from ppocr_lr.cli.run_options import add_run, run_flags
from ppocr_lr.errors import ArgumentError, LRConfigError, printable
from ppocr_lr.language import tr
from ppocr_lr.logs.causes.diagnose import diagnose
from ppocr_lr.logs.compare import Comparison, compare_log, compare_runs, plan_logged_run
from ppocr_lr.logs.counts import Length
from ppocr_lr.logs.files import logs_at
from ppocr_lr.logs.follow import follow
from ppocr_lr.logs.lines import LogReader
from ppocr_lr.logs.report import json_value, text_lines
from ppocr_lr.logs.train_log import TrainLog
from ppocr_lr.logs.visualdl_records import is_records
from ppocr_lr.training_config.logged_config import is_log
from ppocr_lr.training_config.plan import PlannedRun

EXAMPLES = """\
examples:
  ppocr-lr compare-log output/train.log
      with the config that PaddleOCR wrote into the log
  ppocr-lr compare-log -c c.yml output/train.log
      the length of an epoch is the config's, or else the log's
  ppocr-lr compare-log -c c.yml output/train.log --num-samples 10000 --gpus 4
  ppocr-lr compare-log -c c.yml output/train.log --follow
  ppocr-lr plot -c c.yml --log output/train.log
      the same as a picture

exit code: 0 if the run follows the plan, 1 if it does not, 2 if the input
cannot be used.
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "compare-log",
        run,
        "find out whether a log follows its config",
        "Find out whether the rates in PaddleOCR's train.log are those of the config, where they begin to differ, and "
        "what would explain it.",
        EXAMPLES,
    )
    parser.add_argument(
        "logs",
        nargs="+",
        type=Path,
        metavar="LOG",
        help="train.log, which may be a .gz; VisualDL records; or a folder of logs. Each is compared",
    )
    parser.add_argument(
        "-c", "--config", metavar="CONFIG",
        help="PaddleOCR training YAML of the run; by default the one in the log, or config.yml beside it",
    )  # fmt: skip
    add_run(parser)
    add_format(parser)
    add_language(parser)
    parser.add_argument(
        "--follow", action="store_true", help="draw in the terminal while the log grows, until the run is over"
    )


def run(arguments: argparse.Namespace) -> int:
    """Compare each log, look for causes, print."""
    for path in arguments.logs:
        if path.suffix.lower() in (".yml", ".yaml") and path.is_file() and not is_log(path):
            raise LRConfigError(printable(tr("{file}: is a config, not a log; write -c {file}", file=path)))
    overrides, flags = arguments.overrides, run_flags(arguments)
    plans: dict[Length, PlannedRun] = {}  # a log that grows is not planned anew at each line

    def last_run(log: TrainLog) -> Comparison:
        run = log.runs(by_config=arguments.config is None)[-1]
        length = run.possible_lengths
        if length not in plans:
            plans[length] = plan_logged_run(arguments.config, run, overrides, flags)
        return compare_log(plans[length], run)

    if arguments.follow:
        if len(arguments.logs) > 1 or arguments.format != "text":
            raise ArgumentError("follow", tr("takes one log, and --format text"))
        (path,) = arguments.logs
        if is_records(path):
            raise ArgumentError("follow", tr("takes train.log, not VisualDL's records"))
        compared = [follow(LogReader(path / "train.log" if path.is_dir() else path), last_run)]
    else:
        logs = (log for path in arguments.logs for log in logs_at(path))
        compared = [each for log in logs for each in compare_runs(arguments.config, log, overrides, flags)]
    diagnosed = [(comparison, diagnose(comparison)) for comparison in compared]
    if arguments.format == "json":
        print_json(json_value(*pair) for pair in diagnosed)
    else:
        for pair in diagnosed:
            print(*text_lines(*pair), sep="\n")
    return int(any(not comparison.as_planned for comparison in compared))
