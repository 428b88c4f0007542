"""What a config will do to a training run, found before it starts."""

from ppocr_lr.preflight.catalogue import CODES, Severity
from ppocr_lr.preflight.check import Report, check_file
from ppocr_lr.preflight.finding import Finding

__all__ = ["CODES", "Finding", "Report", "Severity", "check_file"]
