"""Money that is on its way to accounts: known where payments are, asked for by whoever reminds of debts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final, Protocol


class MoneyUnderway(Protocol):
    """By account the kopecks that were taken for it and do not stand on it yet; others are absent."""

    def __call__(self, account_ids: Collection[int], /) -> Mapping[int, int]: ...


_SOURCES: Final[list[MoneyUnderway]] = []


def underway_by(source: MoneyUnderway) -> None:
    """Ask this source too; the same source twice is one."""
    if source not in _SOURCES:
        _SOURCES.append(source)


def underway(account_ids: Collection[int]) -> dict[int, int]:
    """By account the kopecks that nobody is to be asked for a second time; others are absent."""
    found: dict[int, int] = {}
    for source in _SOURCES if account_ids else ():
        for key, kopecks in source(account_ids).items():
            found[key] = found.get(key, 0) + kopecks
    return found
