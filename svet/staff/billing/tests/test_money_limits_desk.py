"""«Возвраты и рассрочки»: limits of two suppliers, bad input beside its field, nobody else's page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.tests.factories import make_provider
from svet.arrangements.models import MoneyLimitsPolicy
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
PAGE = "/staff/billing/money-limits/"


def text(response: Any) -> str:
    return re.sub(r"\s+", " ", response.content.decode().replace("\u00a0", " "))


def test_each_supplier_is_given_its_own_and_bad_input_stands_beside_its_field() -> None:
    make_provider()
    make_provider(code="volga", name="Волгаэнергосбыт")
    olga = working(make_member(role=Role.BILLING))
    assert text(olga.get(PAGE)).count("Своих пределов сегодня нет") == 2
    day = (timezone.localdate() + timedelta(days=2)).isoformat()
    sent = {"provider": "volga", "since": day, "refund_alone": "1000,50", "promise_days": "5"}
    assert olga.post(PAGE, sent).status_code == 302
    row = MoneyLimitsPolicy.objects.get()
    assert (row.provider.code, row.refund_alone, row.promise_days) == ("volga", 1_000_50, 5)
    page = text(olga.get(PAGE))
    assert "без подписей до 1 000,50 ₽" in page
    assert "не дальше 5 дн." in page
    past = (timezone.localdate() - timedelta(days=2)).isoformat()
    for wrong, said in (
        ({"since": past}, "Этот день уже прошёл"),
        ({"since": "вчера"}, "дат"),
        ({"refund_alone": "-1"}, "Сумма от 0 до"),
        ({"promise_days": "91"}, "Целое число от 0 до 90."),
        ({"instalment_least": "2000000"}, "больше наибольшего"),
        ({"refund_alone": "", "promise_days": ""}, "хотя бы один предел"),
    ):
        answer = olga.post(PAGE, sent | wrong)
        assert answer.status_code == 422
        assert said in text(answer)
        assert all(f'value="{value}"' in text(answer) for value in wrong.values() if value)
    assert MoneyLimitsPolicy.objects.count() == 1
    assert olga.post(PAGE, sent).status_code == 302
    assert MoneyLimitsPolicy.objects.count() == 1


def test_a_member_without_the_right_is_let_nowhere_near() -> None:
    make_provider()
    vera = working(make_member(role=Role.OPERATOR))
    sent = {"provider": "ural", "since": timezone.localdate().isoformat(), "refund_alone": "100000"}
    assert [vera.get(PAGE).status_code, vera.post(PAGE, sent).status_code] == [403, 403]
    assert not MoneyLimitsPolicy.objects.exists()
