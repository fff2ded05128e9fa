"""Bars drawn by the server as SVG, with the same numbers as a table for those who read rather than look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

HEIGHT = 160
# Above the highest bar, for its number.
MARKS = 26
# One huge month must not make all others look like nothing: whatever is not zero is seen.
LEAST = 4
# Labels grow with the number of bars: the drawing is made to fit the width of the page.
LABELS = 24
LABELS_PER_BAR = 2
STEP = 48
BAR = 30


@dataclass(frozen=True, slots=True)
class Piece:
    """One series of one bar, in units of the drawing."""

    x: float
    y: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Bar:
    """One label with its stacked pieces and the texts of the table."""

    x: float
    top: float
    mark: str
    label: str
    pieces: tuple[Piece, ...]
    values: tuple[str, ...]
    total: str


@dataclass(frozen=True, slots=True)
class Chart:
    """What `look/bars.html` draws."""

    title: str
    series: tuple[str, ...]
    bars: tuple[Bar, ...]
    width: int
    height: int
    base: int
    bar_width: int


def bars(
    *,
    title: str,
    series: Sequence[str],
    points: Sequence[tuple[str, Sequence[Decimal | int]]],
    write: Callable[[Decimal], str],
) -> Chart:
    """Lay out stacked bars; ``points`` are labels with one value per series, ``write`` formats a value.

    The whole number of each bar stands above it: a bar may be drawn higher than it is.
    """
    totals = [sum((Decimal(value) for value in values), Decimal(0)) for _, values in points]
    top = max([*totals, Decimal(1)])
    drawn: list[Bar] = []
    for index, (label, values) in enumerate(points):
        x = index * STEP + (STEP - BAR) / 2
        y = float(MARKS + HEIGHT)
        pieces: list[Piece] = []
        for number, value in enumerate(values):
            height = round(float(Decimal(value) / top) * HEIGHT, 1)
            if value > 0:
                height = max(height, LEAST)
                y -= height
                pieces.append(Piece(x, round(y, 1), height, number))
        drawn.append(
            Bar(
                x + BAR / 2,
                round(y - 6, 1),
                str(round(totals[index])),
                label,
                tuple(pieces),
                tuple(write(Decimal(value)) for value in values),
                write(totals[index]),
            )
        )
    base = MARKS + HEIGHT
    labels = max(LABELS, len(points) * LABELS_PER_BAR)
    return Chart(title, tuple(series), tuple(drawn), max(len(points), 1) * STEP, base + labels, base, BAR)
