"""What one hand moved lately by money: acts and refunds about an account, without a second signature."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from svet.billing.rules.decisions import COUNTED_DAYS
from svet.payments.models import MoneyAct, RefundLine
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.states import ON_ITS_WAY, RefundState


def moved_alone(account_id: int, *, now: datetime) -> int:
    """Kopecks that one hand moved about an account within ``COUNTED_DAYS``, either way."""
    since = now - timedelta(days=COUNTED_DAYS)
    acts = MoneyAct.objects.filter(
        account_id=account_id,
        state=MoneyActState.POSTED,
        decided_by__isnull=True,
        of_order__isnull=True,
        written_at__gt=since,
    ).values_list("kopecks", flat=True)
    refunds = refunded_alone(since).filter(line__account_id=account_id).aggregate(sum=Sum("kopecks"))
    return sum(map(abs, acts)) + (refunds["sum"] or 0)


def refunded_alone(since: datetime) -> QuerySet[RefundLine]:
    """What one member gave back by a document since then."""
    return RefundLine.objects.filter(
        refund__state__in=sorted(ON_ITS_WAY | {RefundState.DONE}),
        refund__request__signed_by__isnull=True,
        refund__request__by_payer=False,
        refund__request__written_at__gt=since,
    )
