"""Reads of promises: what stands, what became of the others, whether one may be made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from svet.accounts.queries import (
    AccountView,
    accounts_by_id,
    provider_today,
    visible_accounts,
)
from svet.accounts.rules import Right
from svet.arrangements.models import PaymentPromise
from svet.arrangements.queries.access import payers
from svet.arrangements.queries.limits import limits_for, provider_limits
from svet.arrangements.queries.plans import broken_plans, living_plans, waiting_until
from svet.arrangements.rules import (
    PastPromise,
    PromiseAnswer,
    PromiseMovement,
    PromiseNotFound,
    PromiseOffer,
    PromiseReason,
    PromiseState,
    PromiseTerms,
    PromiseView,
    free_again,
    last_day,
    left_of,
    may_recall,
    pause_from,
    why_not,
)
from svet.kernel.actors import Actor
from svet.kernel.frozen import frozen
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.queries.debts import entries_after

_SOME = 20


def broken() -> list[str]:
    """I-28: what was agreed on is what the tables say."""
    return broken_plans()


def promise_offer(by: Actor, *, account_public_id: str, now: datetime) -> PromiseOffer:
    """Whether the person may promise for one account. :raises PromiseNotFound: it is not theirs to pay for"""
    return offer_for(payable(by, account_public_id), person_id=by.person_id or 0, now=now)


def payable(by: Actor, public_id: str) -> AccountView:
    """An account the person may pay for. :raises PromiseNotFound:"""
    found = visible_accounts(by, public_ids=[public_id], right=Right.PAY)
    if not found:
        raise PromiseNotFound(PromiseReason.ACCOUNT, field="account")
    return found[0]


def offer_for(account: AccountView, *, person_id: int, now: datetime) -> PromiseOffer:
    """Whether a person may promise for it, by its debt, what stands, and what they promised before."""
    terms, today = limits_for(account, now=now).promises, provider_today(account.provider, now)
    rows = PaymentPromise.objects.filter(account_id=account.account_id).order_by("-made_at", "-pk")
    if account.held_since is not None:
        # What a former holder promised is not the present one's.
        rows = rows.filter(made_on__gte=account.held_since)
    found = list(rows[:_SOME])
    known = [_view(row) for row in found]
    standing = standing_promises([account.account_id]).get(account.account_id)
    balance = ledger.balance(account.account_id)
    answer = _answer(
        account,
        # Apart from those that are shown: others' many do not hide the person's own.
        list(rows.filter(person_id=person_id)),
        terms=terms,
        standing=standing is not None,
        living=bool(living_plans([account.account_id], now=now)),
        balance=balance,
        now=now,
    )
    return PromiseOffer(
        account_public_id=account.public_id,
        account_number=account.number,
        provider_name=account.provider.name,
        balance=balance,
        last_on=last_day(terms, today=today),
        why=answer.why,
        free_on=answer.free_on,
        standing=standing,
        mine=standing is not None
        and standing.person_id == person_id
        and bool(standing.left)
        and may_recall(until=standing.until_on, today=today),
        past=tuple(one for one in known if one.state is not PromiseState.OPEN),
        terms=terms,
        today=today,
    )


def promise_answers(
    accounts: Sequence[AccountView], *, person_id: int, now: datetime
) -> dict[int, PromiseAnswer]:
    """By account whether a person may promise for it, as :func:`offer_for` says it of one."""
    ids = [account.account_id for account in accounts]
    living, standing, balances = living_plans(ids, now=now), standing_promises(ids), ledger.balances(ids)
    limits = provider_limits(
        {one.provider.provider_id: provider_today(one.provider, now) for one in accounts}
    )
    own: dict[int, list[PaymentPromise]] = {key: [] for key in ids}
    rows = PaymentPromise.objects.filter(account_id__in=ids, person_id=person_id)
    for row in rows.order_by("-made_at", "-pk"):
        own[row.account_id].append(row)
    return {
        account.account_id: _answer(
            account,
            own[account.account_id],
            terms=limits[account.provider.provider_id].promises,
            standing=account.account_id in standing,
            living=account.account_id in living,
            balance=balances[account.account_id],
            now=now,
        )
        for account in accounts
    }


def _answer(
    account: AccountView,
    own: Sequence[PaymentPromise],
    *,
    terms: PromiseTerms,
    standing: bool,
    living: bool,
    balance: Money,
    now: datetime,
) -> PromiseAnswer:
    held = account.held_since
    # A word that was broken, or taken back after it had won time, is its maker's alone.
    zone = ZoneInfo(account.provider.time_zone)
    past = [_past(row, zone) for row in own if held is None or row.made_on >= held]
    broken_on = pause_from((one for one in past if one is not None), pause=terms.pause)
    today = provider_today(account.provider, now)
    why = why_not(terms, balance=balance, open_=standing, living=living, broken_on=broken_on, today=today)
    return PromiseAnswer(why, free_again(terms, broken_on=broken_on) if broken_on is not None else None)


def _past(row: PaymentPromise, zone: ZoneInfo) -> PastPromise | None:
    if row.state == PromiseState.BROKEN:
        return PastPromise(row.made_on, row.until_on, None)
    if row.state != PromiseState.RECALLED or row.decided_at is None:
        return None
    return PastPromise(row.made_on, row.until_on, row.decided_at.astimezone(zone).date())


def standing_promises(account_ids: Collection[int]) -> dict[int, PromiseView]:
    """By account the promise that stands: while who made it may pay for the account."""
    rows = _open.all([*account_ids])
    if not rows:
        return {}
    since_then = entries_after({row.account_id: row.after_seq for row in rows})
    views = [
        replace(_view(row), left=left_of(row.money, movements(since_then[row.account_id]))) for row in rows
    ]
    found = accounts_by_id([view.account_id for view in views])
    since: dict[int, date | None] = {one.account_id: one.held_since for one in found}
    paying = payers(since)
    return {
        view.account_id: view
        for view in views
        if view.person_id in paying.get(view.account_id, ())
        and ((held := since.get(view.account_id)) is None or view.made_on >= held)
    }


@frozen
def _open(account_ids: Collection[int]) -> QuerySet[PaymentPromise]:
    return PaymentPromise.objects.filter(account_id__in=account_ids, state=PromiseState.OPEN.value)


def movements(entries: Iterable[ledger.LedgerEntry]) -> list[PromiseMovement]:
    """What became known after a promise, as its rules count it."""
    return [PromiseMovement(each.kind, each.effective_on, each.money.kopecks) for each in entries]


def promised_left(account_ids: Collection[int], *, today: date) -> dict[int, Money]:
    """By account what is still to be paid of a debt that is promised by a day which is not over."""
    found = standing_promises(account_ids)
    return {key: one.left for key, one in found.items() if one.until_on >= today}


def held_until(account_ids: Collection[int]) -> dict[tuple[int, int], date]:
    """By account and person the day before which that person's money is not taken for what it owes.

    They have promised to pay by it, or asked for a plan that waits for signatures until its first day.
    """
    found = {(key, one.person_id): one.until_on for key, one in standing_promises(account_ids).items()}
    return waiting_until(account_ids) | found


def promises_of(account_id: int) -> list[PromiseView]:
    """All promises ever made for an account, the newest first: for the staff."""
    rows = PaymentPromise.objects.filter(account_id=account_id).order_by("-made_at", "-pk")
    return [_view(row) for row in rows[:_SOME]]


def promised_by(*, person_id: int, limit: int) -> Sequence[dict[str, Any]]:
    """A person's promises as plain values, newest first."""
    rows = list(PaymentPromise.objects.filter(person_id=person_id).order_by("-pk")[:limit])
    numbers: dict[int, str] = {
        one.account_id: one.number for one in accounts_by_id({row.account_id for row in rows})
    }
    return [
        {
            "account": numbers[row.account_id],
            "state": row.state,
            "kopecks": row.kopecks,
            "made_at": row.made_at,
            "until_on": row.until_on,
            "paid_on": row.paid_on,
        }
        for row in rows
    ]


def _view(row: PaymentPromise) -> PromiseView:
    return PromiseView(
        row.public_id,
        row.account_id,
        row.person_id,
        PromiseState(row.state),
        row.money,
        row.made_on,
        row.until_on,
        row.paid_on,
    )
