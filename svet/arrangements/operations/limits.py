"""A supplier's limits come in: dated, never of a day that is over, journalled."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from svet.accounts.queries import provider_today, providers
from svet.arrangements.models import MoneyLimitsPolicy
from svet.arrangements.queries.limits import default_limits, limits_of
from svet.arrangements.rules.limits import (
    MoneyLimits,
    MoneyLimitsReason,
    MoneyLimitsRefused,
    check_since,
    chosen_limits,
    limits_on,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case


class MoneyLimitsOutcome(StrEnum):
    """What limits did to the rows."""

    ADDED = "added"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def set_money_limits(
    *, provider_id: int, since: date | None, given: dict[str, int | None], by: Actor, now: datetime
) -> tuple[MoneyLimitsOutcome, date, MoneyLimits]:
    """Let limits hold from a day of the supplier, at the earliest today, until the next row's.

    ``given`` by name, sums in kopecks; what is None or absent stays as it held on that day. No day: today.
    The same again changes nothing, and so does no answer: nobody's agreement is touched by it. What came of
    it, from which day on, and what holds then.

    :raises MoneyLimitsRefused: no such supplier, a day that is over, nothing chosen, an impossible number
    """
    with use_case():
        found = next((each for each in providers() if each.provider_id == provider_id), None)
        if found is None:
            raise MoneyLimitsRefused(MoneyLimitsReason.UNKNOWN_PROVIDER, field="provider")
        hold(Lock.MONEY_LIMITS, provider_id)
        today = provider_today(found, now)
        day = since or today
        check_since(day, today=today)
        rows = limits_of(provider_id)
        before = limits_on(rows, day, default=default_limits())
        after = chosen_limits(before, given)
        standing = next((each for each in rows if each.since == day), None)
        if after == before and (standing is not None or (rows and rows[0].since <= day)):
            return MoneyLimitsOutcome.UNCHANGED, day, after
        kept, _ = MoneyLimitsPolicy.objects.update_or_create(
            provider_id=provider_id, since=day, defaults=after.numbers
        )
        journal.record(
            by=by,
            action="arrangements.limits",
            subject="money_limits",
            subject_id=str(kept.pk),
            now=now,
            before={name: value for name, value in before.numbers.items() if value != after.numbers[name]},
            after={"provider": provider_id, "since": day.isoformat(), **after.numbers},
        )
    return (MoneyLimitsOutcome.CHANGED if standing else MoneyLimitsOutcome.ADDED), day, after
