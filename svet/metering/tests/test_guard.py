"""The guard never ends at a wall: going down leads to a person, a slip is corrected, the staff decides."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svet.accounts.tests.factories import NOW, OFFICE, make_account, make_link
from svet.files.rules import PhotoRefused
from svet.files.tests.pictures import photo
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.ids import MeterId
from svet.limits.models import Bucket
from svet.metering import events, operations, queries
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations import ReadingReceipt, ReviewRefused, SetRefused, WithdrawRefused
from svet.metering.queries import MeterNotFound
from svet.metering.rules import (
    Dial,
    Doubt,
    Mark,
    ReadingChannel,
    ReadingState,
    ReadingSubmission,
    ValueReason,
    WithdrawReason,
    Zone,
    judge,
    usual_for,
)
from svet.metering.tests.factories import answered, make_meter, make_reading
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person

TODAY = date(2026, 11, 22)


def cast() -> tuple[Person, Person, Meter]:
    anna, vera = make_person(), make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    meter = make_meter(account=account, initial=3000)
    make_reading(meter, 3589, read_on=date(2026, 10, 20))
    return anna, vera, meter


def send(person: Person, meter: Meter, value: int, **more: Any) -> ReadingReceipt:
    return operations.submit_readings(
        by=Actor.person(person.pk),
        meter_id=MeterId(meter.pk),
        now=more.pop("now", NOW),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(value)},
            read_on=more.pop("read_on", TODAY),
            channel=ReadingChannel.WEB,
            key=more.pop("key", uuid4()),
            **answered(more),
        ),
    )


def correct(person: Person, receipt: ReadingReceipt, value: int, **more: Any) -> ReadingReceipt:
    return operations.correct_set(
        by=Actor.person(person.pk),
        set_public_id=receipt.set_public_id,
        now=more.pop("now", NOW),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(value)},
            read_on=TODAY,
            channel=ReadingChannel.WEB,
            key=more.pop("key", uuid4()),
            **answered(more),
        ),
    )


def last(meter: Meter) -> int:
    return int(queries.latest(account_ids=[meter.account_id])[meter.pk].values[0].value)


@pytest.mark.django_db
def test_value_that_went_down_goes_to_the_staff_with_its_photo_and_words() -> None:
    anna, vera, meter = cast()
    with pytest.raises(SetRefused):
        send(anna, meter, 120, confirmed=True)
    picture = operations.keep_photo(raw=photo(), by=Actor.person(anna.pk), now=NOW)
    receipt = send(anna, meter, 120, insists=True, words=" поставили новый ", photo_public_id=picture)
    assert receipt.state is ReadingState.UNDER_REVIEW
    assert last(meter) == 3589
    (item,) = queries.review_queue(limit=10)
    assert (item.doubts, item.sent.words) == (["lower"], "поставили новый")
    assert [seen.public_id for seen in item.photos] == [picture]
    assert queries.photo_for(Actor.person(anna.pk), public_id=picture).startswith(b"\xff\xd8")
    with pytest.raises(MeterNotFound):
        queries.photo_for(Actor.person(vera.pk), public_id=picture)


@pytest.mark.django_db
def test_insisting_opens_no_other_door() -> None:
    anna, _vera, meter = cast()
    with pytest.raises(SetRefused):
        send(anna, meter, 100_000, insists=True, confirmed=True)


@pytest.mark.django_db
def test_photo_of_another_person_is_not_taken() -> None:
    anna, vera, meter = cast()
    picture = operations.keep_photo(raw=photo(), by=Actor.person(vera.pk), now=NOW)
    with pytest.raises(PhotoRefused):
        send(anna, meter, 3600, photo_public_id=picture)
    assert last(meter) == 3589


@pytest.mark.django_db
def test_accepting_what_would_run_backwards_is_refused_and_correcting_is_the_way() -> None:
    anna, _vera, meter = cast()
    receipt = send(anna, meter, 120, insists=True)
    waiting = ReadingSet.objects.get(public_id=receipt.set_public_id)
    staff = Actor.staff(make_person().pk)
    with pytest.raises(ReviewRefused):
        operations.decide_review(by=staff, set_id=waiting.pk, accept=True, reason="", now=NOW)
    with pytest.raises(SetRefused):
        operations.correct_review(
            by=staff, set_id=waiting.pk, values={Zone.SINGLE: Decimal(120)}, turned=False, reason="x", now=NOW
        )
    with pytest.raises(ReviewRefused):
        operations.correct_review(
            by=staff,
            set_id=waiting.pk,
            values={Zone.SINGLE: Decimal(3612)},
            turned=False,
            reason=" ",
            now=NOW,
        )
    number = operations.correct_review(
        by=staff,
        set_id=waiting.pk,
        values={Zone.SINGLE: Decimal(3612)},
        turned=False,
        reason="На фото 3612.",
        now=NOW,
    )
    assert last(meter) == 3612
    waiting.refresh_from_db()
    assert waiting.state == ReadingState.CORRECTED
    change = queries.changes_of([waiting.pk])[waiting.pk][-1]
    assert (change.other_receipt, change.words, change.by_person_id) == (
        number,
        "На фото 3612.",
        staff.person_id,
    )
    notice = Notice.objects.get(recipient_id=anna.recipient_id, event=events.READING_CORRECTED.code)
    assert "3\u00a0612" in notice.text
    assert Entry.objects.filter(action="readings.reviewed", account_id=meter.account_id).count() == 1
    with pytest.raises(ReviewRefused):
        operations.decide_review(by=staff, set_id=waiting.pk, accept=False, reason="", now=NOW)


@pytest.mark.django_db
def test_staff_may_know_that_the_dial_passed_zero() -> None:
    anna, _vera, meter = cast()
    receipt = send(anna, meter, 120, insists=True)
    waiting = ReadingSet.objects.get(public_id=receipt.set_public_id)
    operations.correct_review(
        by=OFFICE, set_id=waiting.pk, values={Zone.SINGLE: Decimal(120)}, turned=True, reason="круг", now=NOW
    )
    view = queries.latest(account_ids=[meter.account_id])[meter.pk]
    assert view.values[0].turns == 1
    assert view.values[0].consumption == 100_000 + 120 - 3589


@pytest.mark.django_db
def test_a_set_past_the_turn_of_the_dial_is_higher_though_its_digits_are_fewer() -> None:
    anna, _vera, meter = cast()
    waiting = [
        ReadingSet.objects.get(public_id=send(anna, meter, value, insists=True).set_public_id)
        for value in (120, 3500)
    ]
    for kept, value, turned in ((waiting[0], 120, True), (waiting[1], 3700, False)):
        operations.correct_review(
            by=OFFICE,
            set_id=kept.pk,
            values={Zone.SINGLE: Decimal(value)},
            turned=turned,
            reason="сверено",
            now=NOW,
        )
    states = ReadingSet.objects.filter(meter=meter, values__value=120, values__turns=1)
    assert [kept.state for kept in states] == ["superseded"]
    assert queries.latest(account_ids=[meter.account_id])[meter.pk].values[0].value == 3700


@pytest.mark.django_db
def test_a_set_before_the_turn_of_the_dial_is_lower_and_stays() -> None:
    anna, _vera, meter = cast()
    operations.take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(99_900)}, read_on=TODAY, now=NOW
    )
    before = ReadingSet.objects.get(public_id=send(anna, meter, 99_990).set_public_id)
    # Lower by a whole turn of the dial: the guard takes it for the passing of zero and only asks.
    send(anna, meter, 120, confirmed=True)
    before.refresh_from_db()
    assert before.state == "accepted"
    value = queries.latest(account_ids=[meter.account_id])[meter.pk].values[0]
    assert value.turns == 1
    assert value.consumption == 120 + 100_000 - 99_900


@pytest.mark.django_db
def test_what_became_wrong_while_it_waited_is_not_accepted() -> None:
    anna, _vera, meter = cast()
    receipt = send(anna, meter, 50_000, confirmed=True)
    waiting = ReadingSet.objects.get(public_id=receipt.set_public_id)
    operations.take_control_reading(
        by=OFFICE, meter_id=meter.pk, values={Zone.SINGLE: Decimal(60_000)}, read_on=TODAY, now=NOW
    )
    with pytest.raises(ReviewRefused):
        operations.decide_review(by=OFFICE, set_id=waiting.pk, accept=True, reason="", now=NOW)


@pytest.mark.django_db
def test_believable_set_relieves_the_staff_of_the_doubtful_one() -> None:
    anna, _vera, meter = cast()
    doubtful = send(anna, meter, 50_000, confirmed=True)
    good = send(anna, meter, 3650)
    old = ReadingSet.objects.get(public_id=doubtful.set_public_id)
    assert old.state == ReadingState.SUPERSEDED
    assert queries.changes_of([old.pk])[old.pk][-1].other_receipt == good.receipt_number
    assert queries.review_count() == 0


@pytest.mark.django_db
def test_own_slip_is_corrected_until_the_cut_off_and_the_trail_names_both() -> None:
    anna, vera, meter = cast()
    slip = send(anna, meter, 3900)
    with pytest.raises(MeterNotFound):
        correct(vera, slip, 3640)
    with pytest.raises(WithdrawRefused) as caught:
        correct(anna, slip, 3640, now=NOW + timedelta(days=4))
    assert caught.value.reason is WithdrawReason.TOO_LATE
    Bucket.objects.all().delete()
    # Lower than what was sent this month, and yet no question: it comes instead of it.
    key = uuid4()
    right = correct(anna, slip, 3640, key=key)
    assert correct(anna, slip, 3640, key=key).receipt_number == right.receipt_number
    assert right.consumption == {Zone.SINGLE: 51}
    assert last(meter) == 3640
    old = ReadingSet.objects.get(public_id=slip.set_public_id)
    assert old.state == ReadingState.CORRECTED
    assert queries.changes_of([old.pk])[old.pk][-1].other_receipt == right.receipt_number
    assert queries.broken() == []


@pytest.mark.django_db
def test_correction_restores_what_the_slip_had_never_been() -> None:
    @settings(max_examples=12, deadline=None)
    @given(slip=st.integers(3590, 4500), right=st.integers(3590, 4500))
    def law(slip: int, right: int) -> None:
        anna, _vera, meter = cast()
        before = queries.dials(meters=[meter_with_account(meter)], read_on=TODAY)[meter.pk].dials
        receipt = send(anna, meter, slip, confirmed=True)
        corrected = correct(anna, receipt, right, confirmed=True)
        assert corrected.consumption == {Zone.SINGLE: right - 3589}
        operations.withdraw_set(by=Actor.person(anna.pk), set_public_id=corrected.set_public_id, now=NOW)
        assert queries.dials(meters=[meter_with_account(meter)], read_on=TODAY)[meter.pk].dials == before

    law()


def meter_with_account(meter: Meter) -> queries.MeterView:
    return queries.meter_view(queries.whole_meters().get(pk=meter.pk))


@pytest.mark.django_db
def test_winter_is_held_against_winter() -> None:
    meter = make_meter(initial=0, installed_on=date(2025, 9, 20))
    # 900 kWh a month from October to March, 100 from April to September.
    total, when = 0, date(2025, 10, 20)
    for month in range(13):
        on = date(2025 + (9 + month) // 12, (9 + month) % 12 + 1, 20)
        total += 900 if on.month in (11, 12, 1, 2, 3, 4) else 100
        make_reading(meter, total, read_on=on)
        when = on
    assert when == date(2026, 10, 20)
    (dial,) = queries.dials(meters=[meter_with_account(meter)], read_on=date(2026, 11, 20))[meter.pk].dials
    expected = usual_for(dial, read_on=date(2026, 11, 20))
    assert expected is not None
    assert 850 < expected < 950
    assert dial.usual_daily is not None
    assert dial.usual_daily * 31 < 600

    summer = Dial(Zone.SINGLE, 5, 0, Decimal(1), Mark(Decimal(5000), 0, TODAY - timedelta(days=30)), None,
                  usual_daily=Decimal(17), season_daily=Decimal(3))  # fmt: skip
    judgement = judge(dials=[summer], values={Zone.SINGLE: Decimal(5500)}, read_on=TODAY)
    assert judgement.doubts == {Doubt.ABOVE_USUAL}
    assert judge(dials=[summer], values={Zone.SINGLE: Decimal(4000)}, read_on=TODAY).only_lower
    assert ValueReason.LOWER in {verdict.refusal for verdict in judge(
        dials=[summer], values={Zone.SINGLE: Decimal(4000)}, read_on=TODAY).refusals}  # fmt: skip
