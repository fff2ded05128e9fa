"""A payer disputes a payment at the bank: withheld, given to us again, or taken off the accounts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.notices.models import Notice
from svet.payments import operations, queries
from svet.payments.models import Chargeback, ChargebackLine, Order
from svet.payments.operations import giving_back
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.rules.chargebacks import (
    ChargebackConflict,
    ChargebackNotFound,
    ChargebackReason,
    ChargebackRefused,
    NewChargeback,
)
from svet.payments.rules.giving_back import NewRefund, RefundReason, RefundRefused
from svet.payments.tests.factories import NOW, Family, StubBank, make_order
from svet.people.tests.factories import make_person

LATER = NOW + timedelta(days=20)
TOLD, DUE = date(2026, 12, 1), date(2026, 12, 10)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


@pytest.fixture
def paid(family: Family, bank: StubBank) -> Order:
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


def keep(order: Order, kopecks: int, *, by: Actor, **changed: Any) -> str:
    body: dict[str, Any] = {"reference": "CB-77", "kopecks": kopecks, "told_on": TOLD, "due_on": DUE}
    new = NewChargeback(**(body | changed))
    return keep_chargeback(
        by=by, order_public_id=order.public_id, new=new, reason="письмо банка № 3", now=LATER
    )


def end(public_id: str, *, by: Actor, won: bool, on: date = DUE) -> None:
    end_chargeback(by=by, chargeback_public_id=public_id, won=won, on=on, reason="письмо № 4", now=LATER)


def book(name: str) -> int:
    return sum(Posting.objects.filter(book=name).values_list("kopecks", flat=True))


def balances(family: Family) -> tuple[int, int]:
    found = ledger.balances([family.first.pk, family.second.pk])
    return found[family.first.pk].kopecks, found[family.second.pk].kopecks


def test_told_withholds_the_money_and_touches_no_account(family: Family, paid: Order, olga: Actor) -> None:
    keep(paid, 335_38, by=olga)
    assert (balances(family), book("dispute"), book("bank")) == ((0, 0), 335_38, 0)
    assert not Notice.objects.filter(event__in=["payment_refunded", "account_refunded"]).exists()
    assert queries.broken() == []


def test_won_gives_it_to_us_again(family: Family, paid: Order, olga: Actor) -> None:
    end(keep(paid, 335_38, by=olga), by=olga, won=True)
    assert (balances(family), book("dispute"), book("bank")) == ((0, 0), 0, 335_38)
    assert queries.broken() == []


def test_lost_comes_off_the_accounts_and_everybody_is_told(family: Family, paid: Order, olga: Actor) -> None:
    end(keep(paid, 300_00, by=olga), by=olga, won=False)
    # The sum fits one account and no other.
    assert (balances(family), book("dispute"), book("bank")) == ((300_00, 0), 0, 35_38)
    assert Notice.objects.get(event="payment_refunded").recipient_id == family.anna.recipient_id
    assert Notice.objects.get(event="account_refunded").recipient_id == family.boris.recipient_id
    assert queries.broken() == []
    lines = ledger.entries_of_kinds(
        account_ids=[family.first.pk], kinds=ledger.BY_HAND, since=DUE, until=DUE + timedelta(days=1)
    )
    assert [(entry.kind, entry.money) for _, entry in lines] == [("chargeback", Money(300_00))]


def test_an_end_comes_once(paid: Order, olga: Actor) -> None:
    public_id = keep(paid, 100_00, by=olga)
    end(public_id, by=olga, won=False)
    for won in (False, True):
        with pytest.raises(ChargebackConflict):
            end(public_id, by=olga, won=won)
    with pytest.raises(ChargebackNotFound):
        end("nobody0000000000", by=olga, won=True)
    assert queries.broken() == []


def test_the_same_letter_is_one_dispute_and_another_body_is_said(paid: Order, olga: Actor) -> None:
    keep(paid, 100_00, by=olga)
    for kopecks, reason in ((100_00, ChargebackReason.KNOWN), (100_01, ChargebackReason.OTHER_BODY)):
        with pytest.raises(ChargebackConflict) as refused:
            keep(paid, kopecks, by=olga)
        assert refused.value.reason is reason
    assert Chargeback.objects.get().kopecks == 100_00


def test_another_round_of_a_dispute_is_another_one(paid: Order, olga: Actor) -> None:
    end(keep(paid, 335_38, by=olga), by=olga, won=True)
    end(keep(paid, 335_38, by=olga, no=2), by=olga, won=False)
    assert (book("dispute"), book("bank")) == (0, 0)
    assert queries.broken() == []


def test_what_is_disputed_cannot_be_given_back_as_well(family: Family, paid: Order, olga: Actor) -> None:
    keep(paid, 300_00, by=olga)
    new = NewRefund({family.first.public_id: 1_00}, "заявление")
    with pytest.raises(RefundRefused) as refused:
        giving_back.preview_refund(by=olga, order_public_id=paid.public_id, new=new, now=LATER)
    assert refused.value.reason is RefundReason.ABOVE_LEFT


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"reference": " "}, ChargebackReason.REFERENCE),
        ({"no": 0}, ChargebackReason.REFERENCE),
        ({"kopecks": 0}, ChargebackReason.SUM),
        ({"kopecks": 335_39}, ChargebackReason.ABOVE_PAYMENT),
        ({"told_on": date(2026, 11, 21)}, ChargebackReason.DAY),
        ({"told_on": date(2027, 11, 21)}, ChargebackReason.DAY),
        ({"due_on": date(2026, 11, 30)}, ChargebackReason.DUE),
    ],
)
def test_what_cannot_be_is_refused(
    paid: Order, olga: Actor, changed: dict[str, Any], reason: ChargebackReason
) -> None:
    with pytest.raises(ChargebackRefused) as refused:
        keep(paid, changed.pop("kopecks", 1_00), by=olga, **changed)
    assert refused.value.reason is reason
    assert not Chargeback.objects.exists()


def test_an_end_of_another_time_and_a_customer_are_refused(paid: Order, olga: Actor) -> None:
    public_id = keep(paid, 100_00, by=olga)
    for on in (TOLD - timedelta(days=1), LATER.date() + timedelta(days=1)):
        with pytest.raises(ChargebackRefused):
            end(public_id, by=olga, won=True, on=on)
    with pytest.raises(ChargebackRefused):
        end(public_id, by=Actor.person(paid.person_id), won=True)


def test_breaches_of_the_promise_about_disputes_are_found(paid: Order, olga: Actor) -> None:
    end(keep(paid, 300_00, by=olga), by=olga, won=False)
    assert queries.broken_refunds() == []
    Chargeback.objects.update(kopecks=300_01)
    assert len(queries.broken_refunds()) == 2
    Chargeback.objects.update(kopecks=300_01, above_kopecks=1)
    (breach,) = queries.broken_refunds()
    assert "никто этого не разбирает" in breach
    Chargeback.objects.update(above_kopecks=0)
    Chargeback.objects.update(kopecks=300_00, state="won")
    assert len(queries.broken_refunds()) == 1
    Chargeback.objects.update(state="lost")
    ChargebackLine.objects.update(kopecks=1)
    assert len(queries.broken_refunds()) == 2
    ChargebackLine.objects.all().delete()
    Chargeback.objects.all().delete()
    assert len(queries.broken_refunds()) == 2


def test_a_dispute_above_the_payment_is_a_mistake_and_says_what_was_credited(
    paid: Order, olga: Actor
) -> None:
    with pytest.raises(ChargebackRefused) as refused:
        keep(paid, 400_00, by=olga)
    assert refused.value.details["whole"] == Money(335_38)


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_above_what_is_left_is_posted_up_to_it_and_the_rest_is_before_a_person(
    family: Family, bank: StubBank, paid: Order, olga: Actor, won: bool
) -> None:
    bank.give_back(paid, 100_00)
    operations.settle(order_id=paid.pk, now=NOW, by="test")
    public_id = keep(paid, 335_38, by=olga)
    assert (book("dispute"), book("bank")) == (235_38, 0)
    (waits,) = queries.open_callbacks()
    assert (waits.event, waits.money) == ("svet.chargeback_above_payment", Money(100_00))
    assert queries.broken() == []
    end(public_id, by=olga, won=won)
    assert (book("dispute"), book("bank")) == (0, 235_38 if won else 0)
    assert sum(balances(family)) == (100_00 if won else 335_38)
    assert queries.broken() == []


def test_a_dispute_of_a_payment_given_back_whole_stands_before_a_person(
    bank: StubBank, paid: Order, olga: Actor
) -> None:
    bank.give_back(paid, 335_38)
    operations.settle(order_id=paid.pk, now=NOW, by="test")
    end(keep(paid, 335_38, by=olga), by=olga, won=False)
    assert (book("dispute"), book("bank")) == (0, 0)
    assert Notice.objects.filter(event="payment_refunded").count() == 1
    assert [one.money for one in queries.open_callbacks()] == [Money(335_38)]
    assert queries.broken() == []


def test_a_refund_of_ours_that_is_not_sent_is_called_back_by_a_dispute_of_its_money(
    family: Family, paid: Order, olga: Actor
) -> None:
    new = NewRefund({family.first.public_id: 50_00}, "заявление")
    seen = giving_back.preview_refund(by=olga, order_public_id=paid.public_id, new=new, now=NOW)
    giving_back.write_refund(
        by=olga, order_public_id=paid.public_id, new=new, reason="ошибка", shown=seen.shown, now=NOW
    )
    keep(paid, 285_38, by=olga)
    assert paid.refunds.get().state == "approved"
    keep(paid, 50_00, by=olga, reference="CB-78")
    assert paid.refunds.get().state == "withdrawn"
    assert (balances(family), book("dispute"), book("owed")) == ((0, 0), 335_38, 0)
    assert not queries.open_callbacks()
    assert queries.broken() == []


def our_refund(family: Family, order: Order, kopecks: int, *, by: Actor) -> str:
    """A refund of ours whose answer of the bank was lost."""
    new = NewRefund({family.first.public_id: kopecks}, "заявление")
    seen = giving_back.preview_refund(by=by, order_public_id=order.public_id, new=new, now=NOW)
    report = giving_back.write_refund(
        by=by, order_public_id=order.public_id, new=new, reason="ошибка", shown=seen.shown, now=NOW
    )
    order.refunds.filter(state="approved").update(state="unknown", next_look_at=None)
    return report.public_id


def refuse(refund: str, *, by: Actor) -> None:
    giving_back.close_doubtful(by=by, refund_public_id=refund, reason="банк не делал", now=LATER)


@pytest.mark.parametrize("won", [True, False])
def test_a_dispute_grows_into_the_room_of_a_refund_that_was_not_made(
    family: Family, paid: Order, olga: Actor, won: bool
) -> None:
    refund = our_refund(family, paid, 100_00, by=olga)
    public_id = keep(paid, 335_38, by=olga)
    assert Chargeback.objects.get().above_kopecks == 100_00
    assert (book("dispute"), book("bank"), book("owed")) == (235_38, 100_00, -100_00)
    refuse(refund, by=olga)
    assert Chargeback.objects.get().above_kopecks == 0
    assert (book("dispute"), book("bank"), book("owed")) == (335_38, 0, 0)
    assert Entry.objects.filter(action="payments.chargeback.grown").count() == 1
    assert queries.broken() == []
    end(public_id, by=olga, won=won)
    assert (book("dispute"), book("bank")) == (0, 335_38 if won else 0)
    assert balances(family) == ((0, 0) if won else (300_00, 35_38))
    assert queries.broken() == []


def test_a_dispute_grows_twice_and_never_above_its_own_sum(family: Family, paid: Order, olga: Actor) -> None:
    other = keep(paid, 50_00, by=olga, reference="CB-76")
    refund = our_refund(family, paid, 100_00, by=olga)
    grows = Chargeback.objects.get(public_id=keep(paid, 300_00, by=olga))
    assert grows.posted == Money(185_38)
    refuse(refund, by=olga)
    grows.refresh_from_db()
    assert grows.posted == Money(285_38)
    assert queries.broken() == []
    end(other, by=olga, won=True)
    grows.refresh_from_db()
    assert grows.posted == Money(300_00)
    assert (book("dispute"), book("bank"), book("owed")) == (300_00, 35_38, 0)
    assert queries.broken() == []


def test_a_dispute_that_was_won_leaves_room_to_the_next_one_and_one_that_ended_grows_no_more(
    family: Family, paid: Order, olga: Actor
) -> None:
    first = keep(paid, 335_38, by=olga)
    second = keep(paid, 100_00, by=olga, reference="CB-78")
    assert Chargeback.objects.get(public_id=second).above_kopecks == 100_00
    end(first, by=olga, won=True)
    assert Chargeback.objects.get(public_id=second).above_kopecks == 0
    assert (book("dispute"), book("bank")) == (100_00, 235_38)
    assert queries.broken() == []
    refund = our_refund(family, paid, 200_00, by=olga)
    third = keep(paid, 40_00, by=olga, reference="CB-79")
    end(third, by=olga, won=False)
    refuse(refund, by=olga)
    assert Chargeback.objects.get(public_id=third).above_kopecks == 4_62
    assert queries.broken() == []


def not_sent_after_all(family: Family, order: Order, *, by: Actor) -> Chargeback:
    """A dispute that a refund of 100 roubles left too little for; the refund has not reached the bank."""
    our_refund(family, order, 100_00, by=by)
    found = Chargeback.objects.get(public_id=keep(order, 335_38, by=by))
    assert found.above_kopecks == 100_00
    order.refunds.filter(state="unknown").update(state="approved")
    return found


def test_room_that_is_made_for_one_dispute_and_left_over_goes_to_the_older_one(
    family: Family, paid: Order, olga: Actor
) -> None:
    older = not_sent_after_all(family, paid, by=olga)
    newer = Chargeback.objects.get(public_id=keep(paid, 10_00, by=olga, reference="CB-78"))
    older.refresh_from_db()
    assert (older.above_kopecks, newer.above_kopecks) == (10_00, 0)
    assert (book("dispute"), book("bank"), book("owed")) == (335_38, 0, 0)
    assert queries.broken() == []


def test_room_that_is_made_for_a_refund_of_the_banks_and_left_over_goes_to_the_dispute(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    older = not_sent_after_all(family, paid, by=olga)
    bank.give_back(paid, 40_00)
    operations.settle(order_id=paid.pk, now=LATER, by="test")
    older.refresh_from_db()
    assert older.above_kopecks == 40_00
    assert (book("dispute"), book("bank"), book("owed")) == (295_38, 0, 0)
    assert queries.broken() == []
    # A look that finds nothing new changes nothing.
    operations.settle(order_id=paid.pk, now=LATER, by="test")
    assert Entry.objects.filter(action="payments.chargeback.grown").count() == 1
