"""Absence mode: Anna is away, Boris is her son, Vera a stranger."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from svet.accounts.models import Link
from svet.accounts.queries import AccountNotFound
from svet.accounts.tests.factories import make_account, make_link
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.ids import MeterId
from svet.kernel.refusals import NotFound
from svet.limits.models import Bucket
from svet.metering import operations
from svet.metering.models import Absence, AbsenceStep, Meter, ReadingSet
from svet.metering.operations.absence import AbsenceRefused, act_for_absent, begin_absence, end_absence
from svet.metering.rules import ReadingChannel, ReadingSubmission, Zone
from svet.metering.rules.absence import AbsenceReason, Plan, acting_days
from svet.metering.tests.factories import make_meter, make_reading
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.kills import EVERY, MOST, enough, killed_at

BEGUN = datetime(2026, 11, 10, 9, 0, tzinfo=UTC)
DUE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
AWAY = {"from_on": date(2026, 11, 12), "until_on": date(2026, 12, 30)}


def home(*, smart: bool = False) -> tuple[Person, Person, Meter]:
    anna, boris = make_person(), make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    meter = make_meter(account=account, initial=3000, smart=smart)
    make_reading(meter, 3589, read_on=date(2026, 10, 20))
    return anna, boris, meter


def begin(person: Person, meter: Meter, plan: Plan = Plan.SEND, **days: date) -> Absence:
    made = begin_absence(
        by=Actor.person(person.pk),
        account_public_id=meter.account.public_id,
        plan=plan,
        now=BEGUN,
        **(AWAY | days),
    )
    return Absence.objects.get(pk=made.absence_id)


def sent() -> list[ReadingSet]:
    return list(ReadingSet.objects.filter(channel=ReadingChannel.ABSENCE).order_by("pk"))


def test_one_day_of_every_window_inside() -> None:
    days = acting_days(**AWAY, window_from_day=15, window_to_day=25)
    assert days == [date(2026, 11, 23), date(2026, 12, 23)]
    short = acting_days(
        from_on=date(2026, 2, 1), until_on=date(2026, 2, 28), window_from_day=20, window_to_day=31
    )
    assert short == [date(2026, 2, 26)]


@pytest.mark.django_db
def test_the_old_value_is_sent_once_a_month_and_says_by_what() -> None:
    anna, _boris, meter = home()
    begin(anna, meter)
    assert act_for_absent(now=DUE - timedelta(days=1)) == 0
    assert [act_for_absent(now=DUE + timedelta(hours=n)) for n in range(3)] == [1, 0, 0]
    (first,) = sent()
    assert (first.read_on, first.author_person_id) == (date(2026, 11, 23), anna.pk)
    assert [row.value for row in first.values.all()] == [Decimal(3589)]
    assert AbsenceStep.objects.get().receipt_number == first.receipt_number
    assert act_for_absent(now=datetime(2026, 12, 23, 6, 0, tzinfo=UTC)) == 1
    assert len(sent()) == 2


@pytest.mark.django_db
def test_it_ends_by_itself_and_by_hand() -> None:
    anna, _boris, meter = home()
    begin(anna, meter)
    end_absence(by=Actor.person(anna.pk), account_public_id=meter.account.public_id, now=BEGUN)
    assert act_for_absent(now=DUE) == 0
    with pytest.raises(NotFound):
        end_absence(by=Actor.person(anna.pk), account_public_id=meter.account.public_id, now=BEGUN)
    again = begin(anna, meter)
    act_for_absent(now=datetime(2026, 12, 31, 6, 0, tzinfo=UTC))
    again.refresh_from_db()
    assert again.ended_at is not None
    assert sent() == []
    actions = Entry.objects.filter(subject="absence").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["absence.begun", "absence.ended", "absence.begun", "absence.over"]


@pytest.mark.django_db
def test_a_real_reading_is_left_alone() -> None:
    anna, boris, meter = home()
    begin(anna, meter)
    operations.submit_readings(
        by=Actor.person(boris.pk),
        meter_id=MeterId(meter.pk),
        now=DUE - timedelta(days=1),
        sent=ReadingSubmission(
            values={Zone.SINGLE: Decimal(3640)},
            read_on=date(2026, 11, 22),
            channel=ReadingChannel.WEB,
            key=uuid4(),
        ),
    )
    assert act_for_absent(now=DUE) == 0
    assert sent() == []


@pytest.mark.django_db
@pytest.mark.parametrize("plan", [Plan.REMIND, Plan.ASK])
def test_who_is_reminded(plan: Plan) -> None:
    anna, boris, meter = home()
    begin(anna, meter, plan)
    assert [act_for_absent(now=DUE) for _ in range(2)] == [1, 0]
    told = Notice.objects.filter(event="window_closing").values_list("recipient_id", flat=True)
    assert list(told) == [anna.recipient_id if plan is Plan.REMIND else boris.recipient_id]
    assert sent() == []


@pytest.mark.django_db
def test_what_cannot_stand() -> None:
    anna, boris, meter = home()
    cases: dict[AbsenceReason, Any] = {
        AbsenceReason.ORDER: {"until_on": date(2026, 11, 11)},
        AbsenceReason.PAST: {"from_on": date(2026, 11, 1), "until_on": date(2026, 11, 9)},
        AbsenceReason.TOO_LONG: {"until_on": date(2027, 2, 12)},
    }
    for reason, days in cases.items():
        with pytest.raises(AbsenceRefused) as caught:
            begin(anna, meter, **days)
        assert caught.value.reason is reason
    begin(anna, meter, until_on=date(2027, 2, 11))
    with pytest.raises(AbsenceRefused) as caught:
        begin(boris, meter)
    assert caught.value.reason is AbsenceReason.ALREADY
    with pytest.raises(AccountNotFound):
        begin(make_person(), meter)
    _anna, _boris, smart = home(smart=True)
    with pytest.raises(AbsenceRefused) as caught:
        begin(_anna, smart)
    assert caught.value.reason is AbsenceReason.NOTHING


@pytest.mark.django_db(transaction=True)
@pytest.mark.chaos
def test_the_job_killed_anywhere_sends_once() -> None:
    kills = 0
    # Every third of all points: the whole walk takes half a minute.
    for point in range(1, MOST, 3 if EVERY else 1):
        Bucket.objects.all().delete()
        Absence.objects.filter(ended_at__isnull=True).update(ended_at=BEGUN)
        anna, _boris, meter = home()
        begin(anna, meter)
        killed = killed_at(point, lambda: act_for_absent(now=DUE))
        kills += killed
        for _ in range(3):
            act_for_absent(now=DUE)
        assert ReadingSet.objects.filter(channel=ReadingChannel.ABSENCE, meter=meter).count() == 1
        assert AbsenceStep.objects.filter(meter=meter, outcome="sent").count() == 1
        if not killed:
            break
    assert enough(kills, every=9, short=10), kills


@pytest.mark.django_db
@pytest.mark.parametrize("plan", list(Plan))
def test_nothing_is_done_or_told_in_the_name_of_a_guest_whose_term_is_over(plan: Plan) -> None:
    anna, boris, meter = home()
    absence = begin(boris, meter, plan)
    Link.objects.filter(person=boris).update(ends_at=BEGUN - timedelta(days=900))
    assert act_for_absent(now=DUE) == 0
    assert sent() == []
    assert not Notice.objects.filter(event="window_closing").exists()
    absence.refresh_from_db()
    assert absence.ended_at == DUE
    assert Entry.objects.filter(action="absence.over").count() == 1
    assert begin(anna, meter).person_id == anna.pk
