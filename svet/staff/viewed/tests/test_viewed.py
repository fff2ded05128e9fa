"""«Кто что открывал»: the administrator of security sees who looked, and nobody else does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.staff.menu.desks import DESKS
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
URL = "/staff/viewed/"


@pytest.fixture
def accounts() -> tuple[Account, Account]:
    return make_account(number="0356067000"), make_account(number="0412345678")


def rows(page: str) -> list[str]:
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [row for row in body.split("<tr>") if "</tr>" in row]


def test_a_look_at_an_account_stands_there_with_name_time_and_number(
    accounts: tuple[Account, Account],
) -> None:
    operator = make_member()
    browser = working(operator)
    for account in (accounts[0], accounts[0], accounts[1]):
        assert browser.get(f"/staff/accounts/{account.public_id}/").status_code == 200
    page = working(make_member(role=Role.SECURITY)).get(URL).content.decode()
    assert len(rows(page)) == 3
    assert "0412345678" in rows(page)[0]
    assert "Смирнова Ольга Петровна (оператор)" in rows(page)[0]
    assert "2 счёта" in page, "two accounts, however often each was opened"


def test_it_is_filtered_by_member_account_and_local_day(accounts: tuple[Account, Account]) -> None:
    olga, petr = make_member(), make_member(role=Role.BILLING)
    now = timezone.now()
    for member, account, ago in ((olga, accounts[0], 0), (petr, accounts[1], 0), (petr, accounts[0], 3)):
        journal.record_security(
            by=Actor.staff(member.person_id, name=member.role),
            action="account.viewed",
            subject="account",
            subject_id=account.public_id,
            account_id=account.pk,
            now=now - timedelta(days=ago),
        )
    browser = working(make_member(role=Role.SECURITY))

    def found(**query: str) -> int:
        return len(rows(browser.post(URL, query, follow=True).content.decode()))

    assert found() == 3
    assert found(member=petr.public_id) == 2
    assert found(member=petr.public_id, account="0356067000") == 1
    assert found(account="03560") == 2, "the beginning of a number is enough"
    assert found(account="9999") == 0
    day = timezone.localdate(now - timedelta(days=3))
    assert found(on=day.isoformat()) == 1
    assert found(on="вчера") == 3, "a filter that means nothing shows all"
    assert found(member="x" * 16) == 3


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.BILLING])
def test_nobody_watches_the_watcher_s_list(role: Role) -> None:
    assert working(make_member(role=role)).get(URL).status_code == 403


def test_an_empty_list_says_what_will_stand_there() -> None:
    page = working(make_member(role=Role.SECURITY)).get(URL).content.decode()
    assert "Счетов не открывали" in page


def test_every_desk_has_a_letter_of_its_own() -> None:
    letters = [desk.letter for desk in DESKS]
    assert len(set(letters)) == len(letters)
