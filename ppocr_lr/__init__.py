"""PaddleOCR's learning-rate schedules: build, draw and check them before training starts.

The names in `__init__.pyi` are loaded when first used, so importing the package costs next to nothing and imports
neither Paddle nor matplotlib.
"""

import lazy_loader

__version__ = "0.1.0"

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
