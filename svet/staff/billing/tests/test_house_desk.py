"""«Дома»: who may open them, a month's arithmetic, readings entered and corrected, what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link
from svet.billing.models import HouseReadingRow, HouseRow
from svet.billing.tests.factories import NOW
from svet.billing.tests.houses import NOVEMBER, make_flats, make_house, read_house, run
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
LIST = "/staff/houses/"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.staff.billing.houses.now_of", lambda request: NOW)


@pytest.fixture
def olga() -> Client:
    return working(make_member(role=Role.BILLING))


def card() -> str:
    return f"{LIST}{HouseRow.objects.get().public_id}/"


def text(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode()).replace("\u00a0", " ").replace("\u2212", "-")


def test_a_house_is_the_billing_engineers_alone(olga: Client) -> None:
    make_house()
    make_flats()
    account = Account.objects.first()
    assert account is not None
    for url in (LIST, card()):
        assert olga.get(url).status_code == 200
        for role in (Role.OPERATOR, Role.SECURITY):
            member = working(make_member(role=role))
            assert (member.get(url).status_code, member.post(url).status_code) in ((403, 403), (403, 405))
        anna, boris, vera = (make_person() for _ in range(3))
        make_link(person=anna, account=account, confirmed=True)
        make_link(person=boris, account=account, can_manage=True)
        for person in (anna, boris, vera):
            browser = Client()
            browser.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
            assert browser.get(url).headers["Location"].startswith("/staff/sign-in/")
    assert olga.get(f"{LIST}AAAAAAAAAAAAAAAA/").status_code == 404


def test_the_tabs_of_the_desk_lead_here(olga: Client) -> None:
    assert f'href="{LIST}"' in text(olga.get("/staff/billing/"))


def test_an_empty_list_says_where_houses_come_from(olga: Client) -> None:
    assert "svet import houses" in text(olga.get(LIST))


def test_a_month_shows_its_arithmetic_to_the_part_of_each_flat(olga: Client) -> None:
    make_house(losses="2.5", common="50", norm="9")
    meters = make_flats()
    read_house("2026-11", "1020", others="10")
    run(NOVEMBER)
    page = text(olga.get(card()))
    assert "(1 020 - 1 000) × 30 = 600 кВт·ч" in page
    assert "600 + 2,5 % = 615 кВт·ч" in page
    assert "437 кВт·ч, из них не наших счетов 10 кВт·ч" in page
    assert "615 - 437 = 178 кВт·ч" in page
    assert "178 кВт·ч × 50,1 м² ÷ 200 м² = 44,589 кВт·ч" in page
    assert meters[0].account.number in page
    assert "в порядке" in text(olga.get(LIST))


def test_what_is_missing_is_told_and_can_be_entered(olga: Client) -> None:
    make_house()
    make_flats()
    run(NOVEMBER)
    assert "неизвестен 1 месяц" in text(olga.get(LIST))
    assert "Нет показаний прибора учёта дома M-1 за" in text(olga.get(card()))
    entry = {"month": "2026-11", "meter": "M-1", "value": "990", "others": ""}
    answer = olga.post(card(), entry)
    assert answer.status_code == 422
    assert "меньше прежних" in answer.content.decode()
    done = olga.post(card(), {**entry, "value": "1020,5"}, follow=True)
    assert (done.redirect_chain, done.status_code) == ([(card(), 302)], 200)
    row = HouseReadingRow.objects.get()
    assert (str(row.value), row.by_name != "") == ("1020.500", True)
    assert olga.post(card(), {**entry, "value": "1021"}).status_code == 302
    assert HouseReadingRow.objects.filter(gone_at__isnull=True).get().value == 1021


def test_a_month_is_opened_again_for_what_flats_sent_late(olga: Client) -> None:
    make_house()
    make_flats()
    read_house("2026-11", "1020")
    run(NOVEMBER)
    done = olga.post(card(), {"reopen": "2026-11"})
    assert done.headers["Location"] == f"{card()}?month=2026-11"
    assert "следующее начисление пересчитает" in text(olga.get(card()))
