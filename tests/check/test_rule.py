"""A rule declares its code, and what it means."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ppocr_lr.check.rule import RULES, Rule, example, findings_about, rule, source
from ppocr_lr.check.rules import compatibility, cycles, decay, input, logged, scale, units, warmup
from ppocr_lr.check.subject import Subject
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.training_config.plan import plan_config
from ppocr_lr.training_config.run_flags import RunFlags

FAMILIES = {
    "1": {input}, "2": {units}, "3": {warmup}, "4": {cycles, decay, logged}, "5": {compatibility}, "6": {scale},
}  # fmt: skip
SUBJECT = Subject(
    plan_config(
        {"Global": {"epoch_num": 3}, "Optimizer": {"lr": {"learning_rate": 0.1}}}, "c.yml", RunFlags(iters_per_epoch=9)
    )
)


@pytest.fixture
def known() -> Iterator[dict[str, Rule]]:
    """The rules, which lose what the test adds."""
    before = dict(RULES)
    yield RULES
    RULES.clear()
    RULES.update(before)


def test_a_rule_of_ones_own(known: dict[str, Rule]) -> None:
    @rule("XY001", Severity.ERROR, "three epochs")
    @example("epoch_num: 3")
    @source("this test")
    def three_epochs(subject: Subject) -> Iterator[Finding]:
        """Three are
        few.
        """
        if subject.run.epochs == 3:
            yield Finding(("Global", "epoch_num"), "is three", "take four")

    assert list(three_epochs.explanation()) == [
        "XY001 (error, test_rule): three epochs", "", "Three are few.", "", "example: epoch_num: 3", "source:  this test",
    ]  # fmt: skip
    found = Finding(("Global", "epoch_num"), "is three", "take four", "XY001", Severity.ERROR)
    assert list(three_epochs(SUBJECT)) == [found]
    assert found in findings_about(SUBJECT)


def test_a_code_is_declared_once(known: dict[str, Rule]) -> None:
    with pytest.raises(ValueError, match="LR301 is already found by as_long_as_the_run"):
        rule("LR301", Severity.NOTE, "again")(lambda subject: ())


@pytest.mark.parametrize("code", sorted(RULES))
def test_every_rule_says_what_it_means_and_stands_with_its_family(code: str) -> None:
    entry = RULES[code]
    assert entry.family in {module.__name__.rpartition(".")[2] for module in FAMILIES[code[2]]}
    assert "" not in (entry.title, entry.example, entry.source)
    assert re.fullmatch(r"(\S+ )*\S+\.", entry.why)
