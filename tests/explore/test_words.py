"""The page speaks Chinese; that each of its texts has a translation, tests/test_language.py sees to."""

from __future__ import annotations

import pickle
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ppocr_lr.errors import LRConfigError
from ppocr_lr.explore.draft import opened
from ppocr_lr.explore.files import read_dropped
from ppocr_lr.explore.look import Dropped, details_of
from ppocr_lr.explore.state import State
from ppocr_lr.explore.words import Words, words_for
from ppocr_lr.language import speaking
from tests.chinese import not_chinese

WITH_EVERY_NUMBER = """
Global: {epoch_num: 20}
Optimizer: {lr: {name: Cosine, learning_rate: 0.1, warmup_epoch: 2, decay_within_run: true}}
"""


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("ZH", "zh"),
        ("en-GB,zh;q=0.5", "en"),
        ("de-DE, zh;q=0.7, en;q=0.3", "zh"),
        ("de, *;q=0.1", "en"),
        (";;,,-", "en"),
    ],
)
def test_the_browser_says_the_language(accepted: str, language: str) -> None:
    assert words_for(accepted) == Words(language)


def test_a_text_without_a_translation_is_said_in_english() -> None:
    chinese = Words().other
    assert chinese("Undo") == "撤销"
    assert chinese("line {line}, column {column}", line=3, column=5) == "第 3 行，第 5 列"
    assert chinese("of a third party's schedule: {x}") == "of a third party's schedule: {x}"
    assert chinese.other("Undo") == "Undo"


def test_everybody_is_told_in_a_language_of_their_own() -> None:
    def told(language: str) -> str:
        state = State(opened(WITH_EVERY_NUMBER.replace("warmup_epoch: 2", "warmup_epoch: 25%"), "c.yml"))
        with speaking(language):
            details = details_of(state, state.draft.planned, Dropped())
        said = [*(text for _, text in details.numbers), *(" ".join(row[1:]) for row in details.phases)]
        return "\n".join(said + [text for each in details.findings for text in (each.message, each.hint)])

    with ThreadPoolExecutor(4) as pool:
        for language, said in zip(["en", "zh"] * 8, pool.map(told, ["en", "zh"] * 8), strict=True):
            assert bool(re.search("[一-鿿]", said)) == (language == "zh")
            assert (not_chinese(said) == []) == (language == "zh"), said


PLATEAU = "Global: {epoch_num: 3}\nOptimizer: {lr: {name: ReduceOnPlateau, learning_rate: 1}}\n"
ODD_FILES = {
    "plateau.yml": PLATEAU.encode(),
    "late.pdopt": pickle.dumps({"LR_Scheduler": {"last_epoch": 2**60, "last_lr": 0.1}}),
    "negative.pdopt": pickle.dumps({"LR_Scheduler": {"last_epoch": 5, "last_lr": -1.0}}),
    "no-rate.pdopt": pickle.dumps({"LR_Scheduler": {"last_epoch": 5}}),
    "alone.states": pickle.dumps({"epoch": 3}),
    "no-number.states": pickle.dumps({"epoch": "x"}),
    "no-rate.log": b"nothing\n",
}


@pytest.mark.parametrize("name", ODD_FILES)
def test_why_a_file_cannot_be_used_is_said_in_chinese(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(ODD_FILES[name])
    if name == "no-number.states":
        (tmp_path / "no-number.pdopt").write_bytes(pickle.dumps({"LR_Scheduler": {"last_epoch": 5, "last_lr": 0.1}}))
    with speaking("zh"), pytest.raises(LRConfigError) as error:
        _ = read_dropped(tmp_path / name, opened(WITH_EVERY_NUMBER, "c.yml"), Dropped())[0].planned.schedule
    assert re.search("[一-鿿]", str(error.value))
    assert not_chinese(str(error.value)) == []
