"""Whether who loaded a register may also take it: one hand credits no more than it may decide (ADR 237)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Sum

from svet.accounts.queries import provider_today, providers
from svet.billing.queries.policies import rules_for
from svet.billing.rules import Rules
from svet.billing.rules.decisions import COUNTED_DAYS, two_hands
from svet.exchange.models import ImportRow, LoadedFile
from svet.kernel.actors import Actor
from svet.kernel.periods import Month

#: Rows that come into the books, or may by one more decision at the money desk.
PUTS = frozenset({ImportRow.State.APPLIED, ImportRow.State.SUSPENSE, ImportRow.State.CHANGED})

_TAKEN = frozenset({LoadedFile.Stage.TAKING, LoadedFile.Stage.TAKEN})


def waits_for_another(*, public_id: str, by: Actor, now: datetime) -> bool:
    """Whether this member may not take the register, because they loaded it and it puts in too much."""
    return beyond_one_hand(LoadedFile.objects.defer("content").get(public_id=public_id), by=by, now=now)


def beyond_one_hand(loaded: LoadedFile, *, by: Actor, now: datetime) -> bool:
    """Whether another member has to take it: this one loaded it, and it is beyond the limit of one hand.

    What one member loaded and took within ``COUNTED_DAYS`` is added up. A register may be of several
    suppliers: the lowest of their limits holds.
    """
    if not loaded_by(loaded, by):
        return False
    since = now - timedelta(days=COUNTED_DAYS)
    mine = LoadedFile.objects.filter(author_id=by.person_id, decided_at__gt=since, state__in=_TAKEN)
    alone = mine.exclude(pk=loaded.pk).aggregate(sum=Sum("alone_kopecks"))["sum"] or 0
    return two_hands(effect=puts(loaded), alone=alone, limit=_limit(now))


def loaded_by(loaded: LoadedFile, by: Actor) -> bool:
    """Whether this member loaded it; in a row of the version before the name tells."""
    if by.person_id is None:
        return False
    return loaded.author_id == by.person_id if loaded.author_id else loaded.loaded_by == by.name


def puts(loaded: LoadedFile) -> int:
    """Kopecks that it would put into the books; what it would take out of them hides nothing of that."""
    known = loaded.verdict.get("puts")
    if known is not None:
        return int(known)
    sums = loaded.verdict.get("outcomes", {})
    return sum(abs(sums[state][1] or 0) for state in PUTS if state in sums)


def _limit(now: datetime) -> int:
    limits = [
        rules_for(each.provider_id, Month.of(provider_today(each, now))).decision_kopecks
        for each in providers()
    ]
    return min(limits, default=Rules().decision_kopecks)
