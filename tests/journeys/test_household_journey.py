"""Anna owns an account, Boris is let in by her, Vera comes by the bill: each gets just that."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Demo
from tests.journeys.steps import at_the_desks, register, sign_in

pytestmark = pytest.mark.journey


@dataclass(frozen=True, slots=True)
class Home:
    """What Anna sees of her account, and others may or may not."""

    path: str
    account: str
    meter: str
    address: str
    holder: str

    @property
    def flat(self) -> str:
        """The part of the address that is hidden from strangers."""
        return self.address.rsplit(",", 1)[-1].strip()


def test_an_owner_lets_in_one_and_turns_away_another(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str]
) -> None:
    anna, boris, vera = open_page(width=360, height=740), open_page(), open_page(width=360, height=740)
    home = come_home(anna, demo)
    phone = new_phone()
    invite(anna, home, phone)
    register(boris, demo, phone)
    accept(boris, demo, home, phone)
    may_read_and_send_but_not_rule(boris, home)
    register(vera, demo, new_phone())
    come_by_the_numbers(vera, home)
    this_is_not_me(anna, home)
    assert status(vera, home.path) == 404
    close_for_good(open_page(), demo, home)
    revoke(anna, home, phone)
    assert status(boris, home.path) == 404
    expect(boris.get_by_text(home.account)).to_have_count(0)


def status(page: Page, path: str) -> int:
    """What the server says to somebody who types the address."""
    answer = page.goto(path)
    assert answer is not None
    return answer.status


def come_home(page: Page, demo: Demo) -> Home:
    """Anna is in the registry with her phone, so her own account shows itself whole."""
    ready: dict[str, Any] = demo.town["sign_ins"][0]
    sign_in(page, ready["phone"], ready["password"])
    page.goto("/payment/")
    expect(page.locator("article").get_by_label("К оплате").first).to_be_visible()
    page.goto("/accounts/")
    page.get_by_role("link", name=re.compile("Аб. №")).first.click()
    expect(page.get_by_role("heading", name="Приборы учёта")).to_be_visible()
    words = page.locator("main").inner_text()
    account = re.search(r"Аб\. №\s*([0-9]{10})", words)
    meter = re.search(r"приборе учета №\s*([0-9]+)", words)
    assert account is not None
    assert meter is not None
    address, holder = page.locator(".account__address").all_inner_texts()
    return Home(re.sub(r"^https?://[^/]+", "", page.url), account[1], meter[1], address, holder)


def invite(page: Page, home: Home, phone: str) -> None:
    """Boris may see and send readings; neither pay nor rule."""
    page.goto(f"{home.path}household/")
    card = page.locator("section.card", has=page.get_by_role("heading", name="Пригласить"))
    card.get_by_label(re.compile("Телефон")).fill(phone)
    card.get_by_label("Передавать показания").check()
    card.get_by_label("Платить").uncheck()
    card.get_by_role("button", name="Отправить приглашение").click()
    expect(page.get_by_text("Приглашение отправлено по SMS")).to_be_visible()
    expect(page.get_by_role("heading", name="Ждут ответа")).to_be_visible()


def accept(page: Page, demo: Demo, home: Home, phone: str) -> None:
    """The link of the SMS opens the invitation in the cabinet of that phone."""
    link = str(demo.wait_for(lambda: demo.sms_link(phone), "an SMS with a link"))
    page.goto(link)
    expect(page.get_by_role("heading", name="Вас приглашают к лицевому счёту")).to_be_visible()
    page.get_by_role("button", name="Принять").click()
    expect(page.get_by_text("Лицевой счёт теперь в вашем кабинете")).to_be_visible()
    expect(page.get_by_text(home.holder).first).to_be_visible()
    expect(page.get_by_text(home.address).first).to_be_visible()


def may_read_and_send_but_not_rule(page: Page, home: Home) -> None:
    page.goto("/readings/")
    block = page.locator("[id^=meter-]", has_text=f"ПУ № {home.meter}")
    expect(block.get_by_role("button", name=re.compile("Отправить")).first).to_be_visible()
    assert status(page, f"{home.path}household/") == 404
    page.goto(home.path)
    expect(page.get_by_text("Способ получения счета выбирает владелец")).to_be_visible()
    expect(page.locator("#delivery").get_by_role("button", name="Сохранить")).to_have_count(0)
    page.goto("/payment/")
    expect(page.get_by_text(home.account).first).to_be_visible()
    expect(page.locator("article", has_text=home.account).get_by_label("К оплате")).to_have_count(0)


def come_by_the_numbers(page: Page, home: Home) -> None:
    """Vera found the bill in the mailbox: she gets sums, and neither name nor flat anywhere."""
    page.goto("/accounts/add/")
    page.get_by_role("textbox", name="Номер абонента").fill(home.account)
    page.get_by_role("textbox", name="Номер прибора учёта").fill(home.meter)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_text(home.account).first).to_be_visible()
    surname = home.holder.split()[0]
    for path in (home.path, "/accounts/", "/payment/", "/readings/", "/history/", "/bills/", "/bell/"):
        page.goto(path)
        words = page.locator("body").inner_text()
        assert surname not in words, path
        assert home.address not in words, path
        assert home.flat not in re.findall(r"\bкв\. ?[0-9]+", words), path
    page.goto(home.path)
    expect(page.get_by_text("Имя и номер квартиры скрыты").first).to_be_visible()


def this_is_not_me(page: Page, home: Home) -> None:
    """The owner is told of the newcomer, and shuts the door with one press."""
    page.goto("/bell/")
    notice = page.locator("li.event", has_text="Лицевой счёт добавлен в личный кабинет").first
    notice.get_by_role("button", name=re.compile("Открыть")).click()
    expect(page.get_by_role("heading", name="Кто ещё видит этот счёт")).to_be_visible()
    newest = page.get_by_role("listitem").filter(has_text="Кабинет другого человека").last
    newest.get_by_role("button", name="Это не я").click()
    expect(newest).to_contain_text("доступ закрыт до проверки")


def close_for_good(page: Page, demo: Demo, home: Home) -> None:
    """The complaint waits at a desk, where Olga closes the cabinet's access with a reason."""
    at_the_desks(page, demo, "operator")
    page.goto("/staff/links/")
    page.get_by_role("link", name=home.account).first.click()
    card = page.locator("section.card", has=page.locator(".badge", has_text="«это не я»")).last
    card.get_by_label("Причина").fill("владелец не знает этого человека")
    card.get_by_role("button", name="Закрыть насовсем").click()
    expect(page.get_by_text("Сохранено. Человеку придёт уведомление.")).to_be_visible()


def revoke(page: Page, home: Home, phone: str) -> None:
    """Boris, whom she knows by his number, loses what she gave."""
    page.goto(f"{home.path}household/")
    cards = page.locator("section.card")
    numbers = [re.sub(r"[^0-9]", "", words) for words in cards.locator("h2").all_inner_texts()]
    cards.nth(numbers.index(phone.lstrip("+"))).get_by_role("button", name="Закрыть доступ").click()
    expect(page.get_by_text("Доступ закрыт.")).to_be_visible()
