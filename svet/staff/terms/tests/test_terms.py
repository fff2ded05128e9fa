"""The terms of an account at the desk: shown, changed from a day on with a reason, kept in the history."""

from __future__ import annotations

from datetime import date

import pytest

from svet.accounts.models import Account, Terms
from svet.accounts.queries.terms import dated_terms
from svet.accounts.tests.factories import make_account
from svet.billing.tests.factories import load_chelyabinsk
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
ASKED = {"since": "2026-10-02", "residents": "3", "reason": "свидетельство о рождении"}


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.BILLING])
def test_a_birth_is_entered_from_its_day_and_what_is_left_empty_stays(role: Role) -> None:
    load_chelyabinsk()
    account = make_account(residents=2)
    browser = working(make_member(role=role))
    page = f"/staff/accounts/{account.public_id}/terms/"
    assert page in browser.get(f"/staff/accounts/{account.public_id}/").content.decode()
    assert browser.get(page).status_code == 200
    assert browser.post(page, ASKED).status_code == 302
    first, second = dated_terms([account.pk])[account.pk]
    assert (first.values.residents, first.until) == (2, date(2026, 10, 2))
    assert (second.values.residents, second.values.tariff_group) == (3, "1.1")
    shown = browser.get(page).content.decode()
    assert "свидетельство о рождении" in shown
    assert "реестр" in shown


def test_what_cannot_be_is_said_beside_its_field() -> None:
    load_chelyabinsk()
    account = make_account(residents=2)
    browser = working(make_member())
    page = f"/staff/accounts/{account.public_id}/terms/"
    for wrong, said in (
        ({"residents": "много"}, "Введите число"),
        ({"reason": " "}, "Напишите причину"),
        ({"since": "2019-12-31"}, "Договора тогда ещё не было"),
        ({"residents": ""}, "менять нечего"),
        ({"since": "вчера"}, "Введите день так"),
        ({"tariff_group": "9.9"}, "9.9"),
    ):
        answer = browser.post(page, ASKED | wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), wrong
    assert Terms.objects.count() == 1


def test_a_corrected_row_is_shown_as_corrected() -> None:
    load_chelyabinsk()
    account = make_account(residents=2)
    browser = working(make_member())
    page = f"/staff/accounts/{account.public_id}/terms/"
    browser.post(page, ASKED | {"residents": "33"})
    browser.post(page, ASKED)
    assert "исправлено" in browser.get(page).content.decode()
    assert browser.get("/staff/accounts/0000000000000000/terms/").status_code == 404


def test_a_contract_is_ended_corrected_and_taken_back_and_all_of_it_stays_to_be_read() -> None:
    account = make_account()
    browser = working(make_member())
    page = f"/staff/accounts/{account.public_id}/end/"
    assert page in browser.get(f"/staff/accounts/{account.public_id}/").content.decode()
    assert browser.post(page, {"on": "2026-07-09", "reason": "заявление № 8"}).status_code == 302
    ends = Account.objects.filter(pk=account.pk).values_list("closed_on", flat=True)
    assert list(ends) == [date(2026, 7, 9)]
    for wrong, said in (
        ({"on": "вчера"}, "Введите день так"),
        ({"on": "2019-12-31"}, "Договора тогда ещё не было"),
        ({"on": "2026-07-09"}, "менять нечего"),
        ({"on": "2026-07-10", "reason": " "}, "Напишите причину"),
    ):
        answer = browser.post(page, {"reason": "заявление № 8"} | wrong)
        assert (answer.status_code, said in answer.content.decode()) == (422, True), wrong
    browser.post(page, {"on": "2026-07-24", "reason": "описка"})
    browser.post(page, {"on": "", "reason": "передумали"})
    assert list(ends.all()) == [None]
    shown = browser.get(page).content.decode()
    for words in ("09.07.2026", "24.07.2026", "описка", "передумали"):
        assert words in shown
