"""«Исправить расчёты»: Olga looks and writes, Ivan signs; an operator sees nothing of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.journal.models import Entry
from svet.ledger import queries as ledger
from svet.payments.models import MoneyAct
from svet.payments.tests.factories import Family, make_family
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def family() -> Family:
    return make_family()


def clerk(role: Role = Role.BILLING) -> Client:
    return working(make_member(role=role))


def url(account: Account) -> str:
    return f"/staff/accounts/{account.public_id}/money/"


def filled(**changed: str) -> dict[str, str]:
    return {
        "kind": "correction", "roubles": "-100,00", "to_account": "", "on": str(timezone.localdate()),
        "document": "Заявление № 5", "reason": "ошибка начисления",
    } | changed  # fmt: skip


def press(browser: Client, account: Account, **changed: str) -> Any:
    fields = filled(**changed)
    shown = browser.post(url(account), {**fields, "act": "show"})
    preview = shown.context["preview"]
    assert preview is not None, shown.content.decode()
    return browser.post(url(account), {**fields, "act": "write", "shown": preview.shown})


def act_page(browser: Client, act: MoneyAct, asked: str, **more: str) -> HttpResponse:
    page = browser.get(f"/staff/money/acts/{act.public_id}/")
    preview = page.context["preview"]
    fields = {"act": asked, "shown": preview.shown if preview else "", **more}
    return browser.post(f"/staff/money/acts/{act.public_id}/", fields)  # type: ignore[return-value]


def test_a_small_correction_is_seen_then_posted_and_taken_back(family: Family) -> None:
    olga, before = clerk(), ledger.balance(family.first.pk).kopecks
    assert press(olga, family.first).status_code == 302
    assert ledger.balance(family.first.pk).kopecks == before - 100_00
    act = MoneyAct.objects.get()
    page = olga.get(url(family.first)).content.decode()
    assert "Заявление № 5" in page
    assert act_page(olga, act, "undo", reason="сняли по ошибке").status_code == 302
    assert ledger.balance(family.first.pk).kopecks == before
    actions = Entry.objects.filter(subject="money_act").values_list("action", flat=True)
    assert list(actions) == ["payments.act.written", "payments.act.written"]


def test_a_large_one_waits_at_the_desk_for_another_member(family: Family) -> None:
    olga, ivan, before = clerk(), clerk(), ledger.balance(family.first.pk).kopecks
    press(olga, family.first, roubles="5 000,00")
    act = MoneyAct.objects.get()
    assert act.public_id in ivan.get("/staff/money/").content.decode()
    page = f"/staff/money/acts/{act.public_id}/"
    assert 'value="sign"' not in olga.get(page).content.decode()
    assert 'value="sign"' in ivan.get(page).content.decode()
    own = act_page(olga, act, "sign")
    assert own.status_code == 422
    assert "другой сотрудник" in own.content.decode()
    assert act_page(ivan, act, "sign").status_code == 302
    assert ledger.balance(family.first.pk).kopecks == before + 5000_00
    again = ivan.post(f"/staff/money/acts/{act.public_id}/", {"act": "sign", "shown": ""})
    assert again.status_code in (409, 422)
    assert ledger.balance(family.first.pk).kopecks == before + 5000_00


def test_a_refusal_needs_a_reason_and_posts_nothing(family: Family) -> None:
    olga, before = clerk(), ledger.balance(family.first.pk).kopecks
    press(olga, family.first, roubles="5000")
    act = MoneyAct.objects.get()
    assert act_page(olga, act, "refuse").status_code == 422
    assert act_page(olga, act, "refuse", reason="не подтвердилось").status_code == 302
    assert ledger.balance(family.first.pk).kopecks == before
    assert "отклонён" in olga.get(f"/staff/money/acts/{act.public_id}/").content.decode()


def test_nothing_is_written_unseen_or_without_a_document(family: Family) -> None:
    olga = clerk()
    for changed in (
        {"document": ""},
        {"roubles": "abc"},
        {"reason": ""},
        {"on": "32.13.2026"},
        {"roubles": "0"},
    ):
        answer = olga.post(url(family.first), {**filled(**changed), "act": "write", "shown": "x"})
        assert answer.status_code in (409, 422)
    assert not MoneyAct.objects.exists()


def test_an_operator_has_neither_the_page_nor_the_link(family: Family) -> None:
    operator = clerk(Role.OPERATOR)
    assert operator.get(url(family.first)).status_code in (403, 404)
    assert operator.post(url(family.first), filled() | {"act": "show"}).status_code in (403, 404)
    assert (
        url(family.first) not in operator.get(f"/staff/accounts/{family.first.public_id}/").content.decode()
    )
