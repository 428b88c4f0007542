"""`python -m ppocr_lr` is the `ppocr-lr` command."""

from ppocr_lr.cli.main import main

main()
