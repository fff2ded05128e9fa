"""Notices in the browser: switched on in the settings, shown by the service worker, switched off again.

Browsers choose their push service themselves and a closed network reaches none of them. So the browser is
given an address at one that nobody here wrote; what that one decrypts is handed to the browser as its own
service would, and everything after it is the browser's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser import BROWSER
from tests.journeys.conftest import CHROMIUM_FLAGS, Demo
from tests.journeys.steps import register
from tests.push_of_npm import Browser as Subscribed
from tests.push_of_npm import Service

pytestmark = pytest.mark.journey

_SUBSCRIBE = """
const given = %s;
const subscription = (key) => ({
  options: { applicationServerKey: key },
  toJSON: () => ({ endpoint: given.endpoint, keys: { p256dh: given.p256dh, auth: given.auth } }),
  unsubscribe: async () => true,
});
let standing = null;
PushManager.prototype.subscribe = async function ({ applicationServerKey, userVisibleOnly }) {
  if (!userVisibleOnly) throw new Error("a browser shows every notice");
  return (standing = subscription(applicationServerKey.buffer));
};
PushManager.prototype.getSubscription = async () => standing;
"""


@pytest.fixture(scope="module")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The whole of it, with windows: who may show notices, and showing them, is more than an engine's."""
    browser = playwright.chromium.launch(executable_path=BROWSER, args=CHROMIUM_FLAGS)
    yield browser
    browser.close()


class Worker:
    """The page's service worker, as the browser's push service reaches it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._devtools = page.context.new_cdp_session(page)
        self._registrations: list[dict[str, Any]] = []
        self._devtools.on(
            "ServiceWorker.workerRegistrationUpdated",
            lambda said: self._registrations.extend(said["registrations"]),
        )
        self._devtools.send("ServiceWorker.enable")

    def push(self, payload: str) -> None:
        self._page.wait_for_timeout(200)
        registration = self._registrations[-1]
        origin = registration["scopeURL"].rstrip("/")
        terms = {"origin": origin, "registrationId": registration["registrationId"], "data": payload}
        self._devtools.send("ServiceWorker.deliverPushMessage", terms)

    def shown(self) -> list[dict[str, str]]:
        script = """async () => {
          const registration = await navigator.serviceWorker.ready;
          const found = await registration.getNotifications();
          return found.map(({ title, body, lang, data }) => ({ title, body, lang, url: data.url }));
        }"""
        found: list[dict[str, str]] = self._page.evaluate(script)
        return found


def at_phone(chromium: Browser, demo: Demo, browser: Subscribed | None, *, leave: bool = True) -> Page:
    context = chromium.new_context(base_url=demo.url, viewport={"width": 360, "height": 740}, locale="ru-RU")
    context.set_default_timeout(15_000)
    if leave:
        context.grant_permissions(["notifications"])
    if browser is not None:
        given = {"endpoint": browser.endpoint, "p256dh": browser.p256dh, "auth": browser.auth}
        context.add_init_script(_SUBSCRIBE % json.dumps(given))
    return context.new_page()


def test_notices_are_switched_on_shown_and_switched_off(
    chromium: Browser, demo: Demo, push_service: Service, new_phone: Callable[[], str]
) -> None:
    page = at_phone(chromium, demo, None)
    register(page, demo, new_phone())
    page.goto("/profile/notifications/")
    key = page.evaluate("fetch('/profile/browsers/').then((answer) => answer.json()).then(({ key }) => key)")
    browser = push_service.subscribe(key)
    state = page.context.storage_state()
    page.context.close()

    page = at_phone(chromium, demo, browser)
    page.context.add_cookies(state["cookies"])  # type: ignore[arg-type]
    worker = Worker(page)
    page.goto("/profile/notifications/")
    page.get_by_role("button", name="Включить на этом устройстве").click()
    expect(page.get_by_text("это устройство")).to_be_visible()
    [greeting] = demo.wait_for(lambda: push_service.shown(browser), "a greeting in the browser")
    worker.push(greeting)
    [shown] = demo.wait_for(worker.shown, "a notice on the screen")
    assert shown == {
        "title": "Уведомления включены",
        "body": "Счета, сроки и новости о показаниях будут появляться на этом устройстве.",
        "lang": "ru",
        "url": "/profile/notifications/",
    }

    page.get_by_role("button", name="Выключить").click()
    expect(page.get_by_text("уведомлений больше не будет")).to_be_visible()
    expect(page.get_by_role("button", name="Включить на этом устройстве")).to_be_visible()
    page.context.close()


def test_a_browser_that_may_not_says_what_to_do(
    chromium: Browser, demo: Demo, new_phone: Callable[[], str]
) -> None:
    page = at_phone(chromium, demo, None, leave=False)
    register(page, demo, new_phone())
    page.goto("/profile/notifications/")
    # Headless Chromium asks nobody and denies, as a person does who says no.
    page.get_by_role("button", name="Включить на этом устройстве").click()
    expect(page.get_by_text("Браузеру запрещено показывать уведомления")).to_be_visible()
    page.context.close()
