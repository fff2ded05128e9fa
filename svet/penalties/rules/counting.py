"""What late payment of an account has cost: its movements in, runs of days with their formulas out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from svet.kernel.money import Money
from svet.penalties.rules.accruing import (
    Credit,
    DueDebt,
    LatePart,
    PenaltySegment,
    accrue,
    is_late,
    settled,
)
from svet.penalties.rules.policies import DatedChoice, off_spans, order_on
from svet.penalties.rules.streams import DuePosting, Shares, shares, streams_of
from svet.tariffs.rules.law import Law

#: Later than any bill's day.
_NO_BILL: Final = date.max


@dataclass(frozen=True, slots=True)
class Accrual:
    """Penalties of an account up to and including ``until``, whether anybody is asked for them or not.

    ``late`` are the parts of debts that are past their day and not paid, ``streams`` where the account
    stands.
    """

    until: date
    segments: tuple[PenaltySegment, ...]
    late: tuple[LatePart, ...]
    streams: Shares = field(default_factory=Shares)

    @property
    def money(self) -> Money:
        return Money.total(segment.money for segment in self.segments)

    @property
    def overdue(self) -> Money:
        """What of the debt is past its day."""
        return Money.total(part.money for part in self.late)


def count_penalties(
    postings: Sequence[DuePosting],
    *,
    until: date,
    law: Law,
    choices: Sequence[DatedChoice] = (),
    region: str = "",
) -> Accrual:
    """What late payment costs up to and including a day; ``postings`` in the order they became known.

    A debt is due on the day of the bill that first shows it, whatever made it: a charge, a payment given
    back, a debt brought along. What stands on no bill yet is not due. Whatever lessens a debt counts from its
    own day, also when it became known later (late registers, recalculations). Penalties and fees bear none,
    and the money that paid them pays no consumption.
    :raises LawMissing: no act known here reaches a day of a delay
    """
    found = shares(postings, order_on(choices))
    debts, credits = [], []
    for posting, share in zip(postings, found, strict=True):
        if share.energy < 0 and posting.effective_on <= until:
            named = posting.named.first if posting.named else None
            credits.append(Credit(posting.effective_on, Money(-share.energy), named, posting.seq))
        elif share.energy > 0:
            first, due_on = posting.effective_on.replace(day=1), posting.due_on or _NO_BILL
            debts.append(DueDebt(posting.bill, due_on, Money(share.energy), first, posting.seq))
    # What stands on no bill yet may be named and paid as well: then its credit has paid nothing else.
    parts = [part for part in settled(debts, credits) if part.debt.due_on != _NO_BILL]
    late = tuple(part for part in parts if part.paid_on is None and is_late(part, until=until, law=law))
    quiet = [*law.moratoria_in(region), *off_spans(choices)]
    segments = accrue(parts, until=until, law=law, moratoria=quiet)
    return Accrual(until, tuple(segments), late, streams_of(found))
