"""PaddleOCR's own trainer, run in this process with this project's builder in it."""
