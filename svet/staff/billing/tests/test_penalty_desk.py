"""«Пени» and «Ставки»: a choice from a month on, how months ran, a rate entered and withdrawn by the desk."""

from __future__ import annotations

import re
from typing import Any

import pytest

from svet.accounts.tests.factories import make_provider
from svet.billing.tests.factories import NOVEMBER
from svet.bills.models import Bill
from svet.bills.tests.test_chain import charge, issue, live
from svet.penalties.models import PenaltyPolicy
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.tests.test_showing import OCTOBER, SEPTEMBER, choose, known_law  # noqa: F401
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member
from svet.tariffs.models import LawEntry

pytestmark = pytest.mark.django_db
RULES, LAW = "/staff/billing/penalties/", "/staff/billing/law/"
ROW = {
    "kind": "key_rate", "valid_from": "2026-03-23", "valid_to": "2026-04-26", "percent": "14,25",
    "act": "Банк России 20.03.2026", "source_url": "https://cbr.ru/hd_base/KeyRate/", "region": "",
}  # fmt: skip


def engineer() -> Any:
    return working(make_member(role=Role.BILLING))


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\u00a0", " "))


def test_a_choice_is_set_from_a_month_and_refused_under_bills_that_are_out() -> None:
    make_provider()
    olga = engineer()
    sent = {"provider": "ural", "since": "2026-09", "mode": "shown", "order": ""}
    assert olga.post(RULES, sent).status_code == 302
    row = PenaltyPolicy.objects.get()
    assert (row.mode, row.order) == ("shown", "energy_first")
    page = text(olga.get(RULES))
    assert "сентябрь 2026" in page
    assert "показываются в счёте" in page
    for wrong in ({"since": "сентябрь"}, {"mode": "", "order": ""}, {"mode": "sometimes"}):
        assert olga.post(RULES, sent | wrong).status_code == 422
    live()
    charge(SEPTEMBER)
    issue(SEPTEMBER)
    refused = olga.post(RULES, sent | {"mode": "off"})
    assert refused.status_code == 422
    assert "правила пеней меняются с месяца, который начнётся позже" in text(refused)


def test_a_month_whose_penalties_nobody_can_count_says_which_act_is_missing() -> None:
    make_provider()
    choose(PenaltyMode.SHOWN)
    live()
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        charge(month)
        issue(month)
    page = text(engineer().get(RULES))
    assert "На 30.11.2026 нет ключевой ставки" in page


def test_a_rate_is_entered_and_a_wrong_one_withdrawn() -> None:
    olga = engineer()
    page = text(olga.get(LAW))
    assert "15,5 %" in page
    assert "22.03.2026" in page
    assert olga.post(LAW, ROW).status_code == 302
    entry = LawEntry.objects.get()
    assert "14,25 %" in text(olga.get(LAW))
    for wrong, said in (
        ({}, "На эти дни уже есть строка"),
        ({"valid_from": "2026-04-27", "valid_to": "2199-01-01"}, "никто не знает"),
        ({"valid_from": "вчера"}, "Введите день так"),
        ({"valid_from": "2026-05-27", "valid_to": "2026-05-28", "percent": "-1"}, "больше 0"),
    ):
        refused = olga.post(LAW, ROW | wrong)
        assert refused.status_code == 422
        assert said in text(refused)
    unsaid = olga.post(LAW, {"do": "withdraw", "number": entry.pk, "because": ""})
    assert unsaid.status_code == 422
    assert 'role="alert"' in text(unsaid)
    assert olga.post(LAW, {"do": "withdraw", "number": entry.pk, "because": "опечатка"}).status_code == 302
    assert "отозвана" in text(olga.get(LAW))
    again = olga.post(LAW, {"do": "withdraw", "number": entry.pk, "because": "опечатка"})
    assert again.status_code == 422
    assert "уже отозвана" in text(again)


@pytest.mark.usefixtures("known_law")
def test_the_page_of_an_account_shows_what_was_shown_and_of_what_the_debt_is_made() -> None:
    make_provider()
    choose(PenaltyMode.SHOWN)
    account, _ = live()
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        charge(month)
        issue(month)
    page = text(working(make_member()).get(f"/staff/accounts/{account.public_id}/penalties/"))
    assert "Показано в счетах" in page
    assert "прошли дни просрочки" in page
    assert "Из чего состоит долг" in page
    assert Bill.objects.filter(account=account).count() == 3
