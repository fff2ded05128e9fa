"""How a text is cut into short messages (3GPP TS 23.038 and 23.040). Pure."""

from __future__ import annotations

import string
from dataclasses import dataclass
from typing import Final

#: Signs whose code in the default alphabet of GSM is also their ASCII code.
_PLAIN: Final = frozenset(string.ascii_letters + string.digits + " \n\r!\"#%&'()*+,-./:;<=>?")


@dataclass(frozen=True, slots=True)
class SmsPart:
    """One short message: its user data header (empty when alone), its text and the text's bytes."""

    header: bytes
    text: str
    encoded: bytes
    unicode: bool


def split(text: str, *, reference: int) -> list[SmsPart]:
    """Cut a text: 70 signs alone or 67 a part in UCS2, 160 or 153 when plain Latin.

    ``reference`` (0…255) is the same in all parts of one message.

    :raises ValueError: over 255 parts, or no text.
    """
    unicode = not _PLAIN.issuperset(text)
    alone, each = (70, 67) if unicode else (160, 153)
    encoding = "utf-16-be" if unicode else "ascii"
    if not text:
        raise ValueError("an empty message cannot be sent")
    if _length(text) <= alone:
        return [SmsPart(b"", text, text.encode(encoding), unicode)]
    pieces = _pieces(text, each)
    if len(pieces) > 255:
        raise ValueError("a message has at most 255 parts")
    return [
        SmsPart(bytes((5, 0, 3, reference, len(pieces), number)), piece, piece.encode(encoding), unicode)
        for number, piece in enumerate(pieces, 1)
    ]


def _length(text: str) -> int:
    """Length in 16-bit units: a sign outside the basic plane takes two."""
    return len(text.encode("utf-16-be")) // 2


def _pieces(text: str, size: int) -> list[str]:
    pieces: list[str] = []
    current, used = "", 0
    for sign in text:
        units = 2 if ord(sign) > 0xFFFF else 1
        if used + units > size:
            pieces.append(current)
            current, used = "", 0
        current += sign
        used += units
    return [*pieces, current]
