"""The page speaks Chinese: every text that it shows in words of its own has a translation."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

pytest.importorskip("nicegui")

from ppocr_lr import explore
from ppocr_lr.curve.axis import LABELS
from ppocr_lr.curve.phases import Kind
from ppocr_lr.explore import left, right
from ppocr_lr.explore.chinese import CHINESE
from ppocr_lr.explore.draft import State, opened, summary_of
from ppocr_lr.explore.fields import fields_of
from ppocr_lr.explore.look import Dropped, curves_of, details_of
from ppocr_lr.explore.words import Words, words_for
from ppocr_lr.finding import Severity
from ppocr_lr.language import catalogue, speaking
from ppocr_lr.lr_config.registry import MODELS

WITH_EVERY_NUMBER = """
Global: {epoch_num: 20}
Optimizer: {lr: {name: Cosine, learning_rate: 0.1, warmup_epoch: 2, decay_within_run: true}}
"""
EVERY_NUMBER = State(opened(WITH_EVERY_NUMBER, "c.yml"))

# What stands in the code in the place of a literal, and the texts that it may be.
TEXTS: dict[str, Iterable[str]] = {
    "LABELS[axis].partition(' (')[0]": (label.partition(" (")[0] for label in LABELS.values()),
    "_PHASES": right._PHASES,
    "field.description": (field.description for name in MODELS for field in fields_of(name)),
    "file": right._FILES,
    "kind": get_args(Kind),
    "self.words.other.name": (),  # in its own language
    "severity": map(str, Severity),
    "summary_of(name)": map(summary_of, MODELS),
    "text": (),  # of `button`, whose callers are asked
    "title": (),  # of `titled`, likewise
    "what": (
        *left._NUMBERS,
        *(right._SECTION, right._COMMAND, right._PYTHON, right._LINK),
        *(name for name, _ in details_of(EVERY_NUMBER, EVERY_NUMBER.draft.planned, Dropped()).numbers),
    ),
}


def written_in_the_code() -> Iterator[tuple[str, ast.expr]]:
    """File and argument of each call that says something."""
    for file in Path(explore.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(ast.Attribute(ast.Name("ui"))):
                    pass
                case (
                    ast.Call(ast.Name("words") | ast.Attribute(attr="words" | "button"), [said, *_])
                    | ast.Call(ast.Name("titled"), [_, said, *_])
                    | ast.Call(ast.Name("map"), [ast.Name("words") | ast.Attribute(attr="words"), said, *_])
                ):
                    yield f"{file.name}:{said.lineno}", said


def texts() -> Iterator[str]:
    for where, said in written_in_the_code():
        if isinstance(said, ast.Constant):
            yield said.value
        else:
            assert ast.unparse(said) in TEXTS, f"{where}: which texts are {ast.unparse(said)}?"
    for each in TEXTS.values():
        yield from filter(None, each)


SAID = frozenset(texts())


def test_every_text_has_a_translation() -> None:
    missing = "".join(f"    {text!r}: '',\n" for text in sorted(SAID - CHINESE.keys() - catalogue("zh").keys()))
    assert not missing, f"to be translated in explore/chinese.py:\n{missing}"


def test_no_translation_is_left_over() -> None:
    assert not sorted(CHINESE.keys() - SAID)
    # There they are counted: 3 个 epoch.
    assert CHINESE.keys() & catalogue("zh").keys() == {"epoch", "iteration"}


def test_a_translation_has_the_values_of_its_text() -> None:
    def values(pattern: str) -> list[str]:
        return [name for _, name, _, _ in Formatter().parse(pattern) if name is not None]

    for text, said in CHINESE.items():
        assert said
        assert values(said) == values(text), text


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
    assert chinese("line {}, column {}", 3, 5) == "第 3 行，第 5 列"
    assert chinese("of a third party's schedule: {x}") == "of a third party's schedule: {x}"
    assert chinese.other("Undo") == "Undo"


ENGLISH = re.compile(r"[a-z]{2,} [a-z]+ [a-z]{2,}")


def test_everybody_is_told_in_a_language_of_their_own() -> None:
    def told(language: str) -> str:
        state = State(opened(WITH_EVERY_NUMBER.replace("warmup_epoch: 2", "warmup_epoch: 25%"), "c.yml"))
        with speaking(language):
            curves = curves_of(state)
        assert curves.planned
        details = details_of(state, curves.planned, Dropped(), language)
        said = [*(text for _, text in details.numbers), *(" ".join(row[1:]) for row in details.phases)]
        return "\n".join(said + [text for each in details.findings for text in (each.message, each.hint)])

    with ThreadPoolExecutor(4) as pool:
        for language, said in zip(["en", "zh"] * 8, pool.map(told, ["en", "zh"] * 8), strict=True):
            assert bool(re.search("[一-鿿]", said)) == (language == "zh")
            assert bool(ENGLISH.search(said)) == (language == "en"), said
