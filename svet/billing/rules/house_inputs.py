"""What the common needs of a house in a month are counted from: its terms, meters, readings and rooms."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from svet.billing.rules.houses import HouseVolume, HouseWay, MeterMonth, by_norm, metered
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused

_ZERO = Decimal(0)


class HouseReason(StrEnum):
    """Why the common needs of a house cannot be told."""

    NO_TERMS = "house_no_terms"
    NO_METER = "house_no_meter"
    NO_READING = "house_no_reading"
    LOWER = "house_lower"
    NO_ROOMS = "house_no_rooms"
    TOO_MUCH_AREA = "house_too_much_area"
    ROOM_UNKNOWN = "house_room_unknown"


class HouseUnknown(Refused):
    """The common needs of a house in a month cannot be told; no account of it can be charged that month."""


@dataclass(frozen=True, slots=True)
class HouseTerms:
    """How the common needs are counted from a month on; areas m², ``norm`` kWh a month for a m², percent."""

    since: Month
    way: HouseWay
    total_area: Decimal
    common_area: Decimal | None = None
    norm: Decimal | None = None
    losses_percent: Decimal = _ZERO


@dataclass(frozen=True, slots=True)
class HouseMeter:
    """A meter of a house: its first month, at the beginning of which it showed ``initial``, and its last."""

    serial: str
    since: Month
    initial: Decimal
    digits: int = 6
    ratio: Decimal = Decimal(1)
    until: Month | None = None
    final: Decimal | None = None

    def counts(self, month: Month) -> bool:
        """Whether it stood in a month."""
        return self.since <= month and (self.until is None or month <= self.until)


@dataclass(frozen=True, slots=True)
class HouseReading:
    """What a meter showed at the end of a month, and what rooms of others used in it, kWh."""

    value: Decimal
    turned: bool = False
    others: Decimal = _ZERO


class Room(NamedTuple):
    """An account's room in a house, m², in the months ``since``…``until`` (both in it)."""

    account_id: int
    area: Decimal
    since: Month
    until: Month | None = None

    def counts(self, month: Month) -> bool:
        """Whether it belongs to the house in a month."""
        return self.since <= month and (self.until is None or month <= self.until)


@dataclass(slots=True)
class HouseBook:
    """All facts of one house; readings by meter and month."""

    house_id: int
    code: str
    terms: list[HouseTerms] = field(default_factory=list)
    meters: list[HouseMeter] = field(default_factory=list)
    readings: dict[tuple[str, Month], HouseReading] = field(default_factory=dict)
    rooms: list[Room] = field(default_factory=list)

    def terms_on(self, month: Month) -> HouseTerms:
        """What holds in a month. :raises HouseUnknown: nothing yet"""
        found = [each for each in self.terms if each.since <= month]
        if not found:
            raise HouseUnknown(HouseReason.NO_TERMS, details={"month": month})
        return max(found, key=lambda each: each.since)

    def rooms_in(self, month: Month) -> list[Room]:
        """The rooms of a month."""
        return [room for room in self.rooms if room.counts(month)]


class HouseInputs(NamedTuple):
    """What of a house's own facts decides a month: with the kWh of its rooms it gives the common needs.

    ``meters`` are what its meters showed (None by norm), ``others`` the kWh of rooms in nobody's book.
    """

    code: str
    month: Month
    terms: HouseTerms
    meters: tuple[MeterMonth, ...] | None
    others: Decimal
    rooms: tuple[Room, ...]

    @property
    def digest(self) -> str:
        """The same for equal inputs."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]

    def volume(self, kwh_of: Mapping[int, Decimal]) -> HouseVolume:
        """The common needs, given what each room used itself."""
        norm, common = self.terms.norm, self.terms.common_area
        used = sum((kwh_of[room.account_id] for room in self.rooms), self.others)
        return HouseVolume(
            code=self.code,
            way=self.terms.way,
            house=None if self.meters is None else metered(self.meters, losses=self.terms.losses_percent),
            rooms=used,
            by_norm=None if norm is None or common is None else by_norm(norm=norm, common=common),
            area=self.terms.total_area,
        )


def house_inputs(book: HouseBook, month: Month, rooms: list[Room]) -> HouseInputs:
    """What decides a month of a house with these rooms of ours. :raises HouseUnknown: something is missing"""
    terms = book.terms_on(month)
    if not rooms:
        raise HouseUnknown(HouseReason.NO_ROOMS, details={"month": month})
    if sum((room.area for room in rooms), _ZERO) > terms.total_area:
        raise HouseUnknown(HouseReason.TOO_MUCH_AREA, details={"month": month})
    meters, others = None, _ZERO
    if terms.way is not HouseWay.NORM:
        found = [each for each in book.meters if each.counts(month)]
        if not found:
            raise HouseUnknown(HouseReason.NO_METER, details={"month": month})
        meters = tuple(_shown(book, meter, month) for meter in sorted(found, key=lambda each: each.serial))
        readings = (book.readings.get((meter.serial, month)) for meter in found)
        others = sum((each.others for each in readings if each is not None), _ZERO)
    return HouseInputs(book.code, month, terms, meters, others, tuple(sorted(rooms)))


def _shown(book: HouseBook, meter: HouseMeter, month: Month) -> MeterMonth:
    before = meter.initial if month == meter.since else _read(book, meter, month.plus(-1)).value
    after = HouseReading(meter.final) if meter.until == month and meter.final is not None else None
    after = after or _read(book, meter, month)
    if after.value < before and not after.turned:
        raise HouseUnknown(HouseReason.LOWER, details={"month": month, "meter": meter.serial})
    return MeterMonth(before, after.value, meter.digits, meter.ratio, after.turned)


def _read(book: HouseBook, meter: HouseMeter, month: Month) -> HouseReading:
    found = book.readings.get((meter.serial, month))
    if found is None:
        raise HouseUnknown(HouseReason.NO_READING, details={"month": month, "meter": meter.serial})
    return found
