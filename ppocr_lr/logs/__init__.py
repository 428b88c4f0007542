"""A training log against the plan: does the run follow it, and if not, what explains what it did."""
