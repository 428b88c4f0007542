"""A whole training YAML: what of it decides the learning rate, and for how long."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from ppocr_lr.errors import (
    SECTION,
    SECTION_PATH,
    ArgumentError,
    LRConfigError,
    MissingError,
    Problem,
    errors_under,
    errors_within,
    nearest,
    positive_argument,
    shown,
    value_error,
)
from ppocr_lr.finding import Proposal
from ppocr_lr.language import later, tr
from ppocr_lr.lr_config import ParsedLRConfig, Run, parse_lr_config
from ppocr_lr.lr_config.elsewhere import called_elsewhere, is_peak
from ppocr_lr.lr_config.in_paddleocr import own_keys, paddleocr_schedule, parse_as_paddleocr, read_by_paddleocr
from ppocr_lr.lr_config.parse import read_section
from ppocr_lr.numbers_text import amount
from ppocr_lr.schedules import Schedule
from ppocr_lr.training_config.changes import changed
from ppocr_lr.training_config.epoch_length import EpochLength, UnknownEpochLengthError, batch_per_card, epoch_length
from ppocr_lr.training_config.groups import Group, by_factor, rate_groups
from ppocr_lr.training_config.momentum import momentum_of
from ppocr_lr.training_config.neighbours import PADDLEX, neighbour
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.run_flags import TRAINERS, RunFlags, Trainer
from ppocr_lr.training_config.scaling import scaled_section, scaling_factor
from ppocr_lr.training_config.sections import (
    GlobalSection,
    OptimizerSection,
    check_sections,
    meant_at_the_top,
    meant_in_global,
    read,
)
from ppocr_lr.training_config.weight_decay import weight_decay_of
from ppocr_lr.training_config.yaml_file import read_yaml_document, read_yaml_file

DEFAULT_CONFIG = Path(__file__).with_name("default_config.yml")
"""The config that is drawn if none is given."""

_DEEPER = later("; its keys have to be indented further than it is")


class Reduction(NamedTuple):
    """Where the rate was reduced because a metric had stopped improving."""

    update: int
    """The first update at the lower rate."""
    before: float
    after: float


class Simulation(NamedTuple):
    """Which metrics decided the rates of a run whose config alone has no curve, and what they did."""

    metrics: Callable[[], str]
    """Says where they come from and when they were measured."""
    reductions: tuple[Reduction, ...]


@dataclass(frozen=True)
class PlannedRun:
    """A training run as its config plans it. Immutable; `schedule(k)` is the rate of update k."""

    source: str
    """The name of the file that holds the config: a YAML, or a log."""
    config: Mapping[str, Any]
    """The whole config, overrides applied."""
    flags: RunFlags
    """What was given beyond the config."""
    section: Mapping[str, Any]
    """The lr section as the trainer reads it, overrides applied."""
    parsed: ParsedLRConfig
    """The lr section after validation, with its remarks."""
    run: Run
    """What is trained."""
    built_for: Run
    """What the schedule is built for, in which lengths are written; PaddleOCR's trainer on Windows trains less."""
    length: EpochLength
    """The iterations of an epoch, and how they were found."""
    paddleocr_schedule: Schedule | None = None
    """What PaddleOCR's own trainer would follow, if this project's own keys make it a different curve."""
    simulation: Simulation | None = None
    """The metrics that decided the curve, if metrics were given."""

    @property
    def schedule(self) -> Schedule:
        """The learning rate of the run; `LRConfigError` where a metric decides it, which `plan_run` refuses."""
        return self.parsed.schedule

    @property
    def weight_decay(self) -> Schedule:
        """The weight decay of the run; `LRConfigError` if the config's cannot be used."""
        return weight_decay_of(self.config, self.run)

    @property
    def momentum(self) -> Schedule:
        """The momentum of the run; `LRConfigError` if the config's cannot be used."""
        return momentum_of(self.config, self.built_for, self.parsed)

    @property
    def batch_per_card(self) -> int:
        """Samples in a batch of one card."""
        return batch_per_card(self.config.get("Train") or {}, self.flags.batch_size)

    @property
    def batch(self) -> int:
        """Samples of one optimizer update, on all cards."""
        return self.batch_per_card * self.flags.accumulate * self.flags.gpus

    @property
    def reference_batch(self) -> int | None:
        """The batch that the rate is said to be meant for."""
        if self.flags.reference_gpus is None:
            return self.flags.reference_batch
        return self.batch_per_card * self.flags.reference_gpus

    @cached_property
    def scaled(self) -> PlannedRun | None:
        """The run with its rates scaled for this batch; None if nothing says that they are meant for another one."""
        if self.reference_batch is None:
            return None
        factor = scaling_factor(self.batch, self.reference_batch, self.flags.scaling)
        scaled = scaled_section(self.section, self.parsed.config, factor)
        if scaled == self.section:
            return None
        section, parsed, paddleocr = _parsed(scaled, self.built_for, self.flags.trainer)
        flags = self.flags._replace(reference_gpus=None, reference_batch=None)
        return replace(self, flags=flags, section=section, parsed=parsed, paddleocr_schedule=paddleocr)

    @property  # not cached: their labels are in the language of whoever asks
    def all_groups(self) -> tuple[Group, ...]:
        """The parameters that have a factor of the rate, also of 1.

        Raises:
            LRConfigError: a factor cannot be used.
        """
        with errors_within(self.source):
            return rate_groups(self.config, self._first_of_values)

    @property
    def groups(self) -> tuple[Group, ...]:
        """The parameters that PaddleOCR trains at another rate, by their factor; errors as those of `all_groups`."""
        return by_factor(self.all_groups)

    @property
    def other_curves(self) -> list[tuple[Group, Schedule]]:
        """The groups that train, each with its rates."""
        return [(group, group.of(self.schedule)) for group in self.groups if group.trains]

    @property
    def _first_of_values(self) -> float | None:
        """The first of the `values` of Paddle's PiecewiseDecay; None if it is another scheduler."""
        curve = self.parsed.curve
        return curve(0) if curve and self.name == "Piecewise" and not curve.lead().warmup_iters else None

    def with_proposal(self, proposal: Proposal) -> tuple[Mapping[str, Any], RunFlags]:
        """The config and the flags after the proposal was added to the command line.

        Raises:
            LRConfigError: it would be refused.
        """
        config = with_overrides(changed(self.config, proposal.changes), proposal.overrides)
        return config, self.flags._replace(**dict(proposal.flags))

    @property
    def own_keys(self) -> list[str]:
        """This project's own keys, as they are written, that count in the section."""
        return [own.key for own in own_keys(self.section, self.parsed.config)]

    @property
    def name(self) -> str:
        """The schedule's name; `Const` if the section has none."""
        return self.parsed.name


def plan_run(
    path: str | Path,
    overrides: Iterable[str] = (),
    flags: RunFlags | None = None,
    assumed_iters: int | None = None,
) -> PlannedRun:
    """Read a training YAML and plan its run.

    Args:
        path: a PaddleOCR-style YAML file with `Optimizer.lr`, or a log of its trainer, which holds one.
        overrides: `KEY=VALUE` strings.
        flags: what is given beyond the config; it takes precedence over the config.
        assumed_iters: the length of an epoch if neither gives it.

    Returns:
        A `PlannedRun`; its `schedule(k)` is the rate of update k.

    Raises:
        LRConfigError: the file or a value in it cannot be used; the message starts with the file's name.
    """
    config, flags = read_for_run(path, flags)
    return plan_sections(config, str(path), overrides, flags, assumed_iters)


def read_for_run(path: str | Path, flags: RunFlags | None) -> tuple[Mapping[str, Any], RunFlags]:
    """As `read_training_config`, and the flags with what the file says beyond the config."""
    document = read_yaml_document(path)
    return checked_sections(document.data, path), (flags or RunFlags()).beside(path, document.logged)


def plan_sections(
    config: Mapping[str, Any],
    source: str,
    overrides: Iterable[str] = (),
    flags: RunFlags | None = None,
    assumed_iters: int | None = None,
) -> PlannedRun:
    """As `plan_run`, for a config that has been read; `source` names it."""
    with errors_within(source):
        planned = plan_config(with_overrides(config, overrides), source, flags or RunFlags(), assumed_iters)
        _ = planned.schedule  # refuses one without a curve
    return planned


def plan_config(
    config: Mapping[str, Any], source: str, flags: RunFlags, assumed_iters: int | None = None
) -> PlannedRun:
    """As `plan_run`, for a config that has been read and may have no curve; `source` names it."""
    if flags.trainer not in (None, *TRAINERS):
        raise ArgumentError("trainer", tr("must be {allowed}", allowed=tr(" or ").join(TRAINERS)), shown(flags.trainer))
    section = lr_section(config)
    check_sections(config)
    train = config.get("Train") or {}
    epochs = _epochs(config, flags.epochs)
    try:
        length = epoch_length(train, flags)
    except UnknownEpochLengthError as error:
        if assumed_iters is None:
            with _errors_where_meant(config["Optimizer"]), errors_under(*SECTION_PATH):
                if flags.trainer != "paddleocr":  # which ignores some of it
                    read_section(section)  # what is wrong at any length is told first
            raise
        length = EpochLength(assumed_iters, error.problem, estimate=True, known=False)
    built_for = Run(epochs, length.iters, assumed=not length.known)
    with _errors_where_meant(config["Optimizer"]):
        section, parsed, paddleocr = _parsed(section, built_for, flags.trainer)
    if flags.windows:
        length = _on_windows(length, flags.accumulate)
    run = replace(built_for, iters_per_epoch=length.iters)
    return PlannedRun(source, config, flags, section, parsed, run, built_for, length, paddleocr)


def _parsed(
    section: Mapping[str, Any], built_for: Run, trainer: Trainer | None
) -> tuple[Mapping[str, Any], ParsedLRConfig, Schedule | None]:
    """The validated section as the trainer reads it, and what PaddleOCR's would follow if that is another curve."""
    if trainer == "paddleocr":
        parsed = parse_as_paddleocr(section, built_for)
        return read_by_paddleocr(section), parsed, None
    parsed = parse_lr_config(section, built_for)
    return section, parsed, paddleocr_schedule(section, parsed, built_for)


@contextmanager
def _errors_where_meant(optimizer: Mapping[str, Any]) -> Iterator[None]:
    try:
        yield
    except LRConfigError as error:
        raise LRConfigError(_where_it_is(problem, optimizer) for problem in error.problems) from None


def _where_it_is(problem: Problem, optimizer: Mapping[str, Any]) -> Problem:
    """The problem of a key that is missing in the lr section, at the key beside the section that was meant for it."""
    missing = problem.path[-1] if len(problem.path) == len(SECTION_PATH) + 1 else None
    if missing is None or missing in optimizer["lr"]:
        return problem
    for key in optimizer:
        if key not in OptimizerSection.model_fields and missing in (key, *called_elsewhere(key)):
            said = tr(
                "nothing reads it here; write it as {key}, which {problem}", key=problem.key, problem=problem.text
            )
            return Problem(("Optimizer", key), said)
    return problem


def _on_windows(length: EpochLength, accumulate: int) -> EpochLength:
    """The last batch of an epoch is dropped there, not the last update."""
    batches = length.batches or length.iters
    if batches == 1:
        raise ArgumentError(
            "windows", tr("an epoch of 1 iteration has none left there; PaddleOCR would not train at all")
        )
    left = (batches - 1) // accumulate
    if not left:
        run = tr("the {left} of {batches} batches of an epoch that run there", left=batches - 1, batches=batches)
        raise ArgumentError("windows", tr("{run} make no update of {accumulate}", run=run, accumulate=accumulate))
    if accumulate == 1:
        which = amount(left, "of them runs", "of them run")
    else:
        which = tr(
            "{left} of the {batches} batches run and make {updates}",
            left=batches - 1,
            batches=batches,
            updates=amount(left, "update"),
        )
    words = tr("{arithmetic}; on Windows {which}, the schedule counts all", arithmetic=length.arithmetic, which=which)
    return length._replace(iters=left, arithmetic=words)


def read_training_config(path: str | Path) -> Mapping[str, Any]:
    """The sections of a training YAML.

    Raises:
        LRConfigError: the file cannot be read, is not plain YAML, or holds no sections.
    """
    return checked_sections(read_yaml_file(path), path)


def checked_sections(config: Any, path: str | Path) -> Mapping[str, Any]:
    """`config`, if it holds sections; `LRConfigError` naming `path` if not."""
    with errors_within(str(path)):
        if config is None:
            raise LRConfigError(tr("is empty; a training config has the sections Global, Optimizer and Train"))
        if not isinstance(config, Mapping):
            raise LRConfigError(tr("must hold sections such as Optimizer, received {value}", value=shown(config)))
        if name := neighbour(config):
            said = tr(
                "is a config of {name}, whose trainer reads another schedule from it; only those of PaddleOCR 2.0 "
                "and later are read",
                name=name,
            )
            if name == PADDLEX:
                said += tr(
                    "; give PaddleOCR's config, which PaddleX writes to config.yaml in the folder Global.output when "
                    "the training of a text model starts"
                )
            raise LRConfigError(said)
    return config


def lr_section(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """`Optimizer.lr` of a config; `LRConfigError` if it is missing or not a mapping."""
    optimizer = config.get("Optimizer", {})
    if not isinstance(optimizer, Mapping):
        deeper = _deeper(config, "lr" in config) if optimizer is None else ""
        raise value_error(("Optimizer",), optimizer, tr("a mapping with name and lr") + deeper)
    if "lr" not in optimizer:
        path, section = (SECTION_PATH[:1], SECTION_PATH[-1]) if "Optimizer" in config else ((), SECTION)
        names = [str(name) for name in (optimizer if path else config)]
        around = [name for name, value in config.items() if isinstance(value, Mapping) and "Optimizer" in value]
        instead = ""
        if meant := nearest("lr" if path else "Optimizer", names, 0.7) or [*filter(is_peak, names)]:
            instead = tr("; {meant} is not read under this name", meant=meant[0])
        elif around and not optimizer:
            instead = tr("; Optimizer is indented too far, it is a part of {around}", around=around[0])
        said = tr("has no {section}, the section with the learning rate{instead}", section=section, instead=instead)
        raise LRConfigError(Problem(path, said))
    section = optimizer["lr"]
    if not isinstance(section, Mapping):
        beside = any(is_peak(key) for key in optimizer if key != "lr")
        deeper = _deeper(optimizer, beside) if section is None else ""
        raise value_error(SECTION_PATH, section, tr("a mapping such as {name: Cosine, learning_rate: 0.001}") + deeper)
    return section


def _deeper(keys: Iterable[Any], here: bool) -> str:
    """Why a section is empty: its keys are `here`, beside it, or indented with what YAML takes for a part of them."""
    odd = next((key[0] for key in keys if isinstance(key, str) and key[:1].isspace()), None)
    if odd is not None:
        return tr("; its keys are indented with U+{code}, which only looks like a space", code=f"{ord(odd):04X}")
    return tr(_DEEPER) if here else ""


def _epochs(config: Mapping[str, Any], given: int | None) -> int:
    if given is not None:
        return positive_argument("epochs", given)
    section = config.get("Global")
    epochs = read(GlobalSection, section, ("Global",), "epoch_num").epoch_num
    if epochs is None:
        name = "Global.epoch_num"
        if section is not None:
            slips = [f"Global.{key}: {shown(section[key])}" for key in section if "epoch_num" in meant_in_global(key)]
        elif slips := [key for key in config if "Global" in meant_at_the_top(key, config)]:
            name = "Global"
        else:
            slips = [f"{key}: {shown(config[key])}" for key in config if key == "epoch_num"]
        written = ", ".join(slips)
        meant = tr("; nothing reads {written}, write it as {name}", written=written, name=name) if slips else ""
        said = tr("is missing: it is the length of the run{meant}", meant=meant)
        raise MissingError(said, "epochs", path=("Global", "epoch_num"))
    return epochs
