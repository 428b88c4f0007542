"""`-o KEY=VALUE`: dotted keys into a config, as PaddleOCR's trainer takes them, with a check that they count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import isinf
from typing import Any, NamedTuple

from ppocr_lr.errors import (
    SECTION,
    ArgumentError,
    LRConfigError,
    called,
    dotted,
    errors_under,
    listed,
    nearest,
    printable,
    shown,
)
from ppocr_lr.finding import Proposal
from ppocr_lr.language import tr
from ppocr_lr.lr_config.elsewhere import called_elsewhere
from ppocr_lr.lr_config.envelope import STAGE_KEYS
from ppocr_lr.lr_config.parse import SET_BY_THE_RUN, model_of, names_with
from ppocr_lr.lr_config.values import number_in_text
from ppocr_lr.output import PICTURES
from ppocr_lr.training_config.coefficient import END, START, follows_a_schedule
from ppocr_lr.training_config.groups import FACTOR_KEYS
from ppocr_lr.training_config.momentum import OppositeMomentum
from ppocr_lr.training_config.sections import (
    CLIPPING,
    FOLLOWING,
    OPTIMIZERS,
    SECTIONS,
    holds_read_keys,
    meant_in_global,
    read_keys,
)
from ppocr_lr.training_config.weight_decay import REGULARIZER_KEYS
from ppocr_lr.training_config.yaml_file import read_yaml_text

_DEEPEST = 30
_ALIKE = 0.7
"""How alike two keys are of which one may be a slip of the other."""
_ANOTHER_SIGN = 0.8
"""How alike a key is to one of ours that is written with something else than dots, as `Optimizer["lr"]["name"]`."""

_OF_PADDLEOCR = ("Global", "Architecture", "Loss", "PostProcess", "Metric", "Train", "Eval")
"""Its sections whose keys it accepts as they come; it stops at a section that a config lacks."""

_OF_OPTIMIZERS = frozenset(CLIPPING).union(
    ("amsgrad", "multi_precision", "group_lr", "training_step", "no_weight_decay_name"),
    ("one_dim_param_no_weight_decay",),
    *OPTIMIZERS.values(),
)
"""What the optimizers of PaddleOCR's optimizer.py take besides the rate and the weight decay."""


class Override(NamedTuple):
    """One key of a config and the value to give it, as text."""

    key: str
    text: str
    argument: str = "overrides"
    """Which argument it was given by; `sweep` for one value of a sweep."""

    @classmethod
    def of(cls, assignment: str) -> Override:
        """`KEY=VALUE` taken apart.

        Raises:
            ArgumentError: there is no `=`, more than one, no key before it, or a blank between them, which PaddleOCR
                takes as a part of the key, so that nothing reads it.
        """
        key, equals, text = assignment.lstrip().partition("=")
        if equals and key != key.rstrip():
            problem = tr(
                "leave out the space before the =, as in {example}; PaddleOCR ignores the key",
                example=f"{key.rstrip()}={text.lstrip()}",
            )
            raise ArgumentError("overrides", problem, assignment)
        if not equals or not all(key.split(".")):
            problem = tr("write KEY=VALUE, as in {example}", example=f"{SECTION}.learning_rate=0.001")
            if assignment.endswith((".yml", ".yaml")):
                problem += tr("; name a config before the overrides")
            elif assignment.endswith(PICTURES):  # -o elsewhere
                problem += tr("; name a picture after {flag}", flag=called("out"))
            raise ArgumentError("overrides", problem, assignment)
        if "=" in text:
            problem = tr("PaddleOCR stops at a second =; write a value that contains one into the config")
            if any("=" in word for word in text.split()[1:]):
                problem = tr("PaddleOCR stops at a second =; each KEY=VALUE is a word of its own, in quotes of its own")
            raise ArgumentError("overrides", problem, assignment)
        return cls(key, text)

    @property
    def parts(self) -> Sequence[str]:
        """The names that lead to the key."""
        return self.key.split(".")

    @property
    def value(self) -> Any:
        """The value of the text: YAML, with numbers as people write them."""
        return _numbers(self._in_yaml)

    @property
    def is_another_in_paddleocr(self) -> bool:
        """PaddleOCR's own `-o` would read the number as a string."""
        return bool(self.value != self._in_yaml)

    @property
    def _in_yaml(self) -> Any:
        try:
            return read_yaml_text(self.text, shown(self.text))
        except LRConfigError as error:
            if sum(map(self.text.count, "[{")) > sum(map(self.text.count, "]}")):
                problem = tr(
                    "{value} has no end; the shell splits words at spaces, so write it in quotes, as in {example}",
                    value=shown(self.text),
                    example=f'"{self.key}={self.text}…"',
                )
                raise self.error(problem) from None
            raise self.error(str(error)) from None

    def error(self, problem: str) -> ArgumentError:
        """The error for this key."""
        return ArgumentError(self.argument, problem, self.key)


def last_given(given: Sequence[Sequence[str]]) -> tuple[list[str], str]:
    """What counts of the words behind each of several `-o`, and a warning of what is lost; empty if nothing is.

    PaddleOCR's parser keeps the words behind the last one alone, so a plan with more of them would not be the training.
    """
    last = list(given[-1]) if given else []
    by_key = {word.partition("=")[0].strip(): word for words in given for word in words}
    lost = [word for word in by_key.values() if word not in last]
    if not lost:
        return last, ""
    said = tr(
        "only the last -o counts, as in PaddleOCR, and leaves out {lost}; write all after one: {line}",
        lost=", ".join(lost),
        line=Proposal(tuple(by_key.values())).line,
    )
    return last, printable(said)


def with_overrides(config: Mapping[str, Any], overrides: Iterable[str | Override]) -> Mapping[str, Any]:
    """`config` with each of `overrides`, `KEY=VALUE`, applied in order; `config` itself is not changed.

    VALUE is YAML, and `1e-3` is a number. A key may lead into a list by index. The keys of a mapping given for a whole
    section, `Global={…}`, are added to those of the config, as in PaddleOCR; any other mapping takes the place of what
    is there. A key that the config lacks is taken if something reads it, here or in PaddleOCR; a slip in a key that
    counts is not.

    Raises:
        ArgumentError: no `=`, a key that nothing reads (the nearest is suggested), an index past the end.
    """
    new = []
    result: Any = config
    for given in listed("overrides", overrides):
        override = Override.of(given) if isinstance(given, str) else given
        if len(override.parts) > _DEEPEST:
            raise ArgumentError(
                override.argument, tr("a key has at most {most} parts", most=_DEEPEST), f"{override.key[:60]}…"
            )
        before, result = result, _with(result, override.parts, override)
        if not _has(before, override.parts):
            new.append(override)
    for override in new:
        _check_read(override, result, config)
    return result  # type: ignore[no-any-return]  # a mapping again, key by key


def _numbers(value: Any) -> Any:
    """YAML 1.1 leaves `1e-3` a string; on a command line nobody means one."""
    if isinstance(value, str):
        number = number_in_text(value)
        if number is None or isinf(number):  # 1e400 is refused as it was written
            return value
        return int(number) if number.is_integer() and abs(number) < 1e15 else number  # 1e2 epochs are 100
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if isinstance(value, dict):
        return {name: _numbers(item) for name, item in value.items()}
    return value


def _is_list(node: Any) -> bool:
    return isinstance(node, Sequence) and not isinstance(node, str)


def _has(node: Any, parts: Sequence[str]) -> bool:
    for part in parts:
        if _is_list(node):
            node = node[int(part)]
        elif isinstance(node, Mapping) and part in node:
            node = node[part]
        else:
            return False
    return True


def _is_index(part: str, items: Sequence[Any]) -> bool:
    return part in map(str, range(len(items)))


def _with(node: Any, parts: Sequence[str], override: Override) -> Any:
    """`node` with the value at the end of `parts`, the last names of the override's key."""
    if not parts:
        value = override.value
        whole = len(override.parts) == 1 and isinstance(value, Mapping) and isinstance(node, Mapping)
        return {**node, **value} if whole else value
    head, rest = parts[0], parts[1:]
    where = ".".join(override.parts[: -len(parts)])
    if _is_list(node):
        if not node:
            raise override.error(tr("{key} is an empty list", key=where))
        if not _is_index(head, node):
            problem = tr("{key} is a list; its items are numbered 0 to {last}", key=where, last=len(node) - 1)
            raise override.error(problem)
        items = list(node)
        items[int(head)] = _with(items[int(head)], rest, override)
        return items
    if node is not None and not isinstance(node, Mapping):
        raise override.error(tr("{key} is a plain value and has no keys", key=where))
    return {**(node or {}), head: _with((node or {}).get(head), rest, override)}


def _check_read(override: Override, config: Mapping[str, Any], original: Mapping[str, Any]) -> None:
    key = override.key
    place, section = _section_around(key, config)
    with errors_under(*place.split(".")):
        model = model_of(section) if section is not None else None
    fields = ["name", *model.model_fields, *model.also_called] if model else []
    if ".stages." in place:
        fields += STAGE_KEYS
    elif place in FOLLOWING:
        fields += [START, END, *OppositeMomentum.model_fields]
    if place != SECTION:
        fields = [field for field in fields if field != "last_epoch"]  # the one for the whole run is outside
    known = [*(f"{place}.{field}" for field in fields), *map(dotted, [*read_keys(), *REGULARIZER_KEYS])]
    if key in known or holds_read_keys(tuple(override.parts)):
        return
    last = _last(key)
    if last in FACTOR_KEYS and override.parts[0] == "Architecture":
        return
    if override.argument == "overrides" and _is_paddleocrs(override, known, original):
        return
    meant = (last,) if last in fields and last != "name" else called_elsewhere(last)
    names = [f"{place}.{field}" for field in meant if field in fields]
    suggestion = ""
    inside = key == f"{place}.{last}"
    if model and inside:
        rule = {**SET_BY_THE_RUN, **model.no_effect}.get(last)
        suggestion = f"{tr('; ')}{tr(rule.why)}" if rule else names_with(last)
    if not (names or suggestion):
        names = [name for name in known if _last(name) == last != "name"]
    if not (names or suggestion or meant):
        near = [f"{place}.{field}" for field in nearest(last, fields)]
        names = near if model and inside else nearest(key, [*known, *_leaves(original)], _ALIKE)
    if names:
        suggestion += tr("; did you mean {names}?", names=tr(" or ").join(names))
    raise override.error(tr("the config has no such key and nothing reads it{suggestion}", suggestion=suggestion))


def _is_paddleocrs(override: Override, known: Sequence[str], config: Mapping[str, Any]) -> bool:
    """Whether nothing here reads the key, but PaddleOCR may, and it is not a misspelt key of ours."""
    top, *inside, last = override.parts if len(override.parts) > 1 else ("", override.key)
    if top == "Optimizer":
        return not inside and last in _OF_OPTIMIZERS
    beside = [_last(name) for name in known if name.rpartition(".")[0] == ".".join((top, *inside))]
    if top == "Global" and "epoch_num" in meant_in_global(last):
        return False
    if nearest(last, beside, _ALIKE) or (
        top in ("", *SECTIONS) and last != "name" and last in {_last(name) for name in known}
    ):
        return False
    if top:
        return top in _OF_PADDLEOCR or top in config
    return not nearest(last, [*SECTIONS]) and not nearest(last, known, _ANOTHER_SIGN)


def _last(key: str) -> str:
    return key.rpartition(".")[2]


def _section_around(key: str, config: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    """The innermost lr section that a key is in, with its own path; None for one that is not a mapping."""
    optimizer = config.get("Optimizer")
    place = next((place for place in FOLLOWING if key.startswith(f"{place}.")), SECTION)
    section: Any = optimizer.get(_last(place)) if isinstance(optimizer, Mapping) else None
    if place in FOLLOWING and not follows_a_schedule(section):
        return place, None
    for part in key.split(".")[2:-1] if key.startswith(f"{place}.") else ():
        if isinstance(section, Mapping) and part in ("stages", "schedule", "times"):
            if part == "stages" and not _is_list(section.get(part)):  # where there were none before this override
                break
            section = section.get(part)
        elif _is_list(section) and _is_index(part, section):
            section = section[int(part)]
        else:
            break
        place += f".{part}"
    return place, section if isinstance(section, Mapping) else None


def _leaves(node: Any, prefix: str = "") -> Iterable[str]:
    if isinstance(node, Mapping) and node:
        for name, child in node.items():
            yield from _leaves(child, f"{prefix}.{name}" if prefix else str(name))
    elif prefix:
        yield prefix
