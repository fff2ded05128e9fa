"""The facts of a day through the doors of the rooms: right for each holder, no dearer for forty accounts."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account, Link
from svet.accounts.operations.household import invite
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.billing.tests.factories import NOVEMBER, charge_november
from svet.bills.operations import issue
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.places import Place
from svet.metering.models import Meter
from svet.metering.operations import absence as absences
from svet.metering.rules.absence import Plan
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.models import Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import make_order, owe, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from svet.today.queries import day_of
from svet.today.rules import DayPlan, DayState, DutyKind
from svet.today.texts import duty_note, duty_title

pytestmark = pytest.mark.django_db
ISSUED = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
#: Read by phones in Chelyabinsk on 8 December.
NOW = datetime(2026, 12, 8, 9, 0, tzinfo=UTC)


def day(person: Person, now: datetime = NOW) -> DayPlan:
    return day_of(Actor.person(person.pk), now=now, local_today=now.date())


def kinds(found: DayPlan) -> list[DutyKind]:
    return [each.kind for each in found.all_duties]


@pytest.fixture
def anna() -> Person:
    return make_person()


@pytest.fixture
def billed() -> tuple[Account, Meter]:
    """November charged and billed: to be paid by 15 December."""
    provider_with_requisites()
    account, meter = charge_november()
    issue(provider_id=make_provider().pk, period=NOVEMBER, now=ISSUED)
    return account, meter


def test_a_billed_account_says_what_it_owes(anna: Person, billed: tuple[Account, Meter]) -> None:
    account, _meter = billed
    make_link(person=anna, account=account, confirmed=True)
    found = day(anna)
    assert (found.state, found.due_on) == (DayState.DUE, date(2026, 12, 15))
    assert found.owed > Money(0)
    assert kinds(found)[:2] == [DutyKind.PAY, DutyKind.READINGS]
    late = day(anna, datetime(2026, 12, 16, 9, 0, tzinfo=UTC))
    assert (late.state, late.late, late.late_since) == (DayState.OVERDUE, found.owed, date(2026, 12, 15))
    fresh = day(anna, datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    assert DutyKind.BILL in kinds(fresh)


def test_readings_sent_in_the_period_wait_no_more(anna: Person) -> None:
    account = make_account()
    meter = make_meter(account=account)
    make_link(person=anna, account=account, confirmed=True)
    assert kinds(day(anna)) == [DutyKind.READINGS]
    make_reading(meter, 1200, read_on=date(2026, 12, 7))
    assert kinds(day(anna)) == []
    assert day(anna).sent
    # Those of the period before are not enough.
    assert kinds(day(anna, datetime(2027, 1, 8, 9, 0, tzinfo=UTC))) == [DutyKind.READINGS]


def test_an_absence_that_sends_by_itself_asks_nothing(anna: Person) -> None:
    account = make_account()
    make_meter(account=account)
    make_link(person=anna, account=account, confirmed=True)
    absences.begin_absence(
        by=Actor.person(anna.pk),
        account_public_id=account.public_id,
        from_on=date(2026, 12, 9),
        until_on=date(2027, 1, 9),
        plan=Plan.SEND,
        now=NOW,
    )
    assert kinds(day(anna)) == []
    # The day it acts on has passed and nothing was sent: then it is asked for.
    assert kinds(day(anna, datetime(2026, 12, 24, 9, 0, tzinfo=UTC))) == [DutyKind.READINGS]


def test_money_at_the_bank_is_on_its_way_and_not_asked_for_again(anna: Person) -> None:
    account = make_account(provider=provider_with_requisites())
    make_link(person=anna, account=account, confirmed=True)
    owe(account, 10_000)
    assert day(anna).owed == Money(10_000)
    order = make_order(person=anna, lines=[(account, 10_000)], receipt_email="a@example.ru")
    Order.objects.filter(pk=order.pk).update(state=OrderState.PAID.value)
    found = day(anna)
    assert (found.state, found.transit) == (DayState.TRANSIT, Money(10_000))
    assert [each.number for each in found.moving] == [order.number]


def test_an_invitation_waits_for_its_person_only(anna: Person) -> None:
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    boris, vera = make_person(), make_person()
    invite(
        by=Actor.person(anna.pk), account_public_id=account.public_id, phone=boris.phone, rights=[], now=NOW
    )
    assert (day(boris).state, kinds(day(boris))) == (DayState.NEW, [DutyKind.INVITATION])
    assert (day(vera).state, kinds(day(vera))) == (DayState.NEW, [])


def test_a_relative_who_may_only_look_is_asked_nothing(anna: Person, billed: tuple[Account, Meter]) -> None:
    boris = make_person()
    make_link(person=boris, account=billed[0], can_pay=False, can_submit=False)
    found = day(boris)
    assert (found.state, found.others) == (DayState.CALM, True)
    assert not {DutyKind.PAY, DutyKind.READINGS} & set(kinds(found))


def test_forty_accounts_cost_as_many_statements_as_one(anna: Person) -> None:
    def add(number: int) -> None:
        account = make_account(flat=str(number))
        make_meter(account=account)
        make_link(person=anna, account=account, confirmed=True)
        owe(account, 1_000)

    def count() -> int:
        with CaptureQueriesContext(connection) as asked:
            day(anna)
        return len(asked)

    add(0)
    one = count()
    for number in range(1, 40):
        add(number)
    assert day(anna).accounts == 40
    assert count() == one <= 18


def test_the_son_is_told_of_his_mother_by_the_name_he_gave_her(anna: Person) -> None:
    boris, account = make_person(), make_account()
    meter = make_meter(account=account)
    make_link(person=anna, account=account, confirmed=True)
    let_in = make_link(person=boris, account=account, confirmed=True, alias="Мама", invited_by=anna)
    now = datetime(2026, 12, 23, 9, 0, tzinfo=UTC)
    (duty,) = day(boris, now).all_duties
    assert (duty.kind, duty.titles, duty.place) == (
        DutyKind.READINGS_FOR,
        ("Мама",),
        Place("account-readings", (account.public_id,)),
    )
    assert day(boris, now).lead is None
    assert duty_title(duty, today=now.date()) == "Мама: показания не переданы"
    assert duty_note(duty, today=now.date()) == "осталось 2 дня, можно передать за близкого"
    assert kinds(day(anna, now)) == [DutyKind.READINGS]
    # With the right ends the telling; so it does when she has sent.
    let_in.can_submit = False
    let_in.save()
    assert kinds(day(boris, now)) == []
    let_in.can_submit = True
    let_in.save()
    make_reading(meter, 1500, read_on=date(2026, 12, 20))
    assert kinds(day(boris, now)) == []


def test_many_of_those_one_helps_are_one_row() -> None:
    boris = make_person()
    for _ in range(3):
        owner, account = make_person(), make_account()
        make_meter(account=account)
        make_link(person=boris, account=account, confirmed=True, invited_by=owner)
    (duty,) = day(boris, datetime(2026, 12, 23, 9, 0, tzinfo=UTC)).all_duties
    assert (duty.count, duty.place) == (3, Place("readings"))
    assert duty_title(duty, today=NOW.date()) == "Показания за близких: 3"


def test_flats_that_a_stranger_would_see_alike_are_named_with_their_numbers(anna: Person) -> None:
    """Two flats of one house with hidden numbers: «ул. Лесная, д. 4, кв. *» said twice names neither."""
    soon = date(2026, 12, 20)
    first, second, named = make_account(flat="17"), make_account(flat="18"), make_account(flat="19")
    for account in (first, second):
        make_link(person=anna, account=account)
        make_meter(account=account, next_verification_on=None)
    link = make_link(person=anna, account=named)
    Link.objects.filter(pk=link.pk).update(alias="Дача")
    make_meter(account=named, next_verification_on=soon)
    (duty,) = [each for each in day(anna).all_duties if each.kind is DutyKind.VERIFICATION]
    assert duty.titles == ("Дача",), "a name of its own says which one"
    Meter.objects.filter(account=second).update(next_verification_on=date(2026, 12, 9))
    Meter.objects.filter(account=named).update(next_verification_on=None)
    (duty,) = [each for each in day(anna).all_duties if each.kind is DutyKind.VERIFICATION]
    (title,) = duty.titles
    assert title.replace("\xa0", " ") == f"ул. Лесная, д. 4, кв. *, аб. № {second.number}"
