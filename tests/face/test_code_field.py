"""The field of a code: who has typed it wrongly types it again, by keyboard and by touch."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from svet.people.tests.factories import make_person
from svet.people.tests.outbox import last_code, other_code
from tests.face.beside import Undone, _django_db_helper, undone  # noqa: F401
from tests.face.rendering import Sheet, Stage, sheet_of, stage

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

PHONE = "+79117178512"
CELL = "svet-code .boxes span"


def _entrance(*, wrong: bool) -> Sheet:
    client = Client()
    make_person(phone=PHONE)
    client.post("/entrance/recover/", {"phone": PHONE})
    path = "/entrance/recover/code/"
    answer = client.post(path, {"code": other_code(last_code(PHONE))}) if wrong else client.get(path)
    sheet = sheet_of("code", path, answer)
    assert sheet is not None
    return sheet


@pytest.fixture(scope="module")
def opened(undone: Undone) -> Iterator[tuple[Stage, dict[bool, Sheet]]]:  # noqa: F811
    sheets = {wrong: undone(partial(_entrance, wrong=wrong)) for wrong in (False, True)}
    with stage() as shown:
        yield shown, sheets


@pytest.fixture
def wrong() -> bool:
    """Whether a wrong code was sent before."""
    return True


@pytest.fixture
def page(opened: tuple[Stage, dict[bool, Sheet]], wrong: bool) -> Iterator[Page]:
    """The page anew for each test, as for a visitor; one browser for all of them."""
    stage, sheets = opened
    stage.anew()
    found = stage.show(sheets[wrong])
    found.wait_for_selector("svet-code.is-ready")
    yield found
    assert not stage.said


def _value(page: Page) -> str:
    return page.get_by_label("Код из СМС-сообщения").input_value()


@pytest.mark.parametrize("wrong", [False, True])
def test_the_field_opens_empty_with_the_caret_in_it(page: Page) -> None:
    expect(page.get_by_label("Код из СМС-сообщения")).to_be_focused()
    assert _value(page) == ""
    page.keyboard.type("231541")
    assert _value(page) == "231541"


def test_a_full_field_is_typed_over_from_the_keyboard(page: Page) -> None:
    page.keyboard.type("000000")
    page.keyboard.type("231541")  # a digit after the sixth begins anew
    assert _value(page) == "231541"
    page.keyboard.press("Control+A")
    page.keyboard.type("98")
    assert _value(page) == "98"
    page.keyboard.type("7654")
    page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")  # coming back selects the whole
    page.keyboard.type("111222")
    assert _value(page) == "111222"
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    page.keyboard.type("5")
    assert _value(page) == "111252"
    page.keyboard.press("Backspace")
    assert len(_value(page)) == 5


def test_a_tap_on_a_cell_changes_that_digit_and_the_ones_after_it(page: Page) -> None:
    page.keyboard.type("000000")
    page.locator(CELL).nth(2).click(force=True)
    expect(page.locator(CELL).nth(2)).to_have_class("is-here")
    page.keyboard.type("34")
    assert _value(page) == "003400"
    page.locator(CELL).nth(5).dblclick(force=True)
    page.keyboard.type("231541")
    assert _value(page) == "231541"


def test_a_phones_keyboard_that_sends_no_keys_types_over_it_too(page: Page) -> None:
    for digit in "000000231541":
        page.keyboard.insert_text(digit)
    assert _value(page) == "231541"


def test_a_paste_takes_the_place_of_a_full_code(page: Page) -> None:
    page.keyboard.type("000000")
    page.evaluate(
        """() => {
          const data = new DataTransfer();
          data.setData("text", "231 541 — код");
          const event = new ClipboardEvent("paste", { clipboardData: data, cancelable: true });
          document.querySelector("svet-code input").dispatchEvent(event);
        }"""
    )
    assert _value(page) == "231541"
