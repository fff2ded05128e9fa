"""«Обещанный платёж» where people look for it, with its errors beside the field."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from svet.accounts.models import Link
from svet.arrangements.models import PaymentPromise
from svet.arrangements.operations import judge_promises, promise_payment
from svet.autopay.operations import charge_due, tell_due
from svet.autopay.tests.factories import agree, at, make_bill, make_cast
from svet.cabinet.payment.tests.test_payment import signed_in, text_of, words
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.look.formats import day
from svet.look.templatetags.look import day_month
from svet.payments.tests.factories import Family, StubBank, make_family, owe


@pytest.fixture
def family(db: None) -> Family:
    return make_family()


def address(family: Family) -> str:
    return f"/payment/promise/{family.first.public_id}/"


def test_a_day_is_promised_and_seen_on_every_page_that_asks_for_money(family: Family) -> None:
    anna, until = signed_in(family.anna), timezone.localdate() + timedelta(days=5)
    assert text_of(anna.get("/payment/")).count('href="/payment/promise/"') == 2
    assert address(family) in text_of(anna.get("/payment/promise/"))
    assert address(family) in text_of(anna.get(f"/accounts/{family.first.public_id}/"))
    done = words(text_of(anna.post(address(family), {"until": until.isoformat()}, follow=True)))
    assert done.count("о долге не напоминаем") == 1
    assert f"Обещано 300,00 ₽ до {day(until)}" in done
    assert "Перейти к оплате" in done
    assert PaymentPromise.objects.get().until_on == until
    assert f"Обещан платёж до {day(until)}" in words(text_of(anna.get("/payment/")))
    assert f"обещано 300,00 ₽ до {day(until)}" in words(text_of(anna.get("/payment/promise/")))
    today = words(text_of(anna.get("/today/")))
    assert "обещано 300,00 ₽" in today
    again = anna.post(address(family), {"until": until.isoformat()})
    assert again.status_code == 422
    assert "платёж уже обещан" in text_of(again)


def test_a_promised_day_that_is_over_is_no_day_to_pay_by(family: Family) -> None:
    anna, today = signed_in(family.anna), timezone.localdate()
    make_bill(family.first, month=Month.of(today).plus(-1), due_on=today - timedelta(days=3))
    until, over = today + timedelta(days=5), today - timedelta(days=1)
    anna.post(address(family), {"until": until.isoformat()})
    assert f" до {words(day_month(until))}" in words(text_of(anna.get("/payment/")))
    PaymentPromise.objects.update(made_on=today - timedelta(days=9), until_on=over)
    said = words(text_of(anna.get("/payment/")))
    assert f"Обещан платёж до {day(over)}, этот день прошёл" in said
    assert f"до {words(day_month(over))}" not in said
    assert f"срок был {words(day_month(today - timedelta(days=3)))}" in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "Выберите день"), ("31.02.2026", "Такого дня нет"), ("2099-01-01", "Выберите день с")],
)
def test_a_wrong_day_stays_with_its_error(family: Family, typed: str, said: str) -> None:
    answer = signed_in(family.anna).post(address(family), {"until": typed})
    page = text_of(answer)
    assert answer.status_code == 422
    assert said in page
    assert f'value="{typed}"' in page or not typed
    assert not PaymentPromise.objects.exists()


def test_without_a_debt_the_page_says_so(family: Family) -> None:
    owe(family.first, -300_00)
    page = words(text_of(signed_in(family.anna).get(address(family))))
    assert "На счёте нет долга" in page
    assert "Заплачу не позже" not in page
    assert "Аб. № " + family.second.number in words(text_of(signed_in(family.anna).get("/payment/promise/")))


def test_who_may_only_look_and_who_may_not_find_no_page(family: Family) -> None:
    until = timezone.localdate() + timedelta(days=3)
    promise_payment(
        by=Actor.person(family.anna.pk),
        account_public_id=family.first.public_id,
        until=until,
        now=timezone.now(),
    )
    for person in (family.boris, family.vera):
        client = signed_in(person)
        assert client.get(address(family)).status_code == 404
        assert client.post(address(family), {"until": until.isoformat()}).status_code == 404
        assert address(family) not in text_of(client.get("/payment/"))
    Link.objects.filter(person=family.boris).update(can_pay=True)
    assert "Обещано" in text_of(signed_in(family.boris).get(address(family)))


def test_a_promise_is_taken_back_on_its_page_by_whoever_made_it(family: Family) -> None:
    Link.objects.filter(person=family.boris).update(can_pay=True)
    anna, boris = signed_in(family.anna), signed_in(family.boris)
    until = timezone.localdate() + timedelta(days=5)
    page = text_of(anna.post(address(family), {"until": until.isoformat()}, follow=True))
    made = PaymentPromise.objects.get()
    assert "Снять обещание" in page
    assert "Снять обещание" not in text_of(boris.get(address(family)))
    body = {"act": "recall", "promise": made.public_id}
    assert "Этого обещания уже нет" in text_of(boris.post(address(family), body, follow=True))
    assert signed_in(family.vera).post(address(family), body).status_code == 404
    for _again in range(2):
        assert "Обещание снято" in text_of(anna.post(address(family), body, follow=True))
    made.refresh_from_db()
    assert made.state == "recalled"
    assert "Заплачу не позже" in text_of(anna.get(address(family)))


def test_the_page_says_that_autopay_waits(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquiring, "gateway", StubBank)
    cast = make_cast()
    now = timezone.now()
    agree(cast.anna, cast.account, cast.card, now=now)
    anna, until = signed_in(cast.anna), timezone.localdate() + timedelta(days=9)
    url = f"/payment/promise/{cast.account.public_id}/"
    assert "Автоплатёж подождёт обещанного дня" in text_of(anna.get(url))
    done = words(text_of(anna.post(url, {"until": until.isoformat()}, follow=True)))
    assert f"Автоплатёж ждёт обещанного дня: {day(until)}" in done


def test_of_a_day_that_is_over_nothing_is_asked_before_it(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquiring, "gateway", StubBank)
    cast = make_cast()
    agree(cast.anna, cast.account, cast.card, now=timezone.now())
    anna = signed_in(cast.anna)
    url = f"/payment/promise/{cast.account.public_id}/"
    anna.post(url, {"until": (timezone.localdate() + timedelta(days=9)).isoformat()})
    today = timezone.localdate()
    PaymentPromise.objects.update(made_on=today - timedelta(days=5), until_on=today - timedelta(days=1))
    said = words(text_of(anna.get(url)))
    assert "Обещанный день прошёл, автоплатёж спишет деньги" in said
    assert "Этот день прошёл" in said
    assert not [word for word in ("до него", "До этого дня", "ждёт обещанного дня") if word in said]


def test_the_page_says_that_autopay_charges_already(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(acquiring, "gateway", StubBank)
    cast = make_cast()
    agree(cast.anna, cast.account, cast.card)
    tell_due(now=at(3, 10))
    charge_due(now=at(4, 12))
    anna, until = signed_in(cast.anna), timezone.localdate() + timedelta(days=9)
    url = f"/payment/promise/{cast.account.public_id}/"
    assert "Автоплатёж уже списывает деньги" in text_of(anna.get(url))
    done = words(text_of(anna.post(url, {"until": until.isoformat()}, follow=True)))
    assert "Автоплатёж уже списывает деньги" in done
    assert "ждёт обещанного дня" not in done


def test_what_would_be_refused_is_not_offered_but_its_reason_said(family: Family) -> None:
    anna = signed_in(family.anna)
    page = words(text_of(anna.get("/payment/promise/")))
    # Neither debt is large enough for parts.
    assert page.count("Рассрочка бывает для долга от 1 000,00 ₽") == 2
    assert "Оформить рассрочку" not in page
    assert "Рассрочка бывает для долга от 1 000,00 ₽" in words(text_of(anna.get(address(family))))
    owe(family.first, 5_000_00)
    page = words(text_of(anna.get("/payment/promise/")))
    assert (page.count("Рассрочка бывает"), page.count("Оформить рассрочку")) == (1, 1)
    by, now = Actor.person(family.anna.pk), timezone.now()
    long_ago = now - timedelta(days=20)
    until = timezone.localdate() - timedelta(days=10)
    promise_payment(by=by, account_public_id=family.first.public_id, until=until, now=long_ago)
    judge_promises(now=now)
    page = words(text_of(anna.get("/payment/promise/")))
    assert page.count("Прошлое обещание не исполнено") == 1
    assert page.count("Обещать платёж") == 1
