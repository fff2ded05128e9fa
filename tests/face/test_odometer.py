"""The boxes of a reading: who typed a number wrongly types it again, and what is shown is what is sent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Page

from svet.accounts.tests.factories import make_account, make_link
from svet.metering.tests.factories import make_meter
from svet.people.tests.factories import make_person
from tests.face.beside import Undone, _django_db_helper, undone  # noqa: F401
from tests.face.rendering import Sheet, Stage, sheet_of, stage
from tests.face.states import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

INPUT = "input.odometer__input"
BOXES = "svet-odometer .boxes span:not(.is-point)"


def readings() -> Sheet:
    person, account = make_person(), make_account()
    make_link(person=person, account=account, confirmed=True)
    make_meter(account=account, initial=3589, installed_on=timezone.localdate().replace(year=2025, day=1))
    sheet = sheet_of("readings", "/readings/", signed_in(person).get("/readings/"))
    assert sheet is not None
    return sheet


@pytest.fixture(scope="module")
def opened(undone: Undone) -> Iterator[tuple[Stage, Sheet]]:  # noqa: F811
    sheet = undone(readings)
    with stage() as shown:
        yield shown, sheet


@pytest.fixture
def page(opened: tuple[Stage, Sheet]) -> Iterator[Page]:
    """The page anew for each test, as for a visitor; one browser for all of them."""
    stage, sheet = opened
    stage.anew()
    found = stage.show(sheet)
    found.wait_for_selector("svet-odometer.is-ready")
    yield found
    assert not stage.said


def shown(page: Page) -> str:
    """The digits on the wheels, which must be those the form would send and a screen reader would say."""
    wheels = "".join(page.locator(BOXES).all_inner_texts())
    sent = page.locator(INPUT).evaluate("input => new FormData(input.form).get(input.name)")
    assert wheels == sent == page.locator(INPUT).input_value()
    return wheels


def lights(page: Page, *wheels: int) -> bool:
    """These wheels get the mark of the next digit, and no other; the browser tells of the caret later."""
    page.wait_for_function(
        f"(wanted) => [...document.querySelectorAll('{BOXES}')]"
        ".flatMap((box, place) => box.classList.contains('is-here') ? [place] : []).join() === wanted",
        arg=",".join(map(str, wheels)),
        timeout=3_000,
    )
    return True


def test_a_finished_number_is_typed_over_at_once(page: Page) -> None:
    page.locator(INPUT).focus()
    page.keyboard.type("19930")
    page.keyboard.type("19700")
    assert shown(page) == "19700"


def test_selecting_all_begins_at_the_first_wheel(page: Page) -> None:
    page.locator(INPUT).focus()
    page.keyboard.type("199")
    page.keyboard.press("Control+A")
    assert lights(page, 0, 1, 2, 3, 4)
    page.keyboard.type("20700")
    assert shown(page) == "20700"
    page.keyboard.press("Control+A")
    page.keyboard.press("Backspace")
    assert shown(page) == "00000"


def test_coming_back_begins_at_the_first_wheel(page: Page) -> None:
    page.locator(INPUT).focus()
    page.keyboard.type("19930")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    assert lights(page, 0)
    page.keyboard.type("19700")
    assert shown(page) == "19700"


def test_the_first_touch_begins_anew_and_the_second_picks_a_wheel(page: Page) -> None:
    page.locator(BOXES).nth(3).click(force=True)
    assert lights(page, 0)
    page.keyboard.type("19930")
    page.locator(BOXES).nth(3).click(force=True)
    assert lights(page, 3)
    page.keyboard.type("71")
    assert shown(page) == "19971"


def test_a_phones_keyboard_that_asks_nobody_beforehand_writes_the_same(page: Page) -> None:
    """Some compose digits: the script only sees what they left."""
    page.locator(INPUT).focus()
    for digit in "1993019700":
        page.evaluate(
            """([chosen, digit]) => {
              const input = document.querySelector(chosen), caret = input.selectionStart;
              input.setRangeText(digit, caret, input.selectionEnd, "end");
              const left = { inputType: "insertCompositionText", data: digit };
              input.dispatchEvent(new InputEvent("input", left));
            }""",
            [INPUT, digit],
        )
    assert shown(page) == "19700"


def test_a_paste_and_a_dictated_number_take_the_whole_face(page: Page) -> None:
    page.locator(INPUT).focus()
    page.keyboard.type("19930")
    page.keyboard.insert_text("4036")
    assert shown(page) == "04036"
