"""An argument is called by its name in Python, by its flag at the command line, by its field on the page."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from ppocr_lr import LRConfigError, check_file, plan_run
from ppocr_lr.cli.options import flag
from ppocr_lr.errors import ArgumentError, MissingError, MissingExtraError, Place, Problem, arguments_called, called
from ppocr_lr.explore.look import called_here
from ppocr_lr.language import speaking
from ppocr_lr.training_config.epoch_length import UnknownEpochLengthError
from ppocr_lr.training_config.plan import DEFAULT_CONFIG


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


@pytest.mark.parametrize(
    "error",
    [
        LRConfigError("wrong"),
        LRConfigError([Problem(("a", 0), "wrong", Place("c.yml", 3))]),
        ArgumentError("gpus", "must be 1", 0),
        MissingError("nothing is there", "gpus", path=("a",)),
        UnknownEpochLengthError("not known", "gpus", "num_samples").within("c.yml"),
        MissingExtraError("paddle", "paddle", "; or not"),
    ],
)
@pytest.mark.parametrize("copied", [lambda each: pickle.loads(pickle.dumps(each)), copy.copy, copy.deepcopy])
def test_an_error_leaves_a_process_of_a_pool_as_it_is(error: Exception, copied: Callable[[Any], Any]) -> None:
    other = copied(error)
    assert (type(other), str(other), vars(other)) == (type(error), str(error), vars(error))
    if isinstance(error, LRConfigError):
        assert other.within("d.yml").problems == error.within("d.yml").problems


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda: plan_run(DEFAULT_CONFIG, "Global.epoch_num=5"), "overrides 'Global.epoch_num=5'"),
        (lambda: check_file(DEFAULT_CONFIG, "Global.epoch_num=5"), "overrides 'Global.epoch_num=5'"),
        (lambda: check_file(DEFAULT_CONFIG, select="LR303"), "select 'LR303'"),
        (lambda: check_file(DEFAULT_CONFIG, ignore="LR303"), "ignore 'LR303'"),
    ],
)
def test_a_text_is_no_list_of_letters(call: Callable[[], object], argument: str) -> None:
    with pytest.raises(LRConfigError, match=f"^{argument}: must be a list of strings"):
        call()
