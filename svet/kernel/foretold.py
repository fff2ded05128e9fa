"""Who was told of something earlier, as they had asked: looked at before everybody is reminded of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum
from typing import Final, Protocol


class Ending(StrEnum):
    """What has an end."""

    READINGS = "readings"
    DUE = "due"


class ToldEarly(Protocol):
    """The (person, account) of these people who know already what of the account ends on this local day."""

    def __call__(
        self, *, person_ids: Collection[int], ending: Ending, on: date
    ) -> Collection[tuple[int, int]]: ...


_SOURCES: Final[list[ToldEarly]] = []


def told_early_by(source: ToldEarly) -> None:
    """Ask this source too; the same source twice is one."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def told_early(*, person_ids: Collection[int], ending: Ending, on: date) -> set[tuple[int, int]]:
    """The (person, account) that need not be told any more of what ends on a day."""
    if not person_ids:
        return set()
    return {pair for source in _SOURCES for pair in source(person_ids=person_ids, ending=ending, on=on)}
