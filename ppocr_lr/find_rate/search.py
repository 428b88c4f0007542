"""What one or several range tests of a training say together, beside the rate of its config: text, numbers, advice."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from ppocr_lr.curve.summary import row
from ppocr_lr.errors import SECTION, LRConfigError, printable
from ppocr_lr.find_rate.measured import Choice, RangeTest
from ppocr_lr.language import labelled, later, tr
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

    @property  # not cached: in a picture the reason is English
    def choice(self) -> Choice:
        """The choice of the one test; of several, the geometric means of those that suggest a rate."""
        choices = [test.choice for test in self.tests]
        told = [choice for choice in choices if choice.rate is not None]
        if len(choices) == 1 or not told:
            return choices[0]
        rates = sorted(choice.rate for choice in told if choice.rate is not None)
        tests = amount(len(choices), "test")
        if len(told) == 1:
            return told[0]._replace(reason=tr("1 of {tests} says {rate}", tests=tests, rate=rate_text(rates[0], 2)))
        said = tr(
            "{count} of {tests} say {rates}: within a factor of {factor}",
            count=len(told),
            tests=tests,
            rates=tr(", ").join(rate_text(rate, 2) for rate in rates),
            factor=f"{rates[-1] / rates[0]:.2g}",
        )
        low, high = _mean([choice.low for choice in told]), _mean([choice.high for choice in told])
        return Choice(_mean(rates), said, low, high)

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
        yield row(tr("test {number}", number=number) if several else tr("test"), test.extent)
        if len(test.losses):
            first, lowest = f"{test.losses[0]:.4g}", f"{test.smoothed[test.lowest]:.4g}"
            yield row(tr("loss"), tr("{first} at first, {lowest} at its lowest", first=first, lowest=lowest))
        if several or test.choice.rate is None:
            yield _rate_line(test.choice)
    if search.rate is not None:
        yield _rate_line(search.choice)
        yield advice(search)
        yield override(search)


def _rate_line(choice: Choice) -> str:
    return row(tr("rate"), labelled(tr("unclear") if choice.rate is None else rate_text(choice.rate, 2), choice.reason))


def advice(search: Search) -> str:
    """What to do, in a few sentences."""
    assert search.rate is not None
    low, high = (rate_text(rate, 2) for rate in (search.choice.low, search.choice.high))
    said = tr(
        "Try {rate}. Rates from {low} to {high} are worth comparing: the lower ones also train without a warmup, "
        "the upper ones need one.",
        rate=rate_text(search.rate, 2),
        low=low,
        high=high,
    )
    if search.rises_from is not None:
        said += tr(" The loss rises from {rate} on.", rate=rate_text(search.rises_from, 2))
    if search.own_rate is not None and search.own is not None:
        own = rate_text(search.own_rate, 2)
        said += tr(_placed(search, search.own_rate), rate=own, config=printable(search.own.source))
    return said


def _placed(search: Search, rate: float) -> str:
    """Where the rate of the config is, for `tr`."""
    if rate < search.choice.low:
        return later(" The {rate} of {config} is on the safe side, and may be slow.")
    if rate <= search.choice.high:
        return later(" The {rate} of {config} lies within that range.")
    if search.rises_from is None or rate < search.rises_from:
        return later(" The {rate} of {config} is above that range: training may diverge.")
    return later(" The {rate} of {config} is too high: training diverges.")


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
    config = printable(search.own.source)
    return line or tr("{rate} is the rate of {config} already.", rate=rate_text(search.rate, 2), config=config)


def write_csv(search: Search, file: BinaryIO) -> None:
    r"""Each loss as CSV: the number of its test, from 1; rate, loss, smoothed loss. Lines end in `\n`."""
    file.write((",".join(COLUMNS) + "\n").encode())
    for number, test in enumerate(search.tests, 1):
        for numbers in zip(test.rates.tolist(), test.losses.tolist(), test.smoothed.tolist(), strict=True):
            file.write(f"{number},{','.join(map(repr, numbers))}\n".encode())
