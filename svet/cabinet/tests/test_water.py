"""A cabinet with water: Anna has no electricity in it, her son Boris may send and pay, Vera is a stranger."""

from __future__ import annotations

import csv
import html
import io
import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account, Provider
from svet.accounts.operations import end_contract
from svet.accounts.tests.factories import OFFICE, make_account, make_link, make_provider
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.services import Service
from svet.ledger import operations as ledger_operations
from svet.ledger import queries as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.metering.models import Meter, ReadingSet
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.models import Order
from svet.payments.tests.factories import owe, provider_with_requisites
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
#: What may be said of electricity only; the name of the retailer is its own.
ELECTRICAL = re.compile(
    r"кВт|kWh|электр(?!онн)|electr(?!onic)|\bсвет|диапазон|киловатт|зон[аыу]\b|круглосуточн", re.IGNORECASE
)


def words_of(answer: Any) -> str:
    """What the page's main part says; ids in addresses and tokens of forms may hold any letters."""
    return re.sub(r'="(/[^"]*|[\w-]{16,})"', "", main_of(answer.content.decode()))


@dataclass
class Flat:
    anna: Person
    boris: Person
    vera: Person
    account: Account
    meter: Meter


def water_provider(**details: Any) -> Provider:
    return provider_with_requisites(
        code="voda", name="Водоканал", service=Service.COLD_WATER, region="", **details
    )


@pytest.fixture
def flat(db: None) -> Flat:
    anna, boris, vera = make_person(), make_person(first_name="Борис"), make_person(first_name="Вера")
    account = make_account(provider=water_provider(), tariff_group="")
    last = Month.of(timezone.localdate()).plus(-2).first
    meter = make_meter(
        account=account, initial={Zone.SINGLE: Decimal("212.345")}, installed_on=last - timedelta(days=400),
        digits=5, decimals=3,
    )  # fmt: skip
    for months, value in ((12, "214.001"), (6, "238.400"), (0, "262.120")):
        make_reading(meter, value, read_on=last - timedelta(days=30 * months))
    owe(account, 512_40)
    make_link(person=anna, account=account, confirmed=True, can_manage=True)
    make_link(person=boris, account=account, can_pay=True)
    make_link(person=vera, account=make_account(provider=make_provider()), confirmed=True)
    return Flat(anna, boris, vera, account, meter)


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def main_of(text: str) -> str:
    """What stands in the page itself, without head, menu and footer; the words of tags and attributes too."""
    inner = text.split("<main", 1)[1].split("</main>")[0] if "<main" in text else text
    return html.unescape(inner).replace("\u00a0", " ")


def read(person: Person, url: str, status: int = 200, **more: Any) -> str:
    answer = enter(person).get(url, **more)
    assert answer.status_code == status, (url, answer.status_code)
    return main_of(answer.content.decode())


def send(person: Person, meter: Meter, value: str, **data: Any) -> Any:
    given = {"key": str(uuid4()), "act": "new", "value-single": value} | data
    return enter(person).post(f"/readings/{meter.public_id}/", given)


PAGES = (
    "/today/", "/readings/", "/readings/all/", "/accounts/", "/accounts/{account}/", "/history/", "/payment/",
    "/accounts/{account}/charges/", "/bills/", "/accounts/{account}/absence/", "/readings/file/",
    "/accounts/{account}/readings/same/", "/accounts/{account}/readings/",
)  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "en"])
def test_no_page_says_anything_electrical_of_water(flat: Flat, settings: Any, language: str) -> None:
    client = enter(flat.anna)
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    send(flat.anna, flat.meter, "264.001")
    wrong = {}
    for page in PAGES:
        answer = client.get(page.format(account=flat.account.public_id))
        assert answer.status_code == 200, page
        said = words_of(answer)
        if ELECTRICAL.search(said):
            wrong[page] = [said[max(0, at.start() - 40) : at.end() + 40] for at in ELECTRICAL.finditer(said)]
    assert not wrong


def test_readings_are_taken_in_cubic_metres_with_three_decimals(flat: Flat) -> None:
    page = read(flat.anna, "/readings/")
    assert "Холодная вода" in page
    assert "262,12 м³ от" in page
    assert "отдадим поставщику" in page
    # Without JavaScript the field is read as it stands.
    assert 'value="262,120"' in enter(flat.anna).get("/readings/").content.decode()
    answer = send(flat.boris, flat.meter, "266.351")
    assert answer.status_code == 302
    kept = ReadingSet.objects.get(channel="web")
    assert kept.values.get().value == Decimal("266.351")
    receipt = read(flat.anna, f"/readings/receipt/{kept.public_id}/")
    assert "266,351 м³, расход 4,231 м³" in receipt
    assert "отдадим их поставщику" in receipt
    assert "войдут в счёт" not in receipt
    assert "266,351 м³" in read(flat.anna, "/history/")


def test_the_guard_knows_what_a_flat_drinks(flat: Flat) -> None:
    asked = send(flat.anna, flat.meter, "299.000")
    assert asked.status_code == 422
    assert "36,88 м³ заметно больше обычного" in main_of(asked.content.decode())
    much = main_of(send(flat.anna, flat.meter, "90000.000").content.decode())
    assert "больше, чем может пропустить прибор учёта" in much
    dense = main_of(send(flat.anna, flat.meter, "266.3515").content.decode())
    assert "После запятой слишком много цифр" in dense
    assert not ReadingSet.objects.filter(channel="web").exists()


def test_everybody_pays_what_the_supplier_has_charged_to_the_supplier_alone(flat: Flat) -> None:
    light = make_account(provider=provider_with_requisites())
    make_link(person=flat.anna, account=light, confirmed=True)
    owe(light, 300_00)
    page = read(flat.anna, "/payment/")
    assert "512,40 ₽" in page
    assert "812,40 ₽" in page
    client = enter(flat.anna)
    sent = {
        "key": str(uuid4()),
        "tick": [flat.account.public_id, light.public_id],
        f"amount-{flat.account.public_id}": "512,40",
        f"amount-{light.public_id}": "300,00",
    }
    asked = client.post("/payment/pay/", sent).content.decode().split("<main")[1].split("</main>")[0]
    assert "Водоканал" in asked
    assert ledger.balance(flat.account.pk) == Money(512_40)


def test_what_cannot_be_told_of_water_is_said_in_a_sentence(flat: Flat) -> None:
    account = flat.account.public_id
    for page, title in (("usage", "только по электроэнергии"), ("what-if", "можно только электроэнергию")):
        told = read(flat.anna, f"/accounts/{account}/{page}/")
        assert title in told
        assert "начисляет сам поставщик" in told
    charges = read(flat.anna, f"/accounts/{account}/charges/")
    assert "512,40 ₽" in charges
    assert "Начислено поставщиком за" in charges
    own = read(flat.anna, f"/accounts/{account}/")
    assert "/usage/" not in own
    assert "/what-if/" not in own
    assert "Способ получения счета" not in own
    asked = enter(flat.anna).post(f"/accounts/{account}/certificates/")
    assert asked.status_code == 422
    assert "Справка об отсутствии" not in charges


def test_the_end_of_a_contract_of_water_promises_nothing_for_its_supplier(flat: Flat) -> None:
    now = timezone.now()
    end_contract(
        by=OFFICE, account_public_id=flat.account.public_id, on=timezone.localdate() + timedelta(days=9),
        reason="заявление", now=now,
    )  # fmt: skip
    told = read(flat.anna, "/bell/")
    assert "Холодная вода, аб. №" in told
    assert "Показания этого дня — последние" in told
    assert "следующий счёт" not in told
    assert "начислений не будет" not in read(flat.anna, f"/accounts/{flat.account.public_id}/")


def test_what_the_supplier_charged_stands_in_the_history(flat: Flat) -> None:
    month = Month.of(timezone.localdate()).plus(-1)
    for record, kopecks in (("", 320_10), (":п-1", -12_40)):
        charged = Leg(Book.RECEIVABLE, flat.account.pk, Money(kopecks))
        with transaction.atomic():
            ledger_operations.post(
                key=f"billed:{flat.account.pk}:{month}{record}",
                kind=TransactionKind.CHARGE,
                legs=[charged, Leg(Book.REVENUE, None, Money(-kopecks))],
                occurred_at=timezone.now(),
                effective_on=month.end - timedelta(days=1),
                provider_id=flat.account.provider_id,
            )
    since = month.first.isoformat()
    page = read(flat.anna, f"/history/?since={since}")
    assert "Перерасчёт поставщика от" in page
    assert "Начисление поставщика от" in page
    assert "320,10 ₽" in page
    assert "начислено 307,70 ₽" in page
    assert "Начисление поставщика" in read(flat.boris, f"/history/?since={since}&operation=bills")
    assert "поставщика от" not in read(flat.boris, f"/history/?since={since}&operation=payments")
    assert "поставщика от" not in read(flat.vera, f"/history/?since={since}")
    content = enter(flat.anna).get(f"/history/export.csv?since={since}").content.decode("utf-8-sig")
    rows = {row["Операция"]: row["Сумма, ₽"] for row in csv.DictReader(io.StringIO(content), delimiter=";")}
    assert (rows["Начисление поставщика"], rows["Перерасчёт поставщика"]) == ("320,10", "-12,40")
    assert "Перерасчёт поставщика" in read(flat.anna, "/today/")


def test_a_limit_of_use_is_kept_for_electricity_only(flat: Flat) -> None:
    answer = enter(flat.anna).post(
        f"/accounts/{flat.account.public_id}/usage/budget/", {"kind": "money", "limit": "500"}
    )
    assert answer.status_code == 302
    assert "Мой предел" not in read(flat.anna, f"/accounts/{flat.account.public_id}/usage/")


def test_files_name_the_unit_where_not_all_is_electricity(flat: Flat) -> None:
    send(flat.anna, flat.meter, "266.351")
    content = enter(flat.anna).get("/history/export.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content), delimiter=";"))
    assert (rows[0]["Расход"], rows[0]["Единица"], rows[0]["Зона"]) == ("4,231", "м³", "Холодная вода")
    blank = enter(flat.anna).get("/readings/file/readings.csv").content.decode("utf-8-sig")
    assert "Холодная вода" in blank
    filled = re.sub(r";\r\n$", ";266,500\r\n", blank)
    upload = io.BytesIO(filled.encode("utf-8-sig"))
    upload.name = "readings.csv"
    judged = main_of(enter(flat.anna).post("/readings/file/", {"file": upload}).content.decode())
    assert "+4,38 м³" in judged


def test_vera_sees_nothing_of_it(flat: Flat) -> None:
    for page in ("", "charges/", "usage/", "what-if/", "absence/"):
        read(flat.vera, f"/accounts/{flat.account.public_id}/{page}", 404)
    assert send(flat.vera, flat.meter, "266.351").status_code == 404
    assert flat.account.number not in read(flat.vera, "/history/")
    assert not Order.objects.exists()


@pytest.mark.parametrize("language", ["ru", "en"])
def test_before_the_first_account_nothing_electrical_is_said(settings: Any, db: None, language: str) -> None:
    client, stranger = enter(make_person()), Client()
    wrong: dict[str, str] = {}
    for each, page in (
        (stranger, "/entrance/"),
        (stranger, "/quick/"),
        (client, "/today/"),
        (client, "/accounts/"),
    ):
        each.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        answer = each.get(page)
        assert answer.status_code == 200, page
        said = words_of(answer)
        wrong |= {page: found[0]} if (found := ELECTRICAL.search(said)) else {}
    assert not wrong


def test_outages_are_of_electricity_and_that_is_said_to_whom_they_do_not_concern(flat: Flat) -> None:
    page = read(flat.anna, "/outages/")
    assert "Об отключениях знаем только по электроэнергии." in page
    assert "По вашим адресам отключений не объявлено" not in page
    asked = read(flat.anna, "/outages/?city=Челябинск&street=Лесная")
    assert "Нет света?" not in asked
    assert "Электричество" not in read(flat.anna, "/help/standing/")
    assert "По вашим адресам отключений не объявлено" in read(flat.vera, "/outages/")
    assert "Электричество" in read(flat.vera, "/help/standing/")
