"""The reconciliation statement as a workbook: real dates and numbers, and no cell is ever a formula."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Final

from svet.bills.drawing.reconciliation.words import HEADS, NOTE, TITLE, balance_words, operation, period_words
from svet.bills.rules.reconciliation import ReconciliationStatement
from svet.kernel.money import Money
from svet.kernel.writing import safe_cell
from svet.look.formats import day

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_WIDTHS: Final = (12, 12, 38, 26, 14, 14, 14)
_DEBIT, _CREDIT, _BALANCE = 4, 5, 6
_A4: Final = 9


def write_reconciliation(statement: ReconciliationStatement) -> bytes:
    """Write the statement as XLSX; the same statement gives the same bytes."""
    # Read where it is used: it would take a twentieth of the time of every start, of each command's too.
    import xlsxwriter

    buffer = BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    # Otherwise the file would carry the moment of its writing.
    book.set_properties({"title": TITLE, "created": statement.made_at.replace(tzinfo=None)})
    sheet = book.add_worksheet("Акт сверки")
    bold = book.add_format({"bold": True})
    head = book.add_format({"bold": True, "bottom": 1})
    days = book.add_format({"num_format": "dd.mm.yyyy", "align": "left"})
    sums = book.add_format({"num_format": "#,##0.00"})
    strong = book.add_format({"num_format": "#,##0.00", "bold": True})
    line = _head(sheet, statement, bold=bold, head=head)
    sheet.write_string(line, 0, f"На начало {day(statement.period.since)}", bold)
    sheet.write_number(line, _BALANCE, _roubles(statement.opening), strong)
    line += 1
    for row in statement.rows:
        sheet.write_datetime(line, 0, row.on, days)
        sheet.write_datetime(line, 1, row.known_on, days)
        sheet.write_string(line, 2, operation(row))
        sheet.write_string(line, 3, safe_cell(row.document))
        if row.debit:
            sheet.write_number(line, _DEBIT, _roubles(row.debit), sums)
        if row.credit:
            sheet.write_number(line, _CREDIT, _roubles(row.credit), sums)
        sheet.write_number(line, _BALANCE, _roubles(row.balance), sums)
        line += 1
    sheet.write_string(line, 0, "Обороты за период", bold)
    sheet.write_number(line, _DEBIT, _roubles(statement.debit), strong)
    sheet.write_number(line, _CREDIT, _roubles(statement.credit), strong)
    sheet.write_string(line + 1, 0, f"На конец {day(statement.period.until)}", bold)
    sheet.write_number(line + 1, _BALANCE, _roubles(statement.closing), strong)
    sheet.write_string(line + 3, 0, balance_words(statement), bold)
    sheet.write_string(line + 4, 0, NOTE)
    book.close()
    return buffer.getvalue()


def _head(sheet: Worksheet, statement: ReconciliationStatement, *, bold: Format, head: Format) -> int:
    """What stands above the movements; returns the line of the first one."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    for column, width in enumerate(_WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, f"{TITLE} {period_words(statement)}", bold)
    facts = _facts(statement)
    for line, (label, value) in enumerate(facts, 1):
        sheet.write_string(line, 0, label)
        sheet.write_string(line, 2, safe_cell(value))
    heads = len(facts) + 2
    for column, title in enumerate(HEADS):
        sheet.write_string(heads, column, title, head)
    sheet.freeze_panes(heads + 1, 0)
    return heads + 1


def _facts(statement: ReconciliationStatement) -> list[tuple[str, str]]:
    parties = statement.parties
    inn = f", ИНН {parties.inn}" if parties.inn else ""
    return [
        ("Поставщик", f"{parties.supplier}{inn}"),
        ("Лицевой счёт", parties.account_number),
        ("Абонент", parties.holder),
        ("Адрес", parties.address),
        ("Составлен", f"{statement.made_at:%d.%m.%Y %H:%M}"),
    ]


def _roubles(kopecks: int) -> float:
    """Spreadsheets know no decimals; two places of any sum we bill are exact enough to be shown."""
    return float(Money(kopecks).roubles)
