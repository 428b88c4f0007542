"""The keys of a section that PaddleOCR swallows, or stops at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from ppocr_lr.lr_config.base import LRConfig
from ppocr_lr.lr_config.fields import Ours
from ppocr_lr.lr_config.length import Length


class OwnKey(NamedTuple):
    """A key that is written and that PaddleOCR does not take so."""

    key: str
    """As it is written."""
    instead: str
    """What PaddleOCR can do; empty where the key itself is one of PaddleOCR's."""
    length: Length | None = None
    """A length that PaddleOCR cannot read, for a key that it knows."""


def own_keys(section: Mapping[str, Any], config: LRConfig) -> Iterator[OwnKey]:
    """Those of a section, in its order, that count here and not in PaddleOCR; `config` is the section validated."""
    for written in section:
        key = config.also_called.get(written, written)
        field = type(config).model_fields.get(key)
        if field is None:
            continue
        mark = next((mark for mark in field.metadata if isinstance(mark, Ours)), None)
        value = getattr(config, key)
        if (mark or key != written) and value == field.default:
            continue  # what happens in PaddleOCR anyway
        if mark:
            yield OwnKey(written, mark.instead)
        elif key != written:
            yield OwnKey(written, f"{key}, which is its name there")
        elif isinstance(value, Length) and value.unit != "epochs":
            yield OwnKey(written, "", value)
