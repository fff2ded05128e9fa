"""Common needs of a house: how many kWh there are, and which part of them is an account's.

The rules are those of the Government's decree 354 of 2011, appendix 2, as the trade tells them: formula 12
(by the house's meter: what it shows less what its rooms used), formula 15 (by the norm for the area of what
is common), both divided by area; paragraph 44 (formula 12 gives no more than formula 15, unless the owners
manage the house themselves); paragraphs 45–47 (where the rooms used more than the house, nothing is charged
for common needs, and nobody gets anything back). The paragraphs are cited from memory: their text was not at
hand. A house that its owners manage themselves has its common needs in one pot with the flat's own, behind
them; elsewhere they fill ranges of their own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple, TypeVar

from svet.kernel.periods import Month

_ZERO = Decimal(0)
_UNIT = Decimal("0.001")
Key = TypeVar("Key")


class HouseWay(StrEnum):
    """How the common needs of a house are counted."""

    DIRECT = "direct"  # formula 12, all of it, with the flat's own kWh: the owners manage the house
    METER = "meter"  # formula 12, at most what formula 15 gives
    NORM = "norm"  # formula 15: no meter, or none that counts


@dataclass(frozen=True, slots=True)
class HouseVolume:
    """The common needs of a house in a month, kWh and m².

    ``house`` is what its meters show, the ratio and losses counted in (None by norm), ``rooms`` what its
    rooms used, ``by_norm`` the norm for all that is common (None where there is none), ``area`` that of all
    rooms.
    """

    code: str
    way: HouseWay
    house: Decimal | None
    rooms: Decimal
    by_norm: Decimal | None
    area: Decimal

    @property
    def kwh(self) -> Decimal:
        """What is to be divided; never negative."""
        if self.house is None:
            return self.by_norm or _ZERO
        over = max(self.house - self.rooms, _ZERO)
        if self.way is HouseWay.METER and self.by_norm is not None:
            return min(over, self.by_norm)
        return over


@dataclass(frozen=True, slots=True)
class HouseShare:
    """The account's part of what its house used in common in a month, frozen when it was computed.

    ``area`` is that of its room, m²; with ``up`` the thousandth of a kWh that rounding left over is its.
    ``no`` is the row that says so.
    """

    month: Month
    kwh: Decimal
    volume: HouseVolume | None = None
    area: Decimal = _ZERO
    up: bool = False
    no: int = 0

    @property
    def summed(self) -> bool:
        """Whether it fills the ranges of a month together with what the flat used itself."""
        return self.volume is None or self.volume.way is HouseWay.DIRECT

    @property
    def right(self) -> bool:
        """Whether the kWh are those of the formula."""
        volume = self.volume
        return volume is None or self.kwh == part_of(volume.kwh, self.area, volume.area, up=self.up)


@dataclass(frozen=True, slots=True)
class HouseStay:
    """The months, both in it, in which an account belongs to a house; ``until`` None: and all later ones."""

    house: str
    since: Month
    until: Month | None = None

    def covers(self, month: Month) -> bool:
        """Whether the account belongs to the house in a month."""
        return self.since <= month and (self.until is None or month <= self.until)


class MeterMonth(NamedTuple):
    """What a meter of a house showed at the ends of a month; ``turned``: the dial began again at zero."""

    before: Decimal
    after: Decimal
    digits: int
    ratio: Decimal
    turned: bool = False

    @property
    def kwh(self) -> Decimal:
        """What went through it, the ratio counted in: with transformers 150/5 it is 30."""
        difference = self.after - self.before
        return (difference + (10**self.digits if self.turned else 0)) * self.ratio


def metered(meters: Sequence[MeterMonth], *, losses: Decimal) -> Decimal:
    """kWh of a house by its meters, with so many percent lost between them and the border of the grid."""
    kwh = sum((each.kwh for each in meters), _ZERO)
    return (kwh + kwh * losses / 100).quantize(_UNIT)


def by_norm(*, norm: Decimal, common: Decimal) -> Decimal:
    """kWh of a month by a norm (kWh for a m²) for so many m² of what is common."""
    return (norm * common).quantize(_UNIT)


def part_of(kwh: Decimal, area: Decimal, whole: Decimal, *, up: bool = False) -> Decimal:
    """A room's part by its area, thousandths of a kWh: rounded down, or up by what the others left over."""
    part = Fraction(kwh) * Fraction(area) / Fraction(whole) / Fraction(_UNIT)
    return (Decimal(part.numerator // part.denominator) + up) * _UNIT


def divided(kwh: Decimal, areas: Mapping[Key, Decimal], *, whole: Decimal) -> dict[Key, bool]:
    """Who of the rooms with these areas gets a thousandth more, so that the parts together are exact.

    The greatest remainders get it, of equal ones the first. Where the areas are less than the ``whole``
    (others' rooms are in it), the parts together are their area's part, rounded half up.
    """
    exact = {key: Fraction(kwh) * Fraction(area) / Fraction(whole) * 1000 for key, area in areas.items()}
    total = sum(exact.values(), Fraction(0))
    wanted = (2 * total.numerator + total.denominator) // (2 * total.denominator)
    left = wanted - sum(each.numerator // each.denominator for each in exact.values())
    order = sorted(exact, key=lambda key: exact[key] % 1, reverse=True)
    chosen = set(order[:left])
    return {key: key in chosen for key in areas}
