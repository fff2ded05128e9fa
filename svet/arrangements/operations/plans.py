"""Agreeing to pay in parts: asked for by who pays, above a limit signed by two members, given up, refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from svet.accounts.operations import lock_account
from svet.accounts.queries import AccountView, accounts_by_id, provider_today
from svet.arrangements import events
from svet.arrangements.models import InstalmentPart, InstalmentPlan
from svet.arrangements.operations.telling import record_plan, tell_plan
from svet.arrangements.queries.access import payers
from svet.arrangements.queries.limits import limits_for
from svet.arrangements.queries.offering import account_to_pay, plan_offer
from svet.arrangements.queries.plans import parts_of_plan
from svet.arrangements.rules.plans import (
    FEWEST,
    INSTALMENT_MOVES,
    LIVING,
    InstalmentConflict,
    InstalmentNotFound,
    InstalmentReason,
    InstalmentRefused,
    InstalmentState,
)
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.moving import move_row
from svet.kernel.transactions import require_transaction, use_case
from svet.ledger import queries as ledger
from svet.staffing.rules import checked_reason

_LIVING = [each.value for each in LIVING]


def agree_on_plan(
    *,
    by: Actor,
    account_public_id: str,
    months: int,
    shown: str,
    now: datetime,
    along: Callable[[bool], None] | None = None,
) -> bool:
    """Agree to pay what the account owes now in so many monthly parts; whether it waits for signatures.

    ``shown`` stands for the debt, the days and the signatures that were seen. ``along`` is what the caller
    does with the answer in the same transaction.

    :raises InstalmentNotFound: not an account the person may pay for
    :raises InstalmentRefused: the rule says no, and why
    :raises InstalmentConflict: a plan stands or waits already, or the debt or the days are others by now
    """
    account = account_to_pay(by, account_public_id)
    with use_case():
        lock_account(account.account_id)
        account = account_to_pay(by, account_public_id)
        offer = plan_offer(account, person_id=by.person_id or 0, now=now)
        if offer.why is InstalmentReason.LIVING:
            raise InstalmentConflict(InstalmentReason.LIVING)
        if offer.why is not None:
            details = {"free": offer.free_on, "least": offer.least, "most": offer.most}
            raise InstalmentRefused(offer.why, details=details)
        # Postings do not wait for the account: one between the two reads makes it another debt.
        standing = ledger.standings([account.account_id])[account.account_id]
        if offer.shown != shown or offer.balance != standing.balance:
            raise InstalmentConflict(InstalmentReason.CHANGED)
        if months not in offer.choices:
            raise InstalmentRefused(
                InstalmentReason.MONTHS, field="months", details={"most": offer.terms.months}
            )
        # One of a former holder, or of somebody who may pay no more, is nobody's agreement any more.
        stale = InstalmentPlan.objects.select_for_update().filter(
            account_id=account.account_id, state__in=_LIVING
        )
        for row in stale:
            end_plan(row, account, now=now)
        made = InstalmentPlan.objects.create(
            account_id=account.account_id,
            person_id=by.person_id or 0,
            state=(InstalmentState.WAITING if offer.by_two else InstalmentState.STANDING).value,
            kopecks=standing.balance.kopecks,
            months=months,
            asked_at=now,
            made_on=provider_today(account.provider, now),
            after_seq=standing.seq,
            due_day=account.provider.due_day,
            least_kopecks=offer.terms.least,
            by_two=offer.by_two,
        )
        InstalmentPart.objects.bulk_create(
            InstalmentPart(plan=made, no=part.no, due_on=part.due_on, kopecks=part.money.kopecks)
            for part in offer.choices[months]
        )
        record_plan(made, "arrangements.plan_asked" if offer.by_two else "arrangements.plan", by=by, now=now)
        if not offer.by_two:
            tell_plan(made, account.number, event=events.PLAN_AGREED, part=offer.choices[months][0], now=now)
        if along is not None:
            along(offer.by_two)
        return offer.by_two


def withdraw_plan(
    *,
    by: Actor,
    account_public_id: str,
    plan_public_id: str,
    state: str,
    now: datetime,
    along: Callable[[], None] | None = None,
) -> None:
    """Give up the person's own plan that waits or stands: all is due at once again. Again is no harm.

    ``state`` is the one that was seen: taking back a request costs nothing, giving up what stands a pause.

    :raises InstalmentNotFound: not an account the person may pay for
    :raises InstalmentConflict: there is no such plan of theirs, it is over, or stands otherwise than was seen
    """
    account = account_to_pay(by, account_public_id)
    with use_case():
        lock_account(account.account_id)
        own = InstalmentPlan.objects.select_for_update().filter(
            account_id=account.account_id, person_id=by.person_id or 0
        )
        row = own.filter(public_id=plan_public_id).first()
        if row is None:
            raise InstalmentConflict(InstalmentReason.NOT_FOUND)
        if row.state in _LIVING and row.state != state:
            raise InstalmentConflict(InstalmentReason.DECIDED)
        if row.state in _LIVING:
            begun = row.state == InstalmentState.STANDING
            ended_on = provider_today(account.provider, now) if begun else None
            move_row(
                row, moves=INSTALMENT_MOVES, to=InstalmentState.WITHDRAWN, changes={"ended_on": ended_on}
            )
            record_plan(row, "arrangements.plan_withdrawn", by=by, now=now)
        elif row.state != InstalmentState.WITHDRAWN:
            raise InstalmentConflict(InstalmentReason.DECIDED)
        if along is not None:
            along()


def sign_plan(*, by: Actor, plan_public_id: str, now: datetime) -> bool:
    """Put a member's signature under a plan that waits; whether it stands by that: the second one makes it.

    :raises InstalmentNotFound: :raises InstalmentConflict: it waits no more
    :raises InstalmentRefused: signed by the same member, it is their own, its first day is too near, the
        account has another holder, or by now it owes less than there are plans for
    """
    with use_case():
        row, account = _waiting(plan_public_id)
        if by.person_id is None or by.person_id == row.person_id:
            raise InstalmentRefused(InstalmentReason.OWN)
        if by.person_id == row.first_by_id:
            raise InstalmentRefused(InstalmentReason.SAME_HAND)
        former = account.held_since is not None and row.made_on < account.held_since
        if former or row.person_id not in payers([row.account_id]).get(row.account_id, ()):
            raise InstalmentRefused(InstalmentReason.ACCOUNT)
        # What was asked for is signed by the limits it was asked under.
        asked = row.least_kopecks
        least = Money(limits_for(account, now=now).instalment_least if asked is None else asked)
        if ledger.balance(row.account_id) < max(least, Money(FEWEST)):
            # Paid or corrected since it was asked for: nobody is told to pay in parts what is not owed.
            raise InstalmentRefused(InstalmentReason.TOO_LITTLE, details={"least": least})
        parts = parts_of_plan(row)
        if parts[0].due_on <= provider_today(account.provider, now):
            raise InstalmentRefused(InstalmentReason.DAYS_PASSED)
        if row.first_by_id is None:
            row.first_by_id, row.first_by_name, row.first_at = by.person_id, by.name, now
            row.save(update_fields=["first_by", "first_by_name", "first_at"])
            record_plan(row, "arrangements.plan_signed", by=by, now=now)
            return False
        signed: dict[str, Any] = {"signed_by_id": by.person_id, "signed_by_name": by.name, "signed_at": now}
        move_row(row, moves=INSTALMENT_MOVES, to=InstalmentState.STANDING, changes=signed)
        record_plan(row, "arrangements.plan_signed", by=by, now=now)
        tell_plan(row, account.number, event=events.PLAN_AGREED, part=parts[0], now=now)
        return True


def refuse_plan(*, by: Actor, plan_public_id: str, reason: str, now: datetime) -> None:
    """Say no to a plan that waits, and why; one pair of eyes is enough for that.

    :raises InstalmentNotFound: :raises InstalmentConflict: it waits no more :raises StaffRefused: no reason
    """
    said = checked_reason(reason)
    with use_case():
        row, account = _waiting(plan_public_id)
        if by.person_id is None or by.person_id == row.person_id:
            raise InstalmentRefused(InstalmentReason.OWN)
        refuse_row(row, account, because=said, by=by, now=now)


def refuse_row(row: InstalmentPlan, account: AccountView, *, because: str, by: Actor, now: datetime) -> None:
    """End a plan that waited, and tell whoever asked for it (a step)."""
    require_transaction()
    changes = {"ended_by_name": by.name, "ended_because": because}
    move_row(row, moves=INSTALMENT_MOVES, to=InstalmentState.REFUSED, changes=changes)
    record_plan(row, "arrangements.plan_refused", by=by, now=now, reason=because)
    if row.person_id in payers([row.account_id]).get(row.account_id, ()):
        tell_plan(row, account.number, event=events.PLAN_REFUSED, part=None, now=now)


def end_plan(row: InstalmentPlan, account: AccountView, *, now: datetime) -> None:
    """Whoever agreed to it may pay for the account no more (a step): nobody is told what others do."""
    require_transaction()
    # What waited had never begun, and so has no pause.
    stood = row.state == InstalmentState.STANDING
    ended_on = provider_today(account.provider, now) if stood else None
    move_row(row, moves=INSTALMENT_MOVES, to=InstalmentState.ENDED, changes={"ended_on": ended_on})
    record_plan(row, "arrangements.plan_ended", by=Actor.system("arrangements.plans"), now=now)


def end_plans_of(*, person_id: int, now: datetime) -> None:
    """Somebody deletes their cabinet: their plans are nobody's agreement any more (a step)."""
    require_transaction()
    rows = InstalmentPlan.objects.select_for_update().filter(person_id=person_id, state__in=_LIVING)
    for row in rows.order_by("pk"):
        end_plan(row, accounts_by_id([row.account_id])[0], now=now)


def _waiting(public_id: str) -> tuple[InstalmentPlan, AccountView]:
    """A plan that waits and its account, both locked: the account first, as who asks and withdraws does."""
    found = InstalmentPlan.objects.filter(public_id=public_id).first()
    if found is None:
        raise InstalmentNotFound(InstalmentReason.NOT_FOUND)
    lock_account(found.account_id)
    row = InstalmentPlan.objects.select_for_update().get(pk=found.pk)
    if row.state != InstalmentState.WAITING:
        raise InstalmentConflict(InstalmentReason.DECIDED)
    return row, accounts_by_id([row.account_id])[0]
