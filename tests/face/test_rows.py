"""A family of thirteen accounts on a phone: how long pages are, how high a row, what keys and ticks do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.metering.models import Meter
from svet.metering.rules import Scheme, zones_of
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.tests.factories import make_card, owe
from svet.people.models import Person
from svet.people.tests.factories import make_person
from tests.face.beside import Undone, _django_db_helper, undone  # noqa: F401
from tests.face.looking import look_over
from tests.face.rendering import Sheet, Stage, sheet_of, stage
from tests.face.states import signed_in

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

SCREEN = 740
ROW = 72
ACCOUNTS = 13
JUDGED = "judged"
PATHS = ("/payment/", "/readings/", "/readings/all/", "/accounts/")
ASKED = "asked"
MANY = "many"


def family() -> Person:
    """Three groups, every third account paid, one of them a house of two zones, a bound card."""
    person = make_person()
    groups = [None, make_group(person=person, name="Мама"), make_group(person=person, name="Сдаю")]
    for number in range(ACCOUNTS):
        account, group = make_account(), groups[number // 5]
        alias = "Мамина квартира" if number % 2 else ""
        make_link(
            person=person,
            account=account,
            confirmed=True,
            alias=alias,
            **({} if group is None else {"group": group}),
        )
        if number % 3:
            owe(account, 12_345_67)
        meter = make_meter(
            account=account, scheme=Scheme.DAY_NIGHT if number == 4 else Scheme.SINGLE, initial=0
        )
        values = dict.fromkeys(zones_of(meter.scheme), Decimal(1234))
        make_reading(meter, values, read_on=timezone.localdate() - timedelta(days=40))
    make_card(person=person)
    return person


def landlord() -> Person:
    """So many debts that a part of them is drawn: a group wholly, one in part, one not at all."""
    person = make_person()
    for number in range(3):
        group = make_group(person=person, name=f"Дом {number}")
        for _ in range(12):
            account = make_account()
            make_link(person=person, account=account, confirmed=True, group=group)
            owe(account, 100_00)
    return person


def table_of(person: Person) -> SimpleUploadedFile:
    """A filled table with something right, something odd, something wrong and something of nobody's."""
    meters = Meter.objects.filter(account__link__person=person, scheme=Scheme.SINGLE).order_by("pk")
    lines = [
        f"{meter.public_id};{meter.account.number};{meter.serial};{value}"
        for meter, value in zip(meters, ("1300", "99999", "12", "1234", "1,5"), strict=False)
    ]
    text = "\r\n".join(["Код;Лицевой счёт;Прибор учёта;Новые показания", *lines, "чужой;1;2;3"])
    return SimpleUploadedFile("readings.csv", text.encode("cp1251"))


def typed(person: Person, client: Client) -> dict[str, str]:
    """Into the fields of the rows: something right, odd, wrong, lower, unchanged; the rest is left empty."""
    page = client.get("/readings/all/").content.decode()
    keys = dict(re.findall(r'name="(\w+)-key" value="([^"]+)"', page))
    singles = Meter.objects.filter(account__link__person=person, scheme=Scheme.SINGLE).order_by("-pk")
    data = {f"{public_id}-key": key for public_id, key in keys.items()} | {"act": "new"}
    for meter, value in zip(singles, ("1300", "99999", "1,5", "12", "1234"), strict=False):
        data[f"{meter.public_id}-value-single"] = value
    return data


def sheets() -> dict[str, Sheet]:
    person = family()
    client = signed_in(person)
    found = {path: sheet_of(path, path, client.get(path)) for path in (*PATHS, "/readings/file/")}
    judged = client.post("/readings/file/", {"file": table_of(person)})
    found[JUDGED] = sheet_of(JUDGED, "/readings/file/", judged)
    found[ASKED] = sheet_of(ASKED, "/readings/all/", client.post("/readings/all/", typed(person, client)))
    found["/payment/?show=debts"] = sheet_of("debtors", "/payment/", client.get("/payment/?show=debts"))
    many = landlord()
    found[MANY] = sheet_of(MANY, "/payment/", signed_in(many).get("/payment/"))
    return {path: sheet for path, sheet in found.items() if sheet is not None}


@pytest.fixture(scope="module")
def opened(undone: Undone) -> Iterator[tuple[Stage, dict[str, Sheet]]]:  # noqa: F811
    """One browser for all tests."""
    made = undone(sheets)
    with stage() as shown:
        yield shown, made


@pytest.fixture
def show(opened: tuple[Stage, dict[str, Sheet]]) -> Callable[[str], Page]:
    """Open a page on a phone."""
    shown, made = opened
    shown.anew()

    def shown_on_phone(path: str) -> Page:
        page = shown.show(made[path])
        page.set_viewport_size({"width": 360, "height": SCREEN})
        return page

    return shown_on_phone


def heights(page: Page) -> list[float]:
    found: list[float] = page.evaluate(
        """() => [...document.querySelectorAll(".line, .all__row")].filter((row) => row.checkVisibility())
             .map((row) => row.getBoundingClientRect().height)"""
    )
    return found


def test_payment_of_thirteen_accounts_is_two_and_a_half_screens(show: Callable[[str], Page]) -> None:
    page = show("/payment/")
    assert page.evaluate("document.documentElement.scrollHeight") <= 2.5 * SCREEN
    rows = heights(page)
    assert len(rows) >= 8
    assert max(rows) <= ROW
    assert min(rows) >= 44


@pytest.mark.parametrize("path", PATHS)
def test_a_row_is_a_target_and_no_taller_than_a_finger_needs(show: Callable[[str], Page], path: str) -> None:
    page = show(path)
    page.evaluate("document.querySelectorAll('.group').forEach(group => group.open = true)")
    rows = heights(page)
    assert len(rows) >= 8
    assert max(rows) <= ROW
    assert min(rows) >= 44


@pytest.mark.parametrize("width", [320, 360])
def test_a_long_sum_never_hides_which_house_and_flat_it_is(show: Callable[[str], Page], width: int) -> None:
    """Neighbours differ by nothing else: «ул. Полу…, д. 108/2, …» was every one of them."""
    page = show("/payment/?show=debts")
    page.set_viewport_size({"width": width, "height": SCREEN})
    whole: list[bool] = page.evaluate(
        """() => [...document.querySelectorAll(".line__fit")]
             .filter((each) => each.closest("summary").checkVisibility()).map((each) => {
               const [street, house] = each.children;
               street.textContent = "ул. Полуденная,";
               house.textContent = "д.\u00a0108/2, кв.\u00a0117";
               const sum = each.closest(".line__top").querySelector(".line__sum");
               sum.textContent = "112\u00a0345,67\u00a0₽";
               const [own, box] = [house, each.closest("summary")].map((one) => one.getBoundingClientRect());
               const uncut = house.scrollWidth <= house.clientWidth && own.right <= box.right - 30;
               return uncut && own.height < 24;
             })"""
    )
    assert whole
    assert all(whole)
    if width == 360:
        assert max(heights(page)) <= ROW


@pytest.mark.parametrize("path", [*PATHS, "/payment/?show=debts", "/readings/file/", JUDGED, ASKED, MANY])
def test_pages_of_many_accounts_can_be_used_by_everybody(show: Callable[[str], Page], path: str) -> None:
    page = show(path)
    page.evaluate("document.querySelectorAll('.group').forEach(group => group.open = true)")
    wrong = look_over(page, path, looks=[(360, "light"), (1440, "dark")], frame=False, known=set())
    assert not wrong, "\n".join(wrong)


def test_the_footer_is_two_lines_on_a_phone(show: Callable[[str], Page]) -> None:
    page = show("/payment/")
    parts = ".foot__who > p, .foot__links > :not([href='/sandbox/'])"
    tops: list[float] = page.evaluate(
        "(parts) => [...document.querySelectorAll(parts)].map(part => part.getBoundingClientRect().top)",
        parts,
    )
    assert len(tops) >= 4  # hotline, help, what works, signing out
    assert len({round(top / 20) for top in tops}) == 2


def test_on_a_desktop_the_rows_are_one_table(show: Callable[[str], Page]) -> None:
    """Names, addresses, numbers, notes and sums stand under one another, one line each."""
    page = show("/payment/")
    page.set_viewport_size({"width": 1440, "height": 900})
    for part in ("name", "place", "number", "note", "sum"):
        edges = page.evaluate(
            f"""() => [...new Set([...document.querySelectorAll(".line__{part}")]
                 .filter((cell) => cell.checkVisibility())
                 .map((cell) => Math.round(cell.getBoundingClientRect()
                   ["{"right" if part in ("note", "sum") else "left"}"])))]"""
        )
        assert len(edges) == 1, (part, edges)
    assert max(heights(page)) <= 56
    uncut = page.evaluate(
        """() => {
          const names = [...document.querySelectorAll(".line__place:empty")]
            .map((place) => place.closest("summary").querySelector(".line__name"))
            .filter((name) => name.checkVisibility());
          names.forEach((name) => { name.textContent = "ул. Верхняя Плотина, д. 108/2, кв. 117"; });
          return names.map((name) => name.scrollWidth <= name.clientWidth && name.clientHeight < 30);
        }"""
    )
    assert uncut
    assert all(uncut), "a street takes the room of the column that has nothing to say"


def test_a_group_and_everything_are_ticked_at_once(show: Callable[[str], Page]) -> None:
    page = show("/payment/")
    total = page.locator("[data-total]").first
    whole = total.inner_text()
    group = page.get_by_role("checkbox", name="Отметить группу «Мама»")
    everything = page.get_by_role("checkbox", name="Отметить всё")
    expect(group).to_be_checked()
    expect(everything).to_be_checked()
    group.uncheck()
    assert total.inner_text() != whole
    assert everything.evaluate("box => box.indeterminate")
    page.locator("[data-pay-group]").nth(1).locator("[data-pay-tick]:visible").first.check()
    assert group.evaluate("box => box.indeterminate")
    everything.check()
    assert total.inner_text() == whole
    everything.uncheck()
    assert page.locator("[data-pay-tick]:checked").count() == 0
    # Nothing to press; Enter in a sum still asks the server, which says what is missing.
    expect(page.locator("[data-total-button]")).to_be_hidden()
    expect(page.locator("[data-total-button]")).to_be_enabled()
    page.locator(".line__more > summary:visible").first.click()
    field = page.locator("[data-pay-sum]:visible").first
    field.fill("0")
    with page.expect_request(lambda request: request.method == "POST"):
        field.press("Enter")


def test_ticks_and_sums_reach_the_rows_that_are_drawn_elsewhere(show: Callable[[str], Page]) -> None:
    page = show(MANY)
    total, elsewhere = page.locator("[data-total]").first, page.locator("[data-elsewhere]")
    assert page.locator("[data-pay-tick]:visible").count() == 25
    expect(total).to_have_text("3\u00a0600,00\u00a0₽")
    expect(elsewhere).to_have_text("На других страницах отмечено: 11, на 1\u00a0100,00\u00a0₽")
    # One of the last group is drawn, eleven are not: its tick is theirs too.
    page.get_by_role("checkbox", name="Отметить группу «Дом 2»").uncheck()
    expect(total).to_have_text("2\u00a0400,00\u00a0₽")
    expect(elsewhere).to_be_hidden()
    everything = page.get_by_role("checkbox", name="Отметить всё")
    assert everything.evaluate("box => box.indeterminate")
    everything.check()
    expect(total).to_have_text("3\u00a0600,00\u00a0₽")
    sent = page.evaluate("[...new FormData(document.getElementById('pay')).keys()]")
    assert sent.count("tick") == 36
    assert sum(name.startswith("amount-") for name in sent) == 36
    assert "rest" not in sent


def test_arrows_go_from_row_to_row_and_space_ticks(show: Callable[[str], Page]) -> None:
    page = show("/payment/")
    ticks = page.locator("[data-pay-tick]:visible")
    ticks.first.focus()
    page.keyboard.press("ArrowDown")
    expect(ticks.nth(1)).to_be_focused()
    page.keyboard.press("Space")
    expect(ticks.nth(1)).not_to_be_checked()
    page.keyboard.press("ArrowUp")
    expect(ticks.first).to_be_focused()
    rows = page.locator(".line__more > summary:visible")
    rows.first.focus()
    page.keyboard.press("ArrowDown")
    expect(rows.nth(1)).to_be_focused()
    page.keyboard.press("Enter")
    expect(rows.nth(1).locator("..").get_by_label("К оплате", exact=True)).to_be_visible()


def test_fields_of_rows_are_gone_through_by_keys_and_none_but_the_last_sends(
    show: Callable[[str], Page],
) -> None:
    page = show("/readings/all/")
    fields = page.locator(".all__value")
    fields.first.focus()
    page.keyboard.type("1300")
    page.keyboard.press("Enter")
    expect(fields.nth(1)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(fields.nth(2)).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(fields.first).to_be_focused()
    assert page.evaluate("getSelection().toString()") == "1300"
    expect(fields.first).to_have_value("1300")
    expect(fields.nth(1)).to_have_value("")


def test_a_row_of_a_phone_tells_its_meter_from_those_of_the_same_house(show: Callable[[str], Page]) -> None:
    """Where flats are masked five rows read alike; the last digits of the meter stand in the second line."""
    page = show("/readings/all/")
    shown: list[bool] = page.evaluate(
        """() => [...document.querySelectorAll(".all .line__number")].map((number) => {
             const [own, field] = [number, number.closest(".all__row").querySelector("input")]
               .map((each) => each.getBoundingClientRect());
             return own.width > 30 && own.right <= field.left && own.height < 24;
           })"""
    )
    assert len(shown) == ACCOUNTS
    assert all(shown)
    assert max(heights(page)) <= 72


def test_all_at_once_for_thirteen_accounts_is_three_screens(show: Callable[[str], Page]) -> None:
    """Fourteen fields, one of them of a second zone; with cards it was 8,010 px."""
    page = show("/readings/all/")
    assert page.locator(".all__value").count() == ACCOUNTS + 1
    assert page.evaluate("document.documentElement.scrollHeight") <= 3 * SCREEN
