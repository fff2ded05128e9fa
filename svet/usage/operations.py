"""Counting what dwellings alike used, a person's word about being compared, their own limit for a month."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import structlog

from svet.accounts import queries as account_queries
from svet.accounts.queries import AccountNotFound, AccountView
from svet.accounts.queries.registry import accounts_by_id
from svet.accounts.queries.suppliers import charging_providers
from svet.billing.queries.alike import alike_medians
from svet.billing.queries.months import issued_months
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.ids import AccountId
from svet.kernel.once import insert_absent
from svet.kernel.periods import Month
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.look.formats import day
from svet.notices import operations as notices
from svet.people import operations as people_operations
from svet.people import queries as people
from svet.usage import events
from svet.usage.models import AlikeHidden, AlikeMonth, BudgetTold, UsageBudget
from svet.usage.queries import budget_view, month_forecast, story_of
from svet.usage.rules import (
    ALIKE_LEAST,
    Budget,
    BudgetKind,
    BudgetReason,
    BudgetRefused,
    BudgetStanding,
    checked_budget,
)

BUDGETS_PER_BATCH: Final = 500
log = structlog.get_logger(__name__)


def count_alike(*, now: datetime) -> int:
    """Count the last issued month of each provider, unless it is counted since; says how many rows there are.

    A month that was counted before all of it was out is counted again.
    """
    known = {one.provider_id for one in charging_providers()}
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
    UsageBudget.objects.filter(person_id=person_id).delete()
    BudgetTold.objects.filter(person_id=person_id).delete()


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


def set_budget(*, by: Actor, account_public_id: str, kind: str, limit: int, now: datetime) -> Budget:
    """Keep the actor's own limit for each month of an account, kopecks or kWh; another one replaces it.

    :raises AccountNotFound: not in the actor's cabinet
    :raises BudgetRefused: no such limit can be kept
    """
    budget = checked_budget(kind=kind, limit=limit)
    with use_case():
        account = account_queries.account_for(by, public_id=account_public_id)
        if not account.provider.service.charged_here:
            raise BudgetRefused(BudgetReason.NO_BILLS)
        person_id = by.person_id or 0
        people_operations.lock_person(person_id=person_id)
        before = UsageBudget.objects.filter(person_id=person_id, account_id=account.account_id).first()
        if before is not None and (before.kind, before.limit) == (kind, limit):
            return budget
        UsageBudget.objects.update_or_create(
            person_id=person_id,
            account_id=account.account_id,
            defaults={"kind": kind, "limit": limit, "set_at": now, "looked_on": None},
        )
        _note_budget(by, account, action="usage.budget_set", now=now)
    return budget


def drop_budget(*, by: Actor, account_public_id: str, now: datetime) -> None:
    """No limit any more; twice is the same as once. :raises AccountNotFound: not in the actor's cabinet"""
    with use_case():
        account = account_queries.account_for(by, public_id=account_public_id)
        rows = UsageBudget.objects.filter(person_id=by.person_id or 0, account_id=account.account_id)
        if rows.delete()[0]:
            _note_budget(by, account, action="usage.budget_dropped", now=now)


def forget_budgets_told(*, before: datetime, most: int) -> int:
    """Delete rows of months that ended before a moment, ``most`` of them; says how many.

    By the month and not by the day of the telling: a row that is gone would be told again.
    """
    oldest = BudgetTold.objects.order_by("pk").values_list("pk", "month")[:most]
    # A bill's month may end after the calendar's.
    keys = [key for key, month in oldest if Month.of(month).plus(1).end <= before.date()]
    with use_case():
        return BudgetTold.objects.filter(pk__in=keys).delete()[0] if keys else 0


def drop_limit(*, person_id: int, account_id: int, now: datetime) -> None:
    """A limit ends with the access, and does not come back with it (a step); what was told stays told."""
    require_transaction()
    UsageBudget.objects.filter(person_id=person_id, account_id=account_id).delete()


def warn_of_budgets(*, now: datetime) -> int:
    """Hold each limit against the forecast once a day, and tell of one that is likely to be passed.

    Once a month for each account, however often the forecast moves. A limit whose owner may not see the
    account any more is taken away. Says how many were told.
    """
    days = {
        provider.provider_id: today
        for today, found in account_queries.providers_to_remind(now).items()
        for provider in found
    }
    told = after = 0
    while days:
        rows = list(UsageBudget.objects.filter(pk__gt=after).order_by("pk")[:BUDGETS_PER_BATCH])
        if not rows:
            break
        after = rows[-1].pk
        accounts = {one.account_id: one for one in accounts_by_id({row.account_id for row in rows})}
        for row in rows:
            account = accounts[AccountId(row.account_id)]
            today = days.get(account.provider.provider_id)
            if today is None or row.looked_on == today:
                continue
            # What befalls one account is no matter of those who come after it.
            try:
                told += _warn(row, account, today=today, now=now)
            except Exception:
                log.exception("usage.budget_failed", budget=row.pk)
    return told


def _warn(row: UsageBudget, account: AccountView, *, today: date, now: datetime) -> int:
    actor = Actor.person(row.person_id)
    try:
        account_queries.account_for(actor, public_id=account.public_id)
    except AccountNotFound:
        # Not one that was set meanwhile, with a right that came back.
        UsageBudget.objects.filter(pk=row.pk, set_at=row.set_at).delete()
        return 0
    recipient = people.recipients_of([row.person_id]).get(row.person_id)
    if recipient is None:
        # Somebody blocked is told nothing, and what was not told is not written down as told.
        return 0
    story = story_of(account_id=row.account_id)
    forecast = month_forecast(account_id=row.account_id, story=story, on=today)
    view = budget_view(Budget(BudgetKind(row.kind), row.limit), forecast=forecast)
    with use_case():
        # A limit that was changed meanwhile is held against the forecast by the next look.
        same = UsageBudget.objects.select_for_update(no_key=True).filter(
            pk=row.pk, kind=row.kind, limit=row.limit
        )
        if not list(same):
            return 0
        same.update(looked_on=today)
        if view.standing is not BudgetStanding.BEYOND or view.bounds is None or view.ends_on is None:
            return 0
        fresh = insert_absent(
            model=BudgetTold,
            columns=("person_id", "account_id", "month", "told_at"),
            rows=[(row.person_id, row.account_id, view.month.first, now)],
        )
        if not fresh:
            return 0
        notices.notify(
            recipient_id=recipient,
            event=events.BUDGET_PASSED,
            params={
                "account": account.number,
                "budget": view.budget.kind.value,
                "limit": str(view.budget.limit),
                "low": str(view.bounds[0]),
                "high": str(view.bounds[1]),
                "on": day(view.ends_on),
            },
            place=Place("usage", (account.public_id,)),
            now=now,
        )
    return 1


def _note_budget(by: Actor, account: AccountView, *, action: str, now: datetime) -> None:
    journal.record(
        by=by,
        action=action,
        subject="account",
        subject_id=account.public_id,
        now=now,
        account_id=account.account_id,
    )
