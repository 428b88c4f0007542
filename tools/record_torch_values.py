"""Record the learning rates of PyTorch's schedulers for the tests: python tools/record_torch_values.py

Writes tests/data/torch_lr.json: for each case the rate, or the momentum, that each update uses. Needs PyTorch (last run
with torch 2.14.1), which the tests themselves do not.
"""

from __future__ import annotations

import argparse
import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

PEAK = 0.1
UPDATES = 240
OUT = Path(__file__).parent.parent / "tests" / "data" / "torch_lr.json"

Make = Callable[[Any], Any]
"""Takes a PyTorch optimizer and makes the scheduler."""


def rate_cases(lr: Any) -> dict[str, Make]:
    """Those whose rate is recorded, made of PyTorch's module `lr`."""
    return {
        "CosineAnnealingWarmRestarts T_mult=1": lambda opt: lr.CosineAnnealingWarmRestarts(opt, 30, 1, eta_min=1e-4),
        "CosineAnnealingWarmRestarts T_mult=2": lambda opt: lr.CosineAnnealingWarmRestarts(opt, 10, 2),
        "CosineAnnealingWarmRestarts T_mult=3": lambda opt: lr.CosineAnnealingWarmRestarts(opt, 10, 3, eta_min=1e-3),
        "CyclicLR triangular": lambda opt: lr.CyclicLR(opt, 0.01, PEAK, 20, 30, cycle_momentum=False),
        "CyclicLR triangular2": lambda opt: lr.CyclicLR(opt, 0.01, PEAK, 20, 10, "triangular2", cycle_momentum=False),
        "CyclicLR exp_range": lambda opt: lr.CyclicLR(
            opt, 0.0, PEAK, 40, None, "exp_range", 0.97, cycle_momentum=False
        ),
        "OneCycleLR pct_start": lambda opt: lr.OneCycleLR(
            opt, PEAK, UPDATES, pct_start=0.4, div_factor=10, final_div_factor=100, cycle_momentum=False
        ),
        "OneCycleLR three_phase": lambda opt: lr.OneCycleLR(
            opt, PEAK, UPDATES, pct_start=0.2, anneal_strategy="linear", three_phase=True, cycle_momentum=False
        ),
        "ExponentialLR": lambda opt: lr.ExponentialLR(opt, 0.98),
        "LinearLR": lambda opt: lr.LinearLR(opt, 0.25, 1.0, 50),
        "ConstantLR": lambda opt: lr.ConstantLR(opt, 0.2, 40),
        "PolynomialLR": lambda opt: lr.PolynomialLR(opt, 100, 0.9),
        "SequentialLR": lambda opt: lr.SequentialLR(
            opt, [lr.LinearLR(opt, 0.1, 1.0, 20), lr.ExponentialLR(opt, 0.95), lr.PolynomialLR(opt, 80, 2.0)], [20, 90]
        ),
    }


def momentum_cases(lr: Any) -> dict[str, Make]:
    """Those whose momentum is."""
    return {
        "OneCycleLR": lambda opt: lr.OneCycleLR(opt, PEAK, UPDATES),
        "OneCycleLR linear": lambda opt: lr.OneCycleLR(
            opt, PEAK, UPDATES, pct_start=0.4, anneal_strategy="linear", base_momentum=0.7, max_momentum=0.99
        ),
        "OneCycleLR three_phase": lambda opt: lr.OneCycleLR(opt, PEAK, UPDATES, pct_start=0.2, three_phase=True),
        "CyclicLR triangular": lambda opt: lr.CyclicLR(opt, 0.01, PEAK, 20, 30),
        "CyclicLR triangular2": lambda opt: lr.CyclicLR(opt, 0.01, PEAK, 20, 10, "triangular2", base_momentum=0.6),
        "CyclicLR exp_range": lambda opt: lr.CyclicLR(opt, 0.0, PEAK, 40, None, "exp_range", 0.97, max_momentum=0.95),
    }


def record(make: Make, what: str = "lr") -> list[float]:
    """The rate, or the momentum, of each update, read before it."""
    import torch

    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], PEAK, momentum=0.9)
    scheduler = make(optimizer)
    rates = []
    for update in range(UPDATES):
        rates.append(float(optimizer.param_groups[0][what]))
        if update + 1 < UPDATES:
            optimizer.step()
            scheduler.step()
    return rates


def main() -> None:
    """Record all cases."""
    import torch
    from torch.optim import lr_scheduler

    warnings.simplefilter("ignore")  # SequentialLR's own, of passing a step number
    cases = {name: record(make) for name, make in rate_cases(lr_scheduler).items()}
    momenta = {name: record(make, "momentum") for name, make in momentum_cases(lr_scheduler).items()}
    text = json.dumps({"torch": torch.__version__, "cases": cases, "momenta": momenta})
    OUT.write_text(text.replace("], ", "],\n").replace("{", "{\n") + "\n", encoding="utf-8")


if __name__ == "__main__":
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    main()
