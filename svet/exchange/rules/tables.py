"""From bytes to rows of text: encodings, separators and headers of register files."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from svet.exchange.rules.refusals import FileReason, FileRefused

MAX_BYTES = 100 * 1024 * 1024
MAX_ROWS = 1_000_000
MAX_FIELD = 131_072
_BINARY_STARTS = (b"MZ", b"PK\x03\x04", b"\x7fELF", b"%PDF", b"\xd0\xcf\x11\xe0", b"\x1f\x8b")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a register: the name we use, the headings it may carry, and whether it must be there."""

    name: str
    aliases: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a register as text: its number in the file (from 1) and its fields by our names."""

    number: int
    raw: str
    fields: dict[str, str]


def decode(content: bytes) -> str:
    """Turn a register's bytes into text: UTF-8 (with or without BOM) or Windows-1251.

    A file that is mostly UTF-8 with a broken byte is refused with the line and the byte instead of being
    silently read as Windows-1251. :raises FileRefused: empty, too large, not a text file, NUL, broken byte.
    """
    if not content.strip():
        raise FileRefused(FileReason.EMPTY, field="file")
    if len(content) > MAX_BYTES:
        raise FileRefused(
            FileReason.TOO_LARGE, field="file", details={"megabytes": MAX_BYTES // 1024 // 1024}
        )
    if content.startswith(_BINARY_STARTS):
        raise FileRefused(FileReason.NOT_TEXT, field="file")
    if b"\0" in content:
        raise FileRefused(FileReason.NUL, field="file", details={"line": _line_of(content, content.index(0))})
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _is_utf8_elsewhere(content, error.start):
            details = {"line": _line_of(content, error.start), "byte": error.start + 1}
            raise FileRefused(FileReason.BROKEN_BYTE, field="file", details=details) from None
    try:
        return content.decode("cp1251")
    except UnicodeDecodeError as error:
        details = {"line": _line_of(content, error.start), "byte": error.start + 1}
        raise FileRefused(FileReason.BROKEN_BYTE, field="file", details=details) from None


def _line_of(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _is_utf8_elsewhere(content: bytes, broken_at: int) -> bool:
    """Whether the lines around the broken one hold valid UTF-8 Cyrillic (two-byte letters D0/D1)."""
    start = content.rfind(b"\n", 0, broken_at) + 1
    end = content.find(b"\n", broken_at)
    others = content[:start] + (content[end:] if end >= 0 else b"")
    if not any(lead in others for lead in (b"\xd0", b"\xd1")):
        return False
    try:
        others.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return True


def read_table(text: str, columns: Sequence[Column]) -> Iterator[Line]:
    """Yield the rows under a heading line; the separator (``;``, tab or ``,``) is found by the heading.

    Empty lines are passed over. :raises FileRefused: heading unknown, a column missing or there twice.
    """
    heading, _, _ = text.partition("\n")
    separator = max(";\t,", key=lambda candidate: _known_headings(heading, candidate, columns))
    if not _known_headings(heading, separator, columns):
        raise FileRefused(FileReason.HEADER_UNKNOWN, field="file", details={"heading": heading.strip()[:60]})
    positions = _positions(heading, separator, columns)
    width = len(heading.split(separator))
    csv.field_size_limit(MAX_FIELD + 1)
    lines = io.StringIO(text, newline="")
    lines.readline()
    for number, raw in enumerate(lines, start=2):
        stripped = raw.strip("\r\n")
        if not stripped.strip():
            continue
        if number > MAX_ROWS + 1:
            raise FileRefused(FileReason.TOO_MANY_ROWS, field="file", details={"rows": MAX_ROWS})
        yield Line(number, stripped[:2000], _fields(stripped, separator, positions, width))


def _headings(heading: str, separator: str) -> list[str]:
    return [part.strip().strip('"').strip().casefold() for part in heading.strip("\r\n").split(separator)]


def _known_headings(heading: str, separator: str, columns: Sequence[Column]) -> int:
    known = {alias.casefold() for column in columns for alias in (column.name, *column.aliases)}
    return sum(part in known for part in _headings(heading, separator))


def _positions(heading: str, separator: str, columns: Sequence[Column]) -> dict[str, int]:
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


def _fields(raw: str, separator: str, positions: dict[str, int], width: int) -> dict[str, str]:
    if len(raw) > MAX_FIELD:
        return {}
    parts = next(csv.reader([raw], delimiter=separator))
    if len(parts) < width and len(parts) <= max(positions.values()):
        return {}
    return {name: parts[at].strip() if at < len(parts) else "" for name, at in positions.items()}
