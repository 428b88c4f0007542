"""The settings of `ppocr-lr check` in files: `ppocr-lr.toml`, or `[tool.ppocr-lr]` in `pyproject.toml`."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase
from functools import cache
from os.path import lexists
from pathlib import Path
from posixpath import normpath
from typing import Annotated, Any, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from ppocr_lr.bounds import MAX_COUNT
from ppocr_lr.check.rules import RULES
from ppocr_lr.check.selection import ALL, check_codes
from ppocr_lr.errors import LRConfigError, Place, Problem, did_you_mean, errors_within, value_error
from ppocr_lr.language import later, tr
from ppocr_lr.training_config.run_flags import Trainer
from ppocr_lr.training_config.yaml_file import raw_file

_OWN, _SHARED = "ppocr-lr.toml", "pyproject.toml"


Codes = Annotated[list[str], AfterValidator(lambda codes: list(check_codes("", codes, RULES)))]
Count = Annotated[int, Field(ge=1, le=MAX_COUNT)]


class Settings(BaseModel):
    """What a file may set. A description says what is allowed."""

    model_config = ConfigDict(
        strict=True,
        frozen=True,
        extra="forbid",
        defer_build=True,
        alias_generator=lambda name: name.replace("_", "-"),
    )

    select: Codes = Field(list(ALL), description=later('a list of codes or families, as ["LR1", "LR301"]'))
    ignore: Codes = Field([], description=later('a list of codes or families, as ["LR303", "LR5"]'))
    per_file_ignores: dict[str, Codes] = Field(
        {}, description=later('a table of patterns and codes, as {"tests/*" = ["LR3"]}')
    )
    fail_on: Literal["note", "warning", "error"] = Field("warning", description=later("note, warning or error"))
    exclude: list[str] = Field([], description=later('a list of patterns, as ["legacy", "*_old.yml"]'))
    trainer: Trainer | None = Field(None, description=later("ppocr-lr or paddleocr"))
    gpus: Count = Field(1, description=later("a positive integer up to 2^53"))
    num_samples: Count | None = Field(None, description=later("a positive integer up to 2^53"))
    reference_gpus: Count | None = Field(None, description=later("a positive integer up to 2^53"))


class FolderSettings(NamedTuple):
    """Settings, and the folder of their file, to which their patterns refer."""

    values: Settings
    folder: Path

    def excludes(self, path: Path) -> bool:
        """Whether a folder is not searched for this file."""
        return self._matches(path, self.values.exclude)

    def ignores(self, path: Path) -> tuple[str, ...]:
        """Codes and families that are left out of this file."""
        table = self.values.per_file_ignores
        return tuple(code for pattern in table if self._matches(path, [pattern]) for code in table[pattern])

    def _matches(self, path: Path, patterns: Iterable[str]) -> bool:
        """As in ruff: a pattern is a path from the folder, or a name; one for a folder matches everything below it."""
        try:
            inside = path.absolute().relative_to(self.folder)
        except ValueError:
            return False
        steps = [inside, *inside.parents][: len(inside.parts)]
        written = [normpath(pattern) for pattern in patterns]
        wanted = {*written, *(pattern.removeprefix("**/") for pattern in written)}
        names = {name for step in steps for name in (step.as_posix(), step.name)}
        return any(fnmatchcase(name, pattern) for pattern in wanted for name in names)


def nearest_settings(*, isolated: bool = False) -> Callable[[Path], FolderSettings]:
    """What finds the settings for files in a folder: those of the nearest one upwards that has any, never merged.

    It raises `LRConfigError` if the file with the settings cannot be used.
    """

    @cache
    def nearest(folder: Path) -> FolderSettings:
        found = None if isolated else _settings_in(folder)
        if found is None and folder.parent != folder:
            return nearest(folder.parent)
        return FolderSettings(found or Settings.model_construct(), folder)

    return nearest


def _settings_in(folder: Path) -> Settings | None:
    # A link that leads nowhere is there as well, and cannot be read.
    if lexists(own := folder / _OWN):
        text, values = _read(own)
        return _validated(values, text, own)
    if lexists(shared := folder / _SHARED):
        text, values = _read(shared)
        tool = values.get("tool")
        if isinstance(tool, Mapping) and "ppocr-lr" in tool:
            return _validated(tool["ppocr-lr"], text, shared, "tool", "ppocr-lr")
    return None


def _read(file: Path) -> tuple[str, Mapping[str, Any]]:
    """The text of a file, and the TOML in it."""
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    with errors_within(str(file)):
        if file.is_fifo():  # nobody would ever write into it
            raise LRConfigError(tr("is a pipe, so it holds no settings"))
        raw = raw_file(file)  # not all of a device, to which a link in somebody's repository may lead
        try:
            text = raw.decode("utf-8-sig")
            return text, tomllib.loads(text)
        except UnicodeDecodeError:
            raise LRConfigError(tr("is not UTF-8")) from None
        except (ValueError, RecursionError) as error:  # a number may be too long for Python
            raise LRConfigError(tr("is not TOML: {reason}", reason=error)) from None


def _validated(values: object, text: str, file: Path, *above: str) -> Settings:
    if not isinstance(values, Mapping):
        raise value_error(above, values, tr("a table of settings")).within(str(file))
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = [_problem(details, text, file, above) for details in error.errors(include_url=False)]
    raise LRConfigError(dict.fromkeys(problems))


def _problem(details: Any, text: str, file: Path, above: tuple[str, ...]) -> Problem:
    key = str(details["loc"][0])
    settings = {field.alias or name: field for name, field in Settings.model_fields.items()}
    if key == "tool" and not above:
        words = tr(
            "the header [tool.ppocr-lr] belongs in {shared} only; in {own} the settings have no header",
            shared=_SHARED,
            own=_OWN,
        )
    elif key not in settings:
        said = did_you_mean(key, list(settings)) or tr("; the settings are {names}", names=", ".join(settings))
        words = tr("is not a setting{suggestion}", suggestion=said)
    else:
        words = str(value_error((), details["input"], tr(settings[key].description or "")))
    return Problem((*above, key), words, _place(key, text, file, above))


def _place(key: str, text: str, file: Path, above: tuple[str, ...]) -> Place:
    """Where a setting is written; just the file if it is written in an unusual way."""
    begin = max(0, text.find(f"[{'.'.join(above)}]")) if above else 0
    pattern = re.compile(rf"^\s*\[?[\w.-]*?([\"']?{re.escape(key)}[\"']?)\s*[\]=.]", re.MULTILINE)
    if not (found := pattern.search(text, begin)):
        return Place(str(file))
    start = found.start(1)
    return Place(str(file), text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start))
