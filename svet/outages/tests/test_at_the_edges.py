"""An outage at night, without access, entered twice, in two towns, on many streets."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account, Link, Premises
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.notices.models import Notice
from svet.outages import operations
from svet.outages.models import Outage
from svet.outages.operations.telling import tell_of_outages
from svet.outages.queries import met_by
from svet.outages.rules import OutageAct, OutageKind, OutageWords, PlaceLine
from svet.outages.tests.test_outages import DAY, HOUR, LESNAYA, NOW, OFFICE, WHY, enter, heard, move, take
from svet.people.models import Person

pytestmark = pytest.mark.django_db

#: Five past nine in the evening in Chelyabinsk, and five the next morning.
EVENING, DAWN = NOW + 9 * HOUR + timedelta(minutes=5), 17 * HOUR


@pytest.mark.parametrize("act", ["moved to dawn", "called off at dawn", "announced for dawn"])
def test_what_would_be_too_late_in_the_morning_is_told_in_the_evening(anna: Person, act: str) -> None:
    if act == "announced for dawn":
        enter(begins=DAWN, now=EVENING)
        said = ["outage_planned"]
    elif act == "moved to dawn":
        key = enter()
        tell_of_outages(now=NOW)
        move(key, DAWN, now=EVENING)
        said = ["outage_planned", "outage_moved"]
    else:
        key = enter(begins=DAWN)
        tell_of_outages(now=NOW)
        operations.cancel_outage(public_id=key, reason=WHY, by=OFFICE, now=EVENING)
        said = ["outage_planned", "outage_off"]
    assert tell_of_outages(now=EVENING) == 1
    assert tell_of_outages(now=EVENING + HOUR) == 0
    assert heard(anna) == said


def test_what_morning_is_soon_enough_for_waits(anna: Person) -> None:
    key = enter()
    tell_of_outages(now=NOW)
    move(key, DAY + HOUR, now=EVENING)
    assert tell_of_outages(now=EVENING) == 0
    assert tell_of_outages(now=NOW + 21 * HOUR) == 1


def test_who_lost_the_account_hears_nothing_and_who_got_it_back_nothing_twice(
    account: Account, anna: Person
) -> None:
    """The house will be dark: «отменено» would be false."""
    key = enter()
    tell_of_outages(now=NOW)
    Link.objects.filter(person=anna).update(suspended_at=NOW)
    assert tell_of_outages(now=NOW + HOUR) == 0
    Link.objects.filter(person=anna).update(suspended_at=None)
    assert tell_of_outages(now=NOW + 2 * HOUR) == 0
    Account.objects.filter(pk=account.pk).update(closed_on=NOW.date())
    assert tell_of_outages(now=NOW + 2 * HOUR) == 0
    assert heard(anna) == ["outage_planned"]
    # What they were told of and is called off they hear nevertheless.
    operations.cancel_outage(public_id=key, reason=WHY, by=OFFICE, now=NOW + 3 * HOUR)
    assert tell_of_outages(now=NOW + 3 * HOUR) == 1
    assert heard(anna) == ["outage_planned", "outage_off"]


def test_what_the_desk_had_is_given_its_number_and_told_once(anna: Person) -> None:
    """First by hand, then by the file, then by hand again: one outage."""
    key = enter()
    same = OutageWords(
        OutageKind.PLANNED, NOW + DAY, NOW + DAY + 4 * HOUR, "замена опор", LESNAYA, number="77"
    )
    assert take(same) is None
    assert enter() == key
    assert Outage.objects.get().number == "77"
    # Another number is another work, even at the same hours.
    assert take(replace(same, number="78")) is OutageAct.ENTERED
    Outage.objects.filter(number="78").delete()
    assert tell_of_outages(now=NOW) == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one() -> None:
    provider, at_once = make_provider(), threading.Barrier(2)
    words = OutageWords(OutageKind.PLANNED, NOW + DAY, NOW + DAY + HOUR, "опоры", LESNAYA)
    keys: list[str] = []

    def press() -> None:
        try:
            at_once.wait(10)
            keys.append(operations.enter_outage(words, provider_id=provider.pk, by=OFFICE, now=NOW))
        finally:
            connections.close_all()

    pressing = [threading.Thread(target=press) for _ in range(2)]
    for each in pressing:
        each.start()
    for each in pressing:
        each.join()
    assert (Outage.objects.count(), len(set(keys)), len(keys)) == (1, 1, 2)


def test_houses_of_two_towns_are_told_with_their_towns(account: Account, anna: Person) -> None:
    other = make_account()
    Premises.objects.filter(pk=other.premises_id).update(city="Озёрск")
    make_link(person=anna, account=other)
    enter(places=(*LESNAYA, PlaceLine("Озёрск", "Лесная", "1-9")))
    tell_of_outages(now=NOW)
    said = Notice.objects.get(recipient_id=anna.recipient_id).text
    assert "Челябинск, ул. Лесная, д.\u00a04; Озёрск, ул. Лесная, д.\u00a04" in said


def test_many_streets_are_asked_together(account: Account) -> None:
    places = (*(PlaceLine("Челябинск", f"ул. Новая {number}-я") for number in range(60)), *LESNAYA)
    with CaptureQueriesContext(connection) as asked:
        met = met_by(places, provider_id=account.provider_id, now=NOW)
    assert met.by_place == (*(0 for _each in range(60)), 1)
    assert len([each for each in asked if "tsquery" in each["sql"]]) == 2
