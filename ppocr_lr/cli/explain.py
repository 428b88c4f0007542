"""`ppocr-lr explain`: what a finding code means."""

from __future__ import annotations

import argparse

from ppocr_lr.check.catalogue import CODES, explanation
from ppocr_lr.cli.options import Commands, add_command
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
