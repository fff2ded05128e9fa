"""The bank's register of payments (the common Sberbank-like form, Windows-1251, no heading).

``dd-mm-yyyy;hh-mm-ss;osb;vsp;cashier;SUIP;account;name;address;MMYY;sum;transfer;commission`` per payment,
last line ``=count;sum;transfer;commission;order no;date``. Sums are roubles with a comma. A customer's debt
falls by ``sum`` (what the person paid); ``transfer`` is what reaches the retailer's account.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from svet.exchange.rules import values
from svet.exchange.rules.refusals import FileReason, FileRefused, RowFault, RowReason
from svet.exchange.rules.tables import MAX_FIELD, Line
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import Money

NAMES = (
    "date", "time", "osb", "vsp", "cashier", "suip", "account", "name", "address", "period", "sum",
    "transfer", "commission",
)  # fmt: skip
_TIME = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment: ``external_id`` is the bank's unique number of the operation (СУИП)."""

    line_no: int
    raw: str
    external_id: str
    account: str
    paid_on: date
    paid_at: time
    sum: Money
    transfer: Money


@dataclass(frozen=True, slots=True)
class PaymentRegister:
    """A whole register whose control line agrees with its rows."""

    rows: Sequence[PaymentRow]
    faults: Sequence[tuple[Line, RowFault]]
    total: Money
    order_number: str


def parse(text: str) -> PaymentRegister:
    """Read the register and hold its rows against the control line.

    :raises FileRefused: no control line, or count or sum differ (nothing may be applied then).
    """
    lines = [(n, raw) for n, raw in enumerate(io.StringIO(text), start=1) if raw.strip()]
    if not lines or not lines[-1][1].startswith("="):
        heading = lines[0][1].strip()[:60] if lines else ""
        raise FileRefused(FileReason.TRAILER_MISSING, field="file", details={"heading": heading})
    rows: list[PaymentRow] = []
    faults: list[tuple[Line, RowFault]] = []
    declared = Money(0)
    for number, raw in lines[:-1]:
        line = Line(number, raw.strip("\r\n")[:2000], _split(raw))
        if not line.fields:
            faults.append((line, RowFault(number, "", RowReason.COLUMNS)))
            continue
        try:
            row = _row(line)
        except FieldFault as fault:
            faults.append((line, RowFault(number, fault.column, fault.reason)))
            declared += _sum_or_zero(line)
            continue
        rows.append(row)
        declared += row.sum
    return _checked(rows, faults, declared, lines[-1][1])


def _split(raw: str) -> dict[str, str]:
    text = raw.strip("\r\n")
    if len(text) > MAX_FIELD or "\r" in text:
        return {}
    parts = next(csv.reader([text], delimiter=";"))
    return (
        dict(zip(NAMES, (part.strip() for part in parts), strict=False)) if len(parts) >= len(NAMES) else {}
    )


def _row(line: Line) -> PaymentRow:
    fields = line.fields
    match = _TIME.fullmatch(fields["time"])
    if match is None:
        raise FieldFault("time", RowReason.DATE)
    try:
        at = time(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        raise FieldFault("time", RowReason.DATE) from None
    return PaymentRow(
        line_no=line.number,
        raw=line.raw,
        external_id=values.text(fields, "suip", longest=64),
        account=values.text(fields, "account", longest=40),
        paid_on=values.needed_day(fields, "date"),
        paid_at=at,
        sum=values.money(fields, "sum"),
        transfer=values.money(fields, "transfer"),
    )


def _sum_or_zero(line: Line) -> Money:
    try:
        return values.money(line.fields, "sum")
    except FieldFault:
        return Money(0)


def _checked(
    rows: list[PaymentRow], faults: list[tuple[Line, RowFault]], found: Money, trailer: str
) -> PaymentRegister:
    parts = [part.strip() for part in trailer.strip("\r\n").lstrip("=").split(";")]
    fields = dict(zip(("count", "sum", "transfer", "commission", "order", "date"), parts, strict=False))
    try:
        count, total = values.whole(fields, "count"), values.money(fields, "sum")
    except FieldFault:
        raise FileRefused(
            FileReason.TRAILER_MISSING, field="file", details={"heading": trailer[:60]}
        ) from None
    if count != len(rows) + len(faults) or total != found:
        details = {
            "count": count,
            "counted": len(rows) + len(faults),
            "sum": total.roubles,
            "summed": found.roubles,
            "difference": (total - found).roubles,
        }
        raise FileRefused(FileReason.TRAILER_DIFFERS, field="file", details=details)
    return PaymentRegister(rows, faults, total, fields.get("order", "")[:40])


def paid_moment(row: PaymentRow) -> datetime:
    """The local date and time of the payment, without a zone."""
    return datetime.combine(row.paid_on, row.paid_at)
