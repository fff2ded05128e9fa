"""Notices in browsers, delivered to a push service nobody here wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import resolve
from django.utils import timezone
from pytest_django import Settings

from svet.bills import events as bill_events
from svet.gateways import push
from svet.kernel.places import Place
from svet.notices import jobs, operations, queries
from svet.notices.models import Delivery, Recipient, Subscription
from svet.notices.operations import leaving
from svet.notices.queries import BrowserView
from svet.notices.rules import NO_BROWSER, DeliveryState, NoticeChannel
from svet.notices.tests.factories import make_recipient
from svet.people import events as people_events
from svet.privacy import events as privacy_events
from tests.jobs import run_jobs
from tests.push_of_npm import Browser, Service, service

pytestmark = pytest.mark.django_db

BILL = {"account": "0356067000", "period": "ноябрь 2026", "total": "300,00 ₽", "due": "15.12.2026"}


@pytest.fixture(scope="module")
def npm() -> Iterator[Service]:
    with service() as running:
        yield running


@pytest.fixture(autouse=True)
def known(npm: Service, settings: Settings) -> Iterator[None]:
    settings.PUSH_HOSTS = [npm.origin]
    yield
    push.gateway().close()
    push._gateway.cache_clear()


def subscribe(
    recipient: Recipient, browser: Browser, *, device: str = "d1", name: str = "Chrome, Android"
) -> BrowserView:
    return operations.subscribe(
        recipient_id=recipient.id,
        browser=operations.BrowserAddress(
            endpoint=browser.endpoint, p256dh=browser.p256dh, auth=browser.auth
        ),
        device_key=device,
        label=name,
        welcome=people_events.PUSH_ON,
        place=Place("notification-settings"),
        now=timezone.now(),
    )


def browser_of(npm: Service) -> Browser:
    return npm.subscribe(queries.push_key())


def tell_bill(recipient: Recipient) -> None:
    operations.notify(
        recipient_id=recipient.id,
        event=bill_events.BILL_READY,
        params=BILL,
        place=Place("bill", ("0123456789abcdef",)),
        now=timezone.now(),
    )


def shown(npm: Service, browser: Browser) -> list[dict[str, Any]]:
    return [json.loads(said) for said in npm.shown(browser)]


def test_the_browser_is_greeted_and_then_shows_the_bill(npm: Service) -> None:
    anna, browser = make_recipient(), browser_of(npm)
    subscribe(anna, browser)
    tell_bill(anna)
    run_jobs()
    greeting, bill = shown(npm, browser)
    assert greeting["title"] == "Уведомления включены"
    assert bill == {
        "title": "Счёт за ноябрь 2026 готов",
        "text": "Аб. № 0356067000: к оплате 300,00 ₽ до 15.12.2026.",
        "url": "/bills/0123456789abcdef/",
        "lang": "ru",
    }
    sent = Delivery.objects.filter(recipient=anna, channel="push")
    assert set(sent.values_list("state", flat=True)) == {DeliveryState.SENT}
    assert set(sent.values_list("address", flat=True)) == {"Chrome, Android"}


def test_every_browser_of_the_person_shows_it_and_nobody_elses(npm: Service) -> None:
    anna, vera = make_recipient(), make_recipient(phone="+79000000002")
    phone, computer, veras = (browser_of(npm) for _ in range(3))
    subscribe(anna, phone, device="d1")
    subscribe(anna, computer, device="d2")
    subscribe(vera, veras, device="d3")
    tell_bill(anna)
    run_jobs()
    assert len(shown(npm, phone)) == len(shown(npm, computer)) == 2
    assert [said["title"] for said in shown(npm, veras)] == ["Уведомления включены"]


def test_the_person_chooses_what_is_shown(npm: Service) -> None:
    anna, browser = make_recipient(), browser_of(npm)
    subscribe(anna, browser)
    operations.set_preferences(
        recipient_id=anna.id, preferences={bill_events.BILL_READY: {NoticeChannel.PUSH: False}}
    )
    tell_bill(anna)
    run_jobs()
    assert len(shown(npm, browser)) == 1


def test_a_browser_that_says_no_is_forgotten_and_troubles_nobody(npm: Service) -> None:
    anna, browser = make_recipient(), browser_of(npm)
    subscribe(anna, browser)
    npm.expire(browser)
    now = timezone.now()
    run_jobs()
    [failed] = Delivery.objects.filter(recipient=anna)
    assert (failed.state, failed.reason, failed.subscription_id) == (DeliveryState.FAILED, NO_BROWSER, None)
    assert not queries.browsers(anna.id)
    assert queries.troubled_count(now=now, since=now - timedelta(days=1)) == 0


def test_what_was_promised_to_a_browser_switched_off_meanwhile_is_not_sent(npm: Service) -> None:
    anna, browser = make_recipient(), browser_of(npm)
    made = subscribe(anna, browser)
    assert operations.unsubscribe(recipient_id=anna.id, public_id=made.public_id) is not None
    run_jobs()
    assert shown(npm, browser) == []
    assert Delivery.objects.get(recipient=anna).reason == NO_BROWSER


def test_a_silent_service_is_asked_again_with_the_delivery_kept(npm: Service, settings: Settings) -> None:
    anna = make_recipient()
    settings.PUSH_HOSTS = ["http://127.0.0.1:9"]
    browser = browser_of(npm)
    browser.endpoint = "http://127.0.0.1:9/notify/1"
    subscribe(anna, browser)
    delivery = Delivery.objects.get(recipient=anna)
    jobs.deliver(delivery_id=delivery.id)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.WAITING
    assert delivery.due_at > timezone.now()
    assert delivery.reason.startswith("push: Connect")


def test_a_device_has_one_subscription_and_a_browser_one_person(npm: Service) -> None:
    anna, boris = make_recipient(), make_recipient(phone="+79000000002")
    first, second = browser_of(npm), browser_of(npm)
    made = subscribe(anna, first)
    assert subscribe(anna, first) == made
    assert Delivery.objects.filter(recipient=anna).count() == 1, "greeted once"
    subscribe(anna, second)
    assert [row.endpoint for row in queries.browsers(anna.id)] == [second.endpoint]
    subscribe(boris, second)
    assert not queries.browsers(anna.id)


def test_of_more_than_ten_the_oldest_goes(npm: Service) -> None:
    anna = make_recipient()
    for number in range(11):
        subscribe(anna, browser_of(npm), device=f"d{number}")
    assert [row.device_key for row in queries.browsers(anna.id)] == [f"d{number}" for number in range(1, 11)]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"endpoint": "http://169.254.169.254/latest"},
        {"endpoint": "https://evil.example/x"},
        {"p256dh": "AAAA"},
        {"auth": ""},
        {"p256dh": "\0" * 87},
    ],
)
def test_what_no_browser_gives_is_refused(npm: Service, spoilt: dict[str, str]) -> None:
    anna, browser = make_recipient(), browser_of(npm)
    for name, value in spoilt.items():
        setattr(browser, name, value)
    with pytest.raises(operations.UnusableSubscription):
        subscribe(anna, browser)
    assert not Subscription.objects.exists()


def test_without_a_key_nothing_is_offered_or_pushed(npm: Service, settings: Settings) -> None:
    anna, browser = make_recipient(), browser_of(npm)
    subscribe(anna, browser)
    run_jobs()
    settings.PUSH_PUBLIC_KEY = ""
    tell_bill(anna)
    assert NoticeChannel.PUSH not in queries.preferences(anna.id).channels
    assert not queries.browsers(anna.id)
    assert not Delivery.objects.filter(
        recipient=anna, event=bill_events.BILL_READY.code, channel="push"
    ).exists()


def test_another_key_makes_the_old_subscriptions_silent(npm: Service, settings: Settings) -> None:
    anna = make_recipient()
    subscribe(anna, browser_of(npm))
    settings.PUSH_PUBLIC_KEY = "another"
    assert not queries.browsers(anna.id)


def test_a_notice_without_a_page_of_its_own_opens_the_bell(npm: Service) -> None:
    anna = make_recipient()
    subscribe(anna, browser_of(npm))
    operations.notify(recipient_id=anna.id, event=bill_events.BILL_READY, params=BILL, now=timezone.now())
    told = Delivery.objects.get(event=bill_events.BILL_READY.code, channel="push")
    assert resolve(json.loads(told.body)["url"]).url_name == "bell"


def test_a_deleted_cabinet_is_pushed_nothing(npm: Service) -> None:
    anna, browser = make_recipient(), browser_of(npm)
    subscribe(anna, browser)
    leaving.say_farewell(
        recipient_id=anna.id,
        event=privacy_events.FAREWELL,
        params={"at": "22.11.2026 12:00"},
        now=timezone.now(),
    )
    assert not Subscription.objects.exists()
    assert not Delivery.objects.filter(channel="push").exists()
