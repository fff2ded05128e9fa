"""What has been accrued on an account so far: counted from its bills and its money, kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from svet.bills.queries.dues import due_postings
from svet.kernel.ids import AccountId
from svet.kernel.money import Money
from svet.ledger.rules import TransactionKind
from svet.penalties.rules import Credit, DueDebt, LatePart, PenaltySegment, accrue, settled
from svet.tariffs.queries.law import law


@dataclass(frozen=True, slots=True)
class Accrual:
    """Penalties of an account up to and including ``until``: accrued, and not shown on any bill.

    ``late`` are the parts of debts that are past their day and not paid.
    """

    until: date
    segments: tuple[PenaltySegment, ...]
    late: tuple[LatePart, ...]

    @property
    def money(self) -> Money:
        return Money.total(segment.money for segment in self.segments)

    @property
    def overdue(self) -> Money:
        """What of the debt is past its day."""
        return Money.total(part.money for part in self.late)


def accrual(*, account_id: AccountId, until: date) -> Accrual:
    """What late payment costs this account up to and including a day.

    A debt is due on the day of the bill that first shows it, whatever made it: a charge, a payment given
    back, a debt brought along. What stands on no bill yet is not due. Whatever lessens a debt counts from its
    own day, also when it became known later (late registers, recalculations), and pays the oldest due first.
    :raises LawMissing: no act known here reaches a day of a delay
    """
    debts, credits = [], []
    for posting in due_postings(account_id=account_id):
        if posting.money.kopecks < 0:
            credits.append(Credit(posting.effective_on, -posting.money))
        elif posting.due_on is not None and posting.kind != TransactionKind.PENALTY.value:
            debts.append(DueDebt(posting.bill, posting.due_on, posting.money))
    parts = settled(debts, [credit for credit in credits if credit.on <= until])
    late = tuple(part for part in parts if part.paid_on is None and part.debt.due_on < until)
    return Accrual(until, tuple(accrue(parts, until=until, law=law())), late)
