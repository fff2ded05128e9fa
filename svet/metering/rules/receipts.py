"""Numbers printed on receipts of readings."""

from __future__ import annotations

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SPACE = 1 << 40
# Odd, so that multiplying is a permutation: numbers never repeat and do not show how many were given.
_SCRAMBLE = 0x9E3779B97F | 1


def receipt_number(set_id: int) -> str:
    """The number of a set, like ``П-7K3M-Q2X9``; different for every key below 2^40."""
    number = (set_id * _SCRAMBLE) % _SPACE
    text = "".join(_ALPHABET[(number >> shift) & 31] for shift in range(35, -1, -5))
    return f"П-{text[:4]}-{text[4:]}"
