"""The town's registers as files: exactly what a retailer would upload."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from svet.exchange.rules import accounts as account_register
from svet.exchange.rules import readings as reading_register
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.sandbox.town.rules.cast import OWING
from svet.sandbox.town.rules.plan import Household, MonthlyReading, PlannedPayer, readings


def accounts(houses: Iterable[Household], *, anchor: Month) -> bytes:
    """The register of accounts with each meter's first values."""
    lines = [";".join(column.name for column in account_register.COLUMNS)]
    for house in houses:
        start = readings(house, anchor=anchor)[0]
        # The meter's own first values: what it showed a little before the history begins.
        initials = [str(max(0, int(value) - 40)) for value in start.values] + ["", ""]
        lines.append(
            ";".join([
                house.provider, house.number, house.holder, house.phone, house.city, house.street,
                house.house, house.flat, str(house.area_m2), str(house.residents), house.tariff_group,
                house.opened_on.isoformat(), house.serial, house.meter_type, str(house.scheme),
                str(house.digits), str(house.decimals), "1", house.installed_on.isoformat(),
                house.verified_on.isoformat(), house.next_verification_on.isoformat(),
                "1" if house.sender == "smart" else "", "", *initials[:3],
                str(house.rooms), house.stove, "1" if house.electric_heating else "0",
            ])
        )  # fmt: skip
    return _encoded(lines)


def month_readings(
    houses: Iterable[Household], *, anchor: Month, month: Month, before: date | None = None
) -> bytes:
    """The register of the readings taken in ``month`` by all channels but the portal."""
    lines = [";".join(column.name for column in reading_register.COLUMNS)]
    for house in houses:
        for reading in readings(house, anchor=anchor, before=before):
            if Month.of(reading.read_on) == month:
                lines.append(_reading_line(house, reading, month))
    return _encoded(lines)


def _reading_line(house: Household, reading: MonthlyReading, month: Month) -> str:
    values = [format(value, "f") for value in reading.values] + ["", ""]
    day = reading.read_on.isoformat()
    record = f"{house.number}-{month}-{reading.read_on.day}"
    fields = [record, house.number, house.serial, day, *values[:3], reading.channel]
    return ";".join(fields)


#: How many days after a month its last payments come from the bank.
LATE_DAYS = 2


@dataclass(frozen=True, slots=True)
class Debt:
    """What an account owes when its owner decides about paying (negative: paid ahead)."""

    house: Household
    owed: Money


def payments(
    debts: Sequence[Debt], *, month: Month, anchor: Month, part: str = "", before: date | None = None
) -> bytes | None:
    """The bank's register of ``month``: who paid how much, by each household's habit; None when nobody did.

    One payment in some months names an account nobody has, as real registers do. ``part`` keeps the numbers
    of operations apart when a month comes in several registers.
    """
    rows: list[str] = []
    total = Money(0)
    for debt in debts:
        paid = _paid(debt, month, anchor)
        if paid.kopecks < 100:
            continue
        rows.append(
            _payment_line(debt.house.number, paid, month, debt.house.random(f"pay:{month}").randrange(5, 26))
        )
        total += paid
    if rows and not part and month.month % 5 == 0:
        rows.append(_payment_line("0399999999", Money(45_000), month, 14))
        total += Money(45_000)
    return _register(rows, total, name=f"{month.year}{month.month:02d}{part}", day=28, month=month)


def late_payments(
    debts: Sequence[Debt], *, month: Month, anchor: Month, part: str = "", before: date | None = None
) -> bytes | None:
    """The register of those who paid in the last days of ``month``: banks send it when its bills are out.

    ``debts`` are what the bills of the month before asked for. None when nobody paid so late, or when the
    bank would send it only on ``before`` or after.
    """
    rows: list[str] = []
    total = Money(0)
    if before is not None and month.end + timedelta(days=LATE_DAYS) >= before:
        return None
    for debt in debts:
        if debt.owed.kopecks < 100 or not pays_late(debt.house, month, anchor):
            continue
        day = (month.end - timedelta(days=1 + debt.house.random(f"late-day:{month}").randrange(3))).day
        rows.append(_payment_line(debt.house.number, debt.owed, month, day))
        total += debt.owed
    day = (month.end - timedelta(days=1)).day
    return _register(rows, total, name=f"{month.year}{month.month:02d}{part}L", day=day, month=month)


def pays_late(house: Household, month: Month, anchor: Month) -> bool:
    """Whether the household, which pays in full, did so at the very end of the month."""
    if house.payer is not PlannedPayer.FULL or (house.index in OWING and month >= anchor.plus(-1)):
        return False
    return house.random(f"late:{month}").random() < 0.08


def _register(rows: Sequence[str], total: Money, *, name: str, day: int, month: Month) -> bytes | None:
    """The rows with their control line; None when there are none."""
    if not rows:
        return None
    trailer = f"={len(rows)};{_sum(total)};{_sum(total)};0,00;{name};{day:02d}-{month.month:02d}-{month.year}"
    return ("\r\n".join([*rows, trailer]) + "\r\n").encode("cp1251")


def _paid(debt: Debt, month: Month, anchor: Month) -> Money:
    dice = debt.house.random(f"pay:{month}")
    owed = debt.owed
    last = anchor.plus(-1) == month or anchor == month
    if month == anchor and debt.house.index in OWING:
        return Money(0)
    if pays_late(debt.house, month, anchor):
        return Money(0)
    if debt.house.payer is PlannedPayer.NEVER or (last and dice.random() < 0.35):
        return Money(0)
    if debt.house.payer is PlannedPayer.LATE:
        return owed if month.month % 3 == 0 else Money(0)
    if debt.house.payer is PlannedPayer.PARTLY:
        return Money(owed.kopecks * 7 // 10 // 100 * 100) if owed.kopecks > 0 else Money(0)
    if debt.house.payer is PlannedPayer.AHEAD:
        return Money(max(owed.kopecks, 0) // 100 * 100 + 150_000) if owed.kopecks > -100_000 else Money(0)
    return owed


def _payment_line(number: str, paid: Money, month: Month, day: int) -> str:
    moment = f"{day:02d}-{month.month:02d}-{month.year};1{day % 10}-{day * 2 % 60:02d}-07"
    suip = f"{month.year}{month.month:02d}{number}DEMO"
    period = f"{month.plus(-1).month:02d}{month.plus(-1).year % 100:02d}"
    return f"{moment};8597;0112;77;{suip};{number};ПЛАТЕЛЬЩИК;;{period};{_sum(paid)};{_sum(paid)};0,00"


def _sum(money: Money) -> str:
    return f"{money.kopecks // 100},{money.kopecks % 100:02d}"


def _encoded(lines: list[str]) -> bytes:
    return ("\r\n".join(lines) + "\r\n").encode("utf-8")
