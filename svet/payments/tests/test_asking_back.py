"""Whoever paid gets an overpayment back to their card, by rule or signed by two; no other's money goes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from svet.accounts.models import Account, Link
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import operations as books
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.notices.models import Notice
from svet.payments import operations, queries
from svet.payments.models import Order, PaymentRefund, RefundRequest
from svet.payments.operations import giving_back
from svet.payments.operations.asking_back import BackOffer, ask_back, offer_back
from svet.payments.operations.chargebacks import keep_chargeback
from svet.payments.queries import OrderNotFound
from svet.payments.queries.refunds import newest_payments, waiting_refunds
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.rules.giving_back import RefundConflict, RefundReason, RefundRefused
from svet.payments.rules.overpaid import BackConflict, BackReason, BackRefused
from svet.payments.tests.factories import NOW, Family, StubBank, make_order, owe
from svet.people.models import Person
from svet.people.tests.factories import make_person

LATER = NOW + timedelta(minutes=1)
_brought = count(1)


@pytest.fixture
def boris(family: Family) -> Person:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    return family.boris


def pay(bank: StubBank, person: Person, account: Account, kopecks: int, *, now: datetime = NOW) -> Order:
    made = make_order(person=person, lines=[(account, kopecks)], now=now)
    operations.send_to_bank(order_id=made.pk, now=now)
    bank.pay(made, paid_at=now)
    operations.settle(order_id=made.pk, now=now, by="test")
    return Order.objects.get(pk=made.pk)


def bring(account: Account, kopecks: int) -> None:
    """Somebody pays at a counter."""
    with transaction.atomic():
        books.post(
            key=f"register:{next(_brought)}:{account.pk}",
            kind=TransactionKind.PAYMENT,
            legs=[
                Leg(Book.BANK, None, Money(kopecks)),
                Leg(Book.RECEIVABLE, account.pk, Money(-kopecks)),
            ],
            occurred_at=NOW,
            effective_on=date(2026, 11, 22),
            provider_id=account.provider_id,
        )


def offer(order: Order, person: Person, *, now: datetime = LATER) -> BackOffer:
    return offer_back(by=Actor.person(person.pk), order_public_id=order.public_id, now=now)


def ask(
    order: Order, person: Person, *lines: tuple[Account, int], now: datetime = LATER, **changes: Any
) -> bool:
    shown = changes.get("shown") or offer(order, person, now=now).shown
    wanted = {account.public_id: kopecks for account, kopecks in lines}
    return ask_back(
        by=Actor.person(person.pk), order_public_id=order.public_id, lines=wanted, shown=shown, now=now
    )


def refused(order: Order, person: Person, *lines: tuple[Account, int], now: datetime = LATER) -> Any:
    before = Posting.objects.count(), PaymentRefund.objects.count()
    with pytest.raises(BackRefused) as error:
        ask(order, person, *lines, now=now)
    assert (Posting.objects.count(), PaymentRefund.objects.count()) == before
    return error.value.reason


def work(now: datetime = LATER) -> None:
    operations.look_at_asked_refunds(now=now + timedelta(minutes=1))
    operations.look_at_due_orders(now=now + timedelta(minutes=1))


def owes(account: Account) -> int:
    return ledger.balance(account.pk).kopecks


def told(event: str) -> list[int]:
    return list(Notice.objects.filter(event=event).order_by("pk").values_list("recipient_id", flat=True))


def test_what_is_overpaid_goes_back_to_the_card_that_paid_it(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 800_00)
    found = offer(order, family.anna)
    assert (found.most, found.reason, found.waiting) == (Money(500_00), None, Money(0))
    assert ask(order, family.anna, (family.first, 500_00)) is False
    # Off the account at once; the bank is asked by the next job.
    assert (owes(family.first), bank.returned) == (0, [])
    assert told("refund_started") == [family.anna.recipient_id]
    assert queries.broken() == []
    work()
    assert [one.amount for one in bank.returned] == [Money(500_00)]
    assert owes(family.first) == 0
    assert queries.broken() == []
    assert refused(order, family.anna, (family.first, 1)) is BackReason.NOT_OVERPAID


def test_a_part_may_be_asked_for_and_the_rest_later(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 800_00)
    ask(order, family.anna, (family.first, 200_00))
    # While one is on its way nobody knows what will be left.
    assert refused(order, family.anna, (family.first, 100_00)) is BackReason.PENDING
    work()
    ask(order, family.anna, (family.first, 300_00))
    work()
    assert [one.amount.kopecks for one in bank.returned] == [200_00, 300_00]
    assert owes(family.first) == 0


def test_what_was_paid_for_a_debt_is_not_given_back(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 300_00)
    assert offer(order, family.anna).reason is BackReason.NOT_OVERPAID
    assert refused(order, family.anna, (family.first, 1_00)) is BackReason.NOT_OVERPAID


def test_what_the_next_month_was_charged_is_not_overpaid_any_more(family: Family, bank: StubBank) -> None:
    """Charged is owed, whether or not its bill is issued."""
    order = pay(bank, family.anna, family.first, 800_00)
    owe(family.first, 450_00)
    assert offer(order, family.anna).most == Money(50_00)


def test_an_owner_does_not_get_what_a_relative_overpaid(
    family: Family, bank: StubBank, boris: Person
) -> None:
    annas = pay(bank, family.anna, family.first, 300_00)
    boriss = pay(bank, boris, family.first, 400_00)
    assert refused(annas, family.anna, (family.first, 100_00)) is BackReason.LATER_PAYMENT
    # Nor may she ask in his name.
    with pytest.raises(OrderNotFound):
        offer(boriss, family.anna)
    ask(boriss, boris, (family.first, 400_00))
    # Whoever holds the account is told what happens on it.
    assert told("account_refunded") == [family.anna.recipient_id]
    work()
    assert [one.payment for one in bank.returned] == [f"ref-{boriss.public_id}"]


def test_what_stands_between_two_payers_is_the_last_ones(
    family: Family, bank: StubBank, boris: Person
) -> None:
    annas = pay(bank, family.anna, family.first, 500_00)
    boriss = pay(bank, boris, family.first, 100_00)
    # 300,00 were owed: 200,00 too much are Anna's, 100,00 Boris's, who asks first and last alike.
    assert (offer(annas, family.anna).most, offer(boriss, boris).most) == (Money(200_00), Money(100_00))
    ask(boriss, boris, (family.first, 100_00))
    work()
    assert offer(annas, family.anna).most == Money(200_00)
    ask(annas, family.anna, (family.first, 200_00))
    work()
    assert owes(family.first) == 0


def test_money_of_a_counter_is_nobodys_to_pull_to_a_card(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 300_00)
    bring(family.first, 700_00)
    assert refused(order, family.anna, (family.first, 1_00)) is BackReason.LATER_PAYMENT


def test_a_stranger_finds_no_payment_and_a_lost_right_shows_no_balance(
    family: Family, bank: StubBank, boris: Person
) -> None:
    order = pay(bank, boris, family.first, 800_00)
    with pytest.raises(OrderNotFound):
        offer(order, family.vera)
    Link.objects.filter(person=boris).delete()
    found = offer(order, boris)
    assert (found.lines, found.reason) == ((), BackReason.NO_ACCOUNT)
    assert refused(order, boris, (family.first, 1_00)) is BackReason.NO_ACCOUNT


def test_a_payment_that_is_not_credited_gives_nothing_back(family: Family, bank: StubBank) -> None:
    made = make_order(person=family.anna, lines=[(family.first, 300_00)])
    assert refused(made, family.anna, (family.first, 1_00)) is BackReason.NOT_CREDITED


def test_an_old_payment_goes_to_the_staff(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 800_00)
    after = NOW + timedelta(days=366)
    assert refused(order, family.anna, (family.first, 1_00), now=after) is BackReason.TOO_OLD
    assert offer(order, family.anna, now=NOW + timedelta(days=365)).reason is None


def test_a_disputed_payment_waits_for_the_bank(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 800_00)
    staff = Actor.staff(make_person().pk, name="Ольга")
    new = NewChargeback("CB-1", 100_00, date(2026, 11, 22), date(2026, 12, 10))
    keep_chargeback(by=staff, order_public_id=order.public_id, new=new, reason="письмо", now=LATER)
    assert refused(order, family.anna, (family.first, 1_00)) is BackReason.DISPUTED


def test_no_more_than_so_often_a_day(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 800_00)
    for minute in range(3):
        now = LATER + timedelta(minutes=3 * minute)
        ask(order, family.anna, (family.first, 1_00), now=now)
        work(now)
    soon, next_day = LATER + timedelta(minutes=30), LATER + timedelta(days=1, minutes=7)
    assert refused(order, family.anna, (family.first, 1_00), now=soon) is BackReason.TOO_OFTEN
    ask(order, family.anna, (family.first, 1_00), now=next_day)


def test_what_was_not_shown_is_not_given(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 800_00)
    shown = offer(order, family.anna).shown
    owe(family.first, 10_00)
    with pytest.raises(BackConflict):
        ask(order, family.anna, (family.first, 500_00), shown=shown)
    # A second press of the same page is not a second refund.
    shown = offer(order, family.anna).shown
    ask(order, family.anna, (family.first, 100_00), shown=shown)
    with pytest.raises(BackRefused):
        ask(order, family.anna, (family.first, 100_00), shown=shown)
    assert PaymentRefund.objects.count() == 1


def test_above_the_limit_two_members_sign(family: Family, bank: StubBank, settings: Any) -> None:
    settings.REFUND_ALONE = 400
    order = pay(bank, family.anna, family.first, 800_00)
    assert ask(order, family.anna, (family.first, 500_00)) is True
    assert (owes(family.first), offer(order, family.anna).waiting) == (-500_00, Money(500_00))
    (request,) = RefundRequest.objects.all()
    assert [one.by_payer for one in waiting_refunds(limit=5)] == [True]
    olga = Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")
    ivan = Actor.staff(make_person(first_name="Иван").pk, name="Иван П.")
    herself = Actor.staff(family.anna.pk, name="Анна")

    def sign(by: Actor) -> bool:
        seen = giving_back.preview_waiting_refund(by=by, refund_public_id=request.public_id, now=LATER)
        return giving_back.sign_refund(by=by, refund_public_id=request.public_id, shown=seen.shown, now=LATER)

    with pytest.raises(RefundRefused) as error:
        sign(herself)
    assert error.value.reason is RefundReason.OWN_PAYMENT
    stale = giving_back.preview_waiting_refund(by=ivan, refund_public_id=request.public_id, now=LATER).shown
    assert sign(olga) is False
    assert owes(family.first) == -500_00
    with pytest.raises(RefundRefused) as error:
        sign(olga)
    assert error.value.reason is RefundReason.SAME_HAND
    # What the second one saw before the first signed is not what they sign.
    with pytest.raises(RefundConflict):
        giving_back.sign_refund(by=ivan, refund_public_id=request.public_id, shown=stale, now=LATER)
    assert queries.broken() == []
    assert sign(ivan) is True
    work()
    assert [one.amount for one in bank.returned] == [Money(500_00)]
    assert queries.broken() == []
    request.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundRequest.objects.filter(pk=request.pk).update(first_by=ivan.person_id)
    # The books tell when one signature is taken away.
    RefundRequest.objects.filter(pk=request.pk).update(first_by=None)
    assert any("подпис" in one for one in queries.broken_refunds())


def test_the_limit_counts_what_one_had_lately(family: Family, bank: StubBank, settings: Any) -> None:
    settings.REFUND_ALONE = 400
    order = pay(bank, family.anna, family.first, 800_00)
    other = pay(bank, family.anna, family.second, 135_38)
    assert ask(order, family.anna, (family.first, 350_00)) is False
    assert offer(other, family.anna).alone == Money(50_00)
    assert ask(other, family.anna, (family.second, 100_00)) is True
    after = LATER + timedelta(days=31)
    assert offer(other, family.anna, now=after).alone == Money(400_00)


def test_what_is_not_overpaid_any_more_is_not_signed(family: Family, bank: StubBank, settings: Any) -> None:
    settings.REFUND_ALONE = 0
    order = pay(bank, family.anna, family.first, 800_00)
    ask(order, family.anna, (family.first, 500_00))
    owe(family.first, 100_00)
    (request,) = RefundRequest.objects.all()
    olga = Actor.staff(make_person().pk, name="Ольга")
    with pytest.raises(RefundRefused) as error:
        giving_back.preview_waiting_refund(by=olga, refund_public_id=request.public_id, now=LATER)
    assert error.value.reason is RefundReason.NOT_OVERPAID
    giving_back.withdraw_refund(by=olga, refund_public_id=request.public_id, reason="начислено", now=LATER)
    # Nothing had moved, so nothing «stands on the account again».
    assert (told("refund_declined"), told("refund_failed")) == ([family.anna.recipient_id], [])
    assert owes(family.first) == -400_00
    assert offer(order, family.anna).most == Money(400_00)


def test_what_waits_for_signatures_is_not_given_by_another_payment(
    family: Family, bank: StubBank, boris: Person, settings: Any
) -> None:
    settings.REFUND_ALONE = 0
    annas = pay(bank, family.anna, family.first, 500_00)
    boriss = pay(bank, boris, family.first, 100_00)
    ask(boriss, boris, (family.first, 100_00))
    assert offer(annas, family.anna).most == Money(200_00)


def test_the_bank_says_no_and_the_money_stands_on_the_account_again(
    family: Family, bank: StubBank, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no(**asked: Any) -> None:
        raise Permanent("too late", code="refund_period_expired")

    order = pay(bank, family.anna, family.first, 800_00)
    ask(order, family.anna, (family.first, 500_00))
    monkeypatch.setattr(bank, "refund", no)
    work()
    assert owes(family.first) == -500_00
    assert told("refund_failed") == [family.anna.recipient_id]
    assert offer(order, family.anna).most == Money(500_00)


def test_a_lost_answer_is_asked_for_again_and_given_once(family: Family, bank: StubBank) -> None:
    order = pay(bank, family.anna, family.first, 800_00)
    ask(order, family.anna, (family.first, 500_00))
    bank.failure, bank.loses_answers = Temporary("silence", code="timeout"), True
    work()
    assert owes(family.first) == 0
    assert refused(order, family.anna, (family.first, 1_00)) is BackReason.PENDING
    bank.failure, bank.loses_answers = None, False
    work(LATER + timedelta(minutes=10))
    work(LATER + timedelta(hours=2))
    assert [one.amount for one in bank.returned] == [Money(500_00)]
    assert queries.broken() == []


def test_two_accounts_of_one_payment_are_judged_each(family: Family, bank: StubBank) -> None:
    made = make_order(person=family.anna, lines=[(family.first, 400_00), (family.second, 20_00)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    found = offer(made, family.anna)
    assert [(line.most, line.why) for line in found.lines] == [
        (Money(100_00), None),
        (Money(0), BackReason.NOT_OVERPAID),
    ]
    assert refused(made, family.anna, (family.first, 100_00), (family.second, 1)) is BackReason.ABOVE


def test_the_newest_own_payment_is_named_of_each_account(
    family: Family, bank: StubBank, boris: Person
) -> None:
    pay(bank, family.anna, family.first, 100_00)
    newest = pay(bank, family.anna, family.first, 200_00, now=NOW + timedelta(minutes=1))
    pay(bank, boris, family.first, 300_00, now=NOW + timedelta(minutes=2))
    ids = [family.first.pk, family.second.pk]
    assert newest_payments(person_id=family.anna.pk, account_ids=ids) == {family.first.pk: newest.public_id}
