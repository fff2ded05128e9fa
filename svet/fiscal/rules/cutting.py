"""One movement of money as several documents: where its lines are more than a till takes in one.

Each document is whole: it has its own sum, its own name, and goes its own way. An account's lines stay
together as long as they fit, because whoever pays for fifty looks for one of them. What takes back or uses
lines of a payment of several documents is cut as that was, so that a document of the sale which fails, waits
or was closed holds up only what hangs on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from svet.fiscal.rules.lines import REST

#: How the name of the second, third… document of a movement goes on.
_FURTHER: Final = re.compile(rf"(.+):doc[0-9]+((?:{REST})?)")


@dataclass(frozen=True, slots=True)
class LineToPlace:
    """A line by its place among all; ``after``: the document of before that it takes of, 0 of none."""

    at: int
    account_id: int
    after: int = 0


def documents_of(lines: Sequence[LineToPlace], *, most: int) -> list[list[LineToPlace]]:
    """The lines as documents of ``most`` lines at most, in their order; what fits into one is one."""
    documents: list[list[LineToPlace]] = []
    for after in dict.fromkeys(line.after for line in lines):
        own = [line for line in lines if line.after == after]
        current: list[LineToPlace] = []
        for account_id in dict.fromkeys(line.account_id for line in own):
            rest = [line for line in own if line.account_id == account_id]
            while rest:
                if current and len(rest) > most - len(current):
                    documents.append(current)
                    current = []
                current, rest = [*current, *rest[:most]], rest[most:]
        documents.append(current)
    return documents


def document_name(movement: str, no: int) -> str:
    """The name of the document ``no`` (1, 2, 3…) of a movement: the first has the movement's own."""
    if no == 1:
        return movement
    rest = REST if movement.endswith(REST) else ""
    return f"{movement.removesuffix(REST)}:doc{no}{rest}"


def movement_of(name: str) -> str:
    """The movement of money, by the name of any document of it."""
    further = _FURTHER.fullmatch(name)
    return further[1] + further[2] if further else name
