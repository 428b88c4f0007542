"""`ppocr-lr explain`: what a finding code means."""

from __future__ import annotations

import argparse

from ppocr_lr.check.rules import RULES
from ppocr_lr.cli.options import Commands, add_command, need_docstrings
from ppocr_lr.errors import LRConfigError, did_you_mean


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands, "explain", run, "what a finding code means", "What a finding code means, why, and where it is from."
    )
    parser.add_argument("codes", nargs="*", metavar="CODE", help="as LR401; without one, all codes are listed")


def run(arguments: argparse.Namespace) -> int:
    """Print the explanations, or the list of codes."""
    if not arguments.codes:
        for code, rule in sorted(RULES.items()):
            print(f"{code}  {rule.severity!s:8} {rule.title}")
    for index, code in enumerate(arguments.codes):
        if code.upper() not in RULES:
            family = [known for known in sorted(RULES) if known[:-2] == code.upper()[:-2]]
            others = (
                f"; the codes of this kind are {', '.join(family)}" if family else did_you_mean(code, sorted(RULES))
            )
            raise LRConfigError(f"explain {code}: there is no such code{others}; ppocr-lr explain lists all")
        need_docstrings("explain")
        if index:
            print()
        print(*RULES[code.upper()].explanation(), sep="\n")
    return 0
