"""Planned runs as files for other programs: every update as CSV or JSON, and a page to look at as HTML."""

EXPORTS = ("csv", "json", "html")
"""The file endings that are exports; pictures are in `ppocr_lr.output.PICTURES`."""
