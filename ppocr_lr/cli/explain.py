"""`ppocr-lr explain`: what a finding code means."""

from __future__ import annotations

import argparse

from ppocr_lr.check.rules import RULES, explain
from ppocr_lr.cli.options import Commands, add_command, add_language, comma_list, need_docstrings
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import padded

EXAMPLES = """\
examples:
  ppocr-lr explain LR401
  ppocr-lr explain
      list all codes
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "explain",
        run,
        "explain the code of a finding",
        "Explain the code of a finding: what it means, why it matters, an example and its source.",
        EXAMPLES,
    )
    parser.add_argument(
        "codes", nargs="*", metavar="CODE",
        help="such as LR401, or the title of a finding; without one, all codes are listed",
    )  # fmt: skip
    add_language(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the explanations, or the list of codes."""
    if arguments.codes:
        need_docstrings("explain")
        words = comma_list(",".join(arguments.codes))
        one_by_one = words and all(any(map(str.isdigit, word)) for word in words)  # else a title, or LR 401
        print(*map(explain, words if one_by_one else [" ".join(arguments.codes)]), sep="\n\n")
        return 0
    for code, rule in sorted(RULES.items()):
        print(f"{code}  {padded(tr(str(rule.severity)), 9)}{tr(rule.title)}")
    return 0
