"""«Ограничения» and «Сообщения»: who is held and why, what became of messages."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from svet.journal.models import Entry
from svet.kernel.transactions import use_case
from svet.limits import operations as limits
from svet.limits.models import Bucket
from svet.limits.queries import blocked
from svet.limits.rules import LIMITS, LimitName, sms_a_day
from svet.limits.texts import MEANINGS
from svet.notices import operations as notices
from svet.notices.models import Delivery
from svet.notices.rules import DeliveryState
from svet.people import events as people_events
from svet.people.tests.factories import make_person
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
PHONE = "+79005551122"


def fill(limit: LimitName, key: str) -> str:
    """Exhaust a limit; returns the outer name of its bucket."""
    now = timezone.now()
    limits.spend(limit=limit, key=key, now=now, cost=LIMITS[limit].amount)
    return next(one.public_id for one in blocked(now=now) if (one.limit, one.key) == (limit, key))


def test_somebody_who_is_held_stands_there_with_the_meaning_and_the_end() -> None:
    fill(LimitName.SIGN_IN_PER_PHONE, PHONE)
    page = working(make_member()).get("/staff/limits/").content.decode()
    assert "+7 (900) 555-11-22" in page.replace("\xa0", " ")
    assert str(MEANINGS[LimitName.SIGN_IN_PER_PHONE]) in page


def test_nobodys_inner_key_is_shown() -> None:
    person = make_person()
    fill(LimitName.PASSWORD_CHECKS, str(person.pk))
    page = working(make_member()).get("/staff/limits/").content.decode().replace("\xa0", " ")
    assert re.sub(r"[^0-9+]", "", page.split("<h2>")[1].split("<")[0]) == person.phone


def test_letting_go_needs_a_reason_and_is_written_down() -> None:
    name = fill(LimitName.SIGN_IN_PER_PHONE, PHONE)
    browser = working(make_member())
    browser.post(f"/staff/limits/{name}/unblock/", {f"{name}-reason": " "})
    assert Bucket.objects.filter(key=PHONE).exists()
    browser.post(f"/staff/limits/{name}/unblock/", {f"{name}-reason": "забыла раскладку, узнали по голосу"})
    assert not Bucket.objects.filter(key=PHONE).exists()
    entry = Entry.objects.get(action="limits.unblocked")
    assert entry.reason == "забыла раскладку, узнали по голосу"
    assert entry.before is not None
    assert entry.before["key"] == PHONE


def test_what_holds_everybody_is_let_go_by_the_administrator_only() -> None:
    name = fill(LimitName.CODE_TRIES_EVERYWHERE, "all")
    body = {f"{name}-reason": "атака кончилась"}
    assert working(make_member()).post(f"/staff/limits/{name}/unblock/", body).status_code == 404
    assert Bucket.objects.filter(key="all").exists()
    guardian = working(make_member(role=Role.SECURITY))
    assert guardian.post(f"/staff/limits/{name}/unblock/", body).status_code == 302
    assert not Bucket.objects.filter(key="all").exists()


def test_a_pause_is_shown_but_is_no_queue() -> None:
    limits.spend(limit=LimitName.CODES_PER_PHONE_HOUR, key=PHONE, now=timezone.now())
    browser = working(make_member())
    assert "Пауза" in browser.get("/staff/limits/").content.decode()
    assert "office__count--some" not in browser.get("/staff/").content.decode()


def send(phone: str, state: DeliveryState = DeliveryState.WAITING) -> None:
    now = timezone.now()
    with use_case():
        key = notices.send_sms(phone=phone, event=people_events.CODE, params={"code": "424242"}, now=now)
    sent_at = now if state in (DeliveryState.SENT, DeliveryState.DELIVERED) else None
    body = "" if state is not DeliveryState.WAITING else Delivery.objects.get(pk=key).body
    Delivery.objects.filter(pk=key).update(
        state=state, sent_at=sent_at, reason="gateway: 8" if state is DeliveryState.FAILED else "", body=body
    )


def test_messages_are_shown_with_their_end_and_never_with_their_text() -> None:
    send(PHONE, DeliveryState.FAILED)
    send("+79005553344", DeliveryState.DELIVERED)
    browser = working(make_member())
    page = browser.get("/staff/deliveries/").content.decode().replace("\xa0", " ")
    assert "gateway: 8" in page
    assert "Доставлено" in page
    assert "424242" not in page
    some = (
        browser.post("/staff/deliveries/", {"to": "8 900 555 33 44"}, follow=True)
        .content.decode()
        .replace("\xa0", " ")
    )
    assert "+7 (900) 555-33-44" in some
    assert "+7 (900) 555-11-22" not in some
    failed = browser.post("/staff/deliveries/", {"state": "failed"}, follow=True).content.decode()
    assert "Доставлено</" not in failed.split("</thead>")[1]


def test_a_message_that_waits_too_long_is_a_warning_and_counted() -> None:
    send(PHONE)
    Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=11))
    browser = working(make_member())
    assert "дольше десяти минут" in browser.get("/staff/deliveries/").content.decode()
    assert "office__count--some" in browser.get("/staff/").content.decode()


def test_the_days_codes_are_shown_with_what_they_cost_and_may_cost(settings: Settings) -> None:
    settings.SMS_DAY_LIMIT, settings.SMS_PRICE = 200, 450
    now = timezone.now()
    limits.spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=now, cost=170)
    page = working(make_member()).get("/staff/limits/").content.decode().replace("\xa0", " ")
    assert "Незнакомым браузерам: 170 из 200, 765,00 ₽ из 900,00 ₽" in page
    assert "gauge--warning" in page
    assert "Тем, кто уже входил с этого браузера: 0 из 200, 0,00 ₽ из 900,00 ₽" in page
    settings.SMS_PRICE = 0
    page = working(make_member()).get("/staff/limits/").content.decode().replace("\xa0", " ")
    assert "Незнакомым браузерам: 170 из 200<" in page


def test_a_budget_in_money_caps_the_codes(settings: Settings) -> None:
    settings.SMS_DAY_LIMIT, settings.SMS_PRICE, settings.SMS_DAY_BUDGET = 200, 450, 9
    now = timezone.now()
    for _ in range(2):
        limits.spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=now)
    with pytest.raises(limits.LimitReached):
        limits.spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=now)
    settings.SMS_DAY_BUDGET = 0
    limits.spend(limit=LimitName.SMS_PER_INSTALLATION, key="all", now=now)


@pytest.mark.parametrize(
    ("messages", "budget", "price", "amount"),
    [
        (100, 0, 0, 100),
        (100, 1000, 0, 100),
        (100, 0, 300, 100),
        (100, 900, 300, 3),
        (2, 900, 300, 2),
        (9, 1, 300, 1),
    ],
)
def test_the_lesser_of_messages_and_money_counts(messages: int, budget: int, price: int, amount: int) -> None:
    assert sms_a_day(messages=messages, budget_kopecks=budget, price_kopecks=price) == amount
