"""A network from which half a town signs in: the browser computes while one types, nobody is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.steps import PASSWORD, register, sign_out

pytestmark = pytest.mark.journey

_FILL = """
from datetime import timedelta
from django.utils import timezone
from svet.limits.models import Bucket
from svet.limits.queries import current_limit
from svet.limits.rules import LimitName
now = timezone.now()
limit = LimitName.SIGN_IN_PER_NETWORK
spent = {"spent": current_limit(limit).amount, "started_at": now, "free_at": now}
spent["resets_at"] = now + timedelta(hours=1)
Bucket.objects.update_or_create(name=limit.value, key="127.0.0.1", defaults=spent)
"""
_EMPTY = "DELETE FROM limits_bucket WHERE name = 'sign_in_per_network' AND key = '127.0.0.1'"


@pytest.fixture
def make_busy(demo: Demo) -> Iterator[Callable[[], None]]:
    def run() -> None:
        done = demo.svet("manage", "shell", "-c", _FILL)
        assert done.returncode == 0, done.stderr

    yield run
    with psycopg.connect((demo.data / "run" / "database.url").read_text("utf-8")) as connection:
        connection.execute(_EMPTY)


def test_who_is_quicker_than_the_computing_waits_and_comes_in(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str], make_busy: Callable[[], None]
) -> None:
    page, phone = open_page(width=360, height=740), new_phone()
    register(page, demo, phone)
    sign_out(page)
    # The browser has been known since: computing is asked of strangers.
    page.context.clear_cookies()
    make_busy()
    page.goto("/entrance/?tab=sign-in")
    expect(page.get_by_text("Сейчас из вашей сети много обращений")).to_be_visible()
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Показания").first).to_be_visible(timeout=60_000)


def test_without_javascript_it_says_how_long_to_wait_and_keeps_the_phone(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str], make_busy: Callable[[], None]
) -> None:
    page, phone = open_page(width=360, height=740, javascript=False), new_phone()
    register(page, demo, phone)
    sign_out(page)
    page.context.clear_cookies()
    make_busy()
    page.goto("/entrance/?tab=sign-in")
    expect(page.get_by_text("отправьте форму не раньше чем через")).to_be_visible()
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_label("Пароль", exact=True).first.fill(PASSWORD)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_text("Форма пока не отправлена")).to_be_visible()
    assert phone[-4:] in "".join(filter(str.isdigit, page.get_by_label("Телефон").first.input_value()))
    page.get_by_label("Пароль", exact=True).first.fill(PASSWORD)
    page.wait_for_timeout(21_000)
    page.get_by_role("button", name="Войти").click()
    expect(page.get_by_role("link", name="Показания").first).to_be_visible()
