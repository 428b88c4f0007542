"""What PaddleOCR's own trainer makes of a section: the keys that it swallows, and those at which it stops."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ppocr_lr.errors import SECTION_PATH, LRConfigError, Problem, shown
from ppocr_lr.finding import Finding, Proposal, taken_out
from ppocr_lr.language import later, tr
from ppocr_lr.lr_config.base import LRConfig
from ppocr_lr.lr_config.elsewhere import unknown_name
from ppocr_lr.lr_config.length import Length, items
from ppocr_lr.lr_config.parse import ParsedLRConfig, model_of, parse_lr_config
from ppocr_lr.lr_config.registry import IN_PADDLEOCR
from ppocr_lr.lr_config.run import Run, Window
from ppocr_lr.lr_config.values import yaml_number
from ppocr_lr.schedules import Schedule

STOPS_PADDLEOCR = frozenset({"LR102", "LR501", "LR502"})
"""The codes of remarks on what this project reads, but PaddleOCR with today's Paddle stops at."""
UNKNOWN_LENGTH = later("PaddleOCR does not know {length} and stops; it counts epochs")
"""What is said of a length with a unit."""


class OwnKey(NamedTuple):
    """A key that is written in a way that PaddleOCR does not read."""

    key: str
    """As it is written."""
    instead: str
    """What PaddleOCR can do instead; empty if the key itself is one of PaddleOCR's."""
    length: Length | None = None
    """A length that PaddleOCR cannot read, for a key that it knows."""


def own_keys(section: Mapping[str, Any], config: LRConfig) -> Iterator[OwnKey]:
    """The keys of a section, in its order, that count here but not in PaddleOCR; `config` is the validated section."""
    for written in section:
        key = config.also_called.get(written, written)
        field = type(config).model_fields.get(key)
        if field is None:
            continue
        mark = config.ours(key)
        value = getattr(config, key)
        if (mark or key != written) and value == field.default:
            continue  # what happens in PaddleOCR anyway
        if mark:
            yield OwnKey(written, tr(mark.instead))
        elif key != written:
            yield OwnKey(written, tr("{key}, which is its name there", key=key))
        else:
            unknown = [item for _, item in items(value) if isinstance(item, Length) and item.unit != "epochs"]
            if unknown:
                yield OwnKey(written, "", unknown[0])


def of_another_type(section: Mapping[str, Any], config: LRConfig, window: Window) -> Iterator[Finding]:
    """The numbers of a section at which Paddle stops for their type alone: an integer rate, a float for a count."""
    for key, kind in config.types_in_paddle(window).items():
        value = section.get(key)
        if isinstance(value, int | float) and not isinstance(value, kind) and float(value).is_integer():
            allowed = tr("an integer") if kind is int else tr("a number with a decimal point")
            said = tr(
                "PaddleOCR hands {value} to Paddle, which stops: it takes {allowed}", value=value, allowed=allowed
            )
            yield Finding((key,), said, proposals=(Proposal((f"{key}={yaml_number(value, kind)}",), safe=True),))


def paddleocr_schedule(section: Mapping[str, Any], parsed: ParsedLRConfig, run: Run) -> Schedule | None:
    """The schedule that PaddleOCR's own trainer follows, if keys of this project make the one here differ from it.

    None if it is the same, and where PaddleOCR does not train at all.
    """
    if not any(own_keys(section, parsed.config)):
        return None
    try:
        schedule = parse_as_paddleocr(section, run).schedule
    except LRConfigError:
        return None
    return None if schedule == parsed.curve else schedule


def read_by_paddleocr(section: Mapping[str, Any]) -> dict[str, Any]:
    """A section without the keys of this project that PaddleOCR swallows under its name."""
    model = model_of(section)
    return {key: value for key, value in section.items() if not model.ours(key)}


def parse_as_paddleocr(section: Mapping[str, Any], run: Run) -> ParsedLRConfig:
    """As `parse_lr_config`, for PaddleOCR's own trainer: keys of this project are swallowed, with a remark.

    Raises:
        LRConfigError: also for what this project reads and PaddleOCR stops at: a name that it does not have, a length
            with a unit, a number in a string, …
    """
    name = section.get("name")
    try:
        model, read = model_of(section), read_by_paddleocr(section)
    except LRConfigError:
        raise unknown_name(name, IN_PADDLEOCR).under(*SECTION_PATH) from None
    if name is not None and name not in IN_PADDLEOCR:
        near = model.nearest_in_paddleocr
        also = tr("; the nearest that it has: {nearest}", nearest=tr(near)) if near else ""
        stop = tr("{name} is not a schedule of PaddleOCR, whose trainer stops{nearest}", name=shown(name), nearest=also)
        raise LRConfigError(Problem((*SECTION_PATH, "name"), stop))
    parsed = parse_lr_config(read, run)
    stops = [Problem((own.key,), tr(UNKNOWN_LENGTH, length=own.length)) for own in own_keys(read, parsed.config)]
    stops += [Problem(remark.path, remark.message) for remark in parsed.remarks if remark.code in STOPS_PADDLEOCR]
    stops += [Problem(each.path, each.message) for each in of_another_type(read, parsed.config, run.window)]
    if wrong := parsed.config.done_iters and parsed.config.last_epoch_in_paddleocr(run.window):
        said = tr("{wrong}; take it out and resume with Global.checkpoints", wrong=wrong)
        stops.append(Problem(("last_epoch",), said))
    if stops:
        raise LRConfigError(stops).under(*SECTION_PATH)
    remarks = list(parsed.remarks)
    for key, value in section.items():
        if key not in read:
            said = tr("{value} has no effect: PaddleOCR ignores it", value=shown(value))
            remarks.append(Finding((key,), said, code="LR104", proposals=taken_out(key)))
    return parsed._replace(remarks=tuple(remarks))
