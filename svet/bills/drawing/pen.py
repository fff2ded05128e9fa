"""Drawing words and boxes in points from the upper left corner, in Roboto."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

import font_roboto
from reportlab.lib.colors import Color, HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

REGULAR = "Svet"
MEDIUM = "Svet-Medium"
BOLD = "Svet-Bold"
_FILES = {REGULAR: "Roboto-Regular.ttf", MEDIUM: "Roboto-Medium.ttf", BOLD: "Roboto-Bold.ttf"}

INK = HexColor("#1b2430")
SOFT = HexColor("#5b6675")
LINE = HexColor("#d5dbe3")
TINT = HexColor("#f2f5f9")

Align = Literal["left", "right", "center"]


@cache
def register_fonts() -> None:
    """Load the faces once per process."""
    folder = Path(font_roboto.__file__).parent / "files"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, str(folder / file)))


def width_of(text: str, *, font: str, size: float) -> float:
    """How wide a line is, in points."""
    return float(pdfmetrics.stringWidth(text, font, size))


def wrap(text: str, *, width: float, font: str, size: float) -> list[str]:
    """Break a text into lines; a word wider than the line is broken inside."""
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if width_of(longer, font=font, size=size) <= width:
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while width_of(line, font=font, size=size) > width and len(line) > 1:
            cut = len(line) - 1
            while cut > 1 and width_of(line[:cut], font=font, size=size) > width:
                cut -= 1
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line]


def fit(
    text: str, *, width: float, lines: int, font: str, size: float, least: float
) -> tuple[list[str], float]:
    """Wrap a text into so many lines, in smaller type if need be; what still does not fit ends with «…»."""
    while True:
        broken = wrap(text, width=width, font=font, size=size)
        if len(broken) <= lines:
            return broken, size
        if size <= least:
            kept = broken[:lines]
            last = kept[-1]
            while last and width_of(f"{last}…", font=font, size=size) > width:
                last = last[:-1]
            return [*kept[:-1], f"{last}…"], size
        size = max(size - 0.5, least)


class Pen:
    """A canvas whose y grows downwards."""

    def __init__(self, canvas: Canvas, *, height: float) -> None:
        self.canvas = canvas
        self._height = height
        self._filled: Color | None = None

    def fill(self, color: Color) -> None:
        """Set the colour of letters and shapes; saying again the colour that is set only costs."""
        if color is not self._filled:
            self.canvas.setFillColor(color)
            self._filled = color

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        font: str = REGULAR,
        size: float = 8,
        color: Color = INK,
        align: Align = "left",
    ) -> None:
        """Write one line with its baseline at ``y``."""
        self.canvas.setFont(font, size)
        self.fill(color)
        draw = {
            "left": self.canvas.drawString,
            "right": self.canvas.drawRightString,
            "center": self.canvas.drawCentredString,
        }[align]
        draw(x, self._height - y, text)

    def block(
        self,
        x: float,
        y: float,
        text: str,
        *,
        width: float,
        lines: int = 2,
        font: str = REGULAR,
        size: float = 8,
        least: float = 6,
        color: Color = INK,
        leading: float = 1.3,
    ) -> float:
        """Write a text that may wrap, its first baseline at ``y``; returns the baseline of the next line."""
        broken, fitted = fit(text, width=width, lines=lines, font=font, size=size, least=least)
        for number, line in enumerate(broken):
            y += fitted * leading if number else 0
            self.text(x, y, line, font=font, size=fitted, color=color)
        return y + size * leading

    def box(self, x: float, y: float, width: float, height: float, *, fill: Color, radius: float = 0) -> None:
        """A filled rectangle whose upper left corner is (x, y)."""
        self.fill(fill)
        bottom = self._height - y - height
        if radius:
            self.canvas.roundRect(x, bottom, width, height, radius, stroke=0, fill=1)
        else:
            self.canvas.rect(x, bottom, width, height, stroke=0, fill=1)

    def rule(self, x: float, y: float, width: float, *, color: Color = LINE, weight: float = 0.6) -> None:
        """A horizontal line."""
        self.canvas.setStrokeColor(color)
        self.canvas.setLineWidth(weight)
        self.canvas.line(x, self._height - y, x + width, self._height - y)

    def polygon(self, points: Sequence[tuple[float, float]], *, fill: Color) -> None:
        """A filled shape."""
        path = self.canvas.beginPath()
        (x, y), *rest = points
        path.moveTo(x, self._height - y)
        for x, y in rest:
            path.lineTo(x, self._height - y)
        path.close()
        self.fill(fill)
        self.canvas.drawPath(path, stroke=0, fill=1)

    def modules(self, x: float, y: float, side: float, rows: Sequence[bytes]) -> None:
        """A square matrix symbol: bytes 0 are dark, 255 light; runs become rectangles of one path."""
        # A symbol has some fifteen hundred runs: written as whole numbers on a scaled grid they are small and
        # cheap, where each of the library's own rectangles would format four fractions.
        count = len(rows)
        runs: list[str] = []
        for number, row in enumerate(rows, 1):
            start = row.find(b"\0")
            while start >= 0:
                light = row.find(b"\xff", start)
                end = count if light < 0 else light
                runs.append(f"{start} {count - number} {end - start} 1 re")
                start = row.find(b"\0", end)
        self.canvas.saveState()
        self.canvas.setFillColor(HexColor("#000000"))
        self.canvas.translate(x, self._height - y - side)
        self.canvas.scale(side / count, side / count)
        self.canvas.addLiteral(" ".join([*runs, "f"]))
        self.canvas.restoreState()
