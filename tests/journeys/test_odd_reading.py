"""An odd reading never ends at a wall: confirmed, proved by a photo, judged, and followed like a parcel."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from svet.files.tests.pictures import photo
from tests.journeys.conftest import Demo
from tests.journeys.steps import add_account, at_the_desks, register

pytestmark = pytest.mark.journey


def test_odd_reading_is_confirmed_photographed_judged_and_followed(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str], tmp_path: Path
) -> None:
    picture = tmp_path / "meter.jpg"
    picture.write_bytes(photo(size=(1200, 900)))
    page = open_page(width=390, height=844)
    register(page, demo, new_phone())
    pair = demo.free_pair()
    add_account(page, pair)
    receipt = send_beyond_belief(page, pair, picture)
    page.get_by_role("link", name="Что происходит и что можно сделать").click()
    expect(page.get_by_role("heading", name="Показания на проверке")).to_be_visible()
    expect(page.get_by_text("Решение сотрудника")).to_be_visible()
    track = page.url
    accept_at_the_desk(open_page(), demo, receipt)
    page.goto(track)
    expect(page.get_by_role("heading", name="Показания переданы")).to_be_visible()
    steps = page.locator(".steps").first
    for text in ("Получены", "На проверке", "Приняты", "сотрудник компании", "Счёт за"):
        expect(steps).to_contain_text(text)
    assert (
        page.request.get(page.get_by_role("link", name="Открыть фото").get_attribute("href") or "").status
        == 200
    )
    page.goto("/bell/")
    expect(page.get_by_text(re.compile(receipt)).first).to_be_visible()


def send_beyond_belief(page: Page, pair: dict[str, str], picture: Path) -> str:
    """Type far more than any line can carry, answer the guard, add a photo; says the receipt."""
    page.goto("/readings/")
    block = page.locator("[id^=meter-]", has_text=f"ПУ № {pair['meter']}")
    for scale in block.locator("input.odometer__input").all():
        whole, comma, part = scale.input_value().partition(",")
        scale.fill(f"{int(whole) // 2 + 10 ** len(whole) // 2}{comma}{part}")
    block.get_by_role("button", name="Отправить новые показания").click()
    expect(block.get_by_role("button", name="Всё верно, отправить")).to_be_visible()
    block.locator("input[type=file]").set_input_files(picture)
    block.get_by_role("button", name="Всё верно, отправить").click()
    number = block.get_by_text(re.compile("Номер квитанции о приёме"))
    expect(number).to_be_visible()
    found = re.search(r"П-[0-9A-Z]{4}-[0-9A-Z]{4}", number.inner_text())
    assert found is not None
    return found[0]


def accept_at_the_desk(page: Page, demo: Demo, receipt: str) -> None:
    """Olga signs in with both factors, sees the digits beside the photo, and accepts."""
    at_the_desks(page, demo, "operator")
    page.get_by_role("link", name=re.compile("Проверка показаний")).first.click()
    card = page.locator("section.card", has_text=receipt)
    proof = card.locator("img.proof")
    proof.scroll_into_view_if_needed()
    assert page.request.get(proof.get_attribute("src") or "").headers["content-type"] == "image/jpeg"
    card.get_by_role("button", name="Принять", exact=True).click()
    expect(page.get_by_text(re.compile(f"{receipt} решены"))).to_be_visible()
