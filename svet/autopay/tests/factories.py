"""Accounts with bills, cards and agreements, for tests."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import transaction

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.autopay import operations
from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.autopay.rules import TurnState
from svet.bills.models import Bill
from svet.bills.rules import canonical, digest
from svet.bills.rules.document import Sums
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.ledger import operations as ledger
from svet.ledger import queries as ledger_queries
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import BoundCard
from svet.payments.tests.factories import make_card, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.kept import kept

#: 13:00 in Yekaterinburg, the zone of the test provider.
NOW = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
NOVEMBER = Month(2026, 11)
_keys = count(1)


def move_debt(account: Account, kopecks: int, *, at: datetime, kind: TransactionKind) -> None:
    """Let the account owe so much more, or less."""
    other = Book.BANK if kind is TransactionKind.PAYMENT else Book.REVENUE
    with transaction.atomic():
        ledger.post(
            key=f"test-autopay:{next(_keys)}:{account.pk}",
            kind=kind,
            legs=[Leg(Book.RECEIVABLE, account.pk, Money(kopecks)), Leg(other, None, Money(-kopecks))],
            occurred_at=at,
            effective_on=at.date(),
            provider_id=account.provider_id,
        )


def charge(account: Account, kopecks: int, *, at: datetime = NOW) -> None:
    """Charge the account (or take some back, when negative)."""
    move_debt(account, kopecks, at=at, kind=TransactionKind.CHARGE)


def pay_by_hand(account: Account, kopecks: int, *, at: datetime = NOW) -> None:
    """Money came by a register, a cash desk, a neighbour."""
    move_debt(account, -kopecks, at=at, kind=TransactionKind.PAYMENT)


def make_bill(
    account: Account, *, month: Month = NOVEMBER, at: datetime = NOW, due_on: date | None = None
) -> Bill:
    """A bill of what stands on the account; the same month again is its next version."""
    last = Bill.objects.filter(account=account).order_by("-no").first()
    standing = ledger_queries.standings([account.pk])[account.pk]
    opening = last.payable_kopecks if last else 0
    closing = standing.balance.kopecks
    snapshot = {"sums": asdict(Sums(opening, closing - opening, 0, 0, closing))}
    version = Bill.objects.filter(account=account, period=month.first).count() + 1
    return Bill.objects.create(
        number=f"{account.number}-{month}-{version}",
        account=account,
        period=month.first,
        version=version,
        issued_at=at,
        issued_on=at.date(),
        due_on=due_on or month.plus(1).day(15),
        snapshot=snapshot,
        snapshot_sha256=digest(canonical(snapshot)),
        kwh=Decimal(100),
        total_kopecks=closing - opening,
        payable_kopecks=closing,
        no=(last.no if last else 0) + 1,
        from_seq=(last.to_seq if last else 0) + 1,
        to_seq=standing.seq,
        opening_kopecks=opening,
    )


class AutopayCast:
    """Anna owns an account that owes 820,00 ₽ by a bill and has a card; Boris may pay for it."""

    def __init__(self, *, email: str = "anna@example.ru") -> None:
        provider = provider_with_requisites()
        self.anna: Person = make_person(email=email)
        self.boris: Person = make_person(first_name="Борис", patronymic="Иванович")
        self.vera: Person = make_person(first_name="Вера", patronymic="Львовна", last_name="Чужая")
        self.account: Account = make_account(provider=provider)
        make_link(person=self.anna, account=self.account, confirmed=True)
        make_link(person=self.boris, account=self.account)
        self.card: BoundCard = make_card(person=self.anna)
        charge(self.account, 820_00)
        make_bill(self.account)


make_cast = kept(AutopayCast)


def agree(
    person: Person, account: Account, card: BoundCard, *, now: datetime = NOW, on: bool = True, **terms: Any
) -> AutopayAgreement:
    """An agreement, active unless ``on`` is False; the whole bill three days after it unless said."""
    by = Actor.person(person.pk)
    if not terms.keys() & {"day_of_month", "days_after_bill"}:
        terms["days_after_bill"] = 3
    wanted = operations.OfferRequest(
        account=account.public_id, card=card.public_id, ceiling=terms.pop("ceiling", None), **terms
    )
    public_id = operations.offer(by=by, wanted=wanted, now=now)
    if on:
        operations.confirm(by=by, public_id=public_id, now=now)
    return AutopayAgreement.objects.get(public_id=public_id)


def skipped_turn(agreement: AutopayAgreement, *, now: datetime) -> AutopayTurn:
    """The month of the cast's bill, which its person did not want charged."""
    day = timedelta(days=1)
    return AutopayTurn.objects.create(
        agreement=agreement,
        month=NOVEMBER.first,
        bill="1",
        state=TurnState.SKIPPED,
        told_at=now,
        told_kopecks=820_00,
        first_on=(now + day).date(),
        due_at=now + day,
        charge_at=now + day,
        skip_key="a" * 32,
    )


def at(day: int, hour: int, minute: int = 0, *, month: int = 12) -> datetime:
    """A moment of a day of 2026 as the clocks of the provider show it."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=5)
