"""Somebody deletes their cabinet: the last word comes, nothing opens any more, the phone is free again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.steps import PASSWORD, add_account, register

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without-javascript"])
def test_a_cabinet_is_deleted_and_can_be_opened_anew(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str], javascript: bool
) -> None:
    page, phone = open_page(width=360, height=740, javascript=javascript), new_phone()
    register(page, demo, phone)
    pair = demo.free_pair()
    add_account(page, pair)
    page.goto("/profile/data/")
    page.get_by_role("link", name="Подробнее и удалить").click()
    page.get_by_role("button", name="Удалить кабинет").click()
    expect(page.get_by_text("Введите пароль")).to_be_visible()
    page.locator("[name=password]").fill(PASSWORD)
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Удалить кабинет").click()
    page.wait_for_url("**/entrance/**")
    said = demo.wait_for(lambda: demo.sms_with(phone, "кабинет удалён"), "the last word")
    assert "Не вы?" in said

    page.goto("/accounts/")
    expect(page.get_by_role("button", name="Войти").first).to_be_attached()
    page.goto("/entrance/?tab=sign-in")
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("alert").first).to_be_visible()

    page.context.clear_cookies()
    register(page, demo, phone)
    page.goto("/accounts/")
    expect(page.get_by_text(pair["account"])).to_have_count(0)
    add_account(page, pair)
