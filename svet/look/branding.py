"""The retailer's two colours as a style sheet, with the text on them chosen so that it can be read."""

from __future__ import annotations

INK = "#10272f"
PAPER = "#ffffff"


def luminance(color: str) -> float:
    """Relative luminance of ``#rrggbb``, 0 to 1 (WCAG 2.2, "relative luminance")."""

    def linear(part: str) -> float:
        share = int(part, 16) / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(color[start : start + 2]) for start in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def text_on(color: str) -> str:
    """Black ink or white paper, whichever is read better on ``color``: always at least 4.5 to 1."""
    return max(INK, PAPER, "#000000", key=lambda text: contrast(text, color))


def style(*, primary: str, accent: str) -> str:
    """The tokens that the brand changes; the rest of the design system stays as it is."""
    return (
        "@layer tokens{:root:root{"
        f"--deep:{primary};--on-deep:{text_on(primary)};"
        f"--accent:{accent};--accent-strong:{accent};--on-accent:{text_on(accent)};--glow:{accent}59"
        "}}\n"
    )
