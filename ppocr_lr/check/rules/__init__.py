"""The rules, by what they look at."""

from ppocr_lr.check.rule import RULES, explain

# Each declares its rules.
from ppocr_lr.check.rules import compatibility, cycles, decay, input, logged, scale, units, warmup

__all__ = ["RULES", "compatibility", "cycles", "decay", "explain", "input", "logged", "scale", "units", "warmup"]
