"""Compare schedules on text recognition and direction with PaddleOCR's trainer: python tools/train_text.py --help"""

from __future__ import annotations

import sys

from text.cli import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
