"""«Абоненты и группы» of a landlord: a part of the rows, every group, and the way to the others."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.cabinet.shell.slices import ROWS
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_every_account_is_reached_and_every_group_stays() -> None:
    anna = make_person()
    groups = [make_group(person=anna, name="Дом"), make_group(person=anna, name="Дачи")]
    make_group(person=anna, name="Пустая")
    accounts = [make_account() for _ in range(ROWS + 8)]
    for at, account in enumerate(accounts):
        make_link(person=anna, account=account, group=groups[at >= ROWS])
    client = Client()
    client.force_login(anna)
    page = client.get("/accounts/").content.decode()
    assert page.count('<li class="line"') == ROWS
    for words in ("Дом", "Дачи", "Пустая", f"{ROWS} абонентов", "8 абонентов", f"1–{ROWS} из {ROWS + 8}"):
        assert words in page, words
    assert "В этой группе пока нет абонентов." in page
    ways = re.findall(r'href="(/accounts/\?from=[^"]+)"', page)
    assert len(ways) == 2
    assert len(set(ways)) == 1
    other = client.get(ways[0]).content.decode()
    assert other.count('<li class="line"') == 8
    assert all((account.number in page) != (account.number in other) for account in accounts)
    # A refusal shows the same page under another address: its links lead to the list all the same.
    refused = client.post("/groups/new/", {"name": ""})
    assert refused.status_code == 422
    assert ways[0] in refused.content.decode()
