"""What tells several runs in one picture apart, and the curves of one run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from ppocr_lr.language import tr
from ppocr_lr.numbers_text import amount, setting_text, width
from ppocr_lr.training_config.plan import PlannedRun
from ppocr_lr.training_config.settings import at_default, factors, settings

_LONGEST = 60
_ABSENT = object()


def labels(runs: Sequence[PlannedRun], *, brief: bool = False) -> list[str]:
    """One label for each run: the values of the keys that differ, or else the file name.

    Runs from a file each have its name, unless one key or the names of their schedules tell them apart.

    Brief labels are only the names of the schedules, where these tell the runs apart.
    """
    each = [settings(run) for run in runs]
    files = {run.source for run in runs}
    if len(files) == 1:  # of a sweep
        each = [{**setting, **factors(run)} for setting, run in zip(each, runs, strict=True)]
    keys = list(dict.fromkeys(key for setting in each for key in setting))
    differing = [key for key in keys if any(setting.get(key, _ABSENT) != each[0].get(key, _ABSENT) for setting in each)]
    if len({setting["name"] for setting in each}) == len(each):
        if brief:
            return [str(setting["name"]) for setting in each]
        # All schedules differ: the names are enough, and keys that only one of them has would make the labels long.
        differing = [key for key in differing if key == "name" or all(key in setting for setting in each)]
        each = [
            {key: value for key, value in setting.items() if not at_default(key, run)}
            for setting, run in zip(each, runs, strict=True)
        ]
    elif len(differing) > 1 and len(files) == len(runs):
        return _file_names(runs)
    texts = [tr(", ").join(_text(key, setting[key]) for key in differing if key in setting) for setting in each]
    texts = [text or run.name for text, run in zip(texts, runs, strict=True)]
    # If one label is too long or occurs twice, all become file names: a mixture is hard to read.
    if len(set(texts)) < len(texts) or max(map(width, texts)) > _LONGEST:
        return _file_names(runs)
    return texts


def scaling_labels(run: PlannedRun) -> tuple[str, str]:
    """What to call the curve that is scaled for the batch of a run, and the one that its config describes."""
    here, meant = (amount(batch or 0, "sample") for batch in (run.batch, run.reference_batch))
    return (
        tr("scaled for {samples} per update ({rule})", samples=here, rule=tr(run.flags.scaling)),
        tr("as in the config, for {samples} per update", samples=meant),
    )


def _text(key: str, value: Any) -> str:
    return str(value) if key == "name" else f"{key} {setting_text(value)}"


def _file_names(runs: Sequence[PlannedRun]) -> list[str]:
    """File names, with as many parent folders as it takes to tell them apart."""
    parts = [PurePath(run.source).parts for run in runs]
    for depth in range(1, max(map(len, parts)) + 1):
        names = [PurePath(*part[-depth:]).as_posix() for part in parts]
        if len(set(names)) == len(set(parts)):
            break
    return names if len(set(names)) == len(names) else [f"{name} ({index + 1})" for index, name in enumerate(names)]
