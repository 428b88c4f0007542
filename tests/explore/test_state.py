"""What a visitor has on the page, and its link."""

from __future__ import annotations

import base64
import json
import zlib
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ppocr_lr import LRConfigError
from ppocr_lr.errors import printable
from ppocr_lr.explore.draft import LONGEST_TEXT, Draft, opened
from ppocr_lr.explore.state import Pin, State, Typed, latest, state_of
from ppocr_lr.lr_config import MODELS
from ppocr_lr.training_config.plan import DEFAULT_CONFIG

TEXT = DEFAULT_CONFIG.read_text(encoding="utf-8")
SECTION = "Global:\n  epoch_num: 20\nOptimizer:\n  lr:\n    name: Cosine\n    learning_rate: 0.1\n"


@pytest.mark.parametrize("more", ["# a", "\n# a", "# a\n\n  # b", "\n\n# a\n# b"])
def test_a_comment_at_the_end_of_a_section_is_of_it(more: str) -> None:
    before = opened(f"{SECTION}Train:\n  loader: {{batch_size_per_card: 2}}\n", "c.yml")
    text = f"{before.excerpt.text}{more}\n"
    typed = State(before).after(Typed(text, before.excerpt, False)).draft
    assert typed.excerpt.text == text
    assert typed.with_values("Optimizer.lr.learning_rate=0.2").excerpt.text == text.replace("0.1", "0.2")


@pytest.mark.parametrize("line", ["warmup_epoch: [1, 2", "warmup_epoch: 'a"])
def test_what_stays_open_is_told_by_its_line_in_the_editor(line: str) -> None:
    draft = opened(TEXT, "c.yml")
    [problem] = State(draft).after(Typed(f"name: Cosine\n{line}\n", draft.excerpt, False)).refused
    assert "in line 2 is not closed" in problem.text
    assert problem.place
    assert problem.place.line - draft.excerpt.first_line in (1, 2)  # from 0; where it should have been closed


sections = st.sampled_from(sorted(MODELS)).map(lambda name: {"name": name, **MODELS[name].example})
drafts = st.builds(
    lambda section, number, gpus, words: Draft(
        yaml.safe_dump({"Global": {"epoch_num": 5}, "Optimizer": {"lr": section}, "words": words}, allow_unicode=True),
        "学习.yml", number, None, gpus,
    ),
    sections, st.integers(1, 10**12), st.integers(1, 8), st.text(max_size=50),
)  # fmt: skip
states = st.builds(
    State, drafts, st.lists(st.builds(Pin, st.text(max_size=8).map(printable), drafts), max_size=8).map(tuple),
    st.sampled_from(["iters", "epochs", "progress"]), st.booleans(),
)  # fmt: skip


@given(states)
def test_a_link_brings_a_state_back(state: State) -> None:
    assert state_of(state.link) == state


def test_the_steps_that_are_kept_are_few_and_short() -> None:
    short, long = (State(Draft(f"{SECTION}# {'x' * length}\n")) for length in (0, LONGEST_TEXT - 100))
    assert latest([short] * 300) == [short] * 200
    assert 40 < len(latest([short, *[long] * 300])) <= 50
    assert latest([short, long]) == [short, long]


def packed(content: Any) -> str:
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(content).encode())).decode()


def content(**changes: Any) -> dict[str, Any]:
    return {"drafts": [[TEXT, "c.yml", 100, None, 1]], "pins": [], "axis": "epochs", "log": False, **changes}


TORN = {
    "nothing": "%%%",
    "no zlib": base64.urlsafe_b64encode(b"hello").decode(),
    "cut": packed(content())[:-20],
    "no JSON": base64.urlsafe_b64encode(zlib.compress(b"{")).decode(),
    "no object": packed([]),
    "deep": base64.urlsafe_b64encode(zlib.compress(b"[" * 10**6)).decode(),
    "large": packed(content(drafts=[["#" * (LONGEST_TEXT + 1), "c.yml", 1, None, 1]])),
    "a bomb": packed(content(drafts=[["#" * 10**8, "c.yml", 1, None, 1]])),
    "many pins": packed(content(drafts=[[TEXT, "c.yml", 1, None, 1]] * 10, pins=["a"] * 9)),
    "another axis": packed(content(axis="x")),
    "true for a number": packed(content(drafts=[[TEXT, "c.yml", True, None, 1]])),
    "no number of cards": packed(content(drafts=[[TEXT, "c.yml", 100, None, None]])),
    "a pin without a number of cards": packed(
        content(drafts=[[TEXT, "c.yml", 1, None, 1], [TEXT, "c.yml", 1, None, None]], pins=["a"])
    ),
    "a name that a terminal obeys": packed(content(drafts=[[TEXT, "\x1b[2Jc.yml", 1, None, 1]])),
    "a name that turns what follows": packed(content(drafts=[[TEXT, "c\u202e.yml", 1, None, 1]])),
    "no text": packed(content(drafts=[[1, "c.yml", 1, None, 1]])),
    "no YAML": packed(content(drafts=[["a: [", "c.yml", 1, None, 1]])),
    "a float": packed(content(drafts=[[TEXT, "c.yml", 1.5, None, 1]])),
    "not ASCII": "é",
    "no section": packed(content(drafts=[["a: 1", "c.yml", 1, None, 1]])),
    "a section that is none": packed(content(drafts=[["Optimizer: {lr: [1]}", "c.yml", 1, None, 1]])),
    "half a character": packed(content(drafts=[[TEXT, "\ud800", 1, None, 1]])),
    "a long name": packed(content(drafts=[[TEXT, "c" * 101, 1, None, 1]])),
}


@pytest.mark.parametrize("link", TORN.values(), ids=TORN)
def test_a_torn_link_is_one_error(link: str) -> None:
    with pytest.raises(LRConfigError, match="link"):
        state_of(link)


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: base64.urlsafe_b64encode(raw).decode()))
def test_any_link_is_one_error(link: str) -> None:
    with pytest.raises(LRConfigError):
        state_of(link)


def test_a_state_that_is_too_long_has_no_link() -> None:
    noise = Random(1).randbytes(20_000).hex()
    assert State(Draft(f"{TEXT}# {noise}\n")).link == ""
