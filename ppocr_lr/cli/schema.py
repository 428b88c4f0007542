"""`ppocr-lr schema`: the JSON Schema of a training config."""

from __future__ import annotations

import argparse

from pydantic_core import to_json

from ppocr_lr.cli.options import Commands, add_command, add_import, need_docstrings
from ppocr_lr.training_config.schema import config_schema, lr_schema

EXAMPLES = """\
examples:
  ppocr-lr schema > ppocr_lr.schema.json
      for an editor that completes and checks training configs
  ppocr-lr schema --section
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "schema",
        run,
        "print the JSON Schema of a config, for editors",
        "Print the JSON Schema of the keys that this project reads in a training config.",
        EXAMPLES,
    )
    add_import(parser)
    parser.add_argument("--section", action="store_true", help="only the schema of the lr section")


def run(arguments: argparse.Namespace) -> int:
    """Print the schema."""
    need_docstrings("schema")
    schema = lr_schema() if arguments.section else config_schema()
    print(to_json(schema, indent=2).decode())  # json.dumps indents slowly
    return 0
