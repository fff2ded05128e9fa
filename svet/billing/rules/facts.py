"""Everything that decides what an account is to be charged, as dated facts of one account, and as text.

Days are half-open: ``since`` belongs to a fact, ``until`` does not; ``until`` None is open. The day on which
a meter was read is the border itself: a reading of the 24th tells what was used before the 24th began.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from decimal import Decimal
from enum import IntEnum, StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

from svet.billing.rules.houses import HouseShare, HouseStay
from svet.billing.rules.kinds import Rules
from svet.kernel.periods import Month
from svet.kernel.writing import plain_number
from svet.tariffs.rules.norm_tables import NormTable

Fact = TypeVar("Fact")


class Authority(IntEnum):
    """How much a value weighs against another: a later lower one of no less authority refutes it."""

    CUSTOMER = 1  # also automatic readings
    OFFICE = 2  # control and final readings
    INITIAL = 3  # the zero from which a meter counts


@dataclass(frozen=True, slots=True)
class ScaleValue:
    """What one scale showed, and how often its dial had turned over since the meter stands."""

    zone: str
    value: Decimal
    turns: int = 0


@dataclass(frozen=True, slots=True)
class ReadingFact:
    """An effective set of readings; those of a placement stand in the order in which they arrived."""

    on: date
    values: tuple[ScaleValue, ...]
    authority: Authority = Authority.CUSTOMER
    channel: str = ""
    set_id: int | None = None

    def of(self, zone: str) -> ScaleValue | None:
        """The value of one scale."""
        return next((value for value in self.values if value.zone == zone), None)


@dataclass(frozen=True, slots=True)
class Placement:
    """A meter on a point, with what was read of it; another scheme or ratio is another placement."""

    meter_id: int
    since: date
    until: date | None = None
    readings: tuple[ReadingFact, ...] = ()
    scheme: int = 1
    digits: int = 5
    ratio: Decimal = Decimal(1)
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A place of consumption: meters come and go on it, its count goes on."""

    no: int
    placements: tuple[Placement, ...]


@dataclass(frozen=True, slots=True)
class AccountTerms:
    """What of the contract decides prices and norms; None: nobody knows. ``stove``: gas or electric."""

    group: str
    residents: int | None = None
    since: date = date.min
    until: date | None = None
    rooms: int | None = None
    area: Decimal | None = None
    stove: str | None = None
    electric_heating: bool | None = None


class ActKind(StrEnum):
    """What an act of the office says of a meter."""

    BROKEN = "broken"
    LOST = "lost"
    REFUSED = "refused"  # nobody was let in to read it
    TAMPERED = "tampered"
    UNMETERED = "unmetered"  # there is none although one could stand
    SILENT = "silent"  # a smart meter sends nothing


@dataclass(frozen=True, slots=True)
class Act:
    """An act with its days; ``point`` None: the whole account."""

    kind: ActKind
    since: date
    until: date | None = None
    point: int | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """So many persons were not at home; only norms know it."""

    since: date
    until: date
    persons: int


@dataclass(frozen=True, slots=True)
class RangeLimit:
    """Where a range of consumption ends, kWh a month: a number, or by persons; nothing given: nowhere."""

    kwh: int | None = None
    per_person: int | None = None
    least: int = 0

    def upper(self, residents: int | None) -> Decimal | None:
        """The limit of an account; nobody registered has no kWh by persons (Krasnoyarsk's social norm)."""
        if self.per_person is not None:
            return Decimal(max(self.least, self.per_person * residents)) if residents else Decimal(0)
        return None if self.kwh is None else Decimal(self.kwh)


@dataclass(frozen=True, slots=True)
class RangePrice:
    """Roubles for a kWh of one range, and the row that says so."""

    price: Decimal
    row_id: int = 0
    range_no: int = 1
    demonstration: bool = False


@dataclass(frozen=True, slots=True)
class ZonePrices:
    """The prices of one zone, range after range."""

    scheme: int
    zone: str
    ranges: tuple[RangePrice, ...]


@dataclass(frozen=True, slots=True)
class PriceTable:
    """What holds for a group from ``since`` until ``until``."""

    group: str
    since: date
    until: date | None
    limits: tuple[RangeLimit, ...]
    zones: tuple[ZonePrices, ...]


@dataclass(frozen=True, slots=True)
class Multiplier:
    """How many times the norm is charged where an act of the office says so, by a decree."""

    kind: ActKind
    factor: Decimal
    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class MonthPolicy:
    """The supplier's choices from a month on, and the last day whose readings still belong to a month."""

    since: Month
    cut_off_day: int
    rules: Rules


@dataclass(frozen=True, slots=True)
class LossShare:
    """Losses between the meter and the border of the grid, percent of what was used.

    They are the customer's where the meter does not stand at the border of what is theirs. Meters belong on
    that border, or as near to it as can be (main provisions of the retail markets, decree 442 of 2012,
    paragraph 144, as a retailer tells it); that the volume is then corrected by the losses from the border to
    the meter is written from memory: no text of the decree was at hand. ``no`` is the decision that says so.
    """

    percent: Decimal
    since: date
    until: date | None = None
    no: int = 0


class OverrideKind(StrEnum):
    """What a person may decide against the facts."""

    VOLUME = "volume"  # so many kWh in place of what the facts give
    NO_CHARGE = "no_charge"  # nothing is charged for the months
    CREDIT = "credit"  # kopecks without kWh, negative ones for the customer
    HOLD = "hold"  # nothing is posted for the months until it is over
    LOSSES = "losses"  # percent of what the meter shows, beyond it; facts have it as a LossShare
    RECOMPUTE = "recompute"  # differences of the months go out although they are large or old


@dataclass(frozen=True, slots=True)
class Override:
    """A decision for the months ``since``…``until`` (both in it; None: and all later ones).

    Taking it back takes its effect back. ``ends``: postings of this month and later do not heed it any more
    (holds and recomputations only). ``no`` is the row in which it was written down.
    """

    kind: OverrideKind
    since: Month
    until: Month | None = None
    point: int | None = None
    zone: str | None = None
    kwh: Decimal | None = None
    kopecks: int = 0
    ends: Month | None = None
    no: int = 0
    percent: Decimal | None = None

    def covers(self, month: Month) -> bool:
        """Whether it is about a month of consumption."""
        return self.since <= month and (self.until is None or month <= self.until)

    def heeded(self, horizon: Month) -> bool:
        """Whether a posting of this month still goes by it."""
        return self.ends is None or horizon < self.ends


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """One account. ``floor`` is the first month that is ours to charge: consumption before it is nobody's."""

    floor: Month
    opened_on: date
    terms: tuple[AccountTerms, ...]
    policies: tuple[MonthPolicy, ...]
    tables: tuple[PriceTable, ...]
    closed_on: date | None = None
    points: tuple[Point, ...] = ()
    acts: tuple[Act, ...] = ()
    away: tuple[Away, ...] = ()
    losses: tuple[LossShare, ...] = ()
    house: tuple[HouseShare, ...] = ()
    stays: tuple[HouseStay, ...] = ()
    overrides: tuple[Override, ...] = ()
    norms: tuple[NormTable, ...] = ()
    multipliers: tuple[Multiplier, ...] = ()
    service: str = "electricity"


def canonical(fact: object) -> str:
    """A fact as text, the same for equal facts: sorted keys, decimals and days as strings."""
    return json.dumps(_plain(fact), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def restored(kind: type[Fact], text: str) -> Fact:
    """The fact that ``canonical`` wrote. :raises ValueError: the text is none of this kind"""
    try:
        found: Fact = _typed(kind, json.loads(text))
    except (KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise ValueError(f"not a text of {kind.__name__}: {error}") from error
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, Month):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, StrEnum | IntEnum):
        return value.value
    return value


@cache
def _hints(kind: type) -> Mapping[str, Any]:
    return get_type_hints(kind)


def _typed(kind: Any, data: Any) -> Any:
    if get_origin(kind) in (UnionType, Union):
        if data is None:
            return None
        (kind,) = (each for each in get_args(kind) if each is not NoneType)
    if get_origin(kind) is tuple:
        if not isinstance(data, list):
            raise TypeError(f"a list is wanted, got {data!r}")
        return tuple(_typed(get_args(kind)[0], each) for each in data)
    if kind is Month:
        return Month.parse(data)
    if is_dataclass(kind):
        hints = _hints(kind)  # type: ignore[arg-type]
        return kind(**{name: _typed(hints[name], each) for name, each in data.items()})  # type: ignore[operator]
    if kind is date:
        return date.fromisoformat(data)
    if kind in (int, str, bool):
        if type(data) is not kind:
            raise TypeError(f"{kind.__name__} is wanted, got {data!r}")
        return data
    return kind(data)
