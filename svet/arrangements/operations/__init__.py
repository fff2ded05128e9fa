"""Promising to pay by a day; a job reads from the books whether it was kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Final

import structlog
from django.db.models import Q, QuerySet

from svet.accounts.operations import lock_account
from svet.accounts.queries import accounts_by_id, provider_today
from svet.arrangements import events
from svet.arrangements.models import PaymentPromise
from svet.arrangements.queries import movements, offer_for, payable
from svet.arrangements.queries.access import payers
from svet.arrangements.rules import (
    MENDED_WITHIN,
    PROMISE_MOVES,
    PromiseConflict,
    PromiseReason,
    PromiseRefused,
    PromiseState,
    check_day,
    judged,
    may_recall,
)
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.moving import move_row
from svet.kernel.places import Place
from svet.kernel.transactions import require_transaction, use_case
from svet.ledger import queries as ledger
from svet.ledger.queries.debts import entries_after
from svet.look.formats import day, roubles
from svet.notices import operations as notices
from svet.notices.rules import EventSpec
from svet.people import queries as people

log = structlog.get_logger(__name__)

BY: Final = "arrangements.judge"
_AT_ONCE: Final = 500
_MENDED: Final = (PromiseState.BROKEN.value, PromiseState.KEPT.value)


def promise_payment(
    *,
    by: Actor,
    account_public_id: str,
    until: date,
    now: datetime,
    along: Callable[[], None] | None = None,
) -> str:
    """Promise that what the account owes now is paid by a day of its supplier; the outer id of the promise.

    ``along`` is what the caller does in the same transaction.

    :raises PromiseNotFound: not an account the person may pay for
    :raises PromiseRefused: nothing is owed, the day cannot be, none are taken, one was broken lately
    :raises PromiseConflict: one stands already
    """
    account = payable(by, account_public_id)
    with use_case():
        lock_account(account.account_id)
        account = payable(by, account_public_id)
        offer = offer_for(account, person_id=by.person_id or 0, now=now)
        if offer.why is PromiseReason.OPEN:
            raise PromiseConflict(PromiseReason.OPEN)
        if offer.why is not None:
            raise PromiseRefused(offer.why, details={"free": offer.free_on})
        today = provider_today(account.provider, now)
        check_day(offer.terms, until=until, today=today)
        standing = ledger.standings([account.account_id])[account.account_id]
        # That of a former holder, or of somebody who may pay no more, is nobody's word any more.
        drop_promises_for(account.account_id, now=now)
        made = PaymentPromise.objects.create(
            account_id=account.account_id,
            person_id=by.person_id or 0,
            kopecks=standing.balance.kopecks,
            made_at=now,
            made_on=today,
            until_on=until,
            after_seq=standing.seq,
        )
        journal.record(
            by=by,
            action="arrangements.promised",
            subject="promise",
            subject_id=made.public_id,
            account_id=account.account_id,
            now=now,
            after={"kopecks": made.kopecks, "until": until.isoformat()},
        )
        if along is not None:
            along()
    return made.public_id


def recall_promise(
    *,
    by: Actor,
    account_public_id: str,
    promise_public_id: str,
    now: datetime,
    along: Callable[[], None] | None = None,
) -> None:
    """Take back the person's own promise, until its day is over: the debt is asked as ever. Again is no harm.

    :raises PromiseNotFound: not an account the person may pay for
    :raises PromiseConflict: there is no such promise of theirs, or it stands no more
    """
    account = payable(by, account_public_id)
    with use_case():
        lock_account(account.account_id)
        own = PaymentPromise.objects.select_for_update().filter(
            account_id=account.account_id, person_id=by.person_id or 0
        )
        row = own.filter(public_id=promise_public_id).first()
        if row is None:
            raise PromiseConflict(PromiseReason.OVER)
        if row.state != PromiseState.RECALLED:
            today = provider_today(account.provider, now)
            over = not may_recall(until=row.until_on, today=today)
            # What was paid in full is kept, whether or not the job has said so by now.
            if row.state != PromiseState.OPEN or over or _judged(row, today=today)[0] is PromiseState.KEPT:
                raise PromiseConflict(PromiseReason.OVER)
            move_row(row, moves=PROMISE_MOVES, to=PromiseState.RECALLED, changes={"decided_at": now})
            journal.record(
                by=by,
                action="arrangements.recalled",
                subject="promise",
                subject_id=row.public_id,
                account_id=row.account_id,
                now=now,
                after={"kopecks": row.kopecks, "until": row.until_on.isoformat()},
            )
        if along is not None:
            along()


def judge_promises(*, now: datetime) -> int:
    """Say of promises whether they are kept or broken, and mend it by late news; how many were decided.

    Days count, not runs: a job that comes a week late, or twice, says the same; so does news in any order.
    """
    known = (now - MENDED_WITHIN).date()
    after, decided = 0, 0
    while True:
        rows = PaymentPromise.objects.filter(
            Q(state=PromiseState.OPEN.value) | Q(state__in=_MENDED, until_on__gt=known),
            pk__gt=after,
        )
        some = list(rows.order_by("pk").values_list("pk", flat=True)[:_AT_ONCE])
        if not some:
            return decided
        for identity in some:
            # What befalls one promise is no matter of those that stand behind it.
            try:
                with use_case():
                    decided += _judge(identity, now=now)
            except Exception:
                log.exception("arrangements.promise_failed", promise=identity)
        after = some[-1]


def _judge(identity: int, *, now: datetime) -> bool:
    row = PaymentPromise.objects.select_for_update().get(pk=identity)
    account = accounts_by_id([row.account_id])[0]
    former = account.held_since is not None and row.made_on < account.held_since
    if former or row.person_id not in payers([row.account_id]).get(row.account_id, ()):
        # What is paid for an account is nothing that whoever held it, or was let into it, is told.
        if row.state == PromiseState.OPEN:
            move_row(row, moves=PROMISE_MOVES, to=PromiseState.DROPPED, changes={"decided_at": now})
        return False
    new, on = _judged(row, today=provider_today(account.provider, now))
    if new == row.state:
        return False
    move_row(row, moves=PROMISE_MOVES, to=new, changes={"paid_on": on, "decided_at": now})
    journal.record(
        by=Actor.system(BY),
        action="arrangements.kept" if new is PromiseState.KEPT else "arrangements.broken",
        subject="promise",
        subject_id=row.public_id,
        account_id=row.account_id,
        now=now,
        after={"kopecks": row.kopecks, "until": row.until_on.isoformat()},
    )
    event = events.PROMISE_KEPT if new is PromiseState.KEPT else events.PROMISE_BROKEN
    _tell(row, account.number, event=event, now=now)
    return True


def _judged(row: PaymentPromise, *, today: date) -> tuple[PromiseState, date | None]:
    known = movements(entries_after({row.account_id: row.after_seq})[row.account_id])
    return judged(row.money, known, until=row.until_on, state=PromiseState(row.state), today=today)


def _tell(row: PaymentPromise, number: str, *, event: EventSpec, now: datetime) -> None:
    recipient_id = people.recipients_of([row.person_id]).get(row.person_id)
    if recipient_id is not None:
        notices.notify(
            recipient_id=recipient_id,
            event=event,
            params={"account": number, "total": roubles(row.money), "until": day(row.until_on)},
            place=Place("payment"),
            now=now,
        )


def drop_promises_for(account_id: int, *, now: datetime) -> None:
    """Something else is agreed on about an account's debt, or a promise of somebody else (a step)."""
    require_transaction()
    _drop(PaymentPromise.objects.filter(account_id=account_id), now=now)


def drop_promises(*, person_id: int, by: Actor, now: datetime) -> None:
    """Somebody deletes their cabinet: what they promised is nobody's word any more (a step)."""
    require_transaction()
    _drop(PaymentPromise.objects.filter(person_id=person_id), now=now)


def _drop(promises: QuerySet[PaymentPromise], *, now: datetime) -> None:
    rows = promises.select_for_update().filter(state=PromiseState.OPEN.value)
    for row in rows.order_by("pk"):
        move_row(row, moves=PROMISE_MOVES, to=PromiseState.DROPPED, changes={"decided_at": now})
