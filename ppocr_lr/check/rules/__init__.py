"""The rules, one module for each family of codes; each rule takes a subject and yields drafts."""

from collections.abc import Callable, Iterator

from ppocr_lr.check.finding import Draft, Subject
from ppocr_lr.check.rules import compatibility, decay, input, scale, units, warmup

Rule = Callable[[Subject], Iterator[Draft]]

RULES: tuple[Rule, ...] = (*input.RULES, *units.RULES, *warmup.RULES, *decay.RULES, *compatibility.RULES, *scale.RULES)

__all__ = ["RULES", "Rule"]
