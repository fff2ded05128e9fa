"""Frozen values made as quickly as others: for a month of bills, which makes dozens of them a bill."""

from __future__ import annotations

from dataclasses import MISSING, field, fields, make_dataclass
from typing import Any, TypeVar, cast

_Made = TypeVar("_Made")


def quickly(frozen: type[_Made]) -> type[_Made]:
    """What makes values of a frozen dataclass with slots; called as the class itself.

    A frozen class sets each field of a new value by a call, which takes forty fields four times as long. Here
    they are set on a twin without the ban, and the value then becomes one of the class. What a class does
    itself with a new value (``__post_init__``) would not be done.

    :raises TypeError: the class does something with its values, makes defaults, or has no slots
    """
    known = fields(frozen)  # type: ignore[arg-type]
    plain = all(each.init and each.default_factory is MISSING for each in known)
    slots = frozen.__dict__.get("__slots__")
    if not plain or hasattr(frozen, "__post_init__") or slots != tuple(each.name for each in known):
        raise TypeError(f"{frozen.__name__} makes its values itself")

    def become(made: Any) -> None:
        made.__class__ = frozen

    twin = make_dataclass(
        frozen.__name__,
        [(each.name, Any, field(default=each.default)) for each in known],
        slots=True,
        namespace={"__post_init__": become},
    )
    return cast(type[_Made], twin)
