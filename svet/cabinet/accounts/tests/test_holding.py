"""What a person sees of groups kept folded, earlier meters, and papers of a former holder."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from svet.accounts.models import Group
from svet.accounts.tests.factories import NOW, OFFICE, make_link
from svet.metering import operations as metering
from svet.metering.operations import MeterRow
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_a_folded_group_stays_folded_on_every_page() -> None:
    anna, meter = make_person(), make_meter()
    make_link(person=anna, account=meter.account, confirmed=True)
    client = Client()
    client.force_login(anna)
    group = Group.objects.get(person=anna)
    opened = f'<details class="group" open data-fold="/groups/{group.public_id}/fold/">'
    assert opened in client.get("/accounts/").content.decode()
    client.post(f"/groups/{group.public_id}/fold/", {"folded": "yes"})
    for page in ("/accounts/", "/readings/"):
        shown = client.get(page).content.decode()
        assert opened not in shown
        assert f"/groups/{group.public_id}/fold/" in shown
    client.post(f"/groups/{group.public_id}/fold/", {"folded": "no"})
    assert opened in client.get("/accounts/").content.decode()


def test_earlier_meters_stand_on_the_accounts_page_with_their_last_values() -> None:
    anna, old = make_person(), make_meter(initial=3500, installed_on=date(2026, 9, 1))
    make_link(person=anna, account=old.account, confirmed=True)
    metering.replace_meter(
        by=OFFICE,
        meter_public_id=old.public_id,
        final={Zone.SINGLE: Decimal(3700)},
        new=MeterRow(account_id=old.account_id, serial="2000777", installed_on=date(2026, 11, 12)),
        reason="акт замены",
        now=NOW,
    )
    client = Client()
    client.force_login(anna)
    shown = client.get(f"/accounts/{old.account.public_id}/").content.decode()
    assert "Стояли раньше" in shown
    assert "3\u00a0700\u00a0кВт·ч" in shown
    assert "Информация о приборе учета №" in shown
    assert "01.09.2026 — 12.11.2026" in shown
