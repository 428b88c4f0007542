"""Which parameters train at another rate: the factors are those that PaddleOCR's own models have."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.training_config.groups import Group, by_factor, rate_groups
from ppocr_lr.training_config.plan import PlannedRun, plan_config
from ppocr_lr.training_config.run_flags import RunFlags

RECORDED = json.loads((Path(__file__).parents[1] / "data" / "parameter_rates.json").read_text(encoding="utf-8"))
CONSTANTS = ("grid_generator.fc.", "GridGenerator.fc.")
"""PaddleOCR keeps these as parameters that nothing trains."""

COSINE = {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 2}
PIECEWISE = {"name": "Piecewise", "decay_epochs": [6], "values": [1e-4, 1e-5]}


def planned(architecture: Any = None, lr: Any = COSINE, **optimizer: Any) -> PlannedRun:
    config = {"Global": {"epoch_num": 8}, "Optimizer": {"name": "Adam", "lr": lr, **optimizer}}
    if architecture is not None:
        config["Architecture"] = architecture
    return plan_config(config, "c.yml", RunFlags(iters_per_epoch=10))


def backbone(name: object, **keys: Any) -> dict[str, Any]:
    return {"model_type": "rec", "Backbone": {"name": name, **keys}}


@pytest.mark.parametrize("case", RECORDED)
def test_each_parameter_has_the_factor_that_it_has_in_paddleocr(case: str) -> None:
    groups = rate_groups(planned(RECORDED[case]["architecture"]).config)
    for factor, names in RECORDED[case]["parameters"].items():
        for name in names.split():
            if not any(constant in name for constant in CONSTANTS):
                first = next((group for group in groups if any(fnmatchcase(name, p) for p in group.parameters)), None)
                assert (first.factor if first else 1.0) == float(factor), name


FIVE = [0.5, 0.6, 0.7, 0.8, 0.9]
TPS = {"Transform": {"name": "TPS", "loc_lr": 0.1}}
FPN = {"name": "FCEFPN", "norm_type": "bn", "freeze_norm": True}
TEACHER, STUDENT = {"freeze_params": True, **backbone("PPLCNetV3")}, backbone("PPLCNetV3")

# an Architecture; what trains at another rate: label, factor, patterns and key of each
FOUND: list[tuple[Any, list[tuple[str, float, str, str]]]] = [
    (backbone("PPLCNetV3"), [("affine blocks", 0.1, "backbone.*.lab.*", "Backbone.lab_lr")]),
    (backbone("PPLCNetV3", lab_lr=1.0), []),
    (backbone("PPLCNetV3", lab_lr=0), [("affine blocks", 0.0, "backbone.*.lab.*", "Backbone.lab_lr")]),
    (
        backbone("PPLCNetV3", lr_mult_list=[0.5, 2, 2, 2, 2, 2], lab_lr=0.5),
        [
            (
                "blocks2, blocks3, blocks4, blocks5, blocks6", 2.0,
                "backbone.blocks2.*, backbone.blocks3.*, backbone.blocks4.*, backbone.blocks5.*, backbone.blocks6.*",
                "Backbone.lr_mult_list.1",
            ),
            ("conv1", 0.5, "backbone.conv1.*", "Backbone.lr_mult_list.0"),
        ],
    ),
    (backbone("PPLCNetV4", det=True, lr_mult_list=[0.5] * 6), []),
    (
        backbone("PPLCNetV4", model_size="tiny", lr_mult_list=[0.5, 1, 0.5, 1, 0.25, 1]),
        [("SE of blocks5", 0.25, "backbone.blocks5.*.se.*", "Backbone.lr_mult_list.4")],
    ),
    (backbone("PPLCNetV4", model_size=["tiny"], lr_mult_list=[0.5] * 6), []),
    (backbone("PPHGNetV2_B4", lr_mult_list=[0.5, 1, 1, 1, 1]), [("stem", 0.5, "backbone.stem.*", "Backbone.lr_mult_list.0")]),
    (backbone("PPHGNet_small", lr_mult_list=[0.5]), []),
    (backbone(["PPLCNetV3"]), []),
    (TPS, [("localization", 0.1, "transform.loc_net.fc1.weight, transform.loc_net.fc2.*", "Transform.loc_lr")]),
    ({"Transform": {"name": "TPS", "loc_lr": 1}}, []),
    ({"Neck": FPN}, [("norms, frozen", 0.0, "neck.*.norm.*", "Neck.freeze_norm")]),
    ({"Neck": {**FPN, "norm_type": None}}, []),
    ({"Neck": {"name": "FCEFPN", "freeze_norm": False, "norm_type": "bn"}}, []),
    (
        {"name": "DistillationModel", "Models": {"Teacher": TEACHER, "A": STUDENT, "B": STUDENT, "C": None}},
        [
            ("A: affine blocks, B: affine blocks", 0.1, "A.backbone.*.lab.*, B.backbone.*.lab.*", "Models.A.Backbone.lab_lr"),
            ("Teacher, frozen", 0.0, "Teacher.*", "Models.Teacher.freeze_params"),
        ],
    ),
    ({"name": "DistillationModel", "Models": None}, []),
    ({"Models": {"Teacher": TEACHER}}, []),
    ({"Backbone": None, "Neck": 5}, []),
    ([1], []),
]  # fmt: skip


@pytest.mark.parametrize(("architecture", "found"), FOUND, ids=str)
def test_what_trains_at_another_rate(architecture: Any, found: list[tuple[str, float, str, str]]) -> None:
    groups = planned(architecture).groups
    told = [(group.label, group.factor, group.names, ".".join(map(str, group.key))) for group in groups]
    assert told == [(label, factor, names, f"Architecture.{key}") for label, factor, names, key in found]


LF_2 = {"group_lr": True, "training_step": "LF_2"}


@pytest.mark.parametrize(
    ("lr", "optimizer", "factors"),
    [
        (PIECEWISE, LF_2, [1.0, 1e-5]),
        (PIECEWISE, {**LF_2, "training_step": "LA"}, []),
        (PIECEWISE, {**LF_2, "group_lr": False}, []),
        (COSINE, {**LF_2, "name": "Momentum"}, []),
        ({**PIECEWISE, "warmup_epoch": 0}, LF_2, [1.0, 1e-5]),
    ],
    ids=str,
)
def test_vision_lan(lr: Any, optimizer: Any, factors: list[float]) -> None:
    run = planned(TPS if factors else None, lr, **optimizer)
    assert [group.factor for group in rate_groups(run.config, 1e-4)] == pytest.approx(factors, rel=1e-12)
    assert [group.factor for group in run.groups] == pytest.approx(factors[1:], rel=1e-12)


@pytest.mark.parametrize(
    ("run", "message"),
    [
        (planned(backbone("PPLCNetV3", lab_lr="0.1")), "Architecture.Backbone.lab_lr: '0.1' is not allowed; it must be a number of at least 0"),
        (planned(backbone("PPLCNetV3", lab_lr=True)), "Architecture.Backbone.lab_lr: true is not allowed"),
        (planned(backbone("PPLCNetV3", lab_lr=-1)), "Architecture.Backbone.lab_lr: -1 is not allowed"),
        (planned(backbone("PPLCNetV3", lab_lr=float("nan"))), "Architecture.Backbone.lab_lr: nan is not allowed"),
        (planned(backbone("PPLCNetV3", lr_mult_list=FIVE)), "Architecture.Backbone.lr_mult_list: [0.5, 0.6, 0.7, 0.8, 0.9] is not allowed; it must be a list of 6"),
        (planned(backbone("PPLCNetV4", lr_mult_list=0.5)), "Architecture.Backbone.lr_mult_list: 0.5 is not allowed"),
        (planned(backbone("PPHGNetV2_B4", lr_mult_list=FIVE[1:])), "it must be a list of 5 factors"),
        (planned(backbone("PPHGNetV2_B4", lr_mult_list=[1, 1, "x", 1, 1])), "Architecture.Backbone.lr_mult_list.2: 'x' is not allowed"),
        (planned({"Transform": {"name": "TPS", "loc_lr": None}}), "Architecture.Transform.loc_lr: null is not allowed"),
        (planned({"name": "DistillationModel", "Models": {"S": {"Transform": {"name": "TPS", "loc_lr": -1}}}}), "Architecture.Models.S.Transform.loc_lr: -1"),
        (planned({"name": "DistillationModel", "Models": dict.fromkeys(range(101))}), "Architecture.Models: has 101 models; at most 100"),
        (planned(**LF_2), "Optimizer.group_lr: takes `values` of the scheduler"),
        (planned(lr={**PIECEWISE, "warmup_epoch": 1}, **LF_2), "Optimizer.group_lr: takes `values` of the scheduler"),
    ],
)  # fmt: skip
def test_a_factor_that_paddleocr_stops_at(run: PlannedRun, message: str) -> None:
    with pytest.raises(LRConfigError) as refused:
        _ = run.groups
    assert str(refused.value).startswith("c.yml: ")
    assert message in str(refused.value)


def test_a_group_follows_the_schedule() -> None:
    run = planned(backbone("PPLCNetV3"))
    (group,) = run.groups
    assert [group.of(run.schedule)(k) for k in (0, 20, 79)] == [0.1 * run.schedule(k) for k in (0, 20, 79)]
    assert [(of.label, schedule) for of, schedule in run.other_curves] == [("affine blocks", group.of(run.schedule))]
    assert planned(backbone("PPLCNetV3", lab_lr=0)).other_curves == []


@pytest.mark.parametrize(
    ("factor", "title"),
    [
        (0.2 * 0.1, "× 0.02: a b"), (1e-4 * 0.1, "× 1e-5: a b"), (0.0, "× 0: a b"), (1 / 3, "× 0.333333333333: a b"),
        (12.5, "× 12.5: a b"),
    ],
)  # fmt: skip
def test_what_a_curve_is_called(factor: float, title: str) -> None:
    assert Group("a\n b", factor, ("a",), ()).title == title


def test_a_long_title_is_cut() -> None:
    title = Group("affine blocks, " * 20, 0.5, (), ()).title
    assert len(title) <= 60
    assert title.endswith(" …")


def test_a_line_ends() -> None:
    models = {f"model{number}": STUDENT for number in range(100)}
    (group,) = planned({"name": "DistillationModel", "Models": models}).groups
    assert len(group.parameters) == 100
    assert {len(text) <= 160 for text in (group.names, group.label)} == {True}
    assert {text[-1] for text in (group.names, group.label)} == {"…"}


def test_equal_factors_are_one_group() -> None:
    factors = (("a", 0.02), ("b", 1.0), ("c", 0.2 * 0.1), ("d", 3.0))
    groups = [Group(name, factor, (name,), (name,)) for name, factor in factors]
    assert by_factor(groups) == (groups[3], Group("a, c", 0.02, ("a", "c"), ("a",)))
