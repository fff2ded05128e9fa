"""What has outlived its term is forgotten, by handfuls, and what somebody waits for is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from pytest_django import Settings

from svet.accounts.models import Invitation
from svet.accounts.tests.factories import make_account
from svet.bills.models import DueReminder
from svet.config.jobs.retention import NIGHT, retain, retentions
from svet.exchange.models import ImportFile, ImportRow, LoadedFile
from svet.kernel.periods import Month
from svet.metering.models import WindowReminder
from svet.notices.models import Delivery, IncomingSms, MessengerUpdate, Notice, Subscription
from svet.notices.rules import DeliveryState
from svet.notices.tests.factories import make_recipient
from svet.notices.tests.test_delivering import promise_letter
from svet.people.models import Device
from svet.people.tests.factories import make_person
from svet.today.models import HelpTold
from svet.usage.models import BudgetTold

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def a_message(*, days: int, state: DeliveryState = DeliveryState.FAILED) -> Delivery:
    letter = promise_letter("anna@example.ru")
    Delivery.objects.filter(pk=letter.pk).update(
        created_at=NOW - timedelta(days=days), state=state, reason="no such address"
    )
    return letter


def a_register(*, days: int, lines: int) -> ImportFile:
    made = ImportFile.objects.create(
        number=f"Р-{days}-{lines}",
        profile="readings",
        name="a.csv",
        sha256=f"{days:064d}",
        size=1,
        taken_at=NOW - timedelta(days=days),
    )
    for number in range(1, lines + 1):
        state = ImportRow.State.SUSPENSE if number == 1 else ImportRow.State.REJECTED
        ImportRow.objects.create(
            file=made,
            line_no=number,
            profile="readings",
            state=state,
            raw=f"line {number}",
            external_id=f"{days}-{number}",
        )
    return made


def test_messages_go_with_their_term_unless_they_wait(settings: Settings) -> None:
    settings.KEEP_MESSAGES_DAYS = 180
    old = [a_message(days=181) for _ in range(5)]
    young, waiting = a_message(days=179), a_message(days=300, state=DeliveryState.WAITING)
    assert retain(now=NOW, batch=2)["messages"] == len(old)
    assert set(Delivery.objects.values_list("pk", flat=True)) == {young.pk, waiting.pk}
    assert retain(now=NOW, batch=2)["messages"] == 0


def test_zero_days_are_for_ever(settings: Settings) -> None:
    settings.KEEP_MESSAGES_DAYS = 0
    a_message(days=9_000)
    assert retain(now=NOW)["messages"] == 0
    assert Delivery.objects.count() == 1


def test_the_bell_and_the_texts_of_people() -> None:
    recipient = make_recipient()
    for days in (2_000, 731, 729, 1):
        at = NOW - timedelta(days=days)
        Notice.objects.create(recipient=recipient, event="x", title="t", text="t", created_at=at)
        IncomingSms.objects.create(phone="+79000000001", text=str(days), received_at=at)
        MessengerUpdate.objects.create(digest=str(days), kind="said", reader="7", received_at=at)
    done = retain(now=NOW, batch=1)
    assert (done["bell"], done["texts"], done["bot updates"]) == (2, 3, 3)
    assert Notice.objects.count() == 2
    assert sorted(IncomingSms.objects.values_list("text", flat=True)) == ["", "", "", "1"]


def test_lines_of_registers_are_emptied_and_those_that_wait_stay() -> None:
    old, young = a_register(days=401, lines=6), a_register(days=399, lines=2)
    assert retain(now=NOW, batch=2)["raw lines"] == 5
    raw = ImportRow.objects.order_by("line_no").values_list("raw", flat=True)
    assert list(raw.filter(file=old)) == ["line 1", "", "", "", "", ""]
    assert list(raw.filter(file=young)) == ["line 1", "line 2"]
    # One that was broken off in the middle is found by its first line.
    ImportRow.objects.filter(file=old, line_no__in=(2, 3)).update(raw="left")
    assert retain(now=NOW, batch=2)["raw lines"] == 2


def test_a_night_ends(settings: Settings) -> None:
    a_message(days=999)
    moments = iter([0.0, NIGHT - 1, NIGHT + 1] + [NIGHT + 2] * 19)
    a_message(days=999)
    assert retain(now=NOW, clock=lambda: next(moments), batch=1)["messages"] == 1
    assert [each.days for each in retentions()] == [180, 730, 90, 90] + [400] * 9


def test_what_was_told_goes_by_the_day_that_ended(settings: Settings) -> None:
    settings.KEEP_TOLD_DAYS = 1
    person, account = make_person(), make_account()
    today = NOW.date()
    for days in (-5, 0, 1, 2, 40):
        HelpTold.objects.create(
            person=person,
            account=account,
            kind="due",
            ends_on=today - timedelta(days=days),
            told_at=NOW - timedelta(days=60),
        )
    for month in (Month.of(today), Month.of(today).plus(-1), Month.of(today).plus(-3)):
        BudgetTold.objects.create(
            person=person, account=account, month=month.first, told_at=NOW - timedelta(days=90)
        )
    done = retain(now=NOW, batch=9)
    assert (done["help told"], done["budgets told"]) == (2, 1)
    assert sorted((today - on).days for on in HelpTold.objects.values_list("ends_on", flat=True)) == [
        -5,
        0,
        1,
    ]
    assert retain(now=NOW)["help told"] == 0


def test_reminders_of_windows_and_due_days_go_by_the_day_that_ended() -> None:
    person, account, today = make_person(), make_account(), NOW.date()
    for days in (900, 401, 400, 399, -3):
        on = today - timedelta(days=days)
        WindowReminder.objects.create(person=person, stage="closing", closes_on=on, told_at=NOW)
        DueReminder.objects.create(person=person, account=account, due_on=on, told_at=NOW)
    done = retain(now=NOW, batch=1)
    assert (done["windows told"], done["due days told"]) == (2, 2)
    left = [today - timedelta(days=days) for days in (-3, 399, 400)]
    assert sorted(WindowReminder.objects.values_list("closes_on", flat=True)) == sorted(left)
    assert sorted(DueReminder.objects.values_list("due_on", flat=True)) == sorted(left)


def test_invitations_that_are_over_are_forgotten_with_their_phones() -> None:
    owner, account = make_person(), make_account()
    for number, (state, days) in enumerate(
        [("expired", 401), ("refused", 401), ("accepted", 401), ("waiting", 401), ("expired", 399)]
    ):
        Invitation.objects.create(
            account=account,
            invited_by=owner,
            phone=f"+7900000000{number}",
            state=state,
            created_at=NOW - timedelta(days=days),
            open_until=NOW,
        )
    assert retain(now=NOW, batch=1)["invitations"] == 3
    left = Invitation.objects.order_by("phone").values_list("phone", flat=True)
    assert list(left) == ["+79000000003", "+79000000004"]


def test_browsers_that_nobody_came_back_with_are_forgotten(settings: Settings) -> None:
    settings.KEEP_ENDED_DAYS = 10
    person = make_person()
    Session.objects.create(session_key="alive", session_data="", expire_date=NOW + timedelta(days=3))
    for cookie, session_key, days in (("a", "", 11), ("b", "gone", 12), ("c", "alive", 12), ("d", "", 9)):
        made = Device.objects.create(
            person=person,
            cookie_digest=cookie,
            session_key=session_key,
            address="203.0.113.9",
            first_seen_at=NOW - timedelta(days=900),
            last_seen_at=NOW - timedelta(days=days),
        )
        Subscription.objects.create(
            recipient_id=person.recipient_id,
            device_key=made.public_id,
            endpoint=f"https://push.example/{cookie}",
            created_at=NOW,
        )
    assert retain(now=NOW, batch=1)["browsers"] == 2
    assert set(Device.objects.values_list("cookie_digest", flat=True)) == {"c", "d"}
    assert Subscription.objects.count() == 2


def test_rejected_lines_that_a_page_keeps_go_with_the_raw_ones() -> None:
    for name, days in (("old", 401), ("young", 399), ("waits", 0)):
        LoadedFile.objects.create(
            name=name,
            rejects=f"{name};Anna".encode(),
            size=9,
            loaded_at=NOW - timedelta(days=500),
            loaded_by="a",
            state=LoadedFile.Stage.TAKEN,
            verdict={"rows": 3, "faults": [[1, "Anna"]]},
            decided_at=NOW - timedelta(days=days) if days else None,
        )
    assert retain(now=NOW, batch=1)["rejected lines"] == 1
    old = LoadedFile.objects.get(name="old")
    assert (bytes(old.rejects), old.verdict) == (b"", {"rows": 3, "faults": []})
    for one in LoadedFile.objects.exclude(name="old"):
        assert (bytes(one.rejects), one.verdict["faults"]) == (f"{one.name};Anna".encode(), [[1, "Anna"]])
    assert retain(now=NOW)["rejected lines"] == 0
