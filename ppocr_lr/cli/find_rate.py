"""`ppocr-lr find-rate`: which rate to train with."""

from __future__ import annotations

import argparse
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from ppocr_lr.cli.options import (
    Commands,
    Parser,
    add_command,
    add_import,
    add_language,
    as_count,
    as_number,
    flag,
    ready_to_draw,
)
from ppocr_lr.errors import SECTION, ArgumentError, LRConfigError, errors_within, printable
from ppocr_lr.export.progress import progress
from ppocr_lr.find_rate.measured import RangeTest
from ppocr_lr.find_rate.search import Search, text_lines, write_csv
from ppocr_lr.language import OF_PICTURES, labelled, speaking, tr
from ppocr_lr.logs.range_test import read_range_tests
from ppocr_lr.lr_config import LRConfig, Run
from ppocr_lr.lr_config.parse import parse_lr_config
from ppocr_lr.lr_config.range_test import RangeTestConfig
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.output import PICTURES, numbered, output_kind, write_whole
from ppocr_lr.trainer.command import TrainerCommand, read_command, without_python
from ppocr_lr.trainer.hook import check_trainer
from ppocr_lr.trainer.range_test import LOG, OUTPUT, Trials, check_folder
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.plan import PlannedRun, plan_config, read_training_config
from ppocr_lr.training_config.run_flags import RunFlags
from ppocr_lr.training_config.sections import resumed_from

EXAMPLES = """\
examples:
  ppocr-lr find-rate tools/train.py -c config.yml -o Global.use_gpu=true
      in PaddleOCR's folder: at most 200 updates of your training
  ppocr-lr find-rate --repeat 3 --folder rates tools/train.py -c config.yml
  ppocr-lr find-rate python -m paddle.distributed.launch --gpus 0,1 tools/train.py -c config.yml
  ppocr-lr find-rate --log output/train.log -c config.yml --out rate.png
      from the log of a run with name: RangeTest

exit code: 0 with a suggestion, 1 without one, 2 if the input cannot be used or
the training fails.
"""

_SECTION = RangeTestConfig.model_fields
_SHOWN = 15  # lines of what a training said that broke off
_ENDINGS = (*PICTURES, "csv")


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "find-rate",
        run,
        "find out which rate to train with",
        "Find out which learning rate to train with, by a learning-rate range test: a short training run whose rate "
        "rises from one too low to learn anything to one at which training diverges. No model is kept.",
        EXAMPLES,
    )
    parser.usage = "ppocr-lr find-rate [OPTIONS] SCRIPT …\n       ppocr-lr find-rate --log FILE [-c CONFIG] [OPTIONS]"
    add_import(parser)
    _add_flags(parser)
    parser.add_argument(
        "--log", action="append", type=Path, default=[], metavar="FILE",
        help="instead of training, read the train.log of a run with name: RangeTest, or its folder; may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "-c", "--config", metavar="CONFIG", help="with --log: the config whose rate is compared with the result"
    )
    parser.add_argument(
        "training", nargs=argparse.REMAINDER, metavar="SCRIPT …", help="your training command: tools/train.py …"
    )


def _add_flags(parser: argparse.ArgumentParser) -> None:
    """Those that may also come after the script, which has none of these names."""
    parser.add_argument(
        "--updates",
        type=as_count,
        default=_SECTION["updates"].default,
        metavar="N",
        help="length of a test in updates (%(default)s)",
    )
    for name, key, words in (("from", "start_lr", "first"), ("to", "end_lr", "last")):
        parser.add_argument(
            f"--{name}", type=as_number, default=_SECTION[key].default, metavar="RATE", dest=key,
            help=f"the {words} rate ({rate_text(_SECTION[key].default)})",
        )  # fmt: skip
    parser.add_argument(
        "--repeat", type=as_count, default=1, metavar="N", help="number of tests, each with its own seed (1)"
    )
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="new folder for logs, picture and numbers (find_rate)"
    )
    parser.add_argument(
        "--out", action="append", type=Path, default=[], metavar="FILE",
        help="where to write the picture (.png, .svg, .pdf) or the numbers (.csv); may be repeated",
    )  # fmt: skip
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the tests, or read them; write what is asked for, print what to do."""
    if arguments.log and arguments.training:
        raise ArgumentError("log", tr("reads finished tests; leave out the script"))
    words = _own_flags(arguments)
    with speaking(arguments.lang):
        for out in arguments.out:
            output_kind(out, _ENDINGS)  # a wrong path is reported before anything is done
        if arguments.log:
            return _read(arguments)
        if arguments.config is not None:
            said = tr("find-rate: -c comes after the script, as when you train; only with --log it needs no script")
            raise LRConfigError(said)
        return _train(arguments, words)


def _read(arguments: argparse.Namespace) -> int:
    own = _planned(read_training_config(arguments.config), arguments.config) if arguments.config else None
    logged = [test for path in arguments.log for test in read_range_tests(path)]
    search = Search([each.test for each in logged], own)
    status = _tell(search, ", ".join(map(str, arguments.log)), arguments.out)
    if hint := _hint(search, logged[0].planned.parsed.config, logged[0].planned.built_for):
        print(labelled(tr("hint"), f"-o {SECTION}.{hint[0]}={yaml_number(float(f'{hint[1]:g}'))}"))
    return status


def _own_flags(arguments: argparse.Namespace) -> list[str]:
    """Take our flags out of the words of the training; what is left."""
    parser = Parser(add_help=False, exit_on_error=False)
    _add_flags(parser)
    try:
        return parser.parse_known_args(arguments.training, arguments)[1]
    except argparse.ArgumentError as error:
        raise LRConfigError(str(error)) from None


def _train(arguments: argparse.Namespace, words: Sequence[str]) -> int:
    trials = _trials(arguments, words)
    outs = arguments.out or [trials.folder / "rate.png", trials.folder / "losses.csv"]
    tests: list[RangeTest] = []
    failure: BaseException | None = None
    for number in range(arguments.repeat):
        place = trials.place(number)
        test = tr("test {number} of {count}", number=number + 1, count=arguments.repeat)
        named = printable(labelled(place, test))
        first, last = rate_text(trials.section.start_lr), rate_text(trials.section.end_lr)
        print(tr("{test}, rate {first} to {last}", test=named, first=first, last=last), flush=True)
        kept = tr("its output is in {file}", file=place / OUTPUT)
        script = trials.command.script
        try:
            with progress(named, after=0) as bar:
                code = trials.run(number, bar)
        except KeyboardInterrupt:
            failure = KeyboardInterrupt(tr("interrupted; {kept}", kept=kept))
        else:
            if code:
                said = tr("{script} ended with exit code {code}; {kept}", script=script, code=code, kept=kept)
                failure = LRConfigError(said)
                _show_end(place / OUTPUT)
        try:
            tests += [each.test for each in read_range_tests(place / LOG)]
        except LRConfigError:
            failure = failure or LRConfigError(tr("{script} logged no rate; {kept}", script=script, kept=kept))
        if failure:
            break
    status = 2
    if tests:
        own = None
        with suppress(LRConfigError):  # it cannot be planned
            own = _planned(trials.config, str(trials.command.config))
        search = Search(tests, own)
        status = _tell(search, str(trials.folder), outs)
        if not failure and (hint := _hint(search, trials.section, Run(1, 1))):
            print(labelled(tr("hint"), f"{flag(hint[0])} {hint[1]:g}"))
    if failure:
        raise failure
    return status


def _trials(arguments: argparse.Namespace, words: Sequence[str]) -> Trials:
    launcher, command = _command(words)
    check_trainer(command.script)
    if command.config is None:
        raise LRConfigError(tr("{script}: name its config after it, with -c", script=command.script))
    folder = arguments.folder or next(path for path in numbered("find_rate") if not path.exists())
    check_folder(folder)
    if command.lost:
        print(labelled(tr("warning"), command.lost), file=sys.stderr)
    config = with_overrides(read_training_config(command.config), command.overrides)
    _check_start(config)
    return Trials(command, launcher, config, _section(arguments), folder, arguments.lang)


def _check_start(config: Mapping[str, Any]) -> None:
    """Refuse what would start the test in the middle: only of `Global.checkpoints` a test can take just the weights."""
    path, checkpoint = resumed_from(config)
    if path[0] != "Global" and isinstance(checkpoint, str) and Path(f"{checkpoint.rstrip('/')}.pdopt").exists():
        key = ".".join(map(str, path))
        problem = tr("the test would continue at its update; name a copy of that folder without its metric.states")
        raise LRConfigError(f"{key}={checkpoint}: {problem}")


def _command(words: Sequence[str]) -> tuple[Sequence[str], TrainerCommand]:
    """What comes before the script, and the rest."""
    words = without_python(words)
    script = next((place for place, word in enumerate(words) if word.endswith(".py")), 0)
    launcher = words[:script]
    if "-m" not in launcher:
        return (), read_command(words)
    return launcher[launcher.index("-m") :], read_command(words[script:])


def _section(arguments: argparse.Namespace) -> RangeTestConfig:
    given = {key: getattr(arguments, key) for key in ("start_lr", "end_lr", "updates")}
    try:
        parsed = parse_lr_config({"name": "RangeTest", **given}, Run(1, 1))
    except LRConfigError as error:
        problem = error.problems[0]
        raise ArgumentError(str(problem.path[-1]), problem.text) from None
    assert isinstance(parsed.config, RangeTestConfig)
    return parsed.config


def _planned(config: Mapping[str, Any], source: str) -> PlannedRun:
    """The run of a config, also of one without a curve, at any length of an epoch: that moves no peak."""
    with errors_within(source):
        return plan_config(config, source, RunFlags(), assumed_iters=1000)


def _show_end(output: Path) -> None:
    with open(output, encoding="utf-8", errors="replace") as file:
        for line in deque(file, _SHOWN):
            print(printable(line.rstrip("\n")), file=sys.stderr)


def _tell(search: Search, source: str, outs: Sequence[Path]) -> int:
    """Print the report, write the files; 1 if it has no rate."""
    print(printable(source))
    print(*text_lines(search), sep="\n", flush=True)
    drawn = any(len(test.losses) for test in search.tests)
    for out in outs:
        numbers = output_kind(out, _ENDINGS) == "csv"
        if drawn or numbers:
            _write(search, out)
            print(printable(labelled(tr("written") if numbers else tr("picture"), out)))
    return int(search.rate is None)


def _hint(search: Search, section: LRConfig, run: Run) -> tuple[str, float] | None:
    """A key of the test's section, and what to set it to for a test that shows more."""
    if search.choice.change == "" or not isinstance(section, RangeTestConfig):
        return None
    if search.choice.change == "lower start":
        return "start_lr", section.start_lr / 100
    if search.choice.change == "more updates":
        return "updates", section.length(run.window) * 3
    ended = search.tests[0].rates[-1] > section.end_lr / 2
    return ("end_lr", section.end_lr * 100) if ended else None


def _write(search: Search, out: Path) -> None:
    if output_kind(out, _ENDINGS) == "csv":
        write_whole(out, lambda file: write_csv(search, file))
        return
    ready_to_draw()
    from ppocr_lr.find_rate.picture import draw_range_tests
    from ppocr_lr.plotting.figure import save

    tests = [test for test in search.tests if len(test.losses)]
    with speaking(OF_PICTURES):
        drawn = draw_range_tests(tests, search.choice, search.rises_from, search.own_rate)
    save(drawn, out)
