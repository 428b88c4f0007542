"""The lr section of a training config: one validated model per `name`, in epochs, as written in YAML."""

from ppocr_lr.lr_config.base import LRConfig, NoEffect
from ppocr_lr.lr_config.parse import ParsedLRConfig, parse_lr_config
from ppocr_lr.lr_config.registry import MODELS, register_lr_config
from ppocr_lr.lr_config.run import Run, Window

__all__ = [
    "MODELS",
    "LRConfig",
    "NoEffect",
    "ParsedLRConfig",
    "Run",
    "Window",
    "parse_lr_config",
    "register_lr_config",
]
