"""Every finding code: what it means, why it matters, an example, where it is from. One source for
`ppocr-lr explain`, the table in docs/check.md and the severity of each finding.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple


class Severity(IntEnum):
    """How much a finding matters; higher is worse."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    def __str__(self) -> str:
        return self.name.lower()


class Code(NamedTuple):
    """One kind of finding."""

    severity: Severity
    title: str
    why: str
    example: str
    source: str


FAMILIES = {
    "1": "input",
    "2": "units",
    "3": "warmup",
    "4": "decay",
    "5": "compatibility",
    "6": "scale",
}

_NOTE, _WARNING, _ERROR = Severity.NOTE, Severity.WARNING, Severity.ERROR

CODES: dict[str, Code] = {
    "LR100": Code(
        _ERROR,
        "the lr section cannot be used",
        "Neither PaddleOCR nor this project can build a schedule from it. PaddleOCR stops after the model and the "
        "data are loaded, mostly with a message from inside Paddle that names no key.",
        "lr: {name: cosine, learning_rate: 0.001}   # the name is Cosine",
        "PaddleOCR's learning_rate.py: getattr by name, keywords passed through",
    ),
    "LR101": Code(
        _WARNING,
        "a key that nothing reads",
        "PaddleOCR silently swallows unknown keys of the lr section, so a misspelt key, or one of another "
        "library, leaves the default in place for the whole training.",
        "lr: {name: Cosine, learning_rate: 0.001, warmup_epochs: 5}   # warmup_epoch",
        "PaddleOCR #11868",
    ),
    "LR102": Code(
        _ERROR,
        "a number that YAML reads as a string",
        "PyYAML follows YAML 1.1, where 1e-3 is a string and 1.0e-3 is a number. PaddleOCR then fails with a "
        "TypeError inside Paddle, except under LinearWarmupCosine, which converts its rates.",
        "learning_rate: 1e-3   # write 0.001 or 1.0e-3",
        "PaddleSeg #1302, PaddleRec #198",
    ),
    "LR103": Code(
        _NOTE,
        "no name, so the rate is constant",
        "Without a name the newest PaddleOCR builds Const, with its warmup; older releases return the bare number "
        "and drop warmup_epoch.",
        "lr: {learning_rate: 0.001}",
        "PaddleOCR #72 #3622",
    ),
    "LR104": Code(
        _WARNING,
        "a key without effect under this name",
        "PaddleOCR accepts the key here and does not use it; what it says does not happen.",
        "lr: {name: DecayLearningRate, learning_rate: 0.007, end_lr: 1.0e-5}   # ends at 0",
        "PaddleOCR's learning_rate.py",
    ),
    "LR105": Code(
        _WARNING,
        "a learning-rate key outside the lr section",
        "PaddleOCR reads the learning rate from Optimizer.lr alone. Keys beside it are passed on or dropped, and -o "
        "creates them without complaint.",
        "Optimizer: {name: Adam, base_lr: 0.001, lr: {learning_rate: 0.0001}}",
        "PaddleOCR #11868; Optimizer.base_lr is still advertised",
    ),
    "LR106": Code(
        _WARNING,
        "a duplicate key",
        "YAML silently keeps the last one, so an edit of the first changes nothing.",
        "lr: {name: Cosine, learning_rate: 0.001, learning_rate: 0.01}",
        "PyYAML",
    ),
    "LR107": Code(
        _ERROR,
        "the weight decay cannot be used",
        "PaddleOCR builds the regularizer from this section, with its keys as arguments, and stops at one it does not "
        "know or cannot take as a number.",
        "regularizer: {name: L2, coeff: 1.0e-5}   # the key is factor",
        "PaddleOCR's regularizer.py",
    ),
    "LR201": Code(
        _NOTE,
        "the length of an epoch is not known",
        "Without it, lengths in iterations cannot be converted to epochs; findings that need it are left out.",
        "ppocr-lr check c.yml --num-samples 10000 --gpus 4",
        "PaddleOCR #1094 #3127",
    ),
    "LR202": Code(
        _NOTE,
        "the length of an epoch is an estimate",
        "A sampler of its own decides how many batches an epoch has; a schedule built for another number ends early "
        "or late.",
        "Train: {sampler: {name: MultiScaleSampler}}",
        "PaddleOCR's multi_scale_sampler.py",
    ),
    "LR203": Code(
        _WARNING,
        "a number of epochs that looks like iterations",
        "Lengths in the lr section are epochs (except warmup_steps). A number far beyond the run never comes into "
        "effect.",
        "milestones: [30000, 60000]   # with epoch_num: 100",
        "transformers #6673, PaddleDetection #5366",
    ),
    "LR204": Code(
        _WARNING,
        "a number of iterations that looks like epochs",
        "warmup_steps of LinearWarmupCosine counts iterations. A warmup of a handful of them is over before it helps.",
        "lr: {name: LinearWarmupCosine, learning_rate: 1.0e-4, warmup_steps: 5}",
        "transformers #6673",
    ),
    "LR301": Code(
        _ERROR,
        "the warmup is as long as the run",
        "The rate rises to the last update and never decays; the peak is not reached.",
        "epoch_num: 5, warmup_epoch: 5",
        "PaddleX #115",
    ),
    "LR302": Code(
        _WARNING,
        "the warmup is longer than the time to the first drop",
        "Milestones count from the end of the warmup, so the drops come much later than they are written.",
        "warmup_epoch: 10, milestones: [5, 8]",
        "PaddleClas #1249",
    ),
    "LR303": Code(
        _NOTE,
        "the first update has a rate of 0",
        "A warmup from 0 spends its first update on nothing. It is harmless, and a log shows lr: 0.000000.",
        "warmup_epoch: 5",
        "transformers #34754",
    ),
    "LR304": Code(
        _WARNING,
        "a warmup before OneCycle",
        "OneCycle has a rise of its own. A warmup goes up to max_lr first, then the rate falls to max_lr/25 and rises "
        "again.",
        "lr: {name: OneCycle, max_lr: 0.001, warmup_epoch: 5}",
        "PaddleOCR #7703 #7742; Smith and Topin, arXiv 1708.07120",
    ),
    "LR305": Code(
        _WARNING,
        "a negative warmup",
        "PaddleOCR takes it and builds no warmup.",
        "warmup_epoch: -1",
        "PaddleOCR's learning_rate.py",
    ),
    "LR401": Code(
        _WARNING,
        "the decay is cut off",
        "The run ends while the rate is still high, mostly because a warmup delays the decay and does not shorten it. "
        "The quiet end in which a decay gains most is missing.",
        "epoch_num: 20, warmup_epoch: 5   # the cosine stops at 14.6 % of the peak",
        "PaddleX #1625, PaddleClas #1173; Bag of Tricks, arXiv 1812.01187",
    ),
    "LR402": Code(
        _WARNING,
        "a drop that never comes",
        "Milestones are absolute epochs. One beyond the end of the run, for instance after epoch_num was lowered, has "
        "no effect.",
        "epoch_num: 500, decay_epochs: [700, 800]",
        "PaddleOCR #8405, PaddleDetection #4235",
    ),
    "LR403": Code(
        _NOTE,
        "the warmup moves the drops",
        "Boundaries and milestones count from the end of the warmup.",
        "decay_epochs: [700], warmup_epoch: 5   # drops at epoch 705",
        "Paddle's LinearWarmup",
    ),
    "LR404": Code(
        _WARNING,
        "a cosine that rises again",
        "Past its end a cosine goes up again, back to its peak. Training that goes on after epoch_num follows it.",
        "last_epoch: 30000   # with 20000 updates in the run",
        "PaddleOCR #7163",
    ),
    "LR405": Code(
        _WARNING,
        "the last cycle is cut off",
        "A cyclical schedule is worth its low points; a run that stops in the middle of a cycle ends at a high rate.",
        "epoch_num: 20, cycle: 8",
        "SGDR, arXiv 1608.03983",
    ),
    "LR406": Code(
        _WARNING,
        "TwoStepCosine and its 200 epochs",
        "Its first cosine lasts 200 epochs, whatever epoch_num is: a shorter run stops on the way down, a longer one "
        "jumps up after it (with a warmup) or trains at a rate of 0 (without).",
        "epoch_num: 100, name: TwoStepCosine",
        "PaddleOCR's learning_rate.py",
    ),
    "LR407": Code(
        _NOTE,
        "the log will show lr: 0.000000",
        "PaddleOCR's log has six decimals. Smaller rates only look like 0.",
        "the first and the last updates of a cosine with warmup",
        "PaddleOCR #6544 #4045",
    ),
    "LR408": Code(
        _NOTE,
        "the log will show no change for a while",
        "A cosine is flat at its top; in six decimals the rate seems never to change.",
        "learning_rate: 5.0e-5, epoch_num: 5000",
        "PaddleOCR #3891 #2120",
    ),
    "LR409": Code(
        _NOTE,
        "a decay that does not know the end of the run",
        "Inverse and exponential decays go on for ever. Where their time scale is long against the run, the rate is "
        "still high when training stops, and the gain of a low rate at the end is lost.",
        "lr: {name: InverseSqrt, learning_rate: 0.001, warmup_epoch: 10}   # in a run of 20 epochs",
        "Zhai et al., arXiv 2106.04560 (cooldown after an inverse square root); Hägele et al., arXiv 2405.18392",
    ),
    "LR410": Code(
        _WARNING,
        "the decay is over long before the run",
        "Past its last point the rate stays where it is, often at 0, and the rest of the training changes nothing.",
        "epoch_num: 100, lr: {name: Polynomial, learning_rate: 0.1, decay_length: 30}",
        "Paddle's PolynomialDecay, whose decay_steps are not the run's",
    ),
    "LR411": Code(
        _WARNING,
        "a jump up between stages",
        "A stage of a Sequence starts without regard to the one before. A sudden rise of the rate can undo what was "
        "learnt, as a large rate without a warmup does.",
        "stages: [{name: Cosine, learning_rate: 0.01, epochs: 5}, {name: Const, learning_rate: 0.01, until_end: true}]",
        "optax' join_schedules, PyTorch's SequentialLR",
    ),
    "LR412": Code(
        _NOTE,
        "a schedule without a curve",
        "The rate depends on a metric of the training. It can be built and trained with, but nothing can be drawn or "
        "compared before. Called once for each update instead of each evaluation, its patience is over in a moment.",
        "lr: {name: ReduceOnPlateau, learning_rate: 0.001}",
        "Paddle's and PyTorch's ReduceOnPlateau",
    ),
    "LR501": Code(
        _ERROR,
        "as many values as boundaries",
        "N boundaries make N + 1 pieces. Here the last value holds; Paddle 2.6.2 and later stop with «The values have "
        "one more element than boundaries».",
        "decay_epochs: [700, 800], values: [0.001, 0.0001]",
        "PaddleOCR #3153 #10565",
    ),
    "LR502": Code(
        _ERROR,
        "a fractional step_size",
        "Here it is rounded to iterations; Paddle stops with «The type of 'step_size' must be 'int'».",
        "step_size: 2.5",
        "Paddle's StepDecay",
    ),
    "LR503": Code(
        _WARNING,
        "last_epoch in the config",
        "It counts updates, not epochs, and PaddleOCR restarts a cosine from the base rate there: the rate is wrong. "
        "Resume with Global.checkpoints instead. This project's scheduler gives the right rate.",
        "lr: {name: Cosine, learning_rate: 0.1, last_epoch: 499}",
        "Paddle #43004",
    ),
    "LR504": Code(
        _NOTE,
        "PaddleOCR's OneCycle stops past the end",
        "One update past the end PaddleOCR raises «Tried to step …». It happens when a run is resumed with the "
        "same epoch_num and an epoch has more batches than before. Here the rate holds.",
        "lr: {name: OneCycle, max_lr: 0.001}",
        "PaddleOCR #7742",
    ),
    "LR505": Code(
        _NOTE,
        "a key of this project alone",
        "PaddleOCR silently ignores it. A config that is trained with PaddleOCR's own scheduler needs the "
        "nearest thing that it can do.",
        "lr: {name: Cosine, learning_rate: 0.001, end_lr: 1.0e-6}",
        "this project",
    ),
    "LR506": Code(
        _NOTE,
        "a schedule of this project alone",
        "PaddleOCR looks the name up among its own classes and stops with an AttributeError after the data are loaded. "
        "A training that uses this project's build_lr_scheduler runs.",
        "lr: {name: WSD, learning_rate: 0.001}",
        "PaddleOCR's learning_rate.py",
    ),
    "LR507": Code(
        _NOTE,
        "a weight decay that starts over on resume",
        "PaddleOCR's CosineL2Decay counts its steps from 0 in every process and is in no checkpoint. A run that is "
        "resumed late trains with the large coefficient of the beginning again.",
        "regularizer: {name: CosineL2Decay, factor: 5.0e-5}",
        "PaddleOCR's optimizer/__init__.py",
    ),
    "LR508": Code(
        _ERROR,
        "a weight decay schedule that PaddleOCR cannot set",
        "PaddleOCR sets optimizer.regularization._coeff. Momentum takes L2 into its own update and AdamW decays the "
        "weights itself, so that there is no such object: 'NoneType' object has no attribute '_coeff'.",
        "Optimizer: {name: AdamW, regularizer: {name: CosineL2Decay}}",
        "Paddle's momentum.py and adamw.py",
    ),
    "LR601": Code(
        _WARNING,
        "a peak that is unusual for this optimizer",
        "Adaptive optimizers divide by the size of the gradient, so the rate is about the size of a step; SGD "
        "multiplies the gradient and takes much larger rates. A rate carried over from the other kind mostly diverges "
        "or stands still.",
        "Optimizer: {name: Adam, lr: {learning_rate: 0.1}}",
        "Kingma and Ba, arXiv 1412.6980; Goyal et al., arXiv 1706.02677",
    ),
    "LR602": Code(
        _NOTE,
        "the rate is not scaled for the cards",
        "A config records the rate, not the number of cards it was meant for. With more cards the batch grows; the "
        "common rule scales the rate with it. Nothing is scaled unless asked.",
        "ppocr-lr check c.yml --num-samples 10000 --gpus 8",
        "PaddleOCR #1841 #7078 #7079, PaddleDetection #4756; Goyal et al., arXiv 1706.02677",
    ),
    "LR603": Code(
        _WARNING,
        "Noam's factor written as a rate",
        "The learning_rate of Noam multiplies the whole curve, whose height comes from d_model and warmup_iters. A "
        "rate as for other names makes the peak a thousand times too small.",
        "lr: {name: Noam, d_model: 512, learning_rate: 0.001}   # a peak of 7e-7",
        "Vaswani et al., arXiv 1706.03762; Paddle's NoamDecay",
    ),
}


def explanation(code: str) -> Iterator[str]:
    """What a code means, for `ppocr-lr explain`."""
    entry = CODES[code]
    yield f"{code} ({entry.severity}, {FAMILIES[code[2]]}): {entry.title}"
    yield ""
    yield entry.why
    yield ""
    yield f"example: {entry.example}"
    yield f"source:  {entry.source}"


def table() -> Iterator[str]:
    """All codes, as the rows of the table in docs/check.md."""
    yield "| code | severity | what it says |"
    yield "|---|---|---|"
    for code, entry in CODES.items():
        yield f"| {code} | {entry.severity} | {entry.title} |"
