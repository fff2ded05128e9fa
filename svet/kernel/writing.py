"""Text and numbers as files and programs write them; how people read them is ``look.formats``."""

from __future__ import annotations

from decimal import Decimal


def plain(text: str) -> str:
    """The text on one line: every kind of blank is a space, marks that nobody sees are gone.

    Blanks are tabs, line breaks, no-break and thin spaces: word processors and spreadsheets put them where a
    person typed a space. They are never dropped, or two words would become one.
    """
    if text.isprintable():
        return text.strip(" ")
    shown = (sign if sign.isprintable() else " " for sign in text if sign.isprintable() or sign.isspace())
    return "".join(shown).strip(" ")


def plain_number(value: Decimal) -> str:
    """A number as the API, files and digests write it: «3600.5», without zeros at its end or an exponent."""
    return f"{value.normalize():f}"


def safe_cell(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
