"""Whether one member may decide alone: all that one hand did about an account is counted together."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, Sum

from svet.accounts.queries import AccountView, provider_today
from svet.billing.queries.hands import alone_lately
from svet.billing.queries.policies import rules_for
from svet.billing.rules.decisions import COUNTED_DAYS, two_hands
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.payments.models import MoneyAct
from svet.payments.queries.hands import refunded_alone
from svet.payments.rules.acts import MoneyActState


def alone_yet(account: AccountView, *, now: datetime) -> Money:
    """How much one member may decide here yet, with what one hand did lately."""
    alone, limit = _counted(account, now=now)
    return Money(max(limit - alone, 0))


def beyond(account: AccountView, kopecks: int, *, now: datetime) -> bool:
    """Whether so much is beyond the supplier's limit of one hand, with what one hand did here lately."""
    alone, limit = _counted(account, now=now)
    return two_hands(effect=kopecks, alone=alone, limit=limit)


def beside(order_id: int, account: AccountView, *, now: datetime) -> int:
    """Kopecks that one hand gave back lately of the other accounts of a payment: it is one payment."""
    lines = refunded_alone(now - timedelta(days=COUNTED_DAYS)).filter(line__order_id=order_id)
    others = lines.exclude(line__account_id=account.account_id)
    return others.aggregate(sum=Sum("kopecks"))["sum"] or 0


def asked_to_move(account: AccountView, *, now: datetime) -> Money:
    """What payers lately moved from an account by the signature of one member, or ask for: halves add up."""
    acts = MoneyAct.objects.filter(
        account_id=account.account_id,
        of_order__isnull=False,
        written_at__gt=now - timedelta(days=COUNTED_DAYS),
    )
    signed = Q(state=MoneyActState.WAITING) | Q(state=MoneyActState.POSTED, decided_by__isnull=False)
    found = acts.filter(signed).exclude(undone_by__state=MoneyActState.POSTED)
    return Money(found.aggregate(sum=Sum("kopecks"))["sum"] or 0)


def _counted(account: AccountView, *, now: datetime) -> tuple[int, int]:
    """Kopecks that one hand moved here lately, by money, decisions and facts, and the supplier's limit."""
    month = Month.of(provider_today(account.provider, now))
    limit = rules_for(account.provider.provider_id, month).decision_kopecks
    return alone_lately(account.account_id, now=now), limit
