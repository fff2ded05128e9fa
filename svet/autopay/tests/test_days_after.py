"""Told a day before, charged once: late, twice, killed between, paid by hand, re-issued, skipped, ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from svet.accounts.models import Account, Link
from svet.autopay import operations, queries
from svet.autopay.models import AgreementChange, AutopayAgreement, AutopayTry, AutopayTurn
from svet.autopay.rules import AgreementState, AutopayConflict, AutopayNotFound, TurnState
from svet.autopay.tests.factories import AutopayCast, agree, at, charge, make_bill, pay_by_hand
from svet.gateways.failures import Temporary
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.ledger import queries as ledger
from svet.notices.models import Delivery, Notice
from svet.payments import operations as payments
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import StubBank, make_card, make_order
from svet.people.models import Person

pytestmark = pytest.mark.django_db


def turn() -> AutopayTurn:
    return AutopayTurn.objects.get()


def tick(now: datetime) -> None:
    """What the two jobs do, and the janitor of payments."""
    operations.tidy(now=now)
    operations.tell_due(now=now)
    operations.follow_charges(now=now)
    operations.charge_due(now=now)
    payments.look_at_due_orders(now=now)
    operations.follow_charges(now=now)


def told(cast: AutopayCast, **terms: Any) -> AutopayAgreement:
    """An agreement of Anna's whose charge of 4 December was told at ten the day before."""
    agreement = agree(cast.anna, cast.account, cast.card, **terms)
    tick(at(3, 10))
    assert turn().state == TurnState.TOLD
    return agreement


def pay_at_bank(bank: StubBank) -> None:
    bank.pay(Order.objects.latest("pk"))


def balance(cast: AutopayCast) -> int:
    return ledger.balance(cast.account.pk).kopecks


def test_a_bill_is_told_a_day_before_and_charged_once(cast: AutopayCast, bank: StubBank) -> None:
    agreement = agree(cast.anna, cast.account, cast.card)
    for hour in (8, 9, 10, 11):
        tick(at(2, hour))
    assert not AutopayTurn.objects.exists()
    tick(at(3, 8))
    assert not AutopayTurn.objects.exists()
    tick(at(3, 9, 3))
    tick(at(3, 9, 13))
    assert turn().told == Money(820_00)
    assert turn().due_at == at(4, 12)
    notice = Notice.objects.get(event="autopay_told")
    assert notice.url == f"/autopay/skip/{turn().skip_key}/"
    assert "820,00" in notice.text
    assert "2987" in notice.text
    ways = Delivery.objects.filter(event="autopay_told").values_list("channel", flat=True)
    assert {*ways} == {"email", "sms"}
    tick(at(4, 11, 59))
    assert not Order.objects.exists()
    tick(at(4, 12))
    order = Order.objects.get()
    assert (order.state, order.unattended, order.card_id) == (OrderState.WAITING, True, cast.card.pk)
    pay_at_bank(bank)
    for hour in range(13, 24):
        tick(at(4, hour))
    for day in range(5, 29):
        tick(at(day, 12))
    assert Order.objects.count() == 1
    assert turn().state == TurnState.PAID
    assert turn().charged_kopecks == 820_00
    assert balance(cast) == 0
    assert queries.broken() == []
    assert AutopayAgreement.objects.get().pk == agreement.pk


def test_the_next_month_has_a_turn_of_its_own(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    tick(at(4, 12))
    pay_at_bank(bank)
    tick(at(4, 12, 5))
    january = at(31, 23) + timedelta(hours=20)
    charge(cast.account, 500_00, at=january)
    make_bill(cast.account, month=Month(2026, 12), at=january)
    for hours in range(0, 24 * 8, 4):
        tick(january + timedelta(hours=hours))
        for order in Order.objects.filter(state=OrderState.WAITING):
            bank.pay(order)
    assert [each.charged_kopecks for each in AutopayTurn.objects.order_by("month")] == [820_00, 500_00]
    assert balance(cast) == 0


def test_paid_by_hand_in_between_only_what_is_left_is_charged(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    pay_by_hand(cast.account, 700_00, at=at(3, 20))
    tick(at(4, 12))
    assert Order.objects.get().total == Money(120_00)


def test_paid_wholly_in_between_nothing_is_charged(cast: AutopayCast) -> None:
    told(cast)
    pay_by_hand(cast.account, 820_00, at=at(3, 20))
    tick(at(4, 12))
    assert not Order.objects.exists()
    assert turn().state == TurnState.NOTHING


def test_a_bill_issued_anew_for_more_is_not_charged_above_what_was_told(
    cast: AutopayCast, bank: StubBank
) -> None:
    told(cast)
    charge(cast.account, 300_00, at=at(3, 20))
    make_bill(cast.account, at=at(3, 20))
    tick(at(4, 12))
    assert Order.objects.get().total == Money(820_00)
    pay_at_bank(bank)
    for day in range(4, 28):
        tick(at(day, 12))
    assert Order.objects.count() == 1
    assert balance(cast) == 300_00


def test_a_bill_issued_anew_for_less_is_charged_less(cast: AutopayCast) -> None:
    told(cast)
    charge(cast.account, -320_00, at=at(3, 20))
    make_bill(cast.account, at=at(3, 20))
    tick(at(4, 12))
    assert Order.objects.get().total == Money(500_00)


def test_never_above_the_limit(cast: AutopayCast) -> None:
    told(cast, ceiling=Money(600_00))
    assert turn().told == Money(600_00)
    tick(at(4, 12))
    assert Order.objects.get().total == Money(600_00)


def test_money_on_its_way_is_not_charged_again(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    order = make_order(person=cast.boris, lines=[(cast.account, 820_00)], now=at(4, 11, 50))
    payments.send_to_bank(order_id=order.pk, now=at(4, 11, 50))
    tick(at(4, 12))
    assert Order.objects.count() == 1, "Boris stands on the bank's page: the charge steps aside"
    assert turn().state == TurnState.TOLD
    bank.pay(order)
    payments.settle(order_id=order.pk, now=at(4, 12, 5), by="test")
    tick(at(4, 12, 12))
    assert turn().state == TurnState.NOTHING
    assert Order.objects.count() == 1


def test_a_page_nobody_pays_on_does_not_hold_the_charge_for_ever(cast: AutopayCast) -> None:
    told(cast)
    order = make_order(person=cast.boris, lines=[(cast.account, 820_00)], now=at(4, 11, 50))
    payments.send_to_bank(order_id=order.pk, now=at(4, 11, 50))
    for minute in range(0, 120, 10):
        tick(at(4, 12) + timedelta(minutes=minute))
    assert Order.objects.filter(unattended=True).count() == 1


def test_a_late_worker_charges_the_same_day_and_later_tells_again(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    tick(at(4, 23, 50))
    assert Order.objects.count() == 1
    assert turn().state == TurnState.CHARGING


def test_what_was_told_for_long_ago_is_told_again_before_it_is_charged(
    cast: AutopayCast, bank: StubBank
) -> None:
    told(cast)
    first = turn().skip_key
    tick(at(8, 10))
    assert not Order.objects.exists()
    assert turn().state == TurnState.STOPPED
    tick(at(8, 10, 10))
    assert turn().state == TurnState.TOLD
    assert turn().due_at == at(9, 12)
    assert Notice.objects.filter(event="autopay_told").count() == 2
    with pytest.raises(AutopayNotFound):
        operations.skip_by_key(key=first, address="", now=at(8, 11))
    tick(at(9, 12))
    assert Order.objects.count() == 1


def test_told_in_the_afternoon_is_charged_a_day_later(cast: AutopayCast) -> None:
    agree(cast.anna, cast.account, cast.card)
    tick(at(3, 15))
    assert turn().due_at == at(5, 12)
    tick(at(4, 12))
    assert not Order.objects.exists()
    tick(at(5, 12))
    assert Order.objects.count() == 1


def test_a_clock_that_went_back_over_midnight_tells_and_charges_nothing_twice(cast: AutopayCast) -> None:
    told(cast)
    tick(at(4, 12))
    for back in (at(3, 23, 59), at(4, 0, 1), at(3, 10), at(2, 12), at(4, 12, 1)):
        tick(back)
    assert Order.objects.count() == 1
    assert Notice.objects.filter(event="autopay_told").count() == 1


def test_a_decline_that_becomes_a_yes_late_pays_the_month(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    tick(at(4, 12))
    order = Order.objects.get()
    bank.refuse(order)
    tick(at(4, 12, 10))
    assert turn().state == TurnState.AGAIN
    bank.pay(order)
    payments.settle(order_id=order.pk, now=at(4, 20), by="test")
    tick(at(6, 12))
    assert turn().state == TurnState.PAID
    assert Order.objects.count() == 1
    assert balance(cast) == 0


def test_verify_names_a_month_that_took_more_than_was_told(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    tick(at(4, 12))
    pay_at_bank(bank)
    tick(at(4, 12, 5))
    assert queries.broken() == []
    AutopayTry.objects.update(kopecks=820_01)
    assert queries.broken() == [f"autopay {turn().public_id} took 82001 kopecks, told were 82000"]


def test_a_silent_bank_is_asked_again_with_the_same_order(cast: AutopayCast, bank: StubBank) -> None:
    told(cast)
    bank.failure = Temporary("silent", code="timeout")
    for minute in range(0, 40, 5):
        tick(at(4, 12, minute))
    assert Order.objects.get().state == OrderState.SENT
    bank.failure = None
    tick(at(4, 13))
    tick(at(4, 14))
    pay_at_bank(bank)
    tick(at(4, 20))
    assert Order.objects.count() == 1
    assert balance(cast) == 0


def test_what_an_unknown_charge_may_have_taken_is_not_charged_the_next_month(
    cast: AutopayCast, bank: StubBank
) -> None:
    told(cast)
    bank.failure = Temporary("silent", code="timeout")
    for hour in range(30):
        tick(at(4, 12) + timedelta(hours=hour))
    assert Order.objects.get().state == OrderState.REVIEW
    bank.failure = None
    january = at(31, 23) + timedelta(hours=20)
    charge(cast.account, 500_00, at=january)
    make_bill(cast.account, month=Month(2026, 12), at=january)
    for hours in range(0, 24 * 6, 8):
        tick(january + timedelta(hours=hours))
    assert [order.total_kopecks for order in Order.objects.order_by("pk")] == [820_00, 500_00]


def test_skipped_by_the_message_and_by_the_page_only_this_month(cast: AutopayCast) -> None:
    told(cast)
    operations.skip_by_key(key=turn().skip_key, address="192.0.2.1", now=at(3, 11))
    operations.skip_by_key(key=turn().skip_key, address="192.0.2.1", now=at(3, 12))
    assert turn().state == TurnState.SKIPPED
    for day in range(4, 20):
        tick(at(day, 12))
    assert not Order.objects.exists()
    january = at(31, 23) + timedelta(hours=20)
    charge(cast.account, 500_00, at=january)
    make_bill(cast.account, month=Month(2026, 12), at=january)
    tick(january + timedelta(days=2, hours=14))
    assert AutopayTurn.objects.filter(state=TurnState.TOLD).count() == 1


def test_what_has_begun_cannot_be_skipped(cast: AutopayCast) -> None:
    agreement = told(cast)
    tick(at(4, 12))
    with pytest.raises(AutopayConflict):
        operations.skip_by_key(key=turn().skip_key, address="", now=at(4, 12, 1))
    with pytest.raises(AutopayConflict):
        operations.skip(
            by=Actor.person(cast.anna.pk),
            public_id=agreement.public_id,
            turn_public_id=turn().public_id,
            now=at(4, 12, 1),
        )


@pytest.mark.parametrize("key", ["", "0" * 40, "\0", "%"])
def test_a_guessed_key_skips_nothing(cast: AutopayCast, key: str) -> None:
    told(cast)
    with pytest.raises(AutopayNotFound):
        operations.skip_by_key(key=key, address="", now=at(3, 11))
    assert turn().state == TurnState.TOLD


def ended_by_person(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    operations.end(by=Actor.person(cast.anna.pk), public_id=agreement.public_id, now=at(3, 11))


def card_unbound(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    payments.unbind_card(by=Actor.person(cast.anna.pk), card_public_id=cast.card.public_id, now=at(3, 11))


def right_gone(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    Link.objects.filter(person=cast.anna).update(can_pay=False)


def account_closed(cast: AutopayCast, agreement: AutopayAgreement) -> None:
    Account.objects.filter(pk=cast.account.pk).update(closed_on=at(4, 0).date())


@pytest.mark.parametrize("how", [ended_by_person, card_unbound, right_gone, account_closed])
def test_what_has_ended_charges_nothing_even_before_anybody_tidied(cast: AutopayCast, how: Any) -> None:
    agreement = told(cast)
    how(cast, agreement)
    operations.charge_due(now=at(4, 12))
    assert not Order.objects.exists()
    tick(at(4, 12, 10))
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.ENDED
    assert turn().state == TurnState.STOPPED
    for day in range(5, 20):
        tick(at(day, 12))
    assert not Order.objects.exists()


def test_recovery_by_sms_alone_pauses_until_the_person_resumes(cast: AutopayCast) -> None:
    agreement = told(cast)
    Person.objects.filter(pk=cast.anna.pk).update(recovered_at=at(3, 20))
    operations.charge_due(now=at(4, 12))
    assert not Order.objects.exists()
    agreement.refresh_from_db()
    assert (agreement.state, agreement.cause) == (AgreementState.PAUSED, "recovered")
    by = Actor.person(cast.anna.pk)
    with pytest.raises(payments.CardRefused):
        operations.resume(by=by, public_id=agreement.public_id, now=at(4, 13))
    for day in range(5, 9):
        tick(at(day, 12))
    assert not Order.objects.exists()
    operations.resume(by=by, public_id=agreement.public_id, now=at(9, 9))
    tick(at(9, 10))
    assert turn().due_at == at(10, 12)
    tick(at(10, 12))
    assert Order.objects.count() == 1


def test_a_recovery_nobody_looked_at_within_its_day_pauses_all_the_same(cast: AutopayCast) -> None:
    agreement = agree(cast.anna, cast.account, cast.card, day_of_month=20)
    Person.objects.filter(pk=cast.anna.pk).update(recovered_at=at(5, 20))
    tick(at(19, 10))
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.PAUSED
    assert not AutopayTurn.objects.exists()


def test_paused_and_resumed_before_the_day_is_told_again(cast: AutopayCast) -> None:
    agreement, by = told(cast), Actor.person(cast.anna.pk)
    operations.pause(by=by, public_id=agreement.public_id, now=at(3, 11))
    assert turn().state == TurnState.STOPPED
    operations.resume(by=by, public_id=agreement.public_id, now=at(3, 13))
    tick(at(3, 14))
    assert turn().due_at == at(5, 12)
    tick(at(4, 12))
    assert not Order.objects.exists()
    steps = list(AgreementChange.objects.filter(agreement=agreement).values_list("new", flat=True))
    assert steps == ["offered", "active", "paused", "active"]


def test_an_agreement_that_ends_between_keeping_and_sending_sends_nothing(
    cast: AutopayCast, monkeypatch: pytest.MonkeyPatch, bank: StubBank
) -> None:
    from svet.autopay.operations import charging

    agreement, send = told(cast), charging._send

    def ended_first(turn_id: int, **how: Any) -> None:
        operations.end(by=Actor.person(cast.anna.pk), public_id=agreement.public_id, now=at(4, 12))
        send(turn_id, **how)

    monkeypatch.setattr(charging, "_send", ended_first)
    tick(at(4, 12))
    assert Order.objects.get().state == OrderState.CANCELED
    assert turn().state == TurnState.STOPPED
    assert bank.statuses == {}


def test_somebody_who_begins_to_pay_between_keeping_and_sending_comes_first(
    cast: AutopayCast, monkeypatch: pytest.MonkeyPatch, bank: StubBank
) -> None:
    from svet.autopay.operations import charging

    told(cast)
    send = charging._send

    def pays_first(turn_id: int, **how: Any) -> None:
        if not Order.objects.filter(unattended=False).exists():
            make_order(person=cast.boris, lines=[(cast.account, 820_00)], now=at(4, 12))
        send(turn_id, **how)

    monkeypatch.setattr(charging, "_send", pays_first)
    tick(at(4, 12))
    assert bank.statuses == {}
    assert turn().state == TurnState.AGAIN
    order = payments.send_to_bank(order_id=Order.objects.get(unattended=False).pk, now=at(4, 12))
    bank.pay(order)
    payments.settle(order_id=order.pk, now=at(4, 12, 5), by="test")
    tick(at(4, 12, 15))
    assert turn().state == TurnState.NOTHING
    assert balance(cast) == 0


def test_killed_after_keeping_is_sent_by_the_next_worker(
    cast: AutopayCast, monkeypatch: pytest.MonkeyPatch, bank: StubBank
) -> None:
    from svet.autopay.operations import charging

    told(cast)
    with monkeypatch.context() as patch:
        patch.setattr(charging, "_send", lambda *args, **how: None)
        operations.charge_due(now=at(4, 12))
    assert Order.objects.get().state == OrderState.CREATED
    tick(at(4, 12, 1))
    assert Order.objects.get().state == OrderState.WAITING
    assert AutopayTry.objects.count() == 1


def test_a_relative_who_may_not_pay_any_more_ends_only_their_own(cast: AutopayCast) -> None:
    from svet.payments.tests.factories import make_card

    agreement = agree(cast.boris, cast.account, make_card(person=cast.boris))
    with pytest.raises(AutopayConflict):
        agree(cast.anna, cast.account, cast.card)
    Link.objects.filter(person=cast.boris).delete()
    tick(at(3, 10))
    agreement.refresh_from_db()
    assert (agreement.state, agreement.cause) == (AgreementState.ENDED, "right_gone")
    agree(cast.anna, cast.account, cast.card, now=at(3, 11))
    tick(at(3, 11, 30))
    assert turn().agreement.person == cast.anna


def test_other_terms_replace_the_older_ones_and_charge_no_month_twice(
    cast: AutopayCast, bank: StubBank
) -> None:
    older = told(cast)
    tick(at(4, 12))
    pay_at_bank(bank)
    tick(at(4, 12, 5))
    charge(cast.account, 100_00, at=at(4, 13))
    agree(cast.anna, cast.account, cast.card, now=at(4, 14), days_after_bill=1)
    older.refresh_from_db()
    assert (older.state, older.cause) == (AgreementState.ENDED, "replaced")
    for day in range(5, 20):
        tick(at(day, 12))
    assert Order.objects.count() == 1


def test_an_offer_nobody_confirms_ends(cast: AutopayCast) -> None:
    agreement = agree(cast.anna, cast.account, cast.card, on=False)
    tick(at(3, 10))
    agreement.refresh_from_db()
    assert (agreement.state, agreement.cause) == (AgreementState.ENDED, "unconfirmed")
    with pytest.raises(AutopayConflict):
        operations.confirm(by=Actor.person(cast.anna.pk), public_id=agreement.public_id, now=at(3, 11))
    assert not Notice.objects.exists()


def test_nobody_touches_anothers(cast: AutopayCast) -> None:
    agreement = told(cast)
    vera = Actor.person(cast.vera.pk)
    for act in (operations.pause, operations.resume, operations.end, operations.confirm):
        with pytest.raises(AutopayNotFound):
            act(by=vera, public_id=agreement.public_id, now=at(3, 11))
    with pytest.raises(AutopayNotFound):
        agree(cast.vera, cast.account, cast.card)
    with pytest.raises(payments.CardNotFound):
        agree(cast.boris, cast.account, cast.card)


def test_what_a_payment_by_bound_card_may_have_taken_is_not_charged_again(
    cast: AutopayCast, bank: StubBank
) -> None:
    told(cast)
    bank.failure = Temporary("silent", code="timeout")
    order = make_order(
        person=cast.anna, lines=[(cast.account, 820_00)], card=cast.card.public_id, now=at(4, 10)
    )
    with pytest.raises(payments.BankUnavailable):
        payments.send_to_bank(order_id=order.pk, now=at(4, 10))
    for minute in range(0, 120, 10):
        tick(at(4, 12) + timedelta(minutes=minute))
    assert not Order.objects.filter(unattended=True).exists()
    assert turn().state == TurnState.TOLD, "nobody knows yet whether anything is left"


def test_a_bound_account_of_sbp_pays_as_a_card_does(cast: AutopayCast, bank: StubBank) -> None:
    account = make_card(
        person=cast.anna,
        kind="sbp",
        system="СБП",
        last4="",
        expires="",
        bank="Банк «Пример»",
        reference="sbp-1",
    )
    agreement = agree(cast.anna, cast.account, account)
    tick(at(3, 10))
    assert "(СБП, Банк «Пример»)" in Notice.objects.get(event="autopay_told").text
    tick(at(4, 12))
    pay_at_bank(bank)
    tick(at(4, 13))
    assert (balance(cast), Order.objects.get().card_reference) == (0, "sbp-1")
    payments.unbind_card(by=Actor.person(cast.anna.pk), card_public_id=account.public_id, now=at(5, 9))
    tick(at(5, 10))
    agreement.refresh_from_db()
    assert agreement.state == AgreementState.ENDED
