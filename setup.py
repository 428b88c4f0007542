"""Kept for `pip install -e .` with old pips; all metadata stands in pyproject.toml."""

from setuptools import setup

setup()
