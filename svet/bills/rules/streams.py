"""What of a bill is consumption, works and penalties."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from svet.penalties.rules.showing import ShownPart
from svet.penalties.rules.streams import AllocationOrder, DuePosting, Stream, shares, streams_of


@dataclass(frozen=True, slots=True)
class BillStreams:
    """What of a bill's closing sum is consumption, works (fees) and penalties; only where there are any.

    ``penalty_opening`` + ``shown`` + ``by_hand`` − ``penalty_paid`` = ``penalty``. ``shown`` is what the
    month's run has posted, explained by ``parts``; ``by_hand`` what acts have added or taken off.
    """

    energy: int
    fee: int
    penalty: int
    penalty_opening: int
    shown: int
    by_hand: int
    penalty_paid: int
    parts: tuple[ShownPart, ...] = ()


def bill_streams(
    moved: Sequence[DuePosting],
    *,
    ended: int,
    order_on: Callable[[date], AllocationOrder],
    parts: Sequence[ShownPart],
) -> BillStreams | None:
    """The streams of a bill with all of an account's movements up to its last one.

    Its own begin behind the number ``ended``; ``parts`` explain those that a run has posted. None for an
    account that never had a penalty or a fee.
    """
    found = shares(moved, order_on)
    if not any(each.fee or each.penalty for each in found):
        return None
    before = [posting for posting in moved if posting.seq <= ended]
    opening, closing = streams_of(shares(before, order_on)), streams_of(found)
    posted = sum(each.money.kopecks for each in moved[len(before) :] if each.kind == Stream.PENALTY)
    shown = sum(part.kopecks for part in parts)
    return BillStreams(
        energy=closing.energy,
        fee=closing.fee,
        penalty=closing.penalty,
        penalty_opening=opening.penalty,
        shown=shown,
        by_hand=posted - shown,
        penalty_paid=opening.penalty + posted - closing.penalty,
        parts=tuple(parts),
    )
