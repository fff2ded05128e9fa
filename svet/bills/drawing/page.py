"""The page from top to bottom. Sizes are points; the rows of the tables shrink when there are many."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from reportlab.lib.colors import Color, HexColor

from svet.bills import texts
from svet.bills.drawing.chart import draw_bars
from svet.bills.drawing.code import symbol
from svet.bills.drawing.pen import BOLD, INK, MEDIUM, REGULAR, SOFT, TINT, Pen
from svet.bills.drawing.sheets import HEIGHT as _HEIGHT
from svet.bills.drawing.sheets import WIDTH as _WIDTH
from svet.bills.drawing.sheets import Sheets
from svet.bills.drawing.tables import TableRow, draw_table, line_rows, penalty_rows, reading_rows
from svet.bills.rules import BillDocument, CodeImpossible, MoneyState, compare, payment_code
from svet.look.formats import NBSP, day, roubles

_MARGIN = 36.0
_INNER = _WIDTH - 2 * _MARGIN
_FOOT = 62.0
_BOTTOM_LEAST = 130.0
_ROW_MOST, _ROW_LEAST = 19.0, 7.2
_GAP_MOST, _GAP_LEAST = 34.0, 12.0
_TITLE = 14.0
# Movements that have a row of their own on paper; more of a kind share one.
_MOVEMENTS_MOST = 3
_BRAND = "#1f5fa8"


def draw(document: BillDocument, *, masked: bool) -> bytes:
    """Draw the bill as a PDF of one page; ``masked`` hides the holder's name and flat.

    The words come from the active language; equal documents give equal bytes, from any thread.
    """
    sheets = Sheets(
        title=f"Счёт {document.number}",
        author=document.payee.legal_name,
        subject=f"Платёжный документ за {texts.month_label(document.period)}",
    )
    with sheets.page() as pen:
        _compose(pen, document, masked=masked)
    return sheets.content()


def draw_batch(documents: Iterable[BillDocument], *, title: str, author: str) -> bytes:
    """Draw bills in their order as one PDF, a page each, names and flats in full: for the print house."""
    sheets = Sheets(title=title, author=author, subject="Платёжные документы")
    for document in documents:
        with sheets.page() as pen:
            _compose(pen, document, masked=False)
    return sheets.content()


def _compose(pen: Pen, document: BillDocument, *, masked: bool) -> None:
    accent = _accent(document.payee.color)
    y = _head(pen, document, accent)
    y = _hero(pen, document, y, accent)
    y = _parties(pen, document, y, masked=masked)
    y = _tables(pen, document, y)
    _bottom(pen, document, y, accent)
    _foot(pen, document)


def _accent(color: str) -> Color:
    try:
        return HexColor(color or _BRAND)
    except ValueError:
        return HexColor(_BRAND)


def _head(pen: Pen, document: BillDocument, accent: Color) -> float:
    top = 30.0
    pen.box(_MARGIN, top, 26, 26, fill=accent, radius=7)
    bolt = [(15, 4.5), (7, 14.5), (12.2, 14.5), (11, 21.5), (19, 11.2), (13.8, 11.2)]
    pen.polygon([(_MARGIN + x, top + y) for x, y in bolt], fill=HexColor("#ffffff"))
    pen.block(_MARGIN + 34, top + 18, document.payee.name, width=230, lines=1, font=BOLD, size=15, least=8)
    right = _MARGIN + _INNER
    pen.text(
        right, top + 10, f"Счёт за {texts.month_label(document.period)}", font=MEDIUM, size=11, align="right"
    )
    number = f"Платёжный документ № {document.number} от {day(document.issued_on)}"
    pen.text(right, top + 23, number, size=8, color=SOFT, align="right")
    return top + 40


def _hero(pen: Pen, document: BillDocument, y: float, accent: Color) -> float:
    height = 156.0
    side = 128.0
    pen.box(_MARGIN, y, _INNER, height, fill=TINT, radius=12)
    pen.box(_MARGIN, y + 18, 3.5, height - 36, fill=accent)
    x = _MARGIN + 22
    width = _INNER - side - 66
    sums = document.sums
    # Nobody is asked for 0,00 ₽: an overpayment is named by itself.
    heading, sum_shown, beneath, size = "К оплате", sums.payable, texts.due_words(document), 19
    if document.money_state is MoneyState.OVER:
        heading, sum_shown, beneath, size = "Переплата", -sums.closing, "Платить не нужно", 17
    elif document.money_state is MoneyState.EVEN:
        heading, sum_shown, beneath, size = "Долга нет", 0, "Платить не нужно", 17
    pen.text(x, y + 28, heading, font=MEDIUM, size=12, color=SOFT)
    pen.block(x, y + 72, roubles(sum_shown), width=width, lines=1, font=BOLD, size=42, least=16)
    pen.text(x, y + 98, beneath, font=MEDIUM, size=size, color=accent)
    comparison = compare(document)
    what = f"{texts.sentence(comparison)} {texts.money_sentence(comparison)}".strip()
    pen.block(x, y + 122, what, width=width, lines=2, size=9.5, least=6.5, leading=1.35)
    _code(pen, document, _MARGIN + _INNER - side - 14, y + 8, side)
    return y + height + 16


def _code(pen: Pen, document: BillDocument, x: float, y: float, side: float) -> None:
    """The symbol on white with its quiet zone of four modules."""
    try:
        rows = symbol(payment_code(document))
    except CodeImpossible:
        pen.block(x, y + 60, "Реквизиты для оплаты — ниже", width=side, size=8, color=SOFT)
        return
    quiet = side * 4 / (len(rows) + 8)
    pen.box(x, y, side, side, fill=HexColor("#ffffff"), radius=4)
    pen.modules(x + quiet, y + quiet, side - 2 * quiet, rows)
    pen.text(
        x + side / 2,
        y + side + 12,
        "Оплата по QR-коду в приложении банка",
        size=6.8,
        color=SOFT,
        align="center",
    )


def _parties(pen: Pen, document: BillDocument, y: float, *, masked: bool) -> float:
    payer, payee = document.payer, document.payee
    half = _INNER / 2 - 12
    left, right = _MARGIN, _MARGIN + _INNER / 2 + 12
    pen.text(left, y, "Лицевой счёт", size=7, color=SOFT)
    pen.text(left, y + 14, payer.account_number, font=BOLD, size=13)
    line = pen.block(
        left,
        y + 28,
        payer.masked_name if masked else payer.name,
        width=half,
        lines=2,
        font=MEDIUM,
        size=8.5,
        least=5.5,
    )
    pen.block(
        left, line, payer.masked_address if masked else payer.address, width=half, lines=2, size=8, least=5.5
    )
    pen.text(right, y, "Получатель", size=7, color=SOFT)
    line = pen.block(right, y + 11, payee.legal_name, width=half, lines=2, font=MEDIUM, size=8.5, least=5.5)
    for text in (
        f"ИНН {payee.inn}  КПП {payee.kpp}" if payee.kpp else f"ИНН {payee.inn}",
        f"Р/с {payee.settlement_account}",
        f"{payee.bank_name}, БИК {payee.bic}",
        f"К/с {payee.correspondent_account}",
    ):
        line = pen.block(right, line, text, width=half, lines=1, size=7.5, least=5)
    return y + 66


def _tables(pen: Pen, document: BillDocument, y: float) -> float:
    """Both tables with the room they have shared out; returns where the bottom block starts."""
    lines, readings, penalties = line_rows(document), reading_rows(document), penalty_rows(document)
    start = y + 12
    tables = 3 if penalties else 2
    free = _HEIGHT - _FOOT - _BOTTOM_LEAST - start - tables * (_TITLE + _GAP_LEAST)
    count = len(lines) + len(readings) + len(penalties) + tables
    row = min(_ROW_MOST, max(_ROW_LEAST, free / count))
    gap = min(_GAP_MOST, _GAP_LEAST + max(0.0, free - row * count) / 4)
    y = _table(pen, "Начислено", lines, start, row)
    y = _table(pen, "Показания приборов учёта", readings, y + gap, row)
    if penalties:
        y = _table(pen, "Пени", penalties, y + gap, row)
    return y + gap


def _table(pen: Pen, title: str, rows: Sequence[TableRow], y: float, row: float) -> float:
    pen.text(_MARGIN, y + 8, title, font=MEDIUM, size=10)
    return draw_table(pen, rows, x=_MARGIN, y=y + _TITLE, width=_INNER, row=row)


def _bottom(pen: Pen, document: BillDocument, y: float, accent: Color) -> None:
    """The account's sums and the chart, which takes the height that is left, within reason."""
    room = _HEIGHT - _FOOT - 14 - y
    y += 8
    width = _INNER * 0.42
    pen.text(_MARGIN, y, "Расчёты по лицевому счёту", font=MEDIUM, size=10)
    rows = texts.sum_rows(document, most=_MOVEMENTS_MOST)
    step = min(20.0, max(9.0, (room - 28) / len(rows)))
    line = y + step + 4
    for row in rows:
        if row.strong:
            pen.rule(_MARGIN, line - step * 0.6, width, color=INK)
            line += 3
        font, size, color = (BOLD, 9.5, INK) if row.strong else (REGULAR, 8.0, SOFT)
        pen.block(
            _MARGIN, line, row.label, width=width - 70, lines=1, font=font, size=size, least=5, color=color
        )
        pen.text(_MARGIN + width, line, roubles(row.kopecks), font=font, size=size, color=INK, align="right")
        line += step
    x = _MARGIN + width + 30
    pen.text(x, y, "Потребление за 12 месяцев, кВт·ч", font=MEDIUM, size=10)
    height = min(170.0, room - 28)
    draw_bars(pen, document.bars, x=x, y=y + 12, width=_INNER - width - 30, height=height, accent=accent)


def _foot(pen: Pen, document: BillDocument) -> None:
    y = _HEIGHT - _FOOT + 8
    pen.rule(_MARGIN, y - 6, _INNER)
    remarks = [*texts.notes(document)]
    decrees = texts.decrees(document)
    if decrees:
        remarks.append(f"Тарифы: {'; '.join(decrees)}.")
    y = pen.block(_MARGIN, y + 5, " ".join(remarks), width=_INNER, lines=3, size=7, least=5, color=SOFT)
    contact = f"Горячая линия {document.payee.hotline}." if document.payee.hotline else ""
    rest = "Каждую строку этого счёта можно раскрыть в личном кабинете: «Детализация расчётов»."
    pen.block(
        _MARGIN,
        max(y, _HEIGHT - _FOOT + 38),
        f"{contact}{NBSP} {rest}".strip(),
        width=_INNER,
        lines=1,
        size=7,
        least=5,
        color=SOFT,
    )
