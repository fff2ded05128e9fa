"""Staff give money of a credited payment back: seen, signed, taken off, sent once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from svet.accounts.models import Account
from svet.gateways.acquiring.port import BankState
from svet.gateways.failures import Permanent, Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.models import Posting, Transaction
from svet.notices.models import Notice
from svet.payments import operations, queries
from svet.payments.models import Order, PaymentRefund, RefundLine, RefundRequest
from svet.payments.operations import giving_back
from svet.payments.operations.leaving import forget_payer
from svet.payments.rules.giving_back import (
    NewRefund,
    RefundConflict,
    RefundNotFound,
    RefundReason,
    RefundRefused,
)
from svet.payments.rules.states import OrderState, RefundState
from svet.payments.tests.factories import NOW, Family, StubBank, make_order, owe
from svet.people.models import Person
from svet.people.tests.factories import make_person

LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def olga(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Ольга").pk, name="Ольга С.")


@pytest.fixture
def ivan(db: None) -> Actor:
    return Actor.staff(make_person(first_name="Иван", last_name="Чужой").pk, name="Иван П.")


@pytest.fixture
def paid(family: Family, bank: StubBank) -> Order:
    """335,38 ₽ over both accounts, credited."""
    made = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


def wanted(*lines: tuple[Account, int], document: str = "Заявление № 7") -> NewRefund:
    return NewRefund({account.public_id: kopecks for account, kopecks in lines}, document)


def write(order: Order, new: NewRefund, *, by: Actor) -> giving_back.RefundReport:
    seen = giving_back.preview_refund(by=by, order_public_id=order.public_id, new=new, now=LATER)
    return giving_back.write_refund(
        by=by, order_public_id=order.public_id, new=new, reason="ошибся счётом", shown=seen.shown, now=LATER
    )


def sign(report: giving_back.RefundReport, *, by: Actor) -> None:
    seen = giving_back.preview_waiting_refund(by=by, refund_public_id=report.public_id, now=LATER)
    giving_back.sign_refund(by=by, refund_public_id=report.public_id, shown=seen.shown, now=LATER)


def work(minutes: float = 1) -> None:
    now = LATER + timedelta(minutes=minutes)
    operations.look_at_asked_refunds(now=now)
    operations.look_at_due_orders(now=now)


def balances(family: Family) -> tuple[int, int]:
    found = ledger.balances([family.first.pk, family.second.pk])
    return found[family.first.pk].kopecks, found[family.second.pk].kopecks


def owed() -> int:
    return -sum(Posting.objects.filter(book="owed").values_list("kopecks", flat=True))


def states() -> list[str]:
    return list(PaymentRefund.objects.order_by("pk").values_list("state", flat=True))


def told(event: str) -> list[int]:
    return list(Notice.objects.filter(event=event).order_by("pk").values_list("recipient_id", flat=True))


def test_a_part_of_one_line_is_seen_taken_off_sent_and_done(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    new = wanted((family.second, 20_00))
    seen = giving_back.preview_refund(by=olga, order_public_id=paid.public_id, new=new, now=LATER)
    effect = seen.effects[0]
    assert (effect.account.account_id, effect.before, effect.after) == (
        family.second.pk,
        Money(0),
        Money(20_00),
    )
    assert not seen.by_two
    report = write(paid, new, by=olga)
    assert (report.waits, states()) == (False, ["approved"])
    # Off the account at once, owed until the bank has answered.
    assert (balances(family), owed(), bank.returned) == ((0, 20_00), 20_00, [])
    assert told("refund_started") == [family.anna.recipient_id]
    assert queries.broken() == []
    work()
    assert (balances(family), owed(), states()) == ((0, 20_00), 0, ["done"])
    assert [one.amount for one in bank.returned] == [Money(20_00)]
    assert told("payment_refunded") == [family.anna.recipient_id]
    paid.refresh_from_db()
    assert paid.refunded_kopecks == 20_00
    assert queries.broken() == []


def test_the_whole_of_a_group_goes_back_to_each_of_its_accounts(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 300_00), (family.second, 35_38)), by=olga)
    work()
    assert balances(family) == (300_00, 35_38)
    view = queries.order_for(olga, public_id=paid.public_id)
    assert (view.returned, view.promised) == (True, ())


@pytest.mark.parametrize(
    ("kopecks", "document", "reason"),
    [
        (300_01, "письмо", RefundReason.ABOVE_LEFT),
        (0, "письмо", RefundReason.SUM),
        (-1, "письмо", RefundReason.SUM),
        (100, " ", RefundReason.DOCUMENT),
        (100, "п" * 121, RefundReason.DOCUMENT),
    ],
)
def test_what_cannot_be_is_refused(
    family: Family, paid: Order, olga: Actor, kopecks: int, document: str, reason: RefundReason
) -> None:
    with pytest.raises(RefundRefused) as refused:
        write(paid, wanted((family.first, kopecks), document=document), by=olga)
    assert refused.value.reason is reason
    assert not PaymentRefund.objects.exists()


def test_nothing_another_account_and_nobody_are_refused(family: Family, paid: Order, olga: Actor) -> None:
    for new, reason in ((wanted(), RefundReason.NOTHING), (NewRefund({"x": 1}, "п"), RefundReason.LINE)):
        with pytest.raises(RefundRefused) as refused:
            write(paid, new, by=olga)
        assert refused.value.reason is reason
    with pytest.raises(RefundRefused):
        write(paid, wanted((family.first, 100)), by=Actor.person(family.anna.pk))
    with pytest.raises(RefundNotFound):
        giving_back.preview_refund(
            by=olga, order_public_id="nobody0000000000", new=wanted((family.first, 100)), now=LATER
        )


def test_an_order_that_was_not_credited_has_nothing_to_give(
    family: Family, bank: StubBank, olga: Actor
) -> None:
    made = make_order(person=family.anna, lines=[(family.first, 300_00)])
    with pytest.raises(RefundRefused) as refused:
        write(made, wanted((family.first, 100)), by=olga)
    assert refused.value.reason is RefundReason.NOT_CREDITED


def big(family: Family, bank: StubBank) -> Order:
    """5 000 ₽ for the first account, credited: above the limit of one hand."""
    made = make_order(person=family.anna, lines=[(family.first, 5000_00)])
    operations.send_to_bank(order_id=made.pk, now=NOW)
    bank.pay(made)
    operations.settle(order_id=made.pk, now=NOW, by="test")
    return Order.objects.get(pk=made.pk)


def test_a_large_one_waits_for_another_member(
    family: Family, bank: StubBank, olga: Actor, ivan: Actor
) -> None:
    order = big(family, bank)
    report = write(order, wanted((family.first, 5000_00)), by=olga)
    assert (report.waits, states(), owed()) == (True, ["to_sign"], 0)
    work()
    assert bank.returned == []
    with pytest.raises(RefundRefused) as refused:
        sign(report, by=olga)
    assert refused.value.reason is RefundReason.SAME_HAND
    sign(report, by=ivan)
    assert (states(), owed()) == (["approved"], 5000_00)
    with pytest.raises(RefundConflict):
        sign(report, by=ivan)
    work()
    assert states() == ["done"]
    assert queries.broken() == []


def test_many_small_ones_are_no_way_around_two_hands(family: Family, bank: StubBank, olga: Actor) -> None:
    order = big(family, bank)
    waits = [write(order, wanted((family.first, 400_00)), by=olga).waits for _ in range(3)]
    assert waits == [False, False, True]


def test_the_database_keeps_the_two_signatures_apart(family: Family, paid: Order, olga: Actor) -> None:
    write(paid, wanted((family.first, 100)), by=olga)
    with pytest.raises(IntegrityError), transaction.atomic():
        RefundRequest.objects.update(signed_by_id=olga.person_id)


def test_what_moved_since_it_was_shown_is_not_written(family: Family, paid: Order, olga: Actor) -> None:
    new = wanted((family.first, 100_00))
    seen = giving_back.preview_refund(by=olga, order_public_id=paid.public_id, new=new, now=LATER)
    owe(family.first, 1_00)
    with pytest.raises(RefundConflict):
        giving_back.write_refund(
            by=olga, order_public_id=paid.public_id, new=new, reason="письмо", shown=seen.shown, now=LATER
        )
    assert not PaymentRefund.objects.exists()


def test_two_above_the_rest_are_not_written(family: Family, bank: StubBank, olga: Actor) -> None:
    order = big(family, bank)
    write(order, wanted((family.first, 3000_00)), by=olga)
    with pytest.raises(RefundRefused) as refused:
        write(order, wanted((family.first, 3000_00)), by=olga)
    assert refused.value.details["left"] == Money(2000_00)


def test_one_that_is_not_sent_can_be_called_back(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    report = write(paid, wanted((family.first, 100_00)), by=olga)
    giving_back.withdraw_refund(by=olga, refund_public_id=report.public_id, reason="передумали", now=LATER)
    assert (states(), balances(family), owed()) == (["withdrawn"], (0, 0), 0)
    assert told("refund_failed") == [family.anna.recipient_id]
    work()
    assert bank.returned == []
    with pytest.raises(RefundConflict):
        giving_back.withdraw_refund(by=olga, refund_public_id=report.public_id, reason="ещё раз", now=LATER)
    assert queries.broken() == []
    # The same money may be given back after all.
    write(paid, wanted((family.first, 300_00)), by=olga)
    work(2)
    assert (states(), balances(family)) == (["withdrawn", "done"], (300_00, 0))


def test_one_that_waits_for_a_signature_can_be_called_back_untold(
    family: Family, bank: StubBank, olga: Actor
) -> None:
    report = write(big(family, bank), wanted((family.first, 5000_00)), by=olga)
    giving_back.withdraw_refund(by=olga, refund_public_id=report.public_id, reason="ошибка", now=LATER)
    assert (states(), told("refund_failed"), owed()) == (["withdrawn"], [], 0)
    assert queries.broken() == []


def test_one_at_the_bank_cannot_be_called_back(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    report = write(paid, wanted((family.first, 100_00)), by=olga)
    bank.failure, bank.loses_answers = Temporary("lost"), True
    work()
    assert states() == ["unknown"]
    with pytest.raises(RefundConflict) as refused:
        giving_back.withdraw_refund(by=olga, refund_public_id=report.public_id, reason="поздно", now=LATER)
    assert refused.value.reason is RefundReason.SENT
    assert queries.broken() == []


def test_a_lost_answer_is_asked_for_again_with_the_same_key(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    bank.failure, bank.loses_answers = Temporary("lost"), True
    work()
    bank.failure = None
    work(3)
    assert (states(), len(bank.returned), balances(family)) == (["done"], 1, (100_00, 0))
    assert queries.broken() == []


def test_the_bank_says_no_and_the_money_stands_on_the_account_again(
    family: Family, bank: StubBank, paid: Order, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)

    def refuse(**asked: Any) -> Any:
        raise Permanent("too late", code="refund_period_expired")

    with monkeypatch.context() as patch:
        patch.setattr(bank, "refund", refuse)
        work()
    assert (states(), balances(family), owed()) == (["refused"], (0, 0), 0)
    assert told("refund_failed") == [family.anna.recipient_id]
    assert PaymentRefund.objects.get().note == "refund_period_expired"
    view = queries.orders(account_ids=[family.first.pk])[0]
    assert (view.refunded, [one.failed for one in view.promised]) == (Money(0), [True])
    assert queries.broken() == []


def test_after_a_day_the_list_decides_and_then_a_person(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    report = write(paid, wanted((family.first, 100_00)), by=olga)
    bank.failure = Temporary("silent")
    work()
    bank.failure = None
    # The bank has forgotten the key: asking again could give twice.
    work(24 * 60)
    refund = PaymentRefund.objects.get()
    assert (refund.state, refund.next_look_at, bank.returned, owed()) == ("unknown", None, [], 100_00)
    assert queries.broken() == []
    giving_back.close_doubtful(
        by=olga, refund_public_id=report.public_id, reason="в кабинете банка его нет", now=LATER
    )
    assert (states(), balances(family), owed()) == (["refused"], (0, 0), 0)
    with pytest.raises(RefundConflict):
        giving_back.close_doubtful(by=olga, refund_public_id=report.public_id, reason="ещё раз", now=LATER)
    assert queries.broken() == []


def test_what_a_person_closed_and_the_bank_made_after_all_comes_off_as_its_own(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    report = write(paid, wanted((family.first, 100_00)), by=olga)
    bank.failure = Temporary("silent")
    work()
    bank.failure = None
    work(24 * 60)
    giving_back.close_doubtful(by=olga, refund_public_id=report.public_id, reason="нет его", now=LATER)
    bank.give_back(paid, 100_00)
    operations.settle(order_id=paid.pk, now=LATER, by="test")
    assert states() == ["refused", "done"]
    # Nobody says for which account: shared in proportion.
    assert sum(balances(family)) == 100_00
    assert queries.broken() == []


def test_a_doubtful_one_found_in_the_list_after_a_day_is_done(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    bank.failure, bank.loses_answers = Temporary("lost"), True
    work()
    bank.failure = None
    work(25 * 60)
    assert (states(), len(bank.returned), balances(family)) == (["done"], 1, (100_00, 0))
    assert queries.broken() == []


def test_one_that_is_asked_about_is_not_closed_by_hand(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    report = write(paid, wanted((family.first, 100_00)), by=olga)
    bank.failure = Temporary("silent")
    work()
    with pytest.raises(RefundRefused) as refused:
        giving_back.close_doubtful(by=olga, refund_public_id=report.public_id, reason="не нужно", now=LATER)
    assert refused.value.reason is RefundReason.NOT_DOUBTFUL


def test_ours_told_by_a_callback_before_our_call_returned(
    family: Family, bank: StubBank, paid: Order, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    give = bank.refund

    def told_first(**asked: Any) -> Any:
        made = give(**asked)
        operations.settle(order_id=paid.pk, now=LATER, by="callback")
        assert states() == ["done"]
        return made

    monkeypatch.setattr(bank, "refund", told_first)
    work()
    assert (states(), balances(family), owed()) == (["done"], (100_00, 0), 0)
    assert len(told("payment_refunded")) == 1
    assert queries.broken() == []


def test_a_refund_of_the_bank_that_leaves_no_room_calls_ours_back(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 200_00)), by=olga)
    bank.give_back(paid, 335_38)
    operations.settle(order_id=paid.pk, now=LATER, by="test")
    assert states() == ["withdrawn", "done"]
    assert (balances(family), owed()) == ((300_00, 35_38), 0)
    work()
    assert len(bank.returned) == 1
    assert queries.open_callbacks() == []
    assert queries.broken() == []


def test_a_refund_of_the_bank_beside_ours_that_fits_stands_beside_it(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 200_00)), by=olga)
    bank.give_back(paid, 35_38)
    operations.settle(order_id=paid.pk, now=LATER, by="test")
    work()
    assert sorted(states()) == ["done", "done"]
    assert sum(balances(family)) == 235_38
    assert queries.broken() == []


def test_a_refund_of_the_bank_while_ours_is_doubtful_waits_for_it(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 200_00)), by=olga)
    bank.failure = Temporary("silent")
    work()
    bank.failure = None
    bank.give_back(paid, 335_38)
    operations.settle(order_id=paid.pk, now=LATER, by="test")
    # Nobody knows yet what is left: the bank's own stays unposted, and is no breach.
    assert balances(family) == (200_00, 0)
    assert queries.broken() == []
    work(3)
    assert states() == ["refused", "done"]
    assert (balances(family), owed()) == ((300_00, 35_38), 0)
    assert queries.broken() == []


def test_a_refund_of_the_bank_above_what_our_lost_one_left_goes_before_a_person(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 200_00)), by=olga)
    bank.failure, bank.loses_answers = Temporary("lost"), True
    work()
    bank.failure = None
    bank.give_back(paid, 335_38)
    operations.settle(order_id=paid.pk, now=LATER, by="test")
    work(3)
    assert sorted(states()) == ["done", "done"]
    assert sum(balances(family)) == 335_38
    assert [one.event for one in queries.open_callbacks()] == ["svet.refund_above_payment"]
    assert queries.broken() == []


def test_two_of_one_order_go_to_the_bank_one_after_the_other(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    write(paid, wanted((family.second, 35_38)), by=olga)
    bank.failure, bank.loses_answers = Temporary("lost"), True
    work()
    assert sorted(states()) == ["approved", "unknown"]
    bank.failure = None
    work(3)
    work(6)
    assert (states(), balances(family)) == (["done", "done"], (100_00, 35_38))
    assert queries.broken() == []


def test_the_owner_of_the_account_is_told_beside_the_payer(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    # Boris sees the first account; Anna is the payer and is told as such.
    assert told("account_refunded") == [family.boris.recipient_id]
    assert "100,00" in Notice.objects.get(event="account_refunded").text
    assert told("refund_started") == [family.anna.recipient_id]
    assert not Notice.objects.filter(recipient_id=family.vera.recipient_id).exists()


def test_a_closed_account_and_a_payer_who_has_left_are_no_hindrance(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    with transaction.atomic():
        forget_payer(person_id=family.anna.pk, by=Actor.person(family.anna.pk), now=LATER)
    Person.objects.filter(pk=family.anna.pk).update(is_active=False)
    Account.objects.filter(pk=family.first.pk).update(closed_on=NOW.date())
    work()
    assert (states(), balances(family)) == (["done"], (100_00, 0))
    assert queries.broken() == []


def test_a_refund_the_bank_is_still_making_is_asked_about_again(
    family: Family, bank: StubBank, paid: Order, olga: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    give = bank.refund
    with monkeypatch.context() as patch:
        patch.setattr(bank, "refund", lambda **asked: replace(give(**asked), state=BankState.PENDING))
        operations.look_at_asked_refunds(now=LATER)
    assert states() == ["sent"]
    work(2)
    assert (states(), balances(family)) == (["done"], (100_00, 0))


def test_the_reserve_is_posted_once_and_undone_once(family: Family, paid: Order, olga: Actor) -> None:
    report = write(paid, wanted((family.first, 100_00)), by=olga)
    giving_back.withdraw_refund(by=olga, refund_public_id=report.public_id, reason="не нужно", now=LATER)
    key = PaymentRefund.objects.get().key
    keys = Transaction.objects.filter(key__endswith=key).order_by("pk").values_list("key", flat=True)
    assert list(keys) == [f"reserve:{key}", f"unreserve:{key}"]
    assert set(Transaction.objects.filter(key__in=keys).values_list("kind", flat=True)) == {"refund"}


def test_breaches_of_the_promise_about_reserves_are_found(
    family: Family, bank: StubBank, paid: Order, olga: Actor
) -> None:
    write(paid, wanted((family.first, 100_00)), by=olga)
    assert queries.broken_refunds() == []
    PaymentRefund.objects.update(state=RefundState.REFUSED)
    assert queries.broken_refunds() != []
    PaymentRefund.objects.update(state=RefundState.APPROVED, next_look_at=None)
    assert queries.broken_refunds() != []
    PaymentRefund.objects.update(next_look_at=LATER)
    assert queries.broken_refunds() == []
    RefundRequest.objects.update(by_two=True)
    assert queries.broken_refunds() != []
    RefundRequest.objects.update(by_two=False)
    RefundLine.objects.update(kopecks=99_99)
    assert len(queries.broken_refunds()) == 2


def test_orders_are_untouched_by_their_refunds(family: Family, paid: Order, olga: Actor) -> None:
    write(paid, wanted((family.first, 300_00), (family.second, 35_38)), by=olga)
    work()
    paid.refresh_from_db()
    assert (paid.state, paid.next_look_at) == (OrderState.CREDITED, None)
