from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader
from pytest_django import DjangoAssertNumQueries

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account, make_link, make_provider
from svet.billing.operations import run
from svet.billing.rules.explanation import read, replayed
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account, make_norm
from svet.bills import operations
from svet.bills.models import Bill, BillPaper
from svet.kernel.money import Money
from svet.kernel.periods import Month
from svet.kernel.transactions import use_case
from svet.ledger import operations as ledger
from svet.ledger.rules import Book, Leg, TransactionKind
from svet.look.formats import roubles
from svet.metering.tests.factories import make_reading
from svet.payments.tests.factories import REQUISITES
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 4, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Cast:
    """Anna owns the account, Boris holds it unconfirmed, Vera is a stranger with an account of her own."""

    anna: Person
    boris: Person
    vera: Person
    account: Account
    bill: Bill


def enter(person: Person) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture(scope="module")
def standing(standing_database: None) -> Cast:
    provider = make_provider(**REQUISITES)
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 9, 20), residents=1)
    make_reading(meter, 1137, read_on=date(2026, 10, 20))
    make_reading(meter, 1337, read_on=date(2026, 11, 20))
    for period in (NOVEMBER.plus(-1), NOVEMBER):
        run(provider_id=provider.pk, period=period, now=NOW)
        operations.issue(provider_id=provider.pk, period=period, now=NOW)
    anna, boris, vera = make_person(), make_person(first_name="Борис"), make_person(first_name="Вера")
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    make_link(person=vera, account=make_account(), confirmed=True)
    return Cast(anna, boris, vera, account, Bill.objects.get(period=NOVEMBER.first))


@pytest.fixture
def cast(standing: Cast, db: None) -> Cast:
    return deepcopy(standing)


def page(person: Person, url: str, status: int = 200) -> str:
    response = enter(person).get(url)
    assert response.status_code == status
    return response.content.decode().replace("\xa0", " ")


def test_list_shows_the_newest_bills_with_their_files(cast: Cast) -> None:
    text = page(cast.anna, "/bills/")
    assert f"/bills/{cast.bill.public_id}/" in text
    assert f"/bills/{cast.bill.public_id}.pdf" in text
    assert "200 кВт·ч" in text
    assert page(cast.anna, f"/bills/?account={cast.account.public_id}")


def test_bill_opens_every_line_to_its_formula(cast: Cast) -> None:
    text = page(cast.anna, f"/bills/{cast.bill.public_id}/")
    assert "В ноябре 200 кВт·ч — на 63 больше, чем в октябре;" in text
    assert "Детализация расчётов" in text
    assert "200 кВт·ч × 4,85 ₽ = 970,00 ₽" in text
    assert "1 337 − 1 137" in text
    assert "20.11.2026, реестр" in text
    assert 'Платёжный документ № <span class="nowrap">2611-' in text
    assert "<details" in text


def test_charges_page_shows_the_latest_bill_and_the_reconciliation(cast: Cast) -> None:
    text = page(cast.anna, f"/accounts/{cast.account.public_id}/charges/")
    assert "Сверка расчётов по месяцам" in text
    assert "200 кВт·ч × 4,85 ₽ = 970,00 ₽" in text
    assert text.count("/bills/") >= 2


def test_the_calculation_is_a_file_for_who_may_see_the_bill(
    cast: Cast,
) -> None:
    address = f"/bills/{cast.bill.public_id}.json"
    assert address in enter(cast.anna).get(f"/bills/{cast.bill.public_id}/").text
    response = enter(cast.anna).get(address)
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    whole = read(response.text)
    (point,) = whole.facts.points
    assert (replayed(whole), whole.exact) == ([], True)
    assert [each.serial for each in point.placements] != [""]
    masked = read(enter(cast.boris).get(address).text)
    assert replayed(masked) == []
    assert [each.serial for point in masked.facts.points for each in point.placements] == [""]
    assert enter(cast.vera).get(address).status_code == 404


def test_file_is_a_pdf_of_this_bill(cast: Cast) -> None:
    response = enter(cast.anna).get(f"/bills/{cast.bill.public_id}.pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Cache-Control"] == "no-store"
    assert "Иванова" in PdfReader(BytesIO(response.content)).pages[0].extract_text()


def test_unconfirmed_holder_sees_masks_also_in_the_file(cast: Cast) -> None:
    assert "Иванова" in page(cast.anna, f"/bills/{cast.bill.public_id}/")
    for url in ("/bills/", f"/bills/{cast.bill.public_id}/", f"/accounts/{cast.account.public_id}/charges/"):
        text = page(cast.boris, url)
        assert "Иванова" not in text
        assert "А*** П. И******" in text
    content = enter(cast.boris).get(f"/bills/{cast.bill.public_id}.pdf").content
    assert "Иванова" not in PdfReader(BytesIO(content)).pages[0].extract_text()


def test_stranger_gets_404_and_nothing_changes(cast: Cast) -> None:
    for url in (
        f"/bills/{cast.bill.public_id}/",
        f"/bills/{cast.bill.public_id}.pdf",
        f"/accounts/{cast.account.public_id}/charges/",
        f"/bills/?account={cast.account.public_id}",
    ):
        assert cast.account.number not in page(cast.vera, url, 404)
    assert cast.account.number not in page(cast.vera, "/bills/")
    assert BillPaper.objects.count() == 0


@pytest.mark.parametrize("tampered", ["x" * 16, "1", "x" * 3000, "АБВ"])
def test_tampered_id_is_simply_absent(cast: Cast, tampered: str) -> None:
    for url in (f"/bills/{tampered}/", f"/bills/{tampered}.pdf", f"/accounts/{tampered}/charges/"):
        page(cast.anna, url, 404)


def test_visitor_is_led_to_the_entrance(cast: Cast) -> None:
    response = Client().get(f"/bills/{cast.bill.public_id}.pdf")
    assert response.status_code == 302
    assert response["Location"].startswith("/entrance/")


def test_posting_is_not_possible(cast: Cast) -> None:
    assert enter(cast.anna).post(f"/bills/{cast.bill.public_id}/").status_code == 405


def test_empty_pages_say_what_comes_when(cast: Cast) -> None:
    nobody = make_person(first_name="Галина")
    assert "Добавить абонента" in page(nobody, "/bills/")
    assert "Счетов пока нет" in page(cast.vera, "/bills/")
    own = Account.objects.get(link__person=cast.vera)
    assert "Счёта ещё не было" in page(cast.vera, f"/accounts/{own.public_id}/charges/")


def test_list_costs_the_same_for_one_account_and_for_many(
    cast: Cast, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _number in range(12):
        make_link(person=cast.anna, account=make_account())
    client = enter(cast.anna)
    with django_assert_max_num_queries(12):
        client.get("/bills/")


def test_hostile_names_are_only_text(cast: Cast) -> None:
    evil = "<script>alert(1)</script>"
    account = make_account(holder_name=evil)
    make_link(person=cast.anna, account=account, confirmed=True, alias=evil)
    assert evil not in page(cast.anna, "/bills/")


def test_a_flat_without_a_meter_reads_what_it_is_charged_for() -> None:
    provider = make_provider(**REQUISITES)
    load_chelyabinsk()
    make_norm(91)
    anna, account = make_person(), make_account(residents=3)
    make_link(person=anna, account=account, confirmed=True)
    run(provider_id=provider.pk, period=NOVEMBER, now=NOW)
    operations.issue(provider_id=provider.pk, period=NOVEMBER, now=NOW)
    bill = Bill.objects.get(account=account)
    text = page(anna, f"/bills/{bill.public_id}/")
    assert "273 кВт·ч × 4,85 ₽ = 1 324,05 ₽" in text
    assert "по нормативу" in text
    assert "№ </dd>" not in text
    content = enter(anna).get(f"/bills/{bill.public_id}.pdf").content
    assert "Прибора учёта нет" in PdfReader(BytesIO(content)).pages[0].extract_text()


def pay_late(account: Account, kopecks: int, *, on: date) -> None:
    """A payment that becomes known now and counts for an earlier day."""
    with use_case():
        ledger.post(
            key=f"late:{on}",
            kind=TransactionKind.PAYMENT,
            legs=[
                Leg(Book.RECEIVABLE, account.pk, Money(-kopecks)),
                Leg(Book.BANK, None, Money(kopecks)),
            ],
            occurred_at=NOW,
            effective_on=on,
            provider_id=account.provider_id,
        )


def test_late_payment_stands_among_what_changed_since_the_bill(cast: Cast) -> None:
    pay_late(cast.account, 11_111, on=date(2026, 11, 30))
    text = page(cast.anna, f"/accounts/{cast.account.public_id}/charges/")
    assert "Оплачено, поступило 30.11.2026" in text
    assert "−111,11 ₽" in text


def test_page_states_the_sums_of_the_bill_by_their_names(cast: Cast) -> None:
    text = page(cast.anna, f"/bills/{cast.bill.public_id}/")
    sums = cast.bill.snapshot["sums"]
    for name in ("opening", "charged", "closing"):
        assert roubles(sums[name]).replace("\xa0", " ") in text
    assert "Долг по счёту за октябрь 2026" in text
    assert "Начислено за ноябрь 2026" in text
    assert "тариф обновился" not in text


def test_the_number_of_a_bill_stays_on_one_line(cast: Cast) -> None:
    text = page(cast.anna, f"/bills/{cast.bill.public_id}/")
    assert f'<span class="nowrap">{cast.bill.number}</span>' in text


def test_overpaid_bill_has_no_day_to_pay_by_and_no_button(cast: Cast) -> None:
    pay_late(cast.account, 900_000, on=date(2026, 11, 30))
    make_norm(91)
    load = Month(2026, 12)
    later = datetime(2027, 1, 1, 4, tzinfo=UTC)
    run(provider_id=cast.account.provider_id, period=load, now=later)
    operations.issue(provider_id=cast.account.provider_id, period=load, now=later)
    bill = Bill.objects.get(account=cast.account, period=load.first)
    text = page(cast.anna, f"/bills/{bill.public_id}/")
    assert "переплата: платить не нужно" in text
    assert "к оплате, до" not in text
    assert 'href="/payment/" class' not in text
    assert "Оплатить до" not in page(cast.anna, "/history/?since=2027-01-01&until=2027-01-31")
