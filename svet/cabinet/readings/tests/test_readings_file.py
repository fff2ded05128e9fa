"""Readings by a table: as Russian Excel writes it, with faults beside rows, by strangers, twice."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account, Link
from svet.accounts.tests.factories import make_account, make_link
from svet.kernel.actors import Actor
from svet.metering.models import Meter, ReadingSet
from svet.metering.operations import decide_review, withdraw_set
from svet.metering.rules import Scheme
from svet.metering.tests.factories import make_meter, make_reading
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db

PAGE = "/readings/file/"
HEAD = "Код;Группа;Абонент;Адрес;Лицевой счёт;Прибор учёта;Шкала;Прошлые показания;Дата;Новые показания"


def signed(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def landlord(flats: int = 3) -> tuple[Person, list[Meter]]:
    person, found = make_person(), []
    for number in range(flats):
        account = make_account()
        make_link(person=person, account=account, confirmed=True, alias="=cmd" if number == 1 else "")
        meter = make_meter(account=account, initial=1000)
        make_reading(meter, 1100, read_on=timezone.localdate() - timedelta(days=45))
        found.append(meter)
    return person, found


def line(meter: Meter, value: str, *, zone: str = "", **changes: str) -> str:
    cells = {"code": meter.public_id, "number": meter.account.number, "serial": meter.serial} | changes
    return f"{cells['code']};;;;{cells['number']};{cells['serial']};{zone};;;{value}"


def file_of(*lines: str, encoding: str = "cp1251", head: str = HEAD) -> SimpleUploadedFile:
    return SimpleUploadedFile("readings.csv", "\r\n".join([head, *lines, ""]).encode(encoding))


def judge(client: Client, *lines: str, **how: Any) -> tuple[int, str]:
    answer = client.post(PAGE, {"file": file_of(*lines, **how)})
    return answer.status_code, answer.content.decode().replace("\xa0", " ")


def form_of(page: str) -> dict[str, str]:
    """What a browser would send of the judged page."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page.split("<main")[1]):
        name, value = re.search(r' name="([^"]+)"', tag), re.search(r' value="([^"]*)"', tag)
        if name is None or "file" in tag or ('type="checkbox"' in tag and " checked" not in tag):
            continue
        found[name[1]] = value[1] if value else ""
    return found | {"act": "send"}


def sent() -> list[Decimal]:
    return [row.values.get().value for row in ReadingSet.objects.filter(channel="web").order_by("pk")]


def test_the_table_has_every_meter_its_last_values_and_no_formula() -> None:
    person, meters = landlord()
    answer = signed(person).get("/readings/file/readings.csv")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="readings.csv"'
    text = answer.content.decode("utf-8-sig")
    assert text.startswith(HEAD)
    assert text.count("\r\n") == len(meters) + 1
    for meter in meters:
        assert f";{meter.account.number};{meter.serial};Круглосуточный;1100;" in text
    assert ";'=cmd;" in text


def test_the_table_offers_no_meter_that_nothing_can_be_sent_for() -> None:
    person, (own, smart, closed) = landlord()
    Meter.objects.filter(pk=smart.pk).update(smart=True)
    yesterday = timezone.localdate() - timedelta(days=1)
    Account.objects.filter(pk=closed.account_id).update(closed_on=yesterday)
    client = signed(person)
    text = client.get("/readings/file/readings.csv").content.decode("utf-8-sig")
    assert own.serial in text
    assert smart.serial not in text
    assert closed.serial not in text
    # A row kept from an older table is still answered for.
    assert "1 с ошибкой" in judge(client, line(smart, "1200"))[1]


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8-sig", "utf-16"])
def test_a_table_of_russian_excel_is_judged_first_and_sent_by_the_button(encoding: str) -> None:
    person, meters = landlord()
    client = signed(person)
    lines = [line(meters[0], "1 250"), line(meters[1], "1199,0"), line(meters[2], "")]
    status, page = judge(client, *lines, encoding=encoding)
    assert status == 200
    assert "2 показания готовы" in page
    assert "+150 кВт·ч" in page
    assert "1 строка не заполнена" in page
    assert sent() == []
    answer = client.post(PAGE, form_of(page))
    assert answer.status_code == 200
    assert "Передано 2 показания" in answer.content.decode()
    assert sent() == [Decimal(1250), Decimal(1199)]
    assert ">1\u00a0250</td>" in answer.content.decode()


def test_the_same_file_and_the_same_page_send_nothing_twice() -> None:
    person, meters = landlord()
    client = signed(person)
    lines = [line(meters[0], "1250"), line(meters[1], "1199")]
    _status, page = judge(client, *lines)
    form = form_of(page)
    client.post(PAGE, form)
    client.post(PAGE, form)
    status, again = judge(client, *lines)
    assert status == 200
    assert again.count("Уже переданы") == 2
    assert "Отправить новые показания" not in again
    client.post(PAGE, form_of(again))
    assert len(sent()) == 2


@pytest.mark.parametrize("how", ["withdrawn", "rejected"])
def test_what_counts_no_more_is_sent_anew_by_the_same_page(how: str) -> None:
    person, meters = landlord(1)
    client = signed(person)
    value = "1250" if how == "withdrawn" else "99000"
    _status, page = judge(client, line(meters[0], value))
    form = form_of(page)
    asked = re.search(r'name="([^"]+-confirm)" value="([^"]+)"', page)
    if asked:
        form[asked[1]] = asked[2]
    for _ in range(2):  # pressed twice
        client.post(PAGE, form)
    first = ReadingSet.objects.get(channel="web")
    if how == "withdrawn":
        withdraw_set(by=Actor.person(person.pk), set_public_id=first.public_id, now=timezone.now())
    else:
        assert first.state == "under_review"
        staff = Actor.staff(make_person().pk)
        decide_review(by=staff, set_id=first.pk, accept=False, reason="Нет", now=timezone.now())
    for _ in range(2):
        client.post(PAGE, form)
    states = list(ReadingSet.objects.filter(channel="web").order_by("pk").values_list("state", flat=True))
    assert states == [how, "accepted" if how == "withdrawn" else "under_review"]


def test_every_fault_stands_beside_its_row_and_costs_no_other() -> None:
    person, meters = landlord(6)
    peaks = make_meter(account=make_account(), scheme=Scheme.DAY_NIGHT, initial=100)
    make_link(person=person, account=peaks.account)
    client = signed(person)
    status, page = judge(
        client,
        line(meters[0], "1250"),
        line(meters[1], "12,5"),
        line(meters[2], "=SUM(A1:A9)"),
        line(meters[3], "900"),
        line(meters[4], "1200"),
        line(meters[4], "1300"),
        line(meters[5], "1150", serial=meters[0].serial),
        line(peaks, "150", zone="День"),
        line(peaks, "150", zone="Утро"),
    )
    assert status == 200
    told = {
        re.search(r"строка ([0-9, ]+)", row)[1]: row  # type: ignore[index]
        for row in page.split("<tr>")[2:]
    }
    assert "+150 кВт·ч" in told["2"]
    assert "без запятой" in told["3"]
    assert "только цифры" in told["4"]
    assert "меньше предыдущего" in told["5"]
    assert "с другим показанием" in told["6, 7"]
    assert "строки перемешались" in told["8"]
    assert "нет такой шкалы" in told["9, 10"]
    form = form_of(page)
    done = client.post(PAGE, form).content.decode()
    assert sent() == [Decimal(1250)]
    assert 'value="12,5"' in done
    # Mended in the page itself, the rest goes.
    rest = form_of(done) | {f"{meters[1].public_id}-value-single": "1210"}
    client.post(PAGE, rest)
    assert sent() == [Decimal(1250), Decimal(1210)]


def test_a_row_at_fault_by_a_second_line_is_not_sent_by_the_same_press() -> None:
    person, meters = landlord()
    client = signed(person)
    stray = line(meters[0], "1300", serial=meters[2].serial)
    _status, page = judge(
        client, line(meters[0], "1250"), stray, line(meters[1], "1240"), line(meters[1], "1240", zone="Ночь")
    )
    assert "строки перемешались" in page
    assert "нет такой шкалы" in page
    form = form_of(page)
    left = client.post(PAGE, form).content.decode()
    assert sent() == []
    client.post(PAGE, form_of(left) | {f"{meters[0].public_id}-value-single": "1250"})
    assert sent() == [Decimal(1250)]


def test_what_looks_odd_is_asked_about_and_waits_for_the_answer() -> None:
    person, meters = landlord()
    client = signed(person)
    _status, page = judge(client, line(meters[0], "9900"), line(meters[1], "1100"))
    assert "заметно больше обычного" in page or "больше, чем может" in page
    assert "Не изменились, отправить старые" in page
    form = form_of(page)
    client.post(PAGE, form)
    assert sent() == []
    confirm = re.search(r'name="([^"]+-confirm)" value="([^"]+)"', page)
    assert confirm is not None
    answers = {confirm[1]: confirm[2], f"{meters[1].public_id}-old": "1"}
    client.post(PAGE, form | answers | {confirm[1].replace("confirm", "value-single"): "9901"})
    assert sent() == [Decimal(1100)]
    client.post(PAGE, form | answers)
    assert sent() == [Decimal(1100), Decimal(9900)]


def test_zeros_and_rounded_numbers_of_a_spreadsheet_find_their_meter() -> None:
    person, meters = landlord()
    client = signed(person)
    bare = line(
        meters[0],
        "1250",
        code="",
        number=meters[0].account.number.lstrip("0"),
        serial=meters[0].serial.lstrip("0"),
    )
    rounded = line(meters[1], "1260", number="3,56E+09")
    _status, page = judge(client, bare, rounded)
    assert "2 показания готовы" in page


def test_vera_and_one_who_may_only_look_send_nothing_for_anna() -> None:
    _anna, meters = landlord()
    vera, boris = make_person(), make_person()
    make_link(person=boris, account=meters[0].account)
    Link.objects.filter(person=boris).update(can_submit=False)
    for person in (vera, boris):
        client = signed(person)
        status, page = judge(client, line(meters[0], "1250"), line(meters[1], "1250", code="nobody"))
        assert status == 200
        assert page.count("нет в вашем кабинете") == 2
        assert "1100" not in page.split("<main")[1]
        forged = {"act": "send"} | {
            f"{meters[0].public_id}-{name}": value for name, value in (("row", "1"), ("value-single", "1250"))
        }
        client.post(PAGE, forged)
        assert meters[0].serial not in signed(vera).get("/readings/file/readings.csv").content.decode()
    assert sent() == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Выберите файл"),
        (b"PK\x03\x04 a workbook", "Это не CSV"),
        (b"a;b\x00c", "Это не CSV"),
        ("один;два\r\n1;2".encode(), "названий столбцов"),
        (b"x" * (512 * 1024 + 1), "больше 512"),
        ((HEAD + "\r\n" + ";;;;1;2;;;;\r\n").encode("cp1251"), "нет ни одного числа"),
        ((HEAD + "\r\n" + ";;;;1;2;;;;3\r\n" * 2001).encode("cp1251"), "2000"),
    ],
)
def test_a_file_that_is_no_table_is_refused_whole(content: bytes, told: str) -> None:
    person, _meters = landlord(1)
    answer = signed(person).post(PAGE, {"file": SimpleUploadedFile("a.csv", content)})
    assert answer.status_code == 422
    assert told in answer.content.decode().replace("\xa0", " ")
    assert sent() == []


def test_a_table_whose_page_could_not_be_sent_is_refused_in_words(settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 8
    person, meters = landlord(4)
    client = signed(person)
    status, page = judge(client, *(line(meter, "1250") for meter in meters))
    assert status == 422
    assert "больше 3 строк" in page
    status, page = judge(client, *(line(meter, "9900") for meter in meters[:3]))
    assert status == 200
    answers = dict(re.findall(r'name="([^"]+-confirm)" value="([^"]+)"', page))
    form = form_of(page) | answers | {"csrfmiddlewaretoken": "x"}
    assert len(form) == 8
    assert client.post(PAGE, form).status_code == 200
    assert len(sent()) == 3


def test_markup_of_a_file_is_shown_as_text() -> None:
    person, meters = landlord(1)
    _status, page = judge(signed(person), line(meters[0], '"><script>alert(1)</script>'), "<b>x;;;;1;2;;;;3")
    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_two_hundred_meters_are_judged_in_few_queries(django_assert_max_num_queries: Any) -> None:
    person, meters = landlord(60)
    client = signed(person)
    table = file_of(*(line(meter, "1250") for meter in meters))
    with django_assert_max_num_queries(20):
        answer = client.post(PAGE, {"file": table})
    assert "60 показаний готовы" in answer.content.decode()
