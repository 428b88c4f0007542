"""Classes of other projects that do something wrong: each error says whose class it is, and none is a traceback."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pydantic import model_validator

from ppocr_lr import LRConfig, LRConfigError, Run, Schedule, Window, register_lr_config
from ppocr_lr.finding import Finding
from ppocr_lr.lr_config import MODELS, parse_lr_config, registry
from ppocr_lr.lr_config.envelope import WARMUP
from ppocr_lr.lr_config.foreign import fault_of_another
from ppocr_lr.lr_config.kinds import PositiveRate
from ppocr_lr.schedules import SCALAR, Constant, End, Functions

RUN = Run(5, 10)


@pytest.fixture(autouse=True)
def _names_are_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    # All of them: a module that is first imported in this test would be gone with its names afterwards.
    monkeypatch.setattr(registry, "_registered", dict(MODELS))


@dataclass(frozen=True)
class Mine(Schedule):
    """A constant rate, but for what a test has it answer."""

    peak: float

    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak + 0 * k

    def corner_runs(self) -> Any:
        return ()


class Plain(LRConfig):
    """Its section, likewise."""

    takes = WARMUP
    learning_rate: PositiveRate

    def curve(self, window: Window) -> Schedule:
        return Mine(self.learning_rate)


def registered(schedule: type[Schedule] = Mine, **own: Any) -> None:
    """The section under the name Mine, with attributes of its own."""
    own = {"curve": lambda self, window: schedule(self.learning_rate), **own}  # type: ignore[call-arg]
    register_lr_config("Mine")(
        type("MineConfig", (Plain,), {"__module__": __name__, "__qualname__": "MineConfig", **own})
    )


def answering(**answers: Any) -> dict[str, Any]:
    """The schedule with methods that return other things."""
    methods = {name: lambda self, *_, answer=answer: answer for name, answer in answers.items()}
    return {"schedule": dataclass(frozen=True)(type("Mine", (Mine,), {"__module__": __name__, **methods}))}


def raising(*_: Any) -> Any:
    raise RuntimeError("broken")


class Unhashable(Mine):
    __hash__ = None  # type: ignore[assignment]


class ForEachAlone(Mine):
    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak * math.exp(-k)  # not fn.exp


class ForNone(Mine):
    def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
        return self.peak if fn is SCALAR else 2 * self.peak


FAULTS = [
    ({"curve": lambda self, window: None}, "TypeError: curve must return a Schedule, received null"),
    ({"curve": lambda self, window: Mine}, "TypeError: curve must return a Schedule, received <class"),
    ({"curve": lambda self: None}, r"TypeError: .* takes 1 positional argument but 2 were given"),
    ({"curve": raising}, "RuntimeError: broken"),
    ({"remarks": raising}, "RuntimeError: broken"),
    ({"remarks": lambda self, window: None}, "TypeError: "),
    ({"model_post_init": raising}, "RuntimeError: broken"),
    ({"marks_key": "learning_rate"}, "TypeError: "),
    ({"schedule": Unhashable}, "TypeError: unhashable"),
    (answering(formula=None), "TypeError: "),
    (answering(formula=-0.1), r"ValueError: the rate of update 0 must be from 0 to 1e\+100, received -0.1"),
    (answering(formula=float("nan")), "ValueError: the rate of update 0 .*, received nan"),
    (answering(formula=1e308), r"ValueError: the rate of update 0 .*, received 1e\+308"),
    ({"schedule": ForEachAlone}, "TypeError: "),
    ({"schedule": ForNone}, "ValueError: the rate of update 0 is 0.1, but 0.2 in an array of updates"),
    (answering(lead=None), "AttributeError: "),
    (answering(end_of_decay=7), "TypeError: end_of_decay must return an End .*, received 7"),
    (answering(end_of_decay=(7, 0.0)), r"TypeError: end_of_decay must return an End .*, received \(7, 0.0\)"),
    (answering(end_of_decay=End(7, float("nan"))), "TypeError: end_of_decay must return an End"),
    (answering(end_of_decay=End(-7, 0.0)), "ValueError: a step is an update number and cannot be negative"),
    (answering(cycle_around=7), "TypeError: "),
    (answering(cycle_around=(7, 7)), r"ValueError: cycle_around\(0\) must return two updates around it"),
    (answering(corner_runs=None), "TypeError: "),
    (answering(corner_runs=(7, 8)), "TypeError: "),
    (answering(corner_runs=((7.5,),)), "TypeError: a step must be an integer, received 7.5"),
    (answering(corner_runs=((8, 7),)), r"ValueError: each run of corner_runs must have .* rising order, .*\[8, 7\]"),
    (answering(corner_runs=((2**70,),)), "ValueError: a step must fit into int64"),
]


@pytest.mark.parametrize(("own", "said"), FAULTS, ids=range(len(FAULTS)))
@pytest.mark.parametrize("inside", [False, True])
def test_a_fault_names_the_class_and_where_it_stands(own: dict[str, Any], said: str, inside: bool) -> None:
    registered(**own)
    section: dict[str, Any] = {"name": "Mine", "learning_rate": 0.1}
    path = r"Optimizer\.lr\.name"
    if inside:
        section = {"name": "Sequence", "stages": [{**section, "epochs": 2}, {**section, "until_end": True}]}
        path = r"Optimizer\.lr\.stages\.0(\.name)?"
    with pytest.raises(LRConfigError, match=rf"^{path}: .*MineConfig of {__name__}(:\d+)? does not work: {said}"):
        parse_lr_config(section, RUN)


def test_an_error_of_its_own_that_is_one_of_a_config_stays_as_it_is() -> None:
    def curve(self: Any, window: Window) -> Schedule:
        raise self.error("learning_rate", "a lucky number")

    registered(curve=curve)
    with pytest.raises(LRConfigError, match=r"^Optimizer\.lr\.learning_rate: 0.1 is not allowed; .* a lucky number$"):
        parse_lr_config({"name": "Mine", "learning_rate": 0.1}, RUN)


def test_what_it_says_of_several_keys_is_told_of_the_section() -> None:
    @register_lr_config("Mine")
    class Both(Plain):
        other: float = 0.0

        @model_validator(mode="after")
        def _both(self) -> Any:
            raise ValueError("not with other")

    with pytest.raises(LRConfigError, match=r"^Optimizer\.lr: .* is not allowed: Value error, not with other$"):
        parse_lr_config({"name": "Mine", "learning_rate": 0.1}, RUN)


@pytest.mark.parametrize("key", ["name", "epochs", "until_end", "peak", "error", "copy"])
@pytest.mark.filterwarnings("ignore:Field name")
def test_a_key_is_not_called_as_what_every_section_has(key: str) -> None:
    with pytest.raises(ValueError, match=rf"the schedule 'Mine' cannot have a key '{key}'"):
        registered(**{"__annotations__": {key: float}, key: 0.1})


def test_a_class_may_come_from_a_registered_one() -> None:
    registered()
    register_lr_config("Yours")(type("Yours", (MODELS["Mine"],), {"__module__": __name__, "curve": raising}))
    assert parse_lr_config({"name": "Mine", "learning_rate": 0.1}, RUN).schedule == Mine(0.1)
    with pytest.raises(LRConfigError, match=r"Yours of .* does not work: RuntimeError: broken"):
        parse_lr_config({"name": "Yours", "learning_rate": 0.1}, RUN)


def test_a_later_fault_is_that_of_the_class_at_work() -> None:
    def find(work: Callable[[], object]) -> LRConfigError | None:
        with pytest.raises(ZeroDivisionError) as caught:
            work()
        return fault_of_another(caught.value)

    @dataclass(frozen=True)
    class Late(Mine):
        def formula(self, k: Any, fn: Functions = SCALAR) -> Any:
            return 1 / (k - 1000)

    assert f"Late of {__name__}:" in str(find(lambda: Late(0.1)(1000)))
    assert find(lambda: Constant(0.1)(0) / 0) is None


def test_remarks_come_through() -> None:
    def remarks(self: Any, window: Window) -> Iterator[Finding]:
        yield Finding(("learning_rate",), "is mine", code="LR413")

    registered(remarks=remarks)
    assert [each.message for each in parse_lr_config({"name": "Mine", "learning_rate": 0.1}, RUN).remarks] == [
        "is mine"
    ]
