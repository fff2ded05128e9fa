"""Control readings: told with both values, objected to, answered, and billed to the kopeck."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from svet.accounts.tests.factories import NOW, OFFICE, make_link, make_provider
from svet.billing import operations as billing
from svet.billing.models import Charge
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.files.tests.pictures import photo
from svet.kernel.actors import Actor
from svet.kernel.ids import MeterId
from svet.kernel.periods import Month
from svet.metering import events, operations, queries
from svet.metering.models import DisputeChange, Meter, ReadingSet
from svet.metering.operations import DisputeNotFound, DisputeRefused
from svet.metering.queries import DisputeView, MeterNotFound
from svet.metering.rules import (
    DisputeReason,
    DisputeState,
    ReadingChannel,
    ReadingRefused,
    ReadingState,
    ReadingSubmission,
    ValueReason,
    Zone,
)
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person

TODAY = date(2026, 11, 22)
STAFF = Actor.system("office")


def cast() -> tuple[Person, Person, Meter]:
    anna, vera = make_person(), make_person()
    account, meter = make_metered_account()
    make_link(person=anna, account=account, confirmed=True)
    operations.submit_readings(
        by=Actor.person(anna.pk),
        meter_id=MeterId(meter.pk),
        now=NOW - timedelta(hours=1),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(1300)},
            read_on=date(2026, 11, 20),
            channel=ReadingChannel.WEB,
            key=uuid4(),
        ),
    )
    return anna, vera, meter


def control(
    meter: Meter, value: int, *, read_on: date = TODAY, now: datetime = NOW, **more: Any
) -> ReadingSet:
    number = operations.take_control_reading(
        by=STAFF, meter_id=meter.pk, values={Zone.SINGLE: Decimal(value)}, read_on=read_on, now=now, **more
    )
    return ReadingSet.objects.get(receipt_number=number)


def object_to(person: Person, taken: ReadingSet, words: str = "Не согласна", **more: Any) -> str:
    return operations.open_dispute(
        by=Actor.person(person.pk),
        set_public_id=taken.public_id,
        words=words,
        now=more.pop("now", NOW),
        **more,
    )


def dispute(taken: ReadingSet) -> DisputeView:
    return queries.disputes_of([taken.pk])[taken.pk]


@pytest.mark.django_db
def test_control_reading_is_told_and_stands_beside_the_customers_own() -> None:
    anna, _vera, meter = cast()
    picture = operations.keep_photo(raw=photo(), by=STAFF, now=NOW)
    taken = control(meter, 1250, act_number="17", photo_public_id=picture)
    (view,) = queries.sets_by_id(set_ids=[taken.pk]).values()
    found = queries.compared(view)
    assert found.customer is not None
    assert found.customer.state == "superseded"
    assert found.customer.values[0].value == 1300
    assert found.base is not None
    assert found.base.values[0].value == 1000
    assert queries.changes_of([taken.pk])[taken.pk][0].words == "акт № 17"
    assert queries.photo_for(Actor.person(anna.pk), public_id=picture)
    notice = Notice.objects.get(recipient_id=anna.recipient_id, event=events.CONTROL_READING.code)
    assert "1\u00a0250" in notice.text
    assert "22.12.2026" in notice.text
    assert notice.url == f"/readings/receipt/{taken.public_id}/"


@pytest.mark.django_db
def test_control_reading_of_a_day_before_a_billed_one_is_refused() -> None:
    _anna, _vera, meter = cast()
    with transaction.atomic():
        operations.mark_used(
            set_ids=list(ReadingSet.objects.values_list("pk", flat=True)), by=OFFICE, now=NOW
        )
    for on, reason in (
        (date(2026, 11, 19), ValueReason.BEFORE_LAST),
        (TODAY + timedelta(days=1), ValueReason.FUTURE),
        (date(2026, 9, 1), ValueReason.REMOVED),
    ):
        with pytest.raises(ReadingRefused) as caught:
            control(meter, 1250, read_on=on)
        assert caught.value.reason is reason


@pytest.mark.django_db
def test_objection_is_made_once_in_time_by_whoever_may_send() -> None:
    anna, vera, meter = cast()
    taken = control(meter, 1250)
    own = ReadingSet.objects.get(channel="web")
    with pytest.raises(MeterNotFound):
        object_to(vera, taken)
    for who, what, more, reason in (
        (anna, own, {}, DisputeReason.NOT_CONTROL),
        (anna, taken, {"words": "  "}, DisputeReason.NO_WORDS),
        (anna, taken, {"words": "я" * 2001}, DisputeReason.TOO_LONG),
        (anna, taken, {"now": NOW + timedelta(days=31)}, DisputeReason.TOO_LATE),
    ):
        with pytest.raises(DisputeRefused) as caught:
            object_to(who, what, **more)
        assert caught.value.reason is reason
    picture = operations.keep_photo(raw=photo(), by=Actor.person(anna.pk), now=NOW)
    object_to(anna, taken, now=NOW + timedelta(days=30), photo_public_id=picture)
    with pytest.raises(DisputeRefused):
        object_to(anna, taken)
    assert dispute(taken).photo_public_id == picture
    assert queries.photo_for(Actor.person(anna.pk), public_id=picture)
    with pytest.raises(MeterNotFound):
        queries.photo_for(Actor.person(vera.pk), public_id=picture)
    with pytest.raises(DatabaseError), transaction.atomic():
        DisputeChange.objects.update(words="")


@pytest.mark.django_db
def test_staff_checks_then_declines_and_every_step_is_told() -> None:
    anna, vera, meter = cast()
    taken = control(meter, 1250)
    key = object_to(anna, taken)
    staff = Actor.staff(make_person().pk)
    operations.check_dispute(by=staff, dispute_public_id=key, words="Придём 25-го", now=NOW)
    operations.decline_dispute(by=staff, dispute_public_id=key, words="На фото 1250", now=NOW)
    found = dispute(taken)
    assert [step.state for step in found.steps] == [
        DisputeState.OPEN,
        DisputeState.CHECKING,
        DisputeState.DECLINED,
    ]
    assert found.steps[-1].words == "На фото 1250"
    assert (
        Notice.objects.filter(recipient_id=anna.recipient_id, event=events.DISPUTE_ANSWERED.code).count() == 2
    )
    assert queries.waiting_disputes(limit=10) == []
    with pytest.raises(DisputeRefused):
        operations.decline_dispute(by=staff, dispute_public_id=key, words="ещё раз", now=NOW)
    with pytest.raises(DisputeNotFound):
        operations.withdraw_dispute(by=Actor.person(vera.pk), dispute_public_id=key, now=NOW)
    with pytest.raises(DisputeRefused):
        operations.withdraw_dispute(by=Actor.person(anna.pk), dispute_public_id=key, now=NOW)


@pytest.mark.django_db
def test_upheld_objection_puts_another_control_reading_in_its_place() -> None:
    anna, _vera, meter = cast()
    taken = control(meter, 1400)
    key = object_to(anna, taken)
    number = operations.uphold_dispute(
        by=STAFF,
        dispute_public_id=key,
        values={Zone.SINGLE: Decimal(1300)},
        read_on=TODAY,
        words="Перепутали прибор",
        now=NOW + timedelta(hours=1),
        act_number="18",
    )
    taken.refresh_from_db()
    assert taken.state == ReadingState.SUPERSEDED
    settled = ReadingSet.objects.get(receipt_number=number)
    assert dispute(taken).settled_by_id == settled.pk
    assert dispute(taken).state is DisputeState.UPHELD
    assert queries.latest(account_ids=[meter.account_id])[meter.pk].set_id == settled.pk
    assert settled.values.get().consumption == 300


def charged(meter: Meter, month: Month) -> int:
    billing.run(
        provider_id=make_provider().pk,
        period=month,
        now=datetime(month.plus(1).year, month.plus(1).month, 1, 4, tzinfo=UTC),
    )
    return Charge.objects.get(account_id=meter.account_id, period=month.first).total_kopecks


@pytest.mark.django_db
@pytest.mark.parametrize("upheld", [False, True])
def test_difference_of_a_control_reading_is_settled_to_the_kopeck(upheld: bool) -> None:
    """Whatever way it came, after two months the account has paid for just what the dial shows."""
    load_chelyabinsk()
    anna, _vera, meter = cast()
    november = charged(meter, Month(2026, 11))  # 300 kWh by the customer's word
    checked = datetime(2026, 12, 10, 6, tzinfo=UTC)
    taken = control(meter, 1240, read_on=date(2026, 12, 10), now=checked)
    true = 1240
    if upheld:
        key = object_to(anna, taken, now=checked)
        operations.uphold_dispute(
            by=STAFF,
            dispute_public_id=key,
            values={Zone.SINGLE: Decimal(1280)},
            read_on=date(2026, 12, 11),
            words="Верно",
            now=checked + timedelta(days=1),
        )
        true = 1280
    december = charged(meter, Month(2026, 12))
    price = november / 300
    assert december == round(-(1300 - true) * price)
    assert november + december == round((true - 1000) * price)


@pytest.mark.django_db
def test_dispute_over_a_billed_control_reading_comes_back_in_the_next_bill() -> None:
    load_chelyabinsk()
    anna, _vera, meter = cast()
    taken = control(meter, 1400)
    november = charged(meter, Month(2026, 11))
    taken.refresh_from_db()
    assert taken.state == ReadingState.USED
    later = datetime(2026, 12, 5, 6, tzinfo=UTC)
    key = object_to(anna, taken, now=later)
    operations.uphold_dispute(
        by=STAFF,
        dispute_public_id=key,
        values={Zone.SINGLE: Decimal(1300)},
        read_on=TODAY,
        words="Верно",
        now=later,
    )
    operations.submit_readings(
        by=Actor.person(anna.pk),
        meter_id=MeterId(meter.pk),
        now=datetime(2026, 12, 20, 6, tzinfo=UTC),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(1450)},
            read_on=date(2026, 12, 20),
            channel=ReadingChannel.WEB,
            key=uuid4(),
        ),
    )
    december = charged(meter, Month(2026, 12))
    price = november / 400
    # 1 450 − 1 400 is left to pay: the hundred that was too much is taken off.
    assert december == round(50 * price)
