"""A payment for another supplier: Olga moves it, Ivan signs, whoever sends the money says so at the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.journal.models import Entry
from svet.ledger import queries as ledger
from svet.payments.models import MoneyAct, MoneySending
from svet.payments.queries.sendings import open_sending_count
from svet.payments.rules.acts import MoneyActKind
from svet.payments.tests.factories import Family, make_family, provider_with_requisites
from svet.staff.money.tests.test_corrections import act_page, clerk, filled, press, url

pytestmark = pytest.mark.django_db


@pytest.fixture
def family() -> Family:
    return make_family()


@pytest.fixture
def theirs(family: Family) -> Account:
    other = provider_with_requisites(code="sever", name="Северэнерго", legal_name="АО «Северэнерго»")
    return make_account(provider=other, number="0700000001")


def moving(to: str = "sever") -> dict[str, str]:
    return {"kind": "transfer", "roubles": "500", "to_account": "0700000001", "to_provider": to}


def page_of(act: MoneyAct) -> str:
    return f"/staff/money/acts/{act.public_id}/"


def test_it_is_seen_signed_and_stands_at_the_desk_until_it_is_sent(family: Family, theirs: Account) -> None:
    olga, ivan = clerk(), clerk()
    form = olga.get(url(family.first)).content.decode()
    assert "Северэнерго" in form
    seen: Any = olga.post(url(family.first), {**filled(**moving()), "act": "show"})
    shown = seen.content.decode()
    assert "Уралэнергосбыт должен отправить эти деньги: получатель — Северэнерго" in shown
    assert "подписывают двое" in shown
    press(olga, family.first, **moving())
    act = MoneyAct.objects.get()
    assert act.kind == MoneyActKind.INTERCO
    assert act_page(ivan, act, "sign").status_code == 302
    assert ledger.balance(theirs.pk).kopecks == -500_00
    desk = ivan.get("/staff/money/").content.decode()
    assert "Отправить деньги другому поставщику" in desk
    assert "никто не взял" in desk
    assert "ждёт меньше часа" in desk
    page = ivan.get(page_of(act)).content.decode()
    for word in (
        "АО «Северэнерго»",
        "7450000001",
        "40702810000000000001",
        "047500001",
        "нужно отправить",
        "чека о переносе не",
    ):
        assert word in page
    assert ivan.post(page_of(act), {"act": "take"}).status_code == 302
    assert "никто не взял" not in olga.get("/staff/money/").content.decode()
    assert "Занимается" in olga.get(page_of(act)).content.decode()
    slip = {"act": "sent", "number": "42", "sent_on": str(timezone.localdate())}
    assert olga.post(page_of(act), slip).status_code == 422
    assert ivan.post(page_of(act), slip).status_code == 302
    assert open_sending_count() == 0
    assert "Отправить деньги" not in ivan.get("/staff/money/").content.decode()
    assert "№\u00a042" in ivan.get(page_of(act)).content.decode()
    late = ivan.post(page_of(act), {**slip, "number": "43"}, follow=True)
    assert "посмотрите ещё раз" in late.content.decode()
    assert MoneySending.objects.get().number == "42"
    entry = Entry.objects.get(action="payments.sending.sent")
    assert entry.subject_id == act.public_id


def test_what_is_no_payment_order_stands_beside_its_field(family: Family, theirs: Account) -> None:
    olga, ivan = clerk(), clerk()
    press(olga, family.first, **moving())
    act = MoneyAct.objects.get()
    act_page(ivan, act, "sign")
    today = str(timezone.localdate())
    for fields, word in (
        ({"number": "", "sent_on": today}, "номер платёжного поручения"),
        ({"number": "1", "sent_on": "2999-01-01"}, "в будущем"),
        ({"number": "1", "sent_on": "32.13.2026"}, "Введите день так"),
    ):
        answer = ivan.post(page_of(act), {"act": "sent", **fields})
        assert answer.status_code == 422
        assert word in answer.content.decode()
    assert MoneySending.objects.get().state == "open"


def test_a_mark_is_taken_back_with_a_reason(family: Family, theirs: Account) -> None:
    olga, ivan = clerk(), clerk()
    press(olga, family.first, **moving())
    act = MoneyAct.objects.get()
    act_page(ivan, act, "sign")
    ivan.post(page_of(act), {"act": "sent", "number": "42", "sent_on": str(timezone.localdate())})
    assert ivan.post(page_of(act), {"act": "unsent", "reason": ""}).status_code == 422
    assert ivan.post(page_of(act), {"act": "unsent", "reason": "банк вернул поручение"}).status_code == 302
    assert open_sending_count() == 1
    entry = Entry.objects.get(action="payments.sending.unsent")
    assert entry.after is not None
    assert (entry.reason, entry.after["number"]) == ("банк вернул поручение", "42")


def test_where_there_is_one_supplier_nobody_is_asked_which(family: Family) -> None:
    assert "У какого поставщика" not in clerk().get(url(family.first)).content.decode()


def test_the_number_of_another_supplier_is_refused_until_he_is_chosen(
    family: Family, theirs: Account
) -> None:
    answer = clerk().post(url(family.first), {**filled(**moving("ural")), "act": "show"})
    assert answer.status_code == 422
    assert "Выберите его" in answer.content.decode()
