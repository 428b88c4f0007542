"""The batch for which a config's rate is meant, as far as its comments say; a proposal, never used by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ppocr_lr.training_config.yaml_file import YAMLDocument

_KEYS = r"\s*(?:learning_rate|max_lr|values|batch_size_per_card|first_bs)\s*:[^#]*#(.*)"
# Compiled where they are used: most configs have no such comment.
# `(8*8c)`, `128 × 8 cards`, `bs 128 x 8gpus`
_PRODUCT = r"(?i)(\d{1,6})\s*[*x×]\s*(\d{1,4})\s*(?:c\b|cards?|gpus?|卡|张)"
# `8gpus 192bs`, `4 cards`, `8卡`
_CARDS = r"(?i)(?<![\d.])(\d{1,4})\s*(?:cards?\b|gpus?\b|x?\s*(?:V100|A100)|卡|张卡)"
_BATCH = r"(?i)(?<![\d.])(\d{1,6})\s*bs\b|\b(?:bs|batch(?:[_ ]size)?)\s*[:=]?\s*(\d{1,6})(?![\d.])"
# `0.001/8`: the rate beside it is for that share of the cards
_SHARE = r"(?i)(?:\.\d+|\de-\d+)\s*/\s*(\d{1,4})(?![\d.])"


class Reference(NamedTuple):
    """Cards, and samples in a batch of one card, that a comment mentions."""

    cards: int
    batch_per_card: int | None
    """None if the comment leaves it to `Train.loader.batch_size_per_card`."""
    comment: str


def proposed_reference(document: YAMLDocument) -> Reference | None:
    """What the first comment beside a rate or a batch size proposes; None if none mentions cards."""
    return next(filter(None, map(_in_comment, _comments(document))), None)


def _comments(document: YAMLDocument) -> Iterator[str]:
    for line in document.lines:
        if found := re.match(_KEYS, line):
            yield found[1].strip()


def _in_comment(comment: str) -> Reference | None:
    batch = cards = 0
    if found := re.search(_PRODUCT, comment):
        batch, cards = int(found[1]), int(found[2])
        if not batch:
            return None
    elif found := re.search(_CARDS, comment):
        cards = int(found[1])
        if batch_found := re.search(_BATCH, comment):
            batch = int(batch_found[1] or batch_found[2])
    share = int(scaled[1]) if (scaled := re.search(_SHARE, comment)) else 1
    if not cards or not share or cards % share:
        return None
    return Reference(cards // share, batch or None, comment)
