"""What a look at one thing found; whoever prints it knows nothing of what was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum


class Health(IntEnum):
    """How it stands, the worse the larger."""

    WELL = 0
    SOON = 1  # works today, and will not for long
    ILL = 2  # somebody cannot work until it is mended


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` is a short name, ``said`` a sentence about it, ``advice`` what mends it."""

    health: Health
    what: str
    said: str
    advice: str = ""


Findings = Iterator[Finding]
