"""One press for two payees, and after it: each one's bill, feed, receipt, purpose and book is its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.billing.operations import run
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account
from svet.bills import operations as bills
from svet.bills import queries as bill_queries
from svet.bills.models import Bill
from svet.bills.rules.document import Sums
from svet.gateways.acquiring import wire
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.ledger.models import Posting, Transaction
from svet.look.formats import roubles
from svet.metering.tests.factories import make_reading
from svet.notices.models import Delivery
from svet.payments import operations, queries
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import credited, paid_back, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.bank import RunningBank, running_bank
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db
#: A card that pays on the bank's page and is refused when it is charged without one.
REVOKED = "2200 0000 0000 0087"
OCTOBER = NOVEMBER.plus(-1)
ISSUED = datetime(2026, 11, 5, 4, tzinfo=UTC)
PAID = datetime(2026, 11, 22, 9, tzinfo=UTC)


@dataclass
class Town:
    """Anna owns an account with each of two suppliers, Boris may pay for both, Vera has one elsewhere."""

    now: datetime
    bank: RunningBank
    anna: Person
    boris: Person
    vera: Person
    light: Account
    heat: Account

    def bill(self, account: Account, month: Month) -> Bill:
        return Bill.objects.get(account=account, period=month.first)

    def sums(self, account: Account, month: Month) -> Sums:
        found = bill_queries.bill_by_id(self.bill(account, month).pk, masked=False)
        return found.document.sums

    def owed(self, account: Account) -> Money:
        """What October's bill asks for."""
        return Money(self.sums(account, OCTOBER).payable)

    def issue(self, month: Month, *, now: datetime) -> None:
        self.now = now
        for account in (self.light, self.heat):
            run(provider_id=account.provider_id, period=month, now=now)
            bills.issue(provider_id=account.provider_id, period=month, now=now)

    def page(self, person: Person, url: str, status: int = 200) -> str:
        """What the person reads there."""
        answer = enter(person).get(url)
        assert answer.status_code == status, url
        return str(answer.content.decode().replace("\u00a0", " "))

    def titles(self, person: Person, account: Account | None = None) -> list[str]:
        """Payments in «История», of an account or of all."""
        chosen = f"&account={account.public_id}" if account else ""
        text = self.page(person, f"/history/?operation=payments{chosen}")
        return re.findall(r'class="event__title">([^<]+?)\s*<', text)

    def pay(self, **typed: str) -> tuple[Order, Order]:
        """Anna pays both bills by one press; the order of the light and that of the heat."""
        client = enter(self.anna)
        sent: dict[str, Any] = {"key": str(uuid4()), "tick": [self.light.public_id, self.heat.public_id]}
        for account in (self.light, self.heat):
            kopecks = self.owed(account).kopecks
            sent[f"amount-{account.public_id}"] = f"{kopecks // 100},{kopecks % 100:02d}"
        asked = client.post("/payment/pay/", sent).content.decode().split("<main")[1].split("</main>")[0]
        again: dict[str, Any] = {}
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', asked):
            again.setdefault(name, []).append(value)
        client.post("/payment/pay/", again)
        first = Order.objects.earliest("step")
        self.bank.type_card(first.bank_page_url, **typed)
        for _ in range(3):
            self.later(seconds=20)
            Order.objects.update(looked_at=None)
            client.get(f"/payment/orders/{first.public_id}/")
            run_jobs(queue="payments", later=True)
        of = {order.lines.get().account_id: order for order in Order.objects.all()}
        return of[self.light.pk], of[self.heat.pk]

    def later(self, **by: float) -> datetime:
        self.now += timedelta(**by)
        wire.forget_silence()
        return self.now


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def town(db: None, tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    load_chelyabinsk()
    providers = (
        provider_with_requisites(),
        provider_with_requisites(
            code="okskaya", name="Окская теплосеть", legal_name="ООО «Окская теплосеть»", inn="6200000002",
            settlement_account="40702810000000000002",
        ),
    )  # fmt: skip
    accounts = []
    for provider, value in zip(providers, (1137, 1046), strict=True):
        account, meter = make_metered_account(installed_on=date(2026, 9, 20), provider=provider)
        make_reading(meter, value, read_on=date(2026, 10, 20))
        make_reading(meter, value + 100, read_on=date(2026, 11, 20))
        accounts.append(account)
    anna = make_person(email="anna@example.ru")
    boris, vera = make_person(first_name="Борис"), make_person(first_name="Вера")
    for account in accounts:
        make_link(person=anna, account=account, confirmed=True)
        make_link(person=boris, account=account, can_pay=True)
    make_link(person=vera, account=make_account(provider=providers[0]), confirmed=True)
    with running_bank(tmp_path, clock=lambda: made.now) as bank:
        settings.ACQUIRING_URL = bank.acquiring_url
        made = Town(ISSUED, bank, anna, boris, vera, *accounts)
        monkeypatch.setattr("django.utils.timezone.now", lambda: made.now)
        made.issue(OCTOBER, now=ISSUED)
        made.now = PAID
        yield made


def nobody_else(town: Town, *orders: Order) -> None:
    """Vera reads nothing of it, wherever it stands."""
    assert town.titles(town.vera) == []
    for order in orders:
        assert order.number not in town.page(town.vera, "/history/")
        town.page(town.vera, f"/payment/orders/{order.public_id}/", 404)
    for bill in Bill.objects.filter(account__in=[town.light, town.heat]):
        for url in (f"/bills/{bill.public_id}/", f"/bills/{bill.public_id}.pdf"):
            assert enter(town.vera).get(url).status_code == 404
    for account in (town.light, town.heat):
        assert account.number not in town.page(town.vera, f"/history/?account={account.public_id}")


def test_each_payee_has_its_own_purpose_receipt_and_book(town: Town) -> None:
    light, heat = town.pay()
    made = [
        entry["object"]["payment_order"]
        for entry in town.bank.journal.entries("bank")
        if entry["event"] == "payment.created"
    ]
    for order, account in ((light, town.light), (heat, town.heat)):
        assert (order.state, credited(order)) == (OrderState.CREDITED, town.owed(account))
        (sent,) = [one for one in made if one["account_number"] == account.number]
        payee = account.provider
        assert (sent["recipient"]["inn"], sent["recipient"]["bank"]["account"]) == (
            payee.inn,
            payee.settlement_account,
        )
        assert sent["recipient"]["name"] == payee.legal_name
        assert account.number in sent["payment_purpose"]
        posted = Transaction.objects.get(key=order.ledger_key)
        assert posted.provider_id == account.provider_id
        legs = Posting.objects.filter(transaction=posted, account__isnull=False)
        assert set(legs.values_list("account_id", flat=True)) == {account.pk}
        receipt = Delivery.objects.get(event="receipt", body__contains=order.number)
        other = town.heat if account == town.light else town.light
        assert account.number in receipt.body
        assert other.number not in receipt.body
    assert queries.broken() == []


def test_a_part_that_failed_is_on_the_bill_and_in_the_feed_of_its_own_payee_only(town: Town) -> None:
    light, heat = town.pay(number=REVOKED)
    light.refresh_from_db()
    heat.refresh_from_db()
    paid, failed = (light, heat) if light.step < heat.step else (heat, light)
    ours, theirs = paid.lines.get().account, failed.lines.get().account
    assert (credited(paid), credited(failed)) == (town.owed(ours), Money(0))
    for person in (town.anna, town.boris):
        text = town.page(person, "/history/?operation=payments")
        assert f"оплачено {roubles(town.owed(ours))}".replace("\u00a0", " ") in text
        one = town.page(person, f"/history/?operation=payments&account={theirs.public_id}")
        assert "оплачено" not in one
        assert roubles(town.owed(theirs)).replace("\u00a0", " ") in one
        assert town.titles(person, ours) == ["Платеж от 22.11.2026"]
    # The page of a payment is its payer's.
    assert f"/payment/orders/{failed.public_id}/" in town.page(town.anna, "/history/")
    assert "/payment/orders/" not in town.page(town.boris, "/history/")
    town.page(town.boris, f"/payment/orders/{failed.public_id}/", 404)

    town.issue(NOVEMBER, now=datetime(2026, 12, 1, 4, tzinfo=UTC))
    for account, money in ((ours, town.owed(ours)), (theirs, Money(0))):
        sums = town.sums(account, NOVEMBER)
        assert (sums.opening, sums.paid) == (town.owed(account).kopecks, money.kopecks)
        assert sums.closing == ledger.balance(account.pk).kopecks
        assert sums.closing == sums.opening + sums.charged - sums.paid
        for person in (town.anna, town.boris):
            text = town.page(person, f"/bills/{town.bill(account, NOVEMBER).public_id}/")
            assert account.provider.name in text
            assert roubles(Money(sums.closing)).replace("\u00a0", " ") in text
    nobody_else(town, paid, failed)
    assert bill_queries.broken_chain() == bill_queries.broken() == []


def test_a_part_that_came_back_alone_changes_nothing_of_the_other(town: Town) -> None:
    light, heat = town.pay()
    back = Money(town.owed(town.heat).kopecks // 2)
    town.now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert town.bank.give_back(heat.bank_reference, f"{back.roubles:.2f}") == ""
    operations.settle(order_id=heat.pk, now=town.now, by="test")
    assert (paid_back(heat), paid_back(light)) == (back, Money(0))
    for person in (town.anna, town.boris):
        assert town.titles(person, town.light) == ["Платеж от 22.11.2026"]
        assert town.titles(person, town.heat) == ["Возврат от 24.11.2026", "Платеж от 22.11.2026"]
        kept = town.owed(town.light) + town.owed(town.heat) - back
        text = town.page(person, "/history/?operation=payments")
        assert f"оплачено {roubles(kept)}".replace("\u00a0", " ") in text
    assert "Возвращён частично" in town.page(town.anna, f"/payment/orders/{heat.public_id}/")
    assert "Возвращён" not in town.page(town.anna, f"/payment/orders/{light.public_id}/")

    town.issue(NOVEMBER, now=datetime(2026, 12, 1, 4, tzinfo=UTC))
    for account, given in ((town.light, 0), (town.heat, back.kopecks)):
        sums = town.sums(account, NOVEMBER)
        assert (sums.paid, sums.refunded) == (town.owed(account).kopecks, given)
        assert sums.closing == sums.charged + given == ledger.balance(account.pk).kopecks
    nobody_else(town, light, heat)
    assert queries.broken() == bill_queries.broken_chain() == bill_queries.broken() == []
