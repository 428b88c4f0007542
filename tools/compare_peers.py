"""Compare the schedules of other libraries with ours: python tools/compare_peers.py FOLDER [NAME …] [--record]

Creates Python environments with these libraries in FOLDER, unless they exist (several GB each, as PyTorch includes
CUDA); the project itself needs none of them. Ten random settings of each schedule are compared at every update of a
run. Prints the largest difference for each, as a share of the peak, and exits with 1 if one is above 1e-12 and not
explained. NAME limits this to schedules whose library and name begin with it. --record writes some rates of each
setting to tests/data/peers_lr.json for the tests.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import venv
import warnings
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
OUT = ROOT / "tests" / "data" / "peers_lr.json"
OURS = ["numpy", "pydantic", "PyYAML", "annotated-types", "lazy-loader"]
ENVIRONMENTS = {
    "most": [
        "torch", "torchvision", "timm", "transformers", "optax", "keras", "jax", "fvcore", "pytorch-ignite", "mmengine",
        "pytorch-optimizer",
    ],
    "composer": ["mosaicml"],  # asks for an older torch
    "paddle": ["paddlepaddle", "setuptools"],
}  # fmt: skip
"""The libraries by the environment that they are in."""
SETTINGS = 10
RECORDED = 9
TOLERANCE = 1e-12

Rates = Iterable[float]
Case = Callable[[random.Random, int, int], tuple[dict[str, Any], Rates]]
"""Takes random numbers, epochs and iterations per epoch; gives our section and the rates of the other library."""

CASES: dict[str, Case] = {}
EXPLAINED = {
    "torch CosineAnnealingLR": "is made of ratios from update to update",
    "torch PolynomialLR": "is made of ratios from update to update",
    "mmengine PolyLR": "is made of ratios from update to update",
    "keras CosineDecay": "has its rates in float32",
    "keras CosineDecayRestarts": "has its rates in float32",
}
"""Where a library's own rounding is the difference."""


def case(name: str) -> Callable[[Case], Case]:
    """Decorator: a schedule of another library."""

    def add(function: Case) -> Case:
        CASES[name] = function
        return function

    return add


def main() -> int:
    """Compare the cases, each in its environment."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="FOLDER", type=Path)
    parser.add_argument("names", metavar="NAME", nargs="*")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("--inside", help=argparse.SUPPRESS)  # an environment: by the call below
    given = parser.parse_args()
    if given.inside:
        return compare(given.inside, given.folder, tuple(given.names))
    libraries = [name.removeprefix("of_") for name in globals() if name.startswith("of_")]
    needed = set()
    for name in given.names:
        meant = [library for library in libraries if library.startswith(name.partition(" ")[0])]
        if not meant:
            parser.error(f"no library begins with {name!r}, the libraries are {', '.join(libraries)}")
        needed |= {library if library in ENVIRONMENTS else "most" for library in meant}
    variables = {**os.environ, "PYTHONPATH": str(ROOT), "JAX_ENABLE_X64": "1", "KERAS_BACKEND": "jax"}
    bad = 0
    recorded: dict[str, Any] = json.loads(OUT.read_text(encoding="utf-8"))
    if not given.names:
        recorded["cases"] = []
    compared = 0
    for name, packages in ENVIRONMENTS.items():
        if needed and name not in needed:
            continue
        python, rows = given.folder / name / "bin" / "python", given.folder / f"{name}.json"
        if not (installed := given.folder / name / "installed").exists():  # wholly: it is long, and may be stopped
            venv.create(given.folder / name, with_pip=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages, *OURS], check=True)
            installed.touch()
        words = [python, __file__, rows, *given.names, "--inside", name]
        bad |= subprocess.run(words, env=variables, check=False).returncode
        found = json.loads(rows.read_text(encoding="utf-8"))
        compared += len(found["cases"])
        recorded["versions"] |= found["versions"]
        new = {each["peer"] for each in found["cases"]}
        recorded["cases"] = [each for each in recorded["cases"] if each["peer"] not in new] + found["cases"]
    if not compared:
        parser.error(f"no schedule begins with {' or '.join(map(repr, given.names))}")
    if given.record:
        text = ",\n".join(map(json.dumps, recorded["cases"]))
        OUT.write_text(f'{{"versions": {json.dumps(recorded["versions"])}, "cases": [\n{text}\n]}}\n', encoding="utf-8")
    return bad


def compare(environment: str, rows: Path, names: tuple[str, ...]) -> int:
    """Print the table of an environment and put its rates into `rows`; return 1 if a difference is unexplained."""
    from importlib.metadata import version

    import numpy as np

    from ppocr_lr import build_schedule

    define(environment)
    recorded = []
    bad = 0
    for name, make in CASES.items():
        if names and not name.startswith(names):
            continue
        chance, largest, worst = random.Random(name), 0.0, {}
        for _ in range(SETTINGS):
            epochs, iters = chance.randint(6, 20), chance.randint(20, 50)
            section, rates = make(chance, epochs, iters)
            theirs = np.array(list(rates), dtype=np.float64)
            steps = np.arange(len(theirs))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ours = build_schedule(section, epochs, iters)(steps)
            off = float(np.abs(ours - theirs).max() / theirs.max())
            if off > largest:
                largest, worst = off, section
            some = sorted({0, 1, len(steps) - 1, *chance.sample(range(len(steps)), RECORDED - 3)})
            recorded.append(
                {"peer": name, "epochs": epochs, "iters": iters, "section": section, "steps": some,
                 "rates": [float(theirs[step]) for step in some]}
            )  # fmt: skip
        known = EXPLAINED.get(name, "")
        bad += largest > TOLERANCE and not known
        example = json.dumps(worst) if largest > TOLERANCE else ""
        print(f"{name:50} {largest:9.1e}  {known if largest > TOLERANCE else ''} {example}", flush=True)
    versions = {name: version(name) for name in ENVIRONMENTS[environment] if name not in ("torchvision", "setuptools")}
    rows.write_text(json.dumps({"versions": versions, "cases": recorded}), encoding="utf-8")
    return min(bad, 1)


def it(count: int) -> str:
    """A length in iterations."""
    return f"{count}it"


def define(environment: str) -> None:
    """The cases of an environment; the libraries are imported here."""
    warnings.simplefilter("ignore")
    if environment in ("composer", "paddle"):
        {"composer": of_composer, "paddle": of_paddle}[environment]()
        return
    import keras
    import optax
    import torch
    from timm import scheduler as timm
    from torch.optim import lr_scheduler as torch_lr

    keras.config.set_floatx("float64")

    def stepped(make: Callable[[Any], Any], peak: float, count: int) -> Rates:
        """PyTorch's protocol: the rate is read before the update."""
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], peak)
        made = make(optimizer)
        schedulers = made if isinstance(made, list) else [made]
        for update in range(count):
            yield float(optimizer.param_groups[0]["lr"])
            if update + 1 < count:
                optimizer.step()
                for scheduler in schedulers:
                    scheduler.step()

    of_torch(torch_lr, stepped)
    of_timm(timm, torch)
    of_transformers(stepped)
    of_optax(optax)
    of_keras(keras.optimizers.schedules)
    of_ignite(torch)
    of_mmengine(stepped)
    of_fvcore()
    of_pytorch_optimizer(torch)


def rate(chance: random.Random) -> float:
    """A random peak."""
    return float(f"{10 ** chance.uniform(-5, 0):.4g}")


Made = Callable[[random.Random, float, int], tuple[dict[str, Any], Any]]
"""Takes random numbers, a peak and the updates of a run; gives our section and the schedule of the other library."""


def cases(library: str, made: Mapping[str, Made], run: Callable[[Any, float, int, int], Rates]) -> None:
    """The cases of a library, all of whose schedules `run` asks for the rates of so many epochs and iterations.

    A section without a rate gets the peak as its learning rate.
    """
    for name, make in made.items():

        @case(f"{library} {name}")
        def _(c: random.Random, epochs: int, iters: int, make: Made = make) -> tuple[dict[str, Any], Rates]:
            peak = rate(c)
            section, schedule = make(c, peak, epochs * iters)
            if section["name"] not in ("OneCycle", "Cyclic", "Sequence", "Scale"):
                section = {"learning_rate": peak, **section}
            return section, run(schedule, peak, epochs, iters)


def of_torch(lr: Any, stepped: Any) -> None:
    """PyTorch's own."""
    from torch.optim.swa_utils import SWALR

    def constant(c: random.Random, peak: float, total: int) -> Any:
        factor, count = round(c.uniform(0.05, 0.9), 3), c.randint(1, total - 1)
        section = {"name": "Const", "learning_rate": peak, "warmup_iters": count, "warmup_mode": "constant"}
        return {**section, "warmup_start_factor": factor}, lambda opt: lr.ConstantLR(opt, factor, count)

    def linear(c: random.Random, peak: float, total: int) -> Any:
        first, last, count = round(c.uniform(0.05, 1), 3), c.choice([0, 0.3, 1]), c.randint(1, total - 1)
        section = {"name": "LinearLR", "learning_rate": peak, "start_factor": first, "end_factor": last}
        return {**section, "decay_length": it(count)}, lambda opt: lr.LinearLR(opt, first, last, count)

    def exponential(c: random.Random, peak: float, total: int) -> Any:
        gamma = round(c.uniform(0.9, 1.01), 4)
        section = {"name": "Exponential", "learning_rate": peak, "gamma": gamma, "step_size": "1it"}
        return section, lambda opt: lr.ExponentialLR(opt, gamma)

    def step(c: random.Random, peak: float, total: int) -> Any:
        size, gamma = c.randint(1, total), round(c.uniform(0.1, 0.9), 3)
        section = {"name": "Step", "learning_rate": peak, "step_size": it(size), "gamma": gamma}
        return section, lambda opt: lr.StepLR(opt, size, gamma)

    def step_up(c: random.Random, peak: float, total: int) -> Any:
        size, gamma = c.randint(total // 5, total), round(c.uniform(1.1, 3), 3)
        section = {
            "name": "Exponential",
            "learning_rate": peak,
            "step_size": it(size),
            "gamma": gamma,
            "staircase": True,
        }
        return section, lambda opt: lr.StepLR(opt, size, gamma)

    def multi_step(c: random.Random, peak: float, total: int) -> Any:
        marks, gamma = sorted(c.sample(range(1, total), 4)), round(c.uniform(0.1, 0.9), 3)
        section = {"name": "MultiStepDecay", "learning_rate": peak, "milestones": [*map(it, marks)], "gamma": gamma}
        return section, lambda opt: lr.MultiStepLR(opt, marks, gamma)

    def cosine(c: random.Random, peak: float, total: int) -> Any:
        half, end = c.randint(total // 5, 2 * total), peak * c.choice([0, 0.01])
        section = {"name": "Cosine", "learning_rate": peak, "decay_length": it(half), "end_lr": end}
        return section, lambda opt: lr.CosineAnnealingLR(opt, half, end)

    def polynomial(c: random.Random, peak: float, total: int) -> Any:
        count, power = c.randint(total // 2, total), round(c.uniform(0.5, 3), 3)
        section = {"name": "Polynomial", "learning_rate": peak, "power": power, "decay_length": it(count)}
        return section, lambda opt: lr.PolynomialLR(opt, count, power)

    def restarts(c: random.Random, peak: float, total: int) -> Any:
        first, mult, end = c.randint(3, total // 3), c.choice([1, 2, 3]), peak * c.choice([0, 0.1])
        section = {
            "name": "CosineWarmRestarts",
            "learning_rate": peak,
            "T_0": it(first),
            "T_mult": mult,
            "eta_min": end,
        }
        return section, lambda opt: lr.CosineAnnealingWarmRestarts(opt, first, mult, end)

    def cyclic(c: random.Random, peak: float, total: int) -> Any:
        base, up, down = peak * c.choice([0.01, 0.3]), c.randint(2, total // 3), c.randint(2, total // 3)
        mode, gamma = c.choice(["triangular", "triangular2", "exp_range"]), c.choice([0.99, 1, 1.005])
        section = {
            "name": "Cyclic",
            "max_lr": peak,
            "base_lr": base,
            "step_size_up": it(up),
            "step_size_down": it(down),
        }
        return {**section, "mode": mode, "gamma": gamma}, lambda opt: lr.CyclicLR(
            opt, base, peak, up, down, mode, gamma, cycle_momentum=False
        )

    def one_cycle(c: random.Random, peak: float, total: int) -> Any:
        share, div, final = round(c.uniform(0.1, 0.45), 3), c.choice([5, 25.0]), c.choice([10, 1e4])
        anneal, three = c.choice(["cos", "linear"]), c.choice([True, False])
        section = {"name": "OneCycle", "max_lr": peak, "pct_start": share, "div_factor": div, "final_div_factor": final}
        return {**section, "anneal_strategy": anneal, "three_phase": three}, lambda opt: lr.OneCycleLR(
            opt, peak, total, None, None, share, anneal, False, 0.85, 0.95, div, final, three
        )

    def sequential(c: random.Random, peak: float, total: int) -> Any:
        first, second = c.randint(2, total // 3), c.randint(2, total // 3)
        stages = [
            {
                "name": "LinearLR",
                "learning_rate": peak,
                "start_factor": 0.1,
                "decay_length": it(first),
                "epochs": it(first),
            },
            {"name": "Exponential", "learning_rate": peak, "gamma": 0.95, "step_size": "1it", "epochs": it(second)},
            {"name": "Polynomial", "learning_rate": peak, "power": 2, "decay_length": "100%", "until_end": True},
        ]
        rest = total - first - second
        return {"name": "Sequence", "stages": stages}, lambda opt: lr.SequentialLR(
            opt,
            [lr.LinearLR(opt, 0.1, 1.0, first), lr.ExponentialLR(opt, 0.95), lr.PolynomialLR(opt, rest, 2.0)],
            [first, first + second],
        )

    def chained(c: random.Random, peak: float, total: int) -> Any:
        first, factor, gamma = c.randint(2, total), round(c.uniform(0.1, 0.9), 3), round(c.uniform(0.98, 1), 4)
        inner = {"name": "Exponential", "learning_rate": peak, "gamma": gamma, "step_size": "1it"}
        times = {"name": "LinearLR", "learning_rate": 1, "start_factor": factor, "decay_length": it(first)}
        return {"name": "Scale", "schedule": inner, "times": times}, lambda opt: lr.ChainedScheduler(
            [lr.LinearLR(opt, factor, 1.0, first), lr.ExponentialLR(opt, gamma)]
        )

    def averaged(c: random.Random, peak: float, total: int) -> Any:
        count, linear = c.randint(1, total - 1), c.choice([True, False])
        swa = peak * c.choice([0.1, 0.5])
        section = {"name": "Linear" if linear else "KDecay", "decay_length": it(count), "end_lr": swa}
        return section, lambda opt: SWALR(opt, swa, count, "linear" if linear else "cos")

    cases("torch", {
        "ConstantLR": constant, "LinearLR": linear, "ExponentialLR": exponential, "StepLR": step,
        "StepLR, gamma > 1": step_up, "MultiStepLR": multi_step, "CosineAnnealingLR": cosine,
        "PolynomialLR": polynomial, "CosineAnnealingWarmRestarts": restarts, "CyclicLR": cyclic,
        "OneCycleLR": one_cycle, "SequentialLR": sequential, "ChainedScheduler": chained,
        "SWALR": averaged,
    }, lambda make, peak, epochs, iters: stepped(make, peak, epochs * iters))  # fmt: skip


def of_timm(timm: Any, torch: Any) -> None:
    """Of timm, by the update."""

    def rates(kind: Any, peak: float, count: int, **keys: Any) -> Rates:
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], peak)
        scheduler = kind(optimizer, t_in_epochs=False, **keys)
        return [scheduler._get_lr(update)[0] for update in range(count)]  # what its step_update sets

    def warm(c: random.Random, peak: float, total: int) -> tuple[dict[str, Any], dict[str, Any]]:
        count, prefix, first = c.randint(2, total // 4), c.choice([True, False]), peak * c.choice([0.01, 0.1])
        ours = {"warmup_iters": count, "warmup_start_lr": first, **({} if prefix else {"warmup_overlap": "peak"})}
        return ours, {"warmup_t": count, "warmup_lr_init": first, "warmup_prefix": prefix}

    @case("timm CosineLRScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        k, end = c.choice([1, 1.5, 0.7]), peak * c.choice([0, 0.05])
        section = {"name": "KDecay", "learning_rate": peak, "end_lr": end, "k": k, **ours}
        keys = {"t_initial": total, "lr_min": end, "k_decay": k, **theirs}
        return section, rates(timm.CosineLRScheduler, peak, total, **keys)

    @case("timm CosineLRScheduler with cycles")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        k, end, first, decay = c.choice([1, 1.5]), peak * 0.05, c.randint(5, total // 3), c.choice([1, 0.8])
        mult = c.choice([1, 1.1, 1.5, 2, 2.7])
        section = {"name": "CosineWarmRestarts", "learning_rate": peak, "eta_min": end, "k_decay": k, "T_0": it(first)}
        section["T_mult"] = mult
        keys = {"t_initial": first, "lr_min": end, "k_decay": k, "cycle_limit": 10**6, "cycle_decay": decay, **theirs}
        keys["cycle_mul"] = mult
        peak_stays = {"peak_decay": decay, **ours}
        wanted = list(rates(timm.CosineLRScheduler, peak, total, **keys))
        first_decay = theirs["warmup_t"]
        # timm's peaks fall below its minimum, ours do not.
        return {**section, **peak_stays}, wanted[:first_decay] + [max(value, end) for value in wanted[first_decay:]]

    @case("timm PolyLRScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        k, power, end = c.choice([1, 1.5, 0.7]), c.choice([0.5, 1, 2]), peak * c.choice([0, 0.05])
        section = {"name": "Linear", "learning_rate": peak, "end_lr": end, "k_decay": k, "power": power, **ours}
        keys = {"t_initial": total, "lr_min": end, "k_decay": k, "power": power, **theirs}
        return section, rates(timm.PolyLRScheduler, peak, total, **keys)

    @case("timm TanhLRScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        if "warmup_overlap" in ours:
            ours["warmup_overlap"] = "decay"
        low, high = c.choice([-7, -4]), c.choice([2, 3])
        end = peak * c.choice([0, 0.05])
        section = {"name": "Tanh", "learning_rate": peak, "end_lr": end, "lower": low, "upper": high, **ours}
        keys = {"t_initial": total, "lr_min": end, "lb": low, "ub": high, **theirs}
        return section, rates(timm.TanhLRScheduler, peak, total, **keys)

    @case("timm TanhLRScheduler with cycles")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        if "warmup_overlap" in ours:
            ours["warmup_overlap"] = "decay"
        low, high, mult, limit = c.choice([-7, -4]), c.choice([2, 3]), c.choice([1, 1.7, 2]), c.choice([1, 2, 3])
        first, decay, end = c.randint(2 * theirs["warmup_t"], total // 2), c.choice([1, 0.8]), peak * 0.05
        section = {"name": "CosineWarmRestarts", "learning_rate": peak, "decay_shape": "tanh", "T_0": it(first)}
        section |= {"lower": low, "upper": high, "peak_decay": decay, "T_mult": mult, "cycle_limit": limit}
        keys = {"t_initial": first, "lb": low, "ub": high, "lr_min": end, "cycle_mul": mult, "cycle_limit": limit}
        rates_there = rates(timm.TanhLRScheduler, peak, total, cycle_decay=decay, **keys, **theirs)
        return {**section, "eta_min": end, **ours}, rates_there

    @case("timm CosineLRScheduler with a limit of cycles")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        end, first, mult, limit = (
            peak * c.choice([0, 0.05]),
            c.randint(5, total // 3),
            c.choice([1, 1.3, 2]),
            c.choice([1, 2, 3]),
        )
        section = {"name": "CosineWarmRestarts", "learning_rate": peak, "eta_min": end, "T_0": it(first)}
        section |= {"T_mult": mult, "cycle_limit": limit, **ours}
        keys = {"t_initial": first, "lr_min": end, "cycle_mul": mult, "cycle_limit": limit, **theirs}
        return section, rates(timm.CosineLRScheduler, peak, total, **keys)

    @case("timm PolyLRScheduler with cycles")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        k, power, limit = c.choice([1, 1.5]), c.choice([0.5, 1, 2]), c.choice([1, 2, 3])
        first, decay, end = c.randint(5, total // 3), c.choice([1, 0.8]), peak * 0.05
        section = {"name": "CosineWarmRestarts", "learning_rate": peak, "decay_shape": "linear", "T_0": it(first)}
        section |= {"k_decay": k, "decay_power": power, "peak_decay": decay, "cycle_limit": limit, "eta_min": end}
        keys = {"t_initial": first, "lr_min": end, "k_decay": k, "power": power, "cycle_limit": limit}
        return {**section, **ours}, rates(timm.PolyLRScheduler, peak, total, cycle_decay=decay, **keys, **theirs)

    @case("timm StepLRScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        size, gamma = c.randint(5, total), round(c.uniform(0.1, 0.9), 3)
        section = {"name": "Step", "learning_rate": peak, "step_size": it(size), "gamma": gamma, **ours}
        return section, rates(timm.StepLRScheduler, peak, total, decay_t=size, decay_rate=gamma, **theirs)

    @case("timm MultiStepLRScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        ours, theirs = warm(c, peak, total)
        marks, gamma = sorted(c.sample(range(2, total), 3)), round(c.uniform(0.1, 0.9), 3)
        # Its milestones count the update after: bisect_right(decay_t, t + 1).
        section = {"name": "MultiStepDecay", "learning_rate": peak, "gamma": gamma, **ours}
        section["milestones"] = [it(mark - 1) for mark in marks]
        return section, rates(timm.MultiStepLRScheduler, peak, total, decay_t=marks, decay_rate=gamma, **theirs)

    for fn, ours_fn in {
        "linear": {"decay_shape": "linear"}, "1-sqrt": {"decay_shape": "1-sqrt"}, "cosine": {"decay_shape": "cosine"},
        "power": {"decay_shape": "linear", "k_decay": 2.0}, "exp": {"decay_shape": "half-life"},
    }.items():  # fmt: skip

        @case(f"timm WSDLRScheduler, {fn}")
        def _(
            c: random.Random, epochs: int, iters: int, fn: str = fn, ours_fn: dict[str, Any] = ours_fn
        ) -> tuple[dict[str, Any], Rates]:
            from timm.scheduler.wsd_lr import WSDLRScheduler

            peak, total = rate(c), epochs * iters
            warmup, down, end = c.randint(2, total // 4), c.randint(5, total // 2), peak * c.choice([0, 0.05])
            section = {"name": "WSD", "learning_rate": peak, "end_lr": end, "decay_length": it(down), **ours_fn}
            keys: dict[str, Any] = {"t_initial": total - warmup, "decay_t": down, "lr_min": end, "decay_fn": fn}
            if fn == "power":
                keys["decay_power"] = 2.0
            if fn == "exp":
                keys["decay_ratio"] = 0.05
            section |= {"warmup_iters": warmup, "warmup_start_lr": peak * 0.1}
            return section, rates(WSDLRScheduler, peak, total, warmup_t=warmup, warmup_lr_init=peak * 0.1, **keys)

    for name, stable in {"rsqrt": "rsqrt", "stable power": "power"}.items():

        @case(f"timm WSDLRScheduler, {name}")
        def _(c: random.Random, epochs: int, iters: int, stable: str = stable) -> tuple[dict[str, Any], Rates]:
            from timm.scheduler.wsd_lr import WSDLRScheduler

            peak, total, power = rate(c), epochs * iters, c.choice([0.3, 0.51, 1, 2])
            warmup, down, scale = c.randint(2, total // 4), c.randint(5, total // 2), c.randint(5, total)
            end = peak * c.choice([0, 0.05, 0.6])
            inner = {"name": "InverseSqrt", "learning_rate": peak, "timescale": it(scale), "floor": end}
            inner |= {"warmup_iters": warmup, "warmup_start_lr": peak * 0.1}
            if stable == "power":
                inner["decay_power"] = 2 * power
            times = {"name": "Trapezoid", "learning_rate": 1, "decay_length": it(down)}
            section = {"name": "Scale", "schedule": inner, "times": times, "end_lr": end}
            keys = {"t_initial": total - warmup, "decay_t": down, "decay_fn": "linear", "stable_fn": stable}
            keys |= {"stable_timescale": scale, "stable_power": power, "lr_min": end}
            keys |= {"warmup_t": warmup, "warmup_lr_init": peak * 0.1}
            return section, rates(WSDLRScheduler, peak, total, **keys)


def of_transformers(stepped: Any) -> None:
    """Of transformers."""
    from transformers import optimization as hf

    within = {"decay_within_run": True}

    def cosine(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        waves = c.choice([0.5, 0.25, 0.4375, 1.5, 2.0])
        return {"name": "Cosine", "num_cycles": waves, **within}, lambda opt: hf.get_cosine_schedule_with_warmup(
            opt, warmup, total, waves
        )

    def with_min(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        share, waves = c.choice([0, 0.1]), c.choice([0.5, 1.5])
        section = {"name": "Cosine", "num_cycles": waves, "end_lr": peak * share, **within}
        return section, lambda opt: hf.get_cosine_with_min_lr_schedule_with_warmup(
            opt, warmup, total, waves, min_lr_rate=share
        )

    def warmup_with_min(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        """Both its warmup and its decay arrive with their last update."""
        share, first, waves = c.choice([0, 0.1]), c.choice([None, 0.05]), c.choice([0.5, 1.5])
        section = {"name": "Cosine", "num_cycles": waves, "end_lr": peak * share, "warmup_iters": warmup - 1}
        section |= {"warmup_start_factor": first or 1 / warmup, "decay_length": it(total - warmup)}
        return section, lambda opt: hf.get_cosine_with_min_lr_schedule_with_warmup_lr_rate(
            opt, warmup, total, waves, min_lr_rate=share, warmup_lr_rate=first
        )

    def hard(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        cycles = c.choice([1, 1.5, 2.3, 3, 4.75])
        section = {"name": "CosineWarmRestarts", "num_cycles": cycles}
        return section, lambda opt: hf.get_cosine_with_hard_restarts_schedule_with_warmup(opt, warmup, total, cycles)

    def polynomial(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        power, end = c.choice([1.0, 0.5, 2.0]), peak * c.choice([0, 0.01])
        section = {"name": "Linear", "power": power, "end_lr": end, **within}
        return section, lambda opt: hf.get_polynomial_decay_schedule_with_warmup(opt, warmup, total, end, power)

    def inverse(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        scale = c.choice([warmup, 77])
        section = {"name": "InverseSqrt", "timescale": it(scale)}
        return section, lambda opt: hf.get_inverse_sqrt_schedule(opt, warmup, scale)

    def wsd(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        down, mode, shape = c.randint(5, total // 3), *(c.choice(["linear", "cosine", "1-sqrt"]) for _ in range(2))
        share = c.choice([0, 0.1])
        section = {"name": "WSD", "decay_length": it(down), "decay_shape": shape, "warmup_mode": mode}
        return {**section, "end_lr": peak * share, "warmup_start_lr": peak * share}, lambda opt: hf.get_wsd_schedule(
            opt, warmup, down, total, None, mode, shape, share
        )

    def wsd_in_waves(c: random.Random, peak: float, total: int, warmup: int) -> Any:
        """Over before the run is."""
        waves, down, tail = c.choice([0.25, 1.0, 1.5]), c.randint(5, total // 3), c.randint(1, 9)
        stages: list[dict[str, Any]] = [
            {"name": "Const", "learning_rate": peak, "warmup_iters": warmup, "epochs": it(total - down - tail)},
            {"name": "Cosine", "learning_rate": peak, "num_cycles": waves, "epochs": it(down)},
            {"name": "Const", "learning_rate": peak * 0.1, "until_end": True},
        ]
        stages[0]["warmup_start_lr"] = stages[1]["end_lr"] = peak * 0.1
        return {"name": "Sequence", "stages": stages}, lambda opt: hf.get_wsd_schedule(
            opt, warmup, down, None, total - warmup - down - tail, "linear", "cosine", 0.1, waves
        )

    def warmed(make: Callable[..., tuple[dict[str, Any], Any]]) -> Made:
        def made(c: random.Random, peak: float, total: int) -> tuple[dict[str, Any], Any]:
            warmup = c.randint(2, total // 3)
            section, scheduler = make(c, peak, total, warmup)
            return section if "stages" in section else {"warmup_iters": warmup, **section}, scheduler

        return made

    made = {
        "constant": lambda c, p, t, w: ({"name": "Const", "warmup_iters": 0}, hf.get_constant_schedule),
        "constant_with_warmup": lambda c, p, t, w: (
            {"name": "Const"}, lambda opt: hf.get_constant_schedule_with_warmup(opt, w)
        ),
        "linear": lambda c, p, t, w: (
            {"name": "Linear", **within}, lambda opt: hf.get_linear_schedule_with_warmup(opt, w, t)
        ),
        "cosine": cosine, "cosine_with_min_lr": with_min, "cosine_with_restarts": hard, "polynomial": polynomial,
        "inverse_sqrt": inverse, "warmup_stable_decay": wsd, "cosine_warmup_with_min_lr": warmup_with_min,
        "warmup_stable_decay, cosine with waves": wsd_in_waves,
    }  # fmt: skip
    stepping = {name: warmed(make) for name, make in made.items()}
    cases("transformers", stepping, lambda make, peak, epochs, iters: stepped(make, peak, epochs * iters))


def of_optax(optax: Any) -> None:
    """Of optax, functions of the update."""
    import jax

    def cosine(c: random.Random, peak: float, total: int) -> Any:
        alpha, exponent = c.choice([0, 0.05]), c.choice([1.0, 2.0, 0.5])
        section = {"name": "Cosine", "end_lr": peak * alpha, "decay_power": exponent}
        return section, optax.cosine_decay_schedule(peak, total, alpha, exponent)

    def polynomial(c: random.Random, peak: float, total: int) -> Any:
        begin, count, power, end = c.randint(0, 30), c.randint(9, total), c.choice([1, 2, 0.5]), peak * 0.1
        section = {"name": "Polynomial", "hold_epochs": it(begin), "decay_length": it(count), "power": power}
        return {**section, "end_lr": end}, optax.polynomial_schedule(peak, end, power, count, begin)

    def exponential(c: random.Random, peak: float, total: int) -> Any:
        count, gamma, begin, stairs = (
            c.randint(3, 90),
            c.choice([0.7, 0.95, 1.02]),
            c.randint(0, 30),
            c.choice([True, False]),
        )
        bound = peak * (0.05 if gamma < 1 else 1.2)
        section = {"name": "Exponential", "step_size": it(count), "gamma": gamma, "hold_epochs": it(begin)}
        section |= {"staircase": stairs, "floor" if gamma < 1 else "ceiling": bound}
        return section, optax.exponential_decay(peak, count, gamma, begin, stairs, bound)

    def warmup_cosine(c: random.Random, peak: float, total: int) -> Any:
        warmup, first, end, exponent = c.randint(2, 50), peak * c.choice([0, 0.1]), peak * 0.01, c.choice([1.0, 2.0])
        section = {
            "name": "Cosine",
            "warmup_iters": warmup,
            "warmup_start_lr": first,
            "end_lr": end,
            "decay_power": exponent,
        }
        return {**section, "decay_within_run": True}, optax.warmup_cosine_decay_schedule(
            first, peak, warmup, total, end, exponent
        )

    def warmup_exponential(c: random.Random, peak: float, total: int) -> Any:
        warmup, begin, count, gamma = c.randint(2, 50), c.choice([0, 20]), c.randint(3, 90), c.choice([0.7, 0.95])
        stairs, first = c.choice([True, False]), peak * c.choice([0.0, 0.1])
        section = {"name": "Exponential", "step_size": it(count), "gamma": gamma, "staircase": stairs}
        section |= {"floor": peak * 0.05, "warmup_iters": warmup, "warmup_start_lr": first, "hold_epochs": it(begin)}
        return section, optax.warmup_exponential_decay_schedule(
            first, peak, warmup, count, gamma, begin, stairs, peak * 0.05
        )

    def pieces(c: random.Random, peak: float, total: int) -> Any:
        marks = sorted(c.sample(range(1, total), 3))
        values = [peak, peak * 0.5, peak * 0.1, peak * 0.02]
        section = {"name": "Piecewise", "decay_epochs": [*map(it, marks)], "values": values}
        scales = dict(zip(marks, (0.5, 0.2, 0.2), strict=True))
        return section, optax.piecewise_constant_schedule(peak, scales)

    def lines(c: random.Random, peak: float, total: int) -> Any:
        marks = sorted(c.sample(range(1, total), 3))
        knots = [
            ["0it", peak],
            *([it(mark), value] for mark, value in zip(marks, (peak * 2, peak, peak * 0.1), strict=True)),
        ]
        scales = dict(zip(marks, (2.0, 0.5, 0.1), strict=True))
        return {"name": "PiecewiseLinear", "knots": knots}, optax.piecewise_interpolate_schedule("linear", peak, scales)

    def cosines(c: random.Random, peak: float, total: int) -> Any:
        marks = [0, *sorted(c.sample(range(1, total), 3))]
        values = [peak, peak * 2, peak, peak * 0.1]
        stages: list[dict[str, Any]] = []
        for (begin, first), (end, last) in pairwise(zip(marks, values, strict=True)):
            up = {"name": "Const", "learning_rate": last, "warmup_iters": end - begin, "warmup_mode": "cosine"}
            down = {"name": "KDecay", "learning_rate": first, "end_lr": last}
            stages.append({**(down if last < first else {**up, "warmup_start_lr": first}), "epochs": it(end - begin)})
        stages.append({"name": "Const", "learning_rate": values[-1], "until_end": True})
        scales = dict(zip(marks[1:], (2.0, 0.5, 0.1), strict=True))
        return {"name": "Sequence", "stages": stages}, optax.piecewise_interpolate_schedule("cosine", peak, scales)

    def one_cycle(c: random.Random, peak: float, total: int) -> Any:
        share, div, final = c.choice([0.2, 0.4]), 25.0, c.choice([10.0, 1e4])
        first = int(share * total)
        section = {"name": "KDecay", "warmup_iters": first, "warmup_mode": "cosine", "warmup_start_lr": peak / div}
        section |= {"end_lr": peak / div / final, "decay_within_run": True}
        return section, optax.cosine_onecycle_schedule(total, peak, share, div, final)

    def linear_one_cycle(c: random.Random, peak: float, total: int) -> Any:
        (up, down), div, final = c.choice([(0.3, 0.85), (0.1, 0.6)]), 25.0, c.choice([10.0, 1e4])
        knots = [["0it", peak / div], [it(int(up * total)), peak], [it(int(down * total)), peak / div]]
        knots.append([it(total), peak / div / final])
        return {"name": "PiecewiseLinear", "knots": knots}, optax.linear_onecycle_schedule(
            total, peak, up, down, div, final
        )

    def joined(c: random.Random, peak: float, total: int) -> Any:
        first, second = c.randint(2, total // 3), c.randint(2, total // 3)
        stages = [
            {"name": "Linear", "learning_rate": peak, "end_lr": peak * 0.2, "epochs": it(first)},
            {"name": "Exponential", "learning_rate": peak * 2, "gamma": 0.9, "step_size": "7it", "epochs": it(second)},
            {"name": "Cosine", "learning_rate": peak, "until_end": True},
        ]
        schedules = [
            optax.linear_schedule(peak, peak * 0.2, first),
            optax.exponential_decay(peak * 2, 7, 0.9),
            optax.cosine_decay_schedule(peak, total - first - second),
        ]
        return {"name": "Sequence", "stages": stages}, optax.join_schedules(schedules, [first, first + second])

    def sgdr(c: random.Random, peak: float, total: int) -> Any:
        lengths = [total // 4, total // 4, total // 4]
        stages = [
            {
                "name": "Cosine",
                "learning_rate": peak * part,
                "warmup_iters": 5,
                "decay_within_run": True,
                "epochs": it(length),
            }
            for part, length in zip((1, 0.5, 0.25), lengths, strict=True)
        ]
        stages.append(
            {
                "name": "Cosine",
                "learning_rate": peak * 0.1,
                "warmup_iters": 5,
                "decay_within_run": True,
                "until_end": True,
            }
        )
        lengths.append(total - sum(lengths))
        peaks = [stage["learning_rate"] for stage in stages]
        keys = [
            {"init_value": 0.0, "peak_value": top, "warmup_steps": 5, "decay_steps": length}
            for top, length in zip(peaks, lengths, strict=True)
        ]
        return {"name": "Sequence", "stages": stages}, optax.sgdr_schedule(keys)

    cases("optax", {
        "constant": lambda c, p, t: ({"name": "Const"}, optax.constant_schedule(p)),
        "linear": lambda c, p, t: ({"name": "Linear", "end_lr": p * 0.1}, optax.linear_schedule(p, p * 0.1, t)),
        "polynomial": polynomial, "cosine_decay": cosine, "exponential_decay": exponential,
        "warmup_constant": lambda c, p, t: (
            {"name": "Const", "warmup_iters": 17}, optax.warmup_constant_schedule(0.0, p, 17)
        ),
        "warmup_cosine_decay": warmup_cosine, "warmup_exponential_decay": warmup_exponential,
        "piecewise_constant": pieces, "piecewise_interpolate": lines, "piecewise_interpolate, cosine": cosines,
        "cosine_onecycle": one_cycle, "sgdr": sgdr, "linear_onecycle": linear_one_cycle, "join_schedules": joined,
    }, lambda schedule, peak, epochs, iters: jax.vmap(schedule)(jax.numpy.arange(epochs * iters)))  # fmt: skip


def of_keras(keras: Any) -> None:
    """Of keras, functions of the update, in float64."""
    import jax

    def exponential(c: random.Random, peak: float, total: int) -> Any:
        count, gamma, stairs = c.randint(3, 90), c.choice([0.7, 0.95]), c.choice([True, False])
        section = {"name": "Exponential", "step_size": it(count), "gamma": gamma, "staircase": stairs}
        return section, keras.ExponentialDecay(peak, count, gamma, stairs)

    def inverse(c: random.Random, peak: float, total: int) -> Any:
        count, gamma, stairs = c.randint(3, 90), c.choice([0.7, 2.0]), c.choice([True, False])
        section = {"name": "InverseTime", "step_size": it(count), "gamma": gamma, "staircase": stairs}
        return section, keras.InverseTimeDecay(peak, count, gamma, stairs)

    def polynomial(c: random.Random, peak: float, total: int) -> Any:
        count, power, again, end = c.randint(9, total), c.choice([1.0, 2.0]), c.choice([True, False]), peak * 0.1
        section = {"name": "Polynomial", "decay_length": it(count), "power": power, "cycle": again, "end_lr": end}
        return section, keras.PolynomialDecay(peak, count, end, power, again)

    def pieces(c: random.Random, peak: float, total: int) -> Any:
        marks = sorted(c.sample(range(1, total), 2))
        values = [peak, peak * 0.5, peak * 0.1]  # a new value comes one update after the boundary
        section = {"name": "Piecewise", "decay_epochs": [it(mark + 1) for mark in marks], "values": values}
        return section, keras.PiecewiseConstantDecay([*map(float, marks)], values)

    def cosine(c: random.Random, peak: float, total: int) -> Any:
        alpha, warmup = c.choice([0.0, 0.1]), c.randint(2, 40)
        section = {"name": "KDecay", "end_lr": peak * alpha, "warmup_iters": warmup, "decay_within_run": True}
        section |= {"warmup_start_lr": peak * 0.1}
        return section, keras.CosineDecay(peak * 0.1, total - warmup, alpha, warmup_target=peak, warmup_steps=warmup)

    def restarts(c: random.Random, peak: float, total: int) -> Any:
        first, mult, height, alpha = (
            c.randint(5, total // 3),
            c.choice([1.0, 1.5, 2.0]),
            c.choice([1.0, 0.8]),
            c.choice([0.0, 0.1]),
        )
        section = {"name": "CosineWarmRestarts", "T_0": it(first), "T_mult": mult, "height_decay": height}
        return {**section, "eta_min": peak * alpha}, keras.CosineDecayRestarts(peak, first, mult, height, alpha)

    cases("keras", {
        "ExponentialDecay": exponential, "InverseTimeDecay": inverse, "PolynomialDecay": polynomial,
        "PiecewiseConstantDecay": pieces, "CosineDecay": cosine, "CosineDecayRestarts": restarts,
    }, lambda schedule, peak, epochs, iters: jax.vmap(schedule)(jax.numpy.arange(float(epochs * iters))))  # fmt: skip


def of_ignite(torch: Any) -> None:
    """Of ignite, by the event, which is an update."""
    from ignite.handlers import param_scheduler as ignite

    def optimizer(peak: float) -> Any:
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], peak)

    def simulated(kind: Any, peak: float, total: int, **keys: Any) -> Rates:
        values = kind.simulate_values(total, optimizer=optimizer(peak), param_name="lr", **keys)
        return [value for _, value in values]

    @case("ignite CosineAnnealingScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        size, mult, top, low = c.randint(4, total // 3), c.choice([1, 2]), c.choice([1, 0.8]), c.choice([1, 0.5])
        section = {"name": "CosineWarmRestarts", "learning_rate": peak, "T_0": it(size), "T_mult": mult}
        section |= {"eta_min": peak * 0.1, "peak_decay": top, "eta_min_decay": low}
        keys = {"cycle_mult": mult, "start_value_mult": top, "end_value_mult": low, "cycle_size": size}
        return section, simulated(
            ignite.CosineAnnealingScheduler, peak, total, start_value=peak, end_value=peak * 0.1, **keys
        )

    @case("ignite CosineAnnealingScheduler with warmups")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        size, up, top, end = c.randint(4, total // 3), c.randint(2, 9), c.choice([1, 0.8]), peak * 0.1
        again = {"name": "CosineWarmRestarts", "learning_rate": peak * top, "eta_min": end, "peak_decay": top}
        stages = [  # a warmup comes before each cycle but the first
            {"name": "KDecay", "learning_rate": peak, "end_lr": end, "epochs": it(size)},
            {**again, "T_0": it(up + size), "cycle_warmup": it(up), "until_end": True},
        ]
        keys = {"start_value_mult": top, "cycle_size": size, "warmup_duration": up}
        return {"name": "Sequence", "stages": stages}, simulated(
            ignite.CosineAnnealingScheduler, peak, total, start_value=peak, end_value=end, **keys
        )

    @case("ignite LinearCyclicalScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, half = rate(c), c.randint(2, epochs * iters // 4)
        section = {"name": "Cyclic", "max_lr": peak, "base_lr": peak * 0.1, "step_size_up": it(half)}
        keys = {"start_value": peak * 0.1, "end_value": peak, "cycle_size": 2 * half}
        return section, simulated(ignite.LinearCyclicalScheduler, peak, epochs * iters, **keys)

    @case("ignite LinearCyclicalScheduler from above, with factors")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total, half = rate(c), epochs * iters, c.randint(2, epochs * iters // 4)
        mult, top, low = c.choice([1, 2]), c.choice([1, 0.8]), c.choice([1, 0.5])
        knots: list[list[Any]] = []
        at, size, start, end = 0, 2 * half, peak, peak * 0.1
        while at < total:  # it comes back to the old start; the next cycle begins at the new one
            back = end + (start - end) * (size - 2) / size
            knots += [[it(at), start], [it(at + size // 2), end]] + [[it(at + size - 1), back]] * (size > 2)
            at, size, start, end = at + size, size * mult, start * top, end * low
        keys = {"cycle_mult": mult, "start_value_mult": top, "end_value_mult": low, "cycle_size": 2 * half}
        return {"name": "PiecewiseLinear", "knots": knots}, simulated(
            ignite.LinearCyclicalScheduler, peak, total, start_value=peak, end_value=peak * 0.1, **keys
        )

    @case("ignite LinearCyclicalScheduler, monotonic")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total, size, top = rate(c), epochs * iters, c.randint(4, epochs * iters // 3), c.choice([1, 0.8])
        section = {"name": "CosineWarmRestarts", "decay_shape": "linear", "learning_rate": peak, "T_0": it(size)}
        keys = {"start_value": peak, "end_value": peak * 0.1, "cycle_size": size, "start_value_mult": top}
        return {**section, "eta_min": peak * 0.1, "peak_decay": top}, simulated(
            ignite.LinearCyclicalScheduler, peak, total, monotonic=True, **keys
        )

    @case("ignite PiecewiseLinear")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        marks = sorted(c.sample(range(total), 4))
        values = [peak * part for part in (0.1, 1, 0.5, 0)]
        section = {"name": "PiecewiseLinear", "knots": [[it(mark), v] for mark, v in zip(marks, values, strict=True)]}
        keys = {"milestones_values": [*zip(marks, values, strict=True)]}
        return section, simulated(ignite.PiecewiseLinear, peak, total, **keys)

    @case("ignite create_lr_scheduler_with_warmup")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total, first = rate(c), epochs * iters, 0.1
        warmup, gamma = c.randint(3, total // 3), c.choice([0.9, 0.99])
        inner = torch.optim.lr_scheduler.ExponentialLR(optimizer(peak), gamma)
        values: list[Any] = [None] * total
        ignite.create_lr_scheduler_with_warmup(inner, peak * first, warmup, output_simulated_values=values)
        section = {"name": "Exponential", "learning_rate": peak, "gamma": gamma, "step_size": "1it"}
        section |= {"warmup_iters": warmup - 1, "warmup_start_lr": peak * first}  # it is over with its last update
        return section, [value for _, value in values]

    @case("ignite ConcatScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        first = c.randint(2, total // 3)
        stages = [
            {"name": "Linear", "learning_rate": peak, "end_lr": peak * 0.5, "epochs": it(first)},
            {"name": "CyclicalCosine", "learning_rate": peak, "cycle": "9it", "until_end": True},
        ]
        both = optimizer(peak)
        schedulers = [
            ignite.LinearCyclicalScheduler(both, "lr", peak, peak * 0.5, 2 * first),
            ignite.CosineAnnealingScheduler(both, "lr", peak, 0.0, 9),
        ]
        values = ignite.ConcatScheduler.simulate_values(total, schedulers=schedulers, durations=[first])
        return {"name": "Sequence", "stages": stages}, [value for _, value in values]


def of_mmengine(stepped: Any) -> None:
    """Of mmengine, by the update; one that begins and ends does so one update before its `end`."""
    from mmengine.optim import scheduler as mm

    def constant(c: random.Random, peak: float, total: int) -> Any:
        factor, count = round(c.uniform(0.05, 0.9), 3), c.randint(1, total - 1)
        section = {"name": "Const", "warmup_iters": count, "warmup_mode": "constant", "warmup_start_factor": factor}
        return section, lambda opt: mm.ConstantLR(opt, factor, end=count + 1, by_epoch=False)

    def linear(c: random.Random, peak: float, total: int) -> Any:
        first, last, count = round(c.uniform(0.05, 1), 3), c.choice([0, 0.3, 1]), c.randint(1, total - 1)
        section = {"name": "LinearLR", "start_factor": first, "end_factor": last, "decay_length": it(count)}
        return section, lambda opt: mm.LinearLR(opt, first, last, end=count + 1, by_epoch=False)

    def exponential(c: random.Random, peak: float, total: int) -> Any:
        gamma, begin = round(c.uniform(0.9, 1.01), 4), c.choice([0, 20])
        section = {"name": "Exponential", "gamma": gamma, "step_size": "1it", "hold_epochs": it(begin)}
        return section, lambda opt: mm.ExponentialLR(opt, gamma, begin=begin, by_epoch=False)

    def step(c: random.Random, peak: float, total: int) -> Any:
        size, gamma, begin = c.randint(5, total), round(c.uniform(0.1, 0.9), 3), c.choice([0, 20])
        section = {"name": "Step", "step_size": it(size), "gamma": gamma, "hold_epochs": it(begin)}
        return section, lambda opt: mm.StepLR(opt, size, gamma, begin=begin, by_epoch=False)

    def multi_step(c: random.Random, peak: float, total: int) -> Any:
        marks, gamma = sorted(c.sample(range(2, total), 3)), round(c.uniform(0.1, 0.9), 3)
        section = {"name": "MultiStepDecay", "milestones": [*map(it, marks)], "gamma": gamma}
        return section, lambda opt: mm.MultiStepLR(opt, marks, gamma, by_epoch=False)

    def cosine(c: random.Random, peak: float, total: int) -> Any:
        half, begin, end = c.randint(total // 4, total), c.choice([0, 20]), peak * c.choice([0, 0.01])
        section = {"name": "Cosine", "decay_length": it(half), "hold_epochs": it(begin), "end_lr": end}
        return section, lambda opt: mm.CosineAnnealingLR(opt, half, eta_min=end, begin=begin, by_epoch=False)

    def one_cycle(c: random.Random, peak: float, total: int) -> Any:
        share, div, final = round(c.uniform(0.1, 0.45), 3), c.choice([5, 25.0]), c.choice([10, 1e4])
        anneal, three = c.choice(["cos", "linear"]), c.choice([True, False])
        section = {"name": "OneCycle", "max_lr": peak, "pct_start": share, "div_factor": div, "final_div_factor": final}
        return {**section, "anneal_strategy": anneal, "three_phase": three}, lambda opt: mm.OneCycleLR(
            opt, peak, total, share, anneal, div, final, three, by_epoch=False
        )

    def restarts(c: random.Random, peak: float, total: int) -> Any:
        periods, weights = [total // 2, total // 4, total - total // 2 - total // 4], [1, 0.5, 0.8]
        stages = [
            {"name": "Cosine", "learning_rate": peak * weight, "end_lr": peak * 0.01, "epochs": it(period)}
            for period, weight in zip(periods, weights, strict=True)
        ]
        return {"name": "Sequence", "stages": stages}, lambda opt: mm.CosineRestartLR(
            opt, periods, weights, peak * 0.01, by_epoch=False
        )

    cases("mmengine", {
        "ConstantLR": constant, "LinearLR": linear, "ExponentialLR": exponential, "StepLR": step,
        "MultiStepLR": multi_step, "CosineAnnealingLR": cosine, "OneCycleLR": one_cycle, "CosineRestartLR": restarts,
    }, lambda make, peak, epochs, iters: stepped(make, peak, epochs * iters))  # fmt: skip

    @case("mmengine LinearLR over MultiStepLR")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        warmup, first, marks = c.randint(2, total // 2), c.choice([0.001, 0.1]), sorted(c.sample(range(2, total), 2))
        section = {"name": "MultiStepDecay", "learning_rate": peak, "milestones": [*map(it, marks)], "gamma": 0.1}
        section |= {"warmup_iters": warmup, "warmup_start_factor": first, "warmup_overlap": "product"}
        return section, stepped(
            lambda opt: [
                mm.LinearLR(opt, first, by_epoch=False, begin=0, end=warmup + 1),
                mm.MultiStepLR(opt, marks, by_epoch=False),
            ],
            peak, total,
        )  # fmt: skip

    @case("mmengine PolyLR")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        power = c.choice([0.9, 1.0, 2.0])
        section = {"name": "Linear", "learning_rate": peak, "end_lr": peak * 0.01, "power": power}
        section["decay_length"] = it(total)
        return section, stepped(
            lambda opt: mm.PolyLR(opt, power=power, eta_min=peak * 0.01, by_epoch=False, begin=0, end=total + 1),
            peak,
            total,
        )


def of_fvcore() -> None:
    """Of fvcore, functions of the share of the run; mostly as detectron2 puts a warmup before them."""
    from fvcore.common import param_scheduler as fv

    def warmed(name: str, make: Callable[..., tuple[dict[str, Any], Any]]) -> None:
        @case(f"fvcore {name}, with detectron2's warmup")
        def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
            peak, total = rate(c), epochs * iters
            warmup, factor = c.randint(2, total // 4), c.choice([0.001, 0.1])
            section, scheduler = make(c, peak, total)
            top = scheduler(warmup / total)
            ramp = fv.LinearParamScheduler(factor * scheduler(0.0), top)
            ways = ["rescaled", "fixed"]
            both = fv.CompositeParamScheduler([ramp, scheduler], [warmup / total, 1 - warmup / total], ways)
            section = {"learning_rate": peak, **section, "warmup_iters": warmup, "warmup_overlap": "decay"}
            if section["name"] == "Piecewise":
                del section["learning_rate"]
            return {**section, "warmup_start_factor": factor}, [both(k / total) for k in range(total)]

    def multi(c: random.Random, peak: float, total: int) -> Any:
        marks = sorted(c.sample(range(total // 2, total), 2))
        scheduler = fv.MultiStepParamScheduler([peak, peak * 0.1, peak * 0.01], total, marks)
        return {"name": "MultiStepDecay", "milestones": [*map(it, marks)], "gamma": 0.1}, scheduler

    def parts(count: int, total: int) -> list[str]:
        """Where a run is divided into so many equal parts."""
        return [it(-(-part * total // count)) for part in range(1, count)]

    def step(c: random.Random, peak: float, total: int) -> Any:
        values = [peak * share for share in (1, 0.3, 0.5, 0.01, 0.02)[: c.randint(2, 5)]]
        section = {"name": "Piecewise", "decay_epochs": parts(len(values), total), "values": values}
        return section, fv.StepParamScheduler(total, values)

    def fixed_gamma(c: random.Random, peak: float, total: int) -> Any:
        decays, gamma = c.randint(1, 6), round(c.uniform(0.1, 0.9), 3)
        section = {"name": "MultiStepDecay", "milestones": parts(decays + 1, total), "gamma": gamma}
        return section, fv.StepWithFixedGammaParamScheduler(peak, decays, gamma, total)

    def composite(c: random.Random, peak: float, total: int) -> Any:
        first = c.randint(total // 5, total // 2)
        stages = [
            {"name": "Linear", "learning_rate": peak, "end_lr": peak * 0.5, "epochs": it(first)},
            {"name": "Cosine", "learning_rate": peak, "end_lr": peak * 0.01, "until_end": True},
        ]
        inner = [fv.LinearParamScheduler(peak, peak * 0.5), fv.CosineParamScheduler(peak, peak * 0.01)]
        shares, ways = [first / total, 1 - first / total], ["rescaled", "rescaled"]
        return {"name": "Sequence", "stages": stages}, fv.CompositeParamScheduler(inner, shares, ways)

    cases("fvcore", {
        "ConstantParamScheduler": lambda c, p, t: ({"name": "Const"}, fv.ConstantParamScheduler(p)),
        "LinearParamScheduler": lambda c, p, t: (
            {"name": "Linear", "end_lr": p * 0.1}, fv.LinearParamScheduler(p, p * 0.1)
        ),
        "CompositeParamScheduler": composite,
    }, lambda make, peak, epochs, iters: [make(k / (epochs * iters)) for k in range(epochs * iters)])  # fmt: skip
    warmed("MultiStepParamScheduler", multi)
    warmed("StepParamScheduler", step)
    warmed("StepWithFixedGammaParamScheduler", fixed_gamma)
    warmed(
        "CosineParamScheduler",
        lambda c, p, t: ({"name": "Cosine", "end_lr": p * 0.01}, fv.CosineParamScheduler(p, p * 0.01)),
    )
    warmed(
        "PolynomialDecayParamScheduler",
        lambda c, p, t: ({"name": "Linear", "power": 0.9}, fv.PolynomialDecayParamScheduler(p, 0.9)),
    )
    warmed(
        "ExponentialParamScheduler",
        lambda c, p, t: (
            {"name": "Exponential", "gamma": 0.05, "step_size": "100%"},
            fv.ExponentialParamScheduler(p, 0.05),
        ),
    )


def of_paddle() -> None:
    """Paddle's own."""
    from paddle.optimizer import lr

    def run(make: Callable[[], Any], peak: float, epochs: int, iters: int) -> Rates:
        scheduler = make()
        for _ in range(epochs * iters):
            yield float(scheduler())
            scheduler.step()

    def noam(c: random.Random, peak: float, total: int) -> Any:
        width, warmup = c.choice([64, 512]), c.randint(2, total)
        return {"name": "Noam", "d_model": width, "warmup_iters": warmup}, lambda: lr.NoamDecay(width, warmup, peak)

    def exponential(c: random.Random, peak: float, total: int) -> Any:
        gamma = round(c.uniform(0.9, 0.999), 4)
        return {"name": "Exponential", "gamma": gamma, "step_size": "1it"}, lambda: lr.ExponentialDecay(peak, gamma)

    def natural(c: random.Random, peak: float, total: int) -> Any:
        gamma = round(c.uniform(0.001, 0.1), 4)
        return {"name": "NaturalExp", "gamma": gamma, "step_size": "1it"}, lambda: lr.NaturalExpDecay(peak, gamma)

    def inverse(c: random.Random, peak: float, total: int) -> Any:
        gamma = round(c.uniform(0.001, 2), 4)
        return {"name": "InverseTime", "gamma": gamma, "step_size": "1it"}, lambda: lr.InverseTimeDecay(peak, gamma)

    def polynomial(c: random.Random, peak: float, total: int) -> Any:
        count, power, again, end = c.randint(9, total), c.choice([1.0, 2.0]), c.choice([True, False]), peak * 0.1
        section = {"name": "Polynomial", "decay_length": it(count), "power": power, "cycle": again, "end_lr": end}
        return section, lambda: lr.PolynomialDecay(peak, count, end, power, again)

    def warmup(c: random.Random, peak: float, total: int) -> Any:
        count, first = c.randint(2, total // 2), peak * c.choice([0, 0.1])
        section = {"name": "Cosine", "warmup_iters": count, "warmup_start_lr": first}
        return section, lambda: lr.LinearWarmup(lr.CosineAnnealingDecay(peak, total), count, first, peak)

    def piecewise(c: random.Random, peak: float, total: int) -> Any:
        marks, values = sorted(c.sample(range(1, total), 3)), [peak, peak * 0.5, peak * 0.1, peak * 0.2]
        section = {"name": "Piecewise", "decay_epochs": [*map(it, marks)], "values": values}
        return section, lambda: lr.PiecewiseDecay(marks, values)

    def cosine(c: random.Random, peak: float, total: int) -> Any:
        half, end = c.randint(total // 5, 2 * total), peak * c.choice([0, 0.01])
        section = {"name": "Cosine", "decay_length": it(half), "end_lr": end}
        return section, lambda: lr.CosineAnnealingDecay(peak, half, end)

    def multi_step(c: random.Random, peak: float, total: int) -> Any:
        marks, gamma = sorted(c.sample(range(1, total), 4)), round(c.uniform(0.1, 0.9), 3)
        section = {"name": "MultiStepDecay", "milestones": [*map(it, marks)], "gamma": gamma}
        return section, lambda: lr.MultiStepDecay(peak, marks, gamma)

    def step(c: random.Random, peak: float, total: int) -> Any:
        size, gamma = c.randint(1, total), round(c.uniform(0.1, 0.9), 3)
        return {"name": "Step", "step_size": it(size), "gamma": gamma}, lambda: lr.StepDecay(peak, size, gamma)

    def one_cycle(c: random.Random, peak: float, total: int) -> Any:
        share, div, end = round(c.uniform(0.1, 0.45), 3), c.choice([5, 25.0]), c.choice([1e-3, 1e-6])
        anneal, three = c.choice(["cos", "linear"]), c.choice([True, False])
        section = {"name": "OneCycle", "max_lr": peak, "pct_start": share, "div_factor": div}
        section |= {"final_div_factor": 1 / div / end, "anneal_strategy": anneal, "three_phase": three}
        return section, lambda: lr.OneCycleLR(peak, total, div, peak * end, share, anneal, three)

    def cyclic(c: random.Random, peak: float, total: int) -> Any:
        base, up, down = peak * c.choice([0.01, 0.3]), c.randint(2, total // 3), c.randint(2, total // 3)
        mode, gamma = c.choice(["triangular", "triangular2", "exp_range"]), c.choice([0.99, 1.0])
        section = {
            "name": "Cyclic",
            "max_lr": peak,
            "base_lr": base,
            "step_size_up": it(up),
            "step_size_down": it(down),
        }
        section |= {"mode": mode, "gamma": gamma}
        return section, lambda: lr.CyclicLR(base, peak, up, down, mode, gamma)

    def linear(c: random.Random, peak: float, total: int) -> Any:
        first, last, count = round(c.uniform(0.05, 1), 3), c.choice([0, 0.3, 1]), c.randint(1, total - 1)
        section = {"name": "LinearLR", "start_factor": first, "end_factor": last, "decay_length": it(count)}
        return section, lambda: lr.LinearLR(peak, count, first, last)

    def restarts(c: random.Random, peak: float, total: int) -> Any:
        first, mult, end = c.randint(3, total // 3), c.choice([1, 2, 3]), peak * c.choice([0, 0.1])
        section = {"name": "CosineWarmRestarts", "T_0": it(first), "T_mult": mult, "eta_min": end}
        return section, lambda: lr.CosineAnnealingWarmRestarts(peak, first, mult, end)

    cases("paddle", {
        "NoamDecay": noam, "ExponentialDecay": exponential, "NaturalExpDecay": natural, "InverseTimeDecay": inverse,
        "PolynomialDecay": polynomial, "LinearWarmup": warmup, "PiecewiseDecay": piecewise,
        "CosineAnnealingDecay": cosine, "MultiStepDecay": multi_step, "StepDecay": step, "OneCycleLR": one_cycle,
        "CyclicLR": cyclic, "LinearLR": linear, "CosineAnnealingWarmRestarts": restarts,
    }, run)  # fmt: skip


def of_composer() -> None:
    """Of composer, functions of the state of its trainer."""
    from types import SimpleNamespace

    from composer.core import Time, Timestamp
    from composer.optim import scheduler as composer

    def run(scheduler: Any, peak: float, epochs: int, iters: int) -> Rates:
        length = {"max_duration": Time(epochs, "ep"), "dataloader_len": iters}
        for k in range(epochs * iters):
            yield peak * scheduler(SimpleNamespace(timestamp=Timestamp(epoch=k // iters, batch=k), **length))

    def ba(count: int) -> str:
        return f"{count}ba"

    def some(c: random.Random, total: int) -> int:
        return c.randint(total // 4, total)

    def step(c: random.Random, peak: float, total: int) -> Any:
        size, gamma = c.randint(1, total), round(c.uniform(0.1, 0.9), 3)
        return {"name": "Step", "step_size": it(size), "gamma": gamma}, composer.StepScheduler(ba(size), gamma)

    def multi_step(c: random.Random, peak: float, total: int) -> Any:
        marks, gamma = sorted(c.sample(range(1, total), 4)), round(c.uniform(0.1, 0.9), 3)
        section = {"name": "MultiStepDecay", "milestones": [*map(it, marks)], "gamma": gamma}
        return section, composer.MultiStepScheduler([*map(ba, marks)], gamma)

    def constant(c: random.Random, peak: float, total: int) -> Any:
        factor, count = round(c.uniform(0.05, 0.9), 3), some(c, total - 1)
        section = {"name": "Const", "warmup_iters": count, "warmup_mode": "constant", "warmup_start_factor": factor}
        return section, composer.ConstantScheduler(factor, ba(count))

    def linear(c: random.Random, peak: float, total: int) -> Any:
        first, last, count = round(c.uniform(0.05, 1), 3), c.choice([0, 0.3, 1]), some(c, total)
        section = {"name": "LinearLR", "start_factor": first, "end_factor": last, "decay_length": it(count)}
        return section, composer.LinearScheduler(first, last, ba(count))

    def exponential(c: random.Random, peak: float, total: int) -> Any:
        gamma, count = round(c.uniform(0.3, 0.95), 3), c.randint(1, total)
        section = {"name": "Exponential", "gamma": gamma, "step_size": it(count)}
        return section, composer.ExponentialScheduler(gamma, ba(count))

    def cosine(c: random.Random, peak: float, total: int) -> Any:
        count, share = some(c, total), c.choice([0, 0.1])
        section = {"name": "KDecay", "decay_length": it(count), "end_lr": peak * share}
        return section, composer.CosineAnnealingScheduler(ba(count), share)

    def restarts(c: random.Random, peak: float, total: int) -> Any:
        first, mult, share = c.randint(5, total // 3), c.choice([1, 1.5, 2]), c.choice([0, 0.1])
        section = {"name": "CosineWarmRestarts", "eta_min": peak * share, "T_0": it(first), "T_mult": mult}
        if mult == 1.5:  # composer cuts each length down to a whole one, and makes the next of that
            lengths = [first]
            while sum(lengths) < total:
                lengths.append(int(mult * lengths[-1]))
            section = {key: value for key, value in section.items() if key[0] != "T"} | {"cycles": [*map(it, lengths)]}
        return section, composer.CosineAnnealingWarmRestartsScheduler(ba(first), mult, share)

    def polynomial(c: random.Random, peak: float, total: int) -> Any:
        count, share, power = some(c, total), c.choice([0, 0.1]), round(c.uniform(0.5, 3), 3)
        section = {"name": "Polynomial", "decay_length": it(count), "end_lr": peak * share, "power": power}
        return section, composer.PolynomialScheduler(power, ba(count), share)

    def warm(c: random.Random, total: int) -> tuple[dict[str, Any], str]:
        count = c.randint(2, total // 3)
        return {"warmup_iters": count, "decay_within_run": True}, ba(count)

    def multi_step_warm(c: random.Random, peak: float, total: int) -> Any:
        section, scheduler = multi_step(c, peak, total)
        ours, count = warm(c, total)
        section |= {"warmup_iters": ours["warmup_iters"], "warmup_overlap": "peak"}
        return section, composer.MultiStepWithWarmupScheduler(count, scheduler.milestones, scheduler.gamma)

    def constant_warm(c: random.Random, peak: float, total: int) -> Any:
        (ours, count), factor = warm(c, total), c.choice([1, 0.5])
        section = {"name": "Const", "learning_rate": peak * factor, "warmup_iters": ours["warmup_iters"]}
        return section, composer.ConstantWithWarmupScheduler(count, factor)

    def linear_warm(c: random.Random, peak: float, total: int) -> Any:
        (ours, count), first, last = warm(c, total), c.choice([1, 0.5]), c.choice([0, 0.1])
        section = {"name": "Linear", "learning_rate": peak * first, "end_lr": peak * last}
        return {**section, **ours}, composer.LinearWithWarmupScheduler(count, first, last)

    def cosine_warm(c: random.Random, peak: float, total: int) -> Any:
        (ours, count), share = warm(c, total), c.choice([0, 0.1])
        section = {"name": "Cosine", "end_lr": peak * share, **ours}
        return section, composer.CosineAnnealingWithWarmupScheduler(count, alpha_f=share)

    def polynomial_warm(c: random.Random, peak: float, total: int) -> Any:
        (ours, count), share, power = warm(c, total), c.choice([0, 0.1]), round(c.uniform(0.5, 3), 3)
        section = {"name": "Linear", "power": power, "end_lr": peak * share, **ours}
        return section, composer.PolynomialWithWarmupScheduler(count, power, alpha_f=share)

    cases("composer", {
        "StepScheduler": step, "MultiStepScheduler": multi_step, "ConstantScheduler": constant,
        "LinearScheduler": linear, "ExponentialScheduler": exponential, "CosineAnnealingScheduler": cosine,
        "CosineAnnealingWarmRestartsScheduler": restarts, "PolynomialScheduler": polynomial,
        "MultiStepWithWarmupScheduler": multi_step_warm, "ConstantWithWarmupScheduler": constant_warm,
        "LinearWithWarmupScheduler": linear_warm, "CosineAnnealingWithWarmupScheduler": cosine_warm,
        "PolynomialWithWarmupScheduler": polynomial_warm,
    }, run)  # fmt: skip


def of_pytorch_optimizer(torch: Any) -> None:
    """Of pytorch_optimizer, what is not PyTorch's; the rates that its calls of step() return, from the first one on."""
    from pytorch_optimizer import lr_scheduler as peer

    def optimizer(peak: float) -> Any:
        return torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], peak)

    def simple(name: str, make: Callable[..., tuple[dict[str, Any], Any, dict[str, Any]]]) -> None:
        @case(f"pytorch_optimizer {name}")
        def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
            peak, total, count = rate(c), epochs * iters, c.randint(2, epochs * iters // 3)
            first, end = peak * c.choice([0, 0.1]), peak * c.choice([0, 0.05])
            section, kind, keys = make(c, peak, total, end, {"warmup_iters": count, "warmup_start_lr": first})
            scheduler = kind(
                optimizer(peak), t_max=total, max_lr=peak, min_lr=end, init_lr=first, warmup_steps=count, **keys
            )
            return section, [scheduler.step() for _ in range(total)]

    def linear(c: random.Random, peak: float, total: int, end: float, warm: dict[str, Any]) -> Any:
        section = {"name": "Linear", "learning_rate": peak, "end_lr": end, "decay_within_run": True, **warm}
        return section, peer.LinearScheduler, {}

    def cosine(c: random.Random, peak: float, total: int, end: float, warm: dict[str, Any]) -> Any:
        section = {"name": "Cosine", "learning_rate": peak, "end_lr": end, "decay_within_run": True, **warm}
        return section, peer.CosineScheduler, {}

    def poly(c: random.Random, peak: float, total: int, end: float, warm: dict[str, Any]) -> Any:
        power, left = c.choice([0.5, 1, 2]), total - warm["warmup_iters"]
        # It grows behind its warmup: by a power of the number of updates, not of a share of them.
        top = end + (peak - end) * left**power
        rise = {"name": "Const", "learning_rate": top, "warmup_iters": left, "warmup_power": power}
        stages: list[dict[str, Any]] = [
            {"name": "Const", "learning_rate": peak, "epochs": it(warm["warmup_iters"]), **warm},
            {"name": "Scale", "schedule": {**rise, "warmup_start_lr": end}, "floor": peak, "until_end": True},
        ]
        return {"name": "Sequence", "stages": stages}, peer.PolyScheduler, {"poly_order": power}

    for name, make in {"LinearScheduler": linear, "CosineScheduler": cosine, "PolyScheduler": poly}.items():
        simple(name, make)

    @case("pytorch_optimizer ProportionScheduler over LinearScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total, end, top, low = rate(c), epochs * iters, 0.1, rate(c), c.choice([0, 0.1])
        section = {"name": "Linear", "learning_rate": top, "end_lr": top * low}
        inner = peer.LinearScheduler(optimizer(peak), total, peak, peak * end, peak)
        outer = peer.ProportionScheduler(inner, peak, peak * end, top, top * low)
        return section, [(inner.step(), outer.step())[1] for _ in range(total)]

    @case("pytorch_optimizer CosineAnnealingWarmupRestarts")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        first, mult, decay = c.randint(5, total // 3), c.choice([1.0, 1.5, 2.0]), c.choice([1.0, 0.9, 0.5])
        warmup, end = c.randint(1, first - 1), peak * 0.01
        lengths = [first]
        while sum(lengths) < total:
            lengths.append(int((lengths[-1] - warmup) * mult) + warmup)
        section = {"name": "CosineWarmRestarts", "learning_rate": peak, "eta_min": end, "peak_decay": decay}
        section |= {"cycles": [*map(it, lengths)], "cycle_warmup": it(warmup)}
        scheduler = peer.CosineAnnealingWarmupRestarts(optimizer(peak), first, mult, peak, end, warmup, decay)
        rates = []
        for update in range(total):
            scheduler.step(update)
            rates.append(scheduler.get_lr()[0])
        return section, rates

    @case("pytorch_optimizer REXScheduler")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total = rate(c), epochs * iters
        end = peak * c.choice([0, 0.05])
        scheduler = peer.REXScheduler(optimizer(peak), total, peak, end)
        scheduler.step_t = 0  # its constructor makes a step and then sets the rate to the end
        section = {"name": "REX", "learning_rate": peak, "end_lr": end}
        return section, [scheduler.step() for _ in range(total)]

    @case("pytorch_optimizer get_chebyshev_schedule, by the epoch")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak = rate(c)
        scheduler = peer.get_chebyshev_schedule(optimizer(peak), epochs)
        values = [float(peak * scheduler.lr_lambdas[0](epoch)) for epoch in range(epochs)]
        section = {"name": "Piecewise", "decay_epochs": [*range(1, epochs)], "values": values}
        return section, [value for value in values for _ in range(iters)]

    @case("pytorch_optimizer get_wsd_schedule, cosine")
    def _(c: random.Random, epochs: int, iters: int) -> tuple[dict[str, Any], Rates]:
        peak, total, waves, share = rate(c), epochs * iters, c.choice([0.5, 0.25, 1.5]), c.choice([0, 0.1])
        warmup, down = c.randint(2, total // 3), c.randint(5, total // 3)
        stages: list[dict[str, Any]] = [
            {"name": "Const", "learning_rate": peak, "warmup_iters": warmup, "epochs": it(total - down)},
            {"name": "Cosine", "learning_rate": peak, "end_lr": peak * share, "num_cycles": waves, "until_end": True},
        ]
        scheduler = peer.get_wsd_schedule(
            optimizer(peak), warmup, total - warmup - down, down, share, waves, cooldown_type="cosine"
        )
        return {"name": "Sequence", "stages": stages}, [peak * scheduler.lr_lambdas[0](k) for k in range(total)]

    for kind, keys in {
        "1-sqrt": {"decay_shape": "1-sqrt"}, "linear": {"decay_shape": "linear"},
        "1-square": {"decay_shape": "linear", "k_decay": 2},
    }.items():  # fmt: skip

        @case(f"pytorch_optimizer get_wsd_schedule, {kind}")
        def _(
            c: random.Random, epochs: int, iters: int, kind: str = kind, keys: dict[str, Any] = keys
        ) -> tuple[dict[str, Any], Rates]:
            peak, total, share = rate(c), epochs * iters, 0.1
            warmup, down, tail = c.randint(2, total // 3), c.randint(5, total // 3), c.randint(0, 9)
            stable = total - warmup - down - tail
            wsd = {"name": "WSD", "learning_rate": peak, "warmup_iters": warmup, "decay_length": it(down), **keys}
            # The decay goes to 0, and then the rate is that of its end.
            rest = {"name": "Const", "learning_rate": peak * share, "until_end": True}
            stages = [{**wsd, "epochs": it(total - tail)}, rest] if tail else [{**wsd, "until_end": True}]
            scheduler = peer.get_wsd_schedule(optimizer(peak), warmup, stable, down, share, cooldown_type=kind)
            return {"name": "Sequence", "stages": stages}, [peak * scheduler.lr_lambdas[0](k) for k in range(total)]


if __name__ == "__main__":
    sys.exit(main())
