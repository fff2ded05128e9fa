"""What hands and eyes met on single pages: padding, the bar in landscape, the head of the page, the ticks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link
from svet.billing.operations import run
from svet.billing.tests.factories import load_chelyabinsk, make_metered_account
from svet.bills import events as bill_events
from svet.bills.operations import issue
from svet.kernel.periods import Month
from svet.metering.tests.factories import make_reading
from svet.notices.models import Notice
from svet.payments.tests.factories import make_card, owe, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.face.beside import Undone, _django_db_helper, undone  # noqa: F401
from tests.face.looking import TORN
from tests.face.rendering import Sheet, Stage, sheet_of, stage
from tests.face.states import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db]
USAGE = "usage"


def anna() -> Person:
    person, account = make_person(), make_account()
    make_link(person=person, account=account, confirmed=True)
    owe(account, 300_00)
    make_card(person=person)
    for _ in range(118):
        Notice.objects.create(
            recipient_id=person.recipient_id,
            event=bill_events.BILL_READY.code,
            title="Счёт",
            created_at=timezone.now(),
        )
    # A word that is wider than a narrow phone.
    Notice.objects.create(
        recipient_id=person.recipient_id,
        event=bill_events.BILL_READY.code,
        title="Адрес",
        text="Изменены данные для связи: luchinina.anna.petrovna@town.example.",
        created_at=timezone.now(),
    )
    return person


def billed() -> tuple[Person, str]:
    """Somebody with three bills, of which each month differs, and where these stand."""
    provider_with_requisites()
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 7, 20), initial=0)
    person = make_person()
    make_link(person=person, account=account, confirmed=True)
    for month, value in ((8, 280), (9, 580), (10, 910)):
        make_reading(meter, value, read_on=date(2026, month, 20))
        bill(account, Month(2026, month))
    return person, f"/accounts/{account.public_id}/usage/"


def bill(account: Account, month: Month) -> None:
    now = datetime(2026, 12, 1, 4, tzinfo=UTC)
    run(provider_id=account.provider_id, period=month, now=now)
    issue(provider_id=account.provider_id, period=month, now=now)


def sheets() -> dict[str, Sheet]:
    """Pages of Anna's, and those that anybody may open."""
    annas, anybodys = signed_in(anna()), Client()
    found = {path: sheet_of(path, path, annas.get(path)) for path in ("/accounts/", "/payment/", "/bell/")}
    found |= {path: sheet_of(path, path, anybodys.get(path)) for path in ("/quick/", "/entrance/")}
    person, usage = billed()
    found[USAGE] = sheet_of(USAGE, usage, signed_in(person).get(usage))
    made = {path: sheet for path, sheet in found.items() if sheet is not None}
    assert len(made) == 6
    return made


@pytest.fixture(scope="module")
def opened(undone: Undone) -> Iterator[tuple[Stage, dict[str, Sheet]]]:  # noqa: F811
    """One browser for all tests."""
    made = undone(sheets)
    with stage() as shown:
        yield shown, made


@pytest.fixture
def show(opened: tuple[Stage, dict[str, Sheet]]) -> Callable[[str], Page]:
    """Open a page, as a visitor of this test alone."""
    shown, made = opened
    shown.anew()
    return lambda path: shown.show(made[path])


def box(page: Page, chosen: str) -> dict[str, Any]:
    found = page.locator(chosen).first.bounding_box()
    assert found is not None, chosen
    return dict(found)


def test_what_is_folded_has_its_padding_when_it_opens(show: Callable[[str], Page]) -> None:
    for path in ("/accounts/", "/quick/"):
        page = show(path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        for width in (320, 360, 1440):
            page.set_viewport_size({"width": width, "height": 740})
            gaps = page.evaluate(
                """() => [...document.querySelectorAll(".faq > :not(summary)")].map((part) => {
                  const inner = part.getBoundingClientRect();
                  const outer = part.parentElement.getBoundingClientRect();
                  return [inner.left - outer.left, outer.right - inner.right];
                }).flat()"""
            )
            assert gaps
            assert min(gaps) >= 12, (path, width, gaps)


def test_the_bar_of_payment_leaves_a_lying_phone_to_the_accounts(show: Callable[[str], Page]) -> None:
    page = show("/payment/")
    for height, position in ((360, "static"), (740, "sticky")):
        page.set_viewport_size({"width": 740, "height": height})
        assert page.locator(".paybar").evaluate("bar => getComputedStyle(bar).position") == position
    page.set_viewport_size({"width": 740, "height": 360})
    covered = page.evaluate(
        """() => {
          const row = document.querySelector("[data-pay-row]").getBoundingClientRect();
          return document.elementFromPoint(370, row.top + 30)?.closest("[data-pay-row]") !== null;
        }"""
    )
    assert covered


def test_the_head_has_adding_an_account_and_a_bell_nobody_covers(show: Callable[[str], Page]) -> None:
    page = show("/payment/")
    for width in (320, 360, 768, 1000, 1440):
        page.set_viewport_size({"width": width, "height": 740})
        for large in (False, True):
            page.evaluate(f"document.documentElement.dataset.size = '{'large' if large else ''}'")
            head = page.get_by_role("banner")
            add = head.get_by_role("link", name="Добавить абонента")
            expect(add).to_be_visible()
            place = add.bounding_box()
            assert place is not None
            assert place["width"] >= 44
            assert place["height"] >= 44
            bell, count = box(page, ".top [href='/bell/'] .icon"), box(page, ".top__count")
            assert bell["x"] + bell["width"] <= count["x"] + 0.5, (width, large)
            assert box(page, ".top__inner")["height"] < 100, (width, large)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (width, large)
    brand = page.locator(".brand__name")
    page.evaluate("document.documentElement.dataset.size = ''")
    page.set_viewport_size({"width": 360, "height": 740})
    assert brand.evaluate("name => name.scrollWidth <= name.clientWidth"), "the name gives way to its mark"
    page.set_viewport_size({"width": 768, "height": 740})
    assert brand.evaluate("name => name.scrollWidth <= name.clientWidth"), "cut where there is room"
    assert box(page, ".top__add")["height"] < 50, "a button of two lines where there is room"


@pytest.mark.parametrize("width", [320, 360])
def test_a_long_word_of_a_notice_widens_no_page(show: Callable[[str], Page], width: int) -> None:
    page = show("/bell/")
    page.set_viewport_size({"width": width, "height": 740})
    expect(page.get_by_text("luchinina.anna.petrovna")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_no_word_of_why_a_month_differs_is_torn(show: Callable[[str], Page]) -> None:
    page = show(USAGE)
    page.set_viewport_size({"width": 320, "height": 740})
    expect(page.locator(".why").first).to_be_visible()
    assert page.evaluate(TORN) == []


def test_a_forgotten_tick_is_asked_for_before_the_password_is_lost(show: Callable[[str], Page]) -> None:
    page = show("/entrance/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method))
    page.get_by_label("Телефон").fill("+7 911 717-85-12")
    page.get_by_label("Пароль", exact=True).fill("Kx7mVq2p-Fonar")
    page.get_by_label("Я принимаю").check()
    page.get_by_role("button", name="Зарегистрироваться").click()
    missing = page.get_by_label("персональных данных")
    expect(missing).to_be_focused()
    said = missing.evaluate("tick => tick.validationMessage")
    assert said == "Чтобы продолжить, поставьте отметку."
    assert "POST" not in sent
    assert page.get_by_label("Пароль", exact=True).input_value() == "Kx7mVq2p-Fonar"
    assert page.locator("[data-rule][data-ok=yes]").count() == 6
    missing.check()
    assert missing.evaluate("tick => tick.validity.valid")


def test_tab_goes_through_the_entrance_as_the_eye_does(show: Callable[[str], Page]) -> None:
    page = show("/entrance/")
    page.set_viewport_size({"width": 360, "height": 740})
    reached: list[float] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        place = page.evaluate(
            """() => {
              const part = document.activeElement;
              const inside = part.closest("main");
              return inside ? part.getBoundingClientRect().top + scrollY : null;
            }"""
        )
        if place is not None:
            reached.append(place)
    assert len(reached) > 5
    assert all(after >= before - 20 for before, after in pairwise(reached)), reached
