"""The control sheet that goes with a printed batch: what must be in the pile, and how to tell that it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from svet.bills import texts
from svet.bills.drawing.pen import BOLD, INK, MEDIUM, SOFT, Pen
from svet.bills.drawing.sheets import HEIGHT, WIDTH, Sheets
from svet.look.formats import moment, number, roubles

_MARGIN = 48.0
_INNER = WIDTH - 2 * _MARGIN
_ROW = 16.0
_BOTTOM = 60.0


@dataclass(frozen=True, slots=True)
class Control:
    """A batch as the control sheet states it; ``streets`` with their counts in the order of the route."""

    label: str
    provider: str
    period: date
    made_at: datetime
    made_by: str
    bills: int
    pages: int
    kopecks: int
    first: str
    last: str
    streets: Sequence[tuple[str, int]]
    sha256: str
    register_sha256: str


def draw_control(control: Control) -> bytes:
    """Draw the sheet; streets that do not fit go on further pages."""
    sheets = Sheets(
        title=f"Контрольный лист {control.label}", author=control.provider, subject="Печать счетов"
    )
    rest = list(control.streets)
    page = 1
    while True:
        with sheets.page() as pen:
            y = _head(pen, control, page=page)
            if page == 1:
                y = _facts(pen, control, y)
            fitting = max(1, int((HEIGHT - _BOTTOM - y - 24) / _ROW))
            shown, rest = rest[:fitting], rest[fitting:]
            _streets(pen, shown, y)
            _foot(pen, control)
        page += 1
        if not rest:
            return sheets.content()


def _head(pen: Pen, control: Control, *, page: int) -> float:
    pen.text(_MARGIN, 62, "Контрольный лист", font=BOLD, size=20)
    pen.text(_MARGIN, 82, f"Партия {control.label}", font=MEDIUM, size=12)
    pen.text(WIDTH - _MARGIN, 62, f"Лист {page}", size=9, color=SOFT, align="right")
    return 108.0


def _facts(pen: Pen, control: Control, y: float) -> float:
    for label, value in (
        ("Поставщик", control.provider),
        ("Счета за", texts.month_label(control.period)),
        ("Составлена", f"{moment(control.made_at)}, {control.made_by}"),
        ("Счетов", number(control.bills)),
        ("Страниц", number(control.pages)),
        ("К оплате всего", roubles(control.kopecks)),
        ("Первый адрес", control.first),
        ("Последний адрес", control.last),
    ):
        pen.text(_MARGIN, y, label, size=9, color=SOFT)
        y = pen.block(_MARGIN + 110, y, value, width=_INNER - 110, lines=2, size=10, least=6) + 3
    return y + 12


def _streets(pen: Pen, streets: Sequence[tuple[str, int]], y: float) -> None:
    pen.text(_MARGIN, y, "По улицам, в порядке обхода", font=MEDIUM, size=11)
    y += 8
    pen.rule(_MARGIN, y, _INNER, color=INK)
    for street, count in streets:
        y += _ROW
        pen.block(_MARGIN, y - 5, street, width=_INNER - 60, lines=1, size=9, least=5)
        pen.text(WIDTH - _MARGIN, y - 5, number(count), size=9, align="right")
        pen.rule(_MARGIN, y, _INNER, weight=0.4)


def _foot(pen: Pen, control: Control) -> None:
    for line, (label, value) in enumerate(
        (("SHA-256 файла счетов", control.sha256), ("SHA-256 реестра", control.register_sha256))
    ):
        pen.text(_MARGIN, HEIGHT - 44 + 11 * line, f"{label}: {value}", size=7, color=SOFT)
