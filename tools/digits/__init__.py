"""What `tools/train_digits.py` is made of: a real training run in the shape of PaddleOCR's."""
