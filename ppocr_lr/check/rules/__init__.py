"""The rules, one module for each family of codes."""

from ppocr_lr.check.rule import RULES, explain

# Each declares its rules.
from ppocr_lr.check.rules import compatibility, decay, input, scale, units, warmup

__all__ = ["RULES", "compatibility", "decay", "explain", "input", "scale", "units", "warmup"]
