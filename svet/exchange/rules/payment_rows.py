"""One row of a register of payments, read as far as it is certain."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from functools import lru_cache
from typing import Final

from svet.exchange.rules import values
from svet.exchange.rules.refusals import RowFault, RowReason
from svet.exchange.rules.tables import MAX_FIELD, RegisterLine
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import Money
from svet.payments.rules.layouts import DateForm, IdentityRule, Layout, SignRule

#: The texts that people typed: what stands before the first of them stands where it should in any row.
_TYPED: Final = ("name", "address")
_OFFICE: Final = ("osb", "vsp", "cashier")
_TIME = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{2})", re.ASCII)
_PERIOD = re.compile(r"(?:(?:0[1-9]|1[0-2])[0-9]{2})?", re.ASCII)
_NAMED = re.compile(r"(0[1-9]|1[0-2])[.]?((?:20)?[0-9]{2})", re.ASCII)
_SUM = re.compile(
    r"([-\u2212]?)((?:[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]{1,12})(?:[.,][0-9]{1,2})?)", re.ASCII
)
#: A number, with its office where that is a part of the identity.
LONGEST: Final = 64
_YMD = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})", re.ASCII)
_MDY = re.compile(r"([0-9]{2})[./-]([0-9]{2})[./-]([0-9]{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment: ``external_id`` is the bank's number of the operation (СУИП), a sum below zero a reversal.

    ``fault`` says what of the row could not be read although number, day and sum are certain.
    """

    line_no: int
    raw: str
    external_id: str
    account: str
    paid_on: date
    paid_at: time
    sum: Money
    transfer: Money
    office: str = ""
    payer: str = ""
    fault: RowFault | None = None
    #: The first day of the month that the payer named.
    named: date | None = None


@dataclass(frozen=True, slots=True)
class BadRow:
    """A rejected row; ``certain`` is False where its sum was only found by what stands around it."""

    line: RegisterLine
    fault: RowFault
    sum: Money | None
    certain: bool


def read_row(number: int, raw: str, layout: Layout) -> PaymentRow | BadRow:
    """The row on line ``number``; what cannot be told from others is bad."""
    text = raw.strip("\r\n")
    parts = [part.strip() for part in text.replace("\r", " ").split(layout.delimiter)]
    named = dict(zip(layout.columns, parts, strict=False))
    line = RegisterLine(number, text[:2000], named)
    broken = len(text) > MAX_FIELD or "\r" in text
    wide = broken or len(parts) != len(layout.columns)
    found = _sum_by_its_place(parts, layout) if wide else money_or_none(named["sum"])
    if found is not None and layout.sign is SignRule.TURNED:
        found = -found
    if broken:
        return BadRow(line, RowFault(number, "", RowReason.COLUMNS), found, certain=False)
    details = {"columns": len(parts), "needed": len(layout.columns)}
    fault = RowFault(number, "", RowReason.COLUMNS, details) if wide else None
    try:
        return _row(line, found, fault, layout)
    except FieldFault as field:
        return BadRow(line, fault or RowFault(number, field.column, field.reason), found, certain=not wide)


def _row(line: RegisterLine, paid: Money | None, fault: RowFault | None, layout: Layout) -> PaymentRow:
    """The row, with what of it could not be read. :raises FieldFault: number, day or sum cannot be known"""
    fields = line.fields if fault is None else _head(line.fields, layout)
    number = identity(values.text(fields, "suip", longest=LONGEST), office_of(fields), layout)
    if len(number) > LONGEST:
        raise FieldFault("suip", RowReason.TOO_LONG)
    day = _day(fields, layout.dates)
    if paid is None:
        raise FieldFault("sum", _why_no_sum(line.fields.get("sum", "")))
    account, fault = _lenient_account(line, fields, fault)
    at, fault = _lenient_time(line, fields, fault)
    transfer = money_or_none(fields.get("transfer", ""))
    if transfer is None and fault is None and "transfer" in layout.columns:
        fault = RowFault(line.number, "transfer", _why_no_sum(fields.get("transfer", "")))
    return PaymentRow(
        line_no=line.number,
        raw=line.raw,
        external_id=number,
        account=account,
        paid_on=day,
        paid_at=at,
        sum=paid,
        transfer=transfer or paid,
        office=sys.intern(office_of(fields)),
        payer=", ".join(text for name in _TYPED if (text := line.fields.get(name, ""))),
        fault=fault,
        named=named_month(fields.get("period", "")),
    )


@lru_cache(maxsize=500)
def named_month(raw: str) -> date | None:
    """The month of «0326», «032026» or «03.2026» by its first day; None where it names none."""
    match = _NAMED.fullmatch(raw)
    if match is None:
        return None
    year = int(match[2])
    return date(year if year > 99 else 2000 + year, int(match[1]), 1)


def identity(number: str, office: str, layout: Layout) -> str:
    """By what a row is told from others of its source and day."""
    return f"{office}/{number}" if layout.identity is IdentityRule.OFFICE else number


def office_of(fields: dict[str, str]) -> str:
    """The bank's office as the row names it."""
    return "/".join(fields[name][:20] for name in _OFFICE if name in fields)


def _head(fields: dict[str, str], layout: Layout) -> dict[str, str]:
    """Of a row of a wrong width, the fields before the first text a person typed."""
    typed = [layout.columns.index(name) for name in _TYPED if name in layout.columns]
    return {name: fields.get(name, "") for name in layout.columns[: min(typed, default=None)]}


@lru_cache(maxsize=2_000)
def _by_form(raw: str, form: DateForm) -> date:
    match = (_YMD if form is DateForm.YMD else _MDY).fullmatch(raw)
    if match is None:
        raise FieldFault("date", RowReason.DATE)
    parts = match.groups()
    ordered = parts if form is DateForm.YMD else (parts[2], parts[0], parts[1])
    return values.needed_day({"date": "-".join(ordered)}, "date")


def _day(fields: dict[str, str], form: DateForm) -> date:
    if form is DateForm.DMY:
        return values.needed_day(fields, "date")
    return _by_form(values.text(fields, "date", longest=20), form)


def _lenient_account(
    line: RegisterLine, fields: dict[str, str], fault: RowFault | None
) -> tuple[str, RowFault | None]:
    try:
        return values.text(fields, "account", longest=40), fault
    except FieldFault as field:
        return fields.get("account", "")[:40], fault or RowFault(line.number, field.column, field.reason)


def _lenient_time(
    line: RegisterLine, fields: dict[str, str], fault: RowFault | None
) -> tuple[time, RowFault | None]:
    if "time" not in fields:
        return time(12), fault
    match = _TIME.fullmatch(fields["time"])
    try:
        if match is not None:
            return time(int(match[1]), int(match[2]), int(match[3])), fault
    except ValueError:
        pass
    return time(12), fault or RowFault(line.number, "time", RowReason.DATE)


def money_or_none(raw: str) -> Money | None:
    """A sum with its sign; None when it is none."""
    match = _SUM.fullmatch(raw) if len(raw) <= 24 else None
    if match is None:
        return None
    money = Money.of_roubles(Decimal(re.sub(r"\s", "", match[2]).replace(",", ".")))
    return -money if match[1] else money


def _why_no_sum(raw: str) -> RowReason:
    if not raw:
        return RowReason.REQUIRED
    return RowReason.FORMULA if raw.startswith(("=", "+", "@")) else RowReason.MONEY


def _sum_by_its_place(parts: Sequence[str], layout: Layout) -> Money | None:
    """The sum of a row of a wrong width: behind the period and before transfer and commission that fit it.

    None when nothing fits or two different sums do: a sum of another column is worse than none.
    """
    if layout.columns[-4:] != ("period", "sum", "transfer", "commission"):
        return None
    found: set[Money] = set()
    for at in range(len(_head({}, layout)), len(parts) - 3):
        paid, transfer, commission = (money_or_none(part) for part in parts[at + 1 : at + 4])
        if paid is None or transfer is None or commission is None or not _PERIOD.fullmatch(parts[at]):
            continue
        if paid in (transfer, transfer + commission):
            found.add(paid)
    return found.pop() if len(found) == 1 else None
