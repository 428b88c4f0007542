"""How the tables of sections are held against what they must give."""

from __future__ import annotations

from typing import Any

import numpy as np

from ppocr_lr import build_schedule

EPOCHS, ITERS_EPOCH = 20, 10
"""The run of the tables: 200 updates."""


def holds(section: dict[str, Any], rates: dict[int, float]) -> None:
    """The section gives these rates at these updates of the run, to 1e-12."""
    schedule = build_schedule(section, EPOCHS, ITERS_EPOCH)
    np.testing.assert_allclose(schedule(np.array(list(rates))), list(rates.values()), rtol=1e-12, atol=1e-15)
