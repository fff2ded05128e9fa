"""Receipts that stand still, by the reason for which they do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from svet.fiscal.models import Receipt
from svet.fiscal.rules.again import ONE_BY_ONE
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import LATE, SETTLED, ReceiptState
from svet.kernel.frozen import frozen


@dataclass(frozen=True, slots=True)
class StandingStill:
    """How many stand still for a reason, and since when; ``may_send``: all of them may be tried again."""

    reason: ReceiptReason
    count: int
    since: datetime
    may_send: bool


def reasons_standing(*, now: datetime) -> list[StandingStill]:
    """The reasons for which receipts stand still, the most frequent first."""
    rows = (
        _standing(now).exclude(reason="").values("reason").annotate(count=Count("pk"), since=Min("made_at"))
    )
    found = [(ReceiptReason(row["reason"]), row["count"], row["since"]) for row in rows]
    return [
        StandingStill(reason, count, since, reason not in ONE_BY_ONE)
        for reason, count, since in sorted(found, key=lambda one: (-one[1], one[0]))
    ]


def standing_still(
    reason: ReceiptReason, *, now: datetime, cashbox: str = "", limit: int | None = None
) -> list[str]:
    """The receipts (outer ids) that stand still for a reason, of one till or all, the oldest first."""
    rows = _standing(now).filter(reason=reason.value)
    if cashbox:
        rows = rows.filter(cashbox__code=cashbox.replace("\0", ""))
    return list(rows.order_by("made_at", "pk").values_list("public_id", flat=True)[:limit])


def fits(text: str, kopecks: int | None) -> Q:
    """Receipts of a sum, or with a text in their number, that of the payment or of an account."""
    words = (
        Q(order__number__icontains=text)
        | Q(external_id__istartswith=text)
        | Q(document_number=text)
        | Q(lines__account__number__contains=text)
    )
    return words if kopecks is None else words | Q(kopecks=kopecks)


def late_rows(now: datetime) -> QuerySet[Receipt]:
    """Receipts that failed, are owed for too long or wait for a signature; for this room."""
    return _late_of(now - LATE)


@frozen
def late_keys(made_before: datetime) -> QuerySet[Receipt, int]:
    """Their keys, to be counted; for this room."""
    return _late_of(made_before).values_list("pk", flat=True)


def _late_of(made_before: datetime) -> QuerySet[Receipt]:
    late = ~Q(state__in=sorted(SETTLED)) & (Q(state=ReceiptState.FAILED.value) | Q(made_at__lt=made_before))
    # Closed by a document, and an accountant has written a correction in its place.
    return Receipt.objects.filter(late | (Q(state=ReceiptState.CLOSED.value) & to_sign()))


def to_sign() -> Q:
    """Receipts whose correction waits for the second signature."""
    return ~Q(correction="") & Q(corrected_at__isnull=True)


def _standing(now: datetime) -> QuerySet[Receipt]:
    return late_rows(now).filter(state__in=[ReceiptState.PENDING.value, ReceiptState.FAILED.value])
