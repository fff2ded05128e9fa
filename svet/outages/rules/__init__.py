"""An outage: what is said of it, where it stands by the clock, whom it meets. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from svet.accounts.rules.places import city_words, place_key, same_settlement_kind, settlement_kinds
from svet.kernel.writing import plain
from svet.outages.rules.houses import read_houses
from svet.outages.rules.refusals import OutageReason, OutageRefused

LONGEST_NUMBER: Final = 40
LONGEST_WHY: Final = 160
MOST_PLACES: Final = 200
#: No work is longer: somebody has typed another month or year.
LONGEST: Final = timedelta(days=31)
#: Nor is one announced earlier than this.
FARTHEST: Final = timedelta(days=366)
#: An outage of which nobody knows when it ends, and nobody says that it is over, is not shown for ever.
UNKNOWN_LASTS: Final = timedelta(days=3)
#: How long before a planned work those whom it meets are told.
TOLD_AHEAD: Final = timedelta(days=3)
#: The local hours in which people are told of planned works: never at night.
DAY_HOURS: Final = range(9, 21)


class OutageKind(StrEnum):
    """Whether it was announced."""

    PLANNED = "planned"
    EMERGENCY = "emergency"


class OutageState(StrEnum):
    """Where it stands at a moment: counted from its hours, never kept."""

    PLANNED = "planned"
    BEGUN = "begun"
    OVER = "over"
    CANCELLED = "cancelled"


class OutageAct(StrEnum):
    """What was done to an outage, for its history."""

    ENTERED = "entered"
    MOVED = "moved"
    PLACES = "places"
    WORDS = "words"
    CANCELLED = "cancelled"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, order=True)
class PlaceLine:
    """A street with its houses, as somebody wrote them; without a street the whole settlement."""

    city: str
    street: str = ""
    houses: str = ""

    @property
    def key(self) -> str:
        return place_key(self.city, self.street)

    def meets(self, *, city: str, street: str, house: str) -> bool:
        """Whether an address of the registry is in it."""
        if not self.is_at(city=city, street=street):
            return False
        return not self.street or read_houses(self.houses).holds(house)

    def is_at(self, *, city: str, street: str) -> bool:
        """Whether it is of a street, whichever its houses are."""
        same = place_key(city, street if self.street else "") == self.key
        return same and same_settlement_kind(self.city, city)


@dataclass(frozen=True, slots=True)
class OutageWords:
    """What somebody says of an outage. ``begins_at``, ``ends_at`` are moments; no end: nobody knows it."""

    kind: OutageKind
    begins_at: datetime
    ends_at: datetime | None
    why: str
    places: tuple[PlaceLine, ...]
    number: str = ""

    @property
    def mark(self) -> str:
        """What tells these hours and places from other ones, however the rows were ordered."""
        return mark_of(self.begins_at, self.ends_at, self.places)

    def seen_mark(self, provider: str) -> str:
        """What tells a preview from another: the supplier by its code, and everything that is said."""
        said = "\n".join([self.mark, provider, self.kind, self.why, self.number])
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def mark_of(begins_at: datetime, ends_at: datetime | None, places: Iterable[PlaceLine]) -> str:
    """A short text that is equal for equal hours and places."""
    lines = sorted(
        f"{' '.join(settlement_kinds(each.city))}|{each.key}|{' '.join(each.houses.split())}"
        for each in places
    )
    moments = (str(int(at.timestamp())) if at else "" for at in (begins_at, ends_at))
    return hashlib.sha256("\n".join([*moments, *lines]).encode()).hexdigest()[:16]


def over_at(begins_at: datetime, ends_at: datetime | None) -> datetime:
    """When it is over if nobody says anything more."""
    return ends_at or begins_at + UNKNOWN_LASTS


def state_of(
    *, begins_at: datetime, over_at: datetime, cancelled_at: datetime | None, now: datetime
) -> OutageState:
    """Where an outage stands at a moment."""
    if cancelled_at is not None:
        return OutageState.CANCELLED
    if over_at <= now:
        return OutageState.OVER
    return OutageState.BEGUN if begins_at <= now else OutageState.PLANNED


def checked(words: OutageWords, *, now: datetime) -> OutageWords:
    """The same with single spaces. :raises OutageRefused: it cannot be so"""
    check_hours(words.kind, words.begins_at, words.ends_at, now=now)
    number = " ".join(words.number.split())
    if len(number) > LONGEST_NUMBER:
        raise OutageRefused(OutageReason.NUMBER, field="number")
    why, places = checked_why(words.why), checked_places(words.places)
    return OutageWords(words.kind, words.begins_at, words.ends_at, why, places, number)


def checked_why(raw: str) -> str:
    """The reason with single spaces. :raises OutageRefused: there is none, or it is too long"""
    why = " ".join(plain(raw).split())
    if not why or len(why) > LONGEST_WHY:
        raise OutageRefused(OutageReason.WHY, field="why")
    return why


def check_hours(kind: OutageKind, begins_at: datetime, ends_at: datetime | None, *, now: datetime) -> None:
    """:raises OutageRefused: no outage has such hours, or they are over"""
    if ends_at is None and kind is OutageKind.PLANNED:
        raise OutageRefused(OutageReason.ENDS, field="ends")
    # First of all: three days after the last day of the calendar are no moment.
    if begins_at - now > FARTHEST:
        raise OutageRefused(OutageReason.FAR, field="begins")
    last = over_at(begins_at, ends_at)
    if last <= begins_at:
        raise OutageRefused(OutageReason.ENDS_FIRST, field="ends")
    if last - begins_at > LONGEST:
        raise OutageRefused(OutageReason.TOO_LONG, field="ends")
    if last <= now:
        raise OutageRefused(OutageReason.OVER, field="ends")


def checked_places(places: Sequence[PlaceLine]) -> tuple[PlaceLine, ...]:
    """The places with single spaces, each once, in their order. :raises OutageRefused: one is none"""
    tidy = [
        PlaceLine(*(" ".join(plain(part).split()) for part in (one.city, one.street, one.houses)))
        for one in places
    ]
    if not tidy or len(tidy) > MOST_PLACES:
        raise OutageRefused(OutageReason.PLACES, field="places")
    for one in tidy:
        if not city_words(one.city) or len(one.city) > 100:
            raise OutageRefused(OutageReason.CITY, field="city")
        if len(one.street) > 160 or (one.houses and not one.street):
            raise OutageRefused(OutageReason.STREET, field="street")
        read_houses(one.houses)
    return tuple(dict.fromkeys(tidy))
