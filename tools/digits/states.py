"""`latest.states`: the position of a run, in PaddleOCR's dict with additional keys of our own."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

from ppocr_lr.errors import LRConfigError
from ppocr_lr.resume.plain_pickle import read_plain_pickle


@dataclass(frozen=True)
class States:
    """The position of a run."""

    done_iters: int
    scheduler_iters: int
    """The update of its scheduler: `done_iters`, unless the config set it ahead by `last_epoch`."""
    rate: float
    """What the next update would have used."""
    iters_epoch: int
    cards: int
    batch_size: int
    seed: int
    optimizer: str
    best_accuracy: float
    best_epoch: int


def to_bytes(states: States) -> bytes:
    """As PaddleOCR writes it: it resumes with the epoch after `epoch`, the last complete one."""
    ours = {key: value for key, value in vars(states).items() if not key.startswith("best_")}
    best = {"acc": states.best_accuracy, "best_epoch": states.best_epoch}
    epoch = states.done_iters // states.iters_epoch
    return pickle.dumps({"best_model_dict": best, "epoch": epoch, "global_step": states.done_iters, **ours}, protocol=2)


def read_states(path: Path) -> States:
    """Read what `to_bytes` wrote; nothing in the file is run.

    Raises:
        LRConfigError: it is something else.
    """
    data = read_plain_pickle(path, "the state of a training run")
    try:
        best = data["best_model_dict"]
        ours = {key: data[key] for key in States.__dataclass_fields__ if not key.startswith("best_")}
        return States(**ours, best_accuracy=best["acc"], best_epoch=best["best_epoch"])
    except (KeyError, TypeError) as error:
        raise LRConfigError(f"{path}: was not written by this tool: {error} is missing") from None
