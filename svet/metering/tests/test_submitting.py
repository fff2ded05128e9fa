"""One set of readings: Anna owns the account, Boris is her son, Vera a stranger."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from svet.accounts.tests.factories import NOW, OFFICE, make_account, make_link
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.ids import MeterId
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused
from svet.metering import operations, queries
from svet.metering.models import Meter, ReadingSet, ReadingValue, SetStateChange
from svet.metering.operations import ConfirmationNeeded, KeyReused, ReadingReceipt
from svet.metering.queries import MeterNotFound
from svet.metering.rules import (
    Doubt,
    ReadingChannel,
    ReadingKind,
    ReadingRefused,
    ReadingState,
    ReadingSubmission,
    ValueReason,
    WithdrawReason,
    Zone,
)
from svet.metering.tests.factories import answered, make_meter, make_reading
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person

TODAY = date(2026, 11, 22)


def cast() -> tuple[Person, Person, Person, Meter]:
    anna, boris, vera = make_person(), make_person(), make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    meter = make_meter(account=account, initial=3000)
    make_reading(meter, 3450, read_on=date(2026, 9, 20))
    make_reading(meter, 3589, read_on=date(2026, 10, 20))
    return anna, boris, vera, meter


def send(person: Person, meter: Meter, value: int | str, **kwargs: Any) -> ReadingReceipt:
    kwargs.setdefault("key", uuid4())
    kwargs.setdefault("now", NOW)
    return operations.submit_readings(
        by=Actor.person(person.pk),
        meter_id=MeterId(meter.pk),
        now=kwargs.pop("now"),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(value)},
            read_on=kwargs.pop("read_on", TODAY),
            channel=ReadingChannel.WEB,
            **answered(kwargs),
        ),
    )


def count() -> tuple[int, int, int]:
    return ReadingSet.objects.count(), ReadingValue.objects.count(), SetStateChange.objects.count()


@pytest.mark.django_db
def test_reading_is_kept_with_its_receipt_trail_and_notices() -> None:
    anna, boris, _vera, meter = cast()
    receipt = send(boris, meter, 3700)
    kept = ReadingSet.objects.get(receipt_number=receipt.receipt_number)
    assert (kept.state, kept.author_person_id, kept.channel) == ("accepted", boris.pk, "web")
    assert receipt.consumption == {Zone.SINGLE: 111}
    assert str(receipt.period) == "2026-11"
    assert [(c.from_state, c.to_state, c.by_person_id) for c in kept.changes.all()] == [
        ("submitted", "accepted", boris.pk)
    ]
    assert Entry.objects.filter(action="readings.submitted", account_id=meter.account_id).count() == 1
    for person in (anna, boris):
        assert Notice.objects.filter(recipient_id=person.recipient_id).count() == 1
    assert queries.latest(account_ids=[meter.account_id])[meter.pk].set_id == kept.pk
    assert queries.broken() == []


@pytest.mark.django_db
def test_stranger_gets_not_found_and_nothing_changes() -> None:
    _anna, _boris, vera, meter = cast()
    before = count()
    with pytest.raises(MeterNotFound):
        send(vera, meter, 3700)
    with pytest.raises(MeterNotFound):
        queries.meter_for(Actor.person(vera.pk), public_id=meter.public_id)
    assert count() == before


@pytest.mark.django_db
def test_right_to_view_is_not_enough_to_send() -> None:
    galina = make_person()
    meter = make_meter(initial=10)
    make_link(person=galina, account=meter.account, can_submit=False)
    with pytest.raises(MeterNotFound):
        send(galina, meter, 20)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("value", "reason"),
    [("0", ValueReason.LOWER), ("100000", ValueReason.CAPACITY), ("3600.5", ValueReason.FRACTION)],
)
def test_refusal_says_why_and_changes_nothing(value: str, reason: ValueReason) -> None:
    anna, _boris, _vera, meter = cast()
    before = count()
    with pytest.raises(ReadingRefused) as caught:
        send(anna, meter, value, confirmed=True)
    assert caught.value.reason == reason
    assert count() == before


@pytest.mark.django_db
def test_odd_set_is_taken_only_when_confirmed() -> None:
    anna, _boris, _vera, meter = cast()
    before = count()
    with pytest.raises(ConfirmationNeeded) as caught:
        send(anna, meter, 3589)
    assert caught.value.reason == Doubt.ZERO
    assert count() == before
    assert send(anna, meter, 3589, confirmed=True).state is ReadingState.ACCEPTED


@pytest.mark.django_db
def test_turn_of_the_dial_is_kept_and_counted_on() -> None:
    anna = make_person()
    account = make_account()
    make_link(person=anna, account=account)
    meter = make_meter(account=account, initial=99990, installed_on=date(2026, 10, 25))
    assert send(anna, meter, 10, confirmed=True).consumption == {Zone.SINGLE: 20}
    later = NOW + timedelta(days=20)
    assert send(anna, meter, 110, read_on=TODAY + timedelta(days=20), now=later).consumption == {
        Zone.SINGLE: 100
    }


@pytest.mark.django_db
def test_what_no_line_can_carry_waits_for_the_staff() -> None:
    anna, _boris, _vera, meter = cast()
    receipt = send(anna, meter, 50000, confirmed=True)
    assert receipt.state is ReadingState.UNDER_REVIEW
    assert queries.latest(account_ids=[meter.account_id])[meter.pk].values[0].value == 3589
    waiting = queries.waiting_review(account_ids=[meter.account_id])[meter.pk]
    operations.decide_review(by=OFFICE, set_id=waiting.set_id, accept=False, reason="опечатка", now=NOW)
    assert ReadingSet.objects.get(pk=waiting.set_id).state == "rejected"
    with pytest.raises(Refused):
        operations.decide_review(by=OFFICE, set_id=waiting.set_id, accept=True, reason="", now=NOW)


@pytest.mark.django_db
def test_two_relatives_are_both_kept_and_the_latest_counts() -> None:
    anna, boris, _vera, meter = cast()
    send(anna, meter, 3600)
    send(boris, meter, 3605, now=NOW + timedelta(seconds=30))
    views = queries.reading_sets(account_ids=[meter.account_id], since=TODAY)
    assert [(view.author_person_id, int(view.values[0].value)) for view in views] == [
        (boris.pk, 3605),
        (anna.pk, 3600),
    ]
    assert queries.latest(account_ids=[meter.account_id])[meter.pk].author_person_id == boris.pk


@pytest.mark.django_db
def test_lower_reading_of_the_same_month_replaces_the_higher_one_once_confirmed() -> None:
    anna, boris, _vera, meter = cast()
    wrong = send(anna, meter, 3700)
    with pytest.raises(ConfirmationNeeded):
        send(boris, meter, 3650)
    send(boris, meter, 3650, confirmed=True)
    assert ReadingSet.objects.get(receipt_number=wrong.receipt_number).state == "superseded"
    assert queries.broken() == []


@pytest.mark.django_db
def test_same_key_gives_the_same_receipt_and_another_body_conflicts() -> None:
    anna, _boris, _vera, meter = cast()
    key = uuid4()
    first, again = send(anna, meter, 3700, key=key), send(anna, meter, 3700, key=key)
    assert (first.receipt_number, again.repeated) == (again.receipt_number, True)
    with pytest.raises(KeyReused):
        send(anna, meter, 3701, key=key)


@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_identical_submissions_make_one_reading() -> None:
    anna, _boris, _vera, meter = cast()
    key = uuid4()

    def one(_n: int) -> str:
        try:
            return send(anna, meter, 3700, key=key).receipt_number
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        receipts = set(pool.map(one, range(20)))
    assert len(receipts) == 1
    assert ReadingSet.objects.filter(key=key).count() == 1
    assert Notice.objects.filter(recipient_id=anna.recipient_id).count() == 1


@pytest.mark.django_db
def test_smart_removed_closed_and_future_are_explained() -> None:
    anna = make_person()
    account = make_account()
    make_link(person=anna, account=account)
    smart = make_meter(account=account, smart=True)
    plain = make_meter(account=account, initial=5)
    for meter, on, reason in [
        (smart, TODAY, ValueReason.SMART),
        (plain, TODAY + timedelta(days=1), ValueReason.FUTURE),
        (plain, date(2024, 1, 1), ValueReason.BEFORE_LAST),
    ]:
        with pytest.raises(ReadingRefused) as caught:
            send(anna, meter, 10, read_on=on)
        assert caught.value.reason == reason


@pytest.mark.django_db
def test_own_reading_is_withdrawn_until_the_cut_off_and_the_old_one_counts_again() -> None:
    anna, boris, vera, meter = cast()
    receipt = send(anna, meter, 3700)

    def withdraw(person: Person, *, later: int = 0) -> None:
        operations.withdraw_set(
            by=Actor.person(person.pk), set_public_id=receipt.set_public_id, now=NOW + timedelta(days=later)
        )

    with pytest.raises(MeterNotFound):
        withdraw(vera)
    for person, later, reason in [
        (boris, 0, WithdrawReason.NOT_YOURS),
        (anna, 4, WithdrawReason.TOO_LATE),
    ]:
        with pytest.raises(Refused) as caught:
            withdraw(person, later=later)
        assert caught.value.reason == reason
    withdraw(anna)
    assert queries.latest(account_ids=[meter.account_id])[meter.pk].values[0].value == 3589
    with pytest.raises(Refused):
        withdraw(anna)
    assert send(anna, meter, 3610).state is ReadingState.ACCEPTED


@pytest.mark.django_db
def test_control_reading_supersedes_what_contradicts_it_and_spares_what_was_billed() -> None:
    anna, _boris, _vera, meter = cast()
    billed = ReadingSet.objects.get(meter=meter, read_on=date(2026, 10, 20))
    with transaction.atomic():
        assert operations.mark_used(set_ids=[billed.pk], by=OFFICE, now=NOW, period=Month(2026, 10)) == 1
    send(anna, meter, 3700)
    operations.take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(3500)}, read_on=TODAY, now=NOW
    )
    states = dict(ReadingSet.objects.filter(meter=meter).values_list("values__value", "state"))
    assert states[Decimal(3589)] == "used"
    assert states[Decimal(3700)] == "superseded"
    assert queries.latest(account_ids=[meter.account_id])[meter.pk].kind == ReadingKind.CONTROL


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        lambda: ReadingValue.objects.update(value=1),
        lambda: ReadingSet.objects.update(read_on=date(2020, 1, 1)),
        lambda: SetStateChange.objects.all()._raw_delete("default"),
        lambda: ReadingSet.objects.all()._raw_delete("default"),
    ],
)
def test_database_itself_keeps_readings_as_they_were(change: Callable[[], object]) -> None:
    make_meter(initial=5)
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


@pytest.mark.django_db
def test_two_zones_go_in_one_set() -> None:
    anna = make_person()
    account = make_account()
    make_link(person=anna, account=account)
    meter = make_meter(account=account, scheme=2, initial=100, installed_on=date(2026, 10, 25))
    receipt = operations.submit_readings(
        by=Actor.person(anna.pk),
        meter_id=MeterId(meter.pk),
        now=NOW,
        sent=ReadingSubmission(
            values={Zone.NIGHT: Decimal(130), Zone.DAY: Decimal(190)},
            read_on=TODAY,
            channel=ReadingChannel.API,
            key=UUID(int=7),
        ),
    )
    assert receipt.consumption == {Zone.DAY: 90, Zone.NIGHT: 30}
