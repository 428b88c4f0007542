"""What one or several range tests of a training say together, beside the rate of its config: text, numbers, advice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import BinaryIO

from ppocr_lr.errors import SECTION, LRConfigError, printable
from ppocr_lr.find_rate.measured import Choice, RangeTest
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.numbers_text import amount, rate_text
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.scaling import override_line, scaled_section

COLUMNS = ("test", "rate", "loss", "smoothed")


@dataclass(frozen=True)
class Search:
    """Range tests of one training, which differ in their seeds, and the run that needs a rate."""

    tests: Sequence[RangeTest]
    own: PlannedRun | None = None
    """The run as its config plans it; None if only the tests are known."""

    @cached_property
    def choice(self) -> Choice:
        """The choice of the one test; of several, the geometric means of those that suggest a rate."""
        choices = [test.choice for test in self.tests]
        told = [choice for choice in choices if choice.rate is not None]
        if len(choices) == 1 or not told:
            return choices[0]
        rates = sorted(choice.rate for choice in told if choice.rate is not None)
        of = f"of {amount(len(choices), 'test')}"
        if len(told) == 1:
            return told[0]._replace(reason=f"1 {of} says {rate_text(rates[0], 2)}")
        said = f"{len(told)} {of} say {', '.join(rate_text(rate, 2) for rate in rates)}"
        low, high = _mean([choice.low for choice in told]), _mean([choice.high for choice in told])
        return Choice(_mean(rates), f"{said}: within a factor of {rates[-1] / rates[0]:.2g}", low, high)

    @property
    def rate(self) -> float | None:
        """The rate to try, in the two digits that it is good for."""
        return None if self.choice.rate is None else float(f"{self.choice.rate:.1e}")

    @property
    def rises_from(self) -> float | None:
        """The lowest rate from which the loss of a test rises."""
        return min((test.rises_from for test in self.tests if test.rises_from is not None), default=None)

    @property
    def own_rate(self) -> float | None:
        """The peak of the config; None if it is not known, or is that of a range test."""
        if self.own is None or self.own.parsed.config.tries_rates:
            return None
        return self.own.parsed.config.highest_rate(self.own.built_for.window)


def _mean(rates: Sequence[float]) -> float:
    return math.exp(sum(map(math.log, rates)) / len(rates))


def text_lines(search: Search) -> Iterator[str]:
    """The report for a terminal, with what to paste in its last line."""
    several = len(search.tests) > 1
    for number, test in enumerate(search.tests, 1):
        yield f"  {f'test {number}' if several else 'test':<8} {test.extent}"
        if len(test.losses):
            yield f"  loss     {test.losses[0]:.4g} at first, {test.smoothed[test.lowest]:.4g} at its lowest"
        if several or test.choice.rate is None:
            yield _rate_line(test.choice)
    if search.rate is not None:
        yield _rate_line(search.choice)
        yield " ".join(advice(search))
        yield override(search)


def _rate_line(choice: Choice) -> str:
    return f"  rate     {'unclear' if choice.rate is None else rate_text(choice.rate, 2)}: {choice.reason}"


def advice(search: Search) -> Iterator[str]:
    """What to do, in a few sentences."""
    assert search.rate is not None
    low, high = (rate_text(rate, 2) for rate in (search.choice.low, search.choice.high))
    yield f"Try {rate_text(search.rate, 2)}. Rates from {low} to {high} are worth comparing:"
    yield "the lower ones also train without a warmup, the upper ones need one."
    if search.rises_from is not None:
        yield f"The loss rises from {rate_text(search.rises_from, 2)} on."
    if search.own_rate is not None and search.own is not None:
        own = f"{rate_text(search.own_rate, 2)} of {printable(search.own.source)}"
        yield f"The {own} {_placed(search, search.own_rate)}."


def _placed(search: Search, rate: float) -> str:
    if rate < search.choice.low:
        return "is on the safe side, and may be slow"
    if rate <= search.choice.high:
        return "lies within that range"
    if search.rises_from is None or rate < search.rises_from:
        return "is above that range: training may diverge"
    return "is too high: training diverges"


def override(search: Search) -> str:
    """What to paste to train with the rate: `-o Optimizer.lr.learning_rate=0.002`, all rates of a section alike."""
    assert search.rate is not None
    plain = f"-o {SECTION}.learning_rate={yaml_number(search.rate)}"
    if search.own is None or search.own_rate is None:
        return plain
    section = search.own.section
    try:
        line = override_line(section, scaled_section(section, search.own.parsed.config, search.rate / search.own_rate))
    except LRConfigError:  # a third party's section, which does not say which keys are rates
        return plain
    return line or f"{rate_text(search.rate, 2)} is the rate of {printable(search.own.source)} already."


def write_csv(search: Search, file: BinaryIO) -> None:
    r"""Each loss as CSV: the number of its test, from 1; rate, loss, smoothed loss. Lines end in `\n`."""
    file.write((",".join(COLUMNS) + "\n").encode())
    for number, test in enumerate(search.tests, 1):
        for row in zip(test.rates.tolist(), test.losses.tolist(), test.smoothed.tolist(), strict=True):
            file.write(f"{number},{','.join(map(repr, row))}\n".encode())
