"""The acts of a person on what settling could not decide: credit, send back, close."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from svet.kernel.actors import Actor
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.payments.models import Callback, Order


class ReviewReason(StrEnum):
    COMMENT_MISSING = "review_comment_missing"
    COMMENT_TOO_LONG = "review_comment_too_long"
    NOT_STAFF = "review_not_staff"
    NOT_FOUND = "review_not_found"
    DECIDED = "review_already_decided"
    REFUND_ASKED = "review_refund_asked"
    NOTHING_TAKEN = "review_nothing_taken"
    NOTHING_LEFT = "review_nothing_left"
    MONEY_TAKEN = "review_money_taken"
    OTHER_CURRENCY = "review_other_currency"
    OTHER_ORDER = "review_other_order"
    SEVERAL_PAYEES = "review_several_payees"
    BANK_UNCLEAR = "review_bank_unclear"
    BANK_REFUSED = "review_bank_refused"


class ReviewNotFound(NotFound):
    """No such order or callback."""


class ReviewRefused(Refused):
    """The act does not fit what the bank says; nothing changed."""


class ReviewConflict(Conflict):
    """Somebody (or the bank itself) decided it first."""


def credit_reviewed(*, order_public_id: str, by: Actor, now: datetime, comment: str) -> Order:
    """Credit an order in review: what the bank, asked afresh, took, minus what it gave back of it.

    The sum taken fills the lines in their order; what is over comes to the last one. Every refund of the
    bank is taken off again by a posting of its own, so that both stand in the books as they happened.

    :raises ReviewNotFound: no such order
    :raises ReviewConflict: not in review any more (``DECIDED``), or being sent back (``REFUND_ASKED``)
    :raises ReviewRefused: ``NOTHING_TAKEN``, ``NOTHING_LEFT``, ``OTHER_CURRENCY``, ``OTHER_ORDER``,
        ``SEVERAL_PAYEES``, ``BANK_UNCLEAR``, ``COMMENT_MISSING``, ``COMMENT_TOO_LONG``, ``NOT_STAFF``
    :raises BankUnavailable: the bank does not answer; nothing changed
    """
    raise NotImplementedError


def send_back(*, order_public_id: str, by: Actor, now: datetime, comment: str) -> Order:
    """Give back at the bank what is left of an order in review; it ends as ``returned``.

    The refund is kept before the bank is asked. When its answer does not come, ``BankUnavailable`` is raised
    and the refund stays asked: the janitor repeats it with the same key, so it is never given twice, and
    doing it again here does the same at once.

    :raises ReviewNotFound: :raises ReviewConflict: :raises ReviewRefused: as :func:`credit_reviewed`, and
        ``BANK_REFUSED``: the bank said no, the order is still in review
    :raises BankUnavailable: the bank does not answer; the order is in review, its refund asked
    """
    raise NotImplementedError


def cancel_reviewed(*, order_public_id: str, by: Actor, now: datetime, comment: str) -> Order:
    """Close an order in review for which there is no money at the bank; it ends as ``canceled``.

    The bank is asked afresh; an order that the bank never gave a name to is closed on the person's word.

    :raises ReviewNotFound: :raises ReviewConflict: as above
    :raises ReviewRefused: ``MONEY_TAKEN``: the bank has money for it, or may still get it
    :raises BankUnavailable: the bank does not answer; nothing changed
    """
    raise NotImplementedError


def close_callback(*, callback_id: int, by: Actor, now: datetime, comment: str) -> Callback:
    """A person has dealt with an open callback: keep who, when and what they say.

    :raises ReviewNotFound: no such callback, or not one that waits for anybody
    :raises ReviewConflict: closed before
    :raises ReviewRefused: ``COMMENT_MISSING``, ``COMMENT_TOO_LONG``, ``NOT_STAFF``
    """
    raise NotImplementedError
