"""From bytes to rows of text: encodings, separators and headers of register files."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from svet.exchange.rules.refusals import FileReason, FileRefused, RowReason

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_FIELD = 131_072
#: So many lines one quoted value may run over; beyond them the quote was never meant to open anything.
MAX_BREAKS = 20
BINARY_STARTS = (b"MZ", b"PK\x03\x04", b"\x7fELF", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")
UTF16_STARTS = (b"\xff\xfe", b"\xfe\xff")
#: What Excel writes above a table, so that it finds the separator again.
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class RegisterColumn:
    """A column of a register: the name we use, the headings it may carry, and whether it must be there."""

    name: str
    aliases: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One row of a register as text: the lines of the file it stands on (from 1), its fields by our names.

    Without fields it could not be taken apart; ``open_quote`` tells that a quote in it was never closed.
    """

    number: int
    raw: str
    fields: dict[str, str]
    last: int = 0
    open_quote: bool = False


def unreadable(line: RegisterLine) -> RowReason:
    """Why a row without fields has none."""
    return RowReason.OPEN_QUOTE if line.open_quote else RowReason.COLUMNS


def heading_lines(text: str) -> int:
    """How many lines stand above the rows: the heading, and the line of a spreadsheet that names its sign."""
    return 2 if _SEPARATOR_LINE.fullmatch(text.partition("\n")[0]) else 1


def read_table(text: str, columns: Sequence[RegisterColumn]) -> Iterator[RegisterLine]:
    """Yield the rows under a heading line; the separator (``;``, tab or ``,``) is found by the heading.

    A quote that belongs to a value, and one that was never closed, is a letter; a quoted value may run over
    several lines. Empty lines are passed over.

    :raises FileRefused: heading unknown, a column missing or there twice, too many rows
    """
    lines = io.StringIO(text, newline="")
    above = heading_lines(text)
    for _ in range(above):
        heading = lines.readline()
    separator = max(";\t,", key=lambda candidate: _known_headings(heading, candidate, columns))
    if not _known_headings(heading, separator, columns):
        raise FileRefused(FileReason.HEADER_UNKNOWN, field="file", details={"heading": heading.strip()[:60]})
    reader = _Rows(separator, _positions(heading, separator, columns), len(heading.split(separator)))
    csv.field_size_limit(MAX_FIELD + 1)
    ahead: list[str] = []
    number = above
    while raw := (ahead.pop(0) if ahead else lines.readline()):
        number += 1
        if number > MAX_ROWS + above:
            raise FileRefused(FileReason.TOO_MANY_ROWS, field="file", details={"rows": MAX_ROWS})
        if not raw.strip("\r\n").strip():
            continue
        fields, taken, open_quote = reader.fields(raw, ahead, lines)
        shown = "".join([raw, *ahead[:taken]]).strip("\r\n")[:2000]
        del ahead[:taken]
        yield RegisterLine(number, shown, fields, number + taken, open_quote)
        number += taken


@dataclass(frozen=True, slots=True)
class _Rows:
    """Takes rows apart; ``width`` is the heading's, ``positions`` tell where our columns stand."""

    separator: str
    positions: dict[str, int]
    width: int

    def fields(self, raw: str, ahead: list[str], lines: io.StringIO) -> tuple[dict[str, str], int, bool]:
        """The row's fields, how many further lines belong to it, and whether a quote stayed open."""
        text = raw.strip("\r\n")
        if len(text) > MAX_FIELD:
            return {}, 0, False
        parts = self._quoted(text)
        if parts is not None:
            return self._named(parts), 0, False
        literal = text.split(self.separator)
        joined = raw
        for more in range(1, MAX_BREAKS + 1):
            if len(ahead) < more:
                ahead.append(lines.readline())
            further = ahead[more - 1]
            whole = len(further.split(self.separator)) == self.width
            if not further or len(joined) > MAX_FIELD:
                break
            if whole and ('"' not in further or len(literal) == self.width):
                # A row of its own is no part of this one.
                break
            joined += further
            parts = self._quoted(joined.strip("\r\n"))
            if parts is not None and len(parts) == self.width:
                return self._named(parts), more, False
        ahead[:] = [line for line in ahead if line]
        if len(literal) == self.width:
            return self._named(literal), 0, False
        return {}, 0, True

    def _quoted(self, text: str) -> list[str] | None:
        """The parts of a row whose quotes are in order."""
        if '"' not in text and "\n" not in text and "\r" not in text:
            return text.split(self.separator)
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=self.separator, strict=True))
        except csv.Error:
            return None
        return rows[0] if len(rows) == 1 else None

    def _named(self, parts: list[str]) -> dict[str, str]:
        if len(parts) < self.width and len(parts) <= max(self.positions.values()):
            return {}
        if any(part.strip() for part in parts[self.width :]):
            # A separator inside a value: every column behind it would be read from its neighbour.
            return {}
        return {name: parts[at].strip() if at < len(parts) else "" for name, at in self.positions.items()}


def _headings(heading: str, separator: str) -> list[str]:
    return [part.strip().strip('"').strip().casefold() for part in heading.strip("\r\n").split(separator)]


def _known_headings(heading: str, separator: str, columns: Sequence[RegisterColumn]) -> int:
    known = {alias.casefold() for column in columns for alias in (column.name, *column.aliases)}
    return sum(part in known for part in _headings(heading, separator))


def _positions(heading: str, separator: str, columns: Sequence[RegisterColumn]) -> dict[str, int]:
    parts = _headings(heading, separator)
    positions: dict[str, int] = {}
    for column in columns:
        accepted = {alias.casefold() for alias in (column.name, *column.aliases)}
        found = [index for index, part in enumerate(parts) if part in accepted]
        if len(found) > 1:
            raise FileRefused(FileReason.COLUMN_TWICE, field="file", details={"column": parts[found[0]]})
        if found:
            positions[column.name] = found[0]
        elif column.required:
            details = {"column": column.name, "aliases": ", ".join(column.aliases)}
            raise FileRefused(FileReason.COLUMN_MISSING, field="file", details=details)
    return positions
