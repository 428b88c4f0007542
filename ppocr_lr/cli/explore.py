"""`ppocr-lr explore`: edit a schedule in the browser and see its curve."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import suppress

from ppocr_lr.cli.options import (
    Commands,
    add_command,
    add_configs,
    add_import,
    as_count,
    configs_of,
    flag,
    ready_to_draw,
)
from ppocr_lr.errors import ArgumentError, arguments_called
from ppocr_lr.training_config.plan import DEFAULT_CONFIG

EXAMPLES = """\
examples:
  ppocr-lr explore
      the default config
  ppocr-lr explore rec.yml
      edit the lr section of a PaddleOCR training YAML
  ppocr-lr explore a.yml b.yml
      edit the first, with the curve of the second beside it
  ppocr-lr explore --no-browser --port 8000
"""


def add(commands: Commands) -> None:
    """The command and its flags."""
    parser = add_command(
        commands,
        "explore",
        run,
        "edit a schedule in the browser and see its curve",
        "Open a page in the browser on which you edit the lr section and see its curve at once. Your file is never "
        "written to: copy the YAML from the page. Needs the extra `explore`.",
        EXAMPLES,
    )
    add_configs(parser)
    add_import(parser)
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (127.0.0.1, which only this machine can reach)"
    )
    parser.add_argument("--port", type=_port, help="port to listen on (8321, or the next free one)")
    parser.add_argument(
        "--no-browser", dest="browser", action="store_false", help="print the address without opening a browser"
    )


def _port(text: str) -> int:
    port = as_count(text)
    if port > 65535:
        raise argparse.ArgumentTypeError("must be from 1 to 65535")
    return port


def run(arguments: argparse.Namespace) -> int:
    """Read the configs, then serve the page until it is stopped."""
    from ppocr_lr.explore.draft import opened
    from ppocr_lr.explore.look import called_here
    from ppocr_lr.explore.server import PORT, addresses, free_port, serve
    from ppocr_lr.explore.state import MOST_PINS, Pin, State
    from ppocr_lr.training_config.labels import labels
    from ppocr_lr.training_config.yaml_edit import read_file_text

    configs = configs_of(arguments) or [str(DEFAULT_CONFIG)]
    if len(configs) > MOST_PINS + 1:
        raise ArgumentError("config", f"at most {MOST_PINS + 1} are shown, received {len(configs)}")
    drafts = [opened(read_file_text(config).text, config, counted=True) for config in configs]
    names = labels([draft.planned for draft in drafts]) if drafts[1:] else [""]
    ready_to_draw()
    port = free_port(arguments.host, arguments.port or PORT)
    said = f"explore: {' or '.join(f'http://{name}:{port}/' for name in addresses(arguments.host))} (Ctrl+C ends it)"
    state = State(drafts[0], tuple(map(Pin, names[1:], drafts[1:])))
    named = arguments_called(lambda argument: called_here(argument) or flag(argument))
    with suppress(KeyboardInterrupt), named:  # Ctrl+C is how it ends
        serve(state, arguments.host, port, arguments.browser, lambda: _tell(said))
    return 0


def _tell(said: str) -> None:
    try:
        print(said, flush=True)
    except OSError:
        # What could not be written is still there, and would fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise
