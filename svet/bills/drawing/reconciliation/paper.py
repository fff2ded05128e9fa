"""The reconciliation statement on paper: A4 pages, the same statement gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from svet.bills.drawing.pen import BOLD, INK, MEDIUM, REGULAR, SOFT, TINT, Align, Pen
from svet.bills.drawing.reconciliation.words import (
    HEADS,
    NOTE,
    TITLE,
    balance_words,
    cells,
    period_words,
    sum_words,
)
from svet.bills.drawing.sheets import HEIGHT, WIDTH, Sheets
from svet.bills.rules.reconciliation import ReconciliationStatement
from svet.look.formats import day

_MARGIN: Final = 36.0
_INNER: Final = WIDTH - 2 * _MARGIN
_ROW: Final = 15.0
_TOP: Final = 60.0
_PARTIES: Final = 118.0
_BOTTOM: Final = 50.0
#: The totals, the closing words, the note and the places to sign.
_END: Final = 150.0
_SHARES: Final = (0.09, 0.09, 0.27, 0.22, 0.11, 0.11, 0.11)
_ALIGNS: Final[tuple[Align, ...]] = ("left", "left", "left", "left", "right", "right", "right")


def draw_reconciliation(statement: ReconciliationStatement) -> bytes:
    """Draw the statement as a PDF; what does not fit goes on further pages, each under the same heads."""
    sheets = Sheets(
        title=f"{TITLE} {statement.parties.account_number}",
        author=statement.parties.supplier,
        subject=f"Лицевой счёт {statement.parties.account_number}, {period_words(statement)}",
    )
    pages = _pages([cells(row) for row in statement.rows])
    for page, rows in enumerate(pages, 1):
        with sheets.page() as pen:
            y = _head(pen, statement, page=page, pages=len(pages))
            y = _row(pen, HEADS, y, font=MEDIUM)
            if page == 1:
                y = _balance(pen, statement, y, opening=True)
            for row in rows:
                y = _row(pen, row, y)
            if page == len(pages):
                _end(pen, statement, y)
    return sheets.content()


def _pages(rows: Sequence[tuple[str, ...]]) -> list[list[tuple[str, ...]]]:
    """The rows by pages: the first has the parties, the last has room for its end."""
    first = int((HEIGHT - _TOP - _PARTIES - _BOTTOM) / _ROW) - 2
    other = int((HEIGHT - _TOP - _BOTTOM) / _ROW) - 1
    pages = [list(rows[:first]), *(list(rows[at : at + other]) for at in range(first, len(rows), other))]
    free = (first if len(pages) == 1 else other) - len(pages[-1])
    if free * _ROW < _END:
        pages.append([])
    return pages


def _head(pen: Pen, statement: ReconciliationStatement, *, page: int, pages: int) -> float:
    parties = statement.parties
    right = _MARGIN + _INNER
    pen.text(right, 40, f"Лист {page} из {pages}", size=8, color=SOFT, align="right")
    if page > 1:
        pen.text(_MARGIN, 40, f"{TITLE}: лицевой счёт {parties.account_number}", font=MEDIUM, size=10)
        return _TOP
    pen.text(_MARGIN, 44, TITLE, font=BOLD, size=18)
    pen.text(_MARGIN, 62, period_words(statement), font=MEDIUM, size=11)
    pen.text(right, 62, f"Составлен {statement.made_at:%d.%m.%Y %H:%M}", size=8, color=SOFT, align="right")
    y = 86.0
    inn = f", ИНН {parties.inn}" if parties.inn else ""
    for label, value in (
        ("Поставщик", f"{parties.supplier}{inn}"),
        ("Лицевой счёт", parties.account_number),
        ("Абонент", parties.holder),
        ("Адрес", parties.address),
    ):
        pen.text(_MARGIN, y, label, size=8, color=SOFT)
        pen.block(_MARGIN + 80, y, value, width=_INNER - 80, lines=1, font=MEDIUM, size=9, least=5.5)
        y += 16
    return _TOP + _PARTIES - 20


def _row(pen: Pen, words: Sequence[str], y: float, *, font: str = REGULAR) -> float:
    """One row with its line beneath; returns where the next one starts."""
    x = _MARGIN
    for text, share, align in zip(words, _SHARES, _ALIGNS, strict=True):
        width = _INNER * share - 6
        if align == "right":
            pen.text(x + width + 6, y + 10, text, font=font, size=8, align=align)
        else:
            pen.block(x, y + 10, text, width=width, lines=1, font=font, size=8, least=5)
        x += _INNER * share
    pen.rule(_MARGIN, y + _ROW, _INNER, weight=0.4)
    return y + _ROW


def _balance(pen: Pen, statement: ReconciliationStatement, y: float, *, opening: bool) -> float:
    """The balance before the first movement, or after the last one, across the table."""
    kopecks = statement.opening if opening else statement.closing
    on = statement.period.since if opening else statement.period.until
    pen.box(_MARGIN, y, _INNER, _ROW, fill=TINT)
    words = f"{'На начало' if opening else 'На конец'} {day(on)}"
    pen.text(_MARGIN, y + 10, words, font=MEDIUM, size=8)
    pen.text(_MARGIN + _INNER, y + 10, sum_words(kopecks), font=MEDIUM, size=8, align="right")
    return y + _ROW


def _end(pen: Pen, statement: ReconciliationStatement, y: float) -> None:
    x = _MARGIN + _INNER * sum(_SHARES[:5])
    pen.text(_MARGIN, y + 10, "Обороты за период", font=MEDIUM, size=8)
    pen.text(x, y + 10, sum_words(statement.debit), font=MEDIUM, size=8, align="right")
    pen.text(x + _INNER * _SHARES[5], y + 10, sum_words(statement.credit), font=MEDIUM, size=8, align="right")
    y = _balance(pen, statement, y + _ROW, opening=False)
    pen.text(_MARGIN, y + 24, balance_words(statement), font=BOLD, size=11)
    y = pen.block(_MARGIN, y + 40, NOTE, width=_INNER, lines=3, size=7, least=5, color=SOFT)
    half = _INNER / 2 - 12
    for x, who in ((_MARGIN, "Поставщик"), (_MARGIN + _INNER / 2 + 12, "Абонент")):
        pen.text(x, y + 42, who, size=8, color=SOFT)
        pen.rule(x + 60, y + 44, half - 60, color=INK)
