"""A day of the bank against a day of ours: what does not agree, and how it is named. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from svet.payments.rules.states import OrderState

#: How many of the last days are compared again every night: a bank's list may be late over a long weekend.
DAYS_AGAIN: Final = 5
#: How long a day with differences is compared again, in days; older differences stay on the page.
DAYS_OPEN: Final = 45

_TAKEN: Final = frozenset({OrderState.CREDITED, OrderState.RETURNED})


class DifferenceKind(StrEnum):
    """What does not agree. ``theirs`` is what the bank says, ``ours`` what we keep, or the ledger does."""

    PAYMENT_UNKNOWN = "payment_unknown"  # the bank lists a payment that we do not know
    PAYMENT_NOT_LISTED = "payment_not_listed"  # we took a payment, the bank does not list it
    PAYMENT_OPEN = "payment_open"  # the bank has the money, the order has not ended
    PAYMENT_SUM = "payment_sum"
    PAYMENT_LEDGER = "payment_ledger"  # the order and the ledger differ
    REFUND_UNKNOWN = "refund_unknown"
    REFUND_NOT_LISTED = "refund_not_listed"
    REFUND_SUM = "refund_sum"
    REFUND_LEDGER = "refund_ledger"
    ROW_LEDGER = "row_ledger"  # a row of a register and the ledger differ
    UNREADABLE = "unreadable"  # the bank's answer about an order cannot be understood: the day is without it


@dataclass(frozen=True, slots=True)
class ListedPayment:
    """A payment on the bank's list; ``payee`` is the key of its provider, None when it is of no order."""

    kopecks: int
    payee: int | None


#: Orders whose money, in so far as it was taken in roubles, stands in the bank's book (ADR 108).
_POSTED = frozenset({OrderState.CREDITED, OrderState.REVIEW, OrderState.RETURNED})


@dataclass(frozen=True, slots=True)
class KeptPayment:
    """A payment as the order and the ledger have it: kopecks taken, and kopecks posted to the bank's book."""

    order_id: int
    payee: int | None
    state: OrderState
    taken: int | None
    posted: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KeptRefund:
    """A refund as we have it; ``posts`` tells whether the ledger should know it."""

    order_id: int
    refund_id: int
    payee: int | None
    kopecks: int
    posts: bool
    posted: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class UnreadOrder:
    """An order of which the bank's answer cannot be understood: kopecks we know were taken, and its moments.

    ``at`` is when it was paid (asked for, while nothing was) and when we gave of it back.
    """

    order_id: int
    payee: int | None
    subject: str
    taken: int | None
    at: tuple[datetime, ...]


@dataclass(frozen=True, slots=True)
class FoundDifference:
    """One difference of a day: ``subject`` is the bank's reference, or the key of the row of a register.

    ``shop`` is the key of the shop whose bank calls it so.
    """

    kind: DifferenceKind
    subject: str
    payee: int | None
    theirs: int | None
    ours: int | None
    order_id: int | None = None
    refund_id: int | None = None
    row_id: int | None = None
    shop: int | None = None


def compare_payments(
    listed: Mapping[str, ListedPayment], kept: Mapping[str, KeptPayment]
) -> Iterator[FoundDifference]:
    """The bank's list against orders and ledger, by the bank's reference."""
    for reference in sorted(listed.keys() | kept.keys()):
        theirs, ours = listed.get(reference), kept.get(reference)
        if ours is None:
            assert theirs is not None
            yield FoundDifference(
                DifferenceKind.PAYMENT_UNKNOWN, reference, theirs.payee, theirs.kopecks, None
            )
            continue

        def differs(
            kind: DifferenceKind, left: int | None, right: int | None, *, at: KeptPayment = ours,
            named: str = reference,
        ) -> FoundDifference:  # fmt: skip
            return FoundDifference(kind, named, at.payee, left, right, order_id=at.order_id)

        if theirs is None:
            yield differs(DifferenceKind.PAYMENT_NOT_LISTED, None, ours.taken)
        elif ours.state not in _TAKEN:
            yield differs(DifferenceKind.PAYMENT_OPEN, theirs.kopecks, None)
        elif ours.taken != theirs.kopecks:
            yield differs(DifferenceKind.PAYMENT_SUM, theirs.kopecks, ours.taken)
        should = (ours.taken or 0) if ours.state in _POSTED else 0
        if ours.posted != should:
            yield differs(DifferenceKind.PAYMENT_LEDGER, should, ours.posted)


def compare_refunds(listed: Mapping[str, int], kept: Mapping[str, KeptRefund]) -> Iterator[FoundDifference]:
    """The bank's list of refunds (reference → kopecks) against ours and the ledger."""
    for reference in sorted(listed.keys() | kept.keys()):
        theirs, ours = listed.get(reference), kept.get(reference)
        if ours is None:
            yield FoundDifference(DifferenceKind.REFUND_UNKNOWN, reference, None, theirs, None)
            continue
        pairs: list[tuple[DifferenceKind, int | None, int]] = []
        if theirs is None:
            pairs.append((DifferenceKind.REFUND_NOT_LISTED, None, ours.kopecks))
        elif theirs != ours.kopecks:
            pairs.append((DifferenceKind.REFUND_SUM, theirs, ours.kopecks))
        should = ours.kopecks if ours.posts else 0
        if ours.posted != should:
            pairs.append((DifferenceKind.REFUND_LEDGER, should, ours.posted))
        for kind, left, right in pairs:
            yield FoundDifference(
                kind, reference, ours.payee, left, right, order_id=ours.order_id, refund_id=ours.refund_id
            )


def unreadable(orders: Iterable[UnreadOrder]) -> list[FoundDifference]:
    """Each order that nobody can compare is one difference: what the bank has of it is not known."""
    return [
        FoundDifference(
            DifferenceKind.UNREADABLE, one.subject, one.payee, None, one.taken, order_id=one.order_id
        )
        for one in orders
    ]


def bounds_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The first moment of a day in a zone and the first one after it."""
    return (
        datetime.combine(day, time(), tzinfo=zone),
        datetime.combine(day + timedelta(days=1), time(), tzinfo=zone),
    )
