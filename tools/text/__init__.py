"""Text recognition and text direction on rendered text, trained with PaddleOCR's own trainer."""
