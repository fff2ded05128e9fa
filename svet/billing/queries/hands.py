"""What one hand did about an account without a second signature: one limit holds for all of it together.

Money is moved in rooms above this one, and they tell what they have moved.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db.models import QuerySet, Sum

from svet.billing.models import FactDraft, OverrideRow
from svet.billing.rules.decisions import COUNTED_DAYS
from svet.billing.rules.drafts import DraftState
from svet.billing.rules.facts import OverrideKind
from svet.billing.rules.months import plain_name
from svet.kernel.actors import Actor


class MovedAlone(Protocol):
    """Kopecks that one hand moved about an account lately."""

    def __call__(self, account_id: int, /, *, now: datetime) -> int: ...


_ELSEWHERE: Final[list[MovedAlone]] = []


def counted_by(source: MovedAlone) -> None:
    """Ask this source too; the same source twice is one."""
    if source not in _ELSEWHERE:
        _ELSEWHERE.append(source)


def alone_lately(account_id: int, *, now: datetime) -> int:
    """Kopecks by which one hand has moved an account lately: decisions, facts that give back, and money."""
    since = now - timedelta(days=COUNTED_DAYS)
    decided = OverrideRow.objects.filter(
        account_id=account_id, signed_by__isnull=True, signed_at__gt=since, gone_at__isnull=True
    ).exclude(kind=OverrideKind.HOLD.value)
    effects = decided.values_list("effect_kopecks", flat=True)
    facts = _alone(since).filter(account_id=account_id).aggregate(sum=Sum("given_kopecks"))
    elsewhere = sum(source(account_id, now=now) for source in _ELSEWHERE)
    return sum(abs(each or 0) for each in effects) + (facts["sum"] or 0) + elsewhere


def given_alone_by(author: Actor, *, now: datetime) -> int:
    """Kopecks that one author has given back alone lately, of all accounts, by facts."""
    mine = _alone(now - timedelta(days=COUNTED_DAYS)).filter(by_id=author.person_id)
    if author.person_id is None:
        mine = mine.filter(by_name=plain_name(author.name)[:100])
    return mine.aggregate(sum=Sum("given_kopecks"))["sum"] or 0


def _alone(since: datetime) -> QuerySet[FactDraft]:
    return FactDraft.objects.filter(
        state=DraftState.DONE.value, decided_by__isnull=True, written_at__gt=since
    )
