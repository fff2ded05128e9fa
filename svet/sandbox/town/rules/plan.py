"""Every account of the town as a function of (seed, index, anchor month)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from random import Random
from typing import TypeVar

from svet.kernel.periods import Month
from svet.sandbox.town.rules import names
from svet.sandbox.town.rules.cast import CAST, FREE_PAIRS, CastRole

_T = TypeVar("_T")
HISTORY_MONTHS = 14
MAIN, SECOND, WATER = "ues", "okskaya", "vodokanal"
CITY, SECOND_CITY = "г. Светлореченск", "г. Окские Поляны"
#: Accounts that are flats of one house, whose common needs they pay; nobody of the cast lives there.
FLATS, HOUSE = (10, 11, 12, 14, 16), ("ул. Кольцевая", "7")
# Which months are dark and cold: the share of the yearly average.
SEASON = (1.28, 1.2, 1.1, 0.98, 0.86, 0.78, 0.76, 0.8, 0.9, 1.04, 1.14, 1.26)
ZONE_SHARES = {1: (1.0,), 2: (0.68, 0.32), 3: (0.3, 0.42, 0.28)}


class Sender(StrEnum):
    """How an account sends its readings."""

    REGULAR = "regular"
    FORGETFUL = "forgetful"
    SILENT = "silent"
    SMART = "smart"


class PlannedPayer(StrEnum):
    """How an account pays."""

    FULL = "full"
    LATE = "late"
    PARTLY = "partly"
    AHEAD = "ahead"
    NEVER = "never"


SENDERS = {Sender.REGULAR: 0.72, Sender.FORGETFUL: 0.18, Sender.SILENT: 0.03, Sender.SMART: 0.07}
PAYERS = {
    PlannedPayer.FULL: 0.68,
    PlannedPayer.LATE: 0.13,
    PlannedPayer.PARTLY: 0.07,
    PlannedPayer.AHEAD: 0.07,
    PlannedPayer.NEVER: 0.05,
}


@dataclass(frozen=True, slots=True)
class MonthlyReading:
    """What a meter shows on a day of a month; ``values`` stand in the order of the zones."""

    read_on: date
    values: tuple[Decimal, ...]
    channel: str


@dataclass(frozen=True, slots=True)
class Household:
    """One account of the town with its premises, meter and habits."""

    index: int
    provider: str
    number: str
    holder: str
    phone: str
    city: str
    street: str
    house: str
    flat: str
    area_m2: int
    residents: int
    tariff_group: str
    rooms: int
    stove: str
    electric_heating: bool
    opened_on: date
    serial: str
    meter_type: str
    scheme: int
    digits: int
    decimals: int
    installed_on: date
    verified_on: date
    next_verification_on: date
    sender: Sender
    payer: PlannedPayer
    monthly_kwh: float
    seed: str

    def random(self, purpose: str) -> Random:
        """The household's own dice for one purpose, so that one habit never shifts another."""
        return Random(f"{self.seed}:{self.index}:{purpose}")  # noqa: S311 - sample data, not secrets

    def first_value(self) -> int:
        """What the meter showed before the history begins, in kWh over all zones."""
        start = self.random("start").randrange(800, 30_000)
        # A few meters turn over to zero during the history.
        if _turns_over(self.index):
            start = 10**self.digits - int(self.monthly_kwh * 9)
        return start


def household(*, seed: str, index: int, anchor: Month, second: bool = False) -> Household:
    """The account number ``index`` of the town; ``second`` puts it with the second provider."""
    dice = Random(f"{seed}:{index}:{second}")  # noqa: S311 - sample data, not secrets
    role = CAST.get(index, CastRole()) if not second else CastRole()
    group = role.tariff_group or _weighted(dice, {"1.1": 0.55, "1.2": 0.25, "1.3": 0.2})
    scheme = role.scheme or _weighted(dice, {1: 0.62, 2: 0.28, 3: 0.1})
    country_house = group == "1.3"
    average = {"1.1": 185, "1.2": 290, "1.3": 330}[group]
    monthly = average * math.exp(dice.gauss(0, 0.38))
    if country_house and index % 23 == 5:
        monthly = 4300 + dice.random() * 900  # heated by electricity: reaches the dearer ranges in winter
    life = dice.choice((10, 16, 16))
    due = _next_verification(dice, index, anchor, life)
    verified = due - timedelta(days=round(life * 365.25))
    installed = verified + timedelta(days=dice.randrange(10, 90))
    digits = 6 if monthly > 1500 else dice.choice((5, 5, 6))
    found = Household(
        index=index,
        provider=SECOND if second else MAIN,
        number=account_number(index, second=second),
        holder=role.holder or names.full_name(dice),
        phone=role.phone or (f"+7999{2_000_000 + index * 1009:07d}" if dice.random() < 0.7 else ""),
        city=SECOND_CITY if second else CITY,
        street=role.street or dice.choice(names.STREETS),
        house=str(dice.randrange(1, 120)) + dice.choice(("", "", "", "а", "/2")),
        flat="" if country_house else str(dice.randrange(1, 220)),
        area_m2=dice.randrange(28, 140),
        residents=dice.choice((1, 1, 2, 2, 3, 4, 5)),
        tariff_group=("1" if second else group),
        rooms=1 + index % 4,
        stove="gas" if group == "1.1" else "electric",
        electric_heating=monthly > 1500,
        opened_on=date(2012, 1, 1) + timedelta(days=dice.randrange(0, 3000)),
        serial=_serial(index, second=second),
        meter_type=dice.choice(names.METER_TYPES[scheme]),
        scheme=scheme,
        digits=digits,
        decimals=1 if dice.random() < 0.15 and not role.holder else 0,
        installed_on=installed,
        verified_on=verified,
        next_verification_on=due,
        sender=_sender(dice, index, role),
        payer=PlannedPayer(role.payer) if role.payer else _weighted(dice, PAYERS),
        monthly_kwh=monthly,
        seed=seed,
    )
    if index in FLATS and not second:
        street, number = HOUSE
        return replace(found, street=street, house=number, flat=str(1 + FLATS.index(index)))
    return found


def _sender(dice: Random, index: int, role: CastRole) -> Sender:
    habit = _weighted(dice, SENDERS)
    if _turns_over(index):
        return Sender.SMART
    if index in FREE_PAIRS:
        return Sender.REGULAR
    return Sender(role.sender) if role.sender else habit


def _turns_over(index: int) -> bool:
    return index % 97 == 41


def account_number(index: int, *, second: bool = False) -> str:
    """Ten digits that look like a real account number and never repeat within the town."""
    return f"{'62' if second else '03'}{(index * 7919 + 560_670) % 10**8:08d}"


def _serial(index: int, *, second: bool) -> str:
    shift = 500_000_000 if second else 0
    return f"{(115_268_446 + index * 7_368_787 + shift) % 10**9:09d}"


def _weighted(dice: Random, weights: dict[_T, float]) -> _T:
    return dice.choices(list(weights), list(weights.values()))[0]


def _next_verification(dice: Random, index: int, anchor: Month, life: int) -> date:
    kind = index % 20
    if kind == 3:  # lapsed
        return anchor.first - timedelta(days=dice.randrange(20, 400))
    if kind in (7, 11):  # within half a year
        return anchor.first + timedelta(days=dice.randrange(10, 180))
    return anchor.first + timedelta(days=dice.randrange(200, life * 365 - 600))


def months(anchor: Month) -> list[Month]:
    """The months that are billed when the town is ready: the fourteen before the anchor, oldest first."""
    return [anchor.plus(-back) for back in range(HISTORY_MONTHS, 0, -1)]


def readings(house: Household, *, anchor: Month, before: date | None = None) -> list[MonthlyReading]:
    """The readings a household has sent, oldest first; the first one stands before the history.

    Some of the regular senders have already sent the anchor month's reading; ``before`` cuts the future off.
    """
    sent = _all_readings(house, anchor)
    return [reading for reading in sent if before is None or reading.read_on < before]


# A build asks for the same households month after month.
@lru_cache(maxsize=8192)
def _all_readings(house: Household, anchor: Month) -> tuple[MonthlyReading, ...]:
    sent: list[MonthlyReading] = []
    dice = house.random("readings")
    shown = _zones(house, float(house.first_value()))
    first = anchor.plus(-HISTORY_MONTHS - 1)
    for back in range(HISTORY_MONTHS + 2):
        month = first.plus(back)
        day = 20 if house.sender is Sender.SMART else dice.randrange(15, 26)
        used = house.monthly_kwh * SEASON[month.month - 1] * math.exp(dice.gauss(0, 0.12))
        luck = dice.random()
        if back:
            shown = [value + part for value, part in zip(shown, _zones(house, used), strict=True)]
        if back == HISTORY_MONTHS - 1 and house.index % 40 == 1:
            halfway = [value - part / 2 for value, part in zip(shown, _zones(house, used), strict=True)]
            sent.append(MonthlyReading(month.day(8), _dial(house, halfway), "control"))
        if back and not _sends(house.sender, luck, last=back == HISTORY_MONTHS + 1):
            continue
        sent.append(MonthlyReading(month.day(day), _dial(house, shown), _channel(house.sender, luck)))
    return tuple(sent)


def _sends(sender: Sender, luck: float, *, last: bool) -> bool:
    if last:
        return sender is Sender.SMART or (sender is Sender.REGULAR and luck < 0.3)
    chance = {Sender.REGULAR: 0.97, Sender.FORGETFUL: 0.6, Sender.SILENT: 0.0, Sender.SMART: 1.0}[sender]
    return luck < chance


def _channel(sender: Sender, luck: float) -> str:
    if sender is Sender.SMART:
        return "automatic"
    return "office" if luck < 0.15 else "register"


def _zones(house: Household, kwh: float) -> list[float]:
    return [kwh * share for share in ZONE_SHARES[house.scheme]]


def _dial(house: Household, shown: list[float]) -> tuple[Decimal, ...]:
    step = Decimal(1).scaleb(-house.decimals)
    return tuple((Decimal(value) % 10**house.digits).quantize(step, rounding="ROUND_DOWN") for value in shown)
