"""A training log against the plan: does the run follow it, and if not, what explains what it did."""

from ppocr_lr.logs.compare import Comparison, compare_log, plan_logged_run

__all__ = ["Comparison", "compare_log", "plan_logged_run"]
