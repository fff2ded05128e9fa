"""Months of random lives of plans against a second, naive judge: ``SVET_PLAN_LIVES=40 SVET_PLAN_MONTHS=24``.

Payments come late, twice, by others, and are taken back afterwards; charges come, are taken back and put
right; rights end and accounts close; the job sleeps for days. The judge knows postings and dates only, and
counts from balances.
"""

from __future__ import annotations

import os
import random
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from django.db import transaction

from svet.accounts.models import Account, Link
from svet.arrangements.models import InstalmentPart, InstalmentPlan
from svet.arrangements.operations.judging import judge_plans
from svet.arrangements.operations.plans import agree_on_plan, withdraw_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.queries.plans import broken_plans
from svet.arrangements.rules.plans import InstalmentConflict, InstalmentNotFound, InstalmentRefused
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import operations as ledger
from svet.ledger.models import Posting
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.notices.models import Notice
from svet.payments.tests.factories import Family, make_family, owe

LIVES = int(os.environ.get("SVET_PLAN_LIVES", "2"))
MONTHS = int(os.environ.get("SVET_PLAN_MONTHS", "5"))
START = date(2026, 1, 3)
DAY = timedelta(days=1)
_keys = count(1)
CHARGED = {"charge", "penalty", "fee", "correction"}


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 6, 23, tzinfo=UTC)


@dataclass
class Life:
    """One account over months; ``seen`` are the situations it came through."""

    family: Family
    dice: random.Random
    today: date = START
    payments: list[tuple[int, date]] = field(default_factory=list)
    charges: list[int] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    @property
    def account(self) -> Account:
        return self.family.first

    def post(self, kopecks: int, *, on: date, kind: TransactionKind) -> None:
        book = Book.REVENUE if kind is TransactionKind.CHARGE else Book.BANK
        with transaction.atomic():
            ledger.post(
                key=f"life:{next(_keys)}",
                kind=kind,
                legs=[
                    Leg(Book.RECEIVABLE, self.account.pk, Money(kopecks)),
                    Leg(book, None, Money(-kopecks)),
                ],
                occurred_at=at(self.today),
                effective_on=on,
                provider_id=self.account.provider_id,
            )

    def live(self) -> None:
        """What befalls the account on a day."""
        throw = self.dice.random
        if self.today.day == 1:
            self.charges.append(self.dice.randrange(100_00, 900_00))
            self.post(self.charges[-1], on=self.today - DAY, kind=TransactionKind.CHARGE)
        if throw() < 0.012 and self.charges:
            self.post(-self.dice.choice(self.charges), on=self.today, kind=TransactionKind.CHARGE)
            self.seen.add("charge taken back")
        standing = InstalmentPlan.objects.filter(state="standing").first()
        near = standing and any(abs((part.due_on - self.today).days) <= 4 for part in standing.parts.all())
        if throw() < (0.25 if near else 0.02):
            late = self.dice.choice([0, 0, 1, 2, 6, 12])
            money = self.dice.choice([200_00, 900_00, 1_500_00, 1_500_00, 4_000_00])
            self.pay(money, on=self.today - late * DAY)
            if late:
                self.seen.add("known late")
            if throw() < 0.1:
                self.pay(money, on=self.today)
        if throw() < 0.02 and self.payments:
            money, on = self.payments.pop()
            back = throw() < 0.6
            kind = TransactionKind.PAYMENT if back else TransactionKind.REFUND
            self.post(money, on=on if back else self.today, kind=kind)
            self.seen.add("storno" if back else "refund")
        if throw() < 0.004:
            Link.objects.filter(person=self.family.boris).update(can_pay=throw() < 0.5)
        if throw() < 0.002:
            Account.objects.filter(pk=self.account.pk).update(closed_on=self.today)
        if throw() < 0.06:
            self.ask()
        if throw() < 0.003:
            self.withdraw()

    def pay(self, kopecks: int, *, on: date) -> None:
        self.post(-kopecks, on=on, kind=TransactionKind.PAYMENT)
        self.payments.append((kopecks, on))

    def ask(self) -> None:
        by = Actor.person(self.dice.choice([self.family.anna, self.family.boris]).pk)
        try:
            offer = instalment_offer(by, account_public_id=self.account.public_id, now=at(self.today))
            agree_on_plan(
                by=by,
                account_public_id=self.account.public_id,
                months=self.dice.choice([2, 3, 6]),
                shown=offer.shown,
                now=at(self.today),
            )
            self.seen.add("agreed")
        except (InstalmentNotFound, InstalmentRefused, InstalmentConflict) as refused:
            self.seen.add(str(refused.reason))

    def withdraw(self) -> None:
        by = Actor.person(self.family.anna.pk)
        with suppress(InstalmentNotFound, InstalmentConflict):
            if plan := InstalmentPlan.objects.filter(account=self.account).order_by("pk").last():
                withdraw_plan(
                    by=by,
                    account_public_id=self.account.public_id,
                    plan_public_id=plan.public_id,
                    state=plan.state,
                    now=at(self.today),
                )


def due_of(known: date) -> date:
    """The fifteenth that leaves ten days, by looking at each day."""
    day = known + 10 * DAY
    while day.day != 15:
        day += DAY
    return day


class Judge:
    """A plan by its rows and the ledger's, from the balance of a day instead of from payments."""

    def __init__(self, plan: InstalmentPlan) -> None:
        self.plan = plan
        self.parts = list(InstalmentPart.objects.filter(plan=plan).order_by("no"))
        rows = Posting.objects.filter(
            book="receivable", account_id=plan.account_id, seq__gt=plan.after_seq
        ).values_list("transaction__kind", "kopecks", "transaction__effective_on", "transaction__occurred_at")
        self.rows = [(kind, kopecks, on, due_of(max(on, known.date()))) for kind, kopecks, on, known in rows]

    def lacks(self, part_day: date, bills_day: date, by: date) -> int:
        """What of the debt of a day may not stand any more."""
        debt, later_bills, asked_bills, back = self.plan.kopecks, 0, 0, 0
        for kind, kopecks, on, due in self.rows:
            if on > by:
                continue
            debt += kopecks
            if kind in CHARGED and kopecks > 0:
                if due > bills_day:
                    later_bills += kopecks
                else:
                    asked_bills += kopecks
            elif kind in CHARGED:
                back -= kopecks
        not_yet = sum(part.kopecks for part in self.parts if part.due_on > part_day)
        may_stand = max(0, later_bills - max(0, back - asked_bills))
        return max(0, debt - not_yet - may_stand)

    def lacked(self, part: InstalmentPart, since: date, until: date) -> bool:
        """Whether a part was never there on these days."""
        days = [since + each * DAY for each in range((until - since).days + 1)]
        return all(self.lacks(part.due_on, part.due_on, day) for day in days)

    def paid_off(self, until: date) -> bool:
        day, last = self.plan.made_on, self.parts[-1].due_on
        while day <= until:
            if any(max(on, self.plan.made_on) == day for _k, _s, on, _d in self.rows) and not self.lacks(
                last, min(day, last), day
            ):
                return True
            day += DAY
        return False

    def state(self, today: date) -> str:
        for part in self.parts:
            told = part.late_told_on
            if told is None:
                continue
            last = max(part.due_on, told) + 5 * DAY
            # What came before the morning of breaking is not too late.
            if today > last + 3 * DAY and self.lacked(part, last, last + 3 * DAY):
                return "paid" if self.paid_off(last + 3 * DAY) else "broken"
        return "paid" if self.paid_off(today) else "standing"

    def must_have_been_told(self, today: date) -> list[int]:
        return [
            part.no
            for part in self.parts
            if part.due_on + 3 * DAY <= today
            and self.lacked(part, min(today, part.due_on + 5 * DAY), today)
            and part.late_told_on is None
        ]


@pytest.mark.parametrize("number", range(LIVES))
def test_a_life_is_what_a_naive_judge_says(db: None, number: int) -> None:
    life = Life(make_family(), random.Random(7000 + number))
    Link.objects.filter(person=life.family.boris).update(can_pay=True)
    owe(life.account, 8_000_00)
    known: dict[int, str] = {}
    end, sleeps = START + timedelta(days=30 * MONTHS), 0
    while life.today < end:
        life.today += DAY
        life.live()
        sleeps = sleeps - 1 if sleeps else (life.dice.choice([5, 20]) if life.dice.random() < 0.02 else 0)
        if sleeps:
            continue
        judge_plans(now=at(life.today))
        look(life, known)
    sys.stdout.write(f"life {number}: {sorted(life.seen)}, {sorted(known.values())}\n")
    assert "agreed" in life.seen
    assert broken_plans() == []


def look(life: Life, known: dict[int, str]) -> None:
    plans = list(InstalmentPlan.objects.order_by("pk"))
    assert sum(plan.state in ("waiting", "standing") for plan in plans) <= 1
    for plan in plans:
        before = known.get(plan.pk)
        known[plan.pk] = plan.state
        if plan.state in ("withdrawn", "ended", "refused"):
            continue
        if plan.state in ("paid", "broken") and before == plan.state:
            continue  # said before, and only what is known within sixty days changes it
        judge = Judge(plan)
        assert judge.state(life.today) == plan.state, (life.today, plan.pk)
        if plan.state == "standing":
            untold = judge.must_have_been_told(life.today)
            # One a day: what lacks of the first is asked with the next.
            assert not untold or any(part.late_told_on == life.today for part in judge.parts)
        if plan.state == "broken" and before != "broken":
            late = [part.late_told_on for part in judge.parts if part.late_told_on is not None]
            assert late
            assert min(late) + 5 * DAY < life.today
            assert Notice.objects.filter(event="plan_late").exists()
