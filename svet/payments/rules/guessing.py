"""Whose number a wrong account number may have been: slips of hand, eye and spreadsheet. Pure."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum
from typing import Final

#: Of a longer text nobody can tell which digits were meant.
LONGEST: Final = 20


class GuessKind(StrEnum):
    """Why money that waits may be for an account, the strongest first."""

    SAME_MISTAKE = "same_mistake"  # a person has put money that came for this number there before
    ZEROS = "zeros"  # zeros at the beginning were lost, as a spreadsheet does
    SWAPPED = "swapped"  # two neighbours are swapped
    DIGIT = "digit"  # one digit is another
    LENGTH = "length"  # one digit is missing, or there is one too many
    WORDS = "words"  # name and address of the register fit


def alike(text: str, *, lengths: Collection[int]) -> dict[str, GuessKind]:
    """Numbers that may have been meant, each with its strongest reason; nothing for what is no number."""
    digits = "".join(sign for sign in text if sign.isascii() and sign.isdecimal())
    if not 0 < len(digits) <= LONGEST:
        return {}
    found: dict[str, GuessKind] = {}
    for length in lengths:
        found |= {digits.zfill(length): GuessKind.ZEROS} if len(digits) < length else {}
    for numbers, reason in (
        (_swapped(digits), GuessKind.SWAPPED),
        (_another(digits), GuessKind.DIGIT),
        (_shorter(digits) | _longer(digits), GuessKind.LENGTH),
    ):
        for number in numbers:
            if len(number) in lengths:
                found.setdefault(number, reason)
    found.pop(digits, None)
    return found


def _swapped(digits: str) -> set[str]:
    return {digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :] for at in range(len(digits) - 1)}


def _another(digits: str) -> set[str]:
    return {digits[:at] + other + digits[at + 1 :] for at in range(len(digits)) for other in "0123456789"}


def _shorter(digits: str) -> set[str]:
    return {digits[:at] + digits[at + 1 :] for at in range(len(digits))}


def _longer(digits: str) -> set[str]:
    return {digits[:at] + other + digits[at:] for at in range(len(digits) + 1) for other in "0123456789"}
