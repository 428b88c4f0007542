"""A config while it is edited, with the flags of its run. Each change makes a new one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ppocr_lr.bounds import positive_integer
from ppocr_lr.check.report import ASSUMED_ITERS, Report, check_document
from ppocr_lr.errors import (
    SECTION,
    SECTION_PATH,
    ArgumentError,
    LRConfigError,
    Problem,
    dotted,
    errors_within,
    printable,
    value_error,
)
from ppocr_lr.errors import Path as KeyPath
from ppocr_lr.finding import Change, Proposal, Severity
from ppocr_lr.language import later, tr
from ppocr_lr.lr_config import MODELS, Run, parse_lr_config
from ppocr_lr.lr_config.envelope import STAGE_KEYS
from ppocr_lr.lr_config.parse import read_section
from ppocr_lr.training_config.changes import changed, yaml_text
from ppocr_lr.training_config.epoch_length import UnknownEpochLengthError, batch_per_card, epoch_length
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.plan import PlannedRun, checked_sections, lr_section, plan_config
from ppocr_lr.training_config.run_flags import RunFlags
from ppocr_lr.training_config.scaling import scaled_section
from ppocr_lr.training_config.sections import check_sections
from ppocr_lr.training_config.yaml_edit import Excerpt, TextTree, excerpt
from ppocr_lr.training_config.yaml_file import YAMLDocument, yaml_document

LONGEST_TEXT = 200_000
"""Characters of a config; the largest of PaddleOCR's own has some 10,000."""
TOO_LONG = later("a text of more than {most} characters cannot be edited here")
LONGEST_NAME = 100
"""Characters of what a config or a curve is called."""
FLAGS = {"samples": "num_samples", "cards": "gpus", "iterations per epoch": "iters_per_epoch"}
"""What the page calls the arguments of a run that are no keys of the config."""
BATCH_SIZE = ("Train", "loader", "batch_size_per_card")

_NEW_STAGE, _NEW_LENGTH = "Const", "10%"
_NO_LENGTH = {"num_samples": None, "iters_per_epoch": None}
_MOST_DIGITS = 20  # of a number that may be a count


@dataclass(frozen=True)
class Draft:
    """The text of a training config, and what a command line would give besides."""

    text: str
    source: str = "config.yml"
    """What the config is called."""
    iters_per_epoch: int | None = None
    num_samples: int | None = None
    """If neither is given, a length is assumed, so that no file of the server is ever counted."""
    gpus: int = 1

    def __post_init__(self) -> None:
        if len(self.text) > LONGEST_TEXT:
            raise LRConfigError(f"{self.source}: {tr(TOO_LONG, most=LONGEST_TEXT)}")

    @cached_property
    def document(self) -> YAMLDocument:
        """The parsed text.

        Raises:
            LRConfigError: it is not YAML, with the place.
        """
        return yaml_document(self.text, self.source)

    @property
    def config(self) -> Mapping[str, Any]:
        """The sections of the text; errors as those of `document`, or it holds none."""
        return checked_sections(self.document.data, self.source)

    @property
    def section(self) -> Mapping[str, Any]:
        """The lr section; errors as those of `config`, or it has none."""
        return lr_section(self.config)

    @cached_property
    def excerpt(self) -> Excerpt:
        """The lr section as it is written."""
        return excerpt(self.text, SECTION_PATH, self.source)

    def frame(self, whole: bool) -> Excerpt:
        """What is edited: the whole text, or the lr section."""
        return Excerpt("", self.text, "") if whole else self.excerpt

    @property
    def flags(self) -> RunFlags:
        """What a command line would give."""
        return RunFlags(
            iters_per_epoch=ASSUMED_ITERS[0] if self.is_assumed else self.iters_per_epoch,
            iters_from=tr("assumed, as it is not known") if self.is_assumed else "",
            num_samples=self.num_samples,
            gpus=self.gpus,
        )

    @property
    def is_assumed(self) -> bool:
        """Nothing says how long an epoch is."""
        return self.iters_per_epoch is None and self.num_samples is None

    @cached_property
    def planned(self) -> PlannedRun:
        """The planned run, which has no curve where a metric decides it; `LRConfigError` if it cannot be planned."""
        with errors_within(self.source):
            return plan_config(self.config, self.source, self.flags)

    def report(self) -> Report:
        """The findings about it; errors as those of `config`, or a flag is wrong."""
        return check_document(self.document, (), self.flags)

    def with_values(self, *overrides: str) -> Draft:
        """With values set, `KEY=VALUE` as after `-o`; everything else in the text stays as it is.

        Raises:
            LRConfigError: a value is not YAML, a key is not known, or the text cannot be changed in this way.
        """
        try:
            intended = with_overrides(self.config, overrides)
        except ArgumentError as error:  # reported for the key that has the value
            raise LRConfigError(Problem(tuple(str(error.given).split(".")), error.problem)) from None
        return self._edited((), intended)

    def without(self, *path: str | int) -> Draft:
        """Without a key or an item, and without what would then be empty; unchanged if there is none."""
        around = self.document.value(path[:-1])
        keys = range(len(around)) if isinstance(around, list) else around
        if not isinstance(keys, (Mapping, range)) or path[-1] not in keys:
            return self
        if len(around) == 1 and path[1:]:
            return self.without(*path[:-1])
        return self.after(Proposal(changes=(Change("remove", path),)))

    def with_batch_size(self, text: str) -> Draft:
        """With a batch size, which is refused if it is not one, even where nothing asks for it."""
        draft = self.with_values(f"{dotted(BATCH_SIZE)}={text}")
        batch_per_card(draft.config["Train"])
        return draft

    def with_flag(self, what: str, text: str) -> Draft:
        """With one of the `FLAGS` of its run; an empty text means that it is not given.

        Raises:
            LRConfigError: it is not a positive integer.
        """
        name = FLAGS[what]
        changes: dict[str, Any] = {name: 1 if name == "gpus" else None}
        if text:
            try:
                number = positive_integer(int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else text)
            except ValueError as error:
                raise value_error((what,), text, str(error)) from None
            changes = {"gpus": number} if name == "gpus" else {**_NO_LENGTH, name: number}
        return replace(self, **changes)

    def after(self, proposal: Proposal) -> Draft:
        """With the fix of a finding in the text."""
        intended = with_overrides(changed(self.config, proposal.changes), proposal.overrides)
        return self._edited(proposal.changes, intended)

    def named(self, name: str, path: KeyPath = SECTION_PATH) -> Draft:
        """With another schedule: keys that it has too keep their values, others come from an example of it.

        A value that leads to a finding only together with this name is not kept.

        Args:
            name: of the schedule.
            path: of the section, where it is one inside the section.

        Raises:
            LRConfigError: as `with_values`.
        """
        section = self.document.value(path)
        kept = {key: value for key, value in section.items() if key in MODELS[name].model_fields}
        example = self._example(name)
        for values in ({**example, **kept}, {**kept, **example}, example):
            try:
                parse_lr_config({"name": name, **values}, self.planned.run)
            except LRConfigError:
                continue
            break
        if path != SECTION_PATH:
            values = {**values, **{key: section[key] for key in STAGE_KEYS if key in section}}
        named = self._made_of(name, values, path)
        unwanted = {key for _, key in named._troubles(path) - self._troubles(path) if key in kept}
        if not unwanted:
            return named
        wanted = {key: value for key, value in values.items() if key not in unwanted}
        return self._made_of(name, {**wanted, **{key: example[key] for key in example if key in unwanted}}, path)

    def _troubles(self, path: KeyPath) -> set[tuple[str, str]]:
        """What is wrong with which key of a section, by code."""
        serious = (each for each in self.report().findings if each.severity != Severity.NOTE)
        depth = len(path)
        return {(each.code, str(each.path[depth])) for each in serious if each.path[:depth] == path != each.path}

    def _made_of(self, name: str, values: Mapping[str, Any], path: KeyPath) -> Draft:
        """With only these values in a section, and the text of those that it had already."""
        section = self.document.value(path)
        gone = tuple(Change("remove", (*path, str(key))) for key in section if key not in (*values, "name"))
        named = self.with_values(f"{dotted(path)}.name={name}")
        intended = with_overrides(
            changed(named.config, gone), (f"{dotted(path)}.{key}={yaml_text(value)}" for key, value in values.items())
        )
        return named._edited(gone, intended)

    def with_stage(self, *path: str | int) -> Draft:
        """With one more section in a list of them: if the last one lasted to the end, the new one does now.

        Raises:
            LRConfigError: as `with_values`.
        """
        *before, last = self.document.value(path)
        more = {"name": _NEW_STAGE, **self._example(_NEW_STAGE), "epochs": _NEW_LENGTH}
        if isinstance(last, Mapping) and last.get("until_end") is True:
            more = {key: value for key, value in more.items() if key != "epochs"} | {"until_end": True}
            last = {key: value for key, value in last.items() if key != "until_end"} | {"epochs": _NEW_LENGTH}
        return self.with_values(f"{dotted(path)}={yaml_text([*before, last, more])}")

    def _example(self, name: str) -> Mapping[str, Any]:
        """The example, with the peak of this draft."""
        example = MODELS[name].example
        try:
            window = self.planned.run.window
            meant = parse_lr_config({"name": name, **example}, window.run).config
            factor = self.planned.parsed.config.highest_rate(window) / meant.highest_rate(window)
            scaled = scaled_section({"name": name, **example}, meant, factor)
        except LRConfigError:
            return example
        return {key: value for key, value in scaled.items() if key != "name"}

    def _edited(self, changes: tuple[Change, ...], intended: Any) -> Draft:
        return replace(self, text=TextTree(self.document).edited(changes, intended).text)

    @property
    def section_text(self) -> str:
        """The section to paste into a config: as it is written, or on one line where it has no lines of its own."""
        return f"{yaml_text(self.section)}\n" if self.excerpt.is_all else self.excerpt.text

    @property
    def override_line(self) -> str:
        """What to paste after PaddleOCR's own command, or one of ours; without keys that no command line can set."""
        section = {key: value for key, value in self.section.items() if _fits_on_a_line(value)}
        values = (f"{SECTION}={yaml_text(section)}", f"Global.epoch_num={self.planned.run.epochs}")
        return Proposal(values).line

    @property
    def python_call(self) -> str:
        """The call that builds the scheduler in a training loop."""
        run = self.planned.run
        return f"build_lr_scheduler({dict(self.section)!r}, epochs={run.epochs}, iters_epoch={run.iters_per_epoch})"


def opened(text: str, source: str, *, counted: bool = False) -> Draft:
    """A draft of a config that has been read.

    Args:
        text: of the config.
        source: its file name.
        counted: its label files may be looked for and counted; only for a file that the command line named.

    Raises:
        LRConfigError: it is too long, is not YAML, or a value that decides the length of an epoch cannot be used.
    """
    draft = Draft(text, printable(Path(source).name)[-LONGEST_NAME:])
    with errors_within(source):
        _ = draft.section
        check_sections(draft.config)
    train = draft.config.get("Train") or {}
    dataset = train.get("dataset")
    if not counted and isinstance(dataset, Mapping):
        train = {**train, "dataset": {key: dataset[key] for key in dataset if key != "label_file_list"}}
    try:
        length = epoch_length(train, RunFlags(folder=Path(source).parent if counted else None))
    except UnknownEpochLengthError:
        return draft
    if length.samples is None:
        return replace(draft, iters_per_epoch=length.iters)
    return replace(draft, num_samples=length.samples)


def _fits_on_a_line(value: Any) -> bool:
    """False for a `!!set` and the like, which some key without effect may hold."""
    if isinstance(value, Mapping):
        return all(map(_fits_on_a_line, (*value, *value.values())))
    if isinstance(value, (list, tuple)):
        return all(map(_fits_on_a_line, value))
    return value is None or isinstance(value, (str, int, float, date))


def example_curve(name: str, run: Run) -> Any:
    """The schedule of the example of a name; None if there is none, or a metric decides it."""
    try:
        return parse_lr_config({"name": name, **MODELS[name].example}, run).curve
    except LRConfigError:
        return None


def summary_of(name: str) -> str:
    """The first line of what a schedule is."""
    text = (vars(MODELS[name]).get("__doc__") or "").strip()
    return text.partition("\n")[0].replace("`", "")


def schedule_name(draft: Draft) -> str:
    """The name of the schedule of a draft, whether it can be used or not; empty if there is none."""
    with suppress(LRConfigError):
        return read_section(draft.section).name
    with suppress(LRConfigError):
        return name_in(draft.section)
    return ""


def name_in(section: Mapping[str, Any]) -> str:
    """The name of a schedule that has fields; empty where it is none."""
    name = section.get("name")
    return name if isinstance(name, str) and name in MODELS else ""
