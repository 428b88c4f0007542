"""Files that are dropped onto the page, read as the command line reads them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import yaml

from ppocr_lr.errors import LRConfigError
from ppocr_lr.explore.draft import Draft, opened
from ppocr_lr.explore.look import Dropped
from ppocr_lr.training_config.logged_config import is_log
from ppocr_lr.training_config.plan import DEFAULT_CONFIG
from ppocr_lr.training_config.yaml_edit import read_file_text
from ppocr_lr.training_config.yaml_file import read_yaml_file

MOST_BYTES = 64 << 20
_MOST_LOGS = 5
_LONGEST_NAME = 200  # bytes; most file systems take 255


def file_name(told: str) -> str:
    """The name of a file elsewhere as one that a file can have here, with the same ending."""
    name = "".join(character if character.isprintable() else "_" for character in re.split(r"[/\\]", told)[-1])
    return name.encode()[-_LONGEST_NAME:].decode(errors="ignore").strip(". ") or "file"


def read_dropped(path: Path, draft: Draft, dropped: Dropped) -> tuple[Draft, Dropped]:
    """Take a config, a log or a checkpoint, which has its own name in a folder that nobody knows.

    A config replaces the draft. A log is compared with it, and gives the iterations per epoch; if the
    draft is still the default one, the config in the log replaces it.

    Raises:
        LRConfigError: the file is none of them.
    """
    if path.suffix in (".pdopt", ".pdparams", ".states"):
        from ppocr_lr.resume.checkpoint import read_checkpoint

        return draft, replace(dropped, checkpoint=replace(read_checkpoint(path), called=path.name))
    if _is_config(path):
        return opened(read_file_text(path).text, path.name), dropped
    from ppocr_lr.logs.compare import plan_logged_run
    from ppocr_lr.logs.files import logs_at

    logs = [replace(log, source=path.name) for log in logs_at(path)]
    if draft.text == DEFAULT_CONFIG.read_text(encoding="utf-8") and logs[0].config is not None:
        text = yaml.safe_dump(logs[0].config, sort_keys=False, allow_unicode=True)
        draft = opened(text, f"{path.name}.yml")
    config = path.parent / f"for {path.name}" / file_name(draft.source)
    config.parent.mkdir()
    config.write_text(draft.text, encoding="utf-8")
    planned = plan_logged_run(config, logs[0])
    draft = replace(draft, iters_per_epoch=planned.run.iters_per_epoch, num_samples=None)
    return draft, replace(dropped, logs=(*dropped.logs, *logs)[-_MOST_LOGS:])


def _is_config(path: Path) -> bool:
    """By its ending, and under any other one, such as the .txt of an attachment, by what is in it."""
    if is_log(path):
        return False
    if path.suffix.lower() in (".yml", ".yaml"):
        return True
    with suppress(LRConfigError):
        config = read_yaml_file(path)
        return isinstance(config, Mapping) and "Optimizer" in config
    return False
