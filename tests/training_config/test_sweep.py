from __future__ import annotations

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.training_config.sweep import sweep_overrides


@pytest.mark.parametrize(
    ("sweeps", "expected"),
    [
        ([], [[]]),
        (["a=1"], [["a=1"]]),
        (["a=0,2, 5"], [["a=0"], ["a=2"], ["a=5"]]),
        (["a=1,2", "b=x,y"], [["a=1", "b=x"], ["a=1", "b=y"], ["a=2", "b=x"], ["a=2", "b=y"]]),
        (["a=[1, 2],[3]"], [["a=[1, 2]"], ["a=[3]"]]),
        (
            ["a={name: Const, learning_rate: 1},{name: Cosine}"],
            [["a={name: Const, learning_rate: 1}"], ["a={name: Cosine}"]],
        ),
        (["a=0.001, 1e-3,2,0.0010,2"], [["a=0.001"], ["a=2"]]),
        (["a=[1, 2],[1,2.0],1,true"], [["a=[1, 2]"], ["a=1"], ["a=true"]]),
        (["a=1,2,3,4", "b=1,2,3"], [[f"a={a}", f"b={b}"] for a in range(1, 5) for b in range(1, 4)]),
    ],
)
def test_combinations(sweeps: list[str], expected: list[list[str]]) -> None:
    found = [[f"{each.key}={each.text}" for each in combination] for combination in sweep_overrides(sweeps)]
    assert found == expected


@pytest.mark.parametrize(
    ("sweeps", "message"),
    [
        (["a"], "write KEY=V1,V2"),
        (["=1"], "write KEY=V1,V2"),
        (["a="], "write KEY=V1,V2"),
        (["a=1,,2"], "write KEY=V1,V2"),
        (["a=1,2", "a =3"], "a is swept already"),
        (["a=[1"], r"sweep a: '\[1' has no end"),
        ([f"a={','.join(map(str, range(20_000)))}"], "20000 combinations; a picture holds at most 12 curves"),
        (["a=1,2,3,4", "b=1,2,3,4"], "16 combinations; a picture holds at most 12 curves"),
    ],
)
def test_what_is_no_sweep(sweeps: list[str], message: str) -> None:
    with pytest.raises(LRConfigError, match=message):
        sweep_overrides(sweeps)
