"""Photos, review, correction, objection and all meters at once, by HTTP; Vera is a stranger."""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from svet.accounts.tests.factories import OFFICE, make_account, make_group, make_link
from svet.billing.tests.factories import load_chelyabinsk
from svet.files.rules import MOST_BYTES
from svet.files.tests.pictures import HEIC, SVG, photo, png_bomb
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.metering import operations, queries
from svet.metering.models import Dispute, Meter, ReadingPhoto, ReadingSet
from svet.metering.rules import ReadingChannel, Scheme, Zone
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


def cast(**meter: Any) -> tuple[Person, Person, Meter]:
    anna, vera = make_person(), make_person()
    account = make_account()
    make_link(person=anna, account=account, confirmed=True)
    return anna, vera, a_meter(account, **meter)


def a_meter(account: Any, **more: Any) -> Meter:
    last = Month.of(today()).plus(-2).first
    found = make_meter(account=account, initial=3489, installed_on=last - timedelta(days=40), **more)
    if found.scheme == 1 and not found.smart:
        make_reading(found, 3589, read_on=last)
    return found


def send(client: Client, meter: Meter, value: str, **data: Any) -> Any:
    data.setdefault("key", str(uuid4()))
    data.setdefault("act", "new")
    return client.post(f"/readings/{meter.public_id}/", {"value-single": value, **data})


def picture(raw: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("meter.jpg", raw or photo(), "image/jpeg")


def hidden(page: str, name: str) -> str:
    match = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert match is not None, name
    return match[1]


def sent() -> int:
    return ReadingSet.objects.filter(channel="web").count()


def test_value_that_went_down_is_sent_for_review_with_its_photo() -> None:
    anna, vera, meter = cast()
    client = signed(anna)
    page = send(client, meter, "120", photo=picture()).content.decode()
    assert "меньше предыдущего" in page
    assert "Отправить на проверку" in page
    # The photo came with the first try and need not be taken again.
    answer = send(
        client,
        meter,
        "120",
        insist=hidden(page, "insist"),
        photo_id=hidden(page, "photo_id"),
        words="<b>новый прибор</b>",
    )
    receipt = client.get(answer.headers["Location"]).content.decode()
    for text in (
        "Показания на проверке",
        "Почему их проверяют",
        "Меньше предыдущих показаний",
        "Решение сотрудника",
    ):
        assert text in receipt, text
    assert "&lt;b&gt;новый прибор" in receipt
    found = re.search(r"/readings/photos/[a-z0-9]+\.jpg", receipt)
    assert found is not None
    shown = client.get(found[0])
    assert shown.content.startswith(b"\xff\xd8\xff")
    assert shown.headers["Content-Type"] == "image/jpeg"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert "no-store" in shown.headers["Cache-Control"]
    assert signed(vera).get(found[0]).status_code == 404
    again = client.get("/readings/").content.decode()
    assert "проверяет сотрудник" in again


def test_insisting_is_about_the_very_values_that_were_asked_about() -> None:
    anna, _vera, meter = cast()
    client = signed(anna)
    page = send(client, meter, "120").content.decode()
    assert send(client, meter, "130", insist=hidden(page, "insist")).status_code == 422
    assert sent() == 0


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (SVG, "Это не фото"),
        (b"<html>", "Это не фото"),
        (HEIC, "HEIC"),
        (photo()[:500], "повреждён"),
        (png_bomb(60_000, 60_000), "мегапикселей"),
        (photo() + b"\0" * MOST_BYTES, "больше 10 МБ"),
    ],
)
def test_hostile_photo_is_told_beside_its_field_and_the_digits_stay(raw: bytes, text: str) -> None:
    anna, _vera, meter = cast()
    answer = send(signed(anna), meter, "3700", photo=picture(raw))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert text in page
    assert 'value="3700"' in page
    assert sent() == 0


def test_photo_goes_with_an_ordinary_reading_too_and_more_may_follow() -> None:
    anna, _vera, meter = cast()
    client = signed(anna)
    assert send(client, meter, "3700", photo=picture()).status_code == 302
    assert ReadingPhoto.objects.count() == 1
    waiting = send(client, meter, "90000", confirm="single=90000")
    place = waiting.headers["Location"]
    assert client.post(f"{place}photo/", {"photo": picture(photo(kind="PNG"))}).status_code == 302
    assert ReadingPhoto.objects.count() == 2
    empty = client.post(f"{place}photo/", {})
    assert empty.status_code == 422


def test_own_slip_is_corrected_on_its_page() -> None:
    anna, vera, meter = cast()
    client = signed(anna)
    place = send(client, meter, "3900").headers["Location"]
    page = client.get(f"{place}correct/").content.decode()
    assert "3\u00a0900" in page
    assert 'value="3900"' in page, "a dial that is not touched keeps what was sent"
    assert signed(vera).post(f"{place}correct/", {"value-single": "3650"}).status_code == 404
    data = {"value-single": "3650", "key": str(uuid4()), "act": "new"}
    answer = client.post(f"{place}correct/", data)
    assert answer.status_code == 302
    old = client.get(place).content.decode()
    new = ReadingSet.objects.get(key=data["key"])
    assert "Исправлены" in old
    assert new.receipt_number in old
    assert client.get(f"{place}correct/").status_code == 302
    history = client.get("/history/").content.decode()
    assert "вместо них" in history


def by_meter(meters: list[Meter], values: list[str], page: str, **more: str) -> dict[str, str]:
    data = {"act": "new", **more}
    for meter, value in zip(meters, values, strict=True):
        prefix = f"{meter.public_id}-"
        if f"{prefix}key" in page:
            data[f"{prefix}key"] = hidden(page, f"{prefix}key")
            data[f"{prefix}value-single"] = value
    return data


def test_all_meters_go_in_one_form_and_one_failure_costs_no_other() -> None:
    load_chelyabinsk()
    anna, _vera, first = cast()
    meters = [first, *(a_meter(make_account()) for _ in range(3))]
    for meter in meters[1:]:
        make_link(person=anna, account=meter.account)
    client = signed(anna)
    assert "/readings/all/" in client.get("/readings/").content.decode()
    page = client.get("/readings/all/").content.decode()
    data = by_meter(meters, ["3700", "3,5", "9589", "3589"], page)
    answer = client.post("/readings/all/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Передано: 1. Ещё 3" in text
    assert text.count('<a class="nowrap" href="/readings/receipt/') == 1
    assert text.count("Не изменились, отправить старые") == 1
    assert "без запятой" in text
    assert "заметно больше обычного" in text
    assert 'value="9589"' in text
    assert sent() == 1
    # What is left is answered; what is done is not sent again.
    rest = by_meter(meters, ["", "3601", "9589", "3589"], text)
    rest[f"{meters[2].public_id}-confirm"] = hidden(text, f"{meters[2].public_id}-confirm")
    rest[f"{meters[3].public_id}-old"] = "1"
    done = client.post("/readings/all/", rest)
    assert done.status_code == 200
    assert sent() == 4
    assert client.post("/readings/all/", rest).status_code == 200
    assert sent() == 4


def test_rows_left_empty_are_not_sent_and_a_half_filled_one_is_asked_for() -> None:
    anna, vera, first = cast()
    others = [a_meter(make_account()) for _ in range(2)]
    zones = make_meter(account=make_account(), scheme=Scheme.DAY_NIGHT, initial=100)
    for meter in (*others, zones):
        make_link(person=anna, account=meter.account)
    client = signed(anna)
    page = client.get("/readings/all/").content.decode()
    assert page.count("all__value") == 5
    data = by_meter([first, *others], ["", "", "3700"], page)
    key = f"{zones.public_id}-key"
    data |= {key: hidden(page, key), f"{zones.public_id}-value-day": "150"}
    data[f"{zones.public_id}-value-night"] = ""
    answer = client.post("/readings/all/", data)
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "Передано: 1. Ещё 1" in text
    assert 'value="150"' in text
    assert sent() == 1
    assert client.post("/readings/all/", by_meter([first], [""], page)).status_code == 200
    assert sent() == 1
    data = by_meter([others[0]], ["3700"], page)
    told = client.post(f"/readings/{others[0].public_id}/preview/", data | {"as": "row"}).content.decode()
    assert "кВт·ч" in told
    assert "Введите цифры" not in told
    stranger = signed(vera).post(f"/readings/{others[0].public_id}/preview/", data | {"as": "row"})
    assert stranger.status_code == 404


def test_nothing_typed_sends_nothing() -> None:
    anna, _vera, meter = cast()
    client = signed(anna)
    page = client.get("/readings/all/").content.decode()
    answer = client.post("/readings/all/", by_meter([meter], ["3589"], page))
    assert "не изменили ни одной цифры" in answer.content.decode()
    assert sent() == 0


def test_suggestion_in_the_common_form_fills_the_boxes_and_sends_nothing() -> None:
    anna, _vera, first = cast()
    second = a_meter(make_account())
    make_link(person=anna, account=second.account)
    client = signed(anna)
    page = client.get("/readings/all/").content.decode()
    data = by_meter([first, second], ["36890", "3700"], page)
    prefix = f"{first.public_id}-"
    data[f"{prefix}suggest"] = "single=3689"
    text = client.post("/readings/all/", data).content.decode()
    assert 'value="3689"' in text
    assert 'value="3700"' in text
    assert sent() == 0


def test_forty_meters_are_searched_and_cost_a_constant_number_of_queries(
    django_assert_max_num_queries: Any,
) -> None:
    boris = make_person()
    groups = [make_group(person=boris, name="Дом"), make_group(person=boris, name="Дачи")]
    for number in range(40):
        account = make_account()
        make_link(person=boris, account=account, group=groups[number % 2])
        make_meter(account=account, smart=number % 5 == 0)
    client = signed(boris)
    for address in ("/readings/", "/readings/all/"):
        with django_assert_max_num_queries(15):
            page = client.get(address).content.decode()
        assert 'role="search"' in page
    found = client.get("/readings/", {"q": account.number}).content.decode()
    assert found.count("<h3>") == 1
    assert account.number in found
    assert "Никого не нашлось" in client.get("/readings/", {"q": "такого нет"}).content.decode()
    assert client.get("/readings/", {"q": "дачи"}).content.decode().count('<li class="line"') == 20


def test_smart_removed_and_closed_say_what_is_going_on() -> None:
    anna = make_person()
    smart = make_meter(account=make_account(), smart=True, installed_on=today() - timedelta(days=90))
    make_reading(smart, 777, read_on=today() - timedelta(days=3), channel=ReadingChannel.AUTOMATIC)
    removed = make_meter(account=make_account(), installed_on=today() - timedelta(days=90))
    operations.remove_meter(
        meter_id=removed.pk,
        removed_on=today() - timedelta(days=2),
        values={Zone.SINGLE: Decimal(10)},
        by=OFFICE,
        now=timezone.now(),
    )
    closed = make_meter(account=make_account(), installed_on=today() - timedelta(days=90))
    type(closed.account).objects.filter(pk=closed.account_id).update(closed_on=today() - timedelta(days=1))
    for meter in (smart, removed, closed):
        make_link(person=anna, account=meter.account)
    page = signed(anna).get("/readings/").content.decode()
    for text in ("сам передаёт показания", "777\u00a0кВт·ч", "снят", "Договор закрыт"):
        assert text in page, text
    assert "<form" not in page.split("<main")[1].split("</main>")[0].replace('method="get"', "")


def controlled(meter: Meter, value: int) -> ReadingSet:
    number = operations.take_control_reading(
        by=OFFICE,
        meter_id=meter.pk,
        values={Zone.SINGLE: Decimal(value)},
        read_on=today(),
        now=timezone.now(),
        act_number="17",
    )
    return ReadingSet.objects.get(receipt_number=number)


def test_control_reading_is_compared_priced_and_objected_to() -> None:
    load_chelyabinsk()
    anna, vera, meter = cast()
    client = signed(anna)
    send(client, meter, "3800", confirm="single=3800")
    taken = controlled(meter, 3700)
    place = f"/readings/receipt/{taken.public_id}/"
    page = client.get(place).content.decode()
    for text in (
        "Ваши и контрольные",
        "3800",
        "3700",
        "−100",
        "вернём в ближайшем счёте",
        "₽",
        "акт № 17",
        "Не согласны?",
    ):
        assert text in page.replace("\u00a0", "") or text in page, text
    # Until when is read before anything is opened.
    assert "Возразить можно до" in page.split("Не согласны?")[0]
    assert signed(vera).post(f"{place}object/", {"words": "нет"}).status_code == 404
    refused = client.post(f"{place}object/", {"words": " ", "photo": picture()})
    assert refused.status_code == 422
    kept = hidden(refused.content.decode(), "photo_id")
    bad = client.post(f"{place}object/", {"words": "Не мой прибор", "photo": picture(SVG)})
    assert "Это не фото" in bad.content.decode()
    assert "Не мой прибор" in bad.content.decode()
    assert Dispute.objects.count() == 0
    done = client.post(f"{place}object/", {"words": "Не мой прибор", "photo_id": kept}, follow=True)
    text = done.content.decode()
    assert "Возражение получено" in text
    assert "Ответ компании" in text
    assert "Возражение получено" in client.get("/history/").content.decode()
    assert client.post(f"{place}object/withdraw/").status_code == 302
    assert Dispute.objects.get().state == "withdrawn"


def test_staffs_answer_reaches_the_page() -> None:
    anna, _vera, meter = cast()
    taken = controlled(meter, 3700)
    key = operations.open_dispute(
        by=Actor.person(anna.pk), set_public_id=taken.public_id, words="нет", now=timezone.now()
    )
    operations.decline_dispute(by=OFFICE, dispute_public_id=key, words="На фото 3700", now=timezone.now())
    page = signed(anna).get(f"/readings/receipt/{taken.public_id}/").content.decode()
    assert "Возражение отклонено" in page
    assert "На фото 3700" in page
    assert queries.waiting_disputes(limit=5) == []
