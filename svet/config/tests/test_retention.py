"""What has outlived its term is forgotten, by handfuls, and what somebody waits for is not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from svet.accounts.tests.factories import make_account
from svet.config.jobs.retention import NIGHT, retain, retentions
from svet.exchange.models import ImportFile, ImportRow
from svet.kernel.periods import Month
from svet.notices.models import Delivery, IncomingSms, MessengerUpdate, Notice
from svet.notices.rules import DeliveryState
from svet.notices.tests.factories import make_recipient
from svet.notices.tests.test_delivering import promise_letter
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
    moments = iter([0.0, NIGHT - 1, NIGHT + 1] + [NIGHT + 2] * 9)
    a_message(days=999)
    assert retain(now=NOW, clock=lambda: next(moments), batch=1)["messages"] == 1
    assert [each.days for each in retentions()] == [180, 730, 90, 90, 400, 400, 400, 400]


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
