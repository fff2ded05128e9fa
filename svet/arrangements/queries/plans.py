"""Reads of plans of instalments: what stands, what it asks, what became of the others."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, F, Q, QuerySet, Sum, prefetch_related_objects
from django.utils.translation import gettext as _

from svet.accounts.queries import AccountView, accounts_by_id, provider_today
from svet.arrangements.models import InstalmentPart, InstalmentPlan
from svet.arrangements.queries.access import payers
from svet.arrangements.rules.plans import (
    LIVING,
    InstalmentMovement,
    InstalmentPartView,
    InstalmentState,
    asked_of,
    asked_on,
    part_came,
    part_lacks,
)
from svet.arrangements.rules.views import InstalmentView, WaitingInstalment, part_asked
from svet.kernel.frozen import frozen
from svet.kernel.money import ZERO, Money
from svet.ledger import queries as ledger
from svet.ledger.queries.debts import entries_after
from svet.people import queries as people

_SOME = 20
_LIVING = [each.value for each in LIVING]


def plan_movements(plan: InstalmentPlan, account: AccountView) -> list[InstalmentMovement]:
    """What was posted to an account after a plan, each charge with the day on which it is asked."""
    zone, due_day = ZoneInfo(account.provider.time_zone), plan.due_day or account.provider.due_day
    return [
        InstalmentMovement(
            each.kind,
            each.effective_on,
            asked_on(
                max(each.effective_on, each.occurred_at.astimezone(zone).date()),
                due_day=due_day,
            ),
            each.money.kopecks,
        )
        for each in entries_after({plan.account_id: plan.after_seq})[plan.account_id]
    ]


def owed_by_movements(plan: InstalmentPlan, movements: Iterable[InstalmentMovement]) -> int:
    """What the account of a plan owes now, kopecks: all that was posted after it, whatever day it is for."""
    return plan.kopecks + sum(each.kopecks for each in movements)


def parts_of_plan(plan: InstalmentPlan) -> tuple[InstalmentPartView, ...]:
    """The parts of a plan in order."""
    return tuple(_part(row) for row in sorted(plan.parts.all(), key=lambda one: one.no))


def living_plans(account_ids: Collection[int], *, now: datetime) -> dict[int, InstalmentView]:
    """By account the plan that stands or waits: while who asked for it may pay for the account."""
    return {
        row.account_id: _view(row, account, now=now)
        for row, account in _current(account_ids, waiting_too=True)
    }


def paid_in_parts(account_ids: Collection[int]) -> frozenset[int]:
    """Of these accounts those with a plan that stands."""
    current = _current(account_ids, waiting_too=False)
    return frozenset(row.account_id for row, _account in current)


def waiting_until(account_ids: Collection[int]) -> dict[tuple[int, int], date]:
    """By account and who asked for it, the first day of a plan that waits for signatures: it ends there."""
    return {
        (row.account_id, row.person_id): parts_of_plan(row)[0].due_on
        for row, _account in _current(account_ids, waiting_too=True)
        if row.state == InstalmentState.WAITING
    }


def running_plans(account_ids: Collection[int], *, now: datetime) -> dict[int, InstalmentView]:
    """By account the plan that stands, with what it asks next."""
    found = _current(account_ids, waiting_too=False)
    return {row.account_id: _view(row, account, now=now) for row, account in found}


def asked_by_plans(account_ids: Collection[int], *, now: datetime) -> dict[int, Money]:
    """By account what its standing plan asks by now, bills among it: no more is to be taken."""
    return {key: plan.due for key, plan in running_plans(account_ids, now=now).items()}


def plans_of(account_id: int, *, now: datetime) -> list[InstalmentView]:
    """All plans ever asked for of an account, the newest first: for the staff."""
    rows = list(_rows().filter(account_id=account_id).order_by("-asked_at", "-pk")[:_SOME])
    return views_of(rows, now=now)


def waiting_plans(*, limit: int, now: datetime) -> list[WaitingInstalment]:
    """The plans that wait for signatures, the oldest first."""
    rows = _rows().filter(state=InstalmentState.WAITING.value).order_by("pk")[:limit]
    return [_waiting(row, now=now) for row in rows]


def waiting_plan_count() -> int:
    """How many wait for signatures."""
    return _waiting_keys.count()


@frozen
def _waiting_keys() -> QuerySet[InstalmentPlan, int]:
    rows = InstalmentPlan.objects.filter(state=InstalmentState.WAITING.value)
    return rows.values_list("pk", flat=True)


def plan_by_id(public_id: str, *, now: datetime) -> WaitingInstalment | None:
    """One plan as the staff sees it."""
    row = _rows().filter(public_id=public_id).first()
    return None if row is None else _waiting(row, now=now)


def decided_by_rule(*, since: date) -> tuple[int, int]:
    """How many plans were asked for since a day, and how many of them needed nobody's signature."""
    rows = InstalmentPlan.objects.filter(made_on__gte=since)
    counted = rows.aggregate(asked=Count("pk"), alone=Count("pk", filter=Q(by_two=False)))
    return counted["asked"], counted["alone"]


def plans_by(*, person_id: int, limit: int) -> Sequence[dict[str, Any]]:
    """A person's plans as plain values, newest first."""
    rows = list(_rows().filter(person_id=person_id).order_by("-pk")[:limit])
    numbers: dict[int, str] = {
        one.account_id: one.number for one in accounts_by_id({row.account_id for row in rows})
    }
    return [
        {
            "account": numbers[row.account_id],
            "state": row.state,
            "kopecks": row.kopecks,
            "months": row.months,
            "made_on": row.made_on,
            "last_on": parts_of_plan(row)[-1].due_on,
        }
        for row in rows
    ]


def broken_plans() -> list[str]:
    """I-28: a plan's parts add up to the debt, are as many as agreed, and two signed where they had to."""
    rows = InstalmentPlan.objects.annotate(sum=Sum("parts__kopecks"), count=Count("parts"))
    wrong = rows.exclude(sum=F("kopecks"), count=F("months"))
    breaches = [
        _("рассрочка {plan}: частей {count} на {sum} коп., а договорились о {months} на {kopecks}").format(
            plan=row.public_id, count=row.count, sum=row.sum or 0, months=row.months, kopecks=row.kopecks
        )
        for row in wrong[:100]
    ]
    agreed = [each.value for each in (InstalmentState.STANDING, InstalmentState.PAID, InstalmentState.BROKEN)]
    unsigned = InstalmentPlan.objects.filter(by_two=True, state__in=agreed).filter(
        Q(first_by=None) | Q(signed_by=None)
    )
    breaches += [
        _("рассрочку {plan} должны были подписать двое").format(plan=row.public_id) for row in unsigned[:100]
    ]
    return breaches


def views_of(rows: Sequence[InstalmentPlan], *, now: datetime) -> list[InstalmentView]:
    """Plans as others see them; of those that stand, what they ask on the supplier's day."""
    found: dict[int, AccountView] = {
        one.account_id: one for one in accounts_by_id({row.account_id for row in rows})
    }
    return [_view(row, found[row.account_id], now=now) for row in rows]


def _rows() -> QuerySet[InstalmentPlan]:
    return InstalmentPlan.objects.prefetch_related("parts")


@frozen
def _living(account_ids: Collection[int], *, waiting_too: bool) -> QuerySet[InstalmentPlan]:
    states = [state.value for state in (LIVING if waiting_too else (InstalmentState.STANDING,))]
    return InstalmentPlan.objects.filter(account_id__in=account_ids, state__in=states)


def _current(account_ids: Collection[int], *, waiting_too: bool) -> list[tuple[InstalmentPlan, AccountView]]:
    """Plans with their accounts, without those of former holders, and of who may pay no more."""
    rows = _living.all([*account_ids], waiting_too=waiting_too)
    if not rows:
        return []
    prefetch_related_objects(rows, "parts")
    found: dict[int, AccountView] = {
        one.account_id: one for one in accounts_by_id({row.account_id for row in rows})
    }
    paying: dict[int, Iterable[int]] = defaultdict(tuple, payers(list(found)))
    return [
        (row, found[row.account_id])
        for row in rows
        if row.person_id in paying[row.account_id]
        and ((held := found[row.account_id].held_since) is None or row.made_on >= held)
    ]


def _view(row: InstalmentPlan, account: AccountView, *, now: datetime) -> InstalmentView:
    parts, state = parts_of_plan(row), InstalmentState(row.state)
    done, coming, ask, due = (len(parts) if state is InstalmentState.PAID else 0), None, ZERO, ZERO
    late = False
    if state is InstalmentState.STANDING:
        today = provider_today(account.provider, now)
        movements = plan_movements(row, account)
        open_ = [part for part in parts if not part_came(parts, movements, part, today=today)]
        done = len(parts) - len(open_)
        # What came too late for one, on the day before that is said, is asked no more.
        balance = owed_by_movements(row, movements)
        asks = (
            (part, asked_of(part_lacks(parts, movements, part, by=today), balance=balance)) for part in open_
        )
        coming, lacks = next((each for each in asks if each[1]), (None, 0))
        ask = Money(lacks)
        if coming is not None and part_asked(parts, coming, today=today):
            due = ask
        late = coming is not None and coming.due_on < today
    return InstalmentView(
        public_id=row.public_id,
        account_id=row.account_id,
        person_id=row.person_id,
        state=state,
        money=row.money,
        made_on=row.made_on,
        parts=parts,
        by_two=row.by_two,
        ended_on=row.ended_on,
        done=done,
        next=coming,
        ask=ask,
        due=due,
        late=late,
    )


def _waiting(row: InstalmentPlan, *, now: datetime) -> WaitingInstalment:
    account, person = accounts_by_id([row.account_id])[0], people.person(row.person_id)
    return WaitingInstalment(
        plan=_view(row, account, now=now),
        account_number=account.number,
        account_public_id=account.public_id,
        person_name=" ".join(filter(None, (person.last_name, person.first_name))),
        asked_at=row.asked_at,
        first_id=row.first_by_id,
        first_by=row.first_by_name,
        first_at=row.first_at,
        signed_by=row.signed_by_name,
        signed_at=row.signed_at,
        ended_by=row.ended_by_name,
        ended_because=row.ended_because,
        balance=ledger.balance(row.account_id),
    )


def _part(row: InstalmentPart) -> InstalmentPartView:
    return InstalmentPartView(row.no, row.due_on, Money(row.kopecks), row.told_on, row.late_told_on)
