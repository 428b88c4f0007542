"""Learning-rate schedules in iterations: pure, immutable, vectorised; NumPy only.

Each family is loaded when one of its names is first used: creating a dataclass takes as long as a thousand rates.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
