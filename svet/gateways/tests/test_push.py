"""Which addresses are called at all, what goes out, and what becomes of each answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

from svet.gateways.failures import GatewayFailure, Permanent, Temporary
from svet.gateways.push.endpoints import is_known
from svet.gateways.push.port import GONE, BrowserAddress
from svet.gateways.push.web_push import WebPushService
from svet.kernel.push_keys import encode, make_private_key, public_key_of

HOSTS = ["fcm.googleapis.com", "*.push.apple.com"]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc:def_-"
BROWSER = BrowserAddress(ENDPOINT, public_key_of(make_private_key()), encode(b"s" * 16))


@pytest.mark.parametrize(
    "endpoint",
    [ENDPOINT, "https://web.push.apple.com/QX/a=b", "https://FCM.googleapis.com:443/wp/x?token=%2B"],
)
def test_addresses_of_known_services_are_called(endpoint: str) -> None:
    assert is_known(endpoint, hosts=HOSTS)


@pytest.mark.parametrize(
    "endpoint",
    [
        "",
        "abc",
        "http://fcm.googleapis.com/x",
        "https://fcm.googleapis.com:8443/x",
        "https://fcm.googleapis.com.evil.example/x",
        "https://evil.example/fcm.googleapis.com",
        "https://fcm.googleapis.com@evil.example/",
        "https://evil.example\\@fcm.googleapis.com/",
        "https://fcm.googleapis.com./x",
        "https://push.apple.com/x",
        "https://notpush.apple.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://[::1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://fcm.googleapis.com:99999/x",
        "https://fcm.googleapis.com/x#y",
        "https://fcm.googleapis.com/\r\nx",
        "https://fcm.googleapis.com/ x",
        "https://fcm.googleapis.com/ы",
        "https://fcm.googleapis.com/" + "x" * 1000,
        "file:///etc/passwd",
    ],
)
def test_nothing_else_is_called(endpoint: str) -> None:
    assert not is_known(endpoint, hosts=HOSTS)


def test_a_service_inside_the_house_is_named_with_its_port() -> None:
    hosts = ["http://localhost:8090"]
    assert is_known("http://localhost:8090/notify/1", hosts=hosts)
    assert not is_known("http://localhost:8091/notify/1", hosts=hosts)
    assert not is_known("https://localhost:8090/notify/1", hosts=hosts)


@pytest.mark.parametrize(
    ("p256dh", "auth"),
    [
        ("", BROWSER.auth),
        (BROWSER.p256dh, ""),
        (BROWSER.p256dh[:-2], BROWSER.auth),
        (encode(b"\x04" + b"\x01" * 64), BROWSER.auth),
        (BROWSER.p256dh, encode(b"s" * 15)),
        (BROWSER.p256dh, "не ключ!"),
        (BROWSER.p256dh + "\n", BROWSER.auth),
    ],
    ids=["no key", "no secret", "short key", "no point", "short secret", "no base64", "line break"],
)
def test_keys_that_are_none_are_found_out(p256dh: str, auth: str) -> None:
    assert BROWSER.has_keys()
    assert not BrowserAddress(ENDPOINT, p256dh, auth).has_keys()


def answering(
    answer: Callable[[httpx.Request], httpx.Response], *, hosts: list[str] = HOSTS
) -> WebPushService:
    return WebPushService(
        private_key=make_private_key(),
        contact="svet@portal.example",
        hosts=hosts,
        transport=httpx.MockTransport(answer),
    )


def send(adapter: WebPushService, browser: BrowserAddress = BROWSER) -> str:
    return adapter.send(to=browser, payload="{}", lives=timedelta(minutes=5), urgent=True)


def test_what_goes_out_names_its_sender_its_life_and_its_urgency() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(201, headers={"location": "https://fcm.googleapis.com/m/1"})

    assert send(answering(answer)) == "https://fcm.googleapis.com/m/1"
    [request] = seen
    assert request.headers["ttl"] == "300"
    assert request.headers["urgency"] == "high"
    assert request.headers["content-encoding"] == "aes128gcm"
    assert request.headers["authorization"].startswith("vapid t=")
    assert b"{}" not in request.content


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (404, Permanent, GONE),
        (410, Permanent, GONE),
        (400, Permanent, ""),
        (403, Permanent, ""),
        (413, Permanent, ""),
        (307, Permanent, ""),
        (429, Temporary, ""),
        (500, Temporary, ""),
        (503, Temporary, ""),
    ],
)
def test_each_answer_is_sorted(status: int, kind: type[GatewayFailure], code: str) -> None:
    calls: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(str(request.url))
        return httpx.Response(status, headers={"location": "https://127.0.0.1/inside"}, text="a\nb")

    with pytest.raises(kind) as failure:
        send(answering(answer))
    assert failure.value.code == code
    assert str(failure.value) == f"push: {status} a b"
    assert calls == [ENDPOINT], "an answer leads nowhere else"


def test_silence_is_worth_another_try() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectTimeout("no answer")

    with pytest.raises(Temporary, match="ConnectTimeout"):
        send(answering(answer))


def test_a_service_taken_off_the_list_is_not_called_any_more() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise AssertionError("called")

    with pytest.raises(Permanent) as failure:
        send(answering(answer, hosts=["*.push.apple.com"]))
    assert failure.value.code == GONE
