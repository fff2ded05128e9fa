"""The two tables of the page: what was charged, and which readings it was charged by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from reportlab.lib.colors import Color

from svet.bills import texts
from svet.bills.drawing.pen import INK, LINE, MEDIUM, REGULAR, SOFT, Align, Pen, fit
from svet.bills.rules import BillDocument, LineRow, adds_up
from svet.look.formats import day, number, roubles

# More rows than this cannot be read on one page: the smallest ones are then added up.
_MOST_LINES = 16
_MOST_READINGS = 9
_MOST_PENALTIES = 6
_SIZE_PER_ROW = 0.62


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: its share of the width and where its words stand."""

    title: str
    share: float
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class TableRow:
    """The words of a row; the first row of a table holds its columns."""

    cells: tuple[str, ...]
    columns: tuple[TableColumn, ...]
    strong: bool = False


_LINE_COLUMNS = (
    TableColumn("Зона", 0.21),
    TableColumn("Диапазон, кВт·ч", 0.23),
    TableColumn("Объём, кВт·ч", 0.16, "right"),
    TableColumn("Тариф, ₽/кВт·ч", 0.18, "right"),
    TableColumn("Сумма", 0.22, "right"),
)
_READING_COLUMNS = (
    TableColumn("Прибор учёта, зона", 0.26),
    TableColumn("Предыдущее", 0.12, "right"),
    TableColumn("от", 0.12),
    TableColumn("Текущее", 0.10, "right"),
    TableColumn("от, источник", 0.26),
    TableColumn("Расход, кВт·ч", 0.14, "right"),
)
_PENALTY_COLUMNS = (
    TableColumn("Счёт, срок оплаты", 0.25),
    TableColumn("Дни", 0.34),
    TableColumn("Как посчитано", 0.26),
    TableColumn("Сумма", 0.15, "right"),
)


def line_rows(document: BillDocument) -> list[TableRow]:
    """Lines by zone and range; equal prices of several meters stand together, the last row is the total."""
    rows = [_line(line) for line in _gathered(document.lines)]
    if len(rows) > _MOST_LINES:
        rows = [
            *rows[: _MOST_LINES - 1],
            _row(_LINE_COLUMNS, "ещё строки — в личном кабинете", "", "", "", ""),
        ]
    total = sum(line.kopecks for line in document.lines)
    return [
        *rows,
        _row(_LINE_COLUMNS, "Всего", "", number(document.kwh), "", roubles(total), strong=True),
    ]


def reading_rows(document: BillDocument) -> list[TableRow]:
    """One row for every scale of every meter."""
    rows = [
        _row(
            _READING_COLUMNS,
            f"№ {reading.meter_serial}, {texts.zone_label(reading.zone).lower()}",
            _value(reading.previous_value),
            _day(reading.previous_on),
            _value(reading.current_value),
            " · ".join(
                part
                for part in (_day(reading.current_on), texts.source_label(reading.current_source))
                if part
            ),
            number(reading.kwh),
        )
        for reading in document.readings
    ]
    if len(rows) > _MOST_READINGS:
        rest = _row(_READING_COLUMNS, "ещё приборы — в личном кабинете", "", "", "", "", "")
        rows = [*rows[: _MOST_READINGS - 1], rest]
    return rows or [_row(_READING_COLUMNS, "Прибора учёта нет", "", "", "", "", "")]


def penalty_rows(document: BillDocument) -> list[TableRow]:
    """The runs of days behind the penalties of the bill, and what makes their sum; none where it has none."""
    shown = texts.penalties_on(document)
    if shown is None or not shown.parts:
        return []
    runs = [run for part in shown.parts for run in part.rows]
    shown_runs = runs if len(runs) <= _MOST_PENALTIES else runs[: _MOST_PENALTIES - 1]
    rows = [
        _row(_PENALTY_COLUMNS, f"{run.bill}, до {run.due}", run.days, run.formula, roubles(run.money))
        for run in shown_runs
    ]
    if rest := runs[len(shown_runs) :]:
        total = roubles(sum(run.money.kopecks for run in rest))
        rows.append(_row(_PENALTY_COLUMNS, f"ещё {len(rest)} — в личном кабинете", "", "", total))
    for part in shown.parts:
        rows += [_row(_PENALTY_COLUMNS, each.label, "", "", roubles(each.kopecks)) for each in part.sums[:-1]]
    return [*rows, _row(_PENALTY_COLUMNS, "Пени в этом счёте", "", "", roubles(shown.kopecks), strong=True)]


def draw_table(pen: Pen, rows: Sequence[TableRow], *, x: float, y: float, width: float, row: float) -> float:
    """Draw the head and the rows, each ``row`` high; returns the lower edge."""
    size = min(8.5, row * _SIZE_PER_ROW)
    padding = 10.0
    head = TableRow(tuple(column.title for column in rows[0].columns), rows[0].columns)
    for index, each in enumerate([head, *rows]):
        font = MEDIUM if each.strong else REGULAR
        color = SOFT if index == 0 else INK
        left = x
        for place, (text, column) in enumerate(zip(each.cells, each.columns, strict=True)):
            room = width * column.share
            # Words after a column of numbers keep their distance from it.
            gap = padding if place and column.align == "left" else 0.0
            at = left + room if column.align == "right" else left + gap
            _cell(
                pen,
                text,
                at=at,
                y=y + row * 0.5 + size * 0.36,
                width=room - gap,
                column=column,
                ink=(font, size, color),
            )
            left += room
        y += row
        pen.rule(x, y, width, color=INK if index == 0 else LINE, weight=0.8 if index == 0 else 0.4)
    return y


def _cell(
    pen: Pen,
    text: str,
    *,
    at: float,
    y: float,
    width: float,
    column: TableColumn,
    ink: tuple[str, float, Color],
) -> None:
    font, size, color = ink
    lines, fitted = fit(text, width=width - 3, lines=1, font=font, size=size, least=4.5)
    pen.text(at, y, lines[0], font=font, size=fitted, color=color, align=column.align)


def _row(columns: tuple[TableColumn, ...], *cells: str, strong: bool = False) -> TableRow:
    return TableRow(cells, columns, strong)


def _line(line: LineRow) -> TableRow:
    zone = texts.line_title(line)
    own = line.basis == "reading" or line.corrects is not None
    basis = "" if own else f", {texts.source_label(line.basis)}"
    mark = "*" if line.demonstration else ""
    return _row(
        _LINE_COLUMNS,
        f"{zone}{basis}",
        texts.range_label(line),
        number(line.kwh),
        f"{texts.price_text(line.price)}{mark}" if line.price else "—",
        roubles(line.kopecks),
    )


def _gathered(lines: Sequence[LineRow]) -> list[LineRow]:
    """Add up lines that differ only by their meter or days: on paper they are one price of one zone.

    Unless the sum would not be kWh × price to the kopeck: then they stay apart.
    """
    together: dict[tuple[object, ...], LineRow] = {}
    apart: list[LineRow] = []
    for line in lines:
        key = (
            line.zone, line.basis, line.corrects, line.range_no, line.range_over_kwh, line.range_upper_kwh,
            line.price,
        )  # fmt: skip
        known = together.get(key)
        kwh, kopecks = line.kwh, line.kopecks
        if known is not None:
            kwh, kopecks = known.kwh + kwh, known.kopecks + kopecks
        if known is None or adds_up(kwh=kwh, price=line.price, kopecks=kopecks):
            together[key] = replace(known or line, kwh=kwh, kopecks=kopecks)
        else:
            apart.append(line)
    return [*together.values(), *apart]


def _value(value: Decimal | None) -> str:
    return "—" if value is None else number(value)


def _day(value: date | None) -> str:
    return "" if value is None else day(value)
