"""Counting what dwellings alike used; a person's word about being compared."""

from __future__ import annotations

from datetime import datetime

from svet.accounts.queries.suppliers import providers
from svet.billing.queries.alike import alike_medians
from svet.billing.queries.months import issued_months
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import require_transaction, use_case
from svet.usage.models import AlikeHidden, AlikeMonth
from svet.usage.rules import ALIKE_LEAST


def count_alike(*, now: datetime) -> int:
    """Count the last issued month of each provider, unless it is counted since; says how many rows there are.

    A month that was counted before all of it was out is counted again.
    """
    known = {one.provider_id for one in providers()}
    newest: dict[int, tuple[Month, datetime]] = {}
    for provider_id, month, at in issued_months():
        if provider_id in known and (provider_id not in newest or month > newest[provider_id][0]):
            newest[provider_id] = (month, at)
    return sum(
        _count(provider_id, month, since=at, now=now) for provider_id, (month, at) in sorted(newest.items())
    )


def hide_alike(*, by: Actor, hidden: bool, now: datetime) -> None:
    """Switch the comparison off for a person, or on again; the same again is no harm."""
    assert by.person_id is not None
    with use_case():
        if hidden:
            _row, changed = AlikeHidden.objects.get_or_create(person_id=by.person_id, defaults={"at": now})
        else:
            changed = AlikeHidden.objects.filter(person_id=by.person_id).delete()[0] > 0
        if changed:
            journal.record(
                by=by,
                action="usage.alike_hidden" if hidden else "usage.alike_shown",
                subject="person",
                subject_id=str(by.person_id),
                now=now,
            )


def forget_choice(*, person_id: int, by: Actor, now: datetime) -> None:
    """A deleted cabinet has no wishes (a step)."""
    require_transaction()
    AlikeHidden.objects.filter(person_id=person_id).delete()


def _count(provider_id: int, month: Month, *, since: datetime, now: datetime) -> int:
    rows = AlikeMonth.objects.filter(provider_id=provider_id, month=month.first)
    if rows.filter(counted_at__gte=since).exists():
        return 0
    found = alike_medians(provider_id=provider_id, month=month, least=ALIKE_LEAST)
    with use_case():
        rows.delete()
        AlikeMonth.objects.bulk_create(
            AlikeMonth(
                provider_id=provider_id,
                month=month.first,
                tariff_group=each.tariff_group,
                residents=each.residents,
                electric_heating=each.electric_heating,
                accounts=each.accounts,
                daily_kwh=each.daily_kwh,
                counted_at=now,
            )
            for each in found
        )
    return len(found)
