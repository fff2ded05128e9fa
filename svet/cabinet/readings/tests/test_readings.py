"""«Показания» by HTTP, with and without htmx: Anna owns the account, Boris is her son, Vera a stranger."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.billing.tests.factories import load_chelyabinsk
from svet.journal.models import Entry
from svet.kernel.periods import Month
from svet.metering.models import Meter, ReadingSet
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def today() -> date:
    return timezone.localdate()


def cast(**meter: Any) -> tuple[Person, Person, Person, Meter]:
    anna, boris, vera = make_person(), make_person(), make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    last = Month.of(today()).plus(-2).first
    found = make_meter(account=account, initial=3489, installed_on=last - timedelta(days=40), **meter)
    if found.scheme == 1:
        make_reading(found, 3589, read_on=last)
    return anna, boris, vera, found


def send(client: Client, meter: Meter, value: object = None, **data: Any) -> Any:
    headers = data.pop("headers", {})
    data.setdefault("key", str(uuid4()))
    data.setdefault("act", "new")
    if value is not None:
        data["value-single"] = value
    return client.post(f"/readings/{meter.public_id}/", data, headers=headers)


def sent() -> int:
    return ReadingSet.objects.filter(channel="web").count()


def test_page_shows_every_meter_with_its_last_values() -> None:
    anna, _boris, _vera, meter = cast()
    page = signed(anna).get("/readings/").content.decode()
    for text in (
        "Уралэнергосбыт",
        f"Аб. №&nbsp;{meter.account.number}",
        f"Круглосуточный (ПУ №&nbsp;{meter.serial})",
        "3\u00a0589\u00a0кВт·ч от 01.",
        "Отправить старые показания",
        "Отправить новые показания",
        'value="3589"',
        "Показания войдут в счёт за",
    ):
        assert text in page, text


def test_what_is_usual_is_written_like_every_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("svet.metering.rules.usual_for", lambda dial, read_on: Decimal(2950))
    anna, _boris, _vera, _meter = cast()
    assert (
        "обычно за это время набирается 2\u00a0508–3\u00a0392 кВт·ч"
        in signed(anna).get("/readings/").content.decode()
    )


def test_empty_page_offers_to_add_an_account() -> None:
    assert "/accounts/add/" in signed(make_person()).get("/readings/").content.decode()


def test_new_reading_ends_in_a_receipt_with_its_number() -> None:
    _anna, boris, _vera, meter = cast()
    client = signed(boris)
    answer = send(client, meter, "3 700")
    kept = ReadingSet.objects.get(channel="web")
    assert answer.headers["Location"] == f"/readings/receipt/{kept.public_id}/"
    page = client.get(answer.headers["Location"]).content.decode()
    assert "Показания переданы" in page
    assert kept.receipt_number in page
    assert "/history/" in page
    assert kept.values.get().value == 3700


def test_old_readings_confirm_that_nothing_was_used() -> None:
    anna, _boris, _vera, meter = cast()
    assert send(signed(anna), meter, "3589", act="old").status_code == 302
    assert ReadingSet.objects.get(channel="web").values.get().consumption == 0


def test_unchanged_reading_sent_as_new_is_asked_about() -> None:
    anna, _boris, _vera, meter = cast()
    answer = send(signed(anna), meter, "3589", act="new")
    assert answer.status_code == 422
    assert "расход 0" in answer.content.decode()
    assert sent() == 0


def test_question_is_answered_only_for_the_very_values_it_was_about() -> None:
    anna, _boris, _vera, meter = cast()
    client = signed(anna)
    page = send(client, meter, "9589").content.decode()
    confirm = re.search(r'name="confirm" value="([^"]+)"', page)
    assert confirm is not None
    assert "Всё верно, отправить" in page
    assert 'value="9589"' in page
    assert send(client, meter, "9689", confirm=confirm[1]).status_code == 422
    assert sent() == 0
    assert send(client, meter, "9589", confirm=confirm[1]).status_code == 302
    assert sent() == 1


def test_extra_digit_is_offered_to_be_corrected() -> None:
    anna, _boris, _vera, meter = cast()
    client = signed(anna)
    page = send(client, meter, "36890").content.decode()
    suggest = re.search(r'name="suggest" value="([^"]+)"', page)
    assert suggest is not None
    assert "лишнюю цифру" in page
    filled = send(client, meter, "36890", suggest=suggest[1]).content.decode()
    assert f'value="{suggest[1].removeprefix("single=")}"' in filled
    assert sent() == 0


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("", "Введите показание"),
        ("3,600", "без запятой"),
        ("100000", "нет ли лишней"),
        ("3600 кВтч", "только цифры"),
        ("0", "меньше предыдущего"),
        ("NaN", "только цифры"),
        ("३६००", "только цифры"),
        ("1" * 100_000, "Слишком много знаков"),
    ],
)
def test_refusal_stands_beside_the_boxes_and_nothing_changes(value: str, text: str) -> None:
    anna, _boris, _vera, meter = cast()
    answer = send(signed(anna), meter, value)
    assert answer.status_code == 422
    assert text in answer.content.decode()
    assert sent() == 0


def test_stranger_gets_404_and_the_journal_knows() -> None:
    anna, _boris, vera, meter = cast()
    assert send(signed(vera), meter, "3700").status_code == 404
    assert signed(vera).post(f"/readings/{meter.public_id}/preview/", {}).status_code == 404
    answer = send(signed(anna), meter, "3700")
    receipt = answer.headers["Location"]
    assert signed(vera).get(receipt).status_code == 404
    assert signed(vera).post(f"{receipt}withdraw/").status_code == 404
    assert sent() == 1
    assert Entry.objects.filter(security=True, action="not_visible").count() == 4


def test_holder_without_the_right_to_send_sees_and_cannot_send() -> None:
    galina = make_person()
    _anna, _boris, _vera, meter = cast()
    make_link(person=galina, account=meter.account, can_submit=False)
    client = signed(galina)
    assert "только просмотр" in client.get("/readings/").content.decode()
    assert send(client, meter, "3700").status_code == 404


def test_double_click_makes_one_reading() -> None:
    anna, _boris, _vera, meter = cast()
    key = str(uuid4())
    places = {send(signed(anna), meter, "3700", key=key).headers["Location"] for _ in range(3)}
    assert len(places) == 1
    assert sent() == 1


def test_htmx_gets_only_the_meters_block() -> None:
    anna, _boris, _vera, meter = cast()
    client = signed(anna)
    htmx = {"HX-Request": "true"}
    refused = send(client, meter, "0", headers=htmx)
    assert refused.status_code == 200
    assert "<html" not in refused.content.decode()
    assert "меньше предыдущего" in refused.content.decode()
    taken = send(client, meter, "3700", headers=htmx).content.decode()
    assert "Показания переданы" in taken
    assert 'value="3700"' in taken


def test_preview_shows_consumption_and_cost_without_keeping_anything() -> None:
    load_chelyabinsk()
    anna, _boris, _vera, meter = cast()
    client = signed(anna)
    part = client.post(f"/readings/{meter.public_id}/preview/", {"value-single": "3726"}).content.decode()
    assert "+137\u00a0кВт·ч" in part
    assert "₽" in part
    assert "Круглосуточный" in part
    page = send(client, meter, "3726", act="preview")
    assert page.status_code == 200
    assert "+137\u00a0кВт·ч" in page.content.decode()
    assert sent() == 0


def test_cost_of_several_zones_is_shown_line_by_line() -> None:
    load_chelyabinsk()
    anna, _boris, _vera, meter = cast(scheme=2)
    typed = {"value-day": "3600", "value-night": "3550"}
    part = signed(anna).post(f"/readings/{meter.public_id}/preview/", typed).content.decode()
    assert "День, " in part
    assert "Ночь, " in part


def test_all_zones_go_in_one_set() -> None:
    anna, _boris, _vera, meter = cast(scheme=2)
    client = signed(anna)
    page = client.get("/readings/").content.decode()
    assert "День" in page
    assert "Ночь" in page
    answer = send(client, meter, **{"value-day": "3600", "value-night": "3550"})
    assert answer.status_code == 302
    kept = ReadingSet.objects.get(channel="web")
    assert {row.zone: row.value for row in kept.values.all()} == {
        Zone.DAY: Decimal(3600),
        Zone.NIGHT: Decimal(3550),
    }


def test_swapped_zones_are_offered_the_other_way_round() -> None:
    anna, _boris, _vera, meter = cast(scheme=2)
    make_reading(
        meter, {Zone.DAY: Decimal(5000), Zone.NIGHT: Decimal(3500)}, read_on=Month.of(today()).plus(-2).first
    )
    page = send(signed(anna), meter, **{"value-day": "3550", "value-night": "5100"}).content.decode()
    assert "Поменять местами" in page
    assert sent() == 0


def test_smart_meter_explains_that_nothing_is_to_be_sent() -> None:
    anna = make_person()
    account = make_account()
    make_link(person=anna, account=account)
    meter = make_meter(account=account, smart=True)
    page = signed(anna).get("/readings/").content.decode()
    assert "сам передаёт показания" in page
    assert send(signed(anna), meter, "9").status_code == 422


def test_own_reading_is_taken_back_from_its_receipt() -> None:
    anna, boris, _vera, meter = cast()
    receipt = send(signed(anna), meter, "3700").headers["Location"]
    assert "Отозвать показания" not in signed(boris).get(receipt).content.decode()
    page = signed(anna).get(receipt).content.decode()
    assert "Отозвать показания" in page
    answer = signed(anna).post(f"{receipt}withdraw/", follow=True)
    assert "отозваны" in answer.content.decode()
    assert ReadingSet.objects.get(channel="web").state == "withdrawn"
    assert "Отозваны" in signed(anna).get(receipt).content.decode()


def test_page_with_forty_meters_costs_a_constant_number_of_queries(
    django_assert_max_num_queries: object,
) -> None:
    boris = make_person()
    for _ in range(20):
        account = make_account()
        make_link(person=boris, account=account)
        make_meter(account=account)
        make_meter(account=account)
    client = signed(boris)
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert client.get("/readings/").status_code == 200
