"""What has outlived its term is forgotten, by handfuls, and what somebody waits for is not."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.utils import timezone
from pytest_django import Settings

from svet.accounts.models import Invitation
from svet.accounts.tests.factories import make_account
from svet.bills.models import DueReminder
from svet.cli.doctor.machine import look_at_print_files
from svet.config.environment import WrongEnvironment, term
from svet.config.jobs import sweep_finished
from svet.config.jobs.retention import NIGHT, NotForgotten, retain, retentions
from svet.exchange.models import ImportFile, ImportRow, LoadedFile, LoadedPart
from svet.kernel.periods import Month
from svet.metering.models import VerificationReminder, WindowReminder
from svet.metering.tests.factories import make_meter
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


def test_what_cannot_be_forgotten_keeps_nothing_else(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others go, and the job fails all the same, so that somebody looks."""

    def locked(**_: object) -> int:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr("svet.notices.operations.retention.forget_deliveries", locked)
    a_message(days=999)
    Notice.objects.create(
        recipient=make_recipient(), event="x", title="t", text="t", created_at=NOW - timedelta(days=999)
    )
    with pytest.raises(NotForgotten, match="messages"):
        retain(now=NOW)
    assert not Notice.objects.exists()
    # A database that is away is away for all: the job is tried again.
    assert Delivery.objects.count() == 1


def test_a_clock_that_ran_ahead_forgets_nothing_before_its_day() -> None:
    a_message(days=1)
    assert retain(now=NOW + timedelta(days=3_650))["messages"] == 0
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(("days", "asked"), [(0, [1]), (14, [1, 336])])
def test_failed_jobs_whose_term_is_for_ever_stay(days: int, asked: list[int], settings: Settings) -> None:
    settings.KEEP_FAILED_JOBS_DAYS = days
    hours = []

    async def delete_old_jobs(*, nb_hours: int, **_which: bool) -> None:
        hours.append(nb_hours)

    manager = SimpleNamespace(delete_old_jobs=delete_old_jobs)
    context: Any = SimpleNamespace(app=SimpleNamespace(job_manager=manager))
    asyncio.run(sweep_finished(context, timestamp=0))
    assert hours == asked


@pytest.mark.parametrize("days", ["36501", "999999999", "-1", "1.5", "½"])
def test_a_term_is_days_of_a_hundred_years_at_most(days: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """More is no day of the calendar, and for ever is 0."""
    monkeypatch.setenv("SVET_KEEP_BELL_DAYS", days)
    with pytest.raises(WrongEnvironment, match="SVET_KEEP_BELL_DAYS"):
        term("SVET_KEEP_BELL_DAYS", 730)
    monkeypatch.setenv("SVET_KEEP_BELL_DAYS", "36500")
    assert term("SVET_KEEP_BELL_DAYS", 730) == 36_500


def test_a_night_ends(settings: Settings) -> None:
    a_message(days=999)
    moments = iter([0.0, NIGHT - 1, NIGHT + 1] + [NIGHT + 2] * 19)
    a_message(days=999)
    assert retain(now=NOW, clock=lambda: next(moments), batch=1)["messages"] == 1
    assert [each.days for each in retentions(now=NOW)] == [
        *(180, 730, 90, 90, 400, 400, 1_200, 400, 60),
        *[400] * 8,
    ]


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


def test_lines_that_wait_have_a_longer_term_of_their_own(settings: Settings) -> None:
    old, young = a_register(days=1_201, lines=3), a_register(days=1_199, lines=2)
    done = retain(now=NOW, batch=1)
    assert (done["waiting lines"], done["raw lines"]) == (1, 3)
    assert list(ImportRow.objects.order_by("file", "line_no").values_list("raw", flat=True)) == [
        *("", "", ""),
        *("line 1", ""),
    ]
    assert ImportRow.objects.get(file=old, line_no=1).state == ImportRow.State.SUSPENSE
    assert ImportRow.objects.get(file=young, line_no=1).external_id == "1199-1"
    assert retain(now=NOW)["waiting lines"] == 0


def test_a_register_that_nobody_decided_is_thrown_away_with_its_bytes() -> None:
    stages = LoadedFile.Stage
    for stage, days in (
        (stages.JUDGED, 401),
        (stages.HELD, 401),
        (stages.JUDGING, 401),
        (stages.TAKING, 401),
        (stages.JUDGED, 399),
        (stages.REFUSED, 401),
    ):
        made = LoadedFile.objects.create(
            name=f"{stage}-{days}", size=9, loaded_at=NOW - timedelta(days=days), loaded_by="a", state=stage
        )
        LoadedPart.objects.create(loaded=made, no=0, content=b"Anna;1,00")
    assert retain(now=NOW, batch=1)["undecided registers"] == 4
    thrown = LoadedFile.objects.filter(state=stages.THROWN)
    assert set(thrown.values_list("decided_by", "decided_at")) == {("retention", NOW)}
    left = LoadedPart.objects.order_by("pk").values_list("loaded__name", flat=True)
    assert list(left) == ["judged-399", "refused-401"]
    assert retain(now=NOW)["undecided registers"] == 0


def test_files_of_printing_go_and_nothing_beside_them(settings: Settings, tmp_path: Path) -> None:
    settings.DATA = tmp_path
    assert retain(now=NOW)["print files"] == 0
    place = tmp_path / "print"
    (place / "redrawn").mkdir(parents=True)
    old: list[Path] = []
    kept: list[Path] = []
    for name, days in (
        ("a.pdf", 61),
        ("a.csv", 61),
        ("a-control.pdf", 61),
        (".b.pdf.4711", 61),
        ("redrawn/a.pdf", 61),
        ("young.pdf", 59),
        ("a-note-of-ours.txt", 900),
        (".hidden", 900),
    ):
        path = place / name
        path.write_bytes(b"Anna")
        at = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))
        (old if days == 61 else kept).append(path)
    (tmp_path / "elsewhere.pdf").write_bytes(b"of somebody else")
    (place / "link.pdf").symlink_to(tmp_path / "elsewhere.pdf")
    (found,) = look_at_print_files(now=NOW + timedelta(days=2))
    assert "5" in found.said
    assert retain(now=NOW, batch=2)["print files"] == len(old)
    assert not any(path.exists() for path in old)
    assert all(path.exists() for path in [*kept, tmp_path / "elsewhere.pdf", place / "link.pdf"])
    assert list(look_at_print_files(now=NOW)) == []
    settings.KEEP_PRINT_DAYS = 0
    assert retain(now=NOW + timedelta(days=900))["print files"] == 0
    assert list(look_at_print_files(now=NOW + timedelta(days=900))) == []


def test_a_file_that_cannot_be_taken_away_stops_no_night(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DATA = tmp_path
    (tmp_path / "print").mkdir()
    for name in ("a.pdf", "b.pdf"):
        (tmp_path / "print" / name).write_bytes(b"Anna")
        os.utime(tmp_path / "print" / name, (0, 0))
    unlink = Path.unlink

    def refuses(path: Path, *given: bool) -> None:
        if path.name == "a.pdf":
            raise PermissionError
        unlink(path, *given)

    monkeypatch.setattr(Path, "unlink", refuses)
    assert retain(now=NOW, batch=1)["print files"] == 1
    assert [path.name for path in (tmp_path / "print").iterdir()] == ["a.pdf"]


def test_verifications_told_go_when_the_meter_was_verified_or_taken_away() -> None:
    account, person, due = make_account(), make_person(), NOW.date() - timedelta(days=401)
    verified, away, lapsed = (make_meter(account=account, serial=f"100{number}") for number in (1, 2, 3))
    rows = []
    for meter, again, gone in (
        (verified, due + timedelta(days=5_840), None),
        (away, due, NOW.date()),
        (lapsed, due, None),
    ):
        type(meter).objects.filter(pk=meter.pk).update(next_verification_on=again, removed_on=gone)
        rows.append(
            VerificationReminder.objects.create(
                account=account, meter=meter, person=person, due_on=due, stage="lapsed", told_at=NOW
            )
        )
    assert retain(now=NOW, batch=1)["verifications told"] == 2
    assert list(VerificationReminder.objects.all()) == rows[2:]
