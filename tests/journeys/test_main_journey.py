"""From a phone number to a paid, explained bill: what Svet exists for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ANCHOR, Demo
from tests.journeys.steps import add_account, register, sign_in, sign_out, type_code

pytestmark = pytest.mark.journey

VISITORS = [
    pytest.param({"javascript": True, "width": 1280}, id="desktop"),
    pytest.param({"javascript": False, "width": 360, "height": 740}, id="phone-without-javascript"),
    pytest.param({"javascript": True, "width": 360, "height": 740}, id="phone"),
]


@pytest.fixture(scope="module")
def proved(demo: Demo) -> Iterator[None]:
    """Behind the last of them the whole town is proved, once."""
    yield
    done = demo.svet("verify")
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.usefixtures("proved")
@pytest.mark.parametrize("visitor", VISITORS)
def test_from_a_phone_number_to_a_paid_explained_bill(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str], visitor: dict[str, int]
) -> None:
    page, phone = open_page(**visitor), new_phone()
    mailbox = f"{phone.lstrip('+')}@town.example"
    register(page, demo, phone)
    first, second = demo.free_pair(), demo.free_pair()
    add_account(page, first)
    add_account(page, second)
    send_reading(page, first)
    read_the_bill(page, demo, first)
    pay_for_both(page, mailbox)
    see_it_everywhere(page, demo, mailbox)
    recover_password(page, demo, phone)


def send_reading(page: Page, pair: dict[str, str]) -> None:
    """Raise every scale by a believable number, look at the cost, send, find it in the history."""
    page.goto("/readings/")
    block = page.locator("[id^=meter-]", has_text=f"ПУ № {pair['meter']}")
    expect(block).to_be_visible()
    for scale in block.locator("input.odometer__input").all():
        whole, _, part = scale.input_value().partition(",")
        shown = re.sub(r"[^0-9]", "", whole)
        scale.fill(str(int(shown) + 61) + (f",{part}" if part else ""))
    send = block.get_by_role("button", name="Отправить новые показания")
    send.click()
    sure = page.get_by_role("button", name="Всё верно, отправить")
    done = page.get_by_text("Показания переданы")
    expect(sure.or_(done).first).to_be_visible()
    if sure.is_visible():
        sure.click()
    expect(done.first).to_be_visible()
    expect(page.get_by_text(re.compile("Номер квитанции")).first).to_be_visible()
    page.goto("/history/")
    expect(page.get_by_text(re.compile("Показания от")).first).to_be_visible()
    expect(page.get_by_text(f"аб. № {pair['account']}").first).to_be_visible()


def read_the_bill(page: Page, demo: Demo, pair: dict[str, str]) -> None:
    """The month is charged by the command; the bill explains itself and prints."""
    done = demo.svet("bill", "--period", ANCHOR, "--before-cut-off")
    assert done.returncode == 0, done.stderr
    page.goto("/payment/")
    card = page.locator("article", has_text=pair["account"])
    card.get_by_role("link", name="Детализация расчётов").click()
    expect(page.get_by_text(re.compile("кВт·ч")).first).to_be_visible()
    pdf = page.get_by_role("link", name=re.compile("PDF")).first
    address = pdf.get_attribute("href")
    assert address is not None
    answer = page.request.get(address)
    assert answer.status == 200
    assert answer.body().startswith(b"%PDF")


def pay_for_both(page: Page, mailbox: str) -> None:
    """One button for two accounts, by way of the bank's own page."""
    page.goto("/payment/")
    rows = page.locator("[data-pay-row]")
    expect(rows).to_have_count(2)
    for row, amount in zip(rows.all(), ("300,00", "35,38"), strict=True):
        row.locator("input[type=checkbox]").check()
        row.get_by_label("К оплате").fill(amount)
    page.get_by_label("Куда прислать чек").fill(mailbox)
    page.get_by_role("button", name=re.compile("^Оплатить")).click()
    page.wait_for_url(re.compile("/card/"))
    pay_with_a_test_card(page)
    page.wait_for_url(re.compile("/payment/orders/"))
    expect(page.get_by_text("335,38").first).to_be_visible()
    wait_until_credited(page)


def pay_with_a_test_card(page: Page) -> None:
    page.get_by_label("Номер карты").fill("2202474301322987")
    page.get_by_label(re.compile("Срок|Действует|Месяц")).first.fill("12/30")
    page.get_by_label(re.compile("CVC|CVV")).first.fill("123")
    page.get_by_role("button", name=re.compile("Оплатить|Заплатить")).first.click()


def wait_until_credited(page: Page) -> None:
    credited = page.get_by_text(re.compile("[Зз]ачислен[оы]? |Зачислено|Оплачено")).first
    for _ in range(30):
        if credited.is_visible():
            return
        page.wait_for_timeout(500)
        page.reload()
    expect(credited).to_be_visible()


def see_it_everywhere(page: Page, demo: Demo, mailbox: str) -> None:
    """In the history, under the bell, in the mailbox; that balances have moved once is proved for all."""
    page.goto("/history/")
    expect(page.get_by_text("Проведен").first).to_be_visible()
    expect(page.get_by_text("335,38").first).to_be_visible()
    page.goto("/bell/")
    expect(page.get_by_text(re.compile("335,38")).first).to_be_visible()
    letter = demo.mail(mailbox, "Квитанция об оплате")
    assert "300,00" in letter["text"]


def recover_password(page: Page, demo: Demo, phone: str) -> None:
    sign_out(page)
    page.get_by_role("link", name="Вход").or_(page.get_by_role("tab", name="Вход")).first.click()
    page.get_by_role("link", name="Вспомнить пароль").click()
    before = demo.sms_count(phone)
    page.get_by_label("Телефон").first.fill(phone)
    page.get_by_role("button", name="Подтвердить").click()
    type_code(page, demo.sms_code(phone, after=before))
    page.get_by_label(re.compile("Новый пароль")).first.fill("Novyj-9pass")
    repeat = page.get_by_label(re.compile("Повтор"))
    if repeat.count():
        repeat.first.fill("Novyj-9pass")
    page.get_by_role("button", name=re.compile("Сохранить|Подтвердить")).first.click()
    expect(page.get_by_label(re.compile("Новый пароль"))).to_have_count(0)
    page.context.clear_cookies()
    sign_in(page, phone, "Novyj-9pass")
