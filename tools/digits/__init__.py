"""The parts of `tools/train_digits.py`, a real training run in the form of PaddleOCR's."""
