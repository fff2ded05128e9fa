"""What a file of norms must be: kWh a month for a person, by region, rooms, persons, stove and heating."""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from svet.kernel.refusals import Refused
from svet.tariffs.rules import table_text

NORM_COLUMNS: Final = (
    "region", "valid_from", "valid_to", "rooms", "persons", "stove", "electric_heating", "kwh_per_person",
    "source_url",
)  # fmt: skip
MAX_BYTES: Final = 1024 * 1024
_LENGTHS: Final = {"region": 80, "source_url": 300, "decree": 200, "note": 1000}
_BAND = re.compile(r"([0-9]{1,2})(?:(\+)|\s?[-–]\s?([0-9]{1,2}))?", re.ASCII)
_KWH = re.compile(r"[0-9]{1,4}([.,][0-9]{1,3})?", re.ASCII)
_STOVES: Final = {"": "", "gas": "gas", "electric": "electric"}
_YES_NO: Final = {"": None, "yes": True, "no": False}
_MOST = 99


class NormFault(StrEnum):
    """What is wrong with a file of norms, a row of it, or the rows together."""

    NOT_TEXT = "norm_not_text"
    TOO_LARGE = "norm_too_large"
    NO_ROWS = "norm_no_rows"
    MISSING_COLUMN = "norm_missing_column"
    WRONG_WIDTH = "norm_wrong_width"
    EMPTY = "norm_empty"
    TOO_LONG = "norm_too_long"
    HIDDEN = "norm_hidden_sign"
    DATE = "norm_date"
    DATES_REVERSED = "norm_dates_reversed"
    BAND = "norm_band"
    STOVE = "norm_stove"
    FLAG = "norm_flag"
    KWH = "norm_kwh"
    TWICE = "norm_twice"
    TABLES_OVERLAP = "norm_tables_overlap"
    DIFFERS = "norm_differs_from_loaded"
    NOTHING = "norm_nothing_there"


@dataclass(frozen=True, slots=True)
class NormError:
    """One thing that is wrong; ``row`` counts the file's lines from 1, 0 is the whole file."""

    row: int
    column: str
    fault: NormFault
    value: str = ""


class NormFileRefused(Refused):
    """The file was not taken, not even in part; ``errors`` says why, row by row."""

    def __init__(self, errors: Sequence[NormError]):
        super().__init__(errors[0].fault, field="file", details={"errors": len(errors)})
        self.errors = sorted(errors, key=lambda error: error.row)


@dataclass(frozen=True, slots=True)
class NormLine:
    """One norm; a band is its least and its greatest number, both None: any, the second None: and more.

    Its days are the first and the last; an empty last day is given by the next table of the region.
    """

    region: str
    valid_from: date
    valid_to: date | None
    rooms_from: int | None
    rooms_to: int | None
    persons_from: int | None
    persons_to: int | None
    stove: str
    electric_heating: bool | None
    kwh: Decimal
    source_url: str = ""
    decree: str = ""
    demonstration: bool = False
    note: str = ""
    row: int = field(default=0, compare=False)

    @property
    def table(self) -> tuple[str, date]:
        """The table it belongs to."""
        return self.region, self.valid_from

    @property
    def cell(self) -> tuple[object, ...]:
        """For whom it is, in its table."""
        rooms, persons = (self.rooms_from, self.rooms_to), (self.persons_from, self.persons_to)
        return (*rooms, *persons, self.stove, self.electric_heating)

    def meets(self, other: NormLine) -> bool:
        """Whether somebody has both norms on the same days."""
        return (
            _bands_meet(self.rooms_from, self.rooms_to, other.rooms_from, other.rooms_to)
            and _bands_meet(self.persons_from, self.persons_to, other.persons_from, other.persons_to)
            and (not self.stove or not other.stove or self.stove == other.stove)
            and (
                self.electric_heating is None
                or other.electric_heating is None
                or self.electric_heating == other.electric_heating
            )
        )


def _bands_meet(least: int | None, most: int | None, other: int | None, other_most: int | None) -> bool:
    if least is None or other is None:
        return True
    return least <= (other_most or _MOST) and other <= (most or _MOST)


def read_norms(content: bytes) -> tuple[list[NormLine], list[NormError]]:
    """The rows that can be read and what is wrong with the others. :raises NormFileRefused: no table"""
    if len(content) > MAX_BYTES:
        raise NormFileRefused([NormError(0, "", NormFault.TOO_LARGE)])
    try:
        rows = table_text.read_rows(table_text.decode(content))
    except table_text.NotText:
        raise NormFileRefused([NormError(0, "", NormFault.NOT_TEXT)]) from None
    except table_text.BrokenRow as broken:
        raise NormFileRefused([NormError(broken.row, "", NormFault.WRONG_WIDTH)]) from None
    header = [name.strip() for name in rows[0][1]] if rows else []
    missing = [NormError(1, name, NormFault.MISSING_COLUMN) for name in NORM_COLUMNS if name not in header]
    if missing:
        raise NormFileRefused(missing)
    if len(rows) == 1:
        raise NormFileRefused([NormError(0, "", NormFault.NO_ROWS)])
    lines: list[NormLine] = []
    errors: list[NormError] = []
    for number, row in rows[1:]:
        if len(row) != len(header):
            errors.append(NormError(number, "", NormFault.WRONG_WIDTH))
            continue
        found = _NormRow(number, {name: cell.strip() for name, cell in zip(header, row, strict=True)})
        line = found.line()
        errors += found.errors
        lines += [line] if line else []
    return lines, errors


class _NormRow:
    """One row being read: collects everything that is wrong with it."""

    def __init__(self, number: int, cells: Mapping[str, str]):
        self.number = number
        self.cells = cells
        self.errors: list[NormError] = []

    def wrong(self, column: str, fault: NormFault) -> None:
        self.errors.append(NormError(self.number, column, fault, self.cells.get(column, "")[:40]))

    def line(self) -> NormLine | None:
        texts = {name: self.text(name) for name in _LENGTHS}
        if not self.cells["region"]:
            self.wrong("region", NormFault.EMPTY)
        first, last = self.day("valid_from"), None
        if self.cells["valid_to"]:
            last = self.day("valid_to")
            if first and last and last < first:
                self.wrong("valid_to", NormFault.DATES_REVERSED)
        rooms, persons = self.band("rooms"), self.band("persons")
        stove = self.known("stove", _STOVES, NormFault.STOVE)
        heating = self.known("electric_heating", _YES_NO, NormFault.FLAG)
        demonstration = self.known("demonstration", _YES_NO, NormFault.FLAG)
        kwh = self.cells["kwh_per_person"]
        if not _KWH.fullmatch(kwh) or not Decimal(kwh.replace(",", ".")):
            self.wrong("kwh_per_person", NormFault.KWH)
        if self.errors or first is None:
            return None
        return NormLine(
            valid_from=first,
            valid_to=last,
            rooms_from=rooms[0],
            rooms_to=rooms[1],
            persons_from=persons[0],
            persons_to=persons[1],
            stove=stove,
            electric_heating=heating,
            kwh=Decimal(kwh.replace(",", ".")),
            demonstration=bool(demonstration),
            row=self.number,
            **texts,
        )

    def text(self, column: str) -> str:
        value = self.cells.get(column, "")
        if len(value) > _LENGTHS[column]:
            self.wrong(column, NormFault.TOO_LONG)
        shown = table_text.read_text(value)
        if shown is None:
            self.wrong(column, NormFault.HIDDEN)
        return shown or ""

    def day(self, column: str) -> date | None:
        found = table_text.read_day(self.cells[column])
        if found is None:
            self.wrong(column, NormFault.DATE)
        return found

    def band(self, column: str) -> tuple[int | None, int | None]:
        """«2», «1-2», «4+»; empty: any."""
        text = self.cells[column]
        if not text:
            return None, None
        match = _BAND.fullmatch(text)
        least = int(match[1]) if match else 0
        most = None if match and match[2] else int((match and match[3]) or least)
        if not least or (most is not None and most < least):
            self.wrong(column, NormFault.BAND)
        return least, most

    def known(self, column: str, words: Mapping[str, Any], fault: NormFault) -> Any:
        word = self.cells.get(column, "").lower()
        if word not in words:
            self.wrong(column, fault)
        return words.get(word)


def ends(lines: Sequence[NormLine], loaded: Sequence[NormLine]) -> dict[tuple[str, date], date]:
    """The last days that tables without one get from the next table of their region."""
    tables = sorted({line.table for line in (*lines, *loaded)})
    open_ = {line.table for line in (*lines, *loaded) if line.valid_to is None}
    return {
        table: date.fromordinal(after[1].toordinal() - 1)
        for table, after in itertools.pairwise(tables)
        if table[0] == after[0] and table in open_
    }


def norm_faults(lines: Sequence[NormLine], loaded: Sequence[NormLine]) -> list[NormError]:
    """What rows of a file, their tables ended, are wrong about together and beside the loaded ones."""
    errors: list[NormError] = []
    known = {(line.table, line.cell): line for line in loaded}
    tables: dict[tuple[str, date], list[NormLine]] = {}
    for line in lines:
        there = known.get((line.table, line.cell))
        if there is not None and there != line:
            errors.append(NormError(line.row, "", NormFault.DIFFERS))
        elif there is None and line.table in {each.table for each in loaded}:
            errors += _met(line, [each for each in loaded if each.table == line.table])
        errors += _met(line, tables.setdefault(line.table, []))
        tables[line.table].append(line)
    return errors + _overlapping([*lines, *loaded])


def _met(line: NormLine, others: Sequence[NormLine]) -> list[NormError]:
    met = next((each for each in others if each.meets(line)), None)
    return [] if met is None else [NormError(line.row, "", NormFault.TWICE, str(met.row) if met.row else "")]


def _overlapping(lines: Sequence[NormLine]) -> list[NormError]:
    """Tables of a region that both hold on a day, or rows of a table that end on different ones."""
    spans = sorted({(line.region, line.valid_from, line.valid_to or date.max) for line in lines})
    rows = {line.table: line.row for line in reversed(lines)}
    return [
        NormError(rows[after[0], after[1]], "valid_from", NormFault.TABLES_OVERLAP, after[1].isoformat())
        for before, after in itertools.pairwise(spans)
        if before[0] == after[0] and after[1] <= before[2]
    ]
