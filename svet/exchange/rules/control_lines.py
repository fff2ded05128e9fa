"""Registers with a control line for every supplier under the rows: ``итого;CODE;count;sum``, or ``total;…``.

Rows that cannot be read are counted in it too. A register without sums has the count alone.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from svet.exchange.rules import values
from svet.exchange.rules.refusals import FileReason, FileRefused, RowFault
from svet.exchange.rules.tables import RegisterColumn, RegisterLine, read_table, unreadable
from svet.exchange.rules.values import FieldFault
from svet.kernel.money import ZERO, Money

Row = TypeVar("Row")

#: The word a control line begins with.
CONTROL: Final = "итого"
_CONTROL_LINE: Final = re.compile(r'\s*"?(?:итого|total)"?\s*([;\t,])(.*)', re.IGNORECASE)
_COUNT: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_MINUS: Final = ("-", "\u2212")


@dataclass(frozen=True, slots=True)
class Totals:
    """Whether a control line tells a sum beside the count, and why a file is refused for one."""

    sums: bool
    unread: FileReason
    missing: FileReason
    differs: FileReason


SUMS: Final = Totals(True, FileReason.CONTROL_UNREAD, FileReason.CONTROL_MISSING, FileReason.CONTROL_DIFFERS)
COUNTS: Final = Totals(False, FileReason.COUNT_UNREAD, FileReason.COUNT_MISSING, FileReason.COUNT_DIFFERS)


@dataclass(slots=True)
class Total:
    """How many rows of a supplier there are, and their sum; without sums it stays nothing."""

    count: int = 0
    sum: Money = ZERO

    def add(self, line: RegisterLine) -> None:
        self.count += 1
        self.sum += signed_sum(line.fields) or ZERO


@dataclass(frozen=True, slots=True)
class Register(Generic[Row]):
    """A whole register whose control lines agree with its rows."""

    rows: Sequence[Row]
    faults: Sequence[tuple[RegisterLine, RowFault]]


def read_register(
    text: str, columns: Sequence[RegisterColumn], totals: Totals, read: Callable[[RegisterLine], Row]
) -> Register[Row]:
    """Each row as ``read`` makes it, or with its fault; every supplier's rows agree with its control line.

    :raises FileRefused: the heading cannot be used; a control line is missing, twice, unread or differs
    """
    table, said = split_controls(text, totals)
    rows: list[Row] = []
    faults: list[tuple[RegisterLine, RowFault]] = []
    counted: dict[str, Total] = {}
    for line in read_table(table, columns):
        if not line.fields:
            faults.append((line, RowFault(line.number, "", unreadable(line))))
            continue
        counted.setdefault(line.fields["provider"], Total()).add(line)
        try:
            rows.append(read(line))
        except FieldFault as fault:
            faults.append((line, RowFault(line.number, fault.column, fault.reason)))
    _hold(counted, said, totals, unread=[line.number for line, _ in faults])
    return Register(rows, faults)


def split_controls(text: str, totals: Totals) -> tuple[str, dict[str, Total]]:
    """The table with its control lines emptied, and what they say by supplier. :raises FileRefused:"""
    kept: list[str] = []
    said: dict[str, Total] = {}
    for number, raw in enumerate(io.StringIO(text, newline=""), start=1):
        match = _CONTROL_LINE.fullmatch(raw.rstrip("\r\n"))
        if match is None:
            kept.append(raw)
            continue
        kept.append("\n")
        provider, *cells = [part.strip().strip('"') for part in match[2].split(match[1])]
        total = _total(cells, totals) if provider else None
        if total is None:
            raise FileRefused(totals.unread, field="file", details={"line": number})
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


def _total(cells: Sequence[str], totals: Totals) -> Total | None:
    """What a control line says behind its supplier; None where it cannot be read."""
    if not cells or not _COUNT.fullmatch(cells[0]):
        return None
    if not totals.sums:
        return Total(int(cells[0]))
    money = signed_sum({"sum": cells[1]}) if len(cells) > 1 else None
    return None if money is None else Total(int(cells[0]), money)


def _hold(
    counted: Mapping[str, Total], said: Mapping[str, Total], totals: Totals, *, unread: Iterable[int]
) -> None:
    """Each supplier's rows add up to its control line, those that cannot be read too. :raises FileRefused:"""
    listed = ", ".join(str(number) for number in list(unread)[:10])
    details: dict[str, object] = {"unread": listed} if listed else {}
    for provider in sorted({*counted, *said}):
        told, found = said.get(provider), counted.get(provider, Total())
        details["provider"] = provider[:40]
        if told is None:
            raise FileRefused(totals.missing, field="file", details=details)
        if told != found:
            details |= {"rows": told.count, "found": found.count}
            if totals.sums:
                details |= {
                    "sum": told.sum.roubles,
                    "summed": found.sum.roubles,
                    "difference": (found.sum - told.sum).roubles,
                }
            raise FileRefused(totals.differs, field="file", details=details)
