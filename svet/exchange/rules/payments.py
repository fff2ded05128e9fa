"""The bank's register of payments (the common Sberbank-like form, Windows-1251, no heading).

``dd-mm-yyyy;hh-mm-ss;osb;vsp;cashier;SUIP;account;name;address;MMYY;sum;transfer;commission`` per payment,
last line ``=count;sum;transfer;commission;order no;date``. Sums are roubles with a comma, below zero for a
reversal. A customer's debt falls by ``sum`` (what the person paid); ``transfer`` is what reaches the
retailer's account. The form knows no quoting: a quote is a letter, a ``;`` in a name makes a row too wide.

A row that cannot be read is one bad row. Its number, day, account and sum are read as far as they are
certain; the control line proves the sums.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from svet.exchange.rules import values
from svet.exchange.rules.refusals import FileReason, FileRefused, RowFault, RowReason
from svet.exchange.rules.tables import MAX_FIELD, RegisterLine
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import Money

NAMES = (
    "date", "time", "osb", "vsp", "cashier", "suip", "account", "name", "address", "period", "sum",
    "transfer", "commission",
)  # fmt: skip
#: The columns before the first text a person typed: they stand where they should in a row of any width.
_HEAD = NAMES[:7]
_TIME = re.compile(r"([0-9]{2})-([0-9]{2})-([0-9]{2})", re.ASCII)
_PERIOD = re.compile(r"(?:(?:0[1-9]|1[0-2])[0-9]{2})?", re.ASCII)
_SUM = re.compile(
    r"([-\u2212]?)((?:[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]{1,12})(?:[.,][0-9]{1,2})?)", re.ASCII
)


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
    fault: RowFault | None = None


@dataclass(frozen=True, slots=True)
class PaymentRegister:
    """A whole register whose control line agrees with its rows.

    ``faults`` are the rows that cannot be told from others; ``sums`` are their sums where they are known.
    """

    rows: Sequence[PaymentRow]
    faults: Sequence[tuple[RegisterLine, RowFault]]
    total: Money
    order_number: str
    sums: Sequence[Money] = ()


@dataclass(frozen=True, slots=True)
class _Bad:
    """A rejected row; ``certain`` is False where its sum was only found by what stands around it."""

    line: RegisterLine
    fault: RowFault
    sum: Money | None
    certain: bool


def parse(text: str) -> PaymentRegister:
    """Read the register and hold its rows against the control line.

    :raises FileRefused: no control line, or count or sum differ (nothing may be applied then).
    """
    lines = [(n, raw) for n, raw in enumerate(io.StringIO(text), start=1) if raw.strip()]
    if not lines or not lines[-1][1].startswith("="):
        heading = lines[0][1].strip()[:60] if lines else ""
        raise FileRefused(FileReason.TRAILER_MISSING, field="file", details={"heading": heading})
    rows: list[PaymentRow] = []
    bad: list[_Bad] = []
    for number, raw in lines[:-1]:
        read = _read(number, raw)
        if isinstance(read, PaymentRow):
            rows.append(read)
        else:
            bad.append(read)
    return _checked(rows, bad, lines[-1][1])


def _read(number: int, raw: str) -> PaymentRow | _Bad:
    text = raw.strip("\r\n")
    parts = [part.strip() for part in text.replace("\r", " ").split(";")]
    line = RegisterLine(number, text[:2000], dict(zip(NAMES, parts, strict=False)))
    broken = len(text) > MAX_FIELD or "\r" in text
    wide = broken or len(parts) != len(NAMES)
    found = _sum_by_its_place(parts) if wide else _money_or_none(line.fields["sum"])
    if broken:
        return _Bad(line, RowFault(number, "", RowReason.COLUMNS), found, certain=False)
    fault = RowFault(number, "", RowReason.COLUMNS, {"columns": len(parts)}) if wide else None
    try:
        return _row(line, found, fault)
    except FieldFault as field:
        return _Bad(line, fault or RowFault(number, field.column, field.reason), found, certain=not wide)


def _row(line: RegisterLine, paid: Money | None, fault: RowFault | None) -> PaymentRow:
    """The row, with what of it could not be read. :raises FieldFault: number, day or sum cannot be known"""
    fields = line.fields if fault is None else {name: line.fields.get(name, "") for name in _HEAD}
    number = values.text(fields, "suip", longest=64)
    day = values.needed_day(fields, "date")
    if paid is None:
        raise FieldFault("sum", _why_no_sum(line.fields.get("sum", "")))
    account, fault = _lenient_account(line, fields, fault)
    at, fault = _lenient_time(line, fields, fault)
    transfer = _money_or_none(fields.get("transfer", ""))
    if transfer is None and fault is None:
        fault = RowFault(line.number, "transfer", _why_no_sum(fields["transfer"]))
    return PaymentRow(
        line_no=line.number,
        raw=line.raw,
        external_id=number,
        account=account,
        paid_on=day,
        paid_at=at,
        sum=paid,
        transfer=transfer or paid,
        office=sys.intern("/".join(fields[name][:20] for name in ("osb", "vsp", "cashier"))),
        fault=fault,
    )


def _lenient_account(
    line: RegisterLine, fields: dict[str, str], fault: RowFault | None
) -> tuple[str, RowFault | None]:
    try:
        return values.text(fields, "account", longest=40), fault
    except FieldFault as field:
        return fields["account"][:40], fault or RowFault(line.number, field.column, field.reason)


def _lenient_time(
    line: RegisterLine, fields: dict[str, str], fault: RowFault | None
) -> tuple[time, RowFault | None]:
    match = _TIME.fullmatch(fields["time"])
    try:
        if match is not None:
            return time(int(match[1]), int(match[2]), int(match[3])), fault
    except ValueError:
        pass
    return time(12), fault or RowFault(line.number, "time", RowReason.DATE)


def _money_or_none(raw: str) -> Money | None:
    match = _SUM.fullmatch(raw) if len(raw) <= 24 else None
    if match is None:
        return None
    money = Money.of_roubles(Decimal(re.sub(r"\s", "", match[2]).replace(",", ".")))
    return -money if match[1] else money


def _why_no_sum(raw: str) -> RowReason:
    if not raw:
        return RowReason.REQUIRED
    return RowReason.FORMULA if raw.startswith(("=", "+", "@")) else RowReason.MONEY


def _sum_by_its_place(parts: Sequence[str]) -> Money | None:
    """The sum of a row of a wrong width: behind the period and before transfer and commission that fit it.

    None when nothing fits or two different sums do: a sum of another column is worse than none.
    """
    found: set[Money] = set()
    for at in range(len(_HEAD), len(parts) - 3):
        paid, transfer, commission = (_money_or_none(part) for part in parts[at + 1 : at + 4])
        if paid is None or transfer is None or commission is None or not _PERIOD.fullmatch(parts[at]):
            continue
        if paid in (transfer, transfer + commission):
            found.add(paid)
    return found.pop() if len(found) == 1 else None


def _checked(rows: list[PaymentRow], bad: list[_Bad], trailer: str) -> PaymentRegister:
    parts = [part.strip() for part in trailer.strip("\r\n").lstrip("=").split(";")]
    fields = dict(zip(("count", "sum", "transfer", "commission", "order", "date"), parts, strict=False))
    total = _money_or_none(fields.get("sum", ""))
    try:
        count = values.whole(fields, "count")
    except FieldFault:
        total = None
    if total is None:
        raise FileRefused(FileReason.TRAILER_MISSING, field="file", details={"heading": trailer[:60]})
    certain = Money.total([row.sum for row in rows] + [one.sum for one in bad if one.sum and one.certain])
    guessed = Money.total(one.sum for one in bad if one.sum and not one.certain)
    counted = len(rows) + len(bad)
    # A sum found in a row that could not be read counts when the control line needs it.
    if count != counted or total not in (certain + guessed, certain):
        odd = sorted([one.line.number for one in bad] + [row.line_no for row in rows if row.fault])
        details = {
            "count": count,
            "counted": counted,
            "sum": total.roubles,
            "summed": (certain + guessed).roubles,
            "difference": (total - certain - guessed).roubles,
            "unread": ", ".join(map(str, odd[:20])) + (" …" if len(odd) > 20 else ""),
        }
        raise FileRefused(FileReason.TRAILER_DIFFERS, field="file", details=details)
    uses_guesses = total == certain + guessed
    sums = [one.sum if one.sum and (one.certain or uses_guesses) else Money(0) for one in bad]
    faults = [(one.line, one.fault) for one in bad]
    return PaymentRegister(rows, faults, total, fields.get("order", "")[:40], sums)


def payer_of(raw: str) -> str:
    """Name and address as the row gives them: what a person has to go by when nobody knows the account."""
    parts = raw.split(";")
    return ", ".join(text for text in (part.strip() for part in parts[7:9]) if text)
