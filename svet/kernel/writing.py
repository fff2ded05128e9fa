"""Text as files and people write it, made plain in one place."""

from __future__ import annotations


def plain(text: str) -> str:
    """The text on one line: every kind of blank is a space, marks that nobody sees are gone.

    Blanks are tabs, line breaks, no-break and thin spaces: word processors and spreadsheets put them where a
    person typed a space. They are never dropped, or two words would become one.
    """
    if text.isprintable():
        return text.strip(" ")
    shown = (sign if sign.isprintable() else " " for sign in text if sign.isprintable() or sign.isspace())
    return "".join(shown).strip(" ")
