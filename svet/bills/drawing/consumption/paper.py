"""The paper of use and payments on A4 pages with its check code; the same paper gives the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from svet.bills.drawing.certificate import check_block
from svet.bills.drawing.consumption.words import (
    closing_words,
    facts_of,
    heads,
    notes_of,
    zones_of,
    zones_of_month,
)
from svet.bills.drawing.pen import BOLD, INK, MEDIUM, REGULAR, SOFT, TINT, Align, Pen
from svet.bills.drawing.sheets import HEIGHT, WIDTH, Sheets
from svet.bills.rules.consumption import ConsumptionView
from svet.bills.texts.consumption import consumption_period, consumption_title
from svet.bills.texts.labels import month_label
from svet.look.formats import day, number

_MARGIN: Final = 36.0
_INNER: Final = WIDTH - 2 * _MARGIN
_ROW: Final = 16.0
_BOTTOM: Final = 40.0
#: The sentences, the notes, the check code and the place to sign.
_END: Final = 280.0
_SHARES: Final = (0.13, 0.23, 0.1, 0.11, 0.11, 0.09, 0.11, 0.12)
_ALIGNS: Final[tuple[Align, ...]] = ("left", "left", "right", "right", "right", "right", "right", "right")


def draw_consumption(view: ConsumptionView, *, address: str, zone: ZoneInfo) -> bytes:
    """Draw the paper as a PDF; ``address`` is that of its check page."""
    title = consumption_title()
    sheets = Sheets(
        title=f"{title} {view.account_number}",
        author=view.supplier,
        subject=f"Лицевой счёт {view.account_number}, {consumption_period(view.statement)}",
    )
    facts = facts_of(view, zone)
    top = 82.0 + 16 * len(facts)
    pages = _pages(_rows(view), first=top)
    for page, rows in enumerate(pages, 1):
        with sheets.page() as pen:
            right = _MARGIN + _INNER
            pen.text(right, 40, f"Лист {page} из {len(pages)}", size=8, color=SOFT, align="right")
            if page == 1:
                y = _head(pen, view, facts, title=title)
            else:
                pen.text(_MARGIN, 40, f"{title}: лицевой счёт {view.account_number}", font=MEDIUM, size=10)
                y = 60.0
            y = _row(pen, heads(view), y, font=MEDIUM)
            for row in rows:
                y = _row(pen, row, y)
            if page == len(pages):
                _end(pen, view, y, address=address)
    return sheets.content()


def _pages(rows: Sequence[tuple[str, ...]], *, first: float) -> list[list[tuple[str, ...]]]:
    """The rows by pages; the last one has room for its end."""
    pages: list[list[tuple[str, ...]]] = [[]]
    y = first + _ROW
    for row in rows:
        if y + _ROW > HEIGHT - _BOTTOM:
            pages.append([])
            y = 60.0 + _ROW
        pages[-1].append(row)
        y += _ROW
    if y + _END > HEIGHT - _BOTTOM:
        pages.append([])
    return pages


def _head(pen: Pen, view: ConsumptionView, facts: Sequence[tuple[str, str]], *, title: str) -> float:
    pen.block(_MARGIN, 44, title, width=_INNER - 80, lines=1, font=BOLD, size=18, least=14)
    pen.text(_MARGIN, 62, f"за период: {consumption_period(view.statement)}", font=MEDIUM, size=11)
    y = 84.0
    for label, value in facts:
        pen.text(_MARGIN, y, label, size=8, color=SOFT)
        pen.block(_MARGIN + 90, y, value, width=_INNER - 90, lines=1, font=MEDIUM, size=9, least=5.5)
        y += 16
    return y - 2


def _rows(view: ConsumptionView) -> list[tuple[str, ...]]:
    here = view.statement.service.charged_here
    return [
        (
            month_label(each.month),
            zones_of_month(each, here=here),
            number(each.used) if each.volumes else "—",
            _sum(each.charged),
            _sum(each.recalculated),
            _sum(each.other),
            _sum(each.paid),
            _sum(each.closing),
        )
        for each in view.statement.months
    ]


def _row(pen: Pen, words: Sequence[str], y: float, *, font: str = REGULAR) -> float:
    """One row with its line beneath; returns where the next one starts."""
    x = _MARGIN
    for text, share, align in zip(words, _SHARES, _ALIGNS, strict=True):
        width = _INNER * share - 5
        if align == "right":
            pen.text(x + width + 5, y + 11, text, font=font, size=7.5, align=align)
        else:
            pen.block(x, y + 11, text, width=width, lines=1, font=font, size=7.5, least=4.5)
        x += _INNER * share
    pen.rule(_MARGIN, y + _ROW, _INNER, weight=0.4)
    return y + _ROW


def _end(pen: Pen, view: ConsumptionView, y: float, *, address: str) -> None:
    statement = view.statement
    pen.box(_MARGIN, y, _INNER, _ROW, fill=TINT)
    known = statement.volumes_known
    totals = (
        "Итого",
        zones_of(statement.zones, statement.corrected) if known else "—",
        number(statement.used) if known else "—",
        *(
            _sum(each)
            for each in (
                statement.charged,
                statement.recalculated,
                statement.other,
                statement.paid,
                statement.closing,
            )
        ),
    )
    y = _row(pen, totals, y, font=MEDIUM)
    pen.text(_MARGIN, y + 12, f"Долг на начало {day(statement.since)}: {_sum(statement.opening)} ₽", size=8)
    y += 32
    for line in closing_words(view):
        pen.block(_MARGIN, y, line, width=_INNER, lines=1, font=BOLD, size=10, least=6.5)
        y += 18
    y = pen.block(_MARGIN, y + 4, notes_of(view), width=_INNER, lines=3, size=7.5, least=5, color=SOFT)
    y = check_block(pen, view.code, y + 6, address=address)
    pen.text(_MARGIN, y + 36, "Поставщик", size=8, color=SOFT)
    pen.rule(_MARGIN + 60, y + 38, _INNER / 2 - 72, color=INK)


def _sum(kopecks: int) -> str:
    return number(Decimal(kopecks) / 100, places=2)
