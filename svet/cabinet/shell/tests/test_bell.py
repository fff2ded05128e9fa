from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import Client

from svet.bills import events as bill_events
from svet.kernel.places import Place
from svet.notices import operations, queries
from svet.notices.models import Notice
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def anna() -> Person:
    return make_person(phone="+79117178512")


@pytest.fixture
def vera() -> Person:
    return make_person(phone="+79117178513")


def tell(person: Person, *, url: str = "/payment/", account: str = "0356067000") -> str:
    with transaction.atomic():
        operations.notify(
            recipient_id=person.recipient_id,
            event=bill_events.DUE_NEAR,
            params={"account": account, "total": "300,00 ₽", "due": "15.12.2026"},
            place=Place("payment"),
            now=NOW,
        )
    told = queries.bell(person.recipient_id)[0]
    Notice.objects.filter(public_id=told.public_id).update(url=url)
    return told.public_id


def signed_in(person: Person) -> Client:
    client = Client()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_stranger_is_sent_to_the_entrance() -> None:
    response = Client().get("/bell/")
    assert response.status_code == 302
    assert response["Location"].startswith("/entrance/")


def test_the_bell_shows_what_was_told_and_marks_it_new(anna: Person) -> None:
    tell(anna)
    page = signed_in(anna).get("/bell/").content.decode()
    assert "Скоро срок оплаты" in page
    assert "Новое" in page
    # In the head of every page too, where it is heard and a number is seen.
    assert page.count("1 непрочитанное") == 2
    assert "непрочитанных" not in page


def test_an_empty_bell_says_what_it_is_for(anna: Person) -> None:
    page = signed_in(anna).get("/bell/").content.decode()
    assert "Пока тихо" in page
    assert "Прочитать все" not in page


def test_one_notice_can_be_marked_read(anna: Person) -> None:
    first, second = tell(anna), tell(anna)
    client = signed_in(anna)
    assert client.post("/bell/read/", {"notice": first}).status_code == 302
    assert queries.unread_count(anna.recipient_id) == 1
    assert queries.notice(anna.recipient_id, public_id=second).read_at is None  # type: ignore[union-attr]


def test_all_notices_can_be_marked_read(anna: Person) -> None:
    tell(anna)
    tell(anna)
    signed_in(anna).post("/bell/read/")
    assert queries.unread_count(anna.recipient_id) == 0


def test_opening_a_notice_leads_to_its_thing_and_reads_it(anna: Person) -> None:
    notice = tell(anna, url="/payment/?group=abc")
    response = signed_in(anna).post(f"/bell/{notice}/")
    assert response["Location"] == "/payment/?group=abc"
    assert queries.unread_count(anna.recipient_id) == 0


def test_a_notice_never_leads_to_another_site(anna: Person) -> None:
    notice = tell(anna, url="//evil.example/")
    assert signed_in(anna).post(f"/bell/{notice}/")["Location"] == "/"


def test_reading_needs_a_post(anna: Person) -> None:
    notice = tell(anna)
    assert signed_in(anna).get("/bell/read/").status_code == 405
    assert signed_in(anna).get(f"/bell/{notice}/").status_code == 405
    assert queries.unread_count(anna.recipient_id) == 1


def test_vera_neither_sees_nor_reads_annas_notices(anna: Person, vera: Person) -> None:
    notice = tell(anna, account="7777777777")
    client = signed_in(vera)
    assert "7777777777" not in client.get("/bell/").content.decode()
    assert client.post(f"/bell/{notice}/").status_code == 404
    client.post("/bell/read/", {"notice": notice})
    client.post("/bell/read/")
    assert queries.unread_count(anna.recipient_id) == 1


@pytest.mark.parametrize("number", ["0", "-1", "abc", "٣", "99999999999", "1\x00", "2.5"])
def test_a_page_number_that_is_none_shows_the_first_page(anna: Person, number: str) -> None:
    tell(anna)
    response = signed_in(anna).get("/bell/", {"page": number})
    assert response.status_code == 200
    assert "Скоро срок оплаты" in response.content.decode()


@pytest.mark.parametrize("value", ["' OR 1=1", "x" * 5000, "\x00", "<script>"])
def test_nonsense_marks_nothing(anna: Person, value: str) -> None:
    tell(anna)
    assert signed_in(anna).post("/bell/read/", {"notice": value}).status_code in (302, 400)
    assert queries.unread_count(anna.recipient_id) == 1


def test_long_lists_come_in_pages(anna: Person) -> None:
    for _ in range(queries.PAGE + 1):
        tell(anna)
    client = signed_in(anna)
    first = client.get("/bell/").content.decode()
    second = client.get("/bell/", {"page": "2"}).content.decode()
    assert first.count("bell__head") == queries.PAGE
    assert "page=2" in first
    assert second.count("bell__head") == 1


def test_words_from_outside_are_escaped(anna: Person) -> None:
    tell(anna, account="<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(anna).get("/bell/").content.decode()
