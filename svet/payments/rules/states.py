"""The life of an order: its states, the one table of legal moves, and when to look at it again."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from svet.kernel.states import Moves


class OrderState(StrEnum):
    """Where an order stands."""

    CREATED = "created"  # kept by us, the bank has not been asked
    SENT = "sent"  # the bank has been asked, its answer is not kept yet
    WAITING = "waiting"  # the bank gave its page, the person is paying
    PAID = "paid"  # the bank has the money, it is being credited
    CREDITED = "credited"  # the money stands on the accounts
    CANCELED = "canceled"  # the bank did not take the money
    FAILED = "failed"  # the bank refused the order itself
    REVIEW = "review"  # something does not add up: a person decides
    RETURNED = "returned"  # the bank took the money and gave all of it back before it was credited


MOVES = Moves(
    {
        OrderState.CREATED: frozenset({OrderState.SENT, OrderState.CANCELED}),
        OrderState.SENT: frozenset(
            {OrderState.WAITING, OrderState.PAID, OrderState.FAILED, OrderState.CANCELED, OrderState.REVIEW}
        ),
        OrderState.WAITING: frozenset({OrderState.PAID, OrderState.CANCELED, OrderState.REVIEW}),
        OrderState.PAID: frozenset({OrderState.CREDITED, OrderState.REVIEW}),
        # What the bank gives back later does not change the state: it is a refund of its own.
        OrderState.CREDITED: frozenset(),
        # The bank may succeed late: money it took is credited whatever we believed before.
        OrderState.CANCELED: frozenset({OrderState.PAID, OrderState.REVIEW}),
        OrderState.FAILED: frozenset({OrderState.PAID, OrderState.REVIEW}),
        OrderState.REVIEW: frozenset({OrderState.PAID, OrderState.CANCELED, OrderState.RETURNED}),
        OrderState.RETURNED: frozenset(),
    }
)


class RefundState(StrEnum):
    """Where a refund stands; one made at the bank without us is born ``done``."""

    TO_SIGN = "to_sign"  # written by one member, a second one has to sign
    APPROVED = "approved"  # decided, the bank has not been asked
    WITHDRAWN = "withdrawn"  # called back before the bank was asked
    SENT = "sent"  # the bank is being asked; its answer is not kept yet
    UNKNOWN = "unknown"  # the bank was asked, its answer was lost
    DONE = "done"  # the bank has given the money back
    REFUSED = "refused"  # the bank said no, nothing was given back


REFUND_MOVES = Moves(
    {
        RefundState.TO_SIGN: frozenset({RefundState.APPROVED, RefundState.WITHDRAWN}),
        RefundState.APPROVED: frozenset({RefundState.SENT, RefundState.WITHDRAWN}),
        RefundState.WITHDRAWN: frozenset(),
        RefundState.SENT: frozenset({RefundState.UNKNOWN, RefundState.DONE, RefundState.REFUSED}),
        RefundState.UNKNOWN: frozenset({RefundState.DONE, RefundState.REFUSED}),
        RefundState.DONE: frozenset(),
        RefundState.REFUSED: frozenset(),
    }
)
#: The bank may be giving the money back by now; of one order at most one refund is there at a time.
AT_BANK = frozenset({RefundState.SENT, RefundState.UNKNOWN})
#: Decided, and not over.
ON_ITS_WAY = AT_BANK | {RefundState.APPROVED}
#: What is not to be given back a second time.
SPOKEN_FOR = ON_ITS_WAY | {RefundState.TO_SIGN, RefundState.DONE}
#: Of these nothing was given back.
NOT_GIVEN = frozenset({RefundState.WITHDRAWN, RefundState.REFUSED})


OPEN = frozenset({OrderState.CREATED, OrderState.SENT, OrderState.WAITING, OrderState.PAID})
FINAL = frozenset({OrderState.CREDITED, OrderState.CANCELED, OrderState.FAILED, OrderState.RETURNED})
IN_TRANSIT = frozenset({OrderState.PAID, OrderState.REVIEW})

# Counted from the moment the order was made, so that a late look does not shift the later ones.
LOOKS: tuple[timedelta, ...] = (
    timedelta(seconds=30),
    timedelta(minutes=1),
    timedelta(minutes=2),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    *(timedelta(days=day) for day in range(2, 9)),
)
# The bank forgets its idempotence keys after 24 hours: asking again later would make a second payment.
RESEND_WITHIN = timedelta(hours=23)
PAGE_LIVES = timedelta(hours=1)


def next_look(*, created_at: datetime, looks: int, now: datetime) -> datetime | None:
    """When to look at an unfinished order after ``looks`` looks, or None when a person must decide."""
    for offset in LOOKS[looks:]:
        if created_at + offset > now:
            return created_at + offset
    return None


class CallbackOutcome(StrEnum):
    """What became of a callback."""

    TAKEN = "taken"
    UNMATCHED = "unmatched"
    REJECTED = "rejected"
    MALFORMED = "malformed"
    UNKNOWN = "unknown"  # from our bank, of a kind we do not know
    NOTED = "noted"  # written by ourselves: the bank's answer contradicts our books


#: What waits for a person until it is closed.
TO_CLOSE = frozenset({CallbackOutcome.UNMATCHED, CallbackOutcome.UNKNOWN, CallbackOutcome.NOTED})
