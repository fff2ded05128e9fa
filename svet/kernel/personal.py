"""What a room keeps of a person: how it is shown to them, and how it is forgotten.

A room that knows persons has a module ``exports`` with one :class:`PersonalShare` called ``EXPORT``;
``privacy`` finds them all and knows no room by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from django.utils.functional import Promise

from svet.kernel.actors import Actor
from svet.kernel.refusals import Refused

Row = Mapping[str, Any]
#: No section of a copy is longer: who needs more than this asks the office.
MOST_ROWS: Final = 5_000


class LeavingRefused(Refused):
    """The cabinet cannot be deleted yet."""


@dataclass(frozen=True, slots=True)
class DataSubject:
    """Whose data it is: the keys by which rooms know the person."""

    person_id: int
    recipient_id: int


class Forgets(Protocol):
    """Drops or empties what a room keeps of a person. In the caller's transaction. :raises LeavingRefused:"""

    def __call__(self, *, person_id: int, by: Actor, now: datetime) -> object: ...


def _no_word(name: str, value: object) -> str | Promise | None:
    return None


@dataclass(frozen=True, slots=True)
class ExportSection:
    """One part of the copy: a single row or many.

    ``key`` is its word in the API, ``place`` where it stands among the others of all rooms. ``words`` says a
    value of a field as a person reads it, or nothing when the value speaks for itself.
    """

    key: str
    title: str | Promise
    place: int
    rows: Callable[[DataSubject], Row | Sequence[Row]]
    words: Callable[[str, Any], str | Promise | None] = _no_word


@dataclass(frozen=True, slots=True)
class PersonalShare:
    """A room's part of a person's data; ``kept`` says why nothing is forgotten where ``forget`` is none."""

    sections: tuple[ExportSection, ...] = ()
    forget: Forgets | None = None
    kept: str = ""

    def __post_init__(self) -> None:
        if (self.forget is None) == (not self.kept):
            raise ValueError("a share forgets, or says why it keeps")
