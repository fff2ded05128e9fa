"""The paper of use and payments as a workbook: real numbers, and no cell is ever a formula."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from zoneinfo import ZoneInfo

from svet.bills.drawing.consumption.words import (
    closing_words,
    facts_of,
    heads,
    notes_of,
    zones_of,
    zones_of_month,
)
from svet.bills.rules.consumption import ConsumptionView
from svet.bills.texts.consumption import consumption_period, consumption_title
from svet.bills.texts.labels import month_label
from svet.kernel.money import Money
from svet.kernel.writing import safe_cell
from svet.look.formats import day

_WIDTHS: Final = (18, 34, 14, 14, 14, 14, 14, 16)
_A4: Final = 9


def write_consumption(view: ConsumptionView, *, address: str, zone: ZoneInfo) -> bytes:
    """Write the paper as XLSX; the same paper gives the same bytes."""
    # Read where it is used: it would take a twentieth of the time of every start, of each command's too.
    import xlsxwriter

    statement = view.statement
    title = consumption_title()
    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # Otherwise the file would carry the moment of its writing.
    book.set_properties({"title": title, "created": view.made_at.astimezone(zone).replace(tzinfo=None)})
    sheet = book.add_worksheet("Справка")
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1})
    sums = book.add_format({"num_format": "#,##0.00"})
    strong = book.add_format({"num_format": "#,##0.00", "bold": True})
    sheet.write_string(0, 0, f"{title}: {consumption_period(statement)}", bold)
    facts = facts_of(view, zone)
    for line, (label, value) in enumerate(facts, 1):
        sheet.write_string(line, 0, label)
        sheet.write_string(line, 1, safe_cell(value))
    line = len(facts) + 2
    for column, name in enumerate(heads(view)):
        sheet.write_string(line, column, name, head)
    for each in statement.months:
        line += 1
        sheet.write_string(line, 0, month_label(each.month))
        sheet.write_string(line, 1, zones_of_month(each, here=statement.service.charged_here))
        if each.volumes:
            sheet.write_number(line, 2, float(each.used))
        kopecks = (each.charged, each.recalculated, each.other, each.paid, each.closing)
        for column, value_ in enumerate(kopecks, 3):
            sheet.write_number(line, column, _roubles(value_), sums)
    line += 1
    sheet.write_string(line, 0, "Итого", bold)
    if statement.volumes_known:
        sheet.write_string(line, 1, zones_of(statement.zones, statement.corrected), bold)
        sheet.write_number(line, 2, float(statement.used), bold)
    totals = (
        statement.charged,
        statement.recalculated,
        statement.other,
        statement.paid,
        statement.closing,
    )
    for column, value_ in enumerate(totals, 3):
        sheet.write_number(line, column, _roubles(value_), strong)
    line += 1
    sheet.write_string(line, 0, f"Долг на начало {day(statement.since)}, ₽")
    sheet.write_number(line, 7, _roubles(statement.opening), sums)
    for words in (*closing_words(view), notes_of(view), f"Проверить справку: {address}"):
        line += 1
        sheet.write_string(line, 0, words)
    book.close()
    return buffer.getvalue()


def _roubles(kopecks: int) -> float:
    """Spreadsheets know no decimals; two places of any sum we bill are exact enough to be shown."""
    return float(Money(kopecks).roubles)
