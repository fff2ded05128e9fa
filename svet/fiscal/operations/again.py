"""Receipts that stand still for one reason, tried again at once: it was mended for all of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svet.fiscal.operations.deciding import ReceiptConflict, ReceiptNotFound, try_again
from svet.fiscal.queries.standing import standing_still
from svet.fiscal.rules.again import ONE_BY_ONE
from svet.fiscal.rules.refusals import ReceiptReason
from svet.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class TriedAgain:
    """How many go to their tills now, and how many of those that were looked at may not."""

    tried: int
    refused: int


def try_all_again(
    *, reason: ReceiptReason, by: Actor, now: datetime, cashbox: str = "", limit: int | None = None
) -> TriedAgain:
    """Hand over again every receipt that stands still for a reason (of one till), the oldest first.

    Each in a transaction of its own and by the rules of :func:`try_again`: whoever is killed between goes on
    where it stopped, as those that were tried have no reason any more. One that stands for another reason by
    now is left to who looks at it.

    :raises ReceiptConflict: what stands for this reason is decided one by one
    """
    if reason in ONE_BY_ONE:
        raise ReceiptConflict(reason)
    tried = refused = 0
    for public_id in standing_still(reason, now=now, cashbox=cashbox, limit=limit):
        try:
            try_again(public_id=public_id, by=by, now=now, only=reason)
        except (ReceiptConflict, ReceiptNotFound):
            # Another one, or the till itself, was faster; or the reason holds still.
            refused += 1
        else:
            tried += 1
    return TriedAgain(tried, refused)
