"""When the hotline answers, and how an agreement's text becomes paragraphs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum


class SiteReason(StrEnum):
    """Why the site says no."""

    NO_SUCH_AGREEMENT = "no_such_agreement"
    NOT_A_COLOR = "not_a_color"
    EMPTY_TEXT = "empty_text"


class AgreementKind(StrEnum):
    """The texts a person agrees to; each consent is separate and versioned."""

    TERMS = "terms"
    PERSONAL_DATA = "personal_data"


class Care(StrEnum):
    """What is done regularly to keep an installation safe."""

    BACKUP = "backup"
    VERIFY = "verify"
    DRILL = "drill"


@dataclass(frozen=True, slots=True)
class HotlineHours:
    """Working days and hours of the hotline, local to the installation.

    Days are 1 (Monday) to 7 (Sunday), both ends belong to the span; ``closes`` itself does not.
    """

    first_day: int
    last_day: int
    opens: time
    closes: time

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody answers at ``moment``, given in local time."""
        return (
            self.first_day <= moment.isoweekday() <= self.last_day
            and self.opens <= moment.time() < self.closes
        )


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, a paragraph or a list of an agreement; ``lines`` holds one entry, or one per list item."""

    kind: BlockKind
    lines: tuple[str, ...]


def blocks(body: str) -> list[Block]:
    """Split a text into blocks: blank lines part them, ``## `` opens a heading, ``- `` a list item."""
    found: list[Block] = []
    for chunk in body.replace("\r\n", "\n").split("\n\n"):
        words: list[str] = []
        items: list[str] = []
        for line in (line.strip() for line in chunk.split("\n")):
            if line.startswith("## "):
                found.append(Block(BlockKind.HEADING, (line[3:],)))
            elif line.startswith("- "):
                items.append(line[2:])
            elif line:
                if items:
                    found.append(Block(BlockKind.LIST, tuple(items)))
                    items = []
                words.append(line)
            if words and items:
                found.append(Block(BlockKind.PARAGRAPH, (" ".join(words),)))
                words = []
        if words:
            found.append(Block(BlockKind.PARAGRAPH, (" ".join(words),)))
        if items:
            found.append(Block(BlockKind.LIST, tuple(items)))
    return found


@dataclass(frozen=True, slots=True)
class PieceNote:
    """What a look at a piece of rows found: see ``svet.site.models.ProvedPiece``."""

    piece: int
    mark: int
    turn: int
    broken: bool


def pieces_due(marks: Mapping[int, int], notes: Mapping[int, PieceNote], *, again: int) -> list[int]:
    """The pieces to be looked at: those with news, the broken ones, and ``again`` of the others, in turn."""
    quiet = [
        note
        for piece, mark in marks.items()
        if (note := notes.get(piece)) is not None and note.mark == mark and not note.broken
    ]
    quiet.sort(key=lambda note: (note.turn, note.piece))
    return sorted(marks.keys() - {note.piece for note in quiet[again:]})


def is_lost(marks: Mapping[int, int], notes: Mapping[int, PieceNote], *, unit: int = 1) -> bool:
    """Whether there is less somewhere than there was: where rows are only added, none may be gone.

    ``unit``: what a row counts in a mark.
    """
    return any(marks.get(note.piece, 0) // unit < note.mark // unit for note in notes.values())
