"""The account's page says what is on file: all of it to Anna, little to Boris, nothing to Vera."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from svet.accounts.operations import end_contract
from svet.accounts.tests.factories import OFFICE, make_account, make_link, set_terms
from svet.billing.tests.factories import load_chelyabinsk
from svet.cabinet.accounts.tests.test_subscribers import signed
from svet.metering.operations.acts import withdraw_act, write_act
from svet.metering.rules.acts import ActOf, NewAct
from svet.notices.models import Notice
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def test_terms_are_shown_whole_to_the_confirmed_owner_only() -> None:
    load_chelyabinsk()
    account = make_account(residents=7)
    set_terms(account, rooms=2, since=timezone.localdate() - timedelta(days=30))
    anna, boris, vera = make_person(), make_person(), make_person()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    page = f"/accounts/{account.public_id}/"
    shown = signed(anna).get(page).content.decode()
    assert "Зарегистрировано" in shown
    assert "<dd>7</dd>" in shown
    assert f"{timezone.localdate() - timedelta(days=30):%d.%m.%Y}" in shown
    shown = signed(boris).get(page).content.decode()
    assert "Тарифная группа" in shown
    assert "Зарегистрировано" not in shown
    assert signed(vera).get(page).status_code == 404


def test_an_act_is_shown_while_it_counts() -> None:
    account = make_account()
    anna = make_person()
    make_link(person=anna, account=account, confirmed=True)
    today = timezone.localdate()
    act = write_act(
        by=OFFICE,
        account_public_id=account.public_id,
        act=NewAct(kind=ActOf.REFUSED, number="17-А", drawn_on=today, since=today),
        reason="обход участка",
        now=timezone.now(),
    )
    page = f"/accounts/{account.public_id}/"
    shown = signed(anna).get(page).content.decode()
    assert "Не допустили к прибору учёта" in shown
    assert "17-А" in shown
    withdraw_act(by=OFFICE, act_public_id=act, reason="ошибка в адресе", now=timezone.now())
    assert "17-А" not in signed(anna).get(page).content.decode()


def test_a_contract_that_ends_later_is_not_called_closed_and_everybody_is_told() -> None:
    account, now, today = make_account(), timezone.now(), timezone.localdate()
    anna, boris, vera = make_person(), make_person(), make_person()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)

    def end(on: date | None) -> None:
        end_contract(by=OFFICE, account_public_id=account.public_id, on=on, reason="продано", now=now)

    end(today + timedelta(days=9))
    browser, page = signed(anna), f"/accounts/{account.public_id}/"
    assert "Договор заканчивается" in browser.get(page).content.decode()
    assert "Договор закрыт" not in browser.get("/accounts/").content.decode()
    end(today)
    assert "Договор закрыт" in browser.get(page).content.decode()
    assert "Договор закрыт" in browser.get("/accounts/").content.decode()
    end(None)
    titles = ["Назначено окончание договора", "Изменён день окончания договора", "Договор действует дальше"]
    for person, told in ((anna, titles), (boris, titles), (vera, [])):
        rows = Notice.objects.filter(recipient_id=person.recipient_id, event="contract_end").order_by("pk")
        assert [row.title for row in rows] == told
