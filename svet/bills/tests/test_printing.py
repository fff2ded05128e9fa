"""Paper: batches in the order of the route, repeatable, each bill in one of them."""

from __future__ import annotations

import csv
import random
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from threading import Barrier, Thread

import pytest
from django.db import connection
from pypdf import PdfReader

from svet.accounts.models import Account, Premises
from svet.accounts.tests.factories import make_provider
from svet.billing.operations import run
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account
from svet.bills import operations, queries
from svet.bills.models import Bill, PrintBatch, PrintedBill
from svet.bills.operations import PrintFiles
from svet.bills.rules import route_key
from svet.bills.rules.route import Place
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import REQUISITES

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)
BY = Actor.system("tests")
ROUTE = [
    ("г. Миасс", "ул. Мира", "2", "1"),
    ("г. Миасс", "ул. Мира", "2", "3"),
    ("г. Миасс", "ул. Мира", "2", "12"),
    ("г. Миасс", "ул. Мира", "10", ""),
    ("г. Миасс", "ул. Мира", "10", "5"),
    ("г. Миасс", "ул. Мира", "10а", "1"),
    ("г. Миасс", "ул. Мира", "10/2", "1"),
    ("г. Миасс", "ул. Мира", "11", "1"),
    ("г. Чебаркуль", "ул. Ёлочная", "1", "1"),
]


def test_route_goes_by_numbers_not_by_letters() -> None:
    mixed = list(ROUTE)
    random.Random(7).shuffle(mixed)
    assert sorted(mixed, key=_key) == ROUTE
    upper = ("г. Миасс", "УЛ. МИРА", "10А", "1")
    assert _key(upper) == _key(ROUTE[5])


def _key(place: tuple[str, str, str, str]) -> Place:
    city, street, house, flat = place
    return route_key(city=city, street=street, house=house, flat=flat)


def billed(count: int = len(ROUTE)) -> list[Account]:
    """Accounts along the route, in an order of their own, each with a bill of November."""
    make_provider(**REQUISITES)
    load_chelyabinsk()
    places = list(ROUTE[:count])
    random.Random(3).shuffle(places)
    accounts = []
    for place in places:
        account, meter = make_metered_account(installed_on=date(2026, 10, 20))
        city, street, house, flat = place
        Premises.objects.filter(pk=account.premises_id).update(
            city=city, street=street, house=house, flat=flat
        )
        make_reading(meter, 1100, read_on=date(2026, 11, 20))
        accounts.append(account)
    issue()
    return accounts


def issue() -> None:
    run(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)
    operations.issue(provider_id=make_provider().pk, period=NOVEMBER, now=NOW)


def print_all(*, size: int = 500) -> list[PrintFiles]:
    return list(
        operations.print_month(
            provider_id=make_provider().pk,
            period=NOVEMBER,
            keep=lambda _files: None,
            by=BY,
            now=NOW,
            size=size,
        )
    )


def rows(files: PrintFiles) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(files.register.decode("utf-8-sig")), delimiter=";"))


def test_batches_lie_in_the_order_of_the_route() -> None:
    billed()
    batches = print_all(size=4)
    assert [each.bills for each in batches] == [4, 4, 1]
    assert [each.label[-3:] for each in batches] == ["001", "002", "003"]
    addresses = [row["Адрес"] for each in batches for row in rows(each)]
    expected = [
        ", ".join(part for part in (city, street, f"д. {house}", f"кв. {flat}" if flat else "") if part)
        for city, street, house, flat in ROUTE
    ]
    assert [address.rpartition("ул.")[2] for address in addresses] == [
        address.rpartition("ул.")[2] for address in expected
    ]


def test_each_page_is_the_bill_of_its_row_and_the_control_sheet_counts_them() -> None:
    billed()
    (files,) = print_all()
    pages = PdfReader(BytesIO(files.pdf)).pages
    register = rows(files)
    assert len(pages) == len(register) == files.bills == len(ROUTE)
    for page, row in zip(pages, register, strict=True):
        text = page.extract_text().replace("\xa0", " ")
        assert row["Лицевой счёт"] in text
        assert row["К оплате, ₽"] in text.replace(" ", "")
        assert row["Файл"] == f"{files.label}.pdf"
    (sheet,) = PdfReader(BytesIO(files.control)).pages
    text = " ".join(sheet.extract_text().replace("\xa0", " ").split())
    for words in ("Контрольный лист", files.label, files.pdf_sha256, "г. Миасс, ул. Мира 8", "ул. Ёлочная 1"):
        assert words in text


def test_second_run_prints_only_what_is_new() -> None:
    billed(3)
    assert sum(each.bills for each in print_all()) == 3
    assert print_all() == []
    _account, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1010, read_on=date(2026, 11, 20))
    issue()
    (second,) = print_all()
    assert (second.bills, second.label[-3:]) == (1, "002")
    assert PrintedBill.objects.filter(printed_at=NOW).count() == Bill.objects.count() == 4


def test_only_paper_is_printed_and_who_has_no_address_gets_paper() -> None:
    email, both, nowhere, paper = billed(4)
    Account.objects.filter(pk=email.pk).update(delivery="email", delivery_email="anna@example.ru")
    Account.objects.filter(pk=both.pk).update(delivery="both", delivery_email="anna@example.ru")
    Account.objects.filter(pk=nowhere.pk).update(delivery="email", delivery_email="")
    (files,) = print_all()
    assert {row["Лицевой счёт"] for row in rows(files)} == {both.number, nowhere.number, paper.number}
    (month,) = queries.waiting(today=date(2026, 12, 2))
    assert (month.printed, month.waiting) == (3, 0)


def test_batch_drawn_again_is_the_same_to_the_byte() -> None:
    billed(3)
    (files,) = print_all()
    # Where people live may be corrected meanwhile: the pile stays the pile.
    Premises.objects.update(street="ул. Новая")
    batch = queries.batch_by_label(files.label)
    again, same = operations.print_again(batch=batch, by=BY, now=NOW)
    assert same
    assert again.named == files.named
    assert list(
        Entry.objects.filter(subject="print_batch").order_by("id").values_list("action", flat=True)
    ) == [
        "bills.printed",
        "bills.printed_again",
    ]
    for unknown in ("", "x", "no-2026-11-001", files.label + "0", "a-b-c-d"):
        with pytest.raises(queries.BatchNotFound):
            queries.batch_by_label(unknown)


def test_killed_run_is_finished_by_the_next_one() -> None:
    billed(5)
    kept: list[str] = []

    def die(files: PrintFiles) -> None:
        if kept:
            raise OSError("the disk is full")
        kept.append(files.label)

    printing = operations.print_month(
        provider_id=make_provider().pk, period=NOVEMBER, keep=die, by=BY, now=NOW, size=2
    )
    with pytest.raises(OSError, match="full"):
        list(printing)
    assert [batch.drawn_at is None for batch in PrintBatch.objects.order_by("number")] == [False, True]
    rest = print_all(size=2)
    assert [each.label[-3:] for each in rest] == ["002", "003"]
    assert PrintedBill.objects.filter(printed_at__isnull=False).count() == 5
    assert print_all() == []


def test_desk_sees_what_waits_and_the_ends_of_a_batch() -> None:
    billed(4)
    (month,) = queries.waiting(today=date(2026, 12, 2))
    assert (month.month, month.printed, month.waiting) == (NOVEMBER, 0, 4)
    (files,) = print_all()
    (batch,) = queries.batches(limit=5)
    register = rows(files)
    ends = [address.replace("\xa0", " ") for address in (batch.first, batch.last)]
    assert ends == [register[0]["Адрес"], register[-1]["Адрес"]]
    assert queries.waiting(today=date(2026, 12, 2))[0].waiting == 0


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_put_no_bill_into_two_batches() -> None:
    billed()
    start, made = Barrier(2), list[PrintFiles]()

    def work() -> None:
        start.wait()
        try:
            made.extend(print_all(size=2))
        finally:
            connection.close()

    threads = [Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = [row["Счёт"] for files in made for row in rows(files)]
    assert len(numbers) == len(set(numbers)) == len(ROUTE)
    assert not PrintBatch.objects.filter(drawn_at__isnull=True).exists()
