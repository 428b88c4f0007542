"""The lr section of a training config: one validated model per `name`, in epochs, as written in YAML."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
