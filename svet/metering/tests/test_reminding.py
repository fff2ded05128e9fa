"""Reminders of the window and of verification: Anna may submit, Boris only looks, Vera is a stranger."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import OFFICE, make_account, make_link, make_provider
from svet.metering import events, jobs, operations
from svet.metering.models import Meter, ReadingSet, VerificationReminder, WindowReminder
from svet.metering.operations import reminding
from svet.metering.rules import (
    VerificationStage,
    Window,
    WindowStage,
    verification_stage,
    window,
    window_stage,
)
from svet.metering.tests.factories import make_meter, make_reading
from svet.metering.tests.test_submitting import send
from svet.notices import operations as notices
from svet.notices.models import Delivery, Notice
from svet.notices.rules import EventSpec, NoticeChannel
from svet.people.models import Person
from svet.people.tests.factories import make_person

OPENS = datetime(2026, 11, 15, 6, 0, tzinfo=UTC)  # eleven in the morning in Yekaterinburg
CLOSES_SOON = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def cast() -> tuple[Person, Person, Person, Meter]:
    anna, boris, vera = make_person(), make_person(), make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account, can_submit=False)
    meter = make_meter(account=account, initial=3000)
    make_reading(meter, 3450, read_on=date(2026, 10, 20))
    return anna, boris, vera, meter


def heard(person: Person, event: EventSpec) -> int:
    return Notice.objects.filter(recipient_id=person.recipient_id, event=event.code).count()


def near(today: date, *, since: int = 15, until: int = 25) -> Window:
    return window(today, window_from_day=since, window_to_day=until)


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2026, 11, 14), None),
        (date(2026, 11, 15), WindowStage.OPEN),
        (date(2026, 11, 17), WindowStage.OPEN),
        (date(2026, 11, 18), None),
        (date(2026, 11, 22), None),
        (date(2026, 11, 23), WindowStage.CLOSING),
        (date(2026, 11, 25), WindowStage.CLOSING),
        (date(2026, 11, 26), None),
    ],
)
def test_window_is_told_on_its_first_and_last_days(today: date, stage: WindowStage | None) -> None:
    assert window_stage(near(today), today=today) is stage


def test_window_beyond_a_short_month_ends_with_the_month() -> None:
    today = date(2027, 2, 26)
    late = near(today, since=25, until=31)
    assert late.closes_on == date(2027, 2, 28)
    assert window_stage(late, today=today) is WindowStage.CLOSING
    assert window_stage(near(date(2027, 3, 1), since=25, until=31), today=date(2027, 3, 1)) is None


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2027, 2, 27), None),
        (date(2027, 2, 28), VerificationStage.HALF_YEAR),
        (date(2027, 7, 30), VerificationStage.HALF_YEAR),
        (date(2027, 7, 31), VerificationStage.MONTH),
        (date(2027, 8, 23), VerificationStage.MONTH),
        (date(2027, 8, 24), VerificationStage.WEEK),
        (date(2027, 8, 31), VerificationStage.WEEK),
        (date(2027, 9, 1), VerificationStage.LAPSED),
    ],
)
def test_verification_comes_near_in_stages(today: date, stage: VerificationStage | None) -> None:
    assert verification_stage(date(2027, 8, 31), today=today) is stage


@pytest.mark.django_db
def test_open_window_is_told_once_to_who_may_submit() -> None:
    anna, boris, vera, _meter = cast()
    assert operations.remind_of_windows(now=OPENS) == 1
    assert operations.remind_of_windows(now=OPENS + timedelta(hours=1)) == 0
    assert operations.remind_of_windows(now=OPENS + timedelta(days=1)) == 0
    notice = Notice.objects.get(event=events.WINDOW_OPEN.code)
    assert notice.recipient_id == anna.recipient_id
    assert "25.11.2026" in notice.text
    assert notice.url == "/readings/"
    assert heard(boris, events.WINDOW_OPEN) == heard(vera, events.WINDOW_OPEN) == 0


@pytest.mark.django_db
def test_closing_window_is_told_to_who_has_not_submitted() -> None:
    anna, _boris, vera, meter = cast()
    make_link(person=vera, account=make_meter().account)
    send(anna, meter, 3500, read_on=date(2026, 11, 20), now=datetime(2026, 11, 20, 6, tzinfo=UTC))
    assert operations.remind_of_windows(now=CLOSES_SOON) == 1
    assert heard(anna, events.WINDOW_CLOSING) == 0
    assert heard(vera, events.WINDOW_CLOSING) == 1
    assert Delivery.objects.filter(event=events.WINDOW_CLOSING.code, channel="sms").count() == 1


@pytest.mark.django_db
def test_readings_under_review_were_sent_and_those_of_last_month_were_not() -> None:
    anna, _boris, vera, meter = cast()
    receipt = send(
        anna, meter, 90000, read_on=date(2026, 11, 20), now=OPENS + timedelta(days=5), confirmed=True
    )
    assert receipt.state == "under_review"
    other = make_meter(initial=10)
    make_reading(other, 20, read_on=date(2026, 10, 25))
    make_link(person=vera, account=other.account)
    operations.remind_of_windows(now=CLOSES_SOON)
    assert (heard(anna, events.WINDOW_CLOSING), heard(vera, events.WINDOW_CLOSING)) == (0, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["smart", "removed", "closed", "unlinked", "suspended", "blocked"])
def test_nobody_is_asked_for_readings_that_are_not_awaited(what: str) -> None:
    anna, _boris, _vera, meter = cast()
    match what:
        case "smart":
            Meter.objects.update(smart=True)
        case "removed":
            Meter.objects.update(removed_on=date(2026, 11, 1))
        case "closed":
            Account.objects.update(closed_on=date(2026, 11, 10))
        case "unlinked":
            Link.objects.update(removed_at=OPENS)
        case "suspended":
            Link.objects.update(suspended_at=OPENS)
        case _:
            Person.objects.filter(pk=anna.pk).update(is_active=False)
    assert operations.remind_of_windows(now=OPENS) == 0
    assert operations.remind_of_windows(now=CLOSES_SOON) == 0
    assert ReadingSet.objects.filter(meter=meter).exists()


@pytest.mark.django_db
def test_many_accounts_of_several_providers_make_one_notice() -> None:
    anna = make_person()
    for code in ("ural", "volga"):
        for _ in range(2):
            account = make_account(provider=make_provider(code=code))
            make_meter(account=account)
            make_link(person=anna, account=account)
    assert operations.remind_of_windows(now=OPENS) == 1
    assert heard(anna, events.WINDOW_OPEN) == 1


@pytest.mark.django_db
def test_each_provider_keeps_its_own_clock() -> None:
    anna, boris = make_person(), make_person()
    east = make_provider(code="east", time_zone="Asia/Kamchatka")
    west = make_provider(code="west", time_zone="Europe/Kaliningrad")
    for person, provider in ((anna, east), (boris, west)):
        account = make_account(provider=provider)
        make_meter(account=account)
        make_link(person=person, account=account)
    # Eleven in the morning of the 15th in Kamchatka is one at night in Kaliningrad.
    assert operations.remind_of_windows(now=datetime(2026, 11, 14, 23, 0, tzinfo=UTC)) == 1
    assert (heard(anna, events.WINDOW_OPEN), heard(boris, events.WINDOW_OPEN)) == (1, 0)
    assert operations.remind_of_windows(now=datetime(2026, 11, 15, 9, 0, tzinfo=UTC)) == 1
    assert (heard(anna, events.WINDOW_OPEN), heard(boris, events.WINDOW_OPEN)) == (1, 1)


@pytest.mark.django_db
def test_nobody_is_woken_at_night() -> None:
    cast()
    assert operations.remind_of_windows(now=OPENS.replace(hour=0)) == 0
    assert operations.remind_of_windows(now=OPENS.replace(hour=17)) == 0


@pytest.mark.django_db
def test_switched_off_reminder_is_not_sent() -> None:
    anna, *_rest = cast()
    notices.set_preferences(
        recipient_id=anna.recipient_id, preferences={events.WINDOW_OPEN: {NoticeChannel.BELL: False}}
    )
    operations.remind_of_windows(now=OPENS)
    assert not Notice.objects.filter(event=events.WINDOW_OPEN.code).exists()


@pytest.mark.django_db
def test_run_that_dies_between_two_batches_is_finished_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    people = [make_person() for _ in range(3)]
    for person in people:
        make_link(person=person, account=make_meter().account)
    monkeypatch.setattr(reminding, "BATCH", 1)
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
            operations.remind_of_windows(now=OPENS)
    assert [heard(person, events.WINDOW_OPEN) for person in people] == [1, 0, 0]
    assert WindowReminder.objects.count() == 1
    assert operations.remind_of_windows(now=OPENS) == 2
    assert [heard(person, events.WINDOW_OPEN) for person in people] == [1, 1, 1]


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_tell_everybody_once() -> None:
    people = [make_person() for _ in range(20)]
    for person in people:
        make_link(person=person, account=make_meter().account)

    def run(_number: int) -> int:
        try:
            return operations.remind_of_windows(now=OPENS)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 20
    assert {heard(person, events.WINDOW_OPEN) for person in people} == {1}


@pytest.mark.django_db
def test_batch_costs_the_same_for_one_and_for_many(django_assert_max_num_queries: Any) -> None:
    for _ in range(30):
        make_link(person=make_person(email="a@example.ru"), account=make_meter().account)
    with django_assert_max_num_queries(24):
        assert operations.remind_of_windows(now=CLOSES_SOON) == 30
    assert Delivery.objects.count() == 60


@pytest.mark.django_db
def test_verification_is_told_once_at_each_stage_to_every_holder() -> None:
    anna, boris, vera, meter = cast()
    Meter.objects.update(next_verification_on=date(2027, 5, 31))
    days = ["2026-11-29", "2026-11-30", "2026-12-20", "2027-04-30", "2027-05-24", "2027-06-01", "2027-06-02"]
    told = [
        operations.remind_of_verification(now=datetime.fromisoformat(f"{on}T06:00:00+00:00"))
        for on in days
        for _twice in range(2)
    ]
    assert told == [0, 0, 2, 0, 0, 0, 2, 0, 2, 0, 2, 0, 0, 0]
    assert (heard(anna, events.VERIFICATION_NEAR), heard(boris, events.VERIFICATION_NEAR)) == (4, 4)
    assert heard(vera, events.VERIFICATION_NEAR) == 0
    said = list(Notice.objects.filter(recipient_id=anna.recipient_id).order_by("id"))
    assert meter.serial in said[0].text
    assert "31.05.2027" in said[0].text
    assert "прошёл" in said[-1].title
    assert said[0].url == f"/accounts/{meter.account.public_id}/"


@pytest.mark.django_db
def test_new_verification_date_starts_the_stages_anew() -> None:
    cast()
    Meter.objects.update(next_verification_on=date(2026, 11, 1))
    assert operations.remind_of_verification(now=OPENS) == 2
    Meter.objects.update(next_verification_on=date(2026, 11, 20))
    assert operations.remind_of_verification(now=OPENS) == 2
    assert {r.stage for r in VerificationReminder.objects.all()} == {"lapsed", "week"}


@pytest.mark.django_db
def test_staff_decision_is_told_with_its_reason() -> None:
    anna, boris, vera, meter = cast()
    for value, accept in ((90000, False), (80000, True)):
        send(anna, meter, value, read_on=date(2026, 11, 20), now=OPENS + timedelta(days=5), confirmed=True)
        waiting = ReadingSet.objects.get(state="under_review")
        operations.decide_review(
            by=OFFICE, set_id=waiting.pk, accept=accept, reason="" if accept else "лишняя цифра.", now=OPENS
        )
    refused = Notice.objects.get(recipient_id=anna.recipient_id, event=events.READING_REFUSED.code)
    assert refused.text == f"Аб. № {meter.account.number}: лишняя цифра."
    assert heard(boris, events.READING_REFUSED) == heard(boris, events.READING_ACCEPTED) == 1
    assert not Notice.objects.filter(recipient_id=vera.recipient_id).exists()


@pytest.mark.django_db
def test_jobs_ask_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    anna, *_rest = cast()
    Meter.objects.update(next_verification_on=date(2026, 11, 20))
    monkeypatch.setattr("django.utils.timezone.now", lambda: OPENS)
    jobs.remind_of_windows(timestamp=0)
    jobs.remind_of_verification(timestamp=0)
    assert heard(anna, events.WINDOW_OPEN) == heard(anna, events.VERIFICATION_NEAR) == 1
