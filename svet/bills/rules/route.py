"""The order of the route: the one in which a postman walks, and the pile of printed bills lies."""

from __future__ import annotations

import re

_PARTS = re.compile(r"\d+|[^\W\d_]+")

Place = tuple[tuple[tuple[int, int, str], ...], ...]


def route_key(*, city: str, street: str, house: str, flat: str) -> Place:
    """Sort by locality, street, house and flat; numbers as numbers: 2, 10, 10а, 10/2, 11.

    A building without a flat comes before its flats; case and the dots over «ё» do not matter.
    """
    return tuple(_natural(part) for part in (city, street, house, flat))


def _natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Numbers by value, after letters: «10а» is 10 with a letter, «10/2» is 10 with another number."""
    plain = text.lower().replace("ё", "е")
    return tuple(
        (1, int(part[:18]), part) if part.isdecimal() else (0, 0, part) for part in _PARTS.findall(plain)
    )


def batch_label(*, provider_code: str, month: str, number: int) -> str:
    """The name of a batch and of its files: ``uesbyt-2026-11-003``."""
    return f"{provider_code}-{month}-{number:03d}"
