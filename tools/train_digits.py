"""Train a small network on handwritten digits with a schedule of ppocr_lr: python tools/train_digits.py --help"""

from __future__ import annotations

import os
import sys

# A network this small is fastest on one thread; to be set before Paddle is imported.
os.environ.setdefault("OMP_NUM_THREADS", "1")

from digits.cli import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
