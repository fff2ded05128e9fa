"""Draws the app's icons from the shapes of ``icon.svg``: ``python -m svet.look.app_icon``.

Two kinds: rounded ones for browsers, and maskable ones, which fill the square and keep the drawing inside
the circle of 80 % that every launcher leaves (W3C Web App Manifest, "icon masks and safe zone").
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parent / "static" / "look"
GROUND, LIGHT = "#0f3b4a", "#ffb938"
SIDE = 32  # units of icon.svg
RAYS = (
    ((16, 5), (16, 8)),
    ((6, 17), (8, 17)),
    ((24, 17), (26, 17)),
    ((8.9, 9.9), (10.4, 11.4)),
    ((23.1, 9.9), (21.6, 11.4)),
    ((11, 26), (21, 26)),
)
#: Pillow draws hard edges: the icon is drawn so many times larger and then made smaller.
FINENESS = 4


def draw(*, size: int, maskable: bool) -> Image.Image:
    """The icon, ``size`` pixels wide."""
    wide = size * FINENESS
    # The sun fills 21 of 32 units: at 0.9 it stays well inside the safe circle of 25.6.
    scale = wide / SIDE * (0.9 if maskable else 1)
    left = (wide - SIDE * scale) / 2

    def at(x: float, y: float) -> tuple[float, float]:
        return left + x * scale, left + y * scale

    picture = Image.new("RGBA", (wide, wide))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, wide - 1, wide - 1), radius=0 if maskable else 9 * wide / SIDE, fill=GROUND)
    pen.ellipse((*at(10, 11), *at(22, 23)), fill=LIGHT)
    for begin, end in RAYS:
        pen.line((at(*begin), at(*end)), fill=LIGHT, width=round(2 * scale))
        for x, y in (begin, end):
            pen.ellipse((*at(x - 1, y - 1), *at(x + 1, y + 1)), fill=LIGHT)
    small = picture.resize((size, size), Image.Resampling.LANCZOS)
    return small.quantize(64) if not maskable else small.convert("RGB").quantize(64)


def main() -> None:
    for size in (192, 512):
        draw(size=size, maskable=False).save(FOLDER / f"icon-{size}.png", optimize=True)
        draw(size=size, maskable=True).save(FOLDER / f"icon-maskable-{size}.png", optimize=True)


if __name__ == "__main__":
    main()
