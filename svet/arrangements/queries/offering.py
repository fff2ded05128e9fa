"""Whether a plan of instalments may be agreed on, and which ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256

from svet.accounts.queries import AccountView, provider_today, visible_accounts
from svet.accounts.rules import Right
from svet.arrangements.models import InstalmentPlan
from svet.arrangements.queries import standing_promises
from svet.arrangements.queries.limits import limits_for, provider_limits
from svet.arrangements.queries.plans import living_plans, views_of
from svet.arrangements.rules.plans import (
    FEWEST,
    LIVING,
    InstalmentNotFound,
    InstalmentReason,
    InstalmentTerms,
    part_days,
    plan_free_on,
    split_debt,
    why_no_plan,
)
from svet.arrangements.rules.views import InstalmentOffer, InstalmentView, PlanAnswer
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.tariffs.queries.law import law_in_force
from svet.tariffs.rules.law import Law, LawMissing

_SOME = 10
_DAY = timedelta(days=1)


def instalment_offer(by: Actor, *, account_public_id: str, now: datetime) -> InstalmentOffer:
    """What the person may agree on for one account. :raises InstalmentNotFound: not theirs to pay for"""
    return plan_offer(account_to_pay(by, account_public_id), person_id=by.person_id or 0, now=now)


def account_to_pay(by: Actor, public_id: str) -> AccountView:
    """An account the person may pay for. :raises InstalmentNotFound:"""
    found = visible_accounts(by, public_ids=[public_id], right=Right.PAY)
    if not found:
        raise InstalmentNotFound(InstalmentReason.ACCOUNT, field="account")
    return found[0]


def plan_answers(accounts: Sequence[AccountView], *, now: datetime) -> dict[int, PlanAnswer]:
    """By account whether a plan may be agreed on, as :func:`plan_offer` says it of one."""
    ids = [account.account_id for account in accounts]
    living, promised, balances = living_plans(ids, now=now), standing_promises(ids), ledger.balances(ids)
    limits = provider_limits(
        {one.provider.provider_id: provider_today(one.provider, now) for one in accounts}
    )
    known: dict[int, list[InstalmentView]] = {key: [] for key in ids}
    over = InstalmentPlan.objects.prefetch_related("parts").filter(account_id__in=ids)
    for one in views_of(list(over.order_by("-asked_at", "-pk")), now=now):
        known[one.account_id].append(one)
    return {
        account.account_id: _answer(
            account,
            known[account.account_id],
            terms=limits[account.provider.provider_id].instalments,
            living=living.get(account.account_id),
            promised=account.account_id in promised,
            balance=balances[account.account_id],
            now=now,
        )
        for account in accounts
    }


def _answer(
    account: AccountView,
    known: Sequence[InstalmentView],
    *,
    terms: InstalmentTerms,
    living: InstalmentView | None,
    promised: bool,
    balance: Money,
    now: datetime,
) -> PlanAnswer:
    today, held = provider_today(account.provider, now), account.held_since
    # A plan pays for the account's debt: whoever broke it, there is a pause for the account. One that was
    # withdrawn before it was signed had never begun; what a former holder agreed on is not the present one's.
    own = (one for one in known if held is None or one.made_on >= held)
    since = max(filter(None, (one.pause_since(living=living, today=today) for one in own)), default=None)
    why = why_no_plan(
        terms,
        debt=balance.kopecks,
        living=living is not None,
        promised=promised,
        paused_since=since,
        today=today,
    )
    free_on = plan_free_on(terms, since=since) if since is not None else None
    return PlanAnswer(why, free_on, Money(terms.least), Money(terms.most))


def plan_offer(account: AccountView, *, person_id: int, now: datetime) -> InstalmentOffer:
    """Whether there may be a plan, by the debt, what stands, and what became of earlier ones."""
    terms, key = limits_for(account, now=now).instalments, account.account_id
    today = provider_today(account.provider, now)
    rows = InstalmentPlan.objects.prefetch_related("parts").filter(account_id=key)
    if account.held_since is not None:
        # What a former holder agreed on is not the present one's.
        rows = rows.filter(made_on__gte=account.held_since)
    known = views_of(list(rows.order_by("-asked_at", "-pk")[:_SOME]), now=now)
    living = living_plans([key], now=now).get(key)
    balance = ledger.balance(key)
    answer = _answer(
        account,
        known,
        terms=terms,
        living=living,
        promised=bool(standing_promises([key])),
        balance=balance,
        now=now,
    )
    days = part_days(
        max(terms.months, FEWEST), today=today, due_day=account.provider.due_day, working=_working()
    )
    debt = max(balance.kopecks, 0)
    by_two = debt > terms.alone
    return InstalmentOffer(
        account_public_id=account.public_id,
        account_number=account.number,
        provider_name=account.provider.name,
        balance=balance,
        why=answer.why,
        free_on=answer.free_on,
        least=answer.least,
        most=answer.most,
        by_two=by_two,
        choices={}
        if answer.why is not None
        else {months: split_debt(debt, days=days[:months]) for months in range(FEWEST, terms.months + 1)},
        shown=_fingerprint(balance, days, by_two=by_two),
        living=living,
        mine=living is not None and living.person_id == person_id,
        past=tuple(one for one in known if one.state not in LIVING),
        terms=terms,
    )


def _fingerprint(debt: Money, days: Sequence[date], *, by_two: bool) -> str:
    """Stands for all that is shown: the debt and all days make the sums, and whether two members sign."""
    seen = ":".join([str(debt.kopecks), str(by_two), *(day.isoformat() for day in days)])
    return sha256(seen.encode()).hexdigest()[:32]


def _working() -> Callable[[date], date]:
    law = law_in_force()
    return lambda day: _next_working(law, day)


def _next_working(law: Law, day: date) -> date:
    """By the calendar of the year; where none is made yet, by the five-day week: it is our own agreement."""
    try:
        return law.next_working_day(day)
    except LawMissing:
        while day.weekday() >= 5:
            day += _DAY
        return day
