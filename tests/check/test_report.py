"""For each code one config that triggers it and a near miss that does not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ppocr_lr import LRConfigError
from ppocr_lr.check.report import ASSUMED_ITERS, check_config, check_file
from ppocr_lr.check.rules import RULES
from ppocr_lr.errors import SECTION_PATH
from ppocr_lr.finding import Finding, Severity
from ppocr_lr.lr_config.length import length_of
from ppocr_lr.numbers_text import count_text
from ppocr_lr.training_config.overrides import with_overrides
from ppocr_lr.training_config.run_flags import RunFlags

KNOWN = RunFlags(iters_per_epoch=100)


def config(lr: Any, epochs: int = 20, optimizer: Any = "Momentum", **more: Any) -> dict[str, Any]:
    return {"Global": {"epoch_num": epochs}, "Optimizer": {"name": optimizer, "lr": lr}, **more}


def findings(tmp_path: Path, content: Any, flags: RunFlags | None = KNOWN, **arguments: Any) -> list[Finding]:
    path = tmp_path / "c.yml"
    text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
    path.write_text(text, encoding="utf-8")
    return list(check_file(path, flags=flags, **arguments).findings)


CONST = {"name": "Const", "learning_rate": 0.1}
COSINE = {"name": "Cosine", "learning_rate": 0.1}
PIECEWISE = {"name": "Piecewise", "decay_epochs": [10, 15], "values": [0.1, 0.01, 0.001]}
MULTI = {"name": "MultiStepDecay", "learning_rate": 0.1, "milestones": [10, 15], "gamma": 0.1}
LWC = {"name": "LinearWarmupCosine", "learning_rate": 0.01, "warmup_steps": 200}
TWO = {"name": "TwoStepCosine", "learning_rate": 0.1}
CYCLE = {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": 5}
ONE = {"name": "OneCycle", "max_lr": 0.1}
WSD = {"name": "WSD", "learning_rate": 0.1}
EXPONENTIAL = {"name": "Exponential", "learning_rate": 0.1, "gamma": 0.8}
RESTARTS = {"name": "CosineWarmRestarts", "learning_rate": 0.1, "T_0": 5}
CYCLIC = {"name": "Cyclic", "max_lr": 0.1, "base_lr": 0.025, "step_size_up": 2}
POLYNOMIAL = {"name": "Polynomial", "learning_rate": 0.1}
LINES = {"name": "PiecewiseLinear", "knots": [[0, 0.01], [5, 0.1], [20, 0]]}
NOAM = {"name": "Noam", "d_model": 512, "warmup_iters": 300}
LINEAR_LR = {"name": "LinearLR", "learning_rate": 0.1}
PLATEAU = {"name": "ReduceOnPlateau", "learning_rate": 0.1}
RAMP = {"name": "RangeTest", "updates": 2000}


def momentum(value: Any, optimizer: str = "Momentum") -> dict[str, Any]:
    return {**config(ONE), "Optimizer": {"name": optimizer, "lr": ONE, "momentum": value}}


def regularized(regularizer: Any, optimizer: str = "Adam") -> dict[str, Any]:
    rate = {"name": "Const", "learning_rate": 0.001}
    return {**config(rate), "Optimizer": {"name": optimizer, "lr": rate, "regularizer": regularizer}}


def sequence(*stages: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Sequence", "stages": [{**stages[0], "epochs": 5}, {**stages[1], "until_end": True}]}


def backbone(**keys: Any) -> dict[str, Any]:
    return config(COSINE, Architecture={"model_type": "rec", "Backbone": {"name": "PPLCNetV3", **keys}})


def whole(optimizer: Mapping[str, Any]) -> dict[str, Any]:
    """Of PaddleOCR's own: it names a model."""
    return {**config(COSINE), "Optimizer": {**optimizer, "lr": COSINE}, "Architecture": {"model_type": "rec"}}


def vision_lan(lr: Any, step: str = "LF_2") -> dict[str, Any]:
    return {
        "Global": {"epoch_num": 20},
        "Optimizer": {"name": "Adam", "group_lr": True, "training_step": step, "lr": lr},
    }


REPEATED = "Global: {epoch_num: 20}\nOptimizer:\n  lr:\n    learning_rate: 0.1\n    name: Const\n"

# code, what triggers it, what the message must hold, a near miss that does not
CASES: list[tuple[str, Any, str, Any]] = [
    ("LR100", config({"name": "cosine", "learning_rate": 0.1}), "did you mean Cosine?", config(COSINE)),
    ("LR100", config({**MULTI, "gamma": 1}), "1 is not allowed", config({**MULTI, "gamma": 0.99})),
    ("LR101", config({**COSINE, "warmup_epochs": 5}), "did you mean warmup_epoch?", config({**COSINE, "epochs": 20})),
    ("LR101", config({**MULTI, "eta_min": 1e-5}), "is not a key of MultiStepDecay", config({**COSINE, "eta_min": 0})),
    ("LR101", config({**PLATEAU, "patiance": 5}), "did you mean patience?", config({**PLATEAU, "patience": 5})),
    ("LR101", config({**COSINE, "T_max": 10}), "is not a key of Cosine", config(COSINE)),
    ("LR101", config({**MULTI, "decay_epoch": [10]}), "did you mean milestones?", config(MULTI)),
    ("LR101", config({**MULTI, "decay_epoch": 10}), "no effect; it takes gamma, learning_rate, milestones", config(MULTI)),
    ("LR101", config({**COSINE, "warmup_steps": 10}), "did you mean warmup_iters or warmup_epoch?", config(LWC)),
    ("LR101", config({**COSINE, "base_lr": 10}), "did you mean learning_rate?", config(COSINE)),
    ("LR102", config({**COSINE, "learning_rate": "1e-1"}), "'1e-1' is a string", config({**LWC, "min_lr": "1e-8"})),
    ("LR103", config({"learning_rate": 0.1}), "the same from the first", config({"name": "Const", "learning_rate": 1})),
    ("LR104", config({**PIECEWISE, "learning_rate": 0.5}), "0.5 has no effect", config({**PIECEWISE, "learning_rate": 0.1})),
    ("LR104", config({"name": "DecayLearningRate", "learning_rate": 0.1, "end_lr": 1e-5}), "fixes it at 0",
     config({"name": "DecayLearningRate", "learning_rate": 0.1, "end_lr": 0})),
    ("LR104", config({"name": "DecayLearningRate", "learning_rate": 0.1, "warmup_epoch": 2}), "has no warmup",
     config({"name": "DecayLearningRate", "learning_rate": 0.1, "warmup_epoch": 0})),
    ("LR104", config({**COSINE, "epochs": 30}), "Global.epoch_num", config({**COSINE, "epochs": 20})),
    ("LR105", {**config(COSINE), "Optimizer": {"name": "Adam", "base_lr": 0.1, "lr": COSINE}}, "Optimizer.base_lr has",
     {**config(COSINE), "Optimizer": {"name": "Adam", "beta1": 0.9, "regularizer": {"name": "L2"}, "lr": COSINE}}),
    ("LR105", {**config(COSINE), "Optimizer": {"name": "AdamW", "layerwise_decay": 0.75, "lr": COSINE}}, "no parameter gets",
     {**config(COSINE), "Optimizer": {"name": "AdamW", "one_dim_param_no_weight_decay": True, "lr": COSINE}}),
    ("LR105", {**config(COSINE), "Optimizer": {"name": "AdamW", "param_groups": [{"lr_mult": 0.1}], "lr": COSINE}},
     "no parameter gets", config(COSINE)),
    ("LR105", {**config(COSINE), "Global": {"epoch_num": 20, "warmup_epoch": 3}}, "Global.warmup_epoch has", config(COSINE)),
    ("LR106", REPEATED + "    learning_rate: 0.2\n", "duplicate key", REPEATED + "Train: {learning_rate: 0.2}\n"),
    ("LR106", REPEATED + "  regularizer: {name: L2, factor: 1, factor: 2}\n", "duplicate key", REPEATED),
    ("LR106", "Global: {epoch_num: 20, use_gpu: true, use_gpu: false}\nOptimizer: {lr: {name: Const, learning_rate: 0.1}}\n",
     "duplicate key", REPEATED + "Architecture: {name: a, name: b}\n"),
    *(
        ("LR108", {**config(CONST), "Global": {"epoch_num": 20, wrong: value}}, f"did you mean {right}?",
         {**config(CONST), "Global": {"epoch_num": 20, right: value, "use_amp": True, "print_batch_step": 10, "save_epoch_step": 3, "calc_epoch_interval": 1}})
        for wrong, right, value in [
            ("pretrain_weights", "pretrained_model", "./best"), ("pretrained_models", "pretrained_model", None),
            *((key, "epoch_num", 30) for key in ("num_epochs", "epochs", "epoch", "max_epoch", "max_epochs", "total_epochs", "Epochs", "n_epochs", "num_train_epochs")),
            ("epoch_nums", "epoch_num", 20), ("checkpoint", "checkpoints", None),
        ]
    ),
    ("LR108", {**config(COSINE), "Global": {"epoch_num": 20, "load_checkpoints": "a"}}, "did you mean checkpoints?",
     {**config(COSINE), "Global": {"epoch_num": 20, "checkpoints": "a"}}),
    ("LR108", {**config(COSINE), "train": {"loader": {}}}, "did you mean Train?",
     {**config(COSINE), "Train": {}, "train": {}, "Eval": {}}),
    ("LR108", {**config(COSINE), "Optimizer": {"name": "AdamW", "weight_deacy": 0.1, "lr": COSINE}}, "did you mean weight_decay?",
     {**config(COSINE), "Global": {"epoch_num": 20, "char_num": 9, "batch_num": 9, "class_num": 9, "student_pretrained_model": "a"},
      "Optimizer": {"name": "AdamW", "no_weight_decay_name": "norm", "one_dim_param_no_weight_decay": True, "lr": COSINE}}),
    ("LR108", {**config(COSINE), "Optimizer": {"name": "Adam", "weight_deacy": 0.1, "regularizer": {"name": "L2"}, "lr": COSINE}},
     "nothing reads it; it looks like weight_decay, at which PaddleOCR stops beside a regularizer",
     {**config(COSINE), "Optimizer": {"name": "Adam", "regularizer": {"name": "L2"}, "lr": COSINE}}),
    ("LR102", {**config(COSINE), "Optimizer": {"name": "AdamW", "epsilon": "1e-6", "lr": COSINE}}, "'1e-6' is a string in YAML 1.1",
     {**config(COSINE), "Optimizer": {"name": "Adadelta", "clip_norm": "1e1", "lr": COSINE}}),
    ("LR102", {**config(COSINE), "Optimizer": {"name": "Adadelta", "rho": "95e-2", "lr": COSINE}}, "'95e-2' is a string",
     {**config(COSINE), "Optimizer": {"name": "Adadelta", "beta1": "95e-2", "lr": COSINE}}),
    ("LR102", momentum("9e-1"), "'9e-1' is a string", momentum("9e-1", "Adam")),
    ("LR102", {**config(COSINE), "Optimizer": {"name": "AdamW", "weight_decay": "1e-2", "lr": COSINE}}, "'1e-2' is a string",
     regularized({"name": "L2", "factor": "1e-2"}, "AdamW")),
    ("LR107", regularized({"name": "L2", "coeff": 1e-5}), "is not a key of it; it takes name, factor",
     regularized({"name": "L2", "factor": "1e-5"})),
    ("LR107", {**config(COSINE), "Optimizer": {"name": "Adam", "lr": COSINE, "regularizer": {"name": "L2"}, "weight_decay": 0}},
     "there is a regularizer as well", {**config(COSINE), "Optimizer": {"name": "Adam", "lr": COSINE, "weight_decay": 0}}),
    ("LR107", momentum(1), "1 is not allowed; it must be a number of at least 0 and below 1", momentum(0)),
    ("LR107", momentum({"name": "Const", "start": 1.5}), "reaches 1.5 in the run",
     momentum({"name": "Const", "start": 0.5})),
    ("LR107", regularized({"name": "L3"}), "'L3' is not a regularizer", regularized(None)),
    ("LR109", backbone(lr_mult_list=[0.5, 0.5]), "[0.5, 0.5] is not allowed; it must be a list of 6", backbone()),
    ("LR109", vision_lan(CONST), "which only Piecewise without a warmup has", vision_lan(PIECEWISE)),
    ("LR107", regularized({"name": "Cosine", "start": -1, "end": 2}), "-1 is not allowed",
     regularized({"name": "Cosine", "start": 1, "end": 2})),
    ("LR203", config({**MULTI, "milestones": [3000, 6000]}), "looks like iterations; 6000 iterations would be 60 epochs",
     config({**MULTI, "milestones": [3000, 6000]}, epochs=8000)),
    ("LR203", config({**COSINE, "warmup_epoch": 1000}), "1000 counts epochs", config({**COSINE, "warmup_epoch": 10})),
    ("LR204", config({**LWC, "warmup_steps": 5}), "over after 5 iterations", config({**LWC, "warmup_steps": 50})),
    ("LR203", config({**LINES, "knots": [[0, 0.1], [5000, 0]]}), "5000 counts epochs", config(LINES)),
    ("LR204", config({**NOAM, "warmup_iters": 5}), "over after 5 iterations", config(NOAM)),
    ("LR204", config(LINEAR_LR), "the change from 3.33e-2 to 1e-1 is over after 5 iterations",
     config({**LINEAR_LR, "decay_length": 5})),
    ("LR301", config({**NOAM, "warmup_iters": 4000}), "takes the whole run", config(NOAM)),
    ("LR301", config({**COSINE, "warmup_epoch": 20}), "takes the whole run of 20 epochs", config({**COSINE, "warmup_epoch": 2})),
    ("LR301", config({**LWC, "warmup_steps": 5000}), "takes the whole run", config(LWC)),
    ("LR301", config({**LWC, "warmup_steps": "100%"}), "takes the whole run", config({**LWC, "warmup_steps": "10%"})),
    ("LR302", config({**MULTI, "milestones": ["300it", "45%"], "warmup_epoch": 5}), "the drop comes at epoch 8",
     config({**MULTI, "milestones": ["600it", "45%"], "warmup_epoch": 5})),
    ("LR302", config({**MULTI, "milestones": [3, 9], "warmup_epoch": 5}), "the drop comes at epoch 8",
     config({**MULTI, "milestones": [6, 9], "warmup_epoch": 5})),
    ("LR302", config({**MULTI, "milestones": [3, 9], "warmup_epoch": 5, "decay_within_run": True}),
     "the drop comes at epoch 5", config({**MULTI, "milestones": [6, 9], "warmup_epoch": 5, "decay_within_run": True})),
    ("LR303", config({**COSINE, "warmup_epoch": 1}), "the second of 1e-3", config(LWC)),
    ("LR303", config(NOAM), "a rate of 0", config({**COSINE, "warmup_epoch": 1, "warmup_start_factor": 0.01})),
    ("LR303", config({**LINES, "knots": [[0, 0], [5, 0.1], [20, 0]]}), "the second of 2e-4", config(LINES)),
    ("LR304", config({**ONE, "warmup_epoch": 2}), "falls to 4e-3 and rises again", config(ONE)),
    ("LR305", config({**COSINE, "warmup_epoch": -1}), "there is no warmup", config({**COSINE, "warmup_epoch": 0})),
    ("LR306", config(RAMP), "a range test: the rate rises from 1e-7 to 10; ppocr-lr find-rate", config(COSINE)),
    ("LR306", config({**RAMP, "updates": 50}), "to 10, where it stays for 1950 more updates;", config(LINES)),
    ("LR307", config({**RAMP, "updates": 2001}), "the run has 2000 updates and ends at 9.91", config(RAMP)),
    ("LR401", config({**COSINE, "warmup_epoch": 5}), "ends at 1.47e-2, 14.7 % of the peak, because the decay starts after 5",
     config({**COSINE, "warmup_epoch": 2})),
    *(
        ("LR401", config({"name": name, "learning_rate": 0.1, "warmup_epoch": 8, **keys}), "because the decay starts after 8",
         config({"name": name, "learning_rate": 0.1, "warmup_epoch": 8, "decay_within_run": True, **keys}))
        for name, keys in [("KDecay", {"k": 2}), ("Tanh", {}), ("REX", {}), ("Linear", {"power": 0.5}), ("Polynomial", {})]
    ),
    ("LR401", config({**COSINE, "hold_epochs": 6}), "because the decay starts after 6 epochs of hold",
     config({**COSINE, "hold_epochs": 6, "decay_within_run": True})),
    # of two updates the last one is high, although the decay ends with the run
    ("LR401", config({**COSINE, "hold_epochs": 6}), "after 6 epochs", config({**WSD, "warmup_epoch": 1, "decay_length": "2it"})),
    # it would rise again, but not within the run
    ("LR401", config({**COSINE, "warmup_epoch": 10, "decay_length": 15}), "ends at 2.51e-2, 25.1 % of the peak, because the decay starts after 10",
     config({**COSINE, "warmup_epoch": 5, "decay_length": 15})),
    ("LR401", config({**COSINE, "hold_epochs": 6, "once_per_epoch": True}), "because the decay starts after 6 epochs of hold",
     config({**COSINE, "once_per_epoch": True})),
    *(("LR401", config({**COSINE, "hold_epochs": 6, "warmup_epoch": warmup, "warmup_overlap": "peak"}), "because the decay starts after 6 epochs of hold",
       config({**COSINE, "warmup_epoch": 7, "warmup_overlap": "peak"})) for warmup in (2, 7)),
    # stages of one rate are no hold, inside another section either
    ("LR401", config({"name": "Scale", "factor": 0.5, "schedule": {**COSINE, "hold_epochs": 6}}), "after 6 epochs of hold",
     config({"name": "Scale", "factor": 0.5, "schedule": sequence(CONST, {**COSINE, "decay_length": 20})})),
    ("LR401", config({**POLYNOMIAL, "decay_length": 40}), "would end at epoch 40, beyond the run of 20 epochs; the rate ends at 5e-2",
     config({**POLYNOMIAL, "decay_length": "100%"})),
    ("LR402", config({**LINES, "knots": [[0, 0.1], [30, 0]]}), "the last knot, at epoch 30, lies beyond the run", config(LINES)),
    ("LR402", config({**PIECEWISE, "decay_epochs": [15, 30]}), "30 lies beyond the run of 20 epochs; the rate stays at 1e-2",
     config(PIECEWISE)),
    ("LR402", config({**PIECEWISE, "decay_epochs": ["1500it", "150%"]}), "30 lies beyond the run of 20 epochs", config(PIECEWISE)),
    ("LR402", config({**MULTI, "milestones": [10, 19], "warmup_epoch": 1}), "19 would come at epoch 20 with the warmup, beyond the run of 20 epochs; the rate",
     config({**MULTI, "milestones": [10, 18], "warmup_epoch": 1})),
    ("LR402", config({**MULTI, "milestones": [12, 15], "warmup_epoch": 10}),
     "12, 15 would come at epoch 22, 25 with the warmup, beyond the run of 20 epochs; the rate stays at 1e-1",
     config({**MULTI, "milestones": [5, 9], "warmup_epoch": 10})),
    ("LR402", config({**MULTI, "milestones": []}), "the rate never drops", config(MULTI)),
    ("LR403", config({**PIECEWISE, "warmup_epoch": 2}), "the drops come at epochs 12, 17", config(PIECEWISE)),
    ("LR403", config({**PIECEWISE, "decay_epochs": [10], "values": [0.1, 0.01], "warmup_epoch": 2}), "the drop comes at epoch 12", config(PIECEWISE)),
    ("LR403", config({**PIECEWISE, "decay_epochs": ["50%", "1500it"], "warmup_epoch": 2}), "the drops come at epochs 12, 17", config(PIECEWISE)),
    ("LR404", config({**COSINE, "last_epoch": 2500}), "is rising again (1.47e-2)", config({**COSINE, "last_epoch": 1500})),
    ("LR404", config({**COSINE, "last_epoch": 2500}), "is rising again",
     config({**COSINE, "last_epoch": 2500, "cooldown_epochs": 1})),
    ("LR405", config({**CYCLE, "cycle": 8}), "ends 4 epochs into a cycle of 8 epochs", config(CYCLE)),
    ("LR405", config({**RESTARTS, "T_mult": 2}), "ends 5 epochs into a cycle of 20 epochs, at 8.54e-2",
     config({**RESTARTS, "T_mult": 3})),
    ("LR405", config({**COSINE, "decay_length": 8}), "ends 4 epochs into a cycle of 16 epochs", config({**COSINE, "decay_length": 4})),
    ("LR401", config({**COSINE, "decay_length": 40}), "would end at epoch 40, beyond the run", config({**COSINE, "decay_length": 20})),
    ("LR410", config({"name": "Linear", "learning_rate": 0.1, "decay_length": 8}), "ends at epoch 8; the rate stays at 0",
     config({**COSINE, "decay_length": 8})),
    ("LR405", config({**CYCLIC, "step_size_up": 3}), "ends 2 epochs into a cycle of 6 epochs", config(CYCLIC)),
    ("LR405", config({**POLYNOMIAL, "decay_length": 8, "cycle": True}), "ends 4 epochs into a cycle of 8 epochs",
     config({**POLYNOMIAL, "decay_length": 5, "cycle": True})),
    ("LR406", config(TWO, epochs=100), "stops before that, at 5e-2, 50 % of the peak", config(TWO, epochs=200)),
    ("LR406", config(TWO, epochs=300), "exactly 0 from epoch 200", config(TWO, epochs=190)),
    ("LR406", config({**TWO, "warmup_epoch": 2}, epochs=300), "after it, at epoch 202, the rate jumps up to 2.5e-2",
     config({**TWO, "warmup_epoch": 2}, epochs=202)),
    ("LR407", config({**MULTI, "learning_rate": 1e-5, "gamma": 0.5, "warmup_epoch": 9}),
     "45 of 2000 updates have a rate below 5e-7, which the log prints as 0.000000; all of them in the warmup",
     config({**MULTI, "learning_rate": 1e-5, "gamma": 0.5, "warmup_epoch": 4})),
    ("LR407", config({**COSINE, "learning_rate": 0.001}), "28 of 2000 updates have a rate below 5e-7", config({"name": "Const", "learning_rate": 1e-6})),
    ("LR408", config({**COSINE, "learning_rate": 0.001}, epochs=150_000), "the log prints the same rate for the first 2135",
     config({**COSINE, "learning_rate": 0.001}, epochs=1200)),
    ("LR408", config({**COSINE, "learning_rate": 5e-5}, optimizer="Adam"), "for the first 1.3 epochs", config(COSINE)),
    ("LR408", config({**COSINE, "learning_rate": 5e-5}, optimizer="Adam"), "for the first 1.3 epochs",
     config({**COSINE, "learning_rate": 5e-5}, optimizer="Adam", epochs=1)),  # 6 updates are less than a line of the log
    ("LR409", config({"name": "InverseSqrt", "learning_rate": 0.1, "warmup_epoch": 10}), "ends at 7.07e-2, 70.7 % of the peak",
     config({"name": "InverseSqrt", "learning_rate": 0.1, "warmup_epoch": 2})),
    ("LR409", config({"name": "InverseTime", "learning_rate": 0.1, "gamma": 0.01}), "does not know when the run ends",
     config({"name": "InverseTime", "learning_rate": 0.1, "gamma": 0.1})),
    ("LR410", config({**POLYNOMIAL, "decay_length": 10}), "ends at epoch 10; the rate stays at 0 for the remaining 10 epochs",
     config({**POLYNOMIAL, "decay_length": 16})),
    ("LR410", config({**LINES, "knots": [[0, 0.1], [10, 0.01]]}), "stays at 1e-2 for the remaining 10 epochs", config(LINES)),
    ("LR410", config({**EXPONENTIAL, "step_size": "1it"}), "ends at epoch 0.42", config(EXPONENTIAL)),
    ("LR405", config({**CYCLE, "cycle": 4, "hold_epochs": 3, "once_per_epoch": True}), "the run ends 1 epoch into a cycle of 4 epochs",
     config({**CYCLE, "cycle": 4, "hold_epochs": 4, "once_per_epoch": True})),
    ("LR410", config({**RESTARTS, "cycle_limit": 2, "eta_min": 1e-5}),
     "the cycles end at epoch 10; the rate stays at 1e-5 for the remaining 10 epochs",
     config({**RESTARTS, "cycle_limit": 3, "eta_min": 1e-5})),
    ("LR410", config({**CYCLIC, "cycle_limit": 1, "step_size_up": 2}), "end at epoch 4",
     config({**CYCLIC, "cycle_limit": 4, "step_size_up": 2})),
    ("LR410", config({"name": "Scale", "factor": 0.5, "schedule": {**CYCLE, "cycle_limit": 1}}), "the cycles end at epoch",
     config({"name": "Scale", "factor": 0.5, "schedule": CYCLE})),
    ("LR411", config(sequence(COSINE, COSINE)), "jumps from 9.87e-7 up to 1e-1 at epoch 5",
     config(sequence(COSINE, {**COSINE, "warmup_epoch": 1}))),
    ("LR411", config({"name": "Scale", "factor": 0.5, "schedule": sequence(COSINE, COSINE)}), "jumps from 4.93e-7 up to 5e-2 at epoch 5",
     config({"name": "Scale", "factor": 0.5, "schedule": sequence(COSINE, {**COSINE, "warmup_epoch": 1})})),
    ("LR413", config({"name": "Piecewise", "decay_epochs": [10], "values": [5e-6, 5e-5]}),
     "the rate rises 10-fold at epoch 10, from 5e-6 to 5e-5; a warmup is warmup_epoch",
     config({"name": "Piecewise", "decay_epochs": [10], "values": [5e-5, 5e-6], "warmup_epoch": 2})),
    ("LR413", config({**PIECEWISE, "values": [0.1, 0.01, 0.02]}), "rises 2-fold at epoch 15, from 1e-2 to 2e-2", config(PIECEWISE)),
    ("LR413", config({**PIECEWISE, "values": [0.1, 0.2, 0.3], "warmup_epoch": 1}), "rises 2-fold at epoch 11, from 1e-1 to 2e-1; 1 more rise",
     config({**PIECEWISE, "values": [0.1, 0.1, 0.1]})),
    ("LR413", config({**PIECEWISE, "values": [0, 0.1, 0.01]}), "rises at epoch 10, from 0 to 1e-1", config({**PIECEWISE, "values": [0.1, 0, 0]})),
    ("LR414", config(CYCLE), "jumps back 3 times to 1e-1, first at epoch 5", config({**CYCLE, "cycle": 20})),
    ("LR414", config({**CYCLE, "warmup_epoch": 2}), "back 3 times to 1e-1, first at epoch 7", config(CYCLIC)),
    ("LR414", config({**RESTARTS, "T_mult": 3}), "back 1 time to 1e-1, first at epoch 5", config({**RESTARTS, "T_0": 20})),
    ("LR412", config(PLATEAU), "starts at 1e-1", config(COSINE)),
    ("LR412", config({**PLATEAU, "warmup_epoch": 2}), "only until its plateau begins, at 1e-1; from there on", config(COSINE)),
    ("LR412", config(sequence(COSINE, PLATEAU)), "call step() once per update and step(metric) once per", config(COSINE)),
    ("LR501", config({**PIECEWISE, "values": [0.1, 0.01]}), "they take 3 values", config(PIECEWISE)),
    ("LR502", config({"name": "Step", "learning_rate": 0.1, "step_size": 2.5, "gamma": 0.5}), "250 iterations",
     config({"name": "Step", "learning_rate": 0.1, "step_size": 2, "gamma": 0.5})),
    ("LR502", config({"name": "Step", "learning_rate": 1, "step_size": 2.0, "gamma": 0.5}), "hands 2.0 to Paddle, which stops: it takes an integer",
     config({"name": "Step", "learning_rate": 1, "step_size": "2.5%", "gamma": 0.5})),
    ("LR502", config({**LWC, "warmup_steps": 200.0}), "hands 200.0 to Paddle", config({**LWC, "warmup_steps": 0.0})),
    ("LR502", config({**CONST, "learning_rate": 1}), "hands 1 to Paddle, which stops: it takes a number with a decimal point",
     config({**CONST, "learning_rate": 1, "warmup_epoch": 0.01})),
    ("LR502", config({"learning_rate": 1, "warmup_ratio": 0.1}), "hands 1 to Paddle", config({**CONST, "learning_rate": 1.0})),
    ("LR503", config({**COSINE, "last_epoch": 499}), "starts at 500, epoch 5, with 8.54e-2", config({**COSINE, "last_epoch": -1})),
    ("LR504", config(ONE), "past update 2000", config(COSINE)),
    ("LR505", config(COSINE, Train={"dataset": {"num_samples": 50}}), "PaddleOCR ignores this key", config(COSINE, Train={})),
    ("LR505", config({**COSINE, "end_lr": 1e-5}), "PaddleOCR ignores this key", config({**LWC, "min_lr": 1e-5})),
    ("LR505", config({**COSINE, "warmup_epoch": "10%"}), "PaddleOCR does not know 10% and stops", config({**WSD, "warmup_epoch": "10%"})),
    ("LR505", config({**MULTI, "milestones": [5, "1000it"]}), "PaddleOCR does not know 1000it and stops", config(MULTI)),
    ("LR505", config({**TWO, "first_epochs": 9}), "here it counts", config(TWO)),
    ("LR505", regularized({"name": "CosineL2", "warmup_epoch": "5%"}), "does not know 5% and stops",
     regularized({"name": "CosineL2", "warmup_epoch": 5})),
    ("LR506", config(WSD), "PaddleOCR has no WSD", config(COSINE)),
    ("LR506", config(PLATEAU), "ppocr-lr train has no metric for it", config(COSINE)),
    ("LR507", regularized({"name": "CosineL2Decay"}), "starts again at factor", regularized({"name": "L2", "factor": 0.1})),
    ("LR508", {**regularized({"name": "CosineL2"}, "AdamW"), "Architecture": {}}, "where AdamW has none",
     {**regularized({"name": "CosineL2"}), "Architecture": {}}),
    ("LR508", {**regularized({"name": "CosineL2"}, "Momentum"), "Architecture": {}}, "where Momentum has none",
     regularized({"name": "CosineL2"}, "AdamW")),
    ("LR511", config(COSINE, Global={"epoch_num": 20, "checkpoints": "output/latest"}),
     "from the rate in the checkpoint: if Optimizer.lr.learning_rate has changed since, it has no effect",
     config({**COSINE, "warmup_epoch": 1}, Global={"epoch_num": 20, "checkpoints": "output/latest"})),
    ("LR511", config(TWO, Global={"epoch_num": 20, "checkpoints": "output/latest"}), "goes on from the rate in the checkpoint",
     config(TWO, Global={"epoch_num": 20, "checkpoints": None})),
    ("LR512", whole({"name": "SGD"}), "PaddleOCR has no 'SGD' and stops; it has Adadelta, Adam, AdamW, Momentum, RMSProp",
     whole({"name": "RMSProp", "rho_": 1})),
    ("LR512", whole({"name": ["Adam"]}), "PaddleOCR has no ['Adam']", config(COSINE, optimizer="SGD")),
    ("LR512", whole({}), "is missing, and PaddleOCR stops; it has Adadelta, ", {**config(COSINE), "Optimizer": {"lr": COSINE}}),
    ("LR512", whole({"name": None}), "is missing, and PaddleOCR stops", whole({"name": "Adam"})),
    ("LR512", whole({"name": "Momentum"}), "PaddleOCR's Momentum has no default for it, and stops", config(COSINE)),
    ("LR512", whole({"name": "Momentum", "momentum": None}), "has no default for it", whole({"name": "Momentum", "momentum": 0})),
    ("LR512", whole({"name": "RMSProp", "rho": None}), "takes no null for it", whole({"name": "RMSProp", "beta1": None})),
    ("LR512", whole({"name": "Adam", "clip_norm": None}), "takes no null for it", whole({"name": "Adam", "regularizer": None})),
    ("LR512", whole({"name": "AdamW", "regularizer": {"name": "L1"}}), "AdamW takes only L2, and stops",
     whole({"name": "AdamW", "regularizer": {"name": "L2Decay"}})),
    ("LR512", whole({"name": "AdamW", "regularizer": {"name": "L1Decay"}}), "AdamW takes only L2", whole({"name": "Adam", "regularizer": {"name": "L1"}})),
    ("LR512", whole({"name": "Adam", "learning_rate": 0.1}), "PaddleOCR gives the optimizer one itself, and stops at this one",
     {**config(COSINE), "Optimizer": {"name": "Adam", "learning_rate": 0.1, "lr": COSINE}}),
    ("LR512", whole({"name": "Adam", "grad_clip": None}), "stops at this one", whole({"name": "Adam", "clip_norm": 5})),
    ("LR105", {**config(COSINE), "Optimizer": {"name": "Adam", "learning_rate": 0.1, "lr": COSINE}}, "Optimizer.learning_rate has",
     whole({"name": "Adam", "learning_rate": 0.1})),
    ("LR509", momentum({"name": "OneCycle"}), "stop with a TypeError", momentum(0.9)),
    ("LR509", momentum({"name": "OneCycle"}, "Adam"), "PaddleOCR's Adam ignores momentum", momentum(0.9, "Adam")),
    ("LR509", regularized({"name": "Cosine", "start": 0.04, "end": 0.4}), "PaddleOCR has no regularizer Cosine",
     regularized({"name": "CosineL2"})),
    ("LR603", config({**NOAM, "learning_rate": 0.001}), "the peak is 2.55e-6", config(NOAM)),
    ("LR604", backbone(), "affine blocks (backbone.*.lab.*) × 0.1, up to 1e-2", backbone(lab_lr=1)),
    ("LR604", {**backbone(), **config(PLATEAU)}, "affine blocks (backbone.*.lab.*) × 0.1, up to 1e-2", config(PLATEAU)),
    ("LR604", backbone(lr_mult_list=[0.1, 0.2, 0.3, 0.4, 0.5, 0.6]), "blocks3 (backbone.blocks3.*) × 0.3, up to 3e-2; …", config(COSINE)),
    ("LR604", config(COSINE, Architecture={"name": "DistillationModel", "Models": {"Old": {"freeze_params": True}}}),
     "Old, frozen (Old.*) not at all", config(COSINE, Architecture={"Models": {"Old": {"freeze_params": True}}})),
    ("LR605", vision_lan(PIECEWISE), "the rate 1e-2 for all but the language module, and Paddle multiplies the rate by it: they train at 1e-3 at most",
     vision_lan(PIECEWISE, step="LF_1")),
    ("LR601", config(COSINE, optimizer="Adam"), "a peak of 1e-1 is high for Adam, whose rates are mostly 2e-6 to 8e-3",
     config(COSINE, optimizer="Momentum")),
    ("LR601", config({**COSINE, "learning_rate": 3e-6}), "is low for Momentum", config({**COSINE, "learning_rate": 3e-6}, optimizer="AdamW")),
    *(
        ("LR601", config({**COSINE, "learning_rate": rate}, optimizer=optimizer), "such a run hardly learns",
         config({**COSINE, "learning_rate": 5e-5}, optimizer=optimizer))
        for rate in (1e-6, 1e-7, 1e-9) for optimizer in ("Adam", "AdamW")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "triggers", "message", "near_miss"), CASES, ids=lambda value: str(value)[:60])
def test_trigger_and_near_miss(code: str, triggers: Any, message: str, near_miss: Any, tmp_path: Path) -> None:
    found = [finding for finding in findings(tmp_path, triggers) if finding.code == code]
    assert len(found) == 1
    assert message in found[0].message
    assert not found[0].message.startswith(found[0].key or "\n")  # which is said before it
    assert code not in {finding.code for finding in findings(tmp_path, near_miss)}


@pytest.mark.parametrize(
    ("code", "content", "known", "unknown"),
    [
        ("LR408", config({**COSINE, "learning_rate": 1e-4}), "for the first 91 updates", "for the first 0.9 epochs"),
        ("LR504", config(ONE), "past update 2000;", "past epoch 20;"),
        ("LR504", config({**ONE, "warmup_iters": 500}), "past update 2500;", "past its end;"),
        ("LR503", config({**COSINE, "last_epoch": 500}), "training starts at 501, epoch 5.01, with", "training starts at 501; "),
        ("LR304", config({**ONE, "warmup_iters": 500}), "up to 1e-1 in 5 epochs", "up to 1e-1 in the warmup"),
    ],
)  # fmt: skip
def test_no_updates_are_counted_while_the_length_of_an_epoch_is_unknown(
    code: str, content: Any, known: str, unknown: str, tmp_path: Path
) -> None:
    for flags, said in ((KNOWN, known), (None, unknown)):
        assert [said in each.message for each in findings(tmp_path, content, flags) if each.code == code] == [True]


@pytest.mark.parametrize(
    ("code", "section"),
    [
        ("LR302", {**PIECEWISE, "decay_epochs": [2, 8], "warmup_iters": 500}),
        ("LR402", {**PIECEWISE, "decay_epochs": [10, 18], "warmup_iters": 500}),
        ("LR403", {**PIECEWISE, "warmup_iters": 100}),
        ("LR404", {**COSINE, "last_epoch": 23_000}),
    ],
)
def test_iterations_are_not_compared_with_epochs_of_an_unknown_length(
    code: str, section: dict[str, Any], tmp_path: Path
) -> None:
    found = [[each.code for each in findings(tmp_path, config(section), flags)] for flags in (KNOWN, None)]
    assert [code in codes for codes in found] == [True, False]


def test_a_flat_top_that_is_no_tenth_of_an_epoch_is_not_told_without_its_length(tmp_path: Path) -> None:
    content = config({**COSINE, "learning_rate": 1e-4}, epochs=1)
    assert "LR408" not in [each.code for each in findings(tmp_path, content, None)]


def test_the_rate_that_is_scaled_is_the_one_that_is_written(tmp_path: Path) -> None:
    """LR602, beside a warmup whose end is never reached."""
    text = DISTRIBUTED.replace("name: Cosine", "name: Cosine, warmup_epoch: 500")
    found = [each.message for each in findings(tmp_path, text) if each.code == "LR602"]
    assert ["its peak of 1e-3 is meant" in said for said in found] == [True]


def test_a_hold_inside_another_section_is_not_told_under_a_key_that_is_not_there(tmp_path: Path) -> None:
    """LR401: the key is read where it is, and so it is missed in `Scale`."""
    held = {**COSINE, "hold_epochs": 6}
    for section, path in [(held, (*SECTION_PATH, "hold_epochs")), ({"name": "Scale", "schedule": held}, SECTION_PATH)]:
        found = findings(tmp_path, config(section))
        assert [each.path for each in found if each.code == "LR401"] == [path]


def test_unknown_and_estimated_epochs(tmp_path: Path) -> None:
    """LR201 and LR202: what tells is a flag or a sampler, not the lr section."""
    sampler = {"sampler": {"name": "MultiScaleSampler", "scales": [32, 64]}}
    cases = [
        (config(COSINE), None, {"LR201"}),
        (config(COSINE, Train=sampler), RunFlags(num_samples=1000), {"LR202"}),
        (config(COSINE), KNOWN, set()),
    ]
    for content, flags, expected in cases:
        assert {f.code for f in findings(tmp_path, content, flags)} & {"LR201", "LR202"} == expected


BATCH_8 = "Global: {epoch_num: 20}\nTrain: {loader: {batch_size_per_card: 8}, dataset: {num_samples: 4000}}\n"
FOR_8_CARDS = BATCH_8 + "Optimizer:\n  lr:\n    name: Cosine\n    learning_rate: 0.001 #(8*8c)\n"
DISTRIBUTED = (
    BATCH_8.replace("20}", "20, distributed: true}") + "Optimizer: {lr: {name: Cosine, learning_rate: 0.001}}\n"
)


@pytest.mark.parametrize(
    ("text", "flags", "message", "hint"),
    [
        (FOR_8_CARDS, RunFlags(), '"(8*8c)", which may mean 8 cards, 64 samples per update; 1 card here, 8 samples',
         "if so, the linear rule: -o Optimizer.lr.learning_rate=0.000125"),
        (FOR_8_CARDS, RunFlags(gpus=2), "2 cards here, 16 samples per update", "=0.00025"),
        (FOR_8_CARDS, RunFlags(accumulate=4, scaling="sqrt"), "1 card here, 32 samples per update", "the sqrt rule: -o"),
        (FOR_8_CARDS, RunFlags(gpus=8), None, ""),
        (FOR_8_CARDS, RunFlags(gpus=4, batch_size=16), None, ""),
        # what is said counts more than a comment
        (FOR_8_CARDS, RunFlags(reference_gpus=4), "is meant for 32 samples per update; 1 card", "=0.00025"),
        (FOR_8_CARDS, RunFlags(reference_batch=16), "is meant for 16 samples per update; 1 card", "=0.0005"),
        (FOR_8_CARDS, RunFlags(reference_gpus=1), None, ""),
        (FOR_8_CARDS, RunFlags(reference_gpus=8, accumulate=8), None, ""),
        (FOR_8_CARDS, RunFlags(reference_gpus=4, accumulate=8), "is meant for 32 samples per update; 1 card here, 64", "=0.002"),
        (DISTRIBUTED, RunFlags(), "Global.distributed: true) but does not say for how many", "reference_gpus R"),
        (DISTRIBUTED, RunFlags(gpus=8), "Global.distributed: true) but does not say for how many", "reference_gpus R"),
        (DISTRIBUTED.replace("true", "false"), RunFlags(gpus=4), "the peak is still 1e-3 with 4 cards", "if it was meant for one, the linear rule: -o Optimizer.lr.learning_rate=0.004"),
        (DISTRIBUTED.replace("true", "false"), RunFlags(gpus=4, accumulate=4), "the peak is still 1e-3 with 4 cards and 4 batches of each for an update", "if it was meant for one batch of one card, the linear rule: -o Optimizer.lr.learning_rate=0.016"),
        (DISTRIBUTED.replace("true", "false"), RunFlags(accumulate=4), None, ""),
        (DISTRIBUTED.replace("true", "false"), RunFlags(), None, ""),
    ],
)  # fmt: skip
def test_cards(tmp_path: Path, text: str, flags: RunFlags, message: str | None, hint: str) -> None:
    """LR602."""
    found = [(f.message, f.hint) for f in findings(tmp_path, text, flags) if f.code == "LR602"]
    assert len(found) == (message is not None)
    assert all(message is not None and message in said and hint in proposed for said, proposed in found)


@pytest.mark.parametrize(
    "flags", [RunFlags(iters_per_epoch=9, reference_gpus=8), RunFlags(iters_per_epoch=9, reference_batch=64)]
)
@pytest.mark.parametrize("batch", ["batch_size_per_card: 8k", "drop_last: true"])
def test_what_a_given_reference_needs_is_not_passed_over(tmp_path: Path, flags: RunFlags, batch: str) -> None:
    text = FOR_8_CARDS.replace("batch_size_per_card: 8", batch)
    assert "LR602" not in {each.code for each in findings(tmp_path, text, RunFlags(iters_per_epoch=9))}
    with pytest.raises(LRConfigError, match=r"Train\.loader\.batch_size_per_card"):
        findings(tmp_path, text, flags)


@pytest.mark.parametrize(("iters", "share"), [(3, "25 %"), (4, "14.7 %"), (10, None), (100, None)])
def test_windows_with_few_iterations(tmp_path: Path, iters: int, share: str | None) -> None:
    """LR401, for the epochs of PaddleOCR's trainer on Windows."""
    for windows in (False, True):
        found = findings(tmp_path, config(COSINE, epochs=1000), RunFlags(iters_per_epoch=iters, windows=windows))
        cut_off = [finding.message for finding in found if finding.code == "LR401"]
        assert len(cut_off) == (windows and share is not None)
        assert all(
            f"{share} of the peak" in text and f"{iters - 1} of the {iters} iterations" in text for text in cut_off
        )


WINDOWS: list[tuple[str, dict[str, Any], int, str | None]] = [
    # what is trained counts: one iteration less an epoch than the schedule is built for
    ("LR401", {**COSINE, "warmup_epoch": 5}, 100, "because the decay starts after 5.051 epochs of warmup"),
    ("LR401", {**COSINE, "warmup_epoch": 5}, 3, "because the trainer on Windows runs 2 of the 3 iterations"),
    ("LR401", POLYNOMIAL, 3, "ends at 3.5e-2, 35 % of the peak, because the trainer on Windows runs 2 of the 3"),
    ("LR401", POLYNOMIAL, 100, None),
    ("LR401", {**POLYNOMIAL, "decay_length": 40}, 100, "would end at epoch 40.4, beyond the run of 20 epochs"),
    ("LR401", LINES, 3, "because the trainer on Windows runs 2 of the 3"),
    ("LR402", LINES, 100, None),
    ("LR402", {**LINES, "knots": [[0, 0.1], [30, 0]]}, 100, "the last knot, at epoch 30.3, lies beyond the run"),
    ("LR402", {**MULTI, "milestones": [10, 19]}, 10, "19 would come at epoch 21.111 on Windows, beyond the run of 20 epochs; the rate stays at 1e-2"),
    ("LR402", {**MULTI, "milestones": [10, 17], "warmup_epoch": 1}, 10, "17 would come at epoch 20 on Windows with the warmup, beyond the run of 20 epochs"),
    ("LR402", {**MULTI, "milestones": [10, 19], "warmup_epoch": 1, "decay_within_run": True}, 10, "19 would come at epoch 21.111 on Windows, beyond"),
    ("LR402", {**PIECEWISE, "decay_epochs": [10, 17]}, 10, None),
    ("LR403", {**MULTI, "warmup_epoch": 2}, 10, "counted from the end of the warmup, the drops come at epochs 13.333, 18.889 on Windows"),
    ("LR403", MULTI, 10, "the drops come at epochs 11.111, 16.667 on Windows"),
    ("LR403", {**PIECEWISE, "warmup_epoch": 2}, 100, "counted from the end of the warmup, the drops come at epochs 12.121, 17.172 on Windows"),
    ("LR403", MULTI, 100, None),
    ("LR403", {**MULTI, "milestones": [10, 19]}, 10, None),
    ("LR302", {**MULTI, "milestones": [5, 9], "warmup_epoch": 5}, 10, "the warmup ends at epoch 5.556, after the first of milestones (5); the drop comes at epoch 11.111"),
    ("LR302", {**MULTI, "milestones": [5.5, 9], "warmup_epoch": 5}, 10, None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "section", "iters", "message"), WINDOWS)
def test_on_windows_the_run_that_is_trained_is_judged(
    tmp_path: Path, code: str, section: dict[str, Any], iters: int, message: str | None
) -> None:
    found = findings(tmp_path, config(section), RunFlags(iters_per_epoch=iters, windows=True))
    messages = [finding.message for finding in found if finding.code == code]
    assert any(message in text for text in messages) if message else not messages, messages


@pytest.mark.parametrize("windows", [False, True])
@pytest.mark.parametrize("iters", [2, 3, 10])
@pytest.mark.parametrize("warmup", [0, 1, 2.5])
@pytest.mark.parametrize("within", [False, True])
@pytest.mark.parametrize("milestones", [[4], [6, 12], [6.25, 17.5], [10, 19], [10, 19.9]])
def test_the_drops_that_are_said_are_those_of_the_rates(
    tmp_path: Path, windows: bool, iters: int, warmup: float, within: bool, milestones: list[float]
) -> None:
    """LR402 and LR403."""
    section = {**MULTI, "milestones": milestones, "warmup_epoch": warmup, "decay_within_run": within}
    report = check_config(config(section), RunFlags(iters_per_epoch=iters, windows=windows))
    assert report.planned
    schedule, total = report.planned.schedule, report.planned.run.total_iters
    falls = [step for step in range(1, total) if schedule(step) < schedule(step - 1)]
    messages = {finding.code: finding.message for finding in report.findings}
    assert ("LR402" in messages) == (len(falls) < len(milestones))
    if "LR403" in messages:
        epochs = [count_text(step / report.planned.run.iters_per_epoch) for step in falls]
        assert re.findall(r"[\d.]+", messages["LR403"]) == epochs


STAGES = {
    "name": "Sequence",
    "stages": [
        {"name": "Const", "learning_rate": 0.1, "epochs": "200it"},
        {**RESTARTS, "T_0": "100it", "warmup_iters": 40, "until_end": True},
    ],
}
ACCUMULATED: list[tuple[dict[str, Any], str, str, str]] = [
    # lr section, its key, what is said with 4 batches for an update, 100 batches an epoch, and the remedy
    ({**RESTARTS, "T_0": "200it"}, "T_0", "200 of them last 8 epochs, without accumulation 2", "=2 "),
    ({**RESTARTS, "T_0": "50it"}, "T_0", "50 of them last 2 epochs, without accumulation 0.5", ""),  # ends amid a cycle
    ({**COSINE, "warmup_epoch": "50it"}, "warmup_epoch", "50 of them last 2 epochs, without accumulation 0.5", ""),  # LR505 has one
    ({**COSINE, "hold_epochs": "100it"}, "hold_epochs", "100 of them last 4 epochs, without accumulation 1", "=1 "),
    ({**COSINE, "warmup_iters": 40}, "warmup_iters", "40 of them last 1.6 epochs, without accumulation 0.4", "=10 "),
    ({**LWC, "warmup_steps": 40}, "warmup_steps", "40 of them last 1.6 epochs, without accumulation 0.4", "=10 "),
    ({**LINES, "knots": [[0, 0.1], ["100it", 0.2], ["400it", 0]]}, "knots", "100 of them last 4 epochs, without accumulation 1; 400 of them last 16", ""),
    (STAGES, "stages.0.epochs", "200 of them last 8 epochs, without accumulation 2", "=2 "),
    (STAGES, "stages.1.T_0", "100 of them last 4 epochs, without accumulation 1", "=1 "),
    (STAGES, "stages.1.warmup_iters", "40 of them last 1.6 epochs, without accumulation 0.4", "=10 "),
    ({"name": "Scale", "factor": 0.5, "schedule": {**COSINE, "warmup_iters": 40}}, "schedule.warmup_iters", "40 of them last 1.6", "=10 "),
    ({"name": "Scale", "factor": 0.5, "schedule": STAGES}, "schedule.stages.0.epochs", "200 of them last 8 epochs", "=2 "),
    (NOAM, "warmup_iters", "300 of them last 12 epochs, without accumulation 3", ""),  # its peak hangs on it
]  # fmt: skip


@pytest.mark.parametrize(("section", "key", "message", "remedy"), ACCUMULATED, ids=str)
def test_iterations_when_batches_are_accumulated(
    tmp_path: Path, section: dict[str, Any], key: str, message: str, remedy: str
) -> None:
    """LR205."""
    flags = RunFlags(iters_per_epoch=100, accumulate=4)
    keys = {each.key: each for each in findings(tmp_path, config(section), flags) if each.code == "LR205"}
    assert len(keys) == (3 if "stages" in key else 1)
    found = keys[f"Optimizer.lr.{key}"]
    assert message in found.message
    assert found.hint.startswith(f"-o Optimizer.lr.{key}{remedy}") if remedy else not found.hint
    assert "LR205" not in {each.code for each in findings(tmp_path, config(section))}


@pytest.mark.parametrize("section", [CYCLE, {**RESTARTS, "T_0": "25%"}, COSINE])
def test_lengths_in_epochs_are_the_same_when_batches_are_accumulated(tmp_path: Path, section: dict[str, Any]) -> None:
    found = findings(tmp_path, config(section), RunFlags(iters_per_epoch=100, accumulate=4))
    assert "LR205" not in {finding.code for finding in found}


@pytest.mark.parametrize("accumulate", [2, 3, 7])
@pytest.mark.parametrize(("section", "key", "message", "remedy"), [case for case in ACCUMULATED if case[3]], ids=str)
def test_the_remedy_lasts_as_long_as_without_accumulation(
    section: dict[str, Any], key: str, message: str, remedy: str, accumulate: int
) -> None:
    def epochs(section: dict[str, Any], accumulate: int) -> float:
        report = check_config(config(section), RunFlags(iters_per_epoch=100, accumulate=accumulate))
        assert report.planned
        value: Any = section
        for part in key.split("."):
            value = value[int(part) if part.isdigit() else part]
        built_for = report.planned.built_for
        length = length_of(value)
        assert length
        return (value if key.endswith(("_iters", "_steps")) else built_for.iters(length)) / built_for.iters_per_epoch

    report = check_config(config(section), RunFlags(iters_per_epoch=100, accumulate=accumulate))
    (hint,) = (each.hint for each in report.findings if each.code == "LR205" and each.key == f"Optimizer.lr.{key}")
    cured = with_overrides(config(section), [hint.split()[1]])["Optimizer"]["lr"]
    assert epochs(cured, accumulate) == pytest.approx(epochs(section, 1), abs=accumulate / 100)


def test_every_code_has_a_case() -> None:
    assert {code for code, *_ in CASES} | {"LR201", "LR202", "LR205", "LR602", "LR110", "LR510"} == set(RULES)


def test_what_needs_the_length_of_an_epoch_is_left_out_without_it(tmp_path: Path) -> None:
    content = config({**LWC, "warmup_steps": 5000}, epochs=4)
    codes = {finding.code for finding in findings(tmp_path, content, None)}
    assert codes & {"LR301", "LR401", "LR407", "LR408"} == set()
    assert "LR301" in {finding.code for finding in findings(tmp_path, content)}


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ({**EXPONENTIAL, "step_size": "1it"}, "LR410"),
        ({"name": "InverseTime", "learning_rate": 0.1, "gamma": 0.1, "step_size": "9999it"}, "LR409"),
        ({**NOAM, "warmup_iters": 1900}, "LR409"),
        ({**RESTARTS, "T_0": "1500it"}, "LR405"),
        ({**COSINE, "hold_epochs": "800it"}, "LR401"),
        ({**LINES, "knots": [[0, 0.1], ["500it", 0]]}, "LR410"),
        ({**MULTI, "milestones": ["2500it"]}, "LR402"),
        ({**MULTI, "milestones": ["300it"], "warmup_epoch": 5}, "LR302"),
    ],
)
def test_a_length_in_iterations_needs_the_length_of_an_epoch(section: Any, code: str, tmp_path: Path) -> None:
    assert code in {finding.code for finding in findings(tmp_path, config(section))}
    assert code not in {finding.code for finding in findings(tmp_path, config(section), None)}


@pytest.mark.parametrize(
    "section",
    [
        {"name": "Sequence", "stages": [{**CONST, "epochs": "50000it"}, {**COSINE, "until_end": True}]},
        {"name": "Sequence", "stages": [{**CONST, "epochs": "500it"}, {**COSINE, "epochs": 19}]},
        {"name": "Sequence", "stages": [{**LWC, "epochs": 1}, {**COSINE, "epochs": "500it"}]},
        {"name": "Scale", "factor": 2, "schedule": {**WSD, "decay_length": "50000it"}},
        {**WSD, "decay_length": "50000it"},
        {**COSINE, "cooldown_epochs": "50000it"},
        {**RESTARTS, "cycle_warmup": "5000it"},
        {**LINES, "knots": [[0, 0.1], ["5000it", 0.2], [3, 0]]},
        {**EXPONENTIAL, "step_size": 0.0001},
        {**MULTI, "milestones": ["5000it", 3]},
    ],
    ids=str,
)
def test_what_fits_some_epochs_is_no_error_while_their_length_is_unknown(section: Any, tmp_path: Path) -> None:
    codes = {finding.code for finding in findings(tmp_path, config(section), None)}
    assert "LR201" in codes
    assert "LR100" not in codes


@pytest.mark.parametrize(
    "section",
    [
        {"name": "Sequence", "stages": [{**CONST, "epochs": 9}, {**COSINE, "epochs": 12}]},
        {**LINES, "knots": [[0, 0.1], [5, 0.2], [3, 0]]},
        {**WSD, "decay_length": 30},
        {**COSINE, "warmup_iters": 5, "warmup_ratio": 0.1},
    ],
    ids=str,
)
def test_what_fits_no_epoch_is_an_error_with_any_length(section: Any, tmp_path: Path) -> None:
    assert "LR100" in {finding.code for finding in findings(tmp_path, config(section), None)}


@pytest.mark.parametrize(
    ("section", "code"),
    [
        ({"name": "Sequence", "stages": [{**CONST, "epochs": "700it"}, {**CYCLE, "until_end": True}]}, "LR405"),
        ({**WSD, "learning_rate": "1e-1"}, "LR102"),
        ({**COSINE, "end_lr": "1e-6"}, "LR102"),
        ({**COSINE, "eta_min": "1e-6"}, "LR102"),
        (sequence({**CONST, "learning_rate": "1e-1"}, COSINE), "LR102"),
        (
            sequence(COSINE, {"name": "Step", "learning_rate": 1e-9, "gamma": 0.1, "step_size": 2.5}),
            "LR502",
        ),
        ({**COSINE, "end_lr": 0, "decay_within_run": False}, "LR505"),
        ({**ONE, "pct_start": 0.3}, "LR505"),
    ],
    ids=str,
)
def test_what_paddleocr_never_gets_to_is_not_said(section: Any, code: str, tmp_path: Path) -> None:
    assert code not in {finding.code for finding in findings(tmp_path, config(section))}


@pytest.mark.parametrize(
    ("section", "key"),
    [
        ({**NOAM, "warmup_steps": 5}, "warmup_steps"),
        ({"name": "Sequence", "stages": [{**COSINE, "warmup_epoch": -1, "until_end": True}]}, "stages.0.warmup_epoch"),
    ],
)
def test_a_key_is_named_as_it_is_written(section: Any, key: str, tmp_path: Path) -> None:
    section = {name: value for name, value in section.items() if name != "warmup_iters"}
    assert f"Optimizer.lr.{key}" in {finding.key for finding in findings(tmp_path, config(section))}


def test_places_are_those_in_the_file(tmp_path: Path) -> None:
    text = (
        "Global:\n  epoch_num: 20\nOptimizer:\n  lr:\n    name: Piecewise\n    decay_epochs: [15, 30]\n"
        "    values:\n      - '3e-1'\n      - 0.1\n      - 0.01\n    warmup_epochs: 2\n"
    )
    places = {finding.code: (finding.key, *finding.place[1:]) for finding in findings(tmp_path, text)}
    assert places["LR102"] == ("Optimizer.lr.values.0", 8, 9)
    assert places["LR402"] == ("Optimizer.lr.decay_epochs", 6, 5)
    assert places["LR101"] == ("Optimizer.lr.warmup_epochs", 11, 5)


def test_a_key_beside_the_section_that_needs_it_is_where_the_error_is(tmp_path: Path) -> None:
    text = "Global: {epoch_num: 20}\nOptimizer:\n  lr: {name: Cosine}\n  base_lr: 0.1\n"
    (found,) = findings(tmp_path, text)
    assert (found.code, found.key, found.place and found.place[1:]) == ("LR100", "Optimizer.base_lr", (4, 3))


def test_overrides_are_checked_and_have_the_place_of_their_section(tmp_path: Path) -> None:
    found = findings(tmp_path, config(COSINE), overrides=["Optimizer.lr.warmup_epoch=20"])
    assert [(f.code, f.place.line) for f in found if f.code == "LR301"] == [("LR301", 5)]


class TestIgnoring:
    def test_by_argument(self, tmp_path: Path) -> None:
        content = config({**COSINE, "warmup_epochs": 5})
        assert "LR101" not in {f.code for f in findings(tmp_path, content, ignore=["LR101"])}
        with pytest.raises(LRConfigError, match="ignore LR999: there is no such code"):
            findings(tmp_path, content, ignore=["LR999"])

    @pytest.mark.parametrize(
        ("head", "tail", "left"),
        [
            ("", "", 2),
            ("", "  # ppocr-lr: ignore LR101", 1),
            ("", "  # five of them; ppocr-lr: ignore LR101", 2),
            ("", "  # ppocr-lr: ignore LR303", 2),
            ("", "  # ppocr-lr: ignore LR303, LR101", 1),
            ("# ppocr-lr: ignore LR101\n", "", 0),
            ("  # ppocr-lr:ignore LR303 LR101\n", "", 0),
        ],
    )
    def test_by_comment(self, tmp_path: Path, head: str, tail: str, left: int) -> None:
        text = (
            f"{head}Global: {{epoch_num: 20}}\nOptimizer:\n  lr:\n    name: Cosine\n    learning_rate: 0.1\n"
            f"    warmup_epochs: 5{tail}\n    T_max: 3\n"
        )
        assert [f.code for f in findings(tmp_path, text)].count("LR101") == left

    @pytest.mark.parametrize(
        ("head", "tail", "unused"),
        [
            ("", "  # ppocr-lr: ignore LR101", []),
            ("", "  # ppocr-lr: ignore LR101, LR402", [(6, 49, "ignores LR402, which is not found on this line")]),
            ("", "  # ppocr-lr: ignore LR999", [(6, 42, "LR999, but there is no such code")]),
            ("", "  # ppocr-lr: ignore", [(6, 23, "names no code")]),
            ("", "  # ppocr-lr: ignore lr101", [(6, 23, "names no code")]),
            ("", "  # ppocr-lr: ignored here", []),
            ("# ppocr-lr: ignore LR101\n", "", []),
            ("# ppocr-lr: ignore LR402\n", "", [(1, 20, "ignores LR402, which is not found in this file")]),
            (
                "# ppocr-lr: ignore LR402, LR402, LR402\n",
                "",
                [(1, 20, "ignores LR402, which is not found in this file")],
            ),
            ("# ppocr-lr: ignore LR402 LR110\n", "", []),
            ("# ppocr-lr: ignore LR110\n", "", []),
        ],
    )
    def test_a_comment_that_suppresses_nothing(self, tmp_path: Path, head: str, tail: str, unused: list[Any]) -> None:
        text = (
            f"{head}Global: {{epoch_num: 20}}\nOptimizer:\n  lr:\n    name: Cosine\n    learning_rate: 0.1\n"
            f"    warmup_epochs: 5{tail}\n"
        )
        found = [f for f in findings(tmp_path, text) if f.code == "LR110"]
        assert [f.place[1:] for f in found if f.place] == [(line, column) for line, column, _ in unused]
        assert all(words in f.message for f, (_, _, words) in zip(found, unused, strict=True))
        assert not [f for f in findings(tmp_path, text, ignore=["LR110"]) if f.code == "LR110"]

    def test_without_the_length_of_an_epoch_only_a_wrong_code_is_told(self, tmp_path: Path) -> None:
        text = "Global: {epoch_num: 20}\nOptimizer: {lr: {name: Const, learning_rate: 0.1}}  # ppocr-lr: ignore LR402 LR9\n"
        found = findings(tmp_path, text, flags=None)
        assert ["LR9," in f.message for f in found if f.code == "LR110"] == [True]


@pytest.mark.parametrize(
    ("override", "trainer", "hint"),
    [
        ("Optimizer.lr.learning_rate=1e-4", None, "-o Optimizer.lr.learning_rate=0.0001 means the same to both"),
        (
            "Optimizer.lr={learning_rate: 1e-7}",
            None,
            '-o "Optimizer.lr={learning_rate: 1.0e-07}" means the same to both',
        ),
        ("Global.epoch_num=1e2", "paddleocr", "-o Global.epoch_num=100 means the same to both"),
        ("Optimizer.lr.learning_rate=1e-4", "ppocr-lr", None),
        ("Optimizer.lr.learning_rate=1.0e-4", None, None),
        ("Global.save_model_dir=1e4", None, None),
    ],
)
def test_a_number_that_is_a_string_behind_paddleocrs_o(
    override: str, trainer: Any, hint: str | None, tmp_path: Path
) -> None:
    found = findings(tmp_path, config(CONST), KNOWN._replace(trainer=trainer), overrides=[override])
    assert [finding.hint for finding in found if finding.code == "LR510"] == ([hint] if hint else [])


@pytest.mark.parametrize(
    ("content", "message"),
    [("", "is empty"), ("[1, 2]", "must hold sections"), ({"Global": {}}, "has no Optimizer.lr"), ("a: [", "not YAML")],
)
def test_what_is_no_training_config(content: Any, message: str, tmp_path: Path) -> None:
    with pytest.raises(LRConfigError, match=message):
        findings(tmp_path, content)


def test_errors_are_what_paddleocr_stops_at() -> None:
    assert {code for code, entry in RULES.items() if entry.severity is Severity.ERROR} == {
        "LR100", "LR102", "LR107", "LR109", "LR301", "LR501", "LR502", "LR508", "LR512",
    }  # fmt: skip


COSINE_CONFIG = {
    "Global": {"epoch_num": 20},
    "Optimizer": {"name": "Adam", "lr": {"name": "Cosine", "learning_rate": 1}},
}


def test_a_config_in_memory_has_the_findings_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "c.yml").write_text(yaml.safe_dump(COSINE_CONFIG))
    of_file, of_config = check_file(tmp_path / "c.yml", flags=KNOWN), check_config(COSINE_CONFIG, KNOWN)
    assert of_config.path == "config"
    assert of_config.planned
    assert sorted(of_config.findings, key=str) == sorted(
        (finding._replace(place=None) for finding in of_file.findings), key=str
    )
    codes = {finding.code for finding in of_config.findings}
    assert "LR601" in codes
    rest = check_config(COSINE_CONFIG, KNOWN, ignore=["LR601"]).findings
    assert {finding.code for finding in rest} == codes - {"LR601"}


def test_a_config_in_memory_that_cannot_be_used() -> None:
    report = check_config({**COSINE_CONFIG, "Optimizer": {"lr": {"name": "Cosine"}}})
    assert report.planned is None
    assert [(finding.code, finding.key) for finding in report.findings] == [("LR100", "Optimizer.lr.learning_rate")]
    for config in ([1], {}, {"Optimizer": {"lr": {"learning_rate": 1}}}):
        with pytest.raises(LRConfigError, match=r"^mine: "):
            check_config(config, source="mine")  # type: ignore[arg-type]
    with pytest.raises(LRConfigError, match="no such code"):
        check_config(COSINE_CONFIG, ignore=["LR999"])


@pytest.mark.parametrize(
    "section",
    [
        {"name": "CosineWarmRestarts", "learning_rate": 0.1, "T_0": "1it"},
        {"name": "CyclicalCosine", "learning_rate": 0.1, "cycle": "2it"},
        {"name": "Step", "learning_rate": 0.1, "step_size": "1it", "gamma": 0.999999},
        {"name": "Cyclic", "base_lr": 0.01, "max_lr": 0.1, "step_size_up": "1it", "step_size_down": "1it"},
    ],
)
def test_a_trillion_cycles_are_not_visited(section: dict[str, Any]) -> None:
    config = {"Global": {"epoch_num": 10**6}, "Optimizer": {"lr": section}}
    report = check_config(config, flags=RunFlags(iters_per_epoch=10**6))
    assert report.planned


@pytest.mark.parametrize("content", [each for _, *both in CASES for each in (both[0], both[2])], ids=str)
def test_what_is_said_without_the_length_of_an_epoch_is_true_of_any(
    content: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told = []
    for iters in (10**6, 10**7):  # so many that the third digit of a rate is the same
        monkeypatch.setattr("ppocr_lr.check.report.ASSUMED_ITERS", (iters, *ASSUMED_ITERS))
        told.append([(each.code, str(each), each.hint) for each in findings(tmp_path, content, RunFlags(batch_size=1))])
    assert told[0] == told[1]


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"name": "DecayLearningRate", "learning_rate": 0.001, "end_lr": 1e-5},
         "the run ends at nearly 0; with min_lr: 1.0e-05, a key of this project that PaddleOCR ignores, it would end at 1e-5"),
        ({**COSINE, "eta_min": 1e-5}, "the run ends at nearly 0; with end_lr: 1.0e-05, a key of this project"),
        ({"name": "RangeTest", "updates": 10**5}, "rises from 1e-7 to 10;"),
        ({"name": "Step", "learning_rate": 0.1, "step_size": 2.5, "gamma": 0.5}, "2.5 epochs is taken as whole iterations;"),
    ],
)  # fmt: skip
def test_a_number_that_needs_the_length_of_an_epoch_is_not_told(section: Any, words: str, tmp_path: Path) -> None:
    assert [finding for finding in findings(tmp_path, config(section), RunFlags()) if words in finding.message]


@pytest.mark.parametrize(
    "section", [{**MULTI, "milestones": [5, "1000it"]}, {**PIECEWISE, "decay_epochs": ["50%", "1500it"], "warmup_epoch": 2}]
)  # fmt: skip
def test_what_fits_short_epochs_only_is_no_error_while_their_length_is_unknown(section: Any, tmp_path: Path) -> None:
    assert "LR100" not in {finding.code for finding in findings(tmp_path, config(section), RunFlags())}
    assert "LR100" in {finding.code for finding in findings(tmp_path, config(section), RunFlags(iters_per_epoch=1000))}
