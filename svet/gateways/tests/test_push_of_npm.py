"""The adapter of web push against a service nobody here wrote, which decrypts and checks the signature."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest

from svet.gateways.failures import Permanent
from svet.gateways.push.port import GONE, BrowserAddress
from svet.gateways.push.web_push import WebPushService
from svet.kernel.push_keys import make_private_key, public_key_of
from tests.push_of_npm import Browser, Service, service

KEY = make_private_key()
LIVES = timedelta(days=1)


@pytest.fixture(scope="module")
def npm() -> Iterator[Service]:
    with service() as running:
        yield running


@pytest.fixture(scope="module")
def adapter(npm: Service) -> Iterator[WebPushService]:
    made = WebPushService(private_key=KEY, contact="svet@portal.example", hosts=[npm.origin])
    yield made
    made.close()


def address(browser: Browser) -> BrowserAddress:
    return BrowserAddress(browser.endpoint, browser.p256dh, browser.auth)


def test_a_notice_is_decrypted_by_the_browser_as_it_was_written(
    npm: Service, adapter: WebPushService
) -> None:
    browser = npm.subscribe(public_key_of(KEY))
    said = json.dumps(
        {"title": "Счёт готов", "text": "1 234,56 ₽ — «до 15.12»", "url": "/"}, ensure_ascii=False
    )
    adapter.send(to=address(browser), payload=said, lives=LIVES, urgent=False)
    assert npm.shown(browser) == [said]


def test_a_subscription_made_for_another_key_takes_nothing(npm: Service, adapter: WebPushService) -> None:
    browser = npm.subscribe(public_key_of(make_private_key()))
    with pytest.raises(Permanent) as failure:
        adapter.send(to=address(browser), payload="{}", lives=LIVES, urgent=True)
    assert failure.value.code != GONE
    assert "400" in str(failure.value)


def test_an_expired_subscription_is_gone(npm: Service, adapter: WebPushService) -> None:
    browser = npm.subscribe(public_key_of(KEY))
    npm.expire(browser)
    with pytest.raises(Permanent) as failure:
        adapter.send(to=address(browser), payload="{}", lives=LIVES, urgent=True)
    assert failure.value.code == GONE
