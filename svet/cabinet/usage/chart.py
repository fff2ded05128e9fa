"""The picture of twelve months, last year's bar behind this year's: x in percent, y in pixels, texts in rem.

So a label is as large on a phone as on a desktop. Whatever the picture says stands in the table too.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from svet.bills.texts import labels
from svet.kernel.periods import Month
from svet.look.formats import NBSP, number
from svet.usage import texts
from svet.usage.rules import YEAR, UsageMonth, UsageStory

#: The line on which bars stand, and the height of the highest.
BASE = 216
HIGHEST = 200
#: What is not nothing is seen.
LEAST = 3.0
_WIDE = 100 / YEAR
#: Zones that are drawn as the first, second and third series wherever they stand.
SERIES = {"single": 0, "day": 0, "peak": 0, "semipeak": 2, "night": 1}
#: The series of what a bill holds beside the own use.
OTHER = 3


@dataclass(frozen=True, slots=True)
class ColumnPiece:
    """A part of a bar: its series, top and height."""

    series: int
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Column:
    """A month of the picture; ``ghost`` is the bar of a year ago, ``guessed`` what nobody has read."""

    month: Month
    label: str
    told: str
    hit: float
    ghost_x: float
    bar_x: float
    middle: float
    mark_y: float
    pieces: tuple[ColumnPiece, ...]
    ghost: ColumnPiece | None
    guessed: ColumnPiece | None
    control: bool
    away: bool
    current: bool
    known: bool


@dataclass(frozen=True, slots=True)
class MonthsChart:
    """What the template draws; ``scale`` are the texts beside the lines, from the top."""

    columns: tuple[Column, ...]
    scale: tuple[str, ...]
    lines: tuple[int, ...]
    series: tuple[tuple[int, str], ...]
    ghosts: bool
    guessed: bool
    control: bool
    away: bool


def draw(story: UsageStory, *, money: bool, chosen: Month) -> MonthsChart:
    """Lay the last twelve months out over the twelve before."""
    top = _round_up(max((_height(each, money) for each in story.months), default=Decimal(0)))
    columns = tuple(
        _column(story, month, place, top=top, money=money, chosen=chosen)
        for place, month in enumerate(story.shown)
    )
    shown = [each for month in story.shown if (each := story.month(month)) is not None]
    series = [(SERIES.get(zone, 2), labels.zone_label(zone)) for zone in story.zones]
    return MonthsChart(
        columns=columns,
        scale=tuple(number(top * step / 4) for step in (4, 3, 2, 1, 0)),
        lines=tuple(BASE - HIGHEST * step // 4 for step in (4, 3, 2, 1, 0)),
        series=tuple(series),
        ghosts=any(each.ghost is not None for each in columns),
        guessed=any(each.guessed is not None for each in columns),
        control=any(each.control for each in shown),
        away=any(each.away for each in shown),
    )


def _parts(month: UsageMonth, money: bool) -> list[tuple[int, Decimal]]:
    """Values by series, the first at the bottom; roubles in roubles. What is negative is not drawn."""
    found = [
        (SERIES.get(each.zone, 2), Decimal(each.kopecks) / 100 if money else each.kwh) for each in month.zones
    ]
    if money:
        found.append((OTHER, Decimal(month.kopecks - month.own) / 100))
    return [(series, value) for series, value in found if value > 0]


def _height(month: UsageMonth, money: bool) -> Decimal:
    return sum((value for _series, value in _parts(month, money)), Decimal(0))


def _column(
    story: UsageStory, month: Month, place: int, *, top: Decimal, money: bool, chosen: Month
) -> Column:
    now, then = story.month(month), story.year_before(month)
    pieces: list[ColumnPiece] = []
    y = float(BASE)
    for series, value in _parts(now, money) if now is not None else []:
        height = _pixels(value, top)
        y = round(y - height, 1)
        pieces.append(ColumnPiece(series, y, height))
    left = place * _WIDE
    return Column(
        month=month,
        label=labels.short_month(month.first).partition(NBSP)[0],
        told=_told(now, then, month, money=money),
        hit=round(left, 2),
        ghost_x=round(left + 0.8, 2),
        bar_x=round(left + (2.6 if then is not None else 1.8), 2),
        middle=round(left + _WIDE / 2, 2),
        mark_y=round(y - 8, 1),
        pieces=tuple(pieces),
        ghost=None if then is None else _single(_height(then, money), top),
        guessed=None if now is None else _guess(now, BASE - y, y),
        control=now is not None and now.control,
        away=now is not None and now.away,
        current=month == chosen,
        known=now is not None,
    )


def _pixels(value: Decimal, top: Decimal) -> float:
    return max(LEAST, round(float(value / top) * HIGHEST, 1))


def _single(value: Decimal, top: Decimal) -> ColumnPiece | None:
    if value <= 0:
        return None
    height = _pixels(value, top)
    return ColumnPiece(0, round(BASE - height, 1), height)


def _guess(month: UsageMonth, height: float, y: float) -> ColumnPiece | None:
    """The part of the bar that nobody has read, at its top."""
    if not month.estimated or month.kwh <= 0:
        return None
    share = float(min(Decimal(1), month.estimated / month.kwh))
    return ColumnPiece(0, y, round(height * share, 1))


def _told(now: UsageMonth | None, then: UsageMonth | None, month: Month, *, money: bool) -> str:
    """The sentence that names a column for those who hear it."""
    name = labels.month_label(month)
    parts = [texts.no_bill() if now is None else texts.value_of(now, money=money)]
    if then is not None:
        parts.append(texts.year_ago(then, money=money))
    if now is not None:
        parts += texts.marks(now)
    return f"{name}: {', '.join(parts)}"


def _round_up(value: Decimal) -> Decimal:
    """The first of 1, 2, 4, 6, 8 × 10ⁿ that is not less: quarters of it are round too."""
    step = Decimal(4)
    while step < value:
        for factor in (1, 2, 3, 4, 5, 6, 8, 10):
            if step * factor >= value:
                return step * factor
        step *= 10
    return step
