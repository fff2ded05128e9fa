"""What a refusal of the bank means for the tries of one month: by its reason, in the order's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

#: Days after the first one on which a try follows; what is not here is no matter of time.
#: ``canceled`` and ``expired`` without a page: the bank let it lie, or we never came to send it.
RETRY_DAYS: Final[Mapping[str, tuple[int, ...]]] = {
    "insufficient_funds": (1, 3, 5),
    "limit": (1, 3, 5),
    "bank_fault": (1, 3),
    "declined": (2,),
    "other": (2,),
    "bank_refused": (2,),
    "canceled": (1, 3),
    "expired": (1, 3),
}
#: The bank keeps the card no more: there is nothing to resume.
CARD_GONE: Final = "card_unbound"


@dataclass(frozen=True, slots=True)
class Sequel:
    """What follows a refusal: another try ``on`` a day, or none; ``hard``: none for the agreement either."""

    on: date | None
    hard: bool


def sequel(*, reason: str, first_on: date, declines: int) -> Sequel:
    """What follows the refusal number ``declines`` (from 1) of a month first charged on ``first_on``."""
    days = RETRY_DAYS.get(reason)
    if days is None:
        return Sequel(None, hard=True)
    if declines > len(days):
        return Sequel(None, hard=False)
    return Sequel(first_on + timedelta(days=days[declines - 1]), hard=False)
