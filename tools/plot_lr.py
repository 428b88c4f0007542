"""`ppocr-lr plot` as a script: python tools/plot_lr.py -c CONFIG …; without arguments it draws the default config."""

from __future__ import annotations

from ppocr_lr.cli.main import main

if __name__ == "__main__":
    main("plot")
