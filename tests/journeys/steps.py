"""The steps of a journey, in the words a person sees on the page."""

from __future__ import annotations

import re
from typing import Any

import httpx
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo

PASSWORD = "Kx7mVq2p-Fonar"


def register(page: Page, demo: Demo, phone: str, password: str = PASSWORD) -> None:
    """From the first page to an empty cabinet."""
    page.goto("/")
    if not page.get_by_role("button", name="Зарегистрироваться").is_visible():
        page.get_by_role("link", name="Регистрация").click()  # somebody was signed in here before
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
    expect(page.get_by_role("button", name="Войти")).to_be_visible()


def sign_in(page: Page, phone: str, password: str = PASSWORD) -> None:
    page.goto("/entrance/?tab=sign-in")
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(password)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("link", name="Показания").first).to_be_visible()


def employee(demo: Demo, role: str) -> dict[str, Any]:
    """A ready sign-in of the town's office, with the code its application shows now."""
    staff = httpx.get(f"{demo.url}/sandbox/town.json", timeout=10).json()["staff"]
    return dict(next(one for one in staff if one["role"] == role))


def at_the_desks(page: Page, demo: Demo, role: str) -> None:
    """Sign in to the office with both factors."""
    who = employee(demo, role)
    page.goto("/staff/sign-in/")
    page.get_by_label("Рабочий телефон").fill(who["phone"])
    page.get_by_label("Пароль", exact=True).first.fill(who["password"])
    page.get_by_role("button", name="Дальше").click()
    expect(page.get_by_label("Код из приложения")).to_be_attached()
    show_code(page, employee(demo, role)["code"])


def show_code(page: Page, code: str) -> None:
    """Answer the second step of the office."""
    page.get_by_label("Код из приложения").fill(code)
    confirm = page.get_by_role("button", name="Подтвердить")
    if confirm.count() and confirm.first.is_visible():
        confirm.first.click()
    expect(page.get_by_role("heading", name="Очереди")).to_be_visible()
