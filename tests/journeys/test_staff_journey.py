"""A working day: the administrator takes somebody on, who connects an application and finds an account."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from svet.people.operations import totp_code
from tests.journeys.conftest import Demo
from tests.journeys.steps import employee, show_code

pytestmark = pytest.mark.journey
PASSWORD, OWN_PASSWORD = "Nov1chok-tabl", "Svoi-klyuch-77"


def enter(page: Page, phone: str, password: str) -> None:
    page.goto("/staff/")
    page.get_by_label("Рабочий телефон").fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(password)
    page.get_by_role("button", name="Дальше").click()
    expect(page.get_by_label("Код из приложения")).to_be_attached()


def test_a_new_colleague_is_taken_on_and_opens_an_account(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str]
) -> None:
    phone, boss = new_phone(), employee(demo, "security")
    page = open_page(javascript=True, width=1280)
    enter(page, boss["phone"], boss["password"])
    show_code(page, employee(demo, "security")["code"])
    page.wait_for_load_state()  # the keys are a module of the page's, which comes after its words
    page.keyboard.press("g")
    page.keyboard.press("m")
    expect(page.get_by_role("heading", name="Принять сотрудника")).to_be_visible()
    new = page.locator("#new")
    for label, value in (("Фамилия", "Новикова"), ("Имя", "Инна"), ("Рабочий телефон", phone)):
        new.get_by_label(label).fill(value)
    new.get_by_label("Первый пароль").fill(PASSWORD)
    new.get_by_label("Причина").fill("приказ о приёме")
    new.get_by_role("button", name="Принять").click()
    expect(page.get_by_text("Сотрудник принят")).to_be_visible()
    page.get_by_role("button", name="Выйти").click()

    colleague = open_page(javascript=False, width=360, height=740)
    enter(colleague, phone, PASSWORD)
    secret = colleague.locator(".code-secret").inner_text().replace(" ", "")
    # What an application would show for it.
    colleague.get_by_label("Код из приложения").fill(totp_code(secret=secret, now=timezone.now()))
    colleague.get_by_role("button", name="Подтвердить").click()
    # The first password was somebody else's: an own one opens the desks.
    colleague.get_by_label("Текущий пароль").fill(PASSWORD)
    for label in ("Новый пароль", "Новый пароль ещё раз"):
        colleague.get_by_label(label, exact=True).fill(OWN_PASSWORD)
    colleague.get_by_role("button", name="Сохранить").click()
    expect(colleague.get_by_role("heading", name="Очереди")).to_be_visible()
    colleague.get_by_role("searchbox").fill(demo.town["sign_ins"][0]["phone"])
    colleague.get_by_role("button", name="Найти").click()
    colleague.get_by_role("cell").get_by_role("link").first.click()
    expect(colleague.get_by_role("heading", name="У кого в кабинете")).to_be_visible()
    expect(colleague.get_by_text("Счёт открыт сотрудником").first).to_be_visible()
    _sees_with_the_customers_eyes(colleague)
    colleague.goto("/staff/members/")
    expect(colleague.get_by_role("heading", name="не для вашей роли")).to_be_visible()


def _sees_with_the_customers_eyes(page: Page) -> None:
    """From an account's page: why, the banner on each page, a form that sends nothing, and the way out."""
    page.get_by_role("link", name="Подтвердить, закрыть доступ").click()
    back = page.url
    card = page.locator("section", has=page.get_by_role("button", name="Посмотреть глазами клиента")).first
    card.get_by_role("button", name="Посмотреть глазами клиента").click()
    expect(page.get_by_text("Напишите причину").first).to_be_visible()
    card.get_by_label("Причина").fill("звонит: не видит показаний")
    card.get_by_role("button", name="Посмотреть глазами клиента").click()
    banner = page.get_by_text("Вы смотрите глазами клиента")
    for item in ("Оплата", "Показания"):
        page.get_by_role("link", name=item, exact=True).last.click()
        expect(page.get_by_role("heading", level=1, name=item)).to_be_visible()
        expect(banner).to_be_visible()
    page.get_by_role("button", name=re.compile("^Отправить")).first.click()
    expect(page.get_by_role("heading", name="Изменить ничего нельзя")).to_be_visible()
    page.get_by_role("button", name="Закончить просмотр").click()
    expect(page).to_have_url(back)
