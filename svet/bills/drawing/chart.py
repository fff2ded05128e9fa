"""Twelve bars: the volumes of the last months, the bill's own month in the brand's colour."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from reportlab.lib.colors import Color, HexColor

from svet.bills.drawing.pen import INK, LINE, MEDIUM, SOFT, Pen
from svet.bills.rules import UsageBar
from svet.look.formats import number

_PALE = HexColor("#b9c6d6")
_MONTHS = ("янв", "фев", "мар", "апр", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек")
_COUNT = 12


def draw_bars(
    pen: Pen, bars: Sequence[UsageBar], *, x: float, y: float, width: float, height: float, accent: Color
) -> None:
    """Draw the bars of up to twelve months with their months below and their volumes above."""
    shown = bars[-_COUNT:]
    step = width / _COUNT
    most = max((bar.kwh for bar in shown), default=Decimal(0))
    floor = y + height - 12
    room = float(height) - 24
    left = x + step * (_COUNT - len(shown))
    pen.rule(x, floor, width, color=LINE)
    for index, bar in enumerate(shown):
        own = index == len(shown) - 1
        # One huge month must not make the others look like nothing.
        tall = max(room * float(bar.kwh / most), 1.5) if most > 0 and bar.kwh > 0 else 0.0
        at = left + index * step
        if tall:
            pen.box(at + step * 0.16, floor - tall, step * 0.68, tall, fill=accent if own else _PALE)
        middle = at + step / 2
        size = 6.2 if len(number(bar.kwh)) <= 5 else 4.6
        pen.text(
            middle,
            floor - max(tall, 0) - 3,
            number(bar.kwh, places=0),
            size=size,
            font=MEDIUM,
            color=INK if own else SOFT,
            align="center",
        )
        name = _MONTHS[bar.period.month - 1]
        pen.text(middle, floor + 9, name, size=6.2, color=INK if own else SOFT, align="center")
        if bar.period.month == 1 or index == 0:
            pen.text(middle, floor + 17, str(bar.period.year), size=5.6, color=SOFT, align="center")
