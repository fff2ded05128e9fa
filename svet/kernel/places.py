"""Places of the faces by name: who tells of a thing says which one, a face knows where it is shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the cabinet by its name, with the outside ids of what it shows: ``Place("bill", (id,))``."""

    name: str
    ids: tuple[str, ...] = ()


class _Faces:
    """Who answers; handed in once when the program starts."""

    resolve: Callable[[Place], str] | None = None


def resolve_with(resolver: Callable[[Place], str]) -> None:
    """Have the face's ``resolver`` answer from now on: the path of a place, from the first slash."""
    _Faces.resolve = staticmethod(resolver)


def path_of(place: Place) -> str:
    """The path of a place.

    :raises LookupError: no face has said where places are, or it knows none of this name with so many ids.
    """
    if _Faces.resolve is None:
        raise LookupError("no face has said where places are")
    return _Faces.resolve(place)
