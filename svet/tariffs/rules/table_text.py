"""A table as spreadsheets save it: from the bytes of a file to cells, and from a cell to what is meant.

Russian spreadsheets write «;» between cells, 31.12.2026, 4,85 and Windows-1251; English ones the other way.
Each is read as what it says; what could be two things is not read at all.
"""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from decimal import Decimal

from svet.kernel.writing import plain

_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)
_UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")
_CYRILLIC_UTF8 = re.compile(rb"[\xd0\xd1][\x80-\xbf]")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_DOTTED = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})", re.ASCII)
_WHOLE = re.compile(r"[0-9]{1,7}|[0-9]{1,3}(?: [0-9]{3})+", re.ASCII)
_PRICE = re.compile(r"[0-9]{1,4}([.,][0-9]{1,5})?", re.ASCII)
_COMMA_CODE = re.compile(r"[0-9]+(?:,[0-9]+)+", re.ASCII)


class NotText(Exception):
    """The bytes are no table in UTF-8, UTF-16 or Windows-1251."""


class BrokenRow(Exception):
    """A row that no reader of tables can take apart; ``row`` is its line."""

    def __init__(self, row: int) -> None:
        super().__init__(row)
        self.row = row


def decode(content: bytes) -> str:
    """The text of a table. UTF-8 with a broken byte is not taken for Windows-1251. :raises NotText:"""
    try:
        if content.startswith(_UTF16_STARTS):
            return content.decode("utf-16")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        high = sum(byte >= 0x80 for byte in content)
        if content.startswith(b"PK") or b"\0" in content or 4 * len(_CYRILLIC_UTF8.findall(content)) > high:
            raise NotText from None
    try:
        return content.decode("cp1251")
    except UnicodeDecodeError:
        raise NotText from None


def read_rows(text: str) -> list[tuple[int, list[str]]]:
    """Cells by the line of the file on which a row begins, without empty rows. :raises BrokenRow:"""
    first, _, rest = text.partition("\n")
    named = _SEPARATOR_LINE.fullmatch(first)
    skipped, body = (1, rest) if named else (0, text)
    heading = body.partition("\n")[0]
    delimiter = named[1] if named else max(",;\t", key=heading.count)
    reader = csv.reader(io.StringIO(body.replace("\0", "\ufffd"), newline=""), delimiter=delimiter)
    rows: list[tuple[int, list[str]]] = []
    begins = 1
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append((begins + skipped, row))
            begins = reader.line_num + 1
    except csv.Error:
        raise BrokenRow(reader.line_num + skipped) from None
    return rows


def read_text(cell: str) -> str | None:
    """A cell on one line; None when something in it cannot be seen and is no blank."""
    if cell.isprintable() and "\ufffd" not in cell:  # almost always, and asked of the whole at once
        return plain(cell)
    hidden = any((not sign.isprintable() and not sign.isspace()) or sign == "\ufffd" for sign in cell)
    return None if hidden else plain(cell)


def read_code(cell: str) -> str:
    """The code of a group: «1,1» is how a spreadsheet writes 1.1."""
    return cell.replace(",", ".") if _COMMA_CODE.fullmatch(cell) else cell


def read_day(cell: str) -> date | None:
    """A day as 2026-12-31 or 31.12.2026 of the years we bill for."""
    text = cell[:11]
    if match := _ISO.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DOTTED.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    else:
        return None
    try:
        return date(year, month, day) if 2000 <= year <= 2199 else None
    except ValueError:
        return None


def read_whole(cell: str) -> int | None:
    """A whole number, thousands apart or not."""
    text = plain(cell[:20])
    return int(text.replace(" ", "")) if _WHOLE.fullmatch(text) and len(text) <= 12 else None


def read_price(cell: str) -> Decimal | None:
    """Roubles a kWh with a point or a comma, above zero."""
    if len(cell) > 12 or not _PRICE.fullmatch(cell):
        return None
    return Decimal(cell.replace(",", ".")) or None
