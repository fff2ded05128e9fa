"""A payment to the wrong account of one's own: when its payer moves the money without the staff. Pure."""

from __future__ import annotations

from enum import StrEnum

from svet.kernel.money import ZERO, Money
from svet.kernel.refusals import Conflict, Refused


class MoveReason(StrEnum):
    """Why a payer does not move money of a payment to another account."""

    NOT_CREDITED = "move_not_credited"
    DISPUTED = "move_disputed"
    NOTHING_LEFT = "move_nothing_left"
    FROM = "move_from"
    TO = "move_to"
    CLOSED = "move_closed"
    SAME = "move_same"
    OTHER_PROVIDER = "move_other_provider"
    SUM = "move_sum"
    ABOVE = "move_above"
    TOO_MUCH = "move_too_much"
    CHANGED = "move_changed"


class MoveRefused(Refused):
    """The money is not moved as asked for; nothing changed."""


class MoveConflict(Conflict):
    """Something else became known meanwhile: look again."""


def check_move(kopecks: int, *, left: Money) -> None:
    """Whether so much of the payment is there to be moved. :raises MoveRefused:"""
    if kopecks <= 0:
        raise MoveRefused(MoveReason.SUM, field="amount")
    if not left:
        raise MoveRefused(MoveReason.NOTHING_LEFT)
    if kopecks > left.kopecks:
        raise MoveRefused(MoveReason.ABOVE, field="amount", details={"most": left})


def needs_staff(kopecks: int, *, overpaid: Money) -> bool:
    """Whether a member decides: the account would owe what the payment has settled already.

    ``overpaid`` is what of the account's overpayment comes of this payment.
    """
    return kopecks > max(overpaid, ZERO).kopecks
