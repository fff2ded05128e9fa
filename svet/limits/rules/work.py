"""A riddle that costs its solver a second of computing and us a few microseconds. Pure.

A riddle is ``purpose.bits.parts.made.random``. A part is solved by a number whose SHA-256, taken over
``riddle:part:number``, begins with ``bits`` zero bits. Many small parts instead of one large: the time varies
less, and a bar can show how much is done. A riddle fills the first block of SHA-256 (64 bytes), so that a
try is one block more.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, Self

PARTS: Final = 16
#: 16 parts of 2¹⁴ trials: a second or two of a telephone.
BITS: Final = 14
HARDEST: Final = 18
LIFE: Final = timedelta(minutes=30)
#: Who cannot compute (no JavaScript) may wait instead.
WAIT: Final = timedelta(seconds=20)

_RIDDLE = re.compile(r"([a-z_]{1,16})\.([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{9,11})\.([0-9a-f]{48})", re.ASCII)
_SOLUTION = re.compile(r"[0-9]{1,10}(?:-[0-9]{1,10}){0,63}", re.ASCII)
#: Riddle, signature and solution together are never longer.
LONGEST: Final = 600


class Purpose(StrEnum):
    """What the work is done for; a riddle of one opens no other."""

    REGISTRATION = "registration"
    RECOVERY = "recovery"
    SIGN_IN = "sign_in"
    CODE = "code"
    QUICK = "quick"
    API = "api"


@dataclass(frozen=True, slots=True)
class Riddle:
    """One riddle; ``made_at`` in whole seconds."""

    purpose: Purpose
    bits: int
    parts: int
    made_at: datetime
    random: str

    @classmethod
    def make(cls, *, purpose: Purpose, bits: int, now: datetime) -> Self:
        """A fresh one."""
        return cls(purpose, bits, PARTS, now.replace(microsecond=0), secrets.token_hex(24))

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The riddle written so, or nothing."""
        found = _RIDDLE.fullmatch(text)
        if found is None or found[1] not in set(Purpose):
            return None
        made_at = datetime.fromtimestamp(int(found[4]), tz=UTC)
        return cls(Purpose(found[1]), int(found[2]), int(found[3]), made_at, found[5])

    def __str__(self) -> str:
        made = int(self.made_at.timestamp())
        return f"{self.purpose.value}.{self.bits}.{self.parts}.{made}.{self.random}"

    def is_alive(self, *, now: datetime) -> bool:
        """Whether it may still be answered."""
        return self.made_at <= now + timedelta(seconds=2) and now < self.made_at + LIFE

    def seconds_left(self, *, now: datetime) -> float:
        """How long somebody who cannot compute has still to wait; not above zero: long enough."""
        return (self.made_at + WAIT - now).total_seconds()

    def is_solved_by(self, solution: str) -> bool:
        """Whether every part has its number."""
        if _SOLUTION.fullmatch(solution) is None:
            return False
        numbers = solution.split("-")
        text = str(self)
        return len(numbers) == self.parts and all(
            _zero_bits(text, part, number) >= self.bits for part, number in enumerate(numbers)
        )


def solve(riddle: Riddle) -> str:
    """Do the work, as a browser would: for programs and tests."""
    text, found = str(riddle), []
    for part in range(riddle.parts):
        number = 0
        while _zero_bits(text, part, str(number)) < riddle.bits:
            number += 1
        found.append(str(number))
    return "-".join(found)


def _zero_bits(text: str, part: int, number: str) -> int:
    digest = hashlib.sha256(f"{text}:{part}:{number}".encode()).digest()
    return 256 - int.from_bytes(digest, "big").bit_length()
