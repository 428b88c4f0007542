"""Trains text recognition and text direction with PaddleOCR's trainer and several schedules: --help has the options."""

from __future__ import annotations

import sys

from text.cli import run

if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
