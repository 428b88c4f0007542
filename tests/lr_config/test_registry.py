from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr import LRConfig, LRConfigError, Run, Schedule, Window, build_schedule, register_lr_config
from ppocr_lr.lr_config import MODELS, registry
from ppocr_lr.lr_config.envelope import WARMUP
from ppocr_lr.schedules import Constant, Warmup


@pytest.fixture(autouse=True)
def _names_are_put_back() -> Iterator[None]:
    before = dict(MODELS)  # all of them: what is imported once does not register again
    yield
    registry._registered.clear()
    registry._registered.update(before)


def test_one_decorator_adds_a_name() -> None:
    @register_lr_config("Half")
    class HalfConfig(LRConfig):
        takes = WARMUP
        learning_rate: float

        @property
        def peak(self) -> float:
            return self.learning_rate / 2

        def curve(self, window: Window) -> Schedule:
            return Constant(self.peak)

    section = {"name": "Half", "learning_rate": 0.2, "warmup_epoch": 2}
    assert build_schedule(section, 3, 5) == Warmup(Constant(0.1), 10, 0.1)
    with pytest.raises(LRConfigError, match="did you mean Half"):
        build_schedule({**section, "name": "half"}, 3, 5)
    with pytest.raises(LRConfigError, match=r"Optimizer\.lr\.learning_rate: 'x' is not allowed"):
        build_schedule({**section, "learning_rate": "x"}, 3, 5)
    assert HalfConfig(learning_rate=0.2).to_schedule(Run(1, 1).window) == Constant(0.1)


def test_a_name_is_taken_once() -> None:
    with pytest.raises(ValueError, match="the schedule name 'Cosine' is taken by"):

        @register_lr_config("Cosine")
        class CosineConfig(LRConfig):
            def curve(self, window: Window) -> Schedule:
                return Constant(0.1)


def named(qualname: str, module: str = __name__) -> type[LRConfig]:
    class Some(LRConfig):
        def curve(self, window: Window) -> Schedule:
            return Constant(0.1)

    Some.__qualname__, Some.__module__ = qualname, module
    return Some


@pytest.mark.parametrize("thing", [int, Constant, Constant(0.1), "Cosine", None, len])
def test_what_is_no_section_is_refused_at_once(thing: Any) -> None:
    with pytest.raises(TypeError, match="the schedule 'Mine' must be a subclass of LRConfig, received"):
        register_lr_config("Mine")(thing)
    assert "Mine" not in MODELS


MODULE = """
from ppocr_lr import LRConfig, register_lr_config
from ppocr_lr.lr_config.envelope import WARMUP
from ppocr_lr.schedules import Constant


@register_lr_config("{name}")
class MineConfig(LRConfig):
    learning_rate: float

    def curve(self, window):
        return Constant(self.learning_rate)
"""


def installed(folder: Path, module: str, text: str) -> None:
    """A package of another project, as pip leaves it."""
    (folder / f"{module}.py").write_text(text)
    info = folder / f"{module}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[ppocr_lr.schedules]\n{module} = {module}\n")


ASKS = """
from ppocr_lr import build_schedule
from ppocr_lr.lr_config import MODELS
print(build_schedule({"name": "Mine", "learning_rate": 0.5}, 1, 1)(0), "Mine" in list(MODELS), len(MODELS))
"""


def test_an_installed_package_adds_names(tmp_path: Path) -> None:
    installed(tmp_path, "mine", MODULE.format(name="Mine"))
    installed(tmp_path, "broken", "1 / 0")
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    done = subprocess.run([sys.executable, "-c", ASKS], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == f"0.5 True {len(MODELS) + 1}\n"
    assert "ppocr_lr.schedules: broken cannot be imported: ZeroDivisionError" in done.stderr


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (named("Alpha"), named("Zeta")),
        (named("Zeta"), named("Alpha")),
        (named("Same"), named("Same", "another.module")),
    ],
    ids=["later", "earlier", "elsewhere"],
)
def test_another_class_cannot_take_a_name(first: type[LRConfig], second: type[LRConfig]) -> None:
    registered = register_lr_config("Mine")(first)
    taken = f"the schedule name 'Mine' is taken by {first.__module__}.{first.__qualname__}$"
    with pytest.raises(ValueError, match=taken):
        register_lr_config("Mine")(second)
    assert MODELS["Mine"] is registered


def test_a_module_that_is_loaded_again_registers_its_class_again() -> None:
    first, again = named("Mine"), named("Mine")
    for model in (first, first, again):
        registered = register_lr_config("Mine")(model)
        assert MODELS["Mine"] is registered
        assert issubclass(registered, model)


def test_the_names_are_those_of_both_lists_and_the_registered() -> None:
    own = len(MODELS)
    assert own == len(list(MODELS)) == len(set(MODELS))
    register_lr_config("Mine")(named("Mine"))
    assert list(MODELS)[own:] == ["Mine"]
    assert len(MODELS) == own + 1
    assert "Mine" in MODELS
    assert "Yours" not in MODELS


@pytest.mark.parametrize("name", sorted(registry._HOMES))
def test_each_name_is_read_by_the_class_of_its_module(name: str) -> None:
    assert MODELS[name].__module__ == f"ppocr_lr.lr_config.{registry._HOMES[name]}"
    taken = f"the schedule name '{name}' is taken by ppocr_lr.lr_config.{registry._HOMES[name]}$"
    for module in ("an.earlier.module", "some.later.module", "ppocr_lr.lr_config"):
        with pytest.raises(ValueError, match=taken):
            register_lr_config(name)(named(MODELS[name].__qualname__, module))


def test_what_pydantic_says_of_a_key_is_told_in_its_words() -> None:
    @register_lr_config("Words")
    class WordsConfig(LRConfig):
        word: str
        amount: float = 0.0

        def curve(self, window: Window) -> Schedule:
            return Constant(0.1)

    for key, value, said in (
        ("word", 3, r"word: 3 is not allowed: Input should be a valid string$"),
        ("amount", "x", r"amount: 'x' is not allowed: Input should be a valid number"),
    ):
        with pytest.raises(LRConfigError, match=rf"^Optimizer\.lr\.{said}"):
            build_schedule({"name": "Words", "word": "a", key: value}, 3, 5)
    with pytest.raises(LRConfigError, match=r"^Optimizer\.lr\.word: is missing; Words needs it: no description$"):
        build_schedule({"name": "Words"}, 3, 5)
