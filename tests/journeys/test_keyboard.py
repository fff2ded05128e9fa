"""The whole way with nothing but the keyboard: Tab, letters, Space and Enter."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.steps import PASSWORD, register, sign_out

pytestmark = pytest.mark.journey

FARTHEST = 90
#: What a screen reader would say about the element that has the focus.
FOCUSED = """() => {
  const part = document.activeElement;
  const label = part.labels?.[0]?.innerText ?? "";
  return (label || part.getAttribute("aria-label") || part.innerText || "").replace(/\\s+/g, " ").trim();
}"""


def go_to(page: Page, name: str) -> None:
    """Press Tab until something of this name has the focus, and be able to see where it is."""
    passed: list[str] = []
    for _ in range(FARTHEST):
        page.keyboard.press("Tab")
        said = str(page.evaluate(FOCUSED))
        if re.search(name, said):
            shown = page.evaluate("document.activeElement.matches(':focus-visible')")
            assert shown, f"{said} has the focus and does not show it"
            return
        passed.append(said)
    raise AssertionError(f"no {name!r} on the way: {passed}")


def press(page: Page, name: str) -> None:
    go_to(page, name)
    page.keyboard.press("Enter")


def write(page: Page, name: str, text: str) -> None:
    go_to(page, name)
    page.keyboard.type(text)


def write_code(page: Page, code: str) -> None:
    """The page of a code opens with the caret in its field."""
    expect(page.get_by_label(re.compile("^Код")).first).to_be_focused()
    page.keyboard.type(code)


def test_everything_can_be_done_from_the_keyboard(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str]
) -> None:
    page, phone, pair = open_page(), new_phone(), demo.free_pair()
    page.goto("/")
    write(page, "^Телефон", phone)
    write(page, "^Пароль", PASSWORD)
    for consent in ("Я принимаю", "персональных данных"):
        go_to(page, consent)
        page.keyboard.press("Space")
    press(page, "^Зарегистрироваться")
    page.wait_for_url("**/entrance/code/")
    write_code(page, demo.sms_code(phone))
    press(page, "^Подтвердить")
    page.wait_for_url("**/accounts/")

    press(page, "Добавить абонента")
    page.wait_for_url("**/accounts/add/**")
    write(page, "^Номер абонента", pair["account"])
    write(page, "^Номер прибора", pair["meter"])
    press(page, "^Сохранить")
    expect(page.get_by_text(pair["account"]).first).to_be_visible()

    press(page, "^Показания$")
    page.wait_for_url("**/readings/")
    go_to(page, "^(Круглосуточный|День|Пик)")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    press(page, "^Отправить новые показания")
    sure = page.get_by_role("button", name="Всё верно, отправить")
    done = page.get_by_text("Показания переданы")
    expect(sure.or_(done).first).to_be_visible()
    if sure.is_visible():
        press(page, "^Всё верно, отправить")
    expect(done.first).to_be_visible()
    # Whoever sent stands at what is said, and its links come next.
    expect(page.get_by_role("status").filter(has=done).first).to_be_focused()
    page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Подробнее"

    page.goto("/payment/")
    go_to(page, "^Оплатить абонента")
    if not page.locator("[data-pay-tick]").is_checked():
        page.keyboard.press("Space")
    go_to(page, "^К оплате")
    page.keyboard.press("Control+A")
    page.keyboard.type("300")
    write(page, "Куда прислать чек", "keyboard@town.example")
    press(page, "^Оплатить 300")
    page.wait_for_url(re.compile("/card/"))


def test_a_forgotten_password_and_the_sign_in_need_no_mouse(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str]
) -> None:
    page, phone = open_page(width=360, height=740), new_phone()
    register(page, demo, phone)
    sign_out(page)
    page.goto("/entrance/?tab=sign-in")
    press(page, "^Вспомнить пароль")
    page.wait_for_url("**/entrance/recover/")
    before = demo.sms_count(phone)
    write(page, "^Телефон", phone)
    press(page, "^Подтвердить")
    page.wait_for_url("**/entrance/recover/code/")
    write_code(page, demo.sms_code(phone, after=before))
    if "/code/" in page.url:  # six digits may have sent themselves
        press(page, "^Подтвердить")
    page.wait_for_url("**/entrance/recover/password/")
    write(page, "^Новый пароль", "Novyj-9pass")
    press(page, "^(Сохранить|Подтвердить)")
    page.wait_for_url(lambda url: "/recover/" not in url)
    page.context.clear_cookies()
    page.goto("/entrance/?tab=sign-in")
    write(page, "^Телефон", phone)
    write(page, "^Пароль", "Novyj-9pass")
    press(page, "^Войти$")
    page.wait_for_url("**/today/")
