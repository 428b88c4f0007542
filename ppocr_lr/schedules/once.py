"""What a schedule computes from its parameters once, on first use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class once(Generic[T]):  # noqa: N801  # a decorator, as `property` is
    """`functools.cached_property`, but without touching `__dict__`.

    Python keeps the attributes of an object in a faster place until its `__dict__` is asked for, which costs a
    training loop up to a third of its `step()`.
    """

    def __init__(self, work: Callable[[Any], T]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, instance: object | None, owner: type | None = None) -> T:
        if instance is None:
            return self  # type: ignore[return-value]  # of the class, for documentation
        value = self._work(instance)
        object.__setattr__(instance, self._name, value)  # a schedule is frozen
        return value
