from . import envelope as envelope
from . import kinds as kinds
from .base import LRConfig as LRConfig
from .base import NoEffect as NoEffect
from .parse import ParsedLRConfig as ParsedLRConfig
from .parse import parse_lr_config as parse_lr_config
from .registry import MODELS as MODELS
from .registry import register_lr_config as register_lr_config
from .run import Run as Run
from .run import Window as Window

__all__: list[str]
