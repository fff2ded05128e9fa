"""What a receipt says is written down when it is made: what changes later changes nothing in it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from svet.accounts.models import Account, Provider
from svet.fiscal import operations
from svet.fiscal.models import Receipt
from svet.fiscal.operations import add_cashbox, switch_off
from svet.fiscal.rules.refusals import ReceiptReason
from svet.fiscal.rules.states import ReceiptKind, ReceiptState
from svet.fiscal.rules.tills import NewCashbox
from svet.fiscal.rules.vat import Taxation
from svet.fiscal.tests.test_receipts import SYSTEM, give_back, items, only, pay, work
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.personal import LeavingRefused
from svet.kernel.transactions import use_case
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.payments.models import Order, PaymentRefund, ReceiptDue
from svet.payments.operations.leaving import forget_payer
from svet.payments.tests.factories import NOW, Family, StubBank
from svet.people.models import Person
from svet.people.operations.leaving import forget_person
from svet.sandbox.world.faults import BankFault
from tests.till import RunningTill

SILENCE = "/possystem/v5/svet-demo-1/"


def second_till(ours: Family, till: RunningTill, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "code": "second",
        "provider": ours.first.provider.code,
        "address": till.address,
        "secret": "SVET_TEST_TILL",
        "payment_address": "https://portal.example",
        "email": "second@portal.example",
    }
    add_cashbox(NewCashbox(**{**fields, **changes}), now=NOW, by=SYSTEM)


def leave(family: Family) -> None:
    person_id = family.anna.pk
    with use_case():
        forget_payer(person_id=person_id, by=Actor.person(person_id), now=NOW)
        forget_person(person_id=person_id, by=Actor.person(person_id), now=NOW)


def charge(account: Account, kopecks: int, on: date) -> None:
    with use_case():
        ledger.post(
            key=f"charge-of:{account.pk}:{on}",
            kind=TransactionKind.CHARGE,
            legs=[
                Leg(Book.RECEIVABLE, account.pk, Money(kopecks)),
                Leg(Book.REVENUE, None, Money(-kopecks)),
            ],
            occurred_at=NOW,
            effective_on=on,
            provider_id=account.provider_id,
        )


def vats(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(item["vat"]["type"], str(item["sum"])) for item in items(document)]


def test_a_payer_who_leaves_while_the_till_is_silent_gets_the_receipt_where_it_was_to_go(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 300_00))
    Order.objects.update(receipt_email="")
    phone = Person.objects.get(pk=ours.anna.pk).phone
    till.fault(BankFault("fail", SILENCE, times=1))
    work(till)
    leave(ours)
    work(till, 1)
    (document,) = till.till.documents()
    assert document["receipt"]["client"] == {"phone": phone}


def test_money_that_goes_back_to_one_who_left_goes_where_their_sale_went(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    order = pay(ours, bank, (ours.first, 300_00))
    work(till)
    work(till, 1)
    leave(ours)
    give_back(order, bank, 100_00)
    work(till, 2)
    assert [one["receipt"]["client"] for one in till.till.documents()] == [{"email": "anna@example.ru"}] * 2


def test_nobody_leaves_before_the_receipt_of_their_payment_is_made(ours: Family, bank: StubBank) -> None:
    pay(ours, bank, (ours.first, 300_00))
    with pytest.raises(LeavingRefused):
        leave(ours)
    operations.make_due(now=NOW)
    leave(ours)


def test_without_any_address_it_stands_on_the_desk(ours: Family, bank: StubBank, till: RunningTill) -> None:
    pay(ours, bank, (ours.first, 300_00))
    operations.make_due(now=NOW)
    Receipt.objects.update(contact="")
    operations.send_due(now=NOW)
    assert (only().state, only().reason) == (ReceiptState.FAILED, ReceiptReason.NO_CONTACT)
    assert not till.till.documents()


def test_under_one_name_the_body_is_the_same_whatever_changes_meanwhile(
    ours: Family, bank: StubBank, till: RunningTill
) -> None:
    pay(ours, bank, (ours.first, 350_00))
    operations.make_due(now=NOW)
    Order.objects.update(receipt_email="another@example.ru")
    Account.objects.filter(pk=ours.first.pk).update(number="999999999999")
    Provider.objects.filter(pk=ours.first.provider_id).update(inn="7450000999", time_zone="Asia/Kamchatka")
    work(till)
    (document,) = till.till.documents()
    assert document["receipt"]["client"] == {"email": "anna@example.ru"}
    assert document["receipt"]["company"]["inn"] == "7450000001"
    assert not any("999999999999" in item["name"] for item in items(document))
    there = NOW.astimezone(ZoneInfo(ours.first.provider.time_zone))
    assert document["timestamp"] == Receipt.objects.get().at.astimezone(there.tzinfo).strftime(
        "%d.%m.%Y %H:%M:%S"
    )


class TestVat:
    def test_a_refund_says_the_vat_of_its_sale(self, ours: Family, bank: StubBank, till: RunningTill) -> None:
        order = pay(ours, bank, (ours.first, 300_00))
        operations.make_due(now=NOW)
        Receipt.objects.get().lines.update(vat="vat20", vat_kopecks=50_00)
        work(till)
        work(till, 1)
        give_back(order, bank, 120_00)
        work(till, 2)
        assert [vats(one) for one in till.till.documents()] == [
            [("vat20", "300.00")],
            [("vat20", "120.00")],
        ]

    def test_a_debt_of_before_the_change_has_the_rate_of_its_supply(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        charge(ours.second, 50_00, date(2025, 11, 30))
        charge(ours.second, 40_00, date(2025, 12, 31))
        charge(ours.second, 10_00, date(2026, 1, 31))
        # It owes 35.38 of November 2026 beside: the oldest is paid first.
        pay(ours, bank, (ours.second, 110_00))
        work(till)
        (document,) = till.till.documents()
        assert vats(document) == [("vat20", "90.00"), ("vat22", "20.00")]

    def test_an_advance_is_used_at_the_rate_of_the_charge_that_used_it(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        pay(ours, bank, (ours.first, 400_00))
        work(till)
        work(till, 1)
        charge(ours.first, 30_00, date(2025, 12, 31))
        operations.offset_advances(now=NOW + timedelta(days=1))
        work(till, 2000)
        assert vats(till.till.documents()[-1]) == [("vat20", "30.00")]

    def test_a_till_of_another_taxation_makes_no_refund_of_the_sale(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        order = pay(ours, bank, (ours.first, 300_00))
        work(till)
        work(till, 1)
        switch_off(code="atol", now=NOW, by=SYSTEM)
        second_till(ours, till, taxation=Taxation.INCOME)
        give_back(order, bank, 100_00)
        work(till, 2)
        work(till, 3)
        back = Receipt.objects.get(kind=ReceiptKind.REFUND.value)
        assert (back.state, back.reason) == (ReceiptState.FAILED, ReceiptReason.TAXATION)
        assert len(till.till.documents()) == 1


class TestNames:
    def test_another_refund_of_the_same_row_number_is_another_document(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        """A copy was put back that lacked the last refund: the next one gets its number in the table."""
        order = pay(ours, bank, (ours.first, 300_00))
        give_back(order, bank, 100_00)
        operations.make_due(now=NOW)
        lost = Receipt.objects.get(kind=ReceiptKind.REFUND.value)
        note = ReceiptDue.objects.get(kind="back")
        assert lost.source == note.name == PaymentRefund.objects.get().ledger_key
        assert str(PaymentRefund.objects.get().pk) not in lost.source.split(":")

    def test_the_name_lives_in_the_payment_that_nobody_else_has(
        self, ours: Family, bank: StubBank, till: RunningTill
    ) -> None:
        from svet.fiscal.operations.steps import external_id_of

        one = external_id_of("offset:1:1:2026-11", 0, order="a")
        assert one != external_id_of("offset:1:1:2026-11", 0, order="b")
        assert one == external_id_of("offset:1:1:2026-11", 0, order="a")

    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"external_id": "of-somebody-else"}, "another"),
            ({"at": datetime(2026, 10, 1, tzinfo=ZoneInfo("UTC")).replace(tzinfo=None)}, "another"),
            ({}, "ours"),
        ],
    )
    def test_a_report_of_another_document_never_becomes_ours(
        self,
        changes: dict[str, Any],
        told: str,
        ours: Family,
        bank: StubBank,
        till: RunningTill,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        from dataclasses import replace

        from svet.gateways.fiscal.atol import Atol

        pay(ours, bank, (ours.first, 300_00))
        work(till)
        real = Atol.report
        monkeypatch.setattr(Atol, "report", lambda self, *, name: replace(real(self, name=name), **changes))
        work(till, 1)
        expected = (ReceiptState.DONE, "") if told == "ours" else (ReceiptState.FAILED, "receipt_another")
        assert (only().state, only().reason) == expected
