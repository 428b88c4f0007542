from __future__ import annotations

from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def test_the_list_of_equivalent_mutants_names_lines_that_are_there() -> None:
    """`tools/mutation.py` itself needs Cosmic Ray, so that a line that has moved on shows here first."""
    for entry in yaml.safe_load((ROOT / "tools" / "mutation_equivalent.yml").read_text(encoding="utf-8")):
        lines = [line.strip() for line in (ROOT / entry["file"]).read_text(encoding="utf-8").splitlines()]
        assert set(entry["was"].splitlines()) <= set(lines), f"{entry['file']}: {entry['was']}"
