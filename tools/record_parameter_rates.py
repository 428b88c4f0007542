"""Record PaddleOCR's own factors of the rate for the tests: python tools/record_parameter_rates.py PADDLEOCR

Writes tests/data/parameter_rates.json: for each case its `Architecture`, and for each factor the parameters that have
it, with 0 for frozen ones. PADDLEOCR is a checkout of PaddleOCR (last run with commit 1af0448a and paddlepaddle 3.3.1).
"""

from __future__ import annotations

import argparse
import copy
import importlib
import json
import sys
from pathlib import Path
from typing import Any

OUT = Path(__file__).parent.parent / "tests" / "data" / "parameter_rates.json"

SIX, FIVE = [0.5, 0.6, 0.7, 0.8, 0.9, 1.5], [0.5, 0.6, 0.7, 0.8, 0.9]
TPS = {"name": "TPS", "num_fiducial": 20, "loc_lr": 0.1, "model_name": "small"}


def _backbone(name: str, **keys: Any) -> dict[str, Any]:
    return {"model_type": "rec", "Backbone": {"name": name, **keys}}


SMALL_V3 = {"scale": 0.25, "conv_kxk_num": 1}
CASES: dict[str, dict[str, Any]] = {
    "PPLCNetV3 lr_mult_list": _backbone("PPLCNetV3", **SMALL_V3, lr_mult_list=SIX, lab_lr=0.2),
    "PPLCNetV3 det": _backbone("PPLCNetV3", **SMALL_V3, det=True, lr_mult_list=[0.5] * 6),
    "PPLCNetV4 det": _backbone("PPLCNetV4", model_size="tiny", det=True, lr_mult_list=SIX),
    **{f"PPLCNetV4 {size}": _backbone("PPLCNetV4", model_size=size, lr_mult_list=SIX) for size in ("tiny", "medium")},
    "PPLCNetV4": _backbone("PPLCNetV4", lr_mult_list=SIX),
    "PPHGNetV2_B4": _backbone("PPHGNetV2_B4", text_rec=True, lr_mult_list=[*FIVE, 7]),
    "TPS": {"model_type": "rec", "Transform": TPS},
    "GA_SPIN": {"model_type": "rec", "Transform": {"name": "GA_SPIN", "loc_lr": 0.1, "default_type": 6}},
    "TSRN": {"model_type": "sr", "Transform": {"name": "TSRN", "STN": True}},
    "Distillation": {
        "name": "DistillationModel",
        "Models": {
            "Teacher": {"freeze_params": True, **_backbone("PPLCNetV4", model_size="tiny", det=True)},
            "Student": {**_backbone("PPLCNetV3", **SMALL_V3), "freeze_params": False},
            "Student2": {"model_type": "rec", "Transform": TPS},
        },
    },
}


def record(architecture: dict[str, Any]) -> dict[str, str]:
    """The names of the parameters of each factor, separated by spaces."""
    import paddle  # not above: --help needs none

    build_model = importlib.import_module("ppocr.modeling.architectures").build_model
    paddle.utils.unique_name.switch()
    names: dict[str, list[str]] = {}
    for name, parameter in build_model(copy.deepcopy(architecture)).named_parameters():
        if name.endswith(("._mean", "._variance")):
            continue  # no gradient moves them
        factor = parameter.optimize_attr["learning_rate"] if parameter.trainable else 0.0
        names.setdefault(repr(float(factor)), []).append(name)
    return {factor: " ".join(found) for factor, found in names.items()}


def main() -> None:
    """Record all cases."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paddleocr", metavar="PADDLEOCR", help="the folder of a checkout")
    sys.path.insert(0, parser.parse_args().paddleocr)
    cases = {name: {"architecture": case, "parameters": record(case)} for name, case in CASES.items()}
    OUT.write_text(json.dumps(cases, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
