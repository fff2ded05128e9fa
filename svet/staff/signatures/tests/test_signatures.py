"""The desk «Вторая подпись»: left by one member with what comes back in sight, decided by another."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import set_terms
from svet.billing import operations as billing
from svet.billing.models import FactDraft
from svet.billing.tests.factories import NOW, make_norm
from svet.billing.tests.test_order import AUGUST, JULY, JUNE, make_summer
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
DESK = "/staff/signatures/"
ASKED = {"on": "2026-05-24", "reason": "продано, договор купли-продажи"}


@pytest.fixture
def account() -> Account:
    """June to August charged: 485 ₽ each."""
    make_norm(100)
    account, _ = make_summer()
    set_terms(account, residents=1)
    for month in (JUNE, JULY, AUGUST):
        billing.run(provider_id=account.provider_id, period=month, now=NOW, over_gap=True)
    return account


def closed_on(account: Account) -> date | None:
    return Account.objects.values_list("closed_on", flat=True).get(pk=account.pk)


def shown_in(text: str) -> str:
    found = re.search(r'name="shown" value="([0-9a-f]{32})"', text)
    assert found is not None
    return found[1]


def left_by(browser: Client, account: Account) -> str:
    """The address of the draft that a member has left."""
    page = f"/staff/accounts/{account.public_id}/end/"
    first = browser.post(page, ASKED)
    assert (first.status_code, FactDraft.objects.filter(state="waiting").count()) == (200, 0)
    text = first.content.decode()
    for words in ("Отдать на подпись", "1\u00a0455,00\u00a0₽", "Июнь", "Август", "продано, договор"):
        assert words in text, words
    second = browser.post(page, ASKED | {"shown": shown_in(text)})
    return second.headers["Location"]


def test_an_end_is_seen_left_and_signed_by_another_member(account: Account) -> None:
    author, second = working(make_member()), working(make_member(role=Role.BILLING))
    page = left_by(author, account)
    mine = author.get(page).content.decode()
    assert ("Подписать вторым" in mine, "Отозвать" in mine, "1\u00a0455,00" in mine) == (False, True, True)
    assert author.post(page, {"act": "sign", "shown": shown_in_or("", mine)}).status_code == 422
    assert closed_on(account) is None
    waits = author.get(f"/staff/accounts/{account.public_id}/end/").content.decode()
    assert page in waits
    assert page in second.get(DESK).content.decode()
    text = second.get(page).content.decode()
    assert "Договор не действует с 24.05.2026" in text
    assert second.post(page, {"act": "sign", "shown": "0" * 32}).status_code == 422
    assert second.post(page, {"act": "sign", "shown": shown_in(text)}).status_code == 302
    assert closed_on(account) == date(2026, 5, 24)
    assert "подписано" in second.get(DESK).content.decode()
    assert second.post(page, {"act": "sign", "shown": shown_in(text)}).status_code == 422


def shown_in_or(other: str, text: str) -> str:
    return shown_in(text) if 'name="shown"' in text else other


def test_another_member_refuses_for_a_reason_and_the_author_reads_it(account: Account) -> None:
    author, second = working(make_member()), working(make_member())
    page = left_by(author, account)
    assert second.post(page, {"act": "refuse", "reason": ""}).status_code == 422
    assert second.post(page, {"act": "refuse", "reason": "квартира не продана"}).status_code == 302
    assert "квартира не продана" in author.get(page).content.decode()
    page = left_by(author, account)
    assert author.post(page, {"act": "withdraw"}).status_code == 302
    assert "отозвано" in author.get(DESK).content.decode()
    assert closed_on(account) is None


def test_what_waits_too_long_is_over(account: Account) -> None:
    author, second = working(make_member()), working(make_member())
    page = left_by(author, account)
    FactDraft.objects.update(expires_at=timezone.now())
    text = second.get(page).content.decode()
    assert ("срок вышел" in text, "Подписать вторым" in text) == (True, False)
    answer = second.post(page, {"act": "sign", "shown": "0" * 32})
    assert (answer.status_code, "Срок подписи вышел" in answer.content.decode()) == (422, True)


def test_the_desk_says_that_nothing_waits_and_a_stranger_is_a_404() -> None:
    browser = working(make_member())
    assert "Подписывать нечего" in browser.get(DESK).content.decode()
    for odd in ("?page=0", "?page=9", "?page=x"):
        assert browser.get(DESK + odd).status_code == 200
    assert browser.get(f"{DESK}abcdefghjkmnpqrs/").status_code == 404
    assert working(make_member(role=Role.SECURITY)).get(DESK).status_code == 403


def test_a_fact_that_stands_by_now_says_so_in_place_of_a_sum(account: Account) -> None:
    author, second = working(make_member()), working(make_member())
    page = left_by(author, account)
    Account.objects.filter(pk=account.pk).update(closed_on=date(2026, 5, 24))
    text = second.get(page).content.decode()
    assert ("менять нечего" in text, "Подписать вторым" in text) == (True, False)
