"""A row of a statement that nothing fits: taken for a customer's, set aside, left until a day; each once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.journal.models import Entry
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.payments import queries
from svet.payments.models import Chargeback, ImportedPayment, StatementRow
from svet.payments.operations import stated
from svet.payments.queries.statements import statement_rows_waiting
from svet.payments.tests.factories import provider_with_requisites
from svet.payments.tests.stated import a_statement_row
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
DAYS = "/staff/money/days/"


@pytest.fixture
def account() -> Account:
    return make_account(provider=provider_with_requisites(), number="0356067000")


def clerk(role: Role = Role.BILLING) -> Client:
    return working(make_member(role=role))


def page_of(row: StatementRow) -> str:
    return f"/staff/money/statement-rows/{row.public_id}/"


def decide(client: Client, row: StatementRow, act: str, **more: str) -> str:
    """Say it, and what the page that follows says."""
    body = {"act": act, f"{act}-reason": "письмо банка № 5"}
    body |= {f"{act}-{name}": said for name, said in more.items()}
    answer = client.post(page_of(row), body, follow=True)
    assert answer.status_code in (200, 422)
    return answer.content.decode()


def book(name: str) -> int:
    return sum(Posting.objects.filter(book=name).values_list("kopecks", flat=True))


def test_money_with_an_account_in_its_purpose_is_put_on_it(account: Account) -> None:
    row, client = a_statement_row(account.provider, purpose="ЛС 0356067000"), clerk()
    assert row.number in client.get(DAYS).content.decode()
    assert "Зачислено на счёт из назначения" in decide(client, row, "customers")
    assert ledger.balance(account.pk) == Money(-300_00)
    assert (book("settlement"), book("bank"), book("receivable")) == (300_00, 0, -300_00)
    assert statement_rows_waiting() == []
    assert Entry.objects.filter(action="payments.statement.customers").count() == 1
    assert queries.broken() == []


def test_money_of_nobody_goes_to_suspense_where_it_is_put_or_sent_back(account: Account) -> None:
    row, client = a_statement_row(account.provider), clerk()
    assert "Деньги в невыясненных" in decide(client, row, "customers")
    assert (book("settlement"), book("bank"), book("suspense")) == (300_00, 0, -300_00)
    waits = ImportedPayment.objects.get()
    said = client.post(
        f"/staff/money/rows/{waits.public_id}/", {"act": "back", "back-reason": "просил банк"}, follow=True
    )
    assert "списаны из невыясненных" in said.content.decode()
    assert book("suspense") == 0
    assert queries.broken() == []


def test_a_twin_is_a_payment_of_its_own(account: Account) -> None:
    first = a_statement_row(account.provider, purpose="ЛС 0356067000")
    twin = a_statement_row(account.provider, purpose="лс 0356067000", twin=1, state="differs")
    client = clerk()
    decide(client, first, "customers")
    decide(client, twin, "customers")
    assert ledger.balance(account.pk) == Money(-600_00)
    assert book("bank") == 0
    assert queries.broken() == []


def test_set_aside_it_is_in_no_book_and_decided_once(account: Account) -> None:
    row, client = a_statement_row(account.provider, kopecks=-300_00), clerk()
    assert "в книгах её денег нет" in decide(client, row, "aside")
    assert statement_rows_waiting() == []
    assert not Posting.objects.exists()
    again = decide(client, row, "aside")
    assert "уже сопоставлена или решена" in again
    assert "письмо банка № 5" in again


def test_left_until_a_day_it_stays_on_the_list_and_can_still_be_decided(account: Account) -> None:
    row, client = a_statement_row(account.provider), clerk()
    until = timezone.localdate() + timedelta(days=7)
    assert f"оставлена до {until:%d.%m.%Y}" in decide(client, row, "later", until=str(until))
    (waits,) = statement_rows_waiting()
    assert (waits.put_off_until, waits.said) == (until, "письмо банка № 5")
    decide(client, row, "aside")
    assert statement_rows_waiting() == []


@pytest.mark.parametrize("days", [0, -1, 91])
def test_it_is_left_neither_until_today_nor_for_ever(account: Account, days: int) -> None:
    row = a_statement_row(account.provider)
    until = timezone.localdate() + timedelta(days=days)
    assert "не больше чем на 90 дней" in decide(clerk(), row, "later", until=str(until))
    row.refresh_from_db()
    assert row.put_off_until is None


def test_money_that_went_out_is_never_a_customers(account: Account) -> None:
    row, client = a_statement_row(account.provider, kopecks=-300_00), clerk()
    assert "Это деньги абонента" not in client.get(page_of(row)).content.decode()
    decide(client, row, "customers")
    assert not Posting.objects.exists()
    assert len(statement_rows_waiting()) == 1


def test_a_row_a_colleague_has_is_theirs_until_it_is_taken_over(account: Account) -> None:
    row, first, second = a_statement_row(account.provider), clerk(), clerk()
    first.post(page_of(row), {"act": "take"})
    assert "Возьмите себе" in decide(second, row, "aside")
    assert len(statement_rows_waiting()) == 1
    second.post(page_of(row), {"act": "take_over"})
    decide(second, row, "aside")
    assert statement_rows_waiting() == []


def test_a_row_that_speaks_of_a_dispute_says_what_settles_it(account: Account) -> None:
    row = a_statement_row(account.provider, kopecks=-300_00, purpose="Чарджбэк по платежу 2f1")
    assert "Похоже на спор о платеже" in clerk().get(page_of(row)).content.decode()
    assert not Chargeback.objects.exists()


def test_an_operator_a_stranger_and_a_program_decide_nothing(account: Account) -> None:
    row = a_statement_row(account.provider)
    assert clerk(Role.OPERATOR).get(page_of(row)).status_code in (403, 404)
    assert clerk().get("/staff/money/statement-rows/nobody0000000000/").status_code == 404
    with pytest.raises(stated.StatementRowRefused):
        stated.set_aside(
            row_public_id=row.public_id,
            by=Actor.system("x"),
            reason="просто так",
            now=timezone.now(),
        )
