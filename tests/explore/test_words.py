"""The page speaks Chinese; that each of its texts has a translation, tests/test_language.py sees to."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from ppocr_lr.explore.draft import opened
from ppocr_lr.explore.look import Dropped, details_of
from ppocr_lr.explore.state import State
from ppocr_lr.explore.words import Words, words_for
from ppocr_lr.language import speaking

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


ENGLISH = re.compile(r"[a-z]{2,} [a-z]+ [a-z]{2,}")


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
            assert bool(ENGLISH.search(said)) == (language == "en"), said
