"""The register of opening balances: what each account owed in the system before this one.

A heading, a row an account (a sum below zero is an advance), and under the rows a control line for every
supplier: ``итого;CODE;count;sum`` (or ``total;…``). Rows that cannot be read are counted in it too.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from svet.exchange.rules import values
from svet.exchange.rules.refusals import FileReason, FileRefused, RowFault
from svet.exchange.rules.tables import RegisterColumn, RegisterLine, read_table, unreadable
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import ZERO, Money

COLUMNS = (
    RegisterColumn("provider", ("поставщик",)),
    RegisterColumn("account", ("лицевой счет", "лицевой счёт", "лс")),
    RegisterColumn("sum", ("сумма", "долг", "остаток", "сальдо")),
    RegisterColumn("date", ("дата", "на дату", "дата остатка")),
)
#: The word a control line begins with.
CONTROL: Final = "итого"
_CONTROL_LINE: Final = re.compile(r'\s*"?(?:итого|total)"?\s*([;\t,])(.*)', re.IGNORECASE)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_MINUS: Final = ("-", "\u2212")


@dataclass(frozen=True, slots=True)
class OpeningRow:
    """What one account owed on the morning of ``on``; below zero: an advance."""

    line_no: int
    raw: str
    provider: str
    account: str
    sum: Money
    on: date

    @property
    def external_id(self) -> str:
        return f"{self.provider}:{self.account}"


@dataclass(frozen=True, slots=True)
class OpeningRegister:
    """A whole register whose control lines agree with its rows."""

    rows: Sequence[OpeningRow]
    faults: Sequence[tuple[RegisterLine, RowFault]]


@dataclass(slots=True)
class Total:
    """How many rows of a supplier there are, and their sum."""

    count: int = 0
    sum: Money = ZERO

    def add(self, money: Money) -> None:
        self.count += 1
        self.sum += money


def parse(text: str) -> OpeningRegister:
    """Read the register and hold each supplier's rows against its control line.

    :raises FileRefused: the heading cannot be used; a control line is missing, twice, unread or differs
    """
    table, said = split_controls(text)
    rows: list[OpeningRow] = []
    faults: list[tuple[RegisterLine, RowFault]] = []
    lines = list(read_table(table, COLUMNS))
    for line in lines:
        if not line.fields:
            faults.append((line, RowFault(line.number, "", unreadable(line))))
            continue
        try:
            rows.append(_row(line))
        except FieldFault as fault:
            faults.append((line, RowFault(line.number, fault.column, fault.reason)))
    hold_totals(lines, said, unread=[line.number for line, _ in faults])
    return OpeningRegister(rows, faults)


def split_controls(text: str) -> tuple[str, dict[str, Total]]:
    """The table with its control lines emptied, and what they say by supplier. :raises FileRefused:"""
    kept: list[str] = []
    said: dict[str, Total] = {}
    for number, raw in enumerate(io.StringIO(text, newline=""), start=1):
        match = _CONTROL_LINE.fullmatch(raw.rstrip("\r\n"))
        if match is None:
            kept.append(raw)
            continue
        kept.append("\n")
        provider, total = _control(match[2].split(match[1]), number=number)
        if provider in said:
            raise FileRefused(FileReason.CONTROL_TWICE, field="file", details={"provider": provider[:40]})
        said[provider] = total
    return "".join(kept), said


def signed_sum(fields: Mapping[str, str], column: str = "sum") -> Money | None:
    """A sum in roubles, also below zero; None where it cannot be read."""
    raw = fields.get(column, "").strip()
    negative = raw.startswith(_MINUS)
    try:
        found = values.money({column: raw[1:] if negative else raw}, column)
    except FieldFault:
        return None
    return -found if negative else found


def needed_sum(fields: Mapping[str, str]) -> Money:
    """A sum that must be there. :raises FieldFault: it cannot be read"""
    money = signed_sum(fields)
    if money is None:
        # Says which of its faults it is.
        values.money(dict(fields), "sum")
        raise AssertionError("a sum that cannot be read is refused")
    return money


def _control(parts: Sequence[str], *, number: int) -> tuple[str, Total]:
    cells = [part.strip().strip('"') for part in parts]
    money = signed_sum({"sum": cells[2]}) if len(cells) > 2 else None
    if money is None or not cells[0] or not _COUNT.fullmatch(cells[1]):
        raise FileRefused(FileReason.CONTROL_UNREAD, field="file", details={"line": number})
    return cells[0], Total(int(cells[1]), money)


def hold_totals(lines: Iterable[RegisterLine], said: Mapping[str, Total], *, unread: Iterable[int]) -> None:
    """Each supplier's rows add up to its control line, those that cannot be read too. :raises FileRefused:"""
    counted: dict[str, Total] = {}
    for line in lines:
        if line.fields:
            counted.setdefault(line.fields["provider"], Total()).add(signed_sum(line.fields) or ZERO)
    listed = ", ".join(str(number) for number in list(unread)[:10])
    details: dict[str, object] = {"unread": listed} if listed else {}
    for provider in sorted({*counted, *said}):
        told, found = said.get(provider), counted.get(provider, Total())
        details["provider"] = provider[:40]
        if told is None:
            raise FileRefused(FileReason.CONTROL_MISSING, field="file", details=details)
        if (told.count, told.sum) != (found.count, found.sum):
            details |= {
                "rows": told.count,
                "sum": told.sum.roubles,
                "found": found.count,
                "summed": found.sum.roubles,
                "difference": (found.sum - told.sum).roubles,
            }
            raise FileRefused(FileReason.CONTROL_DIFFERS, field="file", details=details)


def _row(line: RegisterLine) -> OpeningRow:
    fields = line.fields
    return OpeningRow(
        line_no=line.number,
        raw=line.raw,
        provider=values.text(fields, "provider", longest=40),
        account=values.text(fields, "account", longest=20),
        sum=needed_sum(fields),
        on=values.needed_day(fields, "date"),
    )
