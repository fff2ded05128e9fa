"""What a night need not look at whole: rows by pieces of their keys, those with news and some in turn.

How many rows a piece has is told by their key each time. A row that is committed late changes the number of
its piece as a new one does. Where there are less than there were, everything is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from svet.cli.verification.workers import Later, Submit, called, look_at
from svet.payments.queries.pieces import UNIT
from svet.site.operations import note_pieces
from svet.site.queries import next_turn, piece_notes
from svet.site.rules import PieceNote, is_lost, pieces_due

#: So many pieces are noted at once: who is killed between has noted what was looked at before.
_AT_ONCE: Final = 50


@dataclass(frozen=True, slots=True)
class PieceKind:
    """``marks`` and ``checks`` are paths of queries; a check (by promise) tells of one piece.

    ``unit``: what a row counts in a mark.
    """

    name: str
    marks: str
    checks: Mapping[str, tuple[str, ...]]
    unit: int = 1


KINDS: Final = (
    PieceKind(
        "transactions",
        "svet.ledger.queries.pieces:transaction_pieces",
        {
            "I-1": ("svet.ledger.queries.pieces:broken_transactions",),
            "I-2": ("svet.payments.queries.pieces:broken_credits_in",),
            "I-5": ("svet.payments.queries.pieces:broken_refunds_in",),
            "I-23": ("svet.ledger.queries.proving:dated_ahead_in",),
            "I-21": (
                "svet.payments.queries.pieces:broken_books_in",
                "svet.billing.queries.origins:broken_origins_in",
            ),
        },
    ),
    PieceKind(
        "balances",
        "svet.ledger.queries.pieces:balance_pieces",
        {"I-1": ("svet.ledger.queries.pieces:broken_balances",)},
    ),
    PieceKind(
        "readings",
        "svet.metering.queries.readings:set_pieces",
        {"I-6": ("svet.metering.queries.readings:broken_sets",)},
    ),
    PieceKind(
        "rows",
        "svet.payments.queries.pieces:row_pieces",
        {"I-21": ("svet.payments.queries.pieces:broken_rows",)},
        UNIT,
    ),
    PieceKind(
        "orders",
        "svet.payments.queries.pieces:order_pieces",
        {
            "I-2": ("svet.payments.queries.pieces:broken_orders",),
            "I-4": ("svet.payments.queries.pieces:broken_groups_in",),
        },
        UNIT,
    ),
    PieceKind(
        "bills",
        "svet.bills.queries.chain:bill_pieces",
        {
            "I-19": ("svet.bills.queries.chain:broken_bills",),
            "I-24": ("svet.bills.queries.streams:broken_streams",),
        },
    ),
    PieceKind(
        "months",
        "svet.bills.queries.chain:month_pieces",
        {"I-19": ("svet.bills.queries.chain:broken_months",)},
    ),
)
#: What of these promises is looked at whole beside their pieces; of the others nothing is.
BESIDE: Final = {
    "I-5": "svet.payments.queries.pieces:broken_refunds_beside",
    "I-21": "svet.payments.queries.pieces:broken_books_beside",
    "I-24": "svet.penalties.queries:broken",
}
#: The promises that pieces tell of.
BY_PIECES: Final = frozenset(number for kind in KINDS for number in kind.checks)


@dataclass(slots=True)
class PieceLook:
    """A look at the pieces of a kind that are due; ``found`` once they were looked at."""

    kind: PieceKind
    turn: int
    marks: Mapping[int, int]
    tasks: list[Later[dict[int, dict[str, tuple[str, ...]]]]] = field(default_factory=list)
    found: dict[str, tuple[str, ...]] | None = None

    def breaches(self, number: str) -> tuple[str, ...]:
        """Breaches of a promise in these pieces; what was found is noted for the next look."""
        if self.found is None:
            self.found = dict.fromkeys(self.kind.checks, ())
            for task in self.tasks:
                said = task.result()
                for of_piece in said.values():
                    for promise, breaches in of_piece.items():
                        self.found[promise] += breaches
                self._note({piece: any(of_piece.values()) for piece, of_piece in said.items()})
        return self.found.get(number, ())

    def note_whole(self, broken: Callable[[str], bool]) -> None:
        """Note all pieces after their promises were looked at whole; one is ``broken``: no piece is right."""
        wrong = any(broken(number) for number in self.kind.checks)
        self._note(dict.fromkeys(self.marks, wrong))

    def _note(self, broken: Mapping[int, bool]) -> None:
        notes = [
            PieceNote(piece, self.marks[piece], self.turn, is_broken) for piece, is_broken in broken.items()
        ]
        note_pieces(name=self.kind.name, notes=notes)


def looks() -> list[PieceLook]:
    """A look at each kind that begins now, with how many rows there are; nothing is looked at yet."""
    turn = next_turn()
    return [PieceLook(kind, turn, called(kind.marks)()) for kind in KINDS]


def begin(found: list[PieceLook], submit: Submit, *, again: int) -> None:
    """Give the pieces that are due to whoever looks at them.

    In turn they are of each kind as large a share as ``again`` is of the accounts.
    """
    notes = {look.kind.name: piece_notes(look.kind.name) for look in found}
    accounts = sum(sum(look.marks.values()) for look in found if look.kind.name == "balances")
    share = min(1.0, again / accounts) if accounts else 1.0
    if any(is_lost(look.marks, notes[look.kind.name], unit=look.kind.unit) for look in found):
        share = 1.0
    for look in found:
        due = pieces_due(look.marks, notes[look.kind.name], again=ceil(len(look.marks) * share))
        look.tasks = [submit(look_at, dict(look.kind.checks), some) for some in _parts(due)]


def _parts(pieces: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(pieces), _AT_ONCE):
        yield pieces[start : start + _AT_ONCE]
