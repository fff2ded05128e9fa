"""Lives of an outage: announced, told once, moved, called off, ended early; accounts that come later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account, Link, Premises
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.accounts.tests.test_finding import NEIGHBOURS, _town
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.ids import AccountId
from svet.kernel.personal import DataSubject
from svet.notices.models import Notice
from svet.outages import operations
from svet.outages.exports import EXPORT
from svet.outages.models import Outage, OutagePlace, OutageTold
from svet.outages.operations.telling import forget_outages_told, tell_of_outages
from svet.outages.queries import changes_of, met_by, outage, outages_at, outages_of
from svet.outages.rules import OutageAct, OutageKind, OutageState, OutageWords, PlaceLine
from svet.outages.rules.refusals import OutageConflict, OutageNotFound, OutageReason, OutageRefused
from svet.outages.rules.views import OutageView
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
#: Noon in Chelyabinsk.
NOW = datetime(2026, 11, 28, 7, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OFFICE = Actor.system("test")
WHY = "диспетчер перенёс"
LESNAYA = (PlaceLine("г. Челябинск", "Лесная", "1-9"),)


def enter(
    *,
    begins: timedelta = DAY,
    hours: int = 4,
    places: Sequence[PlaceLine] = LESNAYA,
    kind: OutageKind = OutageKind.PLANNED,
    now: datetime = NOW,
    number: str = "",
) -> str:
    words = OutageWords(
        kind, NOW + begins, NOW + begins + hours * HOUR, "замена опор", tuple(places), number=number
    )
    return operations.enter_outage(words, provider_id=make_provider().pk, by=OFFICE, now=now)


def move(public_id: str, begins: timedelta, *, now: datetime = NOW) -> None:
    at = NOW + begins
    operations.move_outage(
        public_id=public_id, begins_at=at, ends_at=at + 4 * HOUR, reason=WHY, by=OFFICE, now=now
    )


def shown(account: Account, *, past: bool = False) -> list[OutageView]:
    return outages_of([account.pk], now=NOW, past=past)[AccountId(account.pk)]


def heard(person: Person) -> list[str]:
    rows = Notice.objects.filter(recipient_id=person.recipient_id).order_by("pk")
    return [row.event for row in rows]


def test_whoever_sees_the_account_is_told_once_and_nobody_else(account: Account, anna: Person) -> None:
    boris, vera = make_person(), make_person()
    make_link(person=boris, account=account, can_pay=False, can_submit=False, invited_by=anna)
    make_link(person=vera, account=make_account(), suspended_at=NOW)
    enter()
    assert tell_of_outages(now=NOW) == 2
    assert tell_of_outages(now=NOW + HOUR) == 0
    assert (heard(anna), heard(boris), heard(vera)) == (["outage_planned"], ["outage_planned"], [])
    said = Notice.objects.get(recipient_id=anna.recipient_id)
    # By the supplier's clock, the house and no flat.
    assert said.text == "29.11.2026, 12:00–16:00, ул. Лесная, д.\u00a04. Причина: замена опор."
    assert said.url == "/outages/"


def test_a_landlord_of_many_flats_in_a_house_hears_it_once(anna: Person) -> None:
    for flat in ("1", "2", "3"):
        make_link(person=anna, account=make_account(flat=flat))
    enter()
    assert tell_of_outages(now=NOW) == 1


def test_nobody_is_told_at_night_nor_long_before_nor_after_the_end(anna: Person) -> None:
    enter(begins=5 * DAY)
    assert tell_of_outages(now=NOW) == 0
    assert tell_of_outages(now=NOW + 3 * DAY + 12 * HOUR) == 0
    assert tell_of_outages(now=NOW + 6 * DAY) == 0
    assert tell_of_outages(now=NOW + 3 * DAY) == 1


def test_an_emergency_is_told_at_night(anna: Person) -> None:
    night = NOW + 12 * HOUR
    enter(begins=12 * HOUR, kind=OutageKind.EMERGENCY, now=night)
    assert tell_of_outages(now=night) == 1
    assert heard(anna) == ["outage_emergency"]


def test_who_was_told_hears_of_other_hours_and_of_none(account: Account, anna: Person) -> None:
    key = enter()
    tell_of_outages(now=NOW)
    move(key, 10 * DAY)
    # A neighbour who came meanwhile knows nothing of the former hours, and these are far.
    make_link(person=make_person(), account=account)
    assert tell_of_outages(now=NOW) == 1
    assert tell_of_outages(now=NOW) == 0
    operations.cancel_outage(public_id=key, reason=WHY, by=OFFICE, now=NOW)
    operations.cancel_outage(public_id=key, reason=WHY, by=OFFICE, now=NOW)
    assert tell_of_outages(now=NOW) == 1
    assert tell_of_outages(now=NOW) == 0
    assert heard(anna) == ["outage_planned", "outage_moved", "outage_off"]
    history = changes_of(outage_id=outage(public_id=key, now=NOW).outage_id)
    assert [each.act for each in history] == [OutageAct.ENTERED, OutageAct.MOVED, OutageAct.CANCELLED]
    assert Entry.objects.filter(action="outages.cancelled", reason=WHY).count() == 1


def test_there_and_back_before_anybody_was_told_is_no_news(anna: Person) -> None:
    key = enter()
    tell_of_outages(now=NOW)
    move(key, 2 * DAY)
    move(key, DAY)
    assert tell_of_outages(now=NOW) == 0


def test_who_is_met_no_more_hears_it_and_who_is_met_now_too(anna: Person) -> None:
    far = make_account()
    Premises.objects.filter(pk=far.premises_id).update(street="ул. Мира", house="12 корп. 1")
    vera = make_person()
    make_link(person=vera, account=far)
    key = enter()
    tell_of_outages(now=NOW)
    operations.readdress_outage(
        public_id=key,
        places=(PlaceLine("Челябинск", "улица Мира", "12к1"),),
        reason=WHY,
        by=OFFICE,
        now=NOW + HOUR,
    )
    assert tell_of_outages(now=NOW + 2 * HOUR) == 2
    assert (heard(anna), heard(vera)) == (["outage_planned", "outage_off"], ["outage_planned"])
    # The work will be: it is not said to be called off.
    said = Notice.objects.filter(recipient_id=anna.recipient_id).latest("pk")
    assert said.title == "Отключение больше не по вашему адресу"
    assert "отмен" not in said.text


def test_an_account_that_comes_after_the_telling_is_told_and_shown(account: Account) -> None:
    enter()
    tell_of_outages(now=NOW)
    late = make_person()
    make_link(person=late, account=account)
    assert tell_of_outages(now=NOW + HOUR) == 1
    fresh = make_account()
    assert [each.state for each in shown(fresh)] == [OutageState.PLANNED]
    # The registry corrects the address: another house, nothing to show.
    Premises.objects.filter(pk=fresh.premises_id).update(house="40")
    assert shown(fresh) == []


def test_a_work_that_ends_early_is_over_for_everybody(account: Account, anna: Person) -> None:
    key = enter(begins=-HOUR)
    assert shown(account)[0].state is OutageState.BEGUN
    operations.end_outage(public_id=key, reason=WHY, by=OFFICE, now=NOW)
    operations.end_outage(public_id=key, reason=WHY, by=OFFICE, now=NOW + HOUR)
    assert shown(account) == []
    (past,) = shown(account, past=True)
    assert (past.state, past.local_ends) == (OutageState.OVER, NOW)
    assert tell_of_outages(now=NOW) == 0
    with pytest.raises(OutageConflict):
        move(key, DAY)
    with pytest.raises(OutageConflict):
        operations.cancel_outage(public_id=key, reason=WHY, by=OFFICE, now=NOW + HOUR)


def test_two_that_overlap_are_two(account: Account, anna: Person) -> None:
    enter()
    enter(begins=DAY + HOUR, places=(PlaceLine("Челябинск"),))
    assert len(shown(account)) == 2
    assert tell_of_outages(now=NOW) == 2


def test_the_second_press_is_the_first_and_another_supplier_is_another(account: Account) -> None:
    assert enter() == enter()
    other = make_provider(code="other", name="Другой")
    words = OutageWords(OutageKind.PLANNED, NOW + DAY, NOW + DAY + HOUR, "опоры", LESNAYA)
    operations.enter_outage(words, provider_id=other.pk, by=OFFICE, now=NOW)
    assert len(shown(account)) == 1


def test_a_visitor_asks_by_an_address_and_learns_of_no_account() -> None:
    enter()
    with CaptureQueriesContext(connection) as asked:
        assert len(outages_at(city="Челябинск", street="ул. Лесная", house="9а", now=NOW)) == 1
        assert outages_at(city="Челябинск", street="ул. Лесная", house="10", now=NOW) == []
    assert not any("accounts_account" in each["sql"] or "premises" in each["sql"] for each in asked)


def row(begins: timedelta, *, number: str = "12", why: str = "опоры") -> OutageWords:
    at = NOW + begins
    return OutageWords(OutageKind.PLANNED, at, at + HOUR, why, LESNAYA, number)


def take(words: OutageWords, *, cancelled: bool = False, now: datetime = NOW) -> OutageAct | None:
    return operations.take_row(
        words, cancelled=cancelled, provider_id=make_provider().pk, by=Actor.system("svet outages"), now=now
    )


def test_a_file_says_the_same_twice_a_corrected_one_changes_and_yesterdays_undoes_nothing() -> None:
    assert take(row(DAY)) is OutageAct.ENTERED
    assert take(row(DAY)) is None
    assert take(row(DAY, why="замена провода")) is OutageAct.WORDS
    assert take(row(2 * DAY)) is OutageAct.MOVED
    with pytest.raises(OutageRefused) as stale:
        take(row(DAY))
    assert stale.value.reason is OutageReason.STALE
    assert Outage.objects.get().begins_at == NOW + 2 * DAY
    assert take(row(2 * DAY), cancelled=True) is OutageAct.CANCELLED
    assert take(row(2 * DAY), cancelled=True) is None
    # What was called off is not raised again by the file that had announced it.
    with pytest.raises(OutageRefused):
        take(row(2 * DAY))
    # Nor is anything made of a cancellation of what was never announced.
    assert take(row(DAY, number="13"), cancelled=True) is None


def test_a_file_of_what_is_over_changes_nothing() -> None:
    take(row(DAY))
    assert take(row(DAY), now=NOW + 3 * DAY) is None
    assert take(row(DAY), cancelled=True, now=NOW + 3 * DAY) is None
    with pytest.raises(OutageRefused) as over:
        take(row(DAY, number="13"), now=NOW + 3 * DAY)
    assert over.value.reason is OutageReason.OVER


def test_what_cannot_be_done() -> None:
    key = enter()
    with pytest.raises(OutageRefused):
        move(key, DAY)
    with pytest.raises(OutageRefused):
        operations.end_outage(public_id=key, reason=WHY, by=OFFICE, now=NOW)
    with pytest.raises(OutageRefused):
        operations.readdress_outage(public_id=key, places=LESNAYA, reason=WHY, by=OFFICE, now=NOW)
    with pytest.raises(OutageNotFound):
        operations.cancel_outage(public_id="0" * 16, reason=WHY, by=OFFICE, now=NOW)


def test_one_that_fails_stops_none_behind_it(anna: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    enter()
    enter(begins=2 * DAY)
    from svet.outages.operations import telling

    whole = telling._tell
    failed: list[str] = []

    def tell(public_id: str, *, now: datetime) -> int:
        if not failed:
            failed.append(public_id)
            raise RuntimeError
        return whole(public_id, now=now)

    monkeypatch.setattr(telling, "_tell", tell)
    assert tell_of_outages(now=NOW) == 1
    assert tell_of_outages(now=NOW) == 1


def test_what_was_told_is_in_the_copy_and_goes_with_the_cabinet_and_with_time(anna: Person) -> None:
    enter()
    tell_of_outages(now=NOW)
    (section,) = EXPORT.sections
    (told,) = section.rows(DataSubject(person_id=anna.pk, recipient_id=anna.recipient_id))
    assert isinstance(told, dict)
    assert told["why"] == "замена опор"
    assert forget_outages_told(before=NOW, most=10) == 0
    assert forget_outages_told(before=NOW + 9 * DAY, most=10) == 1
    OutageTold.objects.create(outage=Outage.objects.get(), person=anna, begins_at=NOW, told_at=NOW)
    assert EXPORT.forget is not None
    EXPORT.forget(person_id=anna.pk, by=OFFICE, now=NOW)
    assert not OutageTold.objects.exists()


def test_no_other_address_is_looked_at(account: Account) -> None:
    """The planner takes the indexes on tables with statistics, with nothing forbidden to it."""
    _town(account, NEIGHBOURS)
    enter()
    other = Outage.objects.get(public_id=enter(begins=2 * DAY, places=(PlaceLine("Еткуль", "Мира"),)))
    OutagePlace.objects.bulk_create(
        OutagePlace(outage=other, city="Еткуль", street=f"Улица{number}", key=f"еткуль|улица{number}")
        for number in range(5_000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE outages_outage, outages_outageplace")
    with CaptureQueriesContext(connection) as asked:
        met = met_by(LESNAYA, provider_id=account.provider_id, now=NOW)
        found = outages_of([account.pk], now=NOW)
    assert [each.account_id for each in met.accounts] == [account.pk]
    assert (met.by_place, len(found[AccountId(account.pk)])) == ((1,), 1)
    plans = []
    for each in asked:
        if not each["sql"].startswith("SELECT"):
            continue
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN {each['sql']}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    whole = "\n".join(plans)
    assert "premises_words" in whole
    assert "outages_place_key" in whole
    assert not [
        line
        for line in whole.splitlines()
        if "Seq Scan on accounts_account" in line or "Seq Scan on accounts_premises" in line
    ]


def test_links_that_ended_are_told_nothing(account: Account, anna: Person) -> None:
    Link.objects.update(removed_at=NOW)
    enter()
    assert tell_of_outages(now=NOW) == 0
