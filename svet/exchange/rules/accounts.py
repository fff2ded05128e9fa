"""The register of accounts: one line is an account with its premises, holder and meter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TypeVar

from svet.accounts.rules.terms import MOST_RESIDENTS, MOST_ROOMS, Stove
from svet.exchange.rules import values
from svet.exchange.rules.refusals import RowFault, RowReason
from svet.exchange.rules.tables import RegisterColumn, RegisterLine, read_table, unreadable
from svet.exchange.rules.values import FieldFault

Value = TypeVar("Value")

COLUMNS = (
    RegisterColumn("provider", ("поставщик",)),
    RegisterColumn("account", ("лицевой счет", "лицевой счёт", "лс")),
    RegisterColumn("holder", ("фио", "владелец")),
    RegisterColumn("phone", ("телефон",), required=False),
    RegisterColumn("city", ("город", "населенный пункт")),
    RegisterColumn("street", ("улица",)),
    RegisterColumn("house", ("дом",)),
    RegisterColumn("flat", ("квартира",), required=False),
    RegisterColumn("area", ("площадь",), required=False),
    RegisterColumn("residents", ("проживает", "зарегистрировано"), required=False),
    RegisterColumn("tariff_group", ("группа тарифа", "тарифная группа")),
    RegisterColumn("opened_on", ("открыт", "дата открытия")),
    RegisterColumn("meter_serial", ("номер пу", "номер счетчика", "device_number")),
    RegisterColumn("meter_type", ("тип пу", "тип счетчика")),
    RegisterColumn("scheme", ("тарифность", "зонность")),
    RegisterColumn("digits", ("разрядность", "vol_max_length")),
    RegisterColumn("decimals", ("знаков после запятой",), required=False),
    RegisterColumn("ratio", ("коэффициент", "kt"), required=False),
    RegisterColumn("installed_on", ("установлен", "дата установки")),
    RegisterColumn("verified_on", ("поверен", "datecheck"), required=False),
    RegisterColumn("next_verification_on", ("следующая поверка", "datenextcheck"), required=False),
    RegisterColumn("smart", ("иср", "интеллектуальный"), required=False),
    RegisterColumn("max_daily", ("максимум в сутки", "vol_max_daily"), required=False),
    RegisterColumn("initial_1", ("начальное 1", "initial_dp1")),
    RegisterColumn("initial_2", ("начальное 2", "initial_dp2"), required=False),
    RegisterColumn("initial_3", ("начальное 3", "initial_dp3"), required=False),
    RegisterColumn("rooms", ("комнат",), required=False),
    RegisterColumn("stove", ("плита",), required=False),
    RegisterColumn("electric_heating", ("электроотопление",), required=False),
)

# An empty cell says that nobody knows.
STOVES = {
    "": None, "gas": Stove.GAS, "газ": Stove.GAS, "газовая": Stove.GAS,
    "electric": Stove.ELECTRIC, "электро": Stove.ELECTRIC, "электрическая": Stove.ELECTRIC,
}  # fmt: skip
_HEATING = {"": None, "1": True, "да": True, "yes": True, "0": False, "нет": False, "no": False}

# What the columns of the tables hold, far above anything real.
_LARGEST_AREA = 99_999
_LARGEST_RATIO = 99_999
_MOST_DAILY = 9_999_999


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One account of the register; ``initials`` are the meter's first values, one per zone."""

    line_no: int
    raw: str
    provider: str
    number: str
    holder: str
    phone: str
    city: str
    street: str
    house: str
    flat: str
    area_m2: Decimal | None
    residents: int | None
    tariff_group: str
    opened_on: date
    meter_serial: str
    meter_type: str
    scheme: int
    digits: int
    decimals: int
    ratio: Decimal
    installed_on: date
    verified_on: date | None
    next_verification_on: date | None
    smart: bool
    max_daily: Decimal | None
    initials: tuple[Decimal, ...]
    #: The columns the file has: what it does not speak of is not compared with anything.
    given: frozenset[str] = frozenset()
    rooms: int | None = None
    stove: Stove | None = None
    electric_heating: bool | None = None

    @property
    def external_id(self) -> str:
        return f"{self.provider}:{self.number}:{self.meter_serial}"


def parse(text: str) -> Iterator[AccountRow | tuple[RegisterLine, RowFault]]:
    """Yield typed rows, or the line and its fault. :raises FileRefused: the heading cannot be used."""
    for line in read_table(text, COLUMNS):
        if not line.fields:
            yield line, RowFault(line.number, "", unreadable(line))
            continue
        try:
            yield _row(line)
        except FieldFault as fault:
            yield line, RowFault(line.number, fault.column, fault.reason)


def _row(line: RegisterLine) -> AccountRow:
    fields = line.fields
    scheme = values.whole(fields, "scheme")
    if scheme not in (1, 2, 3):
        raise FieldFault("scheme", RowReason.CHOICE)
    digits = values.whole(fields, "digits")
    decimals = values.whole(fields, "decimals", default=0)
    if not 3 <= digits <= 8:
        raise FieldFault("digits", RowReason.CHOICE)
    if decimals > 3:
        raise FieldFault("decimals", RowReason.CHOICE)
    area, ratio, most = (
        values.number(fields, column, required=False) for column in ("area", "ratio", "max_daily")
    )
    residents, rooms = _count(fields, "residents", least=0), _count(fields, "rooms", least=1)
    bounds = (
        ("area", area, _LARGEST_AREA),
        ("ratio", ratio, _LARGEST_RATIO),
        ("max_daily", most, _MOST_DAILY),
        ("residents", residents, MOST_RESIDENTS),
        ("rooms", rooms, MOST_ROOMS),
    )
    for column, found, longest in bounds:
        if found is not None and found > longest:
            raise FieldFault(column, RowReason.TOO_LONG)
    initials = [values.number(fields, f"initial_{zone}", required=zone <= scheme) for zone in (1, 2, 3)]
    if any(initial is not None for initial in initials[scheme:]):
        raise FieldFault("initial_3", RowReason.ZONES)
    for zone, initial in enumerate(initials, start=1):
        if initial is not None and (initial >= 10**digits or initial != round(initial, decimals)):
            raise FieldFault(f"initial_{zone}", RowReason.NUMBER)
    return AccountRow(
        line_no=line.number,
        raw=line.raw,
        provider=values.text(fields, "provider", longest=40),
        number=values.text(fields, "account", longest=20),
        holder=values.text(fields, "holder", longest=160),
        phone=values.text(fields, "phone", longest=20, required=False),
        city=values.text(fields, "city", longest=100),
        street=values.text(fields, "street", longest=160),
        house=values.text(fields, "house", longest=20),
        flat=values.text(fields, "flat", longest=20, required=False),
        area_m2=area,
        residents=residents,
        tariff_group=values.text(fields, "tariff_group", longest=10, required=False),
        opened_on=values.needed_day(fields, "opened_on"),
        meter_serial=values.text(fields, "meter_serial", longest=20),
        meter_type=values.text(fields, "meter_type", longest=80),
        scheme=scheme,
        digits=digits,
        decimals=decimals,
        ratio=ratio or Decimal(1),
        installed_on=values.needed_day(fields, "installed_on"),
        verified_on=values.day(fields, "verified_on", required=False),
        next_verification_on=values.day(fields, "next_verification_on", required=False),
        smart=values.text(fields, "smart", longest=3, required=False) in ("1", "да", "yes"),
        max_daily=most or None,
        initials=tuple(initial for initial in initials[:scheme] if initial is not None),
        given=frozenset(fields),
        rooms=rooms,
        stove=_one_of(fields, "stove", STOVES),
        electric_heating=_one_of(fields, "electric_heating", _HEATING),
    )


def _count(fields: dict[str, str], column: str, *, least: int) -> int | None:
    """A whole number, or nothing where nobody knows it. :raises FieldFault:"""
    if not values.text(fields, column, longest=20, required=False):
        return None
    number = values.whole(fields, column)
    if number < least:
        raise FieldFault(column, RowReason.NUMBER)
    return number


def _one_of(fields: dict[str, str], column: str, known: Mapping[str, Value]) -> Value:
    """What a word of a small list means. :raises FieldFault:"""
    word = values.text(fields, column, longest=20, required=False).lower()
    if word not in known:
        raise FieldFault(column, RowReason.CHOICE)
    return known[word]
