"""«Показания» of a landlord: part of the rows is drawn, and nothing typed, counted or sought is lost."""

from __future__ import annotations

import re
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from svet.accounts.tests.factories import make_account, make_group, make_link
from svet.cabinet.readings.sheet import FULL, ReadingsSheet
from svet.cabinet.readings.tests.test_readings import send, signed
from svet.cabinet.readings.windows import WindowLine
from svet.cabinet.shell.slices import ROWS
from svet.metering.models import Meter, ReadingSet
from svet.metering.tests.factories import make_meter
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db

COUNT = 2 * ROWS + 3
PART = {"HX-Request": "true"}


@pytest.fixture(scope="module")
def standing(standing_database: None) -> tuple[Person, list[Meter]]:
    """Anna with flats in two groups; ``COUNT`` meters in the order of the page."""
    anna = make_person()
    groups = [make_group(person=anna, name="Дом"), make_group(person=anna, name="Дачи")]
    for number in range(COUNT):
        account = make_account()
        make_link(person=anna, account=account, group=groups[number >= ROWS + 5])
        make_meter(account=account, installed_on=date(2026, 9, 1), initial=100)
    client = signed(anna)
    seen: list[str] = []
    page = client.get("/readings/").content.decode()
    while True:
        seen += rows_of(page)
        onward = re.search(r'rel="next" href="([^"]+)"', page)
        if onward is None:
            break
        page = client.get("/readings/" + onward[1].replace("&amp;", "&")).content.decode()
    meters = {meter.account.public_id: meter for meter in Meter.objects.select_related("account")}
    assert len(seen) == COUNT
    return anna, [meters[public_id] for public_id in seen]


@pytest.fixture
def landlord(standing: tuple[Person, list[Meter]]) -> tuple[Person, list[Meter]]:
    return deepcopy(standing)


def rows_of(page: str) -> list[str]:
    """The accounts of the rows, as the page shows them; of few rows each has its boxes."""
    closed = re.findall(r'hx-get="/accounts/([^/]+)/readings/\?part=row"', page)
    return closed or re.findall(r'class="nowrap" href="/accounts/([^/]+)/"', page)


def typed_into(page: str, values: dict[str, str], **more: str) -> dict[str, str]:
    """The form of «Передать всё сразу» as a browser sends it: all its fields, most of them empty."""
    data = {"act": "new"}
    for key, value in re.findall(r'name="([^"]+-key)" value="([^"]+)"', page):
        meter = key.removesuffix("-key")
        data |= {key: value, f"{meter}-value-single": values.get(meter, "")}
    return data | more


def go_of(page: str, words: str) -> str:
    found = re.search(rf'name="go" value="([^"]+)">(?:<span>|<svg.*?</svg><span>){words}', page)
    assert found is not None
    return found[1]


def test_every_account_stands_in_one_part_and_the_counts_are_of_all(
    landlord: tuple[Person, list[Meter]],
) -> None:
    anna, meters = landlord
    assert len({meter.pk for meter in meters}) == COUNT
    page = signed(anna).get("/readings/").content.decode()
    assert len(rows_of(page)) == ROWS
    assert f"1–{ROWS} из {COUNT}" in page
    assert f"Не переданы: {COUNT}" in page
    assert f"не переданы: {ROWS + 5}" in page
    assert "Передать всё сразу" in page
    # Back from the third part: the second, whole.
    third = signed(anna).get("/readings/", {"from": meters[-1].account.public_id}).content.decode()
    assert f"{COUNT}–{COUNT} из {COUNT}" in third
    assert "Предыдущие" in third


def test_search_and_filter_reach_what_other_parts_hold(landlord: tuple[Person, list[Meter]]) -> None:
    anna, meters = landlord
    client = signed(anna)
    last = meters[-1].account
    found = client.get("/readings/", {"q": last.number}).content.decode()
    assert rows_of(found) == [last.public_id]
    assert 'value="100"' in found
    for meter in meters[:3]:
        assert send(client, meter, "130").status_code == 302
    waiting = client.get("/readings/", {"show": "waiting"}).content.decode()
    assert rows_of(waiting)[0] == meters[3].account.public_id
    assert f"Не переданы: {COUNT - 3}" in waiting
    assert f"1–{ROWS} из {COUNT - 3}" in waiting
    assert "?show=waiting&amp;from=" in waiting


@pytest.mark.parametrize("start", ["gone", "\u0663", "x" * 5_000, "'\"><b>"])
def test_a_part_that_is_not_there_is_the_first(landlord: tuple[Person, list[Meter]], start: str) -> None:
    anna, meters = landlord
    page = signed(anna).get("/readings/", {"from": start}).content.decode()
    assert rows_of(page)[0] == meters[0].account.public_id
    assert "<b>" not in page


def test_a_row_fetches_its_boxes_and_without_a_script_is_a_link(
    landlord: tuple[Person, list[Meter]],
) -> None:
    anna, meters = landlord
    client, first = signed(anna), meters[0]
    address = f"/accounts/{first.account.public_id}/readings/"
    assert f'<a href="{address}">' in client.get("/readings/").content.decode()
    part = client.get(address, {"part": "row"}, headers=PART).content.decode()
    assert "<html" not in part
    assert f'action="/readings/{first.public_id}/"' in part
    assert "csrfmiddlewaretoken" in part
    whole = client.get(address, {"part": "row"}).content.decode()
    assert "<html" in whole
    assert 'href="/readings/"' in whole
    vera = make_person()
    assert signed(vera).get(address, {"part": "row"}, headers=PART).status_code == 404


def test_a_question_without_a_script_stands_alone_with_what_was_typed(
    landlord: tuple[Person, list[Meter]],
) -> None:
    anna, meters = landlord
    answer = send(signed(anna), meters[-1], "1,5")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="1,5"' in text
    assert "без запятой" in text
    assert meters[0].serial not in text


def test_the_common_form_of_a_part_goes_on_and_loses_nothing(landlord: tuple[Person, list[Meter]]) -> None:
    anna, meters = landlord
    client = signed(anna)
    address = "/readings/all/?show=waiting"
    page = client.get(address).content.decode()
    assert page.count("all__value") == ROWS
    onward = go_of(page, "Следующие")
    assert onward == meters[ROWS].account.public_id
    # A fault keeps the person here, with everything typed.
    values = {meters[0].public_id: "130", meters[1].public_id: "1,5"}
    asked = client.post(address, typed_into(page, values, go=onward))
    text = asked.content.decode()
    assert asked.status_code == 422
    assert "Передано: 1. Ещё 1" in text
    assert 'value="1,5"' in text
    assert text.count("all__value") == ROWS - 1
    assert go_of(text, "Следующие") == onward
    # Mended, it is sent, and the next part begins after this one though two rows wait no more.
    done = client.post(address, typed_into(text, {meters[1].public_id: "131"}, go=onward))
    assert done.status_code == 302
    assert ReadingSet.objects.filter(channel="web").count() == 2
    second = client.get(done.headers["Location"]).content.decode()
    assert "Передано 1 показание." in second
    assert f'id="meter-{meters[ROWS].public_id}"' in second
    assert f'id="meter-{meters[ROWS - 1].public_id}"' not in second
    assert f"{ROWS - 1}–{2 * ROWS - 2} из {COUNT - 2}" in second
    # The same press again sends nothing twice and has the same answer; without going on, the same receipt.
    again = client.post(address, typed_into(text, {meters[1].public_id: "131"}, go=onward))
    assert (again.status_code, again.headers["Location"]) == (302, done.headers["Location"])
    told = client.post(address, typed_into(text, {meters[1].public_id: "131"})).content.decode()
    assert "Передано 1 показание." in told
    assert "Вы не изменили ни одной цифры" not in told
    assert ReadingSet.objects.filter(channel="web").count() == 2


def test_what_somebody_else_has_sent_meanwhile_is_not_dropped(landlord: tuple[Person, list[Meter]]) -> None:
    anna, meters = landlord
    client, address = signed(anna), "/readings/all/?show=waiting"
    page = client.get(address).content.decode()
    boris = make_person()
    make_link(person=boris, account=meters[0].account)
    assert send(signed(boris), meters[0], "130").status_code == 302
    answer = client.post(address, typed_into(page, {meters[0].public_id: "131", meters[1].public_id: "140"}))
    assert "Передано 2 показания." in answer.content.decode()


def test_the_filter_says_when_all_is_sent_and_leads_back() -> None:
    anna = make_person()
    group = make_group(person=anna, name="Дом")
    made = []
    for _number in range(4):
        account = make_account()
        make_link(person=anna, account=account, group=group)
        made.append(make_meter(account=account, installed_on=date(2026, 9, 1), initial=100))
    client = signed(anna)
    for meter in made:
        assert send(client, meter, "130").status_code == 302
    page = client.get("/readings/all/?show=waiting").content.decode()
    assert "Все показания переданы." in page
    assert "открыты вам только для просмотра" not in page
    assert 'href="/readings/all/"' in page


def test_a_form_drawn_before_parts_were_is_taken_whole(landlord: tuple[Person, list[Meter]]) -> None:
    anna, meters = landlord
    client: Client = signed(anna)
    data: dict[str, Any] = {"act": "new"}
    for at, meter in enumerate(meters):
        data |= {f"{meter.public_id}-key": "", f"{meter.public_id}-value-single": "130" if at > ROWS else ""}
    text = client.post("/readings/all/", data).content.decode()
    assert f"Передано {COUNT - ROWS - 1} показаний." in text
    assert text.count('class="all"') == COUNT


def test_strangers_keys_in_the_form_draw_and_send_nothing(landlord: tuple[Person, list[Meter]]) -> None:
    anna, meters = landlord
    vera, own = make_person(), make_account()
    make_link(person=vera, account=own)
    make_meter(account=own, installed_on=date(2026, 9, 1), initial=100)
    data = {f"{meters[0].public_id}-key": "", f"{meters[0].public_id}-value-single": "130"}
    answer = signed(vera).post("/readings/all/", data | {"go": "x"})
    assert meters[0].serial not in answer.content.decode()
    assert not ReadingSet.objects.filter(channel="web").exists()
    assert anna.pk != vera.pk


def test_few_accounts_have_all_their_boxes_on_the_page() -> None:
    boris = make_person()
    for _ in range(FULL):
        account = make_account()
        make_link(person=boris, account=account)
        make_meter(account=account)
    page = signed(boris).get("/readings/").content.decode()
    assert page.count("data-readings-button") == FULL
    assert "part=row" not in page
    assert "Следующие" not in page


def test_of_two_suppliers_each_sentence_about_the_bill_begins_after_a_full_stop() -> None:
    """«Уралэнергосбыт: Показания войдут…» had a capital letter after a colon."""
    lines = [WindowLine(name, "Показания войдут в счёт за декабрь.") for name in ("Уралэнергосбыт", "Окская")]
    shown = render_to_string("cabinet/readings_lines_head.html", {"sheet": ReadingsSheet(windows=lines)})
    assert "Уралэнергосбыт. Показания войдут" in shown
    assert "Окская. Показания войдут" in shown
    alone = render_to_string("cabinet/readings_lines_head.html", {"sheet": ReadingsSheet(windows=lines[:1])})
    assert ">Показания войдут" in alone
