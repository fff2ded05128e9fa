"""Each morning the books are asked what became of plans: reminded, missed, broken, paid off."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import structlog
from django.db.models import Q

from svet.accounts.operations import lock_account
from svet.accounts.queries import AccountView, accounts_by_id, provider_today
from svet.arrangements import events
from svet.arrangements.models import InstalmentPart, InstalmentPlan
from svet.arrangements.operations import drop_promises_for
from svet.arrangements.operations.plans import end_plan, refuse_row
from svet.arrangements.operations.telling import record_plan, tell_plan
from svet.arrangements.queries.access import payers
from svet.arrangements.queries.plans import owed_by_movements, parts_of_plan, plan_movements
from svet.arrangements.rules import MENDED_WITHIN
from svet.arrangements.rules.plans import (
    INSTALMENT_MOVES,
    LIVING,
    TOLD_AHEAD,
    InstalmentMovement,
    InstalmentPartView,
    InstalmentState,
    asked_of,
    part_came,
    part_lacks,
    plan_judged,
)
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.moving import move_row
from svet.kernel.transactions import use_case
from svet.kernel.underway import underway
from svet.people import queries as people

log = structlog.get_logger(__name__)

BY: Final = "arrangements.plans"
_AT_ONCE: Final = 500
_LIVING: Final = [each.value for each in LIVING]
_MENDED: Final = (InstalmentState.BROKEN.value, InstalmentState.PAID.value)


def judge_plans(*, now: datetime) -> int:
    """Say of plans where they stand, and tell their people; how many changed their state.

    Days count, not runs: a job that comes a week late, or twice, says the same; but nothing is called broken
    of which its maker was not told some days before.
    """
    known = (now - MENDED_WITHIN).date()
    after, moved = 0, 0
    while True:
        rows = InstalmentPlan.objects.filter(
            Q(state__in=_LIVING) | Q(state__in=_MENDED, ended_on__gt=known), pk__gt=after
        )
        some = list(rows.order_by("pk").values_list("pk", "account_id")[:_AT_ONCE])
        if not some:
            return moved
        for identity, account_id in some:
            # What befalls one plan is no matter of those that stand behind it.
            try:
                with use_case():
                    lock_account(account_id)
                    moved += _judge(identity, now=now)
            except Exception:
                log.exception("arrangements.plan_failed", plan=identity)
        after = some[-1][0]


def _judge(identity: int, *, now: datetime) -> bool:
    row = InstalmentPlan.objects.select_for_update().get(pk=identity)
    state = InstalmentState(row.state)
    if state not in LIVING and state.value not in _MENDED:
        return False
    account = accounts_by_id([row.account_id])[0]
    former = account.held_since is not None and row.made_on < account.held_since
    # Nor does it go on for somebody blocked: they can neither pay here nor be told before it breaks.
    told = people.recipients_of([row.person_id])
    if former or not told or row.person_id not in payers([row.account_id]).get(row.account_id, ()):
        if state in LIVING:
            end_plan(row, account, now=now)
        return state in LIVING
    parts, today = parts_of_plan(row), provider_today(account.provider, now)
    if state is InstalmentState.WAITING:
        if parts[0].due_on > today:
            return False
        refuse_row(row, account, because="", by=Actor.system(BY), now=now)
        return True
    return _follow(row, account, parts, state=state, today=today, now=now)


def _follow(
    row: InstalmentPlan,
    account: AccountView,
    parts: tuple[InstalmentPartView, ...],
    *,
    state: InstalmentState,
    today: date,
    now: datetime,
) -> bool:
    movements = plan_movements(row, account)
    verdict = plan_judged(parts, movements, agreed_on=row.made_on, today=today)
    if verdict.state is InstalmentState.STANDING and state is not InstalmentState.STANDING:
        others = InstalmentPlan.objects.filter(account_id=row.account_id, state__in=_LIVING)
        if others.exclude(pk=row.pk).exists():
            # What is known so late would make two of them: the younger one is about all that is owed.
            return False
        # The debt is asked by the plan again, of which its people are told: no word about it stands besides.
        drop_promises_for(row.account_id, now=now)
    _forget(row, parts, movements, verdict=verdict.state, today=today)
    if verdict.state is not state:
        _move(row, verdict.state, account, on=verdict.paid_on or today, now=now)
    if verdict.state is InstalmentState.STANDING:
        if verdict.late is not None:
            _tell_late(row, account, parts, movements, verdict.late, today=today, now=now)
        _remind(row, account, parts, movements, today=today, now=now)
    return verdict.state is not state


def _forget(
    row: InstalmentPlan,
    parts: tuple[InstalmentPartView, ...],
    movements: list[InstalmentMovement],
    *,
    verdict: InstalmentState,
    today: date,
) -> None:
    """What was said of a lack is over once it has come: taken back, it is said anew, with its days."""
    paid, stands = verdict is InstalmentState.PAID, verdict is InstalmentState.STANDING
    over = [
        part.no
        for part in parts
        if part.late_told_on is not None
        and (paid or (stands and part_came(parts, movements, part, today=today)))
    ]
    if over:
        InstalmentPart.objects.filter(plan=row, no__in=over).update(late_told_on=None)


def _move(
    row: InstalmentPlan, state: InstalmentState, account: AccountView, *, on: date, now: datetime
) -> None:
    stands = state is InstalmentState.STANDING
    move_row(row, moves=INSTALMENT_MOVES, to=state, changes={"ended_on": None if stands else on})
    words = {
        InstalmentState.PAID: ("arrangements.plan_paid", events.PLAN_PAID),
        InstalmentState.BROKEN: ("arrangements.plan_broken", events.PLAN_BROKEN),
        InstalmentState.STANDING: ("arrangements.plan_again", events.PLAN_AGAIN),
    }
    action, event = words[state]
    record_plan(row, action, by=Actor.system(BY), now=now)
    tell_plan(row, account.number, event=event, part=None, now=now)


def _tell_late(
    row: InstalmentPlan,
    account: AccountView,
    parts: tuple[InstalmentPartView, ...],
    movements: list[InstalmentMovement],
    late: InstalmentPartView,
    *,
    today: date,
    now: datetime,
) -> None:
    balance = owed_by_movements(row, movements)
    lacks = asked_of(part_lacks(parts, movements, late, by=today), balance=balance)
    if not lacks:
        return  # what was posted for a day to come is owed no more
    lacks -= underway([row.account_id]).get(row.account_id, 0)
    if lacks <= 0:
        return  # the bank has taken it: should it not come, tomorrow's look says so, and its days begin then
    part = InstalmentPartView(late.no, late.due_on, late.money, late.told_on, today)
    InstalmentPart.objects.filter(plan=row, no=late.no).update(late_told_on=today)
    tell_plan(row, account.number, event=events.PLAN_LATE, part=part, ask=Money(lacks), now=now)


def _remind(
    row: InstalmentPlan,
    account: AccountView,
    parts: tuple[InstalmentPartView, ...],
    movements: list[InstalmentMovement],
    *,
    today: date,
    now: datetime,
) -> None:
    for part in parts:
        if part.told_on is None and today <= part.due_on <= today + TOLD_AHEAD:
            # What the bank has taken is not asked for once more: should it not come, tomorrow's look says so.
            moving = underway([row.account_id]).get(row.account_id, 0)
            balance = owed_by_movements(row, movements)
            lacks = asked_of(part_lacks(parts, movements, part, by=today), balance=balance) - moving
            if lacks > 0:
                InstalmentPart.objects.filter(plan=row, no=part.no).update(told_on=today)
                tell_plan(row, account.number, event=events.PLAN_DUE, part=part, ask=Money(lacks), now=now)
