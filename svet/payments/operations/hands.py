"""Whether one member may decide alone: acts by hand and refunds about an account are counted together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Sum

from svet.accounts.queries import AccountView, provider_today
from svet.billing.queries.policies import rules_for
from svet.billing.rules.decisions import COUNTED_DAYS, two_hands
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.payments.models import MoneyAct, RefundLine
from svet.payments.rules.acts import MoneyActState
from svet.payments.rules.states import ON_ITS_WAY, RefundState


def alone_yet(account: AccountView, *, now: datetime) -> Money:
    """How much one member may decide here yet, with what one hand did lately."""
    alone, limit = _counted(account, now=now)
    return Money(max(limit - alone, 0))


def beyond(account: AccountView, kopecks: int, *, now: datetime) -> bool:
    """Whether so much is beyond the supplier's limit of one hand, with what one hand did here lately."""
    alone, limit = _counted(account, now=now)
    return two_hands(effect=kopecks, alone=alone, limit=limit)


def _counted(account: AccountView, *, now: datetime) -> tuple[int, int]:
    """Kopecks that one hand moved here lately, and the supplier's limit."""
    since = now - timedelta(days=COUNTED_DAYS)
    acts = MoneyAct.objects.filter(
        account_id=account.account_id,
        state=MoneyActState.POSTED,
        decided_by__isnull=True,
        of_order__isnull=True,
        written_at__gt=since,
    ).values_list("kopecks", flat=True)
    refunds = RefundLine.objects.filter(
        line__account_id=account.account_id,
        refund__state__in=sorted(ON_ITS_WAY | {RefundState.DONE}),
        refund__request__signed_by__isnull=True,
        refund__request__by_payer=False,
        refund__request__written_at__gt=since,
    ).aggregate(sum=Sum("kopecks"))
    month = Month.of(provider_today(account.provider, now))
    limit = rules_for(account.provider.provider_id, month).decision_kopecks
    return sum(map(abs, acts)) + (refunds["sum"] or 0), limit
