"""How a rule or an operation says no."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Refused(Exception):
    """An operation was refused for a reason that the person can understand.

    Rooms subclass it beside the operation. ``reason`` comes from the room's own enum, ``field`` names
    the input at fault (the name used by the API and the forms) or is empty, ``details`` are values for
    the text (``{"digits": 5}``). The room's ``texts.explain(refusal)`` turns it into a sentence; faces
    choose where to show it.
    """

    def __init__(self, reason: StrEnum, *, field: str = "", details: Mapping[str, object] | None = None):
        super().__init__(str(reason))
        self.reason = reason
        self.field = field
        self.details: dict[str, object] = dict(details or {})


class NotFound(Refused):
    """The thing does not exist or is not visible to the actor: the two are never told apart."""


class Conflict(Refused):
    """The thing changed meanwhile, or the same key came with another body."""
