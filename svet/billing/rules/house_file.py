"""What registers of houses must be: houses with their terms and meters, their rooms, their readings.

Tables as spreadsheets save them, with a line of names above; months are 2026-12 or 12.2026.

``houses``: provider, house, address, from, way (direct, meter, norm), total_area; where they are known
common_area, norm, losses; of a meter that came with this month meter, digits, ratio («30» or «150/5»),
initial, and of the one that it replaces replaces and final.
``house-rooms``: provider, house, account, area, from; to, where the account is no more in the house.
``house-readings``: provider, house, meter (none where there is one), month, value; turned (yes: the dial
began again at zero), others (kWh of rooms in nobody's book).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from svet.billing.rules.houses import HouseWay
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.tariffs.rules import table_text

MAX_BYTES: Final = 10 * 1024 * 1024
_NUMBER = re.compile(r"[0-9]{1,9}([.,][0-9]{1,4})?", re.ASCII)
_RATIO = re.compile(r"([0-9]{1,6})(?:/([1-9][0-9]{0,4}))?", re.ASCII)
_DOTTED = re.compile(r"([0-9]{2})\.([0-9]{4})", re.ASCII)
_YES_NO: Final = {"": False, "no": False, "yes": True, "нет": False, "да": True}
_LONGEST: Final = {"house": 40, "address": 300, "meter": 40, "replaces": 40, "account": 20, "provider": 40}


class HouseFile(StrEnum):
    """The registers there are."""

    HOUSES = "houses"
    ROOMS = "house-rooms"
    READINGS = "house-readings"


COLUMNS: Final[Mapping[HouseFile, tuple[str, ...]]] = {
    HouseFile.HOUSES: ("provider", "house", "address", "from", "way", "total_area"),
    HouseFile.ROOMS: ("provider", "house", "account", "area", "from"),
    HouseFile.READINGS: ("provider", "house", "meter", "month", "value"),
}


class HouseFault(StrEnum):
    """What is wrong with a register, or a row of it."""

    NOT_TEXT = "house_not_text"
    TOO_LARGE = "house_too_large"
    NO_ROWS = "house_no_rows"
    MISSING_COLUMN = "house_missing_column"
    WRONG_WIDTH = "house_wrong_width"
    EMPTY = "house_empty"
    TOO_LONG = "house_too_long"
    HIDDEN = "house_hidden_sign"
    MONTH = "house_month"
    MONTHS_REVERSED = "house_months_reversed"
    NUMBER = "house_number"
    WAY = "house_way"
    FLAG = "house_flag"
    NORM_WANTED = "house_norm_wanted"
    NO_PROVIDER = "house_no_provider"
    NO_HOUSE = "house_no_house"
    NO_ACCOUNT = "house_no_account"
    WHICH_METER = "house_which_meter"
    OTHER_HOUSE = "house_other_house"
    READING_LOWER = "house_reading_lower"
    OCCUPIED = "house_occupied"


@dataclass(frozen=True, slots=True)
class HouseError:
    """One thing that is wrong; ``row`` counts the file's lines from 1, 0 is the whole file."""

    row: int
    column: str
    fault: HouseFault
    value: str = ""


class HouseFileRefused(Refused):
    """The register was not taken, not even in part; ``errors`` says why, row by row."""

    def __init__(self, errors: Sequence[HouseError]):
        super().__init__(errors[0].fault, field="file", details={"errors": len(errors)})
        self.errors = sorted(errors, key=lambda error: error.row)


@dataclass(frozen=True, slots=True)
class HouseCells:
    """A row whose cells are texts; what they mean is asked for by column, and its faults are collected."""

    row: int
    cells: Mapping[str, str]
    errors: list[HouseError]

    def wrong(self, column: str, fault: HouseFault, value: str | None = None) -> None:
        """Note what is wrong with a cell."""
        shown = self.cells.get(column, "") if value is None else value
        self.errors.append(HouseError(self.row, column, fault, shown[:40]))

    @property
    def is_wrong(self) -> bool:
        """Whether a fault of this row is known."""
        return any(error.row == self.row for error in self.errors)

    def text(self, column: str, *, wanted: bool = True) -> str:
        """A cell as text."""
        cell = self.cells.get(column, "")
        shown = table_text.read_text(cell)
        if shown is None:
            self.wrong(column, HouseFault.HIDDEN)
        elif not shown and wanted:
            self.wrong(column, HouseFault.EMPTY)
        elif len(shown) > _LONGEST[column]:
            self.wrong(column, HouseFault.TOO_LONG)
        return shown or ""

    def month(self, column: str) -> Month | None:
        """A month; None: the cell is empty or wrong."""
        cell = self.cells.get(column, "")
        dotted = _DOTTED.fullmatch(cell)
        try:
            return Month.parse(f"{dotted[2]}-{dotted[1]}" if dotted else cell) if cell else None
        except ValueError:
            self.wrong(column, HouseFault.MONTH)
            return None

    def wanted_month(self, column: str) -> Month:
        """A month that must be there; any, where it is not: the row is wrong then."""
        if not self.cells.get(column, ""):
            self.wrong(column, HouseFault.EMPTY)
        return self.month(column) or Month(2000, 1)

    def number(self, column: str, *, above: bool = False) -> Decimal | None:
        """A number, not below zero, ``above`` it where that is said; None: the cell is empty or wrong."""
        cell = self.cells.get(column, "").replace("\u00a0", "").replace(" ", "")
        if not cell:
            return None
        value = Decimal(cell.replace(",", ".")) if _NUMBER.fullmatch(cell) else None
        if value is None or (above and not value):
            self.wrong(column, HouseFault.NUMBER)
            return None
        return value

    def wanted_number(self, column: str, *, above: bool = False) -> Decimal:
        """A number that must be there."""
        if not self.cells.get(column, ""):
            self.wrong(column, HouseFault.EMPTY)
        found = self.number(column, above=above)
        return Decimal(1) if found is None else found

    def ratio(self, column: str) -> Decimal:
        """«30», or the transformers as they are: «150/5»."""
        match = _RATIO.fullmatch(self.cells.get(column, "") or "1")
        ratio = Decimal(match[1]) / Decimal(match[2] or 1) if match else Decimal(0)
        if not ratio or ratio != ratio.quantize(Decimal("0.01")):
            self.wrong(column, HouseFault.NUMBER)
            return Decimal(1)
        return ratio

    def way(self, column: str) -> HouseWay:
        """How common needs are counted."""
        try:
            return HouseWay(self.cells.get(column, "").lower())
        except ValueError:
            self.wrong(column, HouseFault.WAY)
            return HouseWay.DIRECT

    def flag(self, column: str) -> bool:
        """Yes or no; an empty cell is no."""
        cell = self.cells.get(column, "").lower()
        if cell not in _YES_NO:
            self.wrong(column, HouseFault.FLAG)
        return _YES_NO.get(cell, False)


def read_house_file(file: HouseFile, content: bytes) -> tuple[list[HouseCells], list[HouseError]]:
    """The rows of a register, and the list in which their faults come together.

    :raises HouseFileRefused: no table, or a column of it is missing
    """
    if len(content) > MAX_BYTES:
        raise HouseFileRefused([HouseError(0, "", HouseFault.TOO_LARGE)])
    try:
        rows = table_text.read_rows(table_text.decode(content))
    except table_text.NotText:
        raise HouseFileRefused([HouseError(0, "", HouseFault.NOT_TEXT)]) from None
    except table_text.BrokenRow as broken:
        raise HouseFileRefused([HouseError(broken.row, "", HouseFault.WRONG_WIDTH)]) from None
    header = [name.strip() for name in rows[0][1]] if rows else []
    missing = [HouseError(1, name, HouseFault.MISSING_COLUMN) for name in COLUMNS[file] if name not in header]
    if missing:
        raise HouseFileRefused(missing)
    if len(rows) == 1:
        raise HouseFileRefused([HouseError(0, "", HouseFault.NO_ROWS)])
    errors: list[HouseError] = []
    found = []
    for number, row in rows[1:]:
        if len(row) == len(header):
            cells = {name: cell.strip() for name, cell in zip(header, row, strict=True)}
            found.append(HouseCells(number, cells, errors))
        else:
            errors.append(HouseError(number, "", HouseFault.WRONG_WIDTH))
    return found, errors
