"""`ppocr-lr scale`: the config for another number of cards, or another batch."""

from __future__ import annotations

import argparse
from pathlib import Path

from ppocr_lr.check.report import plan_at_any_length
from ppocr_lr.cli.options import Commands, add_command, add_configs, add_language, configs_of
from ppocr_lr.cli.run_options import add_reference, add_run, run_flags, scaling_text
from ppocr_lr.errors import LRConfigError, MissingError, Place, errors_within, printable
from ppocr_lr.language import labelled, tr
from ppocr_lr.numbers_text import amount
from ppocr_lr.output import output_kind
from ppocr_lr.training_config.logged_config import is_log
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.plan import PlannedRun, checked_sections
from ppocr_lr.training_config.reference import proposed_reference
from ppocr_lr.training_config.scaling import overrides_to
from ppocr_lr.training_config.yaml_edit import FileText, TextTree, read_file_text
from ppocr_lr.training_config.yaml_file import YAMLDocument, yaml_document

EXAMPLES = """\
examples:
  ppocr-lr scale c.yml --reference-gpus 8 --gpus 1
      show what changes, as a patch
  ppocr-lr scale c.yml --reference-gpus 8 --gpus 1 --out one_card.yml
      write the new config
  ppocr-lr scale c.yml --reference-batch 512 --rule sqrt --gpus 2
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "scale",
        run,
        "write a config for another number of cards",
        "Scale the rates of a config for the batch size of this run. Everything else in the file stays as it is.",
        EXAMPLES,
    )
    add_configs(parser, "a PaddleOCR training YAML")
    add_run(parser)
    add_reference(parser)
    parser.add_argument(
        "--rule",
        dest="scaling",
        choices=("linear", "sqrt"),
        default="linear",
        help="how rates follow the batch size (linear)",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="where to write the config: .yml or .yaml")
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Scale the config, show what changes, write it if asked to."""
    (config,) = configs_of(arguments, 1)
    if arguments.out:
        output_kind(arguments.out, ("yml", "yaml"))
    if is_log(config):
        said = tr("is a log; scale changes a YAML, such as the config.yml beside it")
        raise LRConfigError(f"{config}: {said}")
    file = read_file_text(config)
    text, said = _scaled(file, arguments)
    print(printable(f"{file.path}: {said}"))
    if text != file.text:
        print(*file.diff(text), sep="\n")
    if arguments.out:
        here = arguments.out.exists() and arguments.out.samefile(file.path)
        file.write(text, None if here else arguments.out)
        print(printable(labelled(tr("written"), arguments.out)))
    return 0


def _scaled(file: FileText, arguments: argparse.Namespace) -> tuple[str, str]:
    """The text for this run's batch, and what was done."""
    document = yaml_document(file.text, file.path)
    sections = checked_sections(document.data, file.path)
    with errors_within(file.path):
        config = with_overrides(sections, arguments.overrides)
        planned = plan_at_any_length(config, file.path, run_flags(arguments).beside(file.path))
        reference = planned.reference_batch
        if reference is None:
            raise _no_reference(planned, document)
        scaled = planned.scaled
        intended = with_overrides(config, overrides_to(planned.section, scaled.section) if scaled else ())
        said = scaling_text(planned, reference)
    if not scaled:
        said = tr("{scaling}; nothing changes", scaling=said)
    return TextTree(document).edited((), intended).text, said


def _no_reference(planned: PlannedRun, document: YAMLDocument) -> LRConfigError:
    """Asks for the reference, and offers what the file's comments propose."""
    proposed = proposed_reference(document)
    words = tr("nothing says for which batch the rate is meant")
    if proposed:
        samples = proposed.cards * (proposed.batch_per_card or planned.batch_per_card)
        words = tr(
            '{problem} (a comment says "{comment}", which may mean {cards}, {samples})',
            problem=words,
            comment=proposed.comment,
            cards=amount(proposed.cards, "card"),
            samples=amount(samples, "sample"),
        )
    return MissingError(words, "reference_gpus", "reference_batch", place=Place(document.source))
