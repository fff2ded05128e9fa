"""Orders, debts and a bank made of a dictionary, for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import transaction

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.gateways.acquiring.bank_receipts import BankReceipt
from svet.gateways.acquiring.port import (
    PATIENT,
    BankOrder,
    BankPage,
    BankReason,
    BankRefund,
    BankState,
    BankStatus,
    Capabilities,
    News,
)
from svet.gateways.acquiring.yookassa import CAPABILITIES, YooKassa
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import ZERO, Money
from svet.kernel.serving import require_not_serving
from svet.kernel.transactions import require_no_transaction
from svet.ledger import operations as ledger
from svet.ledger.models import Posting
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments import operations
from svet.payments.models import AccountBinding, BoundCard, Order
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.kept import kept

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
BASE = "http://testserver"
REQUISITES = {
    "legal_name": "ООО «Уралэнергосбыт (пример)»",
    "inn": "7450000001",
    "kpp": "745000001",
    "settlement_account": "40702810000000000001",
    "bank_name": "Банк «Пример»",
    "bic": "047500001",
    "correspondent_account": "30101810000000000001",
}
_debts = count(1)


def provider_with_requisites(**details: Any) -> Provider:
    """A provider to whom a bank can send money."""
    return make_provider(**(REQUISITES | details))


def owe(account: Account, kopecks: int) -> None:
    """Let the account owe (or be overpaid, when negative) so much more."""
    with transaction.atomic():
        ledger.post(
            key=f"test-debt:{next(_debts)}:{account.pk}",
            kind=TransactionKind.CHARGE,
            legs=[
                Leg(Book.RECEIVABLE, account.pk, Money(kopecks)),
                Leg(Book.REVENUE, None, Money(-kopecks)),
            ],
            occurred_at=NOW,
            effective_on=date(2026, 11, 1),
            provider_id=account.provider_id,
        )


def make_order(
    *, person: Person, lines: Sequence[tuple[Account, int]], now: datetime = NOW, **details: Any
) -> Order:
    """An order of the person over these accounts and kopecks."""
    return operations.create_order(
        by=Actor.person(person.pk),
        wanted=operations.OrderRequest(
            lines=[(account.public_id, Money(kopecks)) for account, kopecks in lines],
            key=details.pop("key", uuid4()),
            expected_total=details.pop("expected_total", None),
            return_url_base=BASE,
            **details,
        ),
        now=now,
    )


def make_card(*, person: Person, reference: str = "", **details: Any) -> BoundCard:
    """A card the bank keeps for the person."""
    values: dict[str, Any] = {"system": "Мир", "last4": "2987", "expires": "12/30", "bound_at": NOW}
    return BoundCard.objects.create(
        person=person, reference=reference or f"method-{person.pk}", **(values | details)
    )


def make_binding(*, person: Person, **details: Any) -> AccountBinding:
    """An account of СБП whose page the bank was asked for."""
    values: dict[str, Any] = {"return_url": f"{BASE}/back/", "created_at": NOW}
    return AccountBinding.objects.create(person=person, **(values | details))


@dataclass
class StubBank:
    """A bank without a network: payments by reference, changed by the test itself.

    Like a real one it must not be asked while a transaction is open: whoever does is stopped.
    """

    statuses: dict[str, BankStatus] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    failure: Exception | None = None
    # Does what it is asked for, and its answer is lost all the same.
    loses_answers: bool = False
    asked: int = 0
    # Payments of which it says what nobody can understand.
    garbled: set[str] = field(default_factory=set)
    returned: list[BankRefund] = field(default_factory=list)
    # By payment the receipts of its own till.
    told: dict[str, list[BankReceipt]] = field(default_factory=dict)
    receipts_asked: int = 0
    given: dict[str, BankRefund] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)
    capabilities: Capabilities = CAPABILITIES
    # How it calls the payment of an order.
    name_of: Callable[[str], str] = "ref-{}".format

    def create(self, *, order: BankOrder, patience: float = PATIENT) -> BankPage:
        require_no_transaction()
        require_not_serving("a bank")
        with self.lock:
            reference = self.keys.setdefault(order.key, self.name_of(order.order_id))
            self.statuses.setdefault(
                reference, BankStatus(reference, BankState.PENDING, order.total, "RUB", order.order_id)
            )
        if self.failure is not None:
            raise self.failure
        return BankPage(reference, f"https://bank.example/{reference}")

    def status(self, *, reference: str, patience: float = PATIENT) -> BankStatus:
        require_no_transaction()
        require_not_serving("a bank")
        with self.lock:
            self.asked += 1
        if self.failure is not None:
            raise self.failure
        if reference in self.garbled:
            raise Temporary("the bank's answer cannot be read", code="shape")
        return self.statuses[reference]

    def refund(self, *, key: str, reference: str, amount: Money) -> BankRefund:
        require_no_transaction()
        require_not_serving("a bank")
        if self.failure is not None and not self.loses_answers:
            raise self.failure
        with self.lock:
            known = self.given.get(key)
            left = self.statuses[reference].amount - self.statuses[reference].refunded
            if known is None and amount > left:
                raise Permanent("more than is left", code="invalid_request")
            refund = known or self._give(reference, amount, name=f"refund-{key}")
            self.given[key] = refund
        if self.failure is not None:
            raise self.failure
        return refund

    def refunds(
        self, *, reference: str = "", since: datetime | None = None, patience: float = PATIENT
    ) -> tuple[BankRefund, ...]:
        require_no_transaction()
        require_not_serving("a bank")
        if self.failure is not None:
            raise self.failure
        with self.lock:
            return tuple(
                refund
                for refund in self.returned
                if reference in ("", refund.payment) and (since is None or (refund.at or NOW) >= since)
            )

    def payments(
        self, *, since: datetime, until: datetime, patience: float = PATIENT
    ) -> tuple[BankStatus, ...]:
        if self.failure is not None:
            raise self.failure
        with self.lock:
            return tuple(
                status
                for status in self.statuses.values()
                if status.state is BankState.PAID and status.paid_at and since <= status.paid_at < until
            )

    def give_back(self, order: Order, kopecks: int, *, name: str = "", at: datetime = NOW) -> BankRefund:
        """Somebody at the bank gives money back, as much as they like."""
        with self.lock:
            return self._give(self.name_of(order.public_id), Money(kopecks), name=name, at=at)

    def _give(self, reference: str, amount: Money, *, name: str = "", at: datetime = NOW) -> BankRefund:
        name = name or f"back-{len(self.returned) + 1}-{reference}"
        refund = BankRefund(name, BankState.PAID, amount, reference, at)
        self.returned.append(refund)
        status = self.statuses[reference]
        self.statuses[reference] = replace(status, refunded=status.refunded + amount)
        return refund

    def receipts(self, *, reference: str, patience: float = PATIENT) -> tuple[BankReceipt, ...]:
        require_no_transaction()
        with self.lock:
            self.receipts_asked += 1
        if self.failure is not None:
            raise self.failure
        return tuple(self.told.get(reference, ()))

    def read_callback(self, *, raw: bytes, address: str) -> News:
        vendor = YooKassa("http://bank.example", "100500", "secret", networks=("127.0.0.0/8",))
        return vendor.read_callback(raw=raw, address=address)

    def pay(self, order: Order, **changes: Any) -> None:
        """The person paid on the bank's page; ``changes`` make the answer odd."""
        reference = self.name_of(order.public_id)
        values: dict[str, Any] = {"state": BankState.PAID, "paid_at": NOW, "method": "Мир *2987"}
        self.statuses[reference] = replace(self.statuses[reference], **(values | changes))

    def refuse(self, order: Order, reason: BankReason = BankReason.INSUFFICIENT_FUNDS) -> None:
        """The bank declined."""
        reference = self.name_of(order.public_id)
        status = self.statuses[reference]
        self.statuses[reference] = replace(status, state=BankState.CANCELED, reason=reason)


def credited(order: Order) -> Money:
    """How much the ledger has credited for the order, over all accounts."""
    legs = Posting.objects.filter(transaction__key=order.ledger_key, book=Book.RECEIVABLE.value)
    return Money(-sum(leg.kopecks for leg in legs)) if legs else ZERO


def paid_back(order: Order) -> Money:
    """How much the ledger has taken off the accounts of the order again."""
    legs = Posting.objects.filter(
        transaction__kind=TransactionKind.REFUND.value,
        transaction__memo=order.number,
        book=Book.RECEIVABLE.value,
    )
    return Money(sum(leg.kopecks for leg in legs))


@dataclass(frozen=True)
class Family:
    """Anna owns two accounts; Boris sees the first of them; Vera sees neither."""

    anna: Person
    boris: Person
    vera: Person
    first: Account
    second: Account


@kept
def make_family() -> Family:
    """Debts: 300,00 ₽ on the first account, 35,38 ₽ on the second."""
    provider = provider_with_requisites()
    anna = make_person(email="anna@example.ru")
    boris = make_person(first_name="Борис", patronymic="Иванович")
    vera = make_person(first_name="Вера", patronymic="Львовна", last_name="Чужая")
    first, second = make_account(provider=provider), make_account(provider=provider)
    make_link(person=anna, account=first, confirmed=True)
    make_link(person=anna, account=second, confirmed=True)
    make_link(person=boris, account=first, can_pay=False)
    owe(first, 300_00)
    owe(second, 35_38)
    return Family(anna, boris, vera, first, second)
