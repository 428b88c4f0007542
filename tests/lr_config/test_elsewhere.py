"""What the keys and the schedules of other libraries are called here."""

from __future__ import annotations

import pytest

from ppocr_lr import LRConfigError
from ppocr_lr.lr_config import MODELS, Run, parse_lr_config
from ppocr_lr.lr_config.elsewhere import CALLED_ELSEWHERE, CLASSES_ELSEWHERE, KNOWN_ELSEWHERE, called_elsewhere
from tests.chinese import is_refused_in_chinese

RUN = Run(20, 10)


@pytest.mark.parametrize(
    ("key", "here"),
    [("lr", ("learning_rate", "max_lr")), ("k_decay", ("k",)), ("learning_rate", ("max_lr",)), ("x", ())],
)
def test_what_other_libraries_call_a_key(key: str, here: tuple[str, ...]) -> None:
    assert called_elsewhere(key) == here


def test_keys_of_other_libraries_stand_for_keys_here() -> None:
    fields = {key for model in MODELS.values() for key in model.model_fields}
    assert {key for keys in CALLED_ELSEWHERE.values() for key in keys} <= fields
    assert {"lr", "base_lr", "eta_min", "end_lr", "warmup_epoch", "learning_rate"} <= KNOWN_ELSEWHERE
    assert KNOWN_ELSEWHERE.isdisjoint({"k", "cycle", "mode", "stages", "warmup", "schedules", "name"})


ELSEWHERE = [
    # names of other libraries, and the answer
    ("Constant ConstantLR", "Const"),
    ("CosineAnnealingDecay CosineAnnealingLR", "Cosine"),
    ("ChainedScheduler", "Scale (any schedule times a factor)"),
    ("CosineAnnealingWarmRestarts SGDR", "CosineWarmRestarts"),
    ("CosineLRScheduler", "Cosine, or CosineWarmRestarts"),
    ("CompositeParamScheduler ConcatScheduler", "Sequence"),
    ("CosineDecayRestarts", "CosineWarmRestarts"),
    ("CosineRestartLR", "CosineWarmRestarts, or Sequence (of Cosine)"),
    ("LinearCyclicalScheduler", "Cyclic"),
    ("StepWithFixedGammaParamScheduler", "MultiStepDecay"),
    ("SWALR", "KDecay, or Linear (with decay_length and end_lr)"),
    ("CyclicLR CyclicLRScheduler", "Cyclic"),
    ("CyclicalCosineDecay", "CyclicalCosine"),
    ("ExponentialDecay ExponentialLR", "Exponential (with step_size: 1it)"),
    ("InverseSquareRoot", "InverseSqrt"),
    ("InverseTimeDecay", "InverseTime (with step_size: 1it)"),
    ("LambdaDecay LambdaLR", "Sequence or PiecewiseLinear (a section holds no function)"),
    ("LinearWarmup", "a name with warmup_epoch, such as Const or Cosine"),
    ("MultiStepLR", "MultiStepDecay"),
    ("MultiplicativeDecay MultiplicativeLR", "Exponential (a section holds no function)"),
    ("Multiply", "Scale"),
    ("NaturalExpDecay", "NaturalExp (with step_size: 1it)"),
    ("NoamDecay NoamLR", "Noam"),
    ("OneCycleDecay OneCycleLR", "OneCycle"),
    ("PiecewiseDecay", "Piecewise"),
    ("PlateauLRScheduler ReduceLROnPlateau", "ReduceOnPlateau"),
    ("Poly PolyLR PolyLRScheduler PolynomialDecay PolynomialLR", "Linear (with power), or Polynomial"),
    ("SequentialLR", "Sequence"),
    ("StepDecay StepLR", "Step"),
    ("TanhLRScheduler", "Tanh"),
    ("TriStage TriStageLRSchedule WarmupStableDecay", "WSD"),
    ("TwoStepCosineDecay", "TwoStepCosine"),
    ("WarmupCosine", "Cosine (with warmup_epoch)"),
    ("LinearDecay LinearScheduler", "Linear"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "answer"), [(name, answer) for names, answer in ELSEWHERE for name in names.split()])
def test_names_of_other_libraries_are_answered_with_names_here(name: str, answer: str) -> None:
    with pytest.raises(LRConfigError) as error:
        parse_lr_config({"name": name, "learning_rate": 0.1}, RUN)
    first = str(error.value).partition("; did you mean ")[2].partition("?")[0]
    assert first == answer


@pytest.mark.parametrize("name", CLASSES_ELSEWHERE)
def test_the_answer_is_in_the_language_of_the_reader(name: str) -> None:
    is_refused_in_chinese(lambda: parse_lr_config({"name": f"{name}LR"}, RUN))


def test_answers_have_names_of_here() -> None:
    answers = [answer for answers in CLASSES_ELSEWHERE.values() for answer in answers]
    assert all(any(word.strip(",()") in MODELS for word in answer.split()) for answer in answers)
