"""`ppocr-lr plot` as a script: python tools/plot_lr.py -c CONFIG …; without arguments a default config."""

from __future__ import annotations

import sys

from ppocr_lr.cli import run

if __name__ == "__main__":
    sys.exit(run(["plot", *sys.argv[1:]]))
