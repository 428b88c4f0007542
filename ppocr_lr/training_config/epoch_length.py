"""How many iterations per epoch has: given, from a number of samples, or counted in the label files."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ppocr_lr.errors import ArgumentError, LRConfigError, MissingError, key_error, positive_argument, shown
from ppocr_lr.numbers_text import amount, count_text


class UnknownEpochLengthError(MissingError):
    """Neither an argument nor the config says how long an epoch is."""


@dataclass(frozen=True)
class EpochLength:
    """Iterations per epoch, and the arithmetic in words."""

    iters: int
    arithmetic: str
    estimate: bool = False
    known: bool = True
    """False where it is assumed, since neither an argument nor the config gives it."""


def epoch_length(
    train: Mapping[str, Any],
    iters_per_epoch: int | None = None,
    num_samples: int | None = None,
    gpus: int = 1,
    batch_size: int | None = None,
    accumulate: int = 1,
) -> EpochLength:
    """Optimizer updates per epoch of a config's `Train` section.

    In this order: `iters_per_epoch`; `num_samples`; the label files named in the section, if they exist;
    `Train.dataset.num_samples`, a key of this project's own. With N samples on G cards, n = ceil(N/G) and
    batches of B, an epoch has floor(n/B) iterations with `drop_last`, else ceil(n/B), as Paddle's
    DistributedBatchSampler counts; `batch_size` takes the place of the config's B. With `accumulate` A, every
    A batches make one update and what is left over of an epoch makes none: ⌊batches/A⌋ updates.

    Raises:
        LRConfigError: a number is not a positive integer, the label files are missing and no argument tells,
            or an epoch comes out empty.
    """
    batches = _batches(train, iters_per_epoch, num_samples, gpus, batch_size)
    accumulate = positive_argument("accumulate", accumulate)
    if accumulate == 1:
        return batches
    updates = batches.iters // accumulate
    if updates == 0:
        problem = f"an epoch has only {amount(batches.iters, 'batch', 'batches')}"
        raise ArgumentError("accumulate", problem, accumulate)
    words = f"{batches.arithmetic}; {accumulate} of them for one update = {amount(updates, 'update')} per epoch"
    return EpochLength(updates, words, batches.estimate)


def _batches(
    train: Mapping[str, Any], iters_per_epoch: int | None, num_samples: int | None, gpus: int, batch_size: int | None
) -> EpochLength:
    if iters_per_epoch is not None:
        iters = positive_argument("iters_per_epoch", iters_per_epoch)
        return EpochLength(iters, f"{amount(iters, 'iteration')} per epoch, as given")
    gpus = positive_argument("gpus", gpus)
    samples, origin = _samples(train, num_samples)
    per_card = math.ceil(samples / gpus)
    cards = f"{amount(samples, 'sample')} ({origin}) / {amount(gpus, 'card')}"
    sampler = _mapping(train.get("sampler"), "Train.sampler")
    if sampler.get("name") == "MultiScaleSampler":
        return _multi_scale(sampler, per_card, cards)
    loader = _mapping(train.get("loader"), "Train.loader")
    batch = batch_per_card(train, batch_size)
    drop_last = loader.get("drop_last", False)
    if drop_last not in (False, True):  # PaddleOCR asks for its truth alone, so 0 and 1 are common
        raise key_error("Train.loader.drop_last", drop_last, "true or false", section="")
    iters = per_card // batch if drop_last else math.ceil(per_card / batch)
    arithmetic = (
        f"{cards} / {count_text(batch)} a batch, {'rounded down (drop_last)' if drop_last else 'rounded up'}"
        f" = {amount(iters, 'iteration')} per epoch"
    )
    if iters == 0:
        raise LRConfigError(
            f"an epoch has no iteration: {arithmetic}; "
            "lower Train.loader.batch_size_per_card or set Train.loader.drop_last: false"
        )
    if sampler.get("name"):
        return EpochLength(iters, f"{arithmetic}; {sampler['name']} may count differently", estimate=True)
    return EpochLength(iters, arithmetic)


def batch_per_card(train: Mapping[str, Any], batch_size: int | None = None) -> int:
    """Samples in a batch of one card: `batch_size` if given, else `Train.loader.batch_size_per_card`."""
    if batch_size is not None:
        return positive_argument("batch_size", batch_size)
    loader = _mapping(train.get("loader"), "Train.loader")
    return _positive("Train.loader.batch_size_per_card", loader.get("batch_size_per_card"))


def _multi_scale(sampler: Mapping[str, Any], per_card: int, cards: str) -> EpochLength:
    """MultiScaleSampler goes round its scales, each with its own batch size, until all samples are used."""
    key = "Train.sampler.scales"
    scales = sampler.get("scales")
    if not isinstance(scales, Sequence) or isinstance(scales, str) or not scales:
        raise key_error(key, scales, "a list of [width, height]", section="")
    first_batch = _positive("Train.sampler.first_bs", sampler.get("first_bs", 128))
    sizes = []
    for scale in scales:
        pair = scale if isinstance(scale, Sequence) and not isinstance(scale, str) else [scale, scale]
        if len(pair) != 2:
            raise key_error(key, scales, "a list of [width, height]", section="")
        sizes.append(_positive(key, pair[0]) * _positive(key, pair[1]))
    factor_width, factor_height = _divided_factor(sampler)
    batches = [first_batch] * len(sizes)
    if not sampler.get("fix_bs", True):
        rounded = []
        for scale in scales:
            width, height = scale if isinstance(scale, Sequence) else (scale, scale)
            rounded.append((width // factor_width * factor_width) * (height // factor_height * factor_height))
        if not all(rounded):
            raise key_error(key, scales, "sizes of at least divided_factor", section="")
        batches = [max(1, int(sizes[0] * first_batch / size)) for size in rounded]
    rounds = math.ceil(per_card / sum(batches))
    iters = rounds * len(batches)
    return EpochLength(
        iters,
        f"{cards} in rounds of {' + '.join(map(str, batches))} (MultiScaleSampler)"
        f" = about {amount(iters, 'iteration')} per epoch, an estimate",
        estimate=True,
    )


def _divided_factor(sampler: Mapping[str, Any]) -> tuple[int, int]:
    key = "Train.sampler.divided_factor"
    factor = sampler.get("divided_factor", [8, 16])
    if not isinstance(factor, Sequence) or isinstance(factor, str) or len(factor) != 2:
        raise key_error(key, factor, "two positive integers, [width, height]", section="")
    return _positive(key, factor[0]), _positive(key, factor[1])


def _samples(train: Mapping[str, Any], num_samples: int | None) -> tuple[int, str]:
    if num_samples is not None:
        return positive_argument("num_samples", num_samples), "as given"
    dataset = _mapping(train.get("dataset"), "Train.dataset")
    files = dataset.get("label_file_list")
    files = [files] if isinstance(files, str) else files
    if files is not None and (not isinstance(files, Sequence) or not all(isinstance(file, str) for file in files)):
        raise key_error("Train.dataset.label_file_list", files, "a list of file names", section="")
    missing = [file for file in files or [] if not _is_file(file)]
    if files and not missing:
        ratios = _ratios(dataset.get("ratio_list", 1.0), len(files))
        counts = [round(_count_lines(file) * ratio) for file, ratio in zip(files, ratios, strict=True)]
        if sum(counts) == 0:
            raise key_error("Train.dataset.label_file_list", files, "files with at least one line used", section="")
        shares = " + ".join(map(str, counts)) + " lines of " if len(files) > 1 else ""
        return sum(counts), f"{shares}{amount(len(files), 'label file')}"
    if "num_samples" in dataset:
        return _positive("Train.dataset.num_samples", dataset["num_samples"]), "num_samples of the config"
    why = f"the label file {missing[0]} is not here" if missing else "the config names no label files"
    raise UnknownEpochLengthError(f"the length of an epoch is not known: {why}", "iters_per_epoch", "num_samples")


def _is_file(path: str) -> bool:
    try:
        return Path(path).is_file()
    except (OSError, ValueError) as error:  # no permission to look, a name no file can have
        reason = getattr(error, "strerror", None) or error
        raise LRConfigError(f"Train.dataset.label_file_list: {shown(path)} cannot be read: {reason}") from None


def _ratios(value: Any, count: int) -> Sequence[float]:
    ratios = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value] * count
    good = all(isinstance(ratio, (int, float)) and not isinstance(ratio, bool) and 0 <= ratio <= 1 for ratio in ratios)
    if not good or len(ratios) != count:
        allowed = f"a number from 0 to 1, or a list of one for each of the {amount(count, 'label file')}"
        raise key_error("Train.dataset.ratio_list", value, allowed, section="")
    return ratios


def _count_lines(path: str) -> int:
    lines, last = 0, b"\n"
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                lines += block.count(b"\n")
                last = block[-1:]
    except OSError as error:
        raise LRConfigError(f"{path}: cannot be read: {error.strerror or error}") from None
    return lines + (last != b"\n")


def _mapping(value: Any, key: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise key_error(key, value, "a mapping", section="")
    return value


def _positive(key: str, value: Any) -> int:
    try:
        number = operator.index(value)
    except TypeError:
        number = 0
    if isinstance(value, bool) or number < 1:
        raise key_error(key, value, "a positive integer", section="")
    return number
