"""What a bill makes of the postings that no bill has shown yet: the account's sums, and each movement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from svet.bills.rules.document import Movement, Sums
from svet.kernel.making import quickly
from svet.kernel.periods import Month

# The kinds of the ledger's transactions, as they stand in snapshots.
CHARGE: Final = "charge"
PAYMENT: Final = "payment"
REFUND: Final = "refund"
OPENING: Final = "opening"
PENALTY: Final = "penalty"
FEE: Final = "fee"
_movement, _sums = quickly(Movement), quickly(Sums)


@dataclass(frozen=True, slots=True)
class Posted:
    """A posting of an account's debt by its number there; kopecks are positive for a debt."""

    seq: int
    kind: str
    on: date
    kopecks: int


def account_sums(
    posted: Sequence[Posted], *, before: int | None, month: Month, settled: int
) -> tuple[Sums, tuple[Movement, ...]]:
    """The sums of a month's bill and what moved the account, by day.

    ``before`` is the closing sum of the bill it continues: the opening is that very sum, and whatever became
    known since stands on this bill with its own day. The first bill (``before`` is None) opens with what was
    brought from the system before this one and all that counts for the days before its month. ``settled`` is
    the part of the month's charge that takes back.
    """
    opening, first = before, month.first
    shown = list(posted)
    if opening is None:
        shown = [each for each in posted if each.on >= first and each.kind != OPENING]
        opening = sum(each.kopecks for each in posted) - sum(each.kopecks for each in shown)
    own = 0
    by_kind: dict[str, int] = {}
    rest: list[Posted] = []
    for each in shown:
        if each.kind == CHARGE and each.on >= first:
            own += each.kopecks
        else:
            by_kind[each.kind] = by_kind.get(each.kind, 0) + each.kopecks
            rest.append(each)
    rest.sort(key=lambda each: (each.on, each.seq))
    closing = opening + own + sum(by_kind.values())
    paid, refunded = -by_kind.pop(PAYMENT, 0), by_kind.pop(REFUND, 0)
    earlier, penalty = by_kind.pop(CHARGE, 0), by_kind.pop(PENALTY, 0)
    sums = _sums(
        opening=opening,
        charged=own - settled,
        recalculated=settled + sum(by_kind.values()),
        paid=paid,
        closing=closing,
        earlier=earlier,
        refunded=refunded,
        penalty=penalty,
    )
    movements = tuple(
        _movement(each.kind, each.on, each.kopecks, late=before is not None and each.on < first)
        for each in rest
        if each.kopecks
    )
    return sums, movements


def balances(sums: Sums) -> bool:
    """Whether the sums of a bill add up to its closing sum."""
    return (
        sums.opening
        + sums.charged
        + sums.earlier
        + sums.recalculated
        + sums.penalty
        + sums.refunded
        - sums.paid
        == sums.closing
    )
