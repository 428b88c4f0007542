"""What most of many intervals share: damaged lines of a log allow what the others do not."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def most_agree(low: NDArray[Any], high: NDArray[Any]) -> tuple[Any, Any, NDArray[np.bool_]]:
    """The stretch from `low` to `high`, both included, that most intervals share, and which these are."""
    some = low <= high
    if not some.any():
        return low[0].item(), low[0].item(), some
    rising, count = np.unique(low[some], return_counts=True)
    agree = np.cumsum(count) - np.searchsorted(np.sort(high[some]), rising)
    least = rising[len(agree) - 1 - int(np.argmax(agree[::-1]))]
    inside = (low <= least) & (least <= high)
    return least.item(), high[inside].min().item(), inside
