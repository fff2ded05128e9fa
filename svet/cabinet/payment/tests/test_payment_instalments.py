"""«Рассрочка» where people look for it: seen before it is agreed, then on every page that asks for money."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.models import Link
from svet.arrangements.models import InstalmentPart, InstalmentPlan
from svet.arrangements.operations.plans import agree_on_plan
from svet.arrangements.queries.offering import instalment_offer
from svet.arrangements.tests.test_plans import post
from svet.autopay.queries import agreement
from svet.autopay.tests.factories import AutopayCast, skipped_turn
from svet.autopay.tests.factories import agree as agree_on_autopay
from svet.cabinet.payment.tests.test_payment import signed_in, text_of, words
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.look.formats import day
from svet.payments.tests.factories import Family, StubBank, make_family, owe


@pytest.fixture
def family(db: None) -> Family:
    found = make_family()
    owe(found.first, 2_700_00)
    return found


def address(family: Family) -> str:
    return f"/payment/instalments/{family.first.public_id}/"


def shown(family: Family) -> str:
    by = Actor.person(family.anna.pk)
    return instalment_offer(by, account_public_id=family.first.public_id, now=timezone.now()).shown


def agree(family: Family) -> None:
    by, now = Actor.person(family.anna.pk), timezone.now()
    terms: dict[str, Any] = {"by": by, "account_public_id": family.first.public_id, "now": now}
    agree_on_plan(**terms, months=3, shown=shown(family))


def test_its_days_and_sums_are_seen_and_agreed_on_and_stand_on_every_page(family: Family) -> None:
    anna = signed_in(family.anna)
    assert "/payment/promise/" in text_of(anna.get("/payment/"))
    assert address(family) in text_of(anna.get("/payment/promise/"))
    assert address(family) in text_of(anna.get(f"/accounts/{family.first.public_id}/"))
    page = words(text_of(anna.get(address(family) + "?months=3")))
    assert page.count("1 000,00 ₽") == 3
    assert "Согласиться на рассрочку" in page
    asked = {"months": "3", "seen": "3", "shown": shown(family)}
    done = words(text_of(anna.post(address(family), asked, follow=True)))
    (first, *_rest) = InstalmentPlan.objects.get().parts.order_by("no")
    assert "Рассрочка оформлена. За три дня до каждой части напомним." in done
    line = f"Рассрочка: оплачено 0 из 3, дальше 1 000,00 ₽ до {day(first.due_on)}"
    assert line in done
    payment = text_of(anna.get("/payment/"))
    assert line in words(payment)
    assert 'value="1000,00"' in payment
    # The other account owes too.
    assert payment.count("Не могу заплатить сразу") == 1
    assert line in words(text_of(anna.get("/payment/promise/")))
    today = words(text_of(anna.get("/today/")))
    assert line in today
    assert "К оплате 1 035,38 ₽, ближайший срок" in today
    assert "Не могу заплатить сразу" not in today
    again = anna.post(address(family), asked)
    assert again.status_code == 422
    assert "уже есть" in text_of(again)


def test_the_part_after_one_that_was_paid_is_not_asked_at_once(family: Family) -> None:
    agree(family)
    post(family.first, -1_000_00, on=timezone.localdate())
    anna = signed_in(family.anna)
    page = text_of(anna.get("/payment/"))
    line = words(page)
    assert "Рассрочка: оплачено 1 из 3, дальше 1 000,00 ₽ до" in line
    assert 'value="1000,00"' not in page
    today = words(text_of(anna.get("/today/")))
    assert "К оплате 35,38 ₽" in today


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Выберите, на сколько месяцев."), ("13", "На столько месяцев рассрочки нет."), ("x", "На столько")],
)
def test_a_wrong_number_of_months_has_its_error(family: Family, typed: str, said: str) -> None:
    answer = signed_in(family.anna).post(address(family), {"months": typed, "shown": shown(family)})
    assert (answer.status_code, said in text_of(answer)) == (422, True)
    assert not InstalmentPlan.objects.exists()
    for odd in ("0", "x", "²", "999999"):
        assert signed_in(family.anna).get(address(family), {"months": odd}).status_code == 200


def test_only_the_days_and_sums_in_the_table_are_agreed_on(family: Family) -> None:
    anna = signed_in(family.anna)
    assert 'name="seen" value="6"' in text_of(anna.get(address(family)))
    # The list was changed, the table was not; a page of an older version tells nothing of its table.
    for seen in ({"seen": "6"}, {}):
        asked = {"months": "2", "shown": shown(family), **seen}
        answer = anna.post(address(family), asked)
        page = words(text_of(answer))
        assert (answer.status_code, InstalmentPlan.objects.exists()) == (422, False)
        assert "Теперь в таблице дни и суммы для этого срока" in page
        assert page.count("1 500,00 ₽") == 2
    seen_first = anna.post(address(family), {"months": "4", "seen": "6", "act": "show"}, follow=True)
    assert words(text_of(seen_first)).count("750,00 ₽") == 4
    anna.post(address(family), {"months": "2", "seen": "2", "shown": shown(family)})
    assert InstalmentPlan.objects.get().months == 2


def test_another_debt_than_was_seen_is_asked_about_again(family: Family) -> None:
    seen = shown(family)
    owe(family.first, 300_00)
    answer = signed_in(family.anna).post(address(family), {"months": "3", "seen": "3", "shown": seen})
    page = words(text_of(answer))
    assert answer.status_code == 422
    assert "Долг или дни уже другие" in page
    assert page.count("1 100,00 ₽") == 3


def test_it_is_given_up_by_who_agreed_on_it_only(family: Family) -> None:
    agree(family)
    seen = {"act": "withdraw", "plan": InstalmentPlan.objects.get().public_id, "state": "standing"}
    Link.objects.filter(person=family.boris).update(can_pay=True)
    boris = signed_in(family.boris)
    assert "Отказаться" not in text_of(boris.get(address(family)))
    kept = text_of(boris.post(address(family), seen, follow=True))
    assert "Отказаться может тот, кто оформил рассрочку" in kept
    anna = signed_in(family.anna)
    assert "Отказаться от рассрочки" in text_of(anna.get(address(family)))
    page = text_of(anna.get(address(family)))
    assert all(f'name="{name}" value="{seen[name]}"' in page for name in ("plan", "state"))
    # The page is of before the second signature: «Отозвать» gives nothing up that stands.
    stale = text_of(anna.post(address(family), {**seen, "state": "waiting"}, follow=True))
    assert "Пока вы смотрели, рассрочка изменилась" in stale
    assert InstalmentPlan.objects.get().state == "standing"
    gone = text_of(anna.post(address(family), seen, follow=True))
    assert "долг нужно заплатить сразу" in gone
    assert "Прошлая рассрочка закончилась раньше срока" in gone
    assert InstalmentPlan.objects.get().state == "withdrawn"


def test_above_the_limit_the_page_says_that_two_sign_and_that_it_waits(family: Family, settings: Any) -> None:
    settings.INSTALMENT_ALONE = 100
    anna = signed_in(family.anna)
    assert "когда подпишут два сотрудника" in text_of(anna.get(address(family)))
    asked = {"months": "3", "seen": "3", "shown": shown(family)}
    done = text_of(anna.post(address(family), asked, follow=True))
    assert "её подпишут два сотрудника" in done
    assert "ждёт подписи" in text_of(anna.get("/payment/"))
    assert 'value="3000,00"' in text_of(anna.get("/payment/"))


def test_who_may_only_look_and_who_may_not_find_no_page(family: Family) -> None:
    agree(family)
    for person in (family.boris, family.vera):
        client = signed_in(person)
        assert client.get(address(family)).status_code == 404
        assert client.post(address(family), {"months": "3"}).status_code == 404
        assert "ассрочк" not in text_of(client.get("/payment/"))


def test_the_page_says_what_autopay_does_about_the_parts(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquiring, "gateway", StubBank)
    cast, now = AutopayCast(), timezone.now()
    owe(cast.account, 2_180_00)
    autopay = agree_on_autopay(cast.anna, cast.account, cast.card, now=now)
    anna, url = signed_in(cast.anna), f"/payment/instalments/{cast.account.public_id}/"
    page = text_of(anna.get(url))
    assert "Автоплатёж будет списывать только то, что просит рассрочка." in words(page)
    by, account = Actor.person(cast.anna.pk), cast.account.public_id
    seen = instalment_offer(by, account_public_id=account, now=now).shown
    agree_on_plan(by=by, account_public_id=account, now=now, months=3, shown=seen)
    charge = agreement(person_id=cast.anna.pk, public_id=autopay.public_id, now=now).next
    assert charge is not None
    assert f"Автоплатёж спишет 1 000,00 ₽ {day(charge.on)}." in words(text_of(anna.get(url)))
    today = timezone.localdate()
    InstalmentPart.objects.filter(no=1).update(due_on=today)
    said = (
        f"Автоплатёж спишет деньги {day(charge.on)}, позже дня этой части: внесите её сами до {day(today)}."
    )
    assert said in words(text_of(anna.get(url)))
    # Of this month's bill nothing is charged any more, and no other has come.
    skipped_turn(autopay, now=now)
    assert "Эту часть автоплатёж не спишет" in words(text_of(anna.get(url)))
    assert "втоплатёж" not in text_of(signed_in(cast.boris).get(url))


def test_the_page_says_that_autopay_waits_for_signatures(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquiring, "gateway", StubBank)
    cast, now = AutopayCast(), timezone.now()
    owe(cast.account, 90_000_00)
    agree_on_autopay(cast.anna, cast.account, cast.card, now=now)
    anna, url = signed_in(cast.anna), f"/payment/instalments/{cast.account.public_id}/"
    assert "Пока рассрочку не подписали, автоплатёж подождёт." in text_of(anna.get(url))
    by, account = Actor.person(cast.anna.pk), cast.account.public_id
    seen = instalment_offer(by, account_public_id=account, now=now).shown
    assert agree_on_plan(by=by, account_public_id=account, now=now, months=6, shown=seen)
    assert "Пока рассрочку не подписали, автоплатёж подождёт." in text_of(anna.get(url))
