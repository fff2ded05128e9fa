"""A meter hangs where there is no network: what is entered there arrives, each set exactly once."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Locator, Page, expect

from svet.files.tests.pictures import photo
from tests.journeys.conftest import Demo
from tests.journeys.steps import add_account, register, sign_in, sign_out

pytestmark = pytest.mark.journey

# The request goes out and is served, but the page hears only that the connection broke.
LOSE_ANSWERS = """() => {
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function (body) {
    this.onload = () => this.onerror();
    send.call(this, body);
  };
}"""


def block_of(page: Page, pair: dict[str, str]) -> Locator:
    return page.locator("[id^=meter-]", has_text=f"ПУ № {pair['meter']}")


def enter(page: Page, pair: dict[str, str], more: int, *, picture: Path | None = None) -> None:
    """Raise every scale of the meter, add a photo if there is one, and press the button."""
    block = block_of(page, pair)
    if picture is not None:
        block.locator("input[type=file]").set_input_files(picture)
    again = block.locator("details:not([open]) > summary", has_text="Передать ещё раз")
    if again.count():
        again.click()
    for scale in block.locator("input.odometer__input").all():
        whole, _, part = scale.input_value().partition(",")
        scale.fill(str(int(whole) + more) + (f",{part}" if part else ""))
    block.get_by_role("button", name="Отправить новые показания").click()


def all_gone_out(page: Page, count: int) -> None:
    """Every set of the queue has been taken, the guard's questions answered on the way."""
    queue = page.locator("[data-kept]")
    told = queue.locator(".badge--success:visible, .badge--warning:visible")
    expect(told).to_have_count(count, timeout=15_000)
    sure = queue.get_by_role("button", name="Всё верно, отправить")
    while sure.count():
        before = sure.count()
        sure.first.click()
        expect(sure).to_have_count(before - 1)
    expect(queue.locator(".badge--success:visible")).to_have_count(count)


def sets_of(page: Page, pair: dict[str, str]) -> set[str]:
    """The receipt numbers of every set that the server has of this meter."""
    table = page.request.get("/history/export.csv").text()
    rows = [line.split(";") for line in table.splitlines()]
    return {row[-1] for row in rows if row[4] == pair["meter"]}


def test_two_sets_entered_without_a_network_become_two_readings(
    demo: Demo, open_page: Callable[..., Page], new_phone: Callable[[], str], tmp_path: Path
) -> None:
    picture = tmp_path / "meter.jpg"
    picture.write_bytes(photo(size=(1200, 900)))
    page, phone, neighbour = open_page(width=360, height=740), new_phone(), new_phone()
    register(page, demo, phone)
    first, second = demo.free_pair(), demo.free_pair()
    for pair in (first, second):
        add_account(page, pair)
    page.goto("/readings/")
    page.evaluate("navigator.serviceWorker.ready.then(() => caches.open('svet-seen'))")
    expect(block_of(page, first)).to_be_visible()
    before = {pair["meter"]: sets_of(page, pair) for pair in (first, second)}

    def arrived(pair: dict[str, str]) -> int:
        return len(sets_of(page, pair) - before[pair["meter"]])

    page.wait_for_function("async () => !!(await caches.match('/readings/'))")

    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Нет связи").first).to_be_visible()
    enter(page, first, 41, picture=picture)
    expect(page.get_by_role("heading", name="Ждут отправки: 1")).to_be_visible()
    enter(page, second, 57)
    queue = page.locator("[data-kept]")
    expect(page.get_by_role("heading", name="Ждут отправки: 2")).to_be_visible()
    expect(queue.get_by_role("listitem")).to_have_count(2)
    expect(queue.get_by_text(f"ПУ № {first['meter']}")).to_be_visible()
    expect(queue.get_by_text("ждут связи").first).to_be_visible()
    shown = queue.get_by_text("кВт·ч").first.inner_text()
    assert re.search(r"(?<![0-9])[0-9]{1,3}\u00a0[0-9]{3}\s", shown), "thousands as everywhere"
    # Pressing again is no second set.
    block_of(page, second).get_by_role("button", name="Отправить новые показания").click()
    expect(queue.get_by_role("listitem")).to_have_count(2)
    context = page.context
    page.close()

    context.set_offline(False)
    page = context.new_page()
    page.goto("/readings/")
    all_gone_out(page, 2)
    assert [arrived(pair) for pair in (first, second)] == [1, 1]
    page.locator("[data-kept]").get_by_role("link", name="Квитанция").first.click()
    expect(page.get_by_text(re.compile("^Введены"))).to_be_visible()
    # The photo waited with its set, though the tab was closed.
    shown = page.get_by_role("link", name="Открыть фото").get_attribute("href") or ""
    assert page.request.get(shown).headers["content-type"] == "image/jpeg"

    # The server takes the set, and the answer is lost on its way: one reading all the same.
    page.goto("/readings/")

    page.evaluate(LOSE_ANSWERS)
    enter(page, first, 3)
    all_gone_out(page, 3)
    assert arrived(first) == 2

    # Somebody else on the same phone neither sees nor sends what the first has entered.
    page.goto("/readings/")
    page.wait_for_function("async () => !!(await caches.match('/readings/'))")
    page.context.set_offline(True)
    page.reload()
    expect(page.get_by_text("Нет связи").first).to_be_visible()
    enter(page, second, 7)
    expect(page.get_by_role("heading", name="Ждут отправки: 1")).to_be_visible()
    expire(page, demo)
    page.context.set_offline(False)
    expect(page.get_by_text("На этом устройстве ждут отправки показания")).to_be_visible()
    register(page, demo, neighbour)
    page.goto("/readings/")
    expect(page.get_by_role("heading", name="Показания", exact=True)).to_be_visible()
    expect(page.locator("[data-kept]")).to_be_hidden()
    states = page.evaluate("svetKept.everybodys().then((sets) => sets.map((set) => set.state))")
    assert states.count("waiting") == 1
    sign_out(page)
    sign_in(page, phone)
    page.goto("/readings/")
    demo.wait_for(lambda: arrived(second) == 2, "the set of the one who signed in again")


def expire(page: Page, demo: Demo) -> None:
    """The session ends elsewhere: the browser's cookie opens nothing any more."""
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.context.add_cookies([c for c in cookies if c["name"] != "svet"])  # type: ignore[misc]
    assert httpx.get(f"{demo.url}/readings/kept/", timeout=10).json()["person"] == ""
