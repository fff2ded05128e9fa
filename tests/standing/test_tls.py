"""By our own document behind TLS: a browser through nginx, and somebody who only says that he came by TLS."""

from __future__ import annotations

import re

import httpx
from playwright.sync_api import expect, sync_playwright

from tests.browser import BROWSER
from tests.journeys.conftest import CHROMIUM_FLAGS
from tests.journeys.steps import PASSWORD
from tests.standing.installation import HOST, Installation, nginx


def test_a_person_registers_through_the_documents_nginx(there: Installation) -> None:
    with nginx(there) as (port, _), sync_playwright() as playwright:
        rules = f"--host-resolver-rules=MAP {HOST}:443 127.0.0.1:{port}"
        browser = playwright.chromium.launch(executable_path=BROWSER, args=[*CHROMIUM_FLAGS, rules])
        context = browser.new_context(ignore_https_errors=True, locale="ru-RU")
        context.set_default_timeout(30_000)
        page = context.new_page()
        first = page.goto(f"https://{HOST}/")
        assert first is not None
        assert first.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
        cookies = {cookie.get("name"): cookie for cookie in context.cookies()}
        assert cookies["__Host-svet-csrf"]["secure"]
        with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
            page.get_by_label("Телефон").first.fill("+79990000101")
            page.get_by_label("Пароль", exact=True).first.fill(PASSWORD)
            page.get_by_label(re.compile("Я принимаю")).first.check()
            page.get_by_label(re.compile("персональных данных")).first.check()
            page.get_by_role("button", name="Зарегистрироваться").click()
        assert sent.value.status < 400, page.content()
        expect(page.get_by_label(re.compile("Код")).first).to_be_visible()
        assert {cookie["secure"] for cookie in context.cookies()} == {True}
        browser.close()


def test_nginx_sends_who_came_without_tls_to_it_and_carries_ready(there: Installation) -> None:
    with nginx(there) as (port, plain), httpx.Client(verify=False, trust_env=False) as client:
        led = client.get(f"http://127.0.0.1:{plain}/entrance/?tab=sign-in", headers={"Host": HOST})
        assert (led.status_code, led.headers["Location"]) == (301, f"https://{HOST}/entrance/?tab=sign-in")
        # A program is not led on: its token has travelled in the open, and it must notice.
        for path in ("/api/v1/accounts", "/callbacks/yookassa/"):
            assert client.get(f"http://127.0.0.1:{plain}{path}", headers={"Host": HOST}).status_code == 403
        answer = client.get(f"https://127.0.0.1:{port}/ready/", headers={"Host": HOST})
        assert (answer.status_code, answer.json()["schema"]) == (200, "ok")


def test_who_is_no_proxy_of_ours_cannot_say_that_he_came_by_tls(there: Installation) -> None:
    def hsts(address: str) -> bool:
        transport = httpx.HTTPTransport(local_address=address)
        with httpx.Client(transport=transport, trust_env=False) as client:
            headers = {"Host": HOST, "X-Forwarded-Proto": "https"}
            answer = client.get(f"{there.url}/entrance/", headers=headers, timeout=30)
        assert answer.status_code == 200
        return "strict-transport-security" in answer.headers

    assert hsts("127.0.0.1")
    assert not hsts("127.0.0.2")
