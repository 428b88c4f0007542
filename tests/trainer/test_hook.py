"""What is changed of PaddleOCR in the process that trains."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from ppocr_lr.trainer.hook import write_log


@pytest.mark.parametrize("early", [True, False])
def test_a_log_is_written_once_whoever_asked_for_the_logger_first(
    early: bool, paddleocr: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PaddleOCR #15931: `save_load.py` asks for it as it is imported, and then the file is not heard of."""
    monkeypatch.syspath_prepend(paddleocr)
    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path])
    log, name = tmp_path / "out" / "train.log", f"asked{early}"  # pytest has handlers of its own where ppocr was used
    with patch.dict(sys.modules):
        write_log()
        module = importlib.import_module("ppocr.utils.logging")
        if early:
            module.get_logger(name).warning("early")
        logger = module.get_logger(name, str(log))
        module.get_logger(name, str(log)).info("learning")
    for handler in logger.handlers:
        handler.close()
    (line,) = log.read_text().splitlines()
    assert re.fullmatch(rf"\[2.*\] {name} INFO: learning", line)
