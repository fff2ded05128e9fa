"""«Заявления»: two different members, or nothing happens."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.journal.models import Entry
from svet.notices.models import Delivery
from svet.office import operations as office
from svet.office.models import OfficeRequest, OfficeSignature
from svet.people import queries
from svet.people.models import Person
from svet.people.tests.factories import PASSWORD, make_person
from svet.people.tests.outbox import last_code
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
OLD, NEW, HERE = "+79001112233", "+79003334455", "127.0.0.1"


@pytest.fixture
def asked() -> OfficeRequest:
    """Anna has lost her phone; the new one has answered."""
    anna, now = make_person(phone=OLD), timezone.now()
    make_link(person=anna, account=make_account(number="0356067000"), confirmed=True)
    office.start_office_phone_change(
        person_id=anna.pk, password=PASSWORD, phone=NEW, comment="Утонул в озере",
        session_key="flow", address=HERE, now=now,
    )  # fmt: skip
    asked = office.confirm_office_phone_change(
        person_id=anna.pk, session_key="flow", code=last_code(NEW), address=HERE, now=now
    )
    return OfficeRequest.objects.get(public_id=asked.public_id)


def decide(browser: Client, asked: OfficeRequest, verb: str, reason: str = "паспорт сверен") -> int:
    name = asked.public_id
    return browser.post(f"/staff/requests/{name}/{verb}/", {f"{name}-reason": reason}).status_code


def test_a_request_shows_what_the_papers_are_compared_to(asked: OfficeRequest) -> None:
    browser = working(make_member())
    page = browser.get("/staff/requests/").content.decode().replace("\xa0", " ")
    for word in ("+7 (900) 111-22-33", "+7 (900) 333-44-55", "Утонул в озере", "0356067000"):
        assert word in page, word
    assert "office__count--some" in page


def test_one_member_alone_changes_nothing_however_often(asked: OfficeRequest) -> None:
    browser = working(make_member())
    assert [decide(browser, asked, "sign") for _ in range(3)] == [302] * 3
    assert Person.objects.filter(phone=OLD).exists()
    assert OfficeSignature.objects.count() == 1
    assert "Первая подпись ваша" in browser.get("/staff/requests/").content.decode()


def test_two_members_move_the_cabinet_tell_both_phones_and_pause_the_cards(
    asked: OfficeRequest,
) -> None:
    visitor = Client()
    visitor.post("/entrance/sign-in/", {"phone": OLD, "password": PASSWORD})
    assert visitor.get("/accounts/").status_code == 200
    first, second = make_member(), make_member(role=Role.SECURITY)
    decide(working(first), asked, "sign")
    decide(working(second), asked, "sign", "сверено по видео")
    person = Person.objects.get(phone=NEW)
    assert queries.recovered_recently(person.pk, now=timezone.now())
    assert visitor.get("/accounts/").status_code == 302
    told = set(Delivery.objects.filter(event="contact_changed").values_list("address", flat=True))
    assert {OLD, NEW} <= told
    signed, done = Entry.objects.get(action="office.signed"), Entry.objects.get(action="office.approved")
    assert (signed.actor_person_id, done.actor_person_id) == (first.person_id, second.person_id)
    assert (signed.reason, done.reason) == ("паспорт сверен", "сверено по видео")
    assert Entry.objects.get(action="cards.paused").security


def test_a_signature_needs_a_reason(asked: OfficeRequest) -> None:
    decide(working(make_member()), asked, "sign", "  ")
    assert not OfficeSignature.objects.exists()


def test_one_may_refuse_and_a_closed_request_stays_closed(asked: OfficeRequest) -> None:
    first, second = working(make_member()), working(make_member())
    decide(first, asked, "refuse", "паспорт чужой")
    decide(second, asked, "sign")
    asked.refresh_from_db()
    assert (asked.state, asked.decision) == ("refused", "паспорт чужой")
    assert Person.objects.filter(phone=OLD).exists()


def test_the_billing_engineer_has_no_such_desk(asked: OfficeRequest) -> None:
    assert decide(working(make_member(role=Role.BILLING)), asked, "sign") == 403
