"""Behind a server that ends TLS: which scheme a request came by, and what forms and cookies make of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.test import Client, RequestFactory, override_settings

from svet.config.environment import WrongEnvironment, origin_of
from svet.config.requests import SchemeMiddleware

PROXY = "10.1.2.3"
BEHIND = override_settings(
    TRUSTED_PROXIES=["10.0.0.0/8"], BASE_URL="https://lk.retailer.example", SECURE_HSTS_SECONDS=31_536_000,
    CSRF_TRUSTED_ORIGINS=["https://lk.retailer.example"], ALLOWED_HOSTS=["lk.retailer.example"],
)  # fmt: skip


def seen(**meta: Any) -> HttpRequest:
    """The request as it stands below the middleware."""
    got: list[HttpRequest] = []

    def keep(request: HttpRequest) -> HttpResponse:
        got.append(request)
        return HttpResponse()

    told: dict[str, Any] = {"HTTP_HOST": "lk.retailer.example"} | meta
    SchemeMiddleware(keep)(RequestFactory().get("/", **told))
    return got[0]


@BEHIND
@pytest.mark.parametrize(
    ("address", "said", "secure"),
    [
        (PROXY, "https", True),
        (PROXY, "http", False),
        (PROXY, "http, https", True),
        (PROXY, "https, http", False),
        (PROXY, "", True),
        (PROXY, "gopher", True),
        ("203.0.113.9", "https", False),
        ("", "https", False),
    ],
)
def test_the_scheme_is_believed_only_from_our_proxies(address: str, said: str, secure: bool) -> None:
    extra = {"HTTP_X_FORWARDED_PROTO": said} if said else {}
    assert seen(REMOTE_ADDR=address, **extra).is_secure() is secure


@pytest.mark.django_db
@BEHIND
def test_hsts_is_sent_with_subdomains_to_who_came_by_tls() -> None:
    def hsts(address: str) -> str:
        headers: dict[str, Any] = {"host": "lk.retailer.example", "x-forwarded-proto": "https"}
        answer = Client().get("/offline/", headers=headers, REMOTE_ADDR=address)
        return answer.get("Strict-Transport-Security", "")

    assert settings.SECURE_HSTS_INCLUDE_SUBDOMAINS
    assert hsts(PROXY) == "max-age=31536000; includeSubDomains"
    assert hsts("203.0.113.9") == ""


@BEHIND
@pytest.mark.parametrize(
    ("origin", "accepted"),
    [("https://lk.retailer.example", True), ("https://evil.example", False), ("null", False)],
)
def test_a_form_of_the_sites_own_address_is_accepted(origin: str, accepted: bool) -> None:
    request = RequestFactory().post(
        "/", headers={"origin": origin, "host": "lk.retailer.example"}, REMOTE_ADDR=PROXY
    )
    check: Any = CsrfViewMiddleware(lambda request: HttpResponse())
    assert check._origin_verified(request) is accepted


def test_the_origin_is_the_base_urls() -> None:
    assert origin_of("https://LK.retailer.example/path") == "https://lk.retailer.example"
    with pytest.raises(WrongEnvironment, match="SVET_BASE_URL must look like"):
        origin_of("lk.retailer.example")


@pytest.mark.django_db
@BEHIND
def test_the_page_says_whether_the_form_was_old_or_strange() -> None:
    def refused(origin: str, cookie: str = "") -> str:
        client = Client(enforce_csrf_checks=True, REMOTE_ADDR=PROXY)
        if cookie:
            client.cookies[settings.CSRF_COOKIE_NAME] = cookie
        answer = client.post("/entrance/register/", headers={"host": "lk.retailer.example", "origin": origin})
        assert answer.status_code == 403
        return answer.content.decode()

    strange = refused("https://evil.example/<b>")
    assert "Форма пришла с другого адреса" in strange
    assert "https://evil.example/&lt;b&gt;" in strange
    assert "https://lk.retailer.example" in strange
    assert "Браузер не сохранил cookie" in refused("https://lk.retailer.example")
    assert "Страница устарела" in refused("https://lk.retailer.example", cookie="a" * 32)
