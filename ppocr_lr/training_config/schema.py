"""JSON Schema of the lr section, and of what else of a training config is read; editors complete and check with it.

It is made from the registered models, so a third party's schedule shows up as well. Only keywords are used that
mean the same in draft 2020-12 and draft 7: VS Code's YAML extension knew no later draft until
yaml-language-server 1.20.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any
from urllib.parse import quote

from pydantic import TypeAdapter
from pydantic.fields import FieldInfo
from pydantic.json_schema import DEFAULT_REF_TEMPLATE, GenerateJsonSchema, JsonSchemaValue
from pydantic_core import to_jsonable_python

from ppocr_lr.bounds import KINDS
from ppocr_lr.lr_config import MODELS, LRConfig
from ppocr_lr.lr_config.envelope import STAGE_KEYS
from ppocr_lr.lr_config.kinds import SECTION_SCHEMA, PositiveLength
from ppocr_lr.lr_config.length import as_written
from ppocr_lr.lr_config.parse import NO_NAME, SET_BY_THE_RUN
from ppocr_lr.lr_config.values import NUMBER
from ppocr_lr.training_config.coefficient import values_at_ends
from ppocr_lr.training_config.momentum import OPPOSITE, PlainMomentum
from ppocr_lr.training_config.sections import SECTIONS, ConfigSection, inner_sections
from ppocr_lr.training_config.weight_decay import REGULARIZERS

DIALECT = "https://json-schema.org/draft/2020-12/schema"

_NUMBER_IN_TEXT = rf"^\s*{NUMBER}\s*$"

_BOUNDS = {kind.name: kind.in_json_schema for kind in KINDS.values()}
_RATE = "the learning rate of each optimizer update"
_RATES = {"section": "section", "stage": "stage"}
"""What `$defs` has for the sections inside a section of rates."""
_VALUES = {"section": "value", "stage": "value-stage"}
"""The same for one of another value."""


class _Generator(GenerateJsonSchema):
    """Without titles, which repeat the key; a type that JSON Schema cannot say allows anything."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False

    def handle_invalid_for_json_schema(self, schema: Any, error_info: str) -> JsonSchemaValue:
        return {}

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        """Where a bound stands behind a validator, pydantic writes its own name for it."""
        return {_BOUNDS.get(word, word): value for word, value in super().generate_inner(schema).items()}


def lr_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of `Optimizer.lr`: which keys its `name` takes, with units and bounds.

    Without a name the section is `Const`, as in PaddleOCR. Keys that PaddleOCR takes without using them are
    allowed and say so; any other unknown key is not. What depends on the length of the run, or on two keys at
    once, is left to `ppocr-lr check`.
    """
    return {
        "$schema": DIALECT,
        "title": "Optimizer.lr of a PaddleOCR training config",
        **_section(_RATE, "section"),
        "$defs": _definitions(of_values=False),
    }


def config_schema() -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of a training YAML: `Optimizer.lr`, and what decides the length of the run.

    Everything that is not read here is allowed.
    """
    return {
        "$schema": DIALECT,
        "title": "PaddleOCR training config: the learning rate and the length of the run",
        "type": "object",
        "properties": {name: _outside(model) for name, model in SECTIONS.items()},
        "required": ["Global", "Optimizer"],
        "$defs": _definitions(of_values=True),
    }


def _section(description: str, kind: str) -> dict[str, Any]:
    """A section with a name of the lr section, and the keys that go with it in a section of this kind.

    A chain of if/then instead of oneOf: an editor then shows what is wrong under this name, not that none of
    many alternatives fits.
    """
    return {
        "description": description,
        "type": "object",
        "properties": {"name": _defined("name")},
        "allOf": [_defined(f"{kind}.{name}") for name in sorted(MODELS)],
    }


def _defined(word: str) -> dict[str, Any]:
    """A reference to what `$defs` has under this word."""
    return {"$ref": f"#/$defs/{quote(word.replace('~', '~0').replace('/', '~1'))}"}


def _definitions(*, of_values: bool) -> dict[str, Any]:
    """What the sections share: those inside others, what goes with each name in each kind of section, every key, and
    types of the models; `of_values` too, which are other values than the rate.
    """
    names = sorted(MODELS)
    alone = {"not": {"required": ["last_epoch"]}}  # which is for the whole run
    made: dict[str, Any] = {
        "name": {
            "description": f"the schedule; without a name it is {NO_NAME}",
            "enum": names,
            "enumDescriptions": [_summary(name, MODELS[name]) for name in names],
        },
        "section": {**_section(_RATE, "section"), **alone},
        "stage": _section(_RATE, "stage"),
    }
    if of_values:
        made["value"] = {**_section("another value than the rate", "value"), **alone}
        made["value-stage"] = _section("a part of it", "value-stage")
    for name in names:
        keys = _keys(name, MODELS[name], _RATES)
        kinds = {"section": keys, "stage": _of_a_stage(keys)}
        if of_values:
            value = _of_a_value(_keys(name, MODELS[name], _VALUES))
            kinds |= {"value": value, "value-stage": _of_a_stage(value)}
        made |= {f"{kind}.{name}": {"if": _is_named(name), "then": then} for kind, then in kinds.items()}
        for word, schema in _json_schema(name, MODELS[name])["$defs"].items():
            made[f"{name}.{word}"] = _with_sections(schema, _RATES)
    _share_keys(made)
    return made


def _share_keys(definitions: dict[str, Any]) -> None:
    """Give each key a definition of its own, as it is the same under most names."""
    references: dict[str, dict[str, Any]] = {}
    for branch, definition in [*definitions.items()]:
        keys = definition["then"]["properties"] if "then" in definition else {}
        for key, schema in keys.items():
            text = str(schema)
            if text not in references:
                word = key if key not in definitions else f"{branch}.{key}"
                definitions[word], references[text] = schema, _defined(word)
            keys[key] = references[text]


def _is_named(name: str) -> dict[str, Any]:
    # To yaml-language-server, as it completes, a const is met by its beginning too: CosineWarmRestarts by Cosine.
    condition: dict[str, Any] = {"properties": {"name": {"const": name, "minLength": len(name)}}}
    # `properties` holds for a key that is absent, which is just right for the default.
    return condition if name == NO_NAME else {**condition, "required": ["name"]}


def _keys(name: str, model: type[LRConfig], inside: Mapping[str, str]) -> dict[str, Any]:
    """All keys of a section with this name, and no others; `inside` says which sections it may hold."""
    made = _json_schema(name, model)
    own, required = _with_sections(made["properties"], inside), made["required"]
    return {
        "properties": {
            "name": {"const": name, "description": _summary(name, model)},
            # Those that must be there come first, and so they do in what an editor offers.
            **{key: own[key] for key in required},
            **own,
            **{other: _also(key, own[key]) for other, key in model.also_called.items()},
            **{
                key: {"description": f"no effect: {rule.why}", "deprecated": True}
                for key, rule in {**SET_BY_THE_RUN, **model.no_effect}.items()
                if key not in model.model_fields
            },
        },
        "required": required,
        "additionalProperties": False,
    }


def _also(key: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """The schema of another spelling of `key`."""
    about = f": {schema['description']}" if "description" in schema else ""
    return {**schema, "description": f"the same as {key}{about}"}


def _of_a_stage(keys: dict[str, Any]) -> dict[str, Any]:
    """What goes with a name in a stage: a length, and no `last_epoch`."""
    length, until_end = STAGE_KEYS
    own = {
        length: {"description": "length of this stage (epochs)", **_type_schema(PositiveLength, DEFAULT_REF_TEMPLATE)},
        until_end: {"description": "this stage, the last one, lasts to the end of the run", "type": "boolean"},
    }
    others = {key: schema for key, schema in keys["properties"].items() if key != "last_epoch"}
    return {**keys, "properties": others | own}


def _of_a_value(keys: dict[str, Any]) -> dict[str, Any]:
    """What goes with a name in a section of another value than the rate."""
    own = keys["properties"]
    others = {word: _also(key, own[key]) for word, key in values_at_ends(own).items()}
    required = [key for key in keys["required"] if key != "learning_rate"]
    return {**keys, "properties": own | others, "required": required}


def _summary(name: str, model: type[LRConfig]) -> str:
    """The first line of the model's own docstring; its parents' tell nothing of it."""
    text = (vars(model).get("__doc__") or "").strip()
    return text.splitlines()[0] if text else f"the schedule {name}"


@cache
def _json_schema(name: str, model: type[LRConfig | ConfigSection]) -> dict[str, Any]:
    # Field by field, since most models share most of theirs; building each model whole takes three times as long.
    if not model.__pydantic_fields_complete__:
        model.model_rebuild()
    made: dict[str, Any] = {"properties": {}, "required": [], "$defs": {}}
    for key, field in model.model_fields.items():
        schema = _field_schema(name, field)
        made["$defs"] |= schema.pop("$defs", {})
        if key in model.takes_strings:  # a string for a number
            about: dict[str, Any] = {word: schema.pop(word) for word in ("description", "default") if word in schema}
            schema = {**about, "anyOf": [schema, {"type": "string", "pattern": _NUMBER_IN_TEXT}]}
        made["properties"][key] = schema
        if field.is_required():
            made["required"].append(key)
    return made


def _field_schema(name: str, field: FieldInfo) -> dict[str, Any]:
    """The schema of one key, and in `$defs` the types that it refers to."""
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    try:
        schema = {**_type_schema(kind, DEFAULT_REF_TEMPLATE)}
    except TypeError:  # a third party's type that cannot be hashed
        schema = _type_schema.__wrapped__(kind, DEFAULT_REF_TEMPLATE)
    if "$defs" in schema:  # two models may use the same word for different types
        schema = _type_schema.__wrapped__(kind, f"#/$defs/{name}.{{model}}")
    if isinstance(field.json_schema_extra, dict):
        schema.update(field.json_schema_extra)
    if field.description:
        schema["description"] = field.description
    if not field.is_required():
        schema["default"] = to_jsonable_python(as_written(field.get_default(call_default_factory=True)))
    return schema


@cache
def _type_schema(kind: Any, template: str) -> dict[str, Any]:
    adapter: TypeAdapter[Any] = TypeAdapter(kind)
    return adapter.json_schema(by_alias=False, ref_template=template, schema_generator=_Generator)


def _with_sections(schema: Any, inside: Mapping[str, str]) -> Any:
    """A schema with references in the places of sections, at every depth."""
    if isinstance(schema, list):
        return [_with_sections(item, inside) for item in schema]
    if not isinstance(schema, Mapping):
        return schema
    made = {word: _with_sections(value, inside) for word, value in schema.items()}
    if SECTION_SCHEMA in made:  # in draft 7 nothing counts beside a $ref
        made["allOf"] = [_defined(inside[made.pop(SECTION_SCHEMA)])]
    return made


def _outside(model: type[ConfigSection]) -> dict[str, Any]:
    """A section outside the lr section; one that decides nothing may be empty."""
    whole = {"lr": lambda: _section(_RATE, "section"), "regularizer": _regularizer, "momentum": _momentum}
    inner, properties = inner_sections(model), {}
    for key in model.model_fields:
        if key in inner:
            properties[key] = _outside(inner[key])
        elif key in whole:
            properties[key] = whole[key]()
        else:
            schema = {**_json_schema(model.__name__, model)["properties"][key]}
            if schema.get("default", 0) is None:  # not written, and not null
                del schema["default"]
            properties[key] = schema
    kind = {"type": "object", "required": [*model.required]} if model.required else {"type": ["object", "null"]}
    return {"description": inspect.getdoc(model), **kind, "properties": properties}


def _other_keys(name: str, model: type[ConfigSection], **named: str) -> dict[str, Any]:
    """All keys of a section that is none of a schedule, and no others."""
    about = {**named, "description": inspect.getdoc(model)}
    return {"properties": {"name": about, **_json_schema(name, model)["properties"]}, "additionalProperties": False}


def _momentum() -> dict[str, Any]:
    """A number, or a section."""
    section = {**_section("the momentum", "value"), "required": ["name"]}
    for index, name in enumerate(sorted(MODELS)):
        if name in OPPOSITE:
            own = _other_keys(name, OPPOSITE[name], const=name)
            section["allOf"][index] = {"if": _is_named(name), "then": own}
    number = _json_schema("momentum", PlainMomentum)["properties"]["momentum"]
    plain = {word: value for word, value in number.items() if word not in ("description", "default")}
    return {"description": "the momentum", "anyOf": [plain, {"type": "null"}, section]}


def _regularizer() -> dict[str, Any]:
    """The weight decay: PaddleOCR's classes, by name with or without `Decay`, and the names of an lr section."""
    spellings = {name: [name.removesuffix("Decay"), name] for name in REGULARIZERS}
    theirs = [
        {
            "if": {"properties": {"name": {"enum": spellings[name]}}, "required": ["name"]},
            "then": _other_keys(name, model),
        }
        for name, model in REGULARIZERS.items()
    ]
    section = _section("the weight decay", "value")
    names = [*(word for words in spellings.values() for word in words), *sorted(MODELS)]
    return {
        **section,
        "type": ["object", "null"],
        "properties": {"name": {"description": "the regularizer", "enum": names}},
        "required": ["name"],
        "allOf": [*theirs, *section["allOf"]],
    }
