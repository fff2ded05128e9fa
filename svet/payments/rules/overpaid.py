"""What a payer may have back without asking anybody: an overpayment, to the card that paid it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import Conflict, Refused

#: How far back the sums a payer had without asking anybody are added up.
COUNTED: timedelta = timedelta(days=30)


class BackReason(StrEnum):
    """Why a payer does not get money of a payment back by themselves."""

    NOT_CREDITED = "back_not_credited"
    TOO_OLD = "back_too_old"
    DISPUTED = "back_disputed"
    PENDING = "back_pending"
    WAITS = "back_waits"
    TOO_OFTEN = "back_too_often"
    GIVEN_BACK = "back_given_back"
    MOVED = "back_moved"
    NOT_OVERPAID = "back_not_overpaid"
    LATER_PAYMENT = "back_later_payment"
    BY_STAFF = "back_by_staff"
    NO_ACCOUNT = "back_no_account"
    NOTHING = "back_nothing"
    SUM = "back_sum"
    ABOVE = "back_above"
    CHANGED = "back_changed"


class BackRefused(Refused):
    """The payer does not get it as asked for; nothing changed."""


class BackConflict(Conflict):
    """Something else became known meanwhile: look again."""


@dataclass(frozen=True, slots=True)
class BackTerms:
    """What a supplier lets payers have by themselves.

    ``alone`` is the most in :data:`COUNTED` that needs nobody: what is above waits for two members of staff.
    ``times`` is how often a day one may ask, ``days`` how old a payment may be; the bank's own term, if it is
    shorter, comes first.
    """

    alone: Money
    times: int
    days: int


@dataclass(frozen=True, slots=True)
class PaidLine:
    """One account of a payment as the books have it now.

    ``later`` is what other payments brought to the account after this one and is still there; None: this
    payment never came to the account. ``waiting`` is what waits for signatures, not off the balance yet.
    ``granted`` is what benefits, write-offs and corrections brought after it; ``moved``: nothing is left
    because its payer has moved it.
    """

    balance: Money
    waiting: Money
    left: Money
    later: Money | None
    granted: Money = ZERO
    moved: bool = False


def back_of(line: PaidLine) -> tuple[Money, BackReason | None]:
    """What of a line its payer may have, and why nothing.

    Payments settle what was charged in the order in which they came, so what is too much is of the last one:
    nobody takes back what somebody else has overpaid. What was charged and stands on no bill yet is charged;
    kilowatt-hours that nobody has charged are no debt. What was granted to the account later is nobody's
    payment: it settles as one and makes no payer's share.
    """
    if line.left.kopecks <= 0 or line.later is None:
        return ZERO, BackReason.MOVED if line.moved else BackReason.GIVEN_BACK
    overpaid = -line.balance.kopecks - line.waiting.kopecks
    if overpaid <= 0:
        return ZERO, BackReason.NOT_OVERPAID
    paid = overpaid - line.later.kopecks
    if paid <= 0:
        return ZERO, BackReason.LATER_PAYMENT
    own = min(line.left.kopecks, paid - line.granted.kopecks)
    return (Money(own), None) if own > 0 else (ZERO, BackReason.BY_STAFF)


def too_old(*, paid_at: datetime, bank_days: int, terms: BackTerms, now: datetime) -> bool:
    """Whether the payment is older than the retailer or its bank gives money back of."""
    return now - paid_at > timedelta(days=min(bank_days, terms.days))


def strictest(terms: Iterable[BackTerms]) -> BackTerms:
    """What holds for a payment to several suppliers: of each limit the least."""
    all_ = list(terms)
    return BackTerms(
        min(each.alone for each in all_),
        min(each.times for each in all_),
        min(each.days for each in all_),
    )


def alone_left(*, terms: BackTerms, lately: Money) -> Money:
    """What the payer may have yet without a signature, with what they had lately without one."""
    return max(terms.alone - lately, ZERO)


def check_asked(lines: Mapping[str, int], *, may: Mapping[str, Money]) -> None:
    """Whether kopecks of these accounts (outer ids) are within what may be had.

    The field of a refusal about one line is the account's outer id. :raises BackRefused:
    """
    for account, kopecks in lines.items():
        if account not in may:
            raise BackRefused(BackReason.NO_ACCOUNT)
        if kopecks <= 0:
            raise BackRefused(BackReason.SUM, field=account)
        if kopecks > may[account].kopecks:
            raise BackRefused(BackReason.ABOVE, field=account, details={"most": may[account]})
    if not lines:
        raise BackRefused(BackReason.NOTHING)
