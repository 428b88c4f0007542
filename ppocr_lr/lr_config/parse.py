"""From the mapping in the YAML file to a validated model, with every message a user may see along the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, NamedTuple

from pydantic import ValidationError

from ppocr_lr.errors import SECTION_PATH, LRConfigError, Path, Problem, called, dotted, errors_under, nearest, shown
from ppocr_lr.finding import Finding, Proposal, renamed, taken_out
from ppocr_lr.language import later, tr
from ppocr_lr.lr_config import envelope
from ppocr_lr.lr_config.base import InIterations, LedPlateau, LRConfig, NoEffect
from ppocr_lr.lr_config.elsewhere import INSTEAD, LENGTH_OF_THE_RUN, called_elsewhere, unknown_name
from ppocr_lr.lr_config.kinds import RATE
from ppocr_lr.lr_config.length import Length, items
from ppocr_lr.lr_config.registry import IN_PADDLEOCR, MODELS
from ppocr_lr.lr_config.run import Run, Window
from ppocr_lr.lr_config.values import number_in_text, yaml_number
from ppocr_lr.schedules import Schedule

Spellings = Callable[[Collection[str]], Mapping[str, str]]
"""Makes second spellings for the keys of a name."""

NO_NAME = "Const"  # what the newest PaddleOCR builds without a name
_UNKNOWN = "LR101"
_MOST_ERRORS = 5  # of one section that one message lists

SET_BY_THE_RUN = {
    "epochs": NoEffect(
        later("the length of the run is Global.epoch_num"), lambda config, value, run: value == run.epochs
    ),
    "step_each_epoch": NoEffect(
        later("the trainer sets it to the length of an epoch"), lambda config, value, run: value == run.iters_per_epoch
    ),
}


class ParsedLRConfig(NamedTuple):
    """A section that can be used, and the findings about it."""

    name: str
    """The schedule's name; `Const` if the section has none."""
    config: LRConfig
    curve: Schedule | None
    """None where a metric of the training decides the rate, which begins at `config.peak`."""
    remarks: tuple[Finding, ...]
    """Their paths begin inside the section."""
    plateau: LedPlateau | None = None
    """The schedule until the metric decides, if there is no curve."""

    @property
    def schedule(self) -> Schedule:
        """The curve; `LRConfigError` if there is none."""
        if self.curve is None:
            said = tr(
                "this schedule depends on a metric of the training run, so it has no fixed curve; build_lr_scheduler "
                "builds it, to be called with step(metric), and plot and show simulate it with {metrics}",
                metrics=called("metrics"),
            )
            raise LRConfigError(Problem((*SECTION_PATH, "name"), said))
        return self.curve


@dataclass(frozen=True)
class Section:
    """A validated section of any run: frozen and hashable, with every section inside it."""

    config: LRConfig
    written: Mapping[Any, Any] = field(compare=False)
    """The section as it was given."""
    also_called: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Second spellings, those of the model and any of its own: `{"start": "learning_rate"}`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "written", MappingProxyType(dict(self.written)))

    def __reduce__(self) -> tuple[Any, ...]:
        """Made anew in a copy and in another process: the view of a mapping is no value that can be sent."""
        return type(self), (self.config, dict(self.written), self.also_called)

    @property
    def name(self) -> str:
        """The schedule's name; `Const` if the section has none."""
        return str(self.written.get("name", NO_NAME))

    def schedule(self, window: Window) -> Schedule:
        """The schedule of a run, or of a stage of one; an error has the keys as the section spells them."""
        with self._respelt():
            return self.config.to_schedule(window)

    def led_plateau(self, window: Window, after: Schedule | None = None) -> LedPlateau:
        """The same for a section without a curve: what leads to its plateau, followed by `after` or by the peak."""
        with self._respelt():
            return self.config.led_plateau(window, after)

    @contextmanager
    def _respelt(self) -> Iterator[None]:
        try:
            yield
        except LRConfigError as error:
            respelt = [problem._replace(path=self._as_written(problem.path)) for problem in error.problems]
            raise LRConfigError(respelt) from None

    def remarks(self, window: Window, schedule: Schedule | None = None, *, strict: bool = False) -> Iterator[Finding]:
        """The findings about the section in a run that it fits.

        `schedule`, if the caller has it, is the section's own. With `strict` every unknown key is an error, not only
        a finding where it misleads.
        """
        for remark in self._remarks(window, schedule, strict):
            if strict and remark.code == _UNKNOWN:
                raise LRConfigError(Problem(remark.path, remark.message))
            yield remark

    def _remarks(self, window: Window, schedule: Schedule | None, strict: bool) -> Iterator[Finding]:
        no_effect = {**SET_BY_THE_RUN, **self.config.no_effect}
        if self.name in IN_PADDLEOCR:
            yield from self._numbers_in_strings(self.config.types_in_paddle(window))
        for key, value in self.written.items():
            rule = no_effect.get(key)
            read = key == "name" or self.also_called.get(key, key) in type(self.config).model_fields
            if read or (rule and rule.agrees(self.config, value, window.run)):
                continue
            meant = self._meant_by(key, window, schedule)
            if rule:
                ends = meant.ends if meant else ""
                said = tr("{value} has no effect: {why}{ends}", value=shown(value), why=tr(rule.why), ends=ends)
                yield Finding((key,), said, code="LR104", proposals=taken_out(key))
            elif strict or not meant or not meant.same:  # else nobody is misled
                yield _unknown(key, type(self.config), self.written, meant)
        for remark in self.config.remarks(window):
            yield remark._replace(path=self._as_written(remark.path))

    def in_iterations(self, *place: str | int) -> dict[Path, InIterations]:
        """The lengths in iterations of a section at `place`, under their keys as it spells them."""
        return {(*place, *self._as_written(path)): each for path, each in self.config.in_iterations.items()}

    def _as_written(self, path: Path) -> Path:
        written_as = spelling(self.also_called, self.written)
        return tuple(written_as.get(str(part), part) for part in path[:1]) + path[1:]

    def _meant_by(self, key: Any, window: Window, schedule: Schedule | None) -> _Meant | None:
        """None unless the key is a rate, the name is PaddleOCR's too, and the key that means it is not written."""
        model = type(self.config)
        fields = model.model_fields
        meant = next((name for name in called_elsewhere(key) if name in fields and RATE in fields[name].metadata), None)
        if meant is None or meant in self.written or self.name not in IN_PADDLEOCR:
            return None
        try:
            moved = read_section({**self.written, meant: self.written[key]}, self.also_called)
            other = moved.schedule(window)
        except LRConfigError:
            return None
        as_it_is = schedule or self.schedule(window)
        end, with_it = (window.final_text(each) for each in (as_it_is, other))
        ends = ""
        if end != with_it:
            ends = tr(
                "; the run ends at {end}; with {written}{whose} it would end at {other}",
                end=end,
                written=f"{meant}: {yaml_number(getattr(moved.config, meant))}",
                whose=tr(", a key of this project that PaddleOCR ignores,") if model.ours(meant) else "",
                other=with_it,
            )
        return _Meant(meant, ends, other == as_it_is)

    def _numbers_in_strings(self, types: Mapping[str, type]) -> Iterator[Finding]:
        """Numbers in strings, under keys that PaddleOCR reads without converting them; `types` are those of Paddle."""
        model = type(self.config)
        for key, value in self.written.items():
            read = key in model.model_fields and key not in model.takes_strings and not model.ours(key)
            for path, item in items(value, key) if read else ():
                number = number_in_text(item) if isinstance(item, str) else None
                if number is not None:
                    written = yaml_number(number, types.get(key, int))
                    said = tr(
                        "{value} is a string in YAML 1.1 and is taken as the number {number}; PaddleOCR itself "
                        "fails on it, write {written}",
                        value=shown(item),
                        number=f"{number:g}",
                        written=written,
                    )
                    proposal = Proposal((f"{dotted(path)}={written}",), safe=True)
                    yield Finding(path, said, code="LR102", proposals=(proposal,))


@dataclass(frozen=True)
class Stage:
    """A section for a part of the run."""

    section: Section
    epochs: Length | None
    """How long it lasts; None until the end of the run."""

    @property
    def written(self) -> dict[Any, Any]:
        """The stage as a mapping, as in YAML."""
        length = {"until_end": True} if self.epochs is None else {"epochs": self.epochs.written}
        return {**self.section.written, **length}


def parse_lr_config(section: object, run: Run, *, strict: bool = False) -> ParsedLRConfig:
    """Validate an lr section; `section` is never changed.

    With `strict` an unknown key is an error instead of a remark.

    Raises:
        LRConfigError: with the key, the value and what is allowed.
    """
    with errors_under(*SECTION_PATH):
        read = read_section(section)
        curve = read.schedule(run.window) if read.config.has_curve else None
        plateau = None if read.config.has_curve else read.led_plateau(run.window)
        remarks = tuple(read.remarks(run.window, curve, strict=strict))
    return ParsedLRConfig(read.name, read.config, curve, remarks, plateau)


def read_section(
    section: object, also_called: Mapping[str, str] | None = None, inside: Spellings | None = None
) -> Section:
    """Validate what needs no run: the name, the keys, their values, and every section inside.

    `also_called` has second spellings besides those of the model, and `inside` makes those of the sections inside.

    Raises:
        LRConfigError: its paths begin inside the section.
    """
    if not isinstance(section, Mapping):
        allowed = tr("must be a mapping such as {name: Cosine, learning_rate: 0.001}")
        raise LRConfigError(tr("{allowed}, received {value}", allowed=allowed, value=shown(section)))
    model = model_of(section)
    also_called = {**model.also_called, **(also_called or {})}
    values: dict[str, Any] = {}
    for written, value in section.items():
        key = also_called.get(written, written)
        if key in values:
            other = next(name for name in section if name != written and also_called.get(name, name) == key)
            problem = tr("{other} and {written} are the same key; write one of them", other=other, written=written)
            raise LRConfigError(problem)
        if key in model.model_fields:
            values[key] = value
    try:
        return Section(model.model_validate(values, context=inside), section, also_called)
    except ValidationError as error:
        found = error.errors(include_url=False)
    except RecursionError:
        raise LRConfigError(tr("sections are nested too deep to be read")) from None
    problems = [problem for details in found for problem in _problems(details, model, section, also_called)]
    raise LRConfigError(problems[:_MOST_ERRORS])


def accepts(model: type[LRConfig], key: str, value: Any) -> bool:
    """Whether the key can have that value, whatever else is written."""
    try:
        model.model_validate({key: value})
    except ValidationError as error:
        return all(details["loc"][:1] != (key,) for details in error.errors(include_url=False, include_input=False))
    except RecursionError:
        return False
    return True


def model_of(section: Mapping[Any, Any]) -> type[LRConfig]:
    """The model for the section's `name`; without a name it is Const, as in PaddleOCR.

    Raises:
        LRConfigError: there is no such name; its path begins inside the section.
    """
    name = section.get("name", NO_NAME)
    if isinstance(name, str) and name in MODELS:
        return MODELS[name]
    raise unknown_name(name, set(MODELS))


def _unknown(key: object, model: type[LRConfig], section: Mapping[Any, Any], meant: _Meant | None) -> Finding:
    suggestion, proposals = _suggested(key, model, section, meant) if isinstance(key, str) else ("", ())
    instead = tr(INSTEAD[key]) if key in INSTEAD else ""
    words = f"{{}}{tr('; ')}{instead}" if instead else "{}"
    proposals = tuple(each._replace(words=words) for each in proposals)
    said = tr("is not a key of {name} and has no effect{suggestion}", name=_name(section), suggestion=suggestion)
    return Finding((_short(key),), said, instead, code=_UNKNOWN, proposals=proposals)


def _suggested(
    key: str, model: type[LRConfig], section: Mapping[Any, Any], meant: _Meant | None
) -> tuple[str, tuple[Proposal, ...]]:
    """What may have been meant by a key that is not known, in words and as proposals."""
    known, value = sorted(model.model_fields), section[key]
    names = [name for name in called_elsewhere(key) if name in known]
    if "name" not in section and isinstance(value, str) and value in MODELS:
        return tr("; did you mean {names}?", names="name"), renamed(key, "name")
    if key in LENGTH_OF_THE_RUN and (model.has_key("cooldown_epochs") or not names):
        return tr("; the length of the run is Global.epoch_num"), taken_out(key)
    if meant and meant.ends:
        return meant.ends, renamed(key, meant.key)
    if not called_elsewhere(key):  # a word of another library is no slip
        names = nearest(key, known)
    names = [name for name in names if accepts(model, name, value)]
    if not names:
        return _of_other_names(key, known), ()
    return tr("; did you mean {names}?", names=tr(" or ").join(names)), renamed(key, *names)


def _of_other_names(key: str, known: Collection[str]) -> str:
    """The keys to write instead, and PaddleOCR's names that this one belongs to."""
    own = ", ".join(name for name in known if name not in envelope.ALL)
    said = tr("; it takes {own} and keys around the curve, such as the warmup's", own=own) if own else ""
    return said + names_with(key)


def names_with(key: str) -> str:
    """PaddleOCR's names that a key belongs to, if it is not one around the curve."""
    names = [name for name in sorted(IN_PADDLEOCR) if key not in envelope.ALL and MODELS[name].has_key(key)]
    return tr("; {key} is a key of {names}", key=key, names=tr(" and ").join(names)) if names else ""


class _Meant(NamedTuple):
    """What a swallowed key would do, written as the key that means it here."""

    key: str
    ends: str  # where the curves without and with it end; empty where that is the same
    same: bool  # both curves are the same


def _short(key: object) -> str:
    """A key from anywhere as text, but not without end."""
    text = str(key) if isinstance(key, (str, int, float)) else shown(key)
    return text if len(text) < 80 else f"{text[:80]}…"


def spelling(also_called: Mapping[str, str], section: Mapping[Any, Any]) -> dict[str, str]:
    """How a section spells the keys that it writes in another way than the model."""
    return {key: written for written, key in also_called.items() if written in section}


def _name(section: Mapping[Any, Any]) -> str:
    return str(section.get("name", tr("{name} (no name is given)", name=NO_NAME)))


def _problems(
    details: Any, model: type[LRConfig], section: Mapping[Any, Any], also_called: Mapping[str, str]
) -> Iterator[Problem]:
    """What pydantic found wrong with one value, in the words of this project."""
    path = tuple(details["loc"])
    key = path[0] if path else ""  # none where a third party's class looks at several keys at once
    path = (*(spelling(also_called, section).get(part, part) for part in path[:1]), *path[1:])
    inner = details.get("ctx", {}).get("error")
    if isinstance(inner, LRConfigError):
        yield from inner.under(*path).problems
    elif details["type"] == "missing":
        meant = [other for other in section if key in called_elsewhere(other)]
        meant += [other for other in section if other not in model.model_fields and key in nearest(str(other), [key])]
        instead = tr("; {meant} is not read under this name", meant=meant[0]) if meant else ""
        what = tr(model.model_fields[key].description or "no description")
        name = _name(section)
        yield Problem(path, tr("is missing; {name} needs it: {what}{instead}", name=name, what=what, instead=instead))
    else:
        allowed = details.get("ctx", {}).get("allowed")
        if details["type"] == "literal_error":
            allowed = details["ctx"]["expected"].replace("'", "").replace(" or ", tr(" or "))
        said = tr("; it must be {allowed}", allowed=allowed) if allowed else f": {details['msg']}"
        yield Problem(path, tr("{value} is not allowed{said}", value=shown(details["input"]), said=said))
