"""The steps of a journey, in the words a person sees on the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo

PASSWORD = "Kx7mVq2p-Fonar"


def register(page: Page, demo: Demo, phone: str, password: str = PASSWORD) -> None:
    """From the first page to an empty cabinet."""
    page.goto("/")
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(password)
    page.get_by_label(re.compile("Я принимаю")).first.check()
    page.get_by_label(re.compile("персональных данных")).first.check()
    page.get_by_role("button", name="Зарегистрироваться").click()
    type_code(page, demo.sms_code(phone))
    # Going on before the answer has come would call it off.
    expect(page.get_by_role("link", name="Показания").first).to_be_visible()


def type_code(page: Page, code: str) -> None:
    page.get_by_label(re.compile("Код")).first.fill(code)
    confirm = page.get_by_role("button", name="Подтвердить")
    if confirm.count() and confirm.first.is_visible():
        confirm.first.click()


def add_account(page: Page, pair: dict[str, str]) -> None:
    """Attach an account by the two numbers on its bill."""
    page.goto("/accounts/add/")
    page.get_by_role("textbox", name="Номер абонента").fill(pair["account"])
    page.get_by_role("textbox", name="Номер прибора учёта").fill(pair["meter"])
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text(pair["account"]).first).to_be_visible()


def sign_out(page: Page) -> None:
    page.goto("/profile/")
    page.get_by_role("button", name="Выйти из аккаунта").first.click()
    expect(page.get_by_role("button", name="Зарегистрироваться")).to_be_visible()


def sign_in(page: Page, phone: str, password: str = PASSWORD) -> None:
    page.goto("/entrance/?tab=sign-in")
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(password)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("link", name="Показания").first).to_be_visible()
