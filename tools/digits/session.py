"""A run as a user starts it: log, checkpoints, resume, progress bar, one card or several."""

from __future__ import annotations

import argparse
import math
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from paddle import distributed

from digits import states
from digits.checkpoint import Checkpoint, claim, load_checkpoint, save_checkpoint
from digits.data import load_digits
from digits.network import unread_keys
from digits.resume import Continuation
from digits.states import States
from digits.train_log import TrainLog
from digits.trainer import Score, Trainer, Update
from ppocr_lr.bounds import positive_integer
from ppocr_lr.errors import LRConfigError, value_error
from ppocr_lr.export.progress import progress
from ppocr_lr.numbers_text import rate_text
from ppocr_lr.resume.plain_pickle import read_plain_pickle
from ppocr_lr.training_config.sections import GlobalSection, read

# What PaddleOCR's configs have, where this one says nothing.
_PRINT_EVERY = 10


def train(arguments: argparse.Namespace) -> int:
    """Train from the beginning or, with --resume, from the last checkpoint in the folder."""
    if int(os.environ.get("PADDLE_TRAINERS_NUM", "1")) > 1:  # set by paddle.distributed.launch
        distributed.init_parallel_env()
    found = load_checkpoint(arguments.output) if arguments.resume else None
    old = states.read_states(found.folder / "latest.states") if found else None
    trainer = Trainer(
        load_digits(),
        arguments.configs[0],
        arguments.overrides,
        _seed(arguments.seed, old),
        arguments.epochs,
        arguments.batch_size,
        arguments.momentum,
    )
    _Session(arguments, trainer, found, old).run()
    return 0


def _seed(given: int | None, old: States | None) -> int:
    if old is None:
        return given or 0
    if given not in (None, old.seed):
        raise LRConfigError(f"--seed {given}: the run to resume has the seed {old.seed}; leave --seed out")
    return old.seed


def _print_every(settings: Mapping[str, Any]) -> int:
    value = settings.get("print_batch_step", _PRINT_EVERY)
    try:
        return positive_integer(value)
    except ValueError as error:
        raise value_error(("Global", "print_batch_step"), value, str(error)) from None


def _diverged(update: Update, what: str) -> FloatingPointError:
    return FloatingPointError(
        f"update {update.number}, with a rate of {rate_text(update.rate)}: {what}; "
        "training stops, and no checkpoint was written of this"
    )


class _Session:
    def __init__(
        self, arguments: argparse.Namespace, trainer: Trainer, found: Checkpoint | None, old: States | None
    ) -> None:
        self._arguments, self._trainer, self._output = arguments, trainer, arguments.output
        self._rank = distributed.get_rank()
        self._first_card = self._rank == 0
        self._best = (old.best_accuracy, old.best_epoch) if old else (0.0, 0)
        settings = trainer.planned.config.get("Global") or {}
        every = arguments.print_every or _print_every(settings)
        window = read(GlobalSection, settings, ("Global",), "log_smooth_window").log_smooth_window
        if self._first_card:
            claim(self._output, resume=found is not None, overwrite=arguments.overwrite)
            self._print_warnings()
        self._log = TrainLog(
            self._output / "train.log" if self._first_card else None, trainer.planned.run, window, every
        )
        self._log.info(f"train dataloader has {trainer.planned.run.iters_per_epoch} iters")
        if found is not None and old is not None:
            self._restore(found, old)
        else:
            nothing = f"no checkpoint in {self._output}: " if arguments.resume else ""
            self._log.info(f"{nothing}train from scratch")

    def run(self) -> None:
        """Train to the end."""
        trainer, total = self._trainer, self._trainer.planned.run.total_iters
        if trainer.done_iters >= total:
            self._log.info(f"nothing left to train: {trainer.done_iters} updates are done, the run has {total}")
        with progress("training") as bar, self._rates_file() as write_rate:
            for update in trainer.updates():
                if not math.isfinite(update.loss):
                    raise _diverged(update, f"the loss is {update.loss}")
                write_rate(update)
                self._log.update(update)
                epoch_ends = trainer.done_iters % trainer.planned.run.iters_per_epoch == 0
                if self._first_card:
                    if epoch_ends:
                        self._evaluate(update.epoch + 1)
                    if epoch_ends or (
                        self._arguments.save_every and trainer.done_iters % self._arguments.save_every == 0
                    ):
                        if not trainer.is_finite():
                            raise _diverged(update, "a weight became NaN or infinite")
                        self._save(quietly=not epoch_ends)
                bar(trainer.done_iters, total)
        if self._first_card:
            self._tell(trainer.evaluate())

    def _restore(self, found: Checkpoint, old: States) -> None:
        for sentence in found.torn:
            self._log.info(f"skipped: {sentence}")
        trainer = self._trainer
        going_on = Continuation(
            old,
            trainer.cards,
            trainer.batch_size,
            trainer.planned.run.iters_per_epoch,
            trainer.planned.run.total_iters,
            type(trainer.optimizer).__name__,
            trainer.planned.schedule,
        )
        for name in ("latest.pdparams", "latest.pdopt"):
            read_plain_pickle(found.folder / name, "the state of a training run")  # paddle.load would run what is in it
        trainer.restore(found.files, going_on.done_iters, going_on.scheduler_iters)
        epoch = trainer.done_iters / trainer.planned.run.iters_per_epoch
        self._log.info(f"resume from {found.folder / 'latest'}: update {trainer.done_iters}, epoch {epoch:.3f}")
        for sentence in going_on.statement():
            self._log.info(sentence)

    def _save(self, quietly: bool) -> None:
        trainer = self._trainer
        here = States(
            done_iters=trainer.done_iters,
            scheduler_iters=trainer.scheduler.last_epoch,
            rate=float(trainer.scheduler.last_lr),
            iters_epoch=trainer.planned.run.iters_per_epoch,
            cards=trainer.cards,
            batch_size=trainer.batch_size,
            seed=trainer.seed,
            optimizer=type(trainer.optimizer).__name__,
            best_accuracy=self._best[0],
            best_epoch=self._best[1],
        )
        save_checkpoint(self._output, {**trainer.state(), "latest.states": states.to_bytes(here)})
        if not quietly:
            self._log.info(f"save model in {self._output / 'latest'}")

    def _evaluate(self, epoch: int) -> None:
        score = self._trainer.evaluate()
        self._best = max(self._best, (score.accuracy, epoch), key=lambda best: best[0])
        self._log.info(f"cur metric, acc: {score.accuracy}, loss: {score.loss}")
        self._log.info(f"best metric, acc: {self._best[0]}, best_epoch: {self._best[1]}")

    @contextmanager
    def _rates_file(self) -> Iterator[Callable[[Update], None]]:
        path: Path | None = self._arguments.rates
        if path is None:
            yield lambda update: None
            return
        if self._trainer.cards > 1:
            path = path.with_suffix(f".rank{self._rank}{path.suffix}")
        with path.open("a", buffering=1) as file:  # line by line, so that a kill leaves whole lines
            yield lambda update: print(update.number, repr(update.rate), repr(update.loss), file=file)

    def _print_warnings(self) -> None:
        planned = self._trainer.planned
        for remark in planned.parsed.remarks:
            print(f"warning: {planned.source}: {remark}", file=sys.stderr)
        for key in unread_keys(planned.config["Optimizer"]):
            print(f"warning: {planned.source}: Optimizer.{key} is not read by this tool", file=sys.stderr)

    def _tell(self, score: Score) -> None:
        print(f"test accuracy {score.accuracy:.4f} ({score.right} of {score.samples}), loss {score.loss:.4f}")
        print(f"checkpoint: {self._output / 'latest'}.pdparams, .pdopt, .states")
        print(f"log: {self._output / 'train.log'}")
