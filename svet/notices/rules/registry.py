"""What higher rooms have made known here: the events they tell of, and who reads what people write to us.

Each room's ``AppConfig`` brings its own when the program starts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from svet.notices.rules import EventSpec

_EVENTS: dict[str, EventSpec] = {}


class DeclaredTwice(Exception):
    """Two events share a code or a row of the switches."""


def declare(specs: Iterable[EventSpec]) -> None:
    """Make a room's events known. :raises DeclaredTwice: another event has this code or this row"""
    for spec in specs:
        for known in _EVENTS.values():
            same_row = spec.row is not None and spec.row == known.row
            if known is not spec and (known.code == spec.code or same_row):
                raise DeclaredTwice(f"{spec.code} and {known.code}")
        _EVENTS[spec.code] = spec


def declared() -> Sequence[EventSpec]:
    """Every event, by code."""
    return [_EVENTS[code] for code in sorted(_EVENTS)]


def find(code: str) -> EventSpec | None:
    """The event of a stored code; None when no room declares it any more."""
    return _EVENTS.get(code)


def is_declared(spec: EventSpec) -> bool:
    """Whether this very event has been made known."""
    return _EVENTS.get(spec.code) is spec


def switchable() -> Sequence[EventSpec]:
    """The rows of «Настройки уведомлений», in their order."""
    rows = [(spec.row, spec) for spec in _EVENTS.values() if spec.row is not None]
    return [spec for _row, spec in sorted(rows, key=lambda each: each[0])]


#: Promises that the text of this key will be read, within the transaction that keeps it.
Reader = Callable[[int], None]
_READERS: list[Reader] = []
_BOT_READERS: list[Reader] = []


def read_texts_with(reader: Reader) -> None:
    """Have ``reader`` called with the key of every text from now on; it enqueues a job and does no more."""
    if reader not in _READERS:
        _READERS.append(reader)


def readers() -> Sequence[Reader]:
    """Who reads what people send by SMS."""
    return tuple(_READERS)


def read_updates_with(reader: Reader) -> None:
    """Have ``reader`` called with the key of what people do to the messenger's bot; it enqueues a job."""
    if reader not in _BOT_READERS:
        _BOT_READERS.append(reader)


def bot_readers() -> Sequence[Reader]:
    """Who reads what people do to the messenger's bot."""
    return tuple(_BOT_READERS)
