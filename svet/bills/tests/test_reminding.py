"""The reminder to pay and «показания вошли в счёт»: Anna may pay, Boris only looks, Vera is a stranger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from svet.accounts.models import Account, Provider
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.arrangements.operations import promise_payment
from svet.billing.operations import run
from svet.billing.tests.factories import (
    NOVEMBER,
    charge_november,
    load_chelyabinsk,
    make_metered_account,
    make_norm,
)
from svet.bills import events, jobs, operations, queries
from svet.bills.models import Bill, DueReminder
from svet.bills.operations import reminding
from svet.bills.rules import accounts_label, still_owed, uses_own_readings
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.metering.tests.factories import make_meter, make_reading
from svet.notices import operations as notices
from svet.notices.models import Delivery, Notice
from svet.notices.rules import EventSpec, NoticeChannel
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import REQUISITES, make_order, owe
from svet.people.models import Person
from svet.people.tests.factories import make_person

ISSUED = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
REMINDED = datetime(2026, 12, 12, 6, 0, tzinfo=UTC)  # eleven in the morning in Yekaterinburg


def issue() -> None:
    for provider in Provider.objects.all():
        run(provider_id=provider.pk, period=NOVEMBER, now=ISSUED)
        operations.issue(provider_id=provider.pk, period=NOVEMBER, now=ISSUED)


def make_owing(*people: Person, **provider: str) -> Account:
    """An account that owes 664,45 ₽ by 15 December 2026."""
    load_chelyabinsk()
    account = make_account(provider=make_provider(**REQUISITES, **provider))
    meter = make_meter(account=account, initial=1000, installed_on=date(2026, 10, 20))
    make_reading(meter, 1137, read_on=date(2026, 11, 20))
    for person in people:
        make_link(person=person, account=account)
    return account


def pay(account: Account, money: Money) -> None:
    with use_case():
        ledger.post(
            key=f"test:{account.pk}:{money.kopecks}",
            kind=TransactionKind.PAYMENT,
            legs=[Leg(Book.RECEIVABLE, account.pk, -money), Leg(Book.BANK, None, money)],
            occurred_at=ISSUED,
            effective_on=date(2026, 12, 5),
            provider_id=account.provider_id,
        )


def heard(person: Person, event: EventSpec = events.DUE_NEAR) -> int:
    return Notice.objects.filter(recipient_id=person.recipient_id, event=event.code).count()


def test_only_what_is_still_owed_of_the_bill_is_asked_for() -> None:
    assert still_owed(payable=500, balance=500) == 500
    assert still_owed(payable=500, balance=200) == 200
    assert still_owed(payable=500, balance=900) == 500
    assert still_owed(payable=500, balance=-1) == still_owed(payable=-5, balance=0) == 0
    assert accounts_label(["1"]) == "1"
    assert accounts_label(["1", "2", "3"]) == "1 (+2)"


@pytest.mark.django_db
def test_due_date_is_told_once_to_who_may_pay() -> None:
    anna, boris, vera = make_person(email="anna@example.ru"), make_person(), make_person()
    account = make_owing(anna)
    make_link(person=boris, account=account, can_pay=False)
    issue()
    assert operations.remind_of_due(now=REMINDED - timedelta(days=1)) == 0
    assert operations.remind_of_due(now=REMINDED) == 1
    for later in (timedelta(hours=1), timedelta(days=1), timedelta(days=3), timedelta(days=4)):
        assert operations.remind_of_due(now=REMINDED + later) == 0
    notice = Notice.objects.get(event=events.DUE_NEAR.code)
    assert notice.recipient_id == anna.recipient_id
    assert notice.text == f"Аб. № {account.number}: к оплате 664,45\u00a0₽ до 15.12.2026."
    assert notice.url == "/payment/"
    assert {d.channel for d in Delivery.objects.filter(event=events.DUE_NEAR.code)} == {"sms", "email"}
    assert heard(boris) == heard(vera) == 0


@pytest.mark.django_db
def test_who_has_paid_is_left_in_peace_and_a_part_is_taken_off() -> None:
    anna, boris = make_person(), make_person()
    paid, partly = make_owing(anna), make_owing(boris)
    issue()
    pay(paid, Money(66_445))
    pay(partly, Money(60_000))
    assert operations.remind_of_due(now=REMINDED) == 1
    assert heard(anna) == 0
    assert "64,45" in Notice.objects.get(recipient_id=boris.recipient_id, event=events.DUE_NEAR.code).text


@pytest.mark.django_db
def test_many_accounts_make_one_notice_with_the_whole_sum() -> None:
    anna = make_person()
    first, *_rest = [make_owing(anna) for _ in range(3)]
    issue()
    assert operations.remind_of_due(now=REMINDED) == 1
    text = Notice.objects.get(event=events.DUE_NEAR.code).text
    assert f"{first.number} (+2)" in text
    assert "1\u00a0993,35" in text
    assert DueReminder.objects.count() == 3


@pytest.mark.django_db
def test_bill_of_today_is_not_followed_by_a_reminder_at_once() -> None:
    anna = make_person()
    make_owing(anna)
    run(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    operations.issue(provider_id=make_provider().pk, period=NOVEMBER, now=REMINDED)
    assert operations.remind_of_due(now=REMINDED) == 0
    assert operations.remind_of_due(now=REMINDED + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_due_date_beyond_a_short_month_is_its_last_day() -> None:
    anna = make_person()
    make_owing(anna)
    Provider.objects.update(due_day=31)
    run(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    operations.issue(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    assert Bill.objects.get().due_on == date(2026, 12, 31)
    assert operations.remind_of_due(now=datetime(2026, 12, 27, 6, 0, tzinfo=UTC)) == 0
    assert operations.remind_of_due(now=datetime(2026, 12, 28, 6, 0, tzinfo=UTC)) == 1


@pytest.mark.django_db
def test_each_provider_keeps_its_own_clock() -> None:
    anna = make_person()
    make_owing(anna, code="east", time_zone="Asia/Kamchatka")
    make_owing(anna, code="west", time_zone="Europe/Kaliningrad")
    issue()
    # Eleven in the morning of the 12th in Kamchatka is one at night in Kaliningrad.
    assert operations.remind_of_due(now=datetime(2026, 12, 11, 23, 0, tzinfo=UTC)) == 1
    assert operations.remind_of_due(now=datetime(2026, 12, 12, 9, 0, tzinfo=UTC)) == 1
    assert heard(anna) == 2


@pytest.mark.django_db
def test_run_that_dies_between_two_batches_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [make_person() for _ in range(3)]
    for person in people:
        make_owing(person)
    issue()
    monkeypatch.setattr(reminding, "PEOPLE_PER_BATCH", 1)
    tell = notices.notify_many
    calls = 0

    def die_at_the_second(
        *, event: EventSpec, tidings: Sequence[notices.NoticeMessage], now: datetime
    ) -> None:
        nonlocal calls
        calls += 1
        tell(event=event, tidings=tidings, now=now)
        if calls == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(notices, "notify_many", die_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            operations.remind_of_due(now=REMINDED)
    assert [heard(person) for person in people] == [1, 0, 0]
    assert operations.remind_of_due(now=REMINDED) == 2
    assert [heard(person) for person in people] == [1, 1, 1]


@pytest.mark.django_db
def test_job_asks_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    anna = make_person()
    make_owing(anna)
    issue()
    monkeypatch.setattr("django.utils.timezone.now", lambda: REMINDED)
    jobs.remind_of_due(timestamp=0)
    assert heard(anna) == 1


@pytest.mark.django_db
def test_used_readings_are_told_with_the_bill_to_who_asked_for_it() -> None:
    anna, boris, vera = make_person(), make_person(), make_person()
    make_owing(anna, boris)
    wanted = {events.READING_USED: {NoticeChannel.BELL: True}}
    for person in (anna, vera):
        notices.set_preferences(recipient_id=person.recipient_id, preferences=wanted)
    issue()
    issue()
    assert [heard(person, events.READING_USED) for person in (anna, boris, vera)] == [1, 0, 0]
    assert [heard(person, events.BILL_READY) for person in (anna, boris, vera)] == [1, 1, 0]
    notice = Notice.objects.get(event=events.READING_USED.code)
    assert "ноябрь\u00a02026" in notice.text
    assert notice.url == f"/bills/{Bill.objects.get().public_id}/"


@pytest.mark.django_db
def test_bill_without_own_readings_does_not_claim_them() -> None:
    load_chelyabinsk()
    make_norm()
    make_metered_account(installed_on=date(2026, 9, 20), residents=2)
    issue()
    assert not uses_own_readings(queries.bill_by_id(Bill.objects.get().pk, masked=False).document)
    charge_november()
    issue()
    newest = Bill.objects.order_by("-pk").values_list("pk", flat=True)[0]
    assert uses_own_readings(queries.bill_by_id(newest, masked=False).document)


@pytest.mark.django_db
def test_who_has_promised_a_day_to_come_is_not_pressed_before_it() -> None:
    anna, boris = make_person(), make_person()
    promised = make_owing(anna)
    make_owing(boris)
    issue()
    promise_payment(
        by=Actor.person(anna.pk),
        account_public_id=promised.public_id,
        until=(REMINDED + timedelta(days=1)).date(),
        now=REMINDED - timedelta(days=1),
    )
    assert operations.remind_of_due(now=REMINDED) == 1
    assert (heard(anna), heard(boris)) == (0, 1)
    assert operations.remind_of_due(now=REMINDED + timedelta(days=1)) == 0
    # The promised day is over, the day to pay by is not: it is as with everybody.
    assert operations.remind_of_due(now=REMINDED + timedelta(days=2)) == 1
    assert heard(anna) == 1


@pytest.mark.django_db
def test_what_a_promise_does_not_cover_is_reminded_of() -> None:
    anna = make_person()
    account = make_owing(anna)
    owe(account, 300_00)
    promise_payment(
        by=Actor.person(anna.pk),
        account_public_id=account.public_id,
        until=(REMINDED + timedelta(days=1)).date(),
        now=REMINDED - timedelta(days=12),
    )
    # The bill of November comes after the promise: 964,45 ₽ in all, of which 300,00 ₽ have their own day.
    issue()
    assert operations.remind_of_due(now=REMINDED) == 1
    assert "664,45" in Notice.objects.get(recipient_id=anna.recipient_id, event="due_near").text


@pytest.mark.django_db
def test_money_on_its_way_is_not_asked_for_once_more() -> None:
    anna, boris = make_person(), make_person()
    whole, part = make_owing(anna), make_owing(boris)
    issue()
    for payer, account, kopecks in ((anna, whole, 664_45), (boris, part, 600_00)):
        order = make_order(person=payer, lines=[(account, kopecks)], now=REMINDED)
        Order.objects.filter(pk=order.pk).update(state=OrderState.REVIEW, taken_kopecks=kopecks)
    assert operations.remind_of_due(now=REMINDED) == 1
    assert heard(anna) == 0
    assert "64,45" in Notice.objects.get(recipient_id=boris.recipient_id, event="due_near").text
    # It did not come after all: then it is asked for, while the day is near.
    Order.objects.all().update(state=OrderState.CANCELED)
    assert operations.remind_of_due(now=REMINDED + timedelta(days=1)) == 1
    assert heard(anna) == 1
