"""A person with two hundred accounts: every page asks the database as often as with one."""

from __future__ import annotations

import gzip
from datetime import date
from time import perf_counter

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from svet.accounts.tests.factories import make_account, make_link
from svet.metering.tests.factories import make_meter
from svet.people.models import Person
from svet.people.tests.factories import make_person

PAGES = ("/payment/", "/readings/", "/readings/all/", "/accounts/")
#: Pages that draw a part of their rows.
PARTS = ("/readings/", "/readings/all/", "/accounts/")
MANY = 200
#: What the page itself may weigh of the 60 KB of a first visit, styles and scripts being the rest.
PAGE_BYTES = 40 * 1024
#: And a page of parts before it is compressed.
PART_BYTES = 60 * 1024


def holder_of(count: int) -> Person:
    person = make_person()
    for _ in range(count):
        account = make_account()
        make_meter(account=account, installed_on=date(2026, 9, 1), initial=100)
        make_link(person=person, account=account)
    return person


@pytest.mark.django_db
def test_pages_of_two_hundred_accounts_cost_as_many_queries_as_of_two(
    capsys: pytest.CaptureFixture[str],
) -> None:
    counts: dict[int, dict[str, int]] = {}
    times: dict[str, float] = {}
    for size in (2, MANY):
        client = Client()
        client.force_login(holder_of(size))
        counts[size] = {}
        for url in PAGES:
            client.get(url)
            begin = perf_counter()
            with CaptureQueriesContext(connection) as asked:
                answer = client.get(url)
            counts[size][url], times[url] = len(asked), perf_counter() - begin
            assert answer.status_code == 200
            assert len(gzip.compress(answer.content, 6)) <= PAGE_BYTES, url
            assert url not in PARTS or len(answer.content) <= PART_BYTES, url
    with capsys.disabled():
        for url in PAGES:
            print(  # noqa: T201
                f"\n{MANY} accounts, {url}: {counts[MANY][url]} queries, {times[url]:.3f} s"
            )
    assert counts[2] == counts[MANY]
