"""Reminders for those who help: what ends soon by the right alone, once, ended with the right."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from svet.accounts import queries as account_queries
from svet.accounts.models import Account, Link
from svet.accounts.operations import suspend_link, unlink
from svet.accounts.queries import AccountNotFound
from svet.accounts.tests.factories import make_account, make_link
from svet.arrangements.operations import promise_payment
from svet.bills.operations import remind_of_due
from svet.bills.tests.test_reminding import REMINDED, issue, make_owing
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.personal import DataSubject
from svet.metering.models import Meter
from svet.metering.operations import remind_of_windows
from svet.metering.tests.factories import make_meter, make_reading
from svet.notices.models import Notice
from svet.payments.tests.factories import owe
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.today import operations
from svet.today.exports import EXPORT
from svet.today.models import HelpWish
from svet.today.queries import facts_of, help_told_of, wish_of, wishes_of
from svet.today.rules.facts import PlanAsk
from svet.today.rules.helping import HelpReason, HelpRefused, Nudge, NudgeKind, nudges
from svet.today.tests.test_rules import DUE, SENT, TODAY, WAITS, account

CLOSES = date(2026, 12, 25)


@pytest.mark.parametrize(
    ("today", "days", "told"),
    [
        (date(2026, 12, 21), 3, False),
        (date(2026, 12, 22), 3, True),
        (date(2026, 12, 25), 3, True),
        (date(2026, 12, 24), 1, True),
        (date(2026, 12, 26), 7, False),
    ],
)
def test_a_window_is_told_within_the_days_asked_for(today: date, days: int, told: bool) -> None:
    base = account(today=today, meters=(WAITS,), of_another=True)
    facts = replace(base, bills=())
    assert nudges(facts, days=days) == ([Nudge(NudgeKind.READINGS, CLOSES)] if told else [])


@pytest.mark.parametrize(
    "change",
    [{"of_another": False}, {"may_submit": False}, {"away": True}, {"meters": (SENT,)}],
)
def test_nothing_is_told_of_ones_own_of_what_is_not_ones_right_and_of_what_is_done(
    change: dict[str, object],
) -> None:
    facts = account(today=date(2026, 12, 24), meters=(WAITS,), of_another=True)
    assert nudges(replace(facts, bills=()), days=7)
    assert not nudges(replace(facts, bills=(), **change), days=7)  # type: ignore[arg-type]


def test_a_debt_is_told_to_whom_may_pay_until_its_day_and_not_while_money_is_on_its_way() -> None:
    facts = account(5_000, today=DUE - timedelta(days=2), of_another=True)
    assert nudges(facts, days=3) == [Nudge(NudgeKind.DUE, DUE)]
    assert not nudges(facts, days=1)
    assert not nudges(replace(facts, may_pay=False), days=3)
    assert not nudges(replace(facts, transit=Money(5_000)), days=3)
    # Of what is paid in parts the plan tells everybody itself.
    assert not nudges(replace(facts, plan=PlanAsk(DUE, Money(1_000))), days=3)
    assert not nudges(replace(facts, today=DUE + timedelta(days=1)), days=3)
    assert TODAY < DUE


DAY = datetime(2026, 12, 23, 7, 0, tzinfo=UTC)
by = Actor.person


@pytest.fixture
def meter() -> Meter:
    return make_meter(account=make_account())


@pytest.fixture
def mama(meter: Meter) -> Person:
    found = make_person()
    make_link(person=found, account=meter.account, confirmed=True)
    return found


@pytest.fixture
def boris(mama: Person, meter: Meter) -> Person:
    found = make_person()
    link = make_link(person=found, account=meter.account, confirmed=True)
    Link.objects.filter(pk=link.pk).update(invited_by=mama)
    return found


def ask(person: Person, account: Account, days: int = 3) -> None:
    operations.ask_for_help_reminders(
        by=by(person.pk), account_public_id=account.public_id, days=days, now=DAY
    )


def told(person: Person) -> list[str]:
    found = Notice.objects.filter(recipient=person.recipient).order_by("pk")
    return list(found.values_list("event", flat=True))


@pytest.mark.django_db
def test_boris_asks_and_is_told_once_where_it_is_an_hour_for_it(boris: Person, meter: Meter) -> None:
    assert operations.remind_helpers(now=DAY) == 0
    ask(boris, meter.account)
    night = datetime(2026, 12, 22, 21, 0, tzinfo=UTC)
    assert operations.remind_helpers(now=night) == 0
    assert operations.remind_helpers(now=datetime(2026, 12, 21, 7, 0, tzinfo=UTC)) == 0
    assert operations.remind_helpers(now=DAY) == 1
    assert operations.remind_helpers(now=DAY) == 0
    assert operations.remind_helpers(now=DAY + timedelta(days=1)) == 0
    (notice,) = Notice.objects.filter(recipient=boris.recipient)
    assert notice.event == "help_readings"
    assert notice.url == f"/accounts/{meter.account.public_id}/readings/same/"
    assert "Иванова" not in notice.text
    next_month = datetime(2027, 1, 23, 7, 0, tzinfo=UTC)
    assert operations.remind_helpers(now=next_month) == 1


@pytest.mark.django_db
def test_readings_that_came_silence_it(boris: Person, meter: Meter) -> None:
    ask(boris, meter.account)
    make_reading(meter, 500, read_on=date(2026, 12, 20))
    assert operations.remind_helpers(now=DAY) == 0


@pytest.mark.django_db
def test_it_ends_with_the_right_and_does_not_come_back_with_it(boris: Person, meter: Meter) -> None:
    ask(boris, meter.account)
    Link.objects.filter(person=boris).update(suspended_at=DAY)
    assert operations.remind_helpers(now=DAY) == 0
    assert not HelpWish.objects.exists()
    Link.objects.filter(person=boris).update(suspended_at=None)
    assert operations.remind_helpers(now=DAY) == 0
    Link.objects.filter(person=boris).update(suspended_at=DAY)
    with pytest.raises(AccountNotFound):
        ask(boris, meter.account)


@pytest.mark.django_db
def test_a_right_to_look_alone_tells_nothing(boris: Person, meter: Meter) -> None:
    ask(boris, meter.account, 7)
    Link.objects.filter(person=boris).update(can_submit=False, can_pay=False)
    assert operations.remind_helpers(now=DAY) == 0


@pytest.mark.django_db
def test_the_owner_and_the_stranger_cannot_ask(mama: Person, boris: Person, meter: Meter) -> None:
    with pytest.raises(HelpRefused) as own:
        ask(mama, meter.account)
    assert own.value.reason is HelpReason.OWN
    with pytest.raises(AccountNotFound):
        ask(make_person(), meter.account)
    with pytest.raises(HelpRefused) as odd:
        ask(boris, meter.account, 4)
    assert odd.value.reason is HelpReason.DAYS


@pytest.mark.django_db
def test_another_number_of_days_and_the_end_twice(boris: Person, meter: Meter) -> None:
    ask(boris, meter.account, 3)
    ask(boris, meter.account, 7)
    assert wish_of(by(boris.pk), account_id=meter.account_id) == 7
    assert wishes_of(person_id=boris.pk) == [(meter.account.number, 7)]
    for _again in range(2):
        operations.end_help_reminders(by=by(boris.pk), account_public_id=meter.account.public_id, now=DAY)
    assert wish_of(by(boris.pk), account_id=meter.account_id) is None
    assert operations.remind_helpers(now=DAY) == 0
    assert told(boris) == []


@pytest.mark.django_db
def test_a_promised_day_silences_it_until_it_is_over() -> None:
    mama, boris = make_person(), make_person()
    owing = make_owing(mama, boris)
    Link.objects.filter(person=boris).update(invited_by=mama)
    issue()
    seven = datetime(2026, 12, 9, 6, 0, tzinfo=UTC)
    ask(boris, owing, 7)
    promise_payment(by=by(mama.pk), account_public_id=owing.public_id, until=date(2026, 12, 10), now=seven)
    before = told(boris)
    assert operations.remind_helpers(now=seven) == 0
    assert operations.remind_helpers(now=seven + timedelta(days=1)) == 0
    assert operations.remind_helpers(now=seven + timedelta(days=2)) == 1
    assert told(boris) == [*before, "help_due"]


@pytest.mark.django_db
def test_a_bill_that_came_after_a_promise_is_told_of_all_the_same() -> None:
    """As the reminder for everybody does: the promised debt is silent, the new bill is not."""
    mama, boris = make_person(), make_person()
    owing = make_owing(mama, boris)
    owe(owing, 300_00)
    Link.objects.filter(person=boris).update(invited_by=mama)
    early = datetime(2026, 11, 28, 6, 0, tzinfo=UTC)
    promise_payment(by=by(mama.pk), account_public_id=owing.public_id, until=date(2026, 12, 12), now=early)
    issue()
    ask(boris, owing, 7)
    assert operations.remind_helpers(now=datetime(2026, 12, 9, 6, 0, tzinfo=UTC)) == 1
    assert told(boris)[-1] == "help_due"


@pytest.mark.django_db
def test_whom_the_reminder_for_everybody_told_is_not_told_once_more() -> None:
    mama, boris = make_person(), make_person()
    owing = make_owing(mama, boris)
    Link.objects.filter(person=boris).update(invited_by=mama)
    issue()
    ask(boris, owing, 3)
    assert remind_of_due(now=REMINDED) == 2
    assert operations.remind_helpers(now=REMINDED) == 0
    assert told(boris)[-1] == "due_near"


@pytest.mark.django_db
def test_a_window_that_everybody_was_told_of_is_not_told_once_more(boris: Person, meter: Meter) -> None:
    ask(boris, meter.account, 3)
    assert remind_of_windows(now=DAY) == 2
    assert operations.remind_helpers(now=DAY) == 0
    assert told(boris) == ["window_closing"]


@pytest.mark.django_db
@pytest.mark.parametrize("days", [5, 7])
def test_whom_their_wish_told_early_the_reminder_for_everybody_does_not_tell(
    boris: Person, mama: Person, meter: Meter, days: int
) -> None:
    ask(boris, meter.account, days)
    early = datetime(2026, 12, 25 - days, 7, 0, tzinfo=UTC)
    assert operations.remind_helpers(now=early) == 1
    for day in range(25 - days, 26):
        remind_of_windows(now=datetime(2026, 12, day, 7, 0, tzinfo=UTC))
        operations.remind_helpers(now=datetime(2026, 12, day, 8, 0, tzinfo=UTC))
    assert [event for event in told(boris) if event != "window_open"] == ["help_readings"]
    assert "window_closing" in told(mama)


@pytest.mark.django_db
def test_their_own_account_is_told_all_the_same(boris: Person, meter: Meter) -> None:
    own = make_meter(account=make_account())
    make_link(person=boris, account=own.account, confirmed=True)
    ask(boris, meter.account, 7)
    assert operations.remind_helpers(now=datetime(2026, 12, 19, 7, 0, tzinfo=UTC)) == 1
    assert remind_of_windows(now=DAY) == 2
    assert told(boris) == ["help_readings", "window_closing"]


@pytest.mark.django_db
def test_whom_their_wish_told_of_a_debt_early_is_not_reminded_of_it_again() -> None:
    mama, boris, vera = make_person(), make_person(), make_person()
    owing = make_owing(mama, boris)
    Link.objects.filter(person=boris).update(invited_by=mama)
    issue()
    ask(boris, owing, 7)
    early = REMINDED - timedelta(days=2)
    assert operations.remind_helpers(now=early) == 1
    before = told(boris)
    assert before[-1] == "help_due"
    # Nobody but mama is told now; and the day after nobody.
    assert remind_of_due(now=REMINDED) == 1
    assert told(boris) == before
    assert told(mama)[-1] == "due_near"
    assert remind_of_due(now=REMINDED + timedelta(days=1)) == 0
    (row,) = help_told_of(person_id=boris.pk)
    assert (row[0], row[1]) == (owing.number, "due")
    assert help_told_of(person_id=vera.pk) == help_told_of(person_id=mama.pk) == []
    sections = {each.key: each for each in EXPORT.sections}
    shown = sections["help_told"].rows(DataSubject(boris.pk, boris.recipient.pk))
    assert isinstance(shown, list)
    assert [each["account"] for each in shown] == [owing.number]
    Link.objects.filter(person=boris).update(ends_at=early - timedelta(days=200))
    assert help_told_of(person_id=boris.pk) == []


@pytest.mark.django_db
def test_what_befalls_one_helper_holds_up_nobody_else(
    boris: Person, mama: Person, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    olga = make_person()
    make_link(person=olga, account=meter.account, confirmed=True)
    Link.objects.filter(person=olga).update(invited_by=mama)
    ask(boris, meter.account)
    ask(olga, meter.account)
    sound = facts_of

    def broken(actor: Actor, **given: Any) -> Any:
        if actor.person_id == boris.pk:
            raise RuntimeError("a window that cannot be")
        return sound(actor, **given)

    monkeypatch.setattr("svet.today.operations.facts_of", broken)
    assert operations.remind_helpers(now=DAY) == 1
    assert (told(boris), told(olga)) == ([], ["help_readings"])


@pytest.mark.django_db
def test_what_a_blocked_person_was_not_told_is_told_when_they_are_back(boris: Person, meter: Meter) -> None:
    ask(boris, meter.account)
    Person.objects.filter(pk=boris.pk).update(is_active=False)
    assert operations.remind_helpers(now=DAY) == 0
    Person.objects.filter(pk=boris.pk).update(is_active=True)
    assert operations.remind_helpers(now=DAY + timedelta(hours=1)) == 1


@pytest.mark.django_db
def test_a_wish_made_while_the_job_reads_stays(
    boris: Person, mama: Person, meter: Meter, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(boris, meter.account)
    other = make_account(number="3560670999", flat="9")
    sound = account_queries.cabinet

    def meanwhile(person_id: int) -> Any:
        found = sound(person_id)
        HelpWish.objects.create(person=boris, account=other, days=3, made_at=DAY)
        return found

    monkeypatch.setattr(account_queries, "cabinet", meanwhile)
    operations.remind_helpers(now=DAY)
    assert HelpWish.objects.filter(account=other).exists()


@pytest.mark.django_db
def test_a_wish_ends_in_the_step_that_suspends_at_any_hour(boris: Person, mama: Person, meter: Meter) -> None:
    ask(boris, meter.account)
    link = Link.objects.get(person=boris)
    evening = datetime(2026, 12, 22, 15, 0, tzinfo=UTC)
    suspend_link(by=by(mama.pk), link_public_id=link.public_id, now=evening)
    assert wishes_of(person_id=boris.pk) == []
    Link.objects.filter(pk=link.pk).update(suspended_at=None)
    assert operations.remind_helpers(now=DAY) == 0


@pytest.mark.django_db
def test_a_wish_ends_when_the_account_is_taken_out_and_is_not_there_when_it_is_back(
    boris: Person, meter: Meter
) -> None:
    ask(boris, meter.account)
    link = Link.objects.get(person=boris)
    unlink(by=by(boris.pk), account_public_id=meter.account.public_id, now=DAY)
    Link.objects.filter(pk=link.pk).update(removed_at=None)
    assert operations.remind_helpers(now=DAY) == 0


@pytest.mark.django_db
def test_ones_data_list_no_wish_for_an_account_that_is_closed_to_one(boris: Person, meter: Meter) -> None:
    ask(boris, meter.account)
    Link.objects.filter(person=boris).update(ends_at=DAY - timedelta(days=200))
    assert wishes_of(person_id=boris.pk) == []
