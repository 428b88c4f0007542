"""Schedules of other libraries, as `tools/compare_peers.py` recorded them, said in a section of ours."""

from __future__ import annotations

import json
import re
import warnings
from typing import Any

import numpy as np
import pytest

from ppocr_lr import build_schedule
from tests.conftest import ROOT

CASES: list[dict[str, Any]] = json.loads((ROOT / "tests" / "data" / "peers_lr.json").read_text())["cases"]
PEERS = sorted({case["peer"] for case in CASES})
# Where the library's own rounding is larger: the page of peers says why.
ROUNDED = {"keras CosineDecay": 1e-6, "keras CosineDecayRestarts": 1e-6}


def test_each_has_its_row_on_the_page_of_peers() -> None:
    page = (ROOT / "docs" / "peers.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (\w+) \| ([^|]+?)(?: \([^)]*\))? \|", page, re.MULTILINE)
    assert sorted(map(" ".join, rows[1:])) == PEERS


@pytest.mark.parametrize("peer", PEERS)
def test_rates_are_those_of(peer: str) -> None:
    cases = [case for case in CASES if case["peer"] == peer]
    assert len(cases) >= 10
    for case in cases:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a growing rate is told
            schedule = build_schedule(case["section"], case["epochs"], case["iters"])
        off = np.abs(schedule(np.array(case["steps"])) - case["rates"]).max()
        assert off <= ROUNDED.get(peer, 1e-12) * max(case["rates"]), case["section"]
