"""An answer takes the place of a part of the page: whoever worked there by keyboard is not left nowhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.face.beside import Undone, _django_db_helper, undone  # noqa: F401
from tests.face.rendering import Stage, stage
from tests.face.test_odometer import INPUT, readings

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

TOLD = '<div role="status" id="told">Показания переданы</div><a href="/readings/receipt/1/">Подробнее</a>'
ASKED = '<div role="alert" id="asked">Всё верно?</div><button>Всё верно, отправить</button>'
FAULT = f'<div role="alert">Исправьте</div><input id="fault" aria-label="День" aria-invalid="true">{TOLD}'


@pytest.fixture(scope="module")
def shown(undone: Undone) -> Iterator[Stage]:  # noqa: F811
    sheet = undone(readings)
    with stage() as found:
        found.show(sheet)
        yield found


@pytest.fixture
def page(shown: Stage) -> Page:
    """The page as it was opened, without what a test before has put in its parts."""
    shown.page.reload()
    shown.page.wait_for_selector("svet-odometer.is-ready")
    return shown.page


def answer(page: Page, body: str) -> None:
    """What the server will say to the form of the meter."""
    part = page.locator("[id^=meter-]").first.get_attribute("id")

    def said(route: Route) -> None:
        route.fulfill(content_type="text/html; charset=utf-8", body=f'<div id="{part}">{body}</div>')

    page.unroute("**/readings/*/")
    page.route("**/readings/*/", said)


@pytest.mark.parametrize(
    ("body", "place"), [(TOLD, "#told"), (ASKED, "#asked"), (FAULT, "#fault")], ids=["told", "asked", "fault"]
)
def test_whoever_sent_stands_at_what_is_said(page: Page, body: str, place: str) -> None:
    answer(page, body)
    page.locator("[data-readings-button]").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator(place)).to_be_focused()
    assert page.locator(place).evaluate("told => getComputedStyle(told).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('[id^=meter-]') !== null"), "what follows is skipped"


def test_a_link_that_is_still_there_keeps_the_focus_when_its_part_is_read_anew(page: Page) -> None:
    answer(page, f'<p>Ждём</p><a href="/history/">История</a>{TOLD}')
    page.locator("[data-readings-button]").first.press("Enter")
    link = page.locator("[id^=meter-] a[href='/readings/receipt/1/']")
    link.focus()
    read_anew = "htmx.ajax('GET', '/readings/x/', {target: '[id^=meter-]', swap: 'outerHTML'})"
    for _ in range(2):
        page.evaluate(read_anew)
        expect(link).to_be_focused()
    answer(page, TOLD.replace("receipt/1/", "receipt/2/"))
    page.evaluate(read_anew)
    expect(page.locator("#told")).to_be_focused()


def test_a_part_read_anew_takes_nothing_from_who_is_elsewhere(page: Page) -> None:
    answer(page, TOLD)
    elsewhere = page.get_by_role("link", name="Помощь").first
    elsewhere.focus()
    page.evaluate("htmx.ajax('GET', '/readings/x/', {target: '[id^=meter-]', swap: 'outerHTML'})")
    expect(page.locator("#told")).to_be_visible()
    expect(elsewhere).to_be_focused()
    page.locator("#told + a").evaluate("link => link.blur()")
    elsewhere.evaluate("link => link.blur()")
    page.evaluate("htmx.ajax('GET', '/readings/x/', {target: '[id^=meter-]', swap: 'outerHTML'})")
    page.wait_for_timeout(100)
    assert page.evaluate("document.activeElement === document.body"), "the page moves under who only reads"
    assert page.locator(INPUT).count() == 0
