"""Penalties where the supplier shows them: on the bill's page, on paper, in the API, on a certificate."""

from __future__ import annotations

import re
from datetime import date
from io import BytesIO

import pytest
from django.test import Client
from pypdf import PdfReader

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_link, make_provider
from svet.api.tests.test_v1 import Program
from svet.billing.tests.factories import NOVEMBER
from svet.bills.models import Bill
from svet.bills.queries.certificates import debt_to_certify
from svet.bills.rules.certificates import CertificateRefused
from svet.bills.tests.test_chain import charge, issue, live, post
from svet.bills.texts import certificate_words, explain
from svet.kernel.money import ZERO, Money
from svet.look.formats import roubles
from svet.payments.tests.factories import REQUISITES
from svet.penalties.rules.policies import PenaltyMode
from svet.penalties.tests.test_showing import OCTOBER, SEPTEMBER, choose, known_law  # noqa: F401
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_law")]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ").replace("\u202f", " "))


@pytest.fixture
def anna() -> Person:
    """She owes since September, and the supplier shows what that costs."""
    make_provider(**REQUISITES)
    choose(PenaltyMode.SHOWN)
    account, _ = live()
    person = make_person()
    make_link(person=person, account=account, confirmed=True)
    for month in (SEPTEMBER, OCTOBER, NOVEMBER):
        charge(month)
        issue(month)
    return person


def newest() -> Bill:
    return Bill.objects.latest("no")


def test_the_page_the_paper_and_the_api_say_the_same_penalty_with_its_days(anna: Person) -> None:
    bill = newest()
    streams = bill.snapshot["streams"]
    shown = plain(roubles(streams["shown"]))
    browser = Client()
    browser.force_login(anna)
    page = plain(browser.get(f"/bills/{bill.public_id}/").content.decode())
    for said in (
        "Пени",
        "дни просрочки 31–46",
        "9,5 % ÷ 300",
        "прошли дни просрочки",
        "в том числе пени",
        shown,
    ):
        assert said in page, said
    paper = plain(
        PdfReader(BytesIO(browser.get(f"/bills/{bill.public_id}.pdf").content)).pages[0].extract_text()
    )
    for said in ("Пени в этом счёте", "дни просрочки 31–46", "9,5 % ÷ 300", "в том числе пени", shown):
        assert said in paper, said
    program = Program(anna)
    (summary, *_) = program.get("/bills").json()
    found = program.get(f"/bills/{summary['id']}").json()
    assert found["penalty_kopecks"] == found["streams"]["penalty"] == streams["shown"] > 0
    assert {row["kind"] for row in found["movements"]} == {"penalty"}
    months = plain(browser.get(f"/accounts/{Account.objects.get().public_id}/charges/").content.decode())
    assert "Пени" in months
    assert shown in months


def test_a_bill_before_the_first_penalty_says_nothing_of_penalties(anna: Person) -> None:
    browser = Client()
    browser.force_login(anna)
    first = Bill.objects.earliest("no")
    assert "Пени" not in browser.get(f"/bills/{first.public_id}/").content.decode()
    found = Program(anna).get(f"/bills/{first.public_id}").json()
    assert (found["penalty_kopecks"], found["streams"]) == (0, None)


def test_what_was_paid_of_a_penalty_stands_on_the_next_bill(anna: Person) -> None:
    account, bill = Account.objects.get(), newest()
    shown = bill.snapshot["streams"]["shown"]
    post(account, -bill.payable_kopecks, on=date(2026, 12, 5))
    december = NOVEMBER.plus(1)
    charge(december)
    issue(december)
    streams = newest().snapshot["streams"]
    assert streams["penalty_opening"] == shown
    # Both bills were paid late: the days up to 5 December come on top.
    assert (streams["penalty_paid"], streams["penalty"]) == (shown, streams["shown"])
    browser = Client()
    browser.force_login(anna)
    page = plain(browser.get(f"/bills/{newest().public_id}/").content.decode())
    assert "оплачено 05.12.2026" in page
    assert "Показано в прошлых счетах" in page


def test_a_certificate_says_what_of_the_debt_is_penalties(anna: Person) -> None:
    from svet.accounts.queries.registry import accounts_by_id

    account, bill = Account.objects.get(), newest()
    (view,) = accounts_by_id([account.pk])
    shown = bill.snapshot["streams"]["shown"]
    with pytest.raises(CertificateRefused) as refused:
        debt_to_certify(account=view, today=date(2026, 12, 3), transit=ZERO)
    assert f"В том числе пени: {roubles(shown)}." in explain(refused.value)
    second = Bill.objects.get(no=2)
    post(account, -second.payable_kopecks, on=date(2026, 12, 2))
    _, debt = debt_to_certify(account=view, today=date(2026, 12, 3), transit=ZERO)
    assert Money(debt.penalty) == Money(shown)
    assert f"В том числе пени: {roubles(shown)}." in certificate_words(debt)
