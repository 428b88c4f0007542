"""Text recognition and text direction on drawn text, trained with PaddleOCR's own trainer."""
