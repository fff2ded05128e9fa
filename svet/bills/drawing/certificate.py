"""A certificate of no debt on paper: one A4 page with the code that leads to its check page."""

from __future__ import annotations

from typing import Final
from zoneinfo import ZoneInfo

from svet.bills.drawing.code import symbol
from svet.bills.drawing.pen import BOLD, INK, MEDIUM, SOFT, TINT, Pen
from svet.bills.drawing.sheets import WIDTH, Sheets
from svet.bills.rules.certificates import CertificateView, printed_code
from svet.bills.texts.certificates import certificate_title, certificate_words
from svet.look.formats import day

_MARGIN: Final = 36.0
_INNER: Final = WIDTH - 2 * _MARGIN
_SIDE: Final = 96.0
NOTE: Final = (
    "Справка говорит о расчётах на эту дату и не говорит о том, что было начислено или оплачено после неё. "
    "Платежи, которые ещё не поступили поставщику, в ней не учтены."
)


def draw_certificate(view: CertificateView, *, address: str, zone: ZoneInfo) -> bytes:
    """Draw the certificate as a PDF; ``address`` is that of its check page."""
    title = certificate_title(view.debt)
    sheets = Sheets(
        title=f"{title} {view.account_number}",
        author=view.supplier,
        subject=f"Лицевой счёт {view.account_number}, на {day(view.on)}",
    )
    with sheets.page() as pen:
        y = _head(pen, view, title=title, zone=zone)
        y = _said(pen, view, y)
        y = check_block(pen, view.code, y, address=address)
        _sign(pen, y)
    return sheets.content()


def _head(pen: Pen, view: CertificateView, *, title: str, zone: ZoneInfo) -> float:
    right = _MARGIN + _INNER
    pen.block(_MARGIN, 44, title, width=_INNER, lines=1, font=BOLD, size=18, least=14)
    pen.text(_MARGIN, 64, f"на {day(view.on)}", font=MEDIUM, size=11)
    made = f"Составлена {view.made_at.astimezone(zone):%d.%m.%Y %H:%M}"
    pen.text(right, 64, made, size=8, color=SOFT, align="right")
    y = 90.0
    inn = f", ИНН {view.inn}" if view.inn else ""
    for label, value in (
        ("Поставщик", f"{view.supplier}{inn}"),
        ("Лицевой счёт", view.account_number),
        ("Абонент", view.holder),
        ("Адрес", view.address),
    ):
        pen.text(_MARGIN, y, label, size=8, color=SOFT)
        pen.block(_MARGIN + 80, y, value, width=_INNER - 80, lines=1, font=MEDIUM, size=9, least=5.5)
        y += 16
    return y + 8


def _said(pen: Pen, view: CertificateView, y: float) -> float:
    words = certificate_words(view.debt)
    pen.box(_MARGIN, y, _INNER, 22 + 18 * len(words), fill=TINT, radius=4)
    y += 22
    for number, line in enumerate(words):
        font, size = (BOLD, 12.0) if not number else (MEDIUM, 10.0)
        pen.block(_MARGIN + 12, y, line, width=_INNER - 24, lines=1, font=font, size=size, least=7)
        y += 18
    y += 18
    known = (
        f"Учтены операции лицевого счёта по № {view.seq}."
        if view.seq
        else "Операций на лицевом счёте не было."
    )
    pen.text(_MARGIN, y, known, size=8, color=SOFT)
    return pen.block(_MARGIN, y + 14, NOTE, width=_INNER, lines=2, size=8, color=SOFT) + 10


def check_block(pen: Pen, code: str, y: float, *, address: str) -> float:
    """The symbol and the code that lead to the check page; returns where it ends."""
    pen.modules(_MARGIN, y, _SIDE, symbol(address.encode()))
    x = _MARGIN + _SIDE + 18
    width = _INNER - _SIDE - 18
    pen.text(x, y + 10, "Проверить справку", font=MEDIUM, size=11)
    pen.text(x, y + 28, "Наведите камеру телефона на рисунок или введите код на странице", size=8, color=SOFT)
    page = address.removesuffix(f"{code}/")
    pen.block(x, y + 42, page, width=width, lines=1, font=MEDIUM, size=9, least=5.5)
    pen.block(x, y + 66, printed_code(code), width=width, lines=1, font=BOLD, size=15, least=8)
    note = "Страница покажет, что сказано в справке, без имени и адреса."
    pen.text(x, y + 86, note, size=8, color=SOFT)
    return y + _SIDE


def _sign(pen: Pen, y: float) -> None:
    pen.text(_MARGIN, y + 42, "Поставщик", size=8, color=SOFT)
    pen.rule(_MARGIN + 60, y + 44, _INNER / 2 - 72, color=INK)
