"""What importing costs: text commands load neither Paddle nor matplotlib."""

from __future__ import annotations

import importlib
import subprocess
import sys
from importlib import import_module
from pkgutil import iter_modules
from types import FunctionType

import pytest

import ppocr_lr
from ppocr_lr import lr_config, schedules
from tests.conftest import ROOT

HEAVY = "[name for name in ('paddle', 'matplotlib', 'yaml', 'pydantic', 'numpy') if name in sys.modules]"


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="Paddle has no wheel for it")
def test_paddle_is_there() -> None:
    """Elsewhere the tests that need it are skipped, and nobody would notice that all of them are."""
    importlib.import_module("paddle")


@pytest.mark.parametrize(
    ("code", "loaded"),
    [
        ("import ppocr_lr", []),
        ("import ppocr_lr.cli.main", []),
        ("from ppocr_lr.cli.main import run; run(['schema'])", ["pydantic"]),
        ("from ppocr_lr import build_schedule; build_schedule({'learning_rate': 0.1}, 1, 1)(5)", ["pydantic"]),
        ("import ppocr_lr.training_config.plan", ["yaml", "pydantic"]),
        ("from ppocr_lr.check.report import check_file; check_file('configs/cosine.yml')", ["yaml", "pydantic"]),
        ("from ppocr_lr.cli.main import run; run(['check', '--help'])", ["yaml", "pydantic"]),
        ("from ppocr_lr.cli.main import run; run(['show', 'configs/cosine.yml'])", ["yaml", "pydantic"]),
        (
            "from ppocr_lr.cli.main import run; run(['show', 'configs/reduce_on_plateau.yml', '--metrics', "
            "'configs/reduce_on_plateau.txt'])",
            ["yaml", "pydantic", "numpy"],
        ),
        (
            "from ppocr_lr.cli.main import run; run(['diff', 'configs/cosine.yml', 'configs/cyclical_cosine.yml'])",
            ["yaml", "pydantic"],
        ),
    ],
)
def test_what_is_loaded(code: str, loaded: list[str]) -> None:
    program = f"import sys; {code}; print({HEAVY})"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.splitlines()[-1] == str(loaded)


def test_public_names() -> None:
    assert dir(ppocr_lr) == sorted(ppocr_lr.__all__)
    assert all(getattr(ppocr_lr, name).__doc__ for name in ppocr_lr.__all__)
    with pytest.raises(AttributeError, match=r"attribute .?build"):
        ppocr_lr.build  # type: ignore[attr-defined]  # noqa: B018


@pytest.mark.parametrize(
    "module",
    [each.name for room in (lr_config, schedules) for each in iter_modules(room.__path__, f"{room.__name__}.")],
)
def test_each_method_is_documented_where_it_is_first_declared(module: str) -> None:
    for kind in vars(import_module(module)).values():
        if isinstance(kind, type) and kind.__module__ == module:
            ours = [vars(base) for base in kind.__mro__ if base.__module__.startswith("ppocr_lr.")]
            for name in {name for each in ours for name in each if not name.startswith("_")}:
                declared = [each[name] for each in ours if name in each]
                if isinstance(declared[-1], (FunctionType, property, classmethod)):
                    assert declared[-1].__doc__, f"{kind.__name__}.{name}"
