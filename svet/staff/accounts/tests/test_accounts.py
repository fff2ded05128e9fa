"""The search and the account on one screen."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from svet.accounts.models import Account, LinkProof, Premises
from svet.accounts.queries import finding
from svet.accounts.tests.factories import make_account, make_link
from svet.bills.models import DebtCertificate
from svet.bills.tests.test_chain import post
from svet.journal.models import Entry
from svet.ledger.rules import TransactionKind
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.models import Order
from svet.payments.tests.factories import make_order
from svet.people.tests.factories import NOW, make_person
from svet.staff.accounts.search import search
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def account() -> Account:
    """An account one can ask for in every way."""
    account = make_account(number="0356067000")
    Premises.objects.filter(pk=account.premises_id).update(
        city="Светлореченск", street="ул. Фонарная", house="12", flat="7"
    )
    Account.objects.filter(pk=account.pk).update(
        registry_phone="+79117178512", holder_name="Лучинина Анна Петровна"
    )
    LinkProof.objects.get_or_create(account=account, serial="115268446")
    make_account(number="0999999999")
    account.refresh_from_db()
    return account


@pytest.fixture
def browser() -> Client:
    return working(make_member())


def found(asked: str) -> list[str]:
    return [one.number for one in search(asked)]


@pytest.mark.parametrize(
    "asked",
    [
        "0356067000",
        " 0356 067 000 ",
        "035606",
        "8 (911) 717-85-12",
        "115268446",
        "Фонарная 12 7",
        "ул. фонарная, д. 12, кв. 7",
        "Фонарная 12-7",
        "ул.Фонарная,12-7",
        "Фонар 12",
        "ЛУЧИНИНА",
        "Светлореченск лучинина анна",
        "лучинина фонарная 12",
    ],
)
def test_an_account_is_found_by_what_people_say(account: Account, asked: str) -> None:
    assert found(asked) == ["0356067000"]


def test_it_is_found_by_payment_receipt_and_the_phone_of_a_cabinet(account: Account) -> None:
    person = make_person(phone="+79001112233")
    make_link(person=person, account=account)
    order = make_order(person=person, lines=[(account, 1_000)], now=NOW)
    meter = make_meter(account=account, installed_on=date(2026, 9, 1), initial=100)
    reading = make_reading(meter, 200, read_on=date(2026, 10, 20))
    for asked in (order.number, order.number.lower(), reading.receipt_number, "+79001112233"):
        assert found(asked) == ["0356067000"], asked


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "   ",
        "035",
        "Фонарная 13",
        "Фонарная 12 лучинин борис",
        "онарная",
        "кв.",
        "%",
        "О-0000-0000",
        "'; --",
        "1" * 99,
    ],
)
def test_what_is_not_there_is_not_found(account: Account, asked: str) -> None:
    assert found(asked) == []


@pytest.mark.parametrize("asked", ["\x00", "%00", "<script>", "0" * 5000, "ж" * 5000])
def test_hostile_words_are_only_words(browser: Client, account: Account, asked: str) -> None:
    answer = browser.post("/staff/accounts/", {"q": asked}, follow=True)
    assert answer.status_code == 200
    assert b"<script>" not in answer.content


def test_one_answer_is_opened_at_once_and_several_are_listed(browser: Client, account: Account) -> None:
    answer = browser.post("/staff/accounts/", {"q": "0356067000"}, follow=True)
    assert answer.redirect_chain[-1][0] == f"/staff/accounts/{account.public_id}/"
    make_account(number="0356067001")
    page = browser.post("/staff/accounts/", {"q": "035606"}, follow=True).content.decode()
    assert "0356067000" in page
    assert "0356067001" in page


def test_what_is_looked_for_is_in_no_address_and_can_be_shown_again(
    browser: Client, account: Account
) -> None:
    make_account(number="0356067001")
    answer = browser.post("/staff/accounts/", {"q": "035606 "})
    where = answer.headers["Location"]
    assert "035606" not in where
    for _ in range(2):
        assert "0356067001" in browser.get(where).content.decode()
    assert "0356067001" not in browser.get("/staff/accounts/?q=035606").content.decode(), "no old links"
    stranger = working(make_member())
    assert "0356067001" not in stranger.get(where).content.decode(), "the key is of one session"
    for page in ("/staff/", "/staff/accounts/"):
        assert 'action="/staff/accounts/" method="post"' in browser.get(page).content.decode()


def test_many_answers_come_page_by_page(browser: Client) -> None:
    for number in range(finding.MOST + 7):
        make_account(number=f"04120000{number:02d}")
    where = browser.post("/staff/accounts/", {"q": "041200"}).headers["Location"]
    first, second = (browser.get(f"{where}&page={page}").content.decode() for page in (1, 2))
    assert f"Найдено {finding.MOST + 7} счетов" in first
    assert "0412000000" in first
    assert "0412000056" not in first
    assert 'rel="next"' in first
    assert "0412000056" in second
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    for odd in ("0", "-1", "x", "9999999", "²"):
        assert browser.get(f"{where}&page={odd}").status_code == 200


def test_an_answer_cut_short_does_not_call_itself_the_first(
    browser: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each way of finding gives any accounts up to its limit, so the page must not promise an order."""
    for number in range(3):
        make_account(number=f"041200000{number}")
    monkeypatch.setattr(finding, "MOST_KEYS", 3)
    where = browser.post("/staff/accounts/", {"q": "041200"}).headers["Location"]
    page = browser.get(where).content.decode()
    assert "Показаны первые" not in page
    assert "Счетов не меньше 3, и показана только часть" in page


def test_the_screen_shows_who_holds_it_and_since_when(browser: Client, account: Account) -> None:
    make_link(person=make_person(phone="+79001112233"), account=account, confirmed=True)
    page = browser.get(f"/staff/accounts/{account.public_id}/").content.decode()
    for word in ("Лучинина Анна Петровна", "+7 (900) 111-22-33", "подтверждён", "+7 (911) 717-85-12"):
        assert word in page.replace("\xa0", " "), word


def test_opening_an_account_is_written_down_with_the_members_name(account: Account) -> None:
    member = make_member(role=Role.BILLING)
    working(member).get(f"/staff/accounts/{account.public_id}/")
    entry = Entry.objects.get(action="account.viewed")
    assert (entry.actor_kind, entry.actor_person_id) == ("staff", member.person_id)
    assert (entry.subject_id, entry.account_id) == (account.public_id, account.pk)
    assert "Смирнова" in entry.actor_name


def test_an_account_that_is_not_there_is_404_and_an_event(browser: Client) -> None:
    assert browser.get("/staff/accounts/0000000000000000/").status_code == 404
    assert Entry.objects.get(action="not_visible").actor_kind == "staff"


def test_the_screen_costs_as_many_queries_with_much_as_with_little(browser: Client, account: Account) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert browser.get(f"/staff/accounts/{account.public_id}/").status_code == 200
        return len(asked)

    meter = make_meter(account=account, installed_on=date(2026, 1, 1), initial=100)
    make_reading(meter, 110, read_on=date(2026, 2, 20))
    person = make_person()
    make_link(person=person, account=account)
    make_order(person=person, lines=[(account, 1_000)], now=NOW)
    few = cost()
    for month in range(3, 9):
        make_reading(meter, 100 + month * 10, read_on=date(2026, month, 20))
        make_link(person=make_person(), account=account)
        make_order(person=person, lines=[(account, 1_000)], now=NOW)
    assert cost() == few


def test_a_number_without_any_digit_is_a_number_too(account: Account) -> None:
    person = make_person()
    make_link(person=person, account=account)
    order = make_order(person=person, lines=[(account, 1_000)], now=NOW)
    Order.objects.filter(pk=order.pk).update(number="О-KMQX-ABCD")
    assert found("о-kmqx-abcd") == ["0356067000"]


@pytest.mark.parametrize("kind", ["pdf", "xlsx"])
def test_the_office_gives_out_a_reconciliation_statement_with_the_name(
    account: Account, browser: Client, kind: str
) -> None:
    address = f"/staff/accounts/{account.public_id}/reconciliation.{kind}"
    assert address in browser.get(f"/staff/accounts/{account.public_id}/").text
    seen = Entry.objects.filter(action="account.viewed").count()
    response = browser.get(f"{address}?since=2026-01-01&until=2026-01-31")
    assert response.status_code == 200
    assert f"reconciliation-{account.number}-2026-01-01-2026-01-31.{kind}" in response["Content-Disposition"]
    if kind == "pdf":
        assert "Лучинина Анна Петровна" in PdfReader(BytesIO(response.content)).pages[0].extract_text()
    assert Entry.objects.filter(action="account.viewed").count() == seen + 1
    wrong = browser.get(f"{address}?since=2026-02-01&until=2026-01-31")
    assert wrong.status_code == 422
    assert "«Дата по» раньше, чем «Дата с»." in wrong.text
    assert browser.get("/staff/accounts/0123456789/reconciliation.pdf").status_code == 404


def test_the_office_gives_a_certificate_of_no_debt_or_says_why_not(account: Account, browser: Client) -> None:
    screen, ask = (f"/staff/accounts/{account.public_id}/{end}" for end in ("", "certificates/"))
    assert f'action="{ask}#certificate"' in browser.get(screen).text
    given = browser.post(ask)
    assert (given.status_code, given["Location"]) == (302, f"{screen}#certificate")
    row = DebtCertificate.objects.get()
    assert row.asked_by.startswith("staff ")
    assert f'href="{ask}{row.public_id}.pdf"' in browser.get(screen).text
    file = browser.get(f"{ask}{row.public_id}.pdf")
    assert "Лучинина Анна Петровна" in PdfReader(BytesIO(file.content)).pages[0].extract_text()
    assert browser.get(f"{ask}{account.public_id}.pdf").status_code == 404
    post(account, 5_000, on=date(2026, 7, 1), kind=TransactionKind.OPENING)
    late = browser.post(ask)
    assert late.status_code == 422
    assert "Справку выдать нельзя: просрочено" in late.text
