"""Reading one field of a register: dates, sums, numbers, each refused with its reason."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from svet.exchange.rules.refusals import RowReason
from svet.kernel.money import Money
from svet.kernel.writing import plain

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DOTTED = re.compile(r"([0-9]{2})[.-]([0-9]{2})[.-]([0-9]{4})", re.ASCII)
_SUM = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,2})?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,12}(?:[.,][0-9]{1,6})?", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,9}", re.ASCII)
_THOUSANDS = re.compile(r"([0-9]{1,3}(?: [0-9]{3})+)((?:[.,][0-9]+)?)", re.ASCII)
_EARLIEST, _LATEST = date(1950, 1, 1), date(2100, 1, 1)


class FieldFault(Exception):
    """A field cannot be read; carries the column and the reason."""

    def __init__(self, column: str, reason: RowReason) -> None:
        super().__init__(f"{column}: {reason}")
        self.column = column
        self.reason = reason


def text(fields: dict[str, str], column: str, *, longest: int = 200, required: bool = True) -> str:
    """A plain text of at most ``longest`` characters, see :func:`plain`. :raises FieldFault:"""
    raw = fields.get(column, "")
    if len(raw) > longest:
        raise FieldFault(column, RowReason.TOO_LONG)
    cleaned = plain(raw)
    if required and not cleaned:
        raise FieldFault(column, RowReason.REQUIRED)
    return cleaned


def _ungrouped(raw: str) -> str:
    """«1 234,50» as spreadsheets write it, without the spaces between thousands."""
    match = _THOUSANDS.fullmatch(raw)
    return raw if match is None else match[1].replace(" ", "") + match[2]


def day(fields: dict[str, str], column: str, *, required: bool = True) -> date | None:
    """A date as ``2026-11-05``, ``05.11.2026`` or ``05-11-2026``. :raises FieldFault:"""
    raw = text(fields, column, longest=20, required=required)
    if not raw:
        return None
    if match := _ISO.fullmatch(raw):
        year, month, number = (int(part) for part in match.groups())
    elif match := _DOTTED.fullmatch(raw):
        number, month, year = (int(part) for part in match.groups())
    else:
        raise FieldFault(column, RowReason.DATE)
    try:
        found = date(year, month, number)
    except ValueError:
        raise FieldFault(column, RowReason.DATE) from None
    if not _EARLIEST <= found < _LATEST:
        raise FieldFault(column, RowReason.DATE)
    return found


def needed_day(fields: dict[str, str], column: str) -> date:
    """A date that must be there. :raises FieldFault:"""
    found = day(fields, column)
    assert found is not None
    return found


def money(fields: dict[str, str], column: str) -> Money:
    """A sum in roubles with at most two decimals. :raises FieldFault:"""
    raw = _ungrouped(text(fields, column, longest=20))
    if raw.startswith(("=", "+", "@")):
        raise FieldFault(column, RowReason.FORMULA)
    if not _SUM.fullmatch(raw):
        raise FieldFault(column, RowReason.MONEY)
    return Money.of_roubles(Decimal(raw.replace(",", ".")))


def number(fields: dict[str, str], column: str, *, required: bool = True) -> Decimal | None:
    """A number that is not negative. :raises FieldFault:"""
    raw = _ungrouped(text(fields, column, longest=20, required=required))
    if not raw:
        return None
    if raw.startswith(("=", "+", "@")):
        raise FieldFault(column, RowReason.FORMULA)
    if not _NUMBER.fullmatch(raw):
        raise FieldFault(column, RowReason.NUMBER)
    return Decimal(raw.replace(",", "."))


def whole(fields: dict[str, str], column: str, *, default: int | None = None) -> int:
    """A whole number that is not negative. :raises FieldFault:"""
    raw = text(fields, column, longest=20, required=default is None)
    if not raw and default is not None:
        return default
    if not _WHOLE.fullmatch(raw):
        raise FieldFault(column, RowReason.NUMBER)
    return int(raw)
