"""An argument is called by its name in Python, by its flag at the command line, by its field on the page."""

from __future__ import annotations

import pytest

from ppocr_lr.cli.options import flag
from ppocr_lr.errors import ArgumentError, MissingError, arguments_called, called
from ppocr_lr.explore.look import called_here
from ppocr_lr.language import speaking


@pytest.mark.parametrize(
    ("argument", "at_the_command_line", "on_the_page"),
    [
        ("gpus", "--gpus", "cards"),
        ("num_samples", "--num-samples", "samples"),
        ("iters_per_epoch", "--iters-per-epoch", "iterations per epoch"),
        ("start_lr", "--from", None),
        ("overrides", "-o", None),
        ("import", "--import", "ppocr-lr explore --import"),
    ],
)
def test_what_an_argument_is_called(argument: str, at_the_command_line: str, on_the_page: str | None) -> None:
    with arguments_called(flag):
        error = ArgumentError(argument, "must be 1", 0)
        assert str(error) == f"{at_the_command_line} 0: must be 1"
        assert str(MissingError("nothing is there", argument, argument)).endswith(
            f"; give {at_the_command_line} or {at_the_command_line}"
        )
    assert called_here(argument) == on_the_page
    assert str(ArgumentError(argument, "must be 1", 0)) == f"{argument} 0: must be 1"
    assert called(argument) == argument


def test_on_the_page_it_is_called_in_the_language_of_the_visitor() -> None:
    with arguments_called(lambda argument: called_here(argument) or flag(argument)), speaking("zh"):
        assert called("reference_gpus") == "--reference-gpus"
        assert called("gpus") not in ("gpus", "cards")
