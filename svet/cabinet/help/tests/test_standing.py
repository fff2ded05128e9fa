"""«Работает ли кабинет»: words for customers, nothing for who looks for weak places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from svet.cabinet.help import standing
from svet.cabinet.help.standing import PortalFacts, facts, lines
from svet.notices.models import Delivery
from svet.notices.tests.test_delivering import promise_letter
from svet.payments.models import BankSilence, Order
from svet.payments.rules.states import OrderState
from svet.payments.tests.factories import make_family, make_order

pytestmark = pytest.mark.django_db
WELL = PortalFacts(payments=False, texts=False, letters=False)


@pytest.fixture(autouse=True)
def _unknown() -> Iterator[None]:
    """Nothing is known from another test."""
    standing._Known.facts = None
    yield
    standing._Known.facts = None


def at_work() -> None:
    """Somebody works at the queue."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_without_anybody_at_work_everything_but_readings_waits() -> None:
    assert facts(now=timezone.now()) == PortalFacts(True, True, True, messenger=True)
    page = Client().get("/help/standing/").content.decode()
    assert "Кое-что задерживается" in page
    assert page.count("badge--warning") == 4
    assert page.count("badge--success") == 1


def test_a_letter_that_stands_still_is_told_of_and_no_number_is() -> None:
    at_work()
    now = timezone.now()
    assert facts(now=now) == WELL
    letter = promise_letter("anna@example.ru")
    Delivery.objects.filter(pk=letter.pk).update(due_at=now - timedelta(hours=3))
    later = now + standing.GOOD_FOR
    assert facts(now=later) == PortalFacts(payments=False, texts=False, letters=True)
    main = Client().get("/help/standing/").content.decode().split('tabindex="-1">')[1].split("</main>")[0]
    assert "Письма уходят с задержкой" in main
    assert not re.search(r"\d", re.sub(r"<[^>]+>", "", main).split("Позвоните")[0])


def test_one_order_without_an_answer_is_no_trouble_of_everybody_a_silent_bank_is() -> None:
    at_work()
    now = timezone.now()
    family = make_family()
    order = make_order(person=family.anna, lines=[(family.first, 100_00)])
    Order.objects.filter(pk=order.pk).update(state=OrderState.SENT, bank_reference="", created_at=now)
    for seconds, late in ((300, False), (890, False), (910, True)):
        standing._Known.facts = None
        assert facts(now=now + timedelta(seconds=seconds)).payments is late
    Order.objects.filter(pk=order.pk).update(bank_reference="known")
    silence = BankSilence.objects.create(shop=None, since=now, last_at=now)
    standing._Known.facts = None
    assert facts(now=now + timedelta(seconds=1)).payments
    silence.delete()
    standing._Known.facts = None
    assert not facts(now=now + timedelta(seconds=1)).payments


def test_everything_well_says_so() -> None:
    at_work()
    page = Client().get("/help/standing/").content.decode()
    assert "Всё работает" in page
    assert page.count("badge--success") == len(lines(WELL)) == 5


def test_a_messenger_is_told_of_where_there_is_one(settings: Settings) -> None:
    late = PortalFacts(payments=False, texts=False, letters=False, messenger=True)
    assert [line.title for line in lines(late) if not line.works] == ["MAX"]
    settings.MESSENGER_URL = ""
    assert all(line.works for line in lines(late))


def test_who_asks_again_and_again_asks_the_database_once() -> None:
    now = timezone.now()
    facts(now=now)
    with CaptureQueriesContext(connection) as asked:
        facts(now=now + standing.GOOD_FOR / 2)
    assert not asked.captured_queries


def test_the_way_leads_from_help_and_the_footer() -> None:
    assert Client().get("/help/").content.decode().count('href="/help/standing/"') == 2
