"""The JSON Schema says of a section what `parse_lr_config` says, as far as a schema can."""

from __future__ import annotations

import json
import re
from itertools import product
from pathlib import Path
from typing import Annotated, Any

import pytest
from annotated_types import Ge
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft7Validator, Draft202012Validator
from pydantic import BeforeValidator

from ppocr_lr import LRConfigError, build_schedule
from ppocr_lr.errors import dotted
from ppocr_lr.lr_config import MODELS, LRConfig, Run, Window, register_lr_config, registry
from ppocr_lr.lr_config.envelope import WARMUP
from ppocr_lr.lr_config.kinds import PositiveRate
from ppocr_lr.lr_config.length import Length, length_of
from ppocr_lr.lr_config.values import number_in_text
from ppocr_lr.schedules import Constant, Schedule
from ppocr_lr.training_config.plan import DEFAULT_CONFIG
from ppocr_lr.training_config.schema import _NUMBER_IN_TEXT, config_schema, lr_schema
from ppocr_lr.training_config.sections import read_keys
from ppocr_lr.training_config.weight_decay import REGULARIZER_KEYS, weight_decay_of
from ppocr_lr.training_config.yaml_file import read_yaml_file
from tests.strategies import sections

ROOT = Path(__file__).parents[2]
CONFIGS = [*sorted((ROOT / "configs").glob("*.yml")), DEFAULT_CONFIG]
REAL = json.loads((ROOT / "tests" / "data" / "paddleocr_lr_sections.json").read_text(encoding="utf-8"))

LR = Draft202012Validator(lr_schema())
CONFIG = Draft202012Validator(config_schema())


def config(section: Any, **others: Any) -> dict[str, Any]:
    return {"Optimizer": {"lr": section}, "Global": {"epoch_num": 20}, **others}


def resolved(node: Any, schema: dict[str, Any]) -> Any:
    """A part of the schema with what it refers to in its place, but for sections in sections, which have no end."""
    if isinstance(node, list):
        return [resolved(item, schema) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        assert node.keys() == {"$ref"}  # in draft 7 nothing counts beside it
        word = node["$ref"].removeprefix("#/$defs/")
        return node if word in ("section", "stage", "value", "value-stage") else resolved(schema["$defs"][word], schema)
    return {word: resolved(value, schema) for word, value in node.items()}


def keys_of(name: str) -> dict[str, Any]:
    branches = resolved(LR.schema["allOf"], LR.schema)
    return next(b["then"]["properties"] for b in branches if b["then"]["properties"]["name"]["const"] == name)


@pytest.mark.parametrize("make", [lr_schema, config_schema])
@pytest.mark.parametrize("draft", [Draft202012Validator, Draft7Validator])
def test_is_a_valid_schema_for_new_and_for_older_editors(make, draft):
    draft.check_schema(make())


@pytest.mark.parametrize("make", [lr_schema, config_schema])
def test_is_the_same_each_time_and_nobody_elses(make):
    text = json.dumps(make())
    make()["properties"].clear()
    assert json.dumps(make()) == text


def test_what_sections_share_is_said_once() -> None:
    """Each key has one definition for all names that have the same under it, inside other sections too."""
    definitions = CONFIG.schema["$defs"]
    texts = [json.dumps(definition) for definition in definitions.values() if "then" not in definition]
    assert len({*texts}) == len(texts)
    for kind, key in product(("section", "stage", "value", "value-stage"), ("warmup_mode", "hold_epochs")):
        assert definitions[f"{kind}.Cosine"]["then"]["properties"][key] == {"$ref": f"#/$defs/{key}"}
    assert len(json.dumps(CONFIG.schema)) < 250_000


def test_a_name_is_not_met_by_the_beginning_of_another() -> None:
    """As it completes, yaml-language-server takes Cosine for the const CosineWarmRestarts, and offers T_0."""
    for name in MODELS:
        condition = {**CONFIG.schema["$defs"][f"section.{name}"]["if"]["properties"]["name"]}
        assert condition.pop("const") == name
        met = {other for other in MODELS if name.startswith(other) and Draft7Validator(condition).is_valid(other)}
        assert met == {name}


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.stem)
def test_our_configs_validate(path):
    CONFIG.validate(read_yaml_file(path))


@pytest.mark.parametrize("real", REAL, ids=lambda real: real["source"])
def test_real_sections_validate(real):
    CONFIG.validate({"Optimizer": {"lr": real["lr"]}, "Global": {"epoch_num": real["epochs"]}})
    Draft7Validator(lr_schema()).validate(real["lr"])


@given(sections)
def test_whatever_builds_validates(section):
    LR.validate(section)


WRONG = {
    "unknown key": {"name": "Cosine", "learning_rate": 0.1, "warmup_epochs": 2},
    "a key of another name": {"name": "Cosine", "learning_rate": 0.1, "gamma": 0.1},
    "unknown key without a name": {"learning_rate": 0.1, "end_lr": 0.1},
    "a string for a rate": {"name": "Cosine", "learning_rate": "1e-3"},
    "a list for a rate": {"name": "Cosine", "learning_rate": [0.1]},
    "null": {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": None},
    "true for a number": {"name": "Cosine", "learning_rate": True},
    "wrong name": {"name": "Cosin", "learning_rate": 0.1},
    "name in lower case": {"name": "cosine", "learning_rate": 0.1},
    "no name at all": {"name": None, "learning_rate": 0.1},
    "gamma 1": {"name": "Step", "learning_rate": 0.1, "step_size": 5, "gamma": 1},
    "gamma 0": {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [5], "gamma": 0},
    "rate 0": {"name": "Cosine", "learning_rate": 0},
    "negative end": {"name": "Linear", "learning_rate": 0.1, "end_lr": -0.1},
    "missing key": {"name": "Step", "learning_rate": 0.1, "step_size": 5},
    "missing rate": {"name": "Cosine"},
    "missing rate without a name": {},
    "OneCycle by learning_rate": {"name": "OneCycle", "learning_rate": 0.1},
    "values a scalar": {"name": "Piecewise", "decay_epochs": [5], "values": 0.1},
    "a string among values": {"name": "Piecewise", "decay_epochs": [5], "values": [0.1, "x"]},
    "unknown strategy": {"name": "OneCycle", "max_lr": 0.1, "anneal_strategy": "poly"},
    "a word for a switch": {"name": "OneCycle", "max_lr": 0.1, "three_phase": "on"},
    "no number in the string": {"name": "LinearWarmupCosine", "learning_rate": "high"},
    "a fraction of an iteration": {"name": "LinearWarmupCosine", "learning_rate": 0.1, "warmup_steps": 0.5},
    "a string where none is taken": {"name": "LinearWarmupCosine", "learning_rate": 0.1, "warmup_steps": "1e3"},
    "last_epoch -2": {"name": "Cosine", "learning_rate": 0.1, "last_epoch": -2},
    "no length": {"name": "WSD", "learning_rate": 0.1, "decay_length": "5 epochs"},
    "a length of 0": {"name": "WSD", "learning_rate": 0.1, "decay_length": 0},
    "a share above 1": {"name": "Cosine", "learning_rate": 0.1, "warmup_ratio": 5},
    "unknown warmup": {"name": "Cosine", "learning_rate": 0.1, "warmup_epoch": 1, "warmup_mode": "poly"},
    "a knot of one": {"name": "PiecewiseLinear", "knots": [[0, 0.1], [5]]},
    "a rate alone for a section": {"name": "Scale", "factor": 2, "schedule": 0.1},
    "a wrong section in a section": {"name": "Scale", "factor": 2, "schedule": {"name": "Cosine"}},
    "a wrong stage": {"name": "Sequence", "stages": [{"learning_rate": 0.1, "epochs": 5, "until_ends": True}]},
    "last_epoch in a stage": {
        "name": "Sequence",
        "stages": [{"learning_rate": 0.1, "until_end": True, "last_epoch": 5}],
    },
    "a section deep inside": {
        "name": "Scale",
        "factor": 2,
        "schedule": {"name": "Sequence", "stages": [{"name": "Step", "learning_rate": 0.1, "until_end": True}]},
    },
    "a number": 0.1,
    "nothing": None,
    "a list": [0.1],
}


@pytest.mark.parametrize("section", WRONG.values(), ids=WRONG)
def test_wrong_sections_do_not_validate(section):
    assert not LR.is_valid(section)
    assert not CONFIG.is_valid(config(section))


@pytest.mark.parametrize("section", WRONG.values(), ids=WRONG)
def test_wrong_sections_are_what_the_parser_refuses_or_warns_of(section):
    with pytest.raises((LRConfigError, UserWarning)):
        build_schedule(section, 20, 100)


def test_only_what_is_wrong_under_this_name_is_told():
    wrong = [
        (*error.absolute_path, error.validator, error.validator_value) for error in LR.iter_errors(WRONG["gamma 1"])
    ]
    assert wrong == [("gamma", "exclusiveMaximum", 1)]


WRONG_CONFIGS = {
    "no Optimizer": {"Global": {"epoch_num": 20}},
    "no lr": {"Global": {"epoch_num": 20}, "Optimizer": {"name": "Adam"}},
    "no epoch_num": {**config({"learning_rate": 0.1}), "Global": {}},
    "epoch_num a string": {**config({"learning_rate": 0.1}), "Global": {"epoch_num": "20"}},
    "epoch_num 0": {**config({"learning_rate": 0.1}), "Global": {"epoch_num": 0}},
    "no batch": config({"learning_rate": 0.1}, Train={"loader": {"batch_size_per_card": 0}}),
    "drop_last a number": config({"learning_rate": 0.1}, Train={"loader": {"drop_last": 1}}),
    "file names that are numbers": config({"learning_rate": 0.1}, Train={"dataset": {"label_file_list": [1]}}),
    "ratio above 1": config({"learning_rate": 0.1}, Train={"dataset": {"ratio_list": [1.5]}}),
    "half a sample": config({"learning_rate": 0.1}, Train={"dataset": {"num_samples": 0.5}}),
    "no scales": config({"learning_rate": 0.1}, Train={"sampler": {"scales": []}}),
    "a scale of three": config({"learning_rate": 0.1}, Train={"sampler": {"scales": [[320, 32, 3]]}}),
    "first_bs 0": config({"learning_rate": 0.1}, Train={"sampler": {"first_bs": 0}}),
    "one divided_factor": config({"learning_rate": 0.1}, Train={"sampler": {"divided_factor": [8]}}),
    "Train a list": config({"learning_rate": 0.1}, Train=[]),
}


@pytest.mark.parametrize("wrong", WRONG_CONFIGS.values(), ids=WRONG_CONFIGS)
def test_wrong_configs_do_not_validate(wrong):
    assert not CONFIG.is_valid(wrong)


def test_outside_the_section_other_keys_are_not_our_business():
    real = config(
        {"learning_rate": 0.1},
        Train={
            "dataset": {"name": "SimpleDataSet", "label_file_list": ["a.txt"], "ratio_list": 0.5},
            "loader": {"batch_size_per_card": 8, "drop_last": True, "num_workers": 4},
            "sampler": {"name": "MultiScaleSampler", "scales": [[320, 32], 48], "first_bs": 96, "fix_bs": False},
        },
        Architecture={"model_type": "det"},
    )
    real["Global"]["use_gpu"] = True
    real["Optimizer"] |= {"name": "Adam", "beta1": 0.9, "regularizer": {"name": "L2"}}
    CONFIG.validate(real)
    CONFIG.validate(config({"learning_rate": 0.1}, Train={"dataset": None, "loader": None}))


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_key_has_a_description_and_numbers_say_what_they_count(name):
    keys = keys_of(name)
    assert set(MODELS[name].model_fields) | {"name", "epochs", "step_each_epoch"} <= set(keys)
    for key, schema in keys.items():
        assert schema.get("description"), key
        numbers = schema.get("type") in ("number", "integer", "array") or "anyOf" in schema
        if numbers:
            unit = r"\b(rates?|epochs?|iterations|exponent|factor|share|calls|width|tangent|stages|waves)\b"
            assert re.search(unit, schema["description"]), key


@pytest.mark.parametrize("path", [*map(dotted, [*read_keys(), *REGULARIZER_KEYS]), "Optimizer.lr.name"])
def test_every_key_of_a_config_that_is_read_is_described(path):
    node = {"properties": resolved(CONFIG.schema["properties"], CONFIG.schema)}
    for part in path.split("."):
        branches = [branch["then"]["properties"] for branch in node.get("allOf", [])]
        node = next(keys[part] for keys in (node["properties"], *branches) if part in keys)
    assert node["description"]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_keys_without_effect_are_taken_and_say_so(name):
    keys = keys_of(name)
    for key in [*MODELS[name].no_effect, "epochs", "step_each_epoch"]:
        assert keys[key]["description"].startswith("no effect: ")
        assert keys[key]["deprecated"]


@pytest.mark.parametrize("name", sorted(MODELS))
def test_defaults_are_those_of_the_model(name):
    keys = keys_of(name)
    for key, field in MODELS[name].model_fields.items():
        default = None if field.is_required() else field.default
        if isinstance(default, Length):
            default = default.written
        assert keys[key].get("default") == (list(default) if isinstance(default, tuple) else default)


@pytest.mark.parametrize(
    "text", ["1e-3", "1", ".5", "5.", "-1.0E+3", " 1e-4 ", "", "e", "1e", "1e-3x", ".", "0x1", "nan"]
)
def test_strings_are_numbers_for_the_schema_and_for_the_parser_alike(text):
    assert bool(re.search(_NUMBER_IN_TEXT, text)) == (number_in_text(text) is not None)


@given(st.text(alphabet="0123456789.eE+- x", max_size=8))
def test_any_string_is_a_number_for_both_or_for_neither(text):
    assert bool(re.search(_NUMBER_IN_TEXT, text)) == (number_in_text(text) is not None)


LENGTH = keys_of("WSD")["decay_length"]


@pytest.mark.parametrize(
    "text",
    [
        "500it",
        "10%",
        " 10 % ",
        "2.5%",
        ".5%",
        "+5%",
        "1e2it",
        "5.0it",
        "1.5it",
        "0it",
        "0.0%",
        "5",
        "it",
        "5 epochs",
        "-5it",
        "5 it s",
        "%",
    ],
)
def test_lengths_are_lengths_for_the_schema_and_for_the_parser_alike(text):
    is_one = number_in_text(text) is None and length_of(text) is not None and length_of(text).amount > 0
    assert Draft202012Validator(LENGTH).is_valid(text) == is_one


def test_a_negative_warmup_is_one_for_both():
    assert Draft202012Validator(keys_of("Cosine")["warmup_epoch"]).is_valid("-5it")


@pytest.fixture
def own_name():
    """A name to register, gone again afterwards."""
    yield "Own"
    registry._registered.pop("Own", None)


def test_a_third_partys_schedule_shows_up(own_name):
    @register_lr_config(own_name)
    class OwnConfig(LRConfig):
        """A schedule of its own."""

        takes = WARMUP
        learning_rate: PositiveRate
        half_life: float
        damping: Annotated[float, BeforeValidator(float), Ge(0)] = 0.5
        inner: Any = None

        def curve(self, window: Window) -> Schedule:
            return Constant(self.learning_rate)

    schema = lr_schema()
    assert own_name in schema["$defs"]["name"]["enum"]
    assert "A schedule of its own." in schema["$defs"]["name"]["enumDescriptions"]
    validator = Draft202012Validator(schema)
    validator.check_schema(schema)
    validator.validate({"name": own_name, "learning_rate": 0.1, "half_life": 5, "warmup_epoch": 1})
    assert not validator.is_valid({"name": own_name, "learning_rate": 0, "half_life": 5})
    assert not validator.is_valid({"name": own_name, "learning_rate": 0.1})
    assert not validator.is_valid({"name": own_name, "learning_rate": 0.1, "half_life": 5, "damping": -0.1})
    assert own_name not in LR.schema["$defs"]["name"]["enum"]


@pytest.mark.parametrize(
    ("regularizer", "valid"),
    [
        (None, True),
        ({"name": "L2"}, True),
        ({"name": "L2Decay", "factor": "1e-6"}, True),
        ({"name": "CosineL2Decay", "factor": 5e-5, "end_factor": 0, "warmup_epoch": "10%"}, True),
        ({"name": "L3"}, False),
        ({"factor": 1}, False),
        ({"name": "L2", "coeff": 1}, False),
        ({"name": "L2", "end_factor": 1}, False),
        ({"name": "CosineL2", "factor": -1}, False),
        ({"name": "CosineL2", "warmup_epoch": "soon"}, False),
        ({"name": "Cosine", "start": 0.04, "end": 0.4, "hold_epochs": 2}, True),
        ({"name": "Cosine", "learning_rate": 0.4, "end_lr": 0.04}, True),
        ({"name": "Const", "start": 1e-4}, True),
        ({"name": "PiecewiseLinear", "knots": [[0, 0.1], [5, 0.3]]}, True),
        ({"name": "Sequence", "stages": [{"learning_rate": 0.1, "until_end": True}]}, True),
        ({"name": "Cosine", "start": -0.04, "end": 0.4}, False),
        ({"name": "Cosine", "start": 0.04, "end": "x"}, False),
        ({"name": "Step", "start": 0.1, "end": 0.01, "step_size": 3, "gamma": 0.1}, False),
        ({"name": "Cosine", "start": 0.1, "factor": 0.1}, False),
    ],
    ids=str,
)
def test_regularizer(regularizer: Any, valid: bool) -> None:
    run = {"Global": {"epoch_num": 9}, "Optimizer": {"lr": {"learning_rate": 0.1}, "regularizer": regularizer}}
    assert CONFIG.is_valid(run) is valid
    if valid:
        assert weight_decay_of(run, Run(9, 9))(0) >= 0
    else:
        with pytest.raises(LRConfigError):
            weight_decay_of(run, Run(9, 9))
