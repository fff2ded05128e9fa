"""Readings that no bill will take any more: their receipt and «История» foretell none."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering.models import ReadingSet
from svet.metering.operations import mark_used
from svet.metering.tests.factories import make_meter, make_reading
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db

FORETOLD = "Счёт за сентябрь"
SAID = "В счёт вошли более поздние показания"


def test_what_a_later_reading_of_the_month_passed_over_waits_for_no_bill() -> None:
    person, account = make_person(), make_account()
    make_link(person=person, account=account, confirmed=True)
    meter = make_meter(account=account)
    for day, value in ((10, 100), (20, 200)):
        make_reading(meter, value, read_on=date(2026, 9, day))
    earlier, later = ReadingSet.objects.filter(meter=meter, kind="customer").order_by("read_on")
    client = Client()
    client.force_login(person)
    history = "/history/?since=2026-09-01&until=2026-10-01"

    def pages() -> list[str]:
        return [
            client.get(place).content.decode()
            for place in (f"/readings/receipt/{earlier.public_id}/", history)
        ]

    # Until the bill is out the later one may still be taken back.
    for page in pages():
        assert FORETOLD in page
        assert SAID not in page
    mark_used(set_ids=[later.pk], by=Actor.system("billing"), now=timezone.now(), period=Month(2026, 9))
    for page in pages():
        assert FORETOLD not in page
        assert SAID in page
        assert f'вместо них <span class="nowrap">{later.receipt_number}</span>' in page
