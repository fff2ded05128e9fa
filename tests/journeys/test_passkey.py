"""A passkey: made in the profile, then it opens the cabinet alone and takes the second step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.steps import PASSWORD, register

pytestmark = pytest.mark.journey

_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(chromium: Browser, demo: Demo) -> Iterator[Page]:
    """A phone with a screen lock; browsers refuse passkeys where the address is a number."""
    context = chromium.new_context(
        base_url=demo.url.replace("127.0.0.1", "localhost"),
        viewport={"width": 360, "height": 740},
        locale="ru-RU",
    )
    context.set_default_timeout(15_000)
    opened = context.new_page()
    devtools = context.new_cdp_session(opened)
    devtools.send("WebAuthn.enable")
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
    yield opened
    context.close()


def give_password(page: Page, phone: str) -> None:
    page.goto("/entrance/?tab=sign-in")
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Войти").first.click()


def test_a_passkey_signs_in_alone_and_takes_the_second_step(
    page: Page, demo: Demo, new_phone: Callable[[], str]
) -> None:
    phone = new_phone()
    register(page, demo, phone)
    page.goto("/profile/second-factor/passkey/")
    page.fill("[name=password]", PASSWORD)
    page.click("form[action='/profile/confirm/'] button[type=submit]")
    page.fill("[name=name]", "Телефон")
    page.click("svet-passkey button")
    expect(page.locator(".codes li")).to_have_count(10)
    page.goto("/profile/second-factor/")
    expect(page.get_by_role("heading", name="Телефон")).to_be_visible()

    page.context.clear_cookies()
    page.goto("/entrance/passkey/")
    page.click("svet-passkey button")
    expect(page.get_by_role("link", name="Показания").first).to_be_visible()

    page.context.clear_cookies()
    give_password(page, phone)
    page.wait_for_url("**/entrance/second-factor/")
    page.click("svet-passkey button")
    expect(page.get_by_role("link", name="Показания").first).to_be_visible()
