"""What is read outside the lr section: one declaration for the reading, `-o`, the schema and the findings."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ppocr_lr import LRConfigError, RunFlags, check_config, check_file, config_schema, plan_run
from ppocr_lr.errors import MissingError, dotted
from ppocr_lr.training_config.epoch_length import epoch_length
from ppocr_lr.training_config.plan import plan_config
from ppocr_lr.training_config.sections import SECTIONS, Dataset, Loader, Sampler, is_read, read, read_keys
from ppocr_lr.training_config.weight_decay import REGULARIZER_KEYS

SCHEMA = Draft202012Validator(config_schema())
TRAIN = {"loader": {"batch_size_per_card": 8}, "dataset": {"num_samples": 80}}
SCALES = {"name": "MultiScaleSampler", "scales": [[320, 32]]}


def config(**more: Any) -> dict[str, Any]:
    lr = {"name": "Cosine", "learning_rate": 0.1}
    return {"Global": {"epoch_num": 20}, "Optimizer": {"lr": lr}, "Train": TRAIN, **more}


def train(**more: Any) -> dict[str, Any]:
    return config(Train={**TRAIN, **more})


# a config; the key that is wrong, and what is allowed there
WRONG: list[tuple[dict[str, Any], str, str]] = [
    (config(Global={"epoch_num": 2.5}), "Global.epoch_num", "a positive integer"),
    (config(Global={"epoch_num": True}), "Global.epoch_num", "a positive integer"),
    (config(Global={"epoch_num": "20"}), "Global.epoch_num", "a positive integer"),
    (config(Global=[20]), "Global", "a mapping"),
    (config(Train=5), "Train", "a mapping"),
    (train(loader={"batch_size_per_card": 0}), "Train.loader.batch_size_per_card", "a positive integer"),
    (train(loader={"batch_size_per_card": 8, "drop_last": "no"}), "Train.loader.drop_last", "true or false"),
    (train(loader=[8]), "Train.loader", "a mapping"),
    (train(dataset={"num_samples": 1.5}), "Train.dataset.num_samples", "a positive integer"),
    (train(dataset={"label_file_list": 5}), "Train.dataset.label_file_list", "a list of file names"),
    (
        train(dataset={"label_file_list": __file__, "ratio_list": [2]}),
        "Train.dataset.ratio_list",
        "a number from 0 to 1",
    ),
    (train(sampler=5), "Train.sampler", "a mapping"),
    (train(sampler={**SCALES, "scales": []}), "Train.sampler.scales", "a list of"),
    (train(sampler={**SCALES, "scales": [[320]]}), "Train.sampler.scales.0", "two positive integers"),
    (train(sampler={**SCALES, "scales": [48, 0]}), "Train.sampler.scales.1", "a positive integer"),
    (train(sampler={**SCALES, "scales": [[320, "x"]]}), "Train.sampler.scales.0.1", "a positive integer"),
    (train(sampler={**SCALES, "scales": [None]}), "Train.sampler.scales.0", "a positive integer"),
    (train(sampler={**SCALES, "first_bs": -1}), "Train.sampler.first_bs", "a positive integer"),
    (train(sampler={**SCALES, "fix_bs": "no"}), "Train.sampler.fix_bs", "true or false"),
    (train(sampler={**SCALES, "divided_factor": 8}), "Train.sampler.divided_factor", "two positive integers"),
    (train(sampler={**SCALES, "divided_factor": [8, 0]}), "Train.sampler.divided_factor.1", "a positive integer"),
]


@pytest.mark.parametrize(
    ("written", "key", "allowed"), WRONG, ids=[f"{key}-{index}" for index, (_, key, _) in enumerate(WRONG)]
)
def test_a_wrong_value_is_refused_with_its_key_and_by_the_schema(written: Any, key: str, allowed: str) -> None:
    with pytest.raises(LRConfigError, match=rf"^{re.escape(key)}: .* is not allowed; it must be {allowed}"):
        plan_config(written, "c.yml", RunFlags())
    assert not SCHEMA.is_valid(written)


@pytest.mark.parametrize("count", [2**53 + 1, 10**400])
@pytest.mark.parametrize("place", ["epochs", "batch", "samples", "scale"])
def test_a_count_beyond_every_run_is_refused(count: int, place: str) -> None:
    written = {
        "epochs": config(Global={"epoch_num": count}),
        "batch": train(loader={"batch_size_per_card": count}),
        "samples": train(dataset={"num_samples": count}),
        "scale": train(sampler={**SCALES, "scales": [[count, 32]]}),
    }[place]
    with pytest.raises(LRConfigError, match=r"a positive integer up to 2\^53"):
        plan_config(written, "c.yml", RunFlags())


COUNTS = st.integers(1, 2**53) | st.integers(1, 50)


@given(COUNTS, COUNTS, COUNTS, st.booleans())
def test_large_counts_are_exact(samples: int, gpus: int, batch: int, drop_last: bool) -> None:
    section = {"loader": {"batch_size_per_card": batch, "drop_last": drop_last}, "dataset": {"num_samples": samples}}
    per_card = math.ceil(Fraction(samples, gpus))
    batches = math.floor(Fraction(per_card, batch)) if drop_last else math.ceil(Fraction(per_card, batch))
    if batches:
        assert epoch_length(section, RunFlags(gpus=gpus)).iters == batches
    else:
        with pytest.raises(LRConfigError, match="an epoch has no iteration"):
            epoch_length(section, RunFlags(gpus=gpus))


ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3) | st.lists(st.integers(1), max_size=2)
)


@given(ANYTHING, st.sampled_from(["batch_size_per_card", "num_samples", "first_bs"]))
def test_a_count_is_one_for_the_reading_and_for_the_schema_alike(value: Any, key: str) -> None:
    model = {"batch_size_per_card": Loader, "num_samples": Dataset, "first_bs": Sampler}[key]
    section = {Loader: "loader", Dataset: "dataset", Sampler: "sampler"}[model]
    is_one = type(value) is int and 1 <= value <= 2**53
    if is_one:
        assert getattr(read(model, {key: value}, (section,), key), key) == value
    else:
        with pytest.raises(LRConfigError, match=rf"^{section}\.{key}: .* is not allowed; it must be a"):
            read(model, {key: value}, (section,), key)
    if type(value) is not float and not (type(value) is int and value > 2**53):  # JSON has one kind of number
        assert SCHEMA.is_valid(config(Train={section: {key: value}})) is is_one


@pytest.mark.parametrize(("written", "value"), [(True, True), (False, False), (0, False), (1, True), (1.0, True)])
def test_switches_may_be_0_and_1(written: Any, value: bool) -> None:
    assert read(Loader, {"drop_last": written}, ()).drop_last is value
    assert read(Sampler, {"fix_bs": written}, ()).fix_bs is value


def test_null_is_false_only_where_paddle_takes_it() -> None:
    assert read(Sampler, {"fix_bs": None}, ()).fix_bs is False
    with pytest.raises(LRConfigError, match="drop_last: null is not allowed; it must be true or false"):
        read(Loader, {"drop_last": None}, ())


def test_a_length_of_the_run_that_is_null_is_missing() -> None:
    with pytest.raises(MissingError, match=r"Global\.epoch_num: is missing: it is the length of the run; give epochs"):
        plan_config(config(Global={"epoch_num": None}), "c.yml", RunFlags())


def test_lists_may_be_tuples() -> None:
    sampler = {**SCALES, "scales": ((320, 32), 48), "divided_factor": (8, 16), "fix_bs": False}
    dataset = {"label_file_list": (__file__, __file__), "ratio_list": (0.5, 1)}
    assert plan_config(train(sampler=sampler, dataset=dataset), "c.yml", RunFlags()).run.total_iters > 0


# what decides nothing in this run stops nothing
IDLE: list[tuple[dict[str, Any], RunFlags]] = [
    (config(Global={"epoch_num": "x"}), RunFlags(epochs=3)),
    (train(loader={"drop_last": 5}, dataset={"num_samples": 0}, sampler=SCALES), RunFlags(iters_per_epoch=3)),
    (train(dataset={"num_samples": 0}), RunFlags(num_samples=3)),
    (config(Eval=5, Architecture=5), RunFlags()),
    (train(sampler={"name": "Own", "scales": "all", "first_bs": None}), RunFlags()),
    (train(loader={}, sampler=SCALES), RunFlags()),
    (config(Global={"epoch_num": 3, 5: 6, None: 7}), RunFlags()),
    (train(loader={"batch_size_per_card": 8, 5: 6, "num_workers": "many"}), RunFlags()),
    (train(loader={"batch_size_per_card": 0}), RunFlags(batch_size=4)),
    (train(dataset={"num_samples": 8, "ratio_list": 2}), RunFlags()),
    (train(dataset={"num_samples": 0.5, "label_file_list": __file__}), RunFlags()),
    (train(sampler={"name": 5, "first_bs": 0}), RunFlags()),
    (config(Global={"epoch_num": 3, "log_smooth_window": 0, "checkpoints": 5}), RunFlags()),
]


@pytest.mark.parametrize(("written", "flags"), IDLE)
def test_what_decides_nothing_is_not_asked(written: Any, flags: RunFlags) -> None:
    assert plan_config(written, "c.yml", flags).run.total_iters > 0


@pytest.mark.parametrize("key", [dotted(path) for path in (*read_keys(), *REGULARIZER_KEYS)])
def test_what_is_read_may_be_set_where_the_config_lacks_it(key: str, tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(yaml.safe_dump({"Global": None, "Optimizer": {"lr": {"learning_rate": 0.1}}}))
    with pytest.raises(LRConfigError) as error:
        plan_run(tmp_path / "c.yml", [f"{key}=[]"])
    assert "nothing reads it" not in str(error.value)


@pytest.mark.parametrize("model", SECTIONS.values(), ids=SECTIONS)
def test_nothing_is_an_empty_section(model: Any) -> None:
    assert read(model, None, ("A",)) == read(model, {}, ("A",))


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("Global",), True), (("Global", "epoch_num"), True), (("Global", "use_gpu"), False), (("Eval",), False),
        (("Global", "log_smooth_window"), True), (("Optimizer",), True), (("Train", "sampler"), True),
        (("Optimizer", "lr", "stages", 0, "gamma"), True), (("Optimizer", "regularizer", "factor"), True),
        (("Optimizer", "beta1"), False), (("Train", "loader", "drop_last"), True), (("Train", "loader", "num_workers"), False),
        (("Train", "sampler", "scales"), True),
    ],
)  # fmt: skip
def test_what_is_read(path: Any, expected: bool) -> None:
    assert is_read(path) is expected


def test_a_key_that_stands_twice_is_told_where_it_counts(tmp_path: Path) -> None:
    text = yaml.safe_dump(config(Train={}), sort_keys=False).replace("Train: {}\n", "")
    (tmp_path / "c.yml").write_text(
        f"{text}Train:\n  loader:\n    num_workers: 1\n    num_workers: 2\n    drop_last: true\n    drop_last: false\n"
    )
    report = check_file(tmp_path / "c.yml", ignore=["LR407", "LR201"])
    assert [(finding.code, finding.key) for finding in report.findings] == [("LR106", "Train.loader.drop_last")]


@pytest.mark.parametrize(
    ("optimizer", "keys"),
    [
        ({"regularizer": {"name": "L2", "coeff": 1}}, ["Optimizer.regularizer.coeff"]),
        ({"regularizer": {"name": "L2", "coeff": 1, "factor": -1}}, ["Optimizer.regularizer.factor", "Optimizer.regularizer.coeff"]),
        ({"regularizer": {"name": "L2", 1: 2}}, ["Optimizer.regularizer.1"]),
        ({"regularizer": {"name": "L2", None: 2}}, ["Optimizer.regularizer.None"]),
        ({"regularizer": {"name": "L3"}}, ["Optimizer.regularizer.name"]),
        ({"regularizer": {}}, ["Optimizer.regularizer.name"]),
        ({"regularizer": 5}, ["Optimizer.regularizer"]),
        ({"weight_decay": -1}, ["Optimizer.weight_decay"]),
        ({"weight_decay": [1]}, ["Optimizer.weight_decay"]),
    ],
)  # fmt: skip
def test_a_wrong_weight_decay_is_found_at_its_key(optimizer: dict[str, Any], keys: list[str]) -> None:
    written = config(Optimizer={**config()["Optimizer"], **optimizer})
    found = [finding.key for finding in check_config(written).findings if finding.code == "LR107"]
    assert found == keys
