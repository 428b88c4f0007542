"""How many iterations an epoch has: given, from a number of samples, or counted in the label files."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from stat import S_ISREG
from typing import Any, NamedTuple

from ppocr_lr.bounds import MAX_COUNT
from ppocr_lr.errors import (
    ArgumentError,
    LRConfigError,
    MissingError,
    Problem,
    nearest,
    positive_argument,
    printable,
    reason,
    shown,
    value_error,
)
from ppocr_lr.language import tr
from ppocr_lr.numbers_text import amount, count_text
from ppocr_lr.training_config.run_flags import RunFlags
from ppocr_lr.training_config.sections import Dataset, Loader, Sampler, read

_MOST_SHARES = 10  # listed one by one


class UnknownEpochLengthError(MissingError):
    """Neither an argument nor the config says how long an epoch is."""


class EpochLength(NamedTuple):
    """Iterations per epoch, and the arithmetic in words."""

    iters: int
    arithmetic: str
    estimate: bool = False
    known: bool = True
    """False if it is assumed, since neither an argument nor the config gives it."""
    batches: int = 0
    """Batches of an epoch, where several make one iteration; else 0."""
    samples: int | None = None
    """Samples of an epoch on all cards, if they were counted."""


def epoch_length(train: Mapping[str, Any], flags: RunFlags) -> EpochLength:
    """Optimizer updates per epoch of a config's `Train` section.

    In this order: `iters_per_epoch` and `num_samples` of the flags; the label files named in the section, if they
    exist, as PaddleOCR finds them from the working directory, or else in `folder`, that of the config;
    `Train.dataset.num_samples`, a key of this project's own; the log that holds the config, which also comes before
    what is an estimate only. With N samples on G cards, n = ceil(N/G) and
    batches of B, an epoch has floor(n/B) iterations with `drop_last`, else ceil(n/B), as Paddle's
    DistributedBatchSampler counts; `batch_size` takes the place of the config's B. With `accumulate` A, every
    A batches make one update, and the batches left over at the end of an epoch make none: ⌊batches/A⌋ updates.

    Raises:
        LRConfigError: a number is not a positive integer, the label files are missing and no argument replaces them,
            or an epoch comes out empty.
    """
    batches = _batches_for_sure(train, flags)
    accumulate = positive_argument("accumulate", flags.accumulate)
    if accumulate == 1:
        return batches
    updates = batches.iters // accumulate
    if updates == 0:
        problem = tr("an epoch has only {batches}", batches=amount(batches.iters, "batch", "batches"))
        raise ArgumentError("accumulate", problem, accumulate)
    words = tr(
        "{arithmetic}; {accumulate} of them for one update = {updates} per epoch",
        arithmetic=batches.arithmetic,
        accumulate=accumulate,
        updates=amount(updates, "update"),
    )
    return EpochLength(updates, words, batches.estimate, batches=batches.iters)


def _batches_for_sure(train: Mapping[str, Any], flags: RunFlags) -> EpochLength:
    """As `_batches`; as the log says, if it is of the same data and these are not known for sure."""
    logged = flags.logged
    if logged is None or logged.train != train or (flags.num_samples, flags.batch_size) != (None, None):
        return _batches(train, flags)
    with suppress(UnknownEpochLengthError):
        batches = _batches(train, flags)
        if not batches.estimate:
            return batches
    return _batches(train, flags._replace(iters_per_epoch=logged.iters, iters_from=tr("from the log")))


def _batches(train: Mapping[str, Any], flags: RunFlags) -> EpochLength:
    if flags.iters_per_epoch is not None:
        iters = positive_argument("iters_per_epoch", flags.iters_per_epoch)
        source = flags.iters_from or tr("as given")
        return EpochLength(iters, tr("{iters} per epoch, {source}", iters=amount(iters, "iteration"), source=source))
    gpus = positive_argument("gpus", flags.gpus)
    try:
        samples, origin = _samples(train, flags)
    except UnknownEpochLengthError as error:
        raise UnknownEpochLengthError(error.problem, *what_tells(train, flags)) from None
    per_card = -(-samples // gpus)
    cards = tr(
        "{samples} ({origin}) / {cards}", samples=amount(samples, "sample"), origin=origin, cards=amount(gpus, "card")
    )
    path = ("Train", "sampler")
    name = read(Sampler, train.get("sampler"), path, "name").name
    if name == "MultiScaleSampler":
        return _multi_scale(read(Sampler, train["sampler"], path), per_card, cards)
    batch = batch_per_card(train, flags.batch_size)
    drop_last = read(Loader, train.get("loader"), ("Train", "loader"), "drop_last").drop_last
    iters = per_card // batch if drop_last else -(-per_card // batch)
    rounded = tr("rounded down (drop_last)") if drop_last else tr("rounded up")
    arithmetic = tr(
        "{cards} / {batch} per batch, {rounded} = {iters} per epoch",
        cards=cards,
        batch=count_text(batch),
        rounded=rounded,
        iters=amount(iters, "iteration"),
    )
    if iters == 0:
        batch_key = "Train.loader.batch_size_per_card" if flags.batch_size is None else tr("the batch size")
        raise LRConfigError(
            tr(
                "an epoch has no iteration: {arithmetic}; lower {batch_key} or set Train.loader.drop_last: false",
                arithmetic=arithmetic,
                batch_key=batch_key,
            )
        )
    if _pair_size(train) > 1:  # a batch has images of one size, and the last of a size is left out
        name = read(Dataset, train.get("dataset"), ("Train", "dataset"), "name").name
    if name:
        return EpochLength(
            iters,
            tr("{arithmetic}; {name} may count differently", arithmetic=arithmetic, name=printable(str(name))),
            estimate=True,
        )
    return EpochLength(iters, arithmetic, samples=samples)


def what_tells(train: Mapping[str, Any], flags: RunFlags) -> tuple[str, ...]:
    """The arguments that would each give the length; a number of samples does so only if the batch size is known."""
    try:
        _batches(train, flags._replace(iters_per_epoch=None, num_samples=MAX_COUNT))
    except LRConfigError:
        return ("iters_per_epoch",)
    return "iters_per_epoch", "num_samples"


def batch_per_card(train: Mapping[str, Any], batch_size: int | None = None) -> int:
    """Samples in a batch of one card: `batch_size` if given, else `Train.loader.batch_size_per_card` items."""
    if batch_size is not None:
        return positive_argument("batch_size", batch_size)
    path, key = ("Train", "loader"), "batch_size_per_card"
    batch = read(Loader, train.get("loader"), path, key).batch_size_per_card
    if batch is None:
        raise value_error((*path, key), None, tr("a positive integer"))
    return batch * _pair_size(train)


def _pair_size(train: Mapping[str, Any]) -> int:
    """Samples in an item of the data set."""
    return read(Dataset, train.get("dataset"), ("Train", "dataset"), "batch_size_per_pair").batch_size_per_pair


def _multi_scale(sampler: Sampler, per_card: int, cards: str) -> EpochLength:
    """MultiScaleSampler cycles through its scales, each with its own batch size, until all samples are used."""
    path = ("Train", "sampler", "scales")
    if sampler.scales is None:
        raise value_error(path, None, tr("a list of [width, height]"))
    batches = [sampler.first_bs] * len(sampler.scales)
    if not sampler.fix_bs:
        width, height = sampler.divided_factor
        rounded = [(each[0] // width * width) * (each[1] // height * height) for each in sampler.sizes]
        if not all(rounded):
            raise value_error(path, sampler.scales, tr("sizes of at least divided_factor"))
        first = math.prod(sampler.sizes[0])
        batches = [max(1, int(first * sampler.first_bs / size)) for size in rounded]
    iters = -(-per_card // sum(batches)) * len(batches)
    return EpochLength(
        iters,
        tr(
            "{cards} in rounds of {batches} (MultiScaleSampler) = about {iters} per epoch, an estimate",
            cards=cards,
            batches=" + ".join(map(str, batches)),
            iters=amount(iters, "iteration"),
        ),
        estimate=True,
    )


def _samples(train: Mapping[str, Any], flags: RunFlags) -> tuple[int, str]:
    if flags.num_samples is not None:
        return positive_argument("num_samples", flags.num_samples), tr("as given")
    dataset, path = train.get("dataset"), ("Train", "dataset")
    data = read(Dataset, dataset, path, "label_file_list", "name")
    in_lmdb = "lmdb" in str(data.name).lower()  # which PaddleOCR opens by data_dir, whatever files are named
    files = [] if in_lmdb else data.label_file_list or []
    places = list(_places(files, flags.folder))
    gone = next((each for each in places if not any(map(_is_file, each))), None)
    if files and gone is None:
        found = [next(filter(_is_file, each)) for each in places]
        ratios = _ratios(read(Dataset, dataset, path, "ratio_list").ratio_list, len(files))
        lines = {file: _count_lines(file) for file in dict.fromkeys(found)}
        counts = [round(lines[file] * ratio) for file, ratio in zip(found, ratios, strict=True)]
        if sum(counts) == 0:
            raise value_error((*path, "label_file_list"), files, tr("files with at least one line used"))
        shares = ""
        if 1 < len(files) <= _MOST_SHARES:
            shares = tr("{counts} lines of ", counts=" + ".join(map(str, counts)))
        elsewhere = sum(file != each[0] for file, each in zip(found, places, strict=True))
        some = tr(", {elsewhere} of them", elsewhere=elsewhere) if elsewhere < len(files) else ""
        where = some + tr(" in {folder}", folder=printable(str(flags.folder))) if elsewhere else ""
        return sum(counts), f"{shares}{amount(len(files), 'label file')}{where}"
    samples = read(Dataset, dataset, path, "num_samples").num_samples
    if samples is not None:
        return samples, tr("num_samples of the config")
    why = tr("the config names no label files")
    slips = [key for key in dataset or () if nearest(str(key), ["label_file_list"], 0.7)]
    if slips and "label_file_list" not in slips:
        why += tr("; {meant} is not read under this name", meant=slips[0])
    if in_lmdb:
        why = tr("the samples of {name} are not counted here", name=printable(str(data.name)))
    if gone:
        *others, last = (printable(str(place)) for place in gone)
        names = tr(" or ").join([*([", ".join(others)] if others else []), last])
        why = tr("there is no label file {places}", places=names)
    raise UnknownEpochLengthError(tr("the length of an epoch is not known: {why}", why=why), "iters_per_epoch")


def _places(files: Sequence[str], folder: Path | None) -> Iterator[list[Path]]:
    """Where each label file may be; beside the config by its bare name, unless another has the same name."""
    names = Counter(Path(file).name for file in files)
    for file in map(Path, files):
        beside = [folder / file, *([folder / file.name] if names[file.name] == 1 else [])] if folder else []
        yield list(dict.fromkeys([file, *beside]))


def _is_file(path: Path) -> bool:
    try:
        return S_ISREG(path.stat().st_mode)  # is_file() tells no reason from Python 3.14 on
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError) as error:  # no permission to look, a name no file can have
        raise _unreadable(path, error) from None


def _ratios(ratios: float | Sequence[float], count: int) -> Sequence[float]:
    if not isinstance(ratios, Sequence):
        return [ratios] * count
    if len(ratios) != count:
        allowed = tr(
            "a number from 0 to 1, or a list of one for each of the {count}", count=amount(count, "label file")
        )
        raise value_error(("Train", "dataset", "ratio_list"), ratios, allowed)
    return ratios


def _count_lines(path: Path) -> int:
    lines, last = 0, b"\n"
    try:
        with open(path, "rb") as file:
            while block := file.read(1 << 20):
                lines += block.count(b"\n")
                last = block[-1:]
    except OSError as error:
        raise _unreadable(path, error) from None
    return lines + (last != b"\n")


def _unreadable(path: Path, error: OSError | ValueError) -> LRConfigError:
    """About the config that names the file, as any error about a config is."""
    problem = tr("{path} cannot be read: {reason}", path=shown(str(path)), reason=reason(error))
    return LRConfigError(Problem(("Train", "dataset", "label_file_list"), problem))
