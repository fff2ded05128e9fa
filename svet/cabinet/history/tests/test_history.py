from __future__ import annotations

import csv
import re
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from svet.accounts.models import Account
from svet.accounts.tests.factories import OFFICE, make_account, make_group, make_link, make_provider
from svet.billing.operations import run
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account
from svet.bills import operations as bills
from svet.bills.models import Bill
from svet.gateways import acquiring
from svet.history import queries
from svet.history.rules import HistoryFilters, parse_place
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.metering import operations as metering
from svet.metering.models import Meter
from svet.metering.rules import Zone
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments import operations as payments
from svet.payments.tests.factories import REQUISITES, StubBank, make_order
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
ISSUED = datetime(2026, 11, 5, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    """Anna owns the account, Boris holds it too, Vera is a stranger."""

    anna: Person
    boris: Person
    vera: Person
    account: Account
    meter: Meter


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture(scope="module")
def standing(standing_database: None) -> Cast:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: NOW)
        return build()


@pytest.fixture
def cast(standing: Cast, db: None) -> Cast:
    return deepcopy(standing)


def build() -> Cast:
    provider = make_provider(**REQUISITES)
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 9, 20))
    make_reading(meter, 1137, read_on=date(2026, 10, 20))
    run(provider_id=provider.pk, period=NOVEMBER.plus(-1), now=ISSUED)
    bills.issue(provider_id=provider.pk, period=NOVEMBER.plus(-1), now=ISSUED)
    anna, boris, vera = make_person(), make_person(first_name="Борис"), make_person(first_name="Вера")
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    return Cast(anna, boris, vera, account, meter)


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def page(person: Person, query: str = "", status: int = 200) -> str:
    response = enter(person).get(f"/history/{query}")
    assert response.status_code == status
    return response.content.decode().replace("\xa0", " ")


def titles(text: str) -> list[str]:
    return re.findall(r'class="event__title">([^<]+?)\s*<', text)


def by_register(
    cast: Cast, *, kopecks: int = 300_00, external_id: str = "A1", on: date = date(2026, 11, 17)
) -> None:
    """A payment as a bank's register brings it."""
    with transaction.atomic():
        row = payments.PaymentToApply(
            external_id=external_id,
            account_id=cast.account.pk,
            account_text=cast.account.number,
            amount=Money(kopecks),
            paid_on=on,
            provider_id=cast.account.provider_id,
        )
        payments.apply_register_payments(source="sber", rows=[row], now=NOW)


def take_control(cast: Cast) -> None:
    """The company read the meter."""
    metering.take_control_reading(
        by=OFFICE,
        meter_id=cast.meter.pk,
        values={Zone.SINGLE: Decimal(1200)},
        read_on=date(2026, 11, 21),
        now=NOW,
    )


def test_feed_is_newest_first_with_the_labels_of_the_guide(cast: Cast) -> None:
    by_register(cast)
    make_order(person=cast.anna, lines=[(cast.account, 35_38)], now=NOW)
    text = page(cast.anna)
    assert titles(text) == [
        "Платеж от 22.11.2026",
        "Платеж от 17.11.2026",
        "Счёт от 05.11.2026",
        "Показания от 20.10.2026",
        "Показания при установке от 20.09.2026",
    ]
    assert "Проведен" in text
    assert "300,00 ₽" in text
    assert "1 137 кВт·ч" in text
    assert "оплачено 300,00 ₽" in text


def test_control_reading_has_its_own_name_and_filter(cast: Cast) -> None:
    take_control(cast)
    text = page(cast.anna, "?operation=control")
    assert titles(text) == ["Контрольные показания от 21.11.2026"]
    assert "Контрольные показания от" not in page(cast.anna, "?operation=readings").split("timeline", 1)[1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?operation=bills", ["Счёт от 05.11.2026"]),
        ("?operation=payments", ["Платеж от 17.11.2026"]),
        ("?since=2026-11-01", ["Платеж от 17.11.2026", "Счёт от 05.11.2026"]),
        ("?since=01.11.2026&until=10.11.2026", ["Счёт от 05.11.2026"]),
        ("?sum_from=299,99&sum_to=300", ["Платеж от 17.11.2026"]),
        ("?sum_from=100000", []),
    ],
)
def test_filters_leave_what_they_name(cast: Cast, query: str, expected: list[str]) -> None:
    by_register(cast)
    assert titles(page(cast.anna, query)) == expected


def test_filters_carry_the_exact_labels_and_keep_the_address(cast: Cast) -> None:
    text = page(cast.anna, "?operation=bills&since=2026-10-01")
    for label in (
        "Фильтры",
        "Операции",
        "Все операции",
        "Группа",
        "Все группы",
        "Поставщик услуг",
        "Все поставщики",
        "Абонент",
        "Все абоненты",
        "Дата с",
        "Дата по",
        "Сумма с",
        "Сумма по",
        "Сбросить",
        "Показать",
    ):
        assert label in text
    assert "/history/export.csv?operation=bills&amp;since=2026-10-01" in text
    assert 'value="2026-10-01"' in text


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("?since=2026-13-45", "Такого дня нет"),
        ("?since=٢٠٢٦-١١-٠١", "Введите дату"),
        ("?since=2026-11-20&until=2026-11-01", "раньше, чем «Дата с»"),
        ("?sum_from=1e3", "только цифры и запятая"),
        ("?sum_from=500&sum_to=100", "меньше, чем «Сумма с»"),
        ("?operation=everything", "нет"),
        ("?account=0000000000000000", "нет"),
        ("?since=2001-01-01&until=2026-11-01", "не больше 6 лет"),
        ("?since=2026-11-01&since=2026-11-02", "несколько раз"),
        ("?sum_from=" + "9" * 5000, "Слишком длинное"),
        ("?group=%00", "невидимые"),
    ],
)
def test_wrong_filter_is_said_beside_its_field(cast: Cast, query: str, message: str) -> None:
    text = page(cast.anna, query)
    assert message in text
    assert titles(text)


def test_group_and_account_narrow_the_feed(cast: Cast) -> None:
    other = make_account()
    make_meter(account=other, installed_on=date(2026, 11, 1))
    group = make_group(person=cast.anna)
    make_link(person=cast.anna, account=other, group=group)
    assert len(titles(page(cast.anna))) == 4
    assert len(titles(page(cast.anna, f"?group={group.public_id}"))) == 1
    assert len(titles(page(cast.anna, f"?account={cast.account.public_id}"))) == 3
    provider = make_provider()
    assert len(titles(page(cast.anna, f"?provider={provider.public_id}"))) == 4


def test_strangers_see_nothing_of_it(cast: Cast) -> None:
    by_register(cast)
    text = page(cast.vera, f"?account={cast.account.public_id}")
    assert cast.account.number not in text
    assert titles(text) == []
    for kind in ("csv", "xlsx"):
        body = enter(cast.vera).get(f"/history/export.{kind}?account={cast.account.public_id}").content
        assert cast.account.number.encode() not in body
    with pytest.raises(queries.NotInCabinet):
        queries.everything(
            actor=Actor.person(cast.vera.pk),
            filters=HistoryFilters(since=TODAY, until=TODAY, account=cast.account.public_id),
        )
    assert Client().get("/history/").status_code == 302


def test_co_holder_sees_the_sum_but_not_the_payers_page(cast: Cast) -> None:
    order = make_order(person=cast.anna, lines=[(cast.account, 35_38)], now=NOW)
    assert f"/payment/orders/{order.public_id}/" in page(cast.anna)
    text = page(cast.boris)
    assert "35,38 ₽" in text
    assert f"/payment/orders/{order.public_id}/" not in text


def refunded(cast: Cast, bank: StubBank, *, paid: int, back: int) -> None:
    """Anna pays for the account, and the bank gives a part back."""
    order = make_order(person=cast.anna, lines=[(cast.account, paid)], now=NOW)
    payments.send_to_bank(order_id=order.pk, now=NOW)
    bank.pay(order, paid_at=NOW)
    payments.settle(order_id=order.pk, now=NOW, by="test")
    bank.give_back(order, back, at=NOW + timedelta(minutes=1))
    payments.settle(order_id=order.pk, now=NOW, by="test")


def test_a_refund_is_a_card_of_its_own_and_off_the_months_sum(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    refunded(cast, bank, paid=335_38, back=100_00)
    for person in (cast.anna, cast.boris):
        text = page(person, "?operation=payments")
        assert titles(text) == ["Возврат от 22.11.2026", "Платеж от 22.11.2026"]
        assert "−100,00 ₽" in text
        assert "оплачено 235,38 ₽" in text
        assert "Возвращён частично" in text
    assert titles(page(cast.anna, "?operation=payments&sum_from=90&sum_to=110")) == ["Возврат от 22.11.2026"]
    assert titles(page(cast.vera, "?operation=payments")) == []
    csv_ = enter(cast.anna).get("/history/export.csv").content.decode("utf-8-sig")
    assert "Возврат" in csv_


def test_pages_follow_each_other_without_gaps_or_doubles(cast: Cast) -> None:
    for number in range(95):
        by_register(cast, external_id=f"N{number}", on=date(2026, 11, 17) - timedelta(days=number // 3))
    actor = Actor.person(cast.anna.pk)
    filters = HistoryFilters(since=date(2026, 8, 1), until=TODAY)
    seen: list[object] = []
    before = None
    for _page in range(20):
        part = queries.timeline(actor=actor, filters=filters, before=before, size=20)
        seen += [card.place for month in part.months for card in month.cards]
        before = part.before
        if before is None:
            break
        assert parse_place(str(before)) == before
    assert before is None
    everything = queries.everything(actor=actor, filters=filters)
    assert seen == [card.place for card in everything]
    assert len(seen) == len(set(map(str, seen))) == 95 + 3


def test_month_heading_counts_the_whole_month(cast: Cast) -> None:
    for number in range(50):
        by_register(cast, external_id=f"N{number}", kopecks=100)
    actor = Actor.person(cast.anna.pk)
    filters = HistoryFilters(since=date(2026, 8, 22), until=TODAY)
    first = queries.timeline(actor=actor, filters=filters, size=10)
    second = queries.timeline(actor=actor, filters=filters, size=10, before=first.before)
    assert first.months[0].paid == second.months[0].paid == Money(5_000)


def test_feed_costs_the_same_for_one_account_and_for_many(cast: Cast) -> None:
    client = enter(cast.anna)
    client.get("/history/")
    with CaptureQueriesContext(connection) as few:
        client.get("/history/")
    for _number in range(10):
        account = make_account()
        make_meter(account=account, installed_on=date(2026, 11, 1))
        make_link(person=cast.anna, account=account)
        make_order(person=cast.anna, lines=[(account, 100_00)], now=NOW)
    with CaptureQueriesContext(connection) as many:
        client.get("/history/")
    # Orders bring six lookups of their own, however many: lines, changes, refunds, disputes, receipts of our
    # tills and of the banks'.
    assert len(many) <= len(few) + 6
    # One of them asks which accepted readings a bill has passed over for later ones.
    assert len(many) <= 21


def test_csv_opens_in_a_spreadsheet_and_holds_no_formula(cast: Cast) -> None:
    by_register(cast, external_id='=HYPERLINK("http://evil.example")')
    content = enter(cast.anna).get("/history/export.csv").content
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(content.decode("utf-8-sig")), delimiter=";"))
    assert rows[0][0] == "Дата"
    assert len(rows) == 1 + 4
    assert rows[1][8:10] == ["300,00", "Проведен"]
    assert rows[1][3] == cast.account.number
    assert all(not cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


def test_xlsx_has_real_numbers_and_no_formula(cast: Cast) -> None:
    by_register(cast, external_id="=1+1")
    response = enter(cast.anna).get("/history/export.xlsx?operation=payments")
    assert response["Content-Disposition"].endswith('.xlsx"')
    with ZipFile(BytesIO(response.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "<v>300</v>" in sheet
    assert "'=1+1" in strings


def test_empty_feed_says_what_it_is_for(cast: Cast) -> None:
    assert "Здесь будет история" in page(cast.vera)
    make_link(person=cast.vera, account=make_account())
    assert "За три месяца операций не было" in page(cast.vera)
    assert "Ничего не нашлось" in page(cast.vera, "?operation=bills")


@pytest.mark.parametrize("place", ["", "x", "99999999-1-a", "20261122-1-a" * 900, "20261122-١-a"])
def test_place_that_is_none_means_the_beginning(cast: Cast, place: str) -> None:
    assert parse_place(place) is None
    assert titles(page(cast.anna, f"?before={place}"))


def test_bill_card_leads_to_the_bill_and_its_file(cast: Cast) -> None:
    bill = Bill.objects.get()
    text = page(cast.anna)
    assert f"/bills/{bill.public_id}/" in text
    assert f"/bills/{bill.public_id}.pdf" in text


def test_hostile_alias_is_only_text(cast: Cast) -> None:
    with transaction.atomic():
        account = make_account()
    make_link(person=cast.anna, account=account, alias="<script>alert(1)</script>")
    assert "<script>alert(1)" not in page(cast.anna)
