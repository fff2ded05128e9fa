"""Papers of use and payments of real accounts: one source with the reconciliation statement and the bills."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from pypdf import PdfReader

from svet.accounts.models import Account
from svet.accounts.queries import AccountNotFound
from svet.accounts.tests.factories import make_account, make_link
from svet.bills import operations, queries
from svet.bills.models import ConsumptionCertificate
from svet.bills.operations import ConsumptionForm
from svet.bills.operations.certifying import check_address
from svet.bills.rules.certificates import CertificateNotFound, printed_code
from svet.bills.rules.consumption import ConsumptionRefused, ConsumptionView, DebtState
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, issue, live, post
from svet.bills.texts import consumption_totals, explain
from svet.kernel.actors import Actor
from svet.kernel.services import Service
from svet.ledger.rules import TransactionKind
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")


def give(
    account: Account,
    since: str = "2026-09",
    until: str = "2026-10",
    *,
    actor: Actor = SYSTEM,
    now: datetime = NOW,
) -> ConsumptionView:
    return operations.give_consumption(
        actor=actor, account_public_id=account.public_id, since=since, until=until, now=now
    )


def file_of(
    account: Account, view: ConsumptionView, form: ConsumptionForm, *, actor: Actor = SYSTEM
) -> bytes:
    return operations.consumption_file(
        actor=actor, account_public_id=account.public_id, public_id=view.public_id, form=form
    ).content


def words_of(content: bytes) -> str:
    pages = PdfReader(BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


@pytest.fixture
def account() -> Account:
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue(month)
    post(account, -30_000, on=date(2026, 9, 15))  # late: known after two bills
    post(account, 4_000, on=date(2026, 10, 3), kind=TransactionKind.REFUND)
    post(account, -500, on=date(2026, 10, 20), kind=TransactionKind.WRITE_OFF)
    post(account, -700, on=date(2026, 11, 2))
    return account


def test_sums_are_those_of_the_reconciliation_statement_and_volumes_those_of_the_bills(
    account: Account,
) -> None:
    told = give(account).statement
    books = queries.reconciliation(
        actor=SYSTEM,
        account_public_id=account.public_id,
        since=date(2026, 9, 1),
        until=date(2026, 10, 31),
        now=NOW,
    )
    assert (told.opening, told.closing, told.seq) == (books.opening, books.closing, books.seq)
    moved = told.charged + told.recalculated + told.other - told.paid
    assert moved == books.debit - books.credit == told.closing - told.opening
    assert (told.paid, told.other) == (26_000, -500)
    billed = {each.month.first: each for each in queries.billed_months(account_id=account.pk, months=2)}
    for each in told.months:
        lines = billed[each.month].lines
        assert each.used == sum((line.kwh for line in lines), Decimal(0)) > 0
        assert each.charged + each.recalculated == billed[each.month].total.kopecks


def test_the_same_day_and_books_give_the_same_one_and_others_another(account: Account) -> None:
    first = give(account)
    assert give(account, now=NOW + timedelta(hours=3)) == first
    shorter = give(account, until="2026-09")
    post(account, -5_000, on=date(2026, 10, 30))
    later = give(account)
    assert later.statement.closing == first.statement.closing - 5_000
    assert len({first.code, shorter.code, later.code}) == ConsumptionCertificate.objects.count() == 3
    found = queries.consumption_papers(actor=SYSTEM, account_id=account.pk)
    assert {each.code for each in found} == {first.code, shorter.code, later.code}
    assert file_of(account, first, ConsumptionForm.PDF) == file_of(account, first, ConsumptionForm.PDF)
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsumptionCertificate.objects.update(code="X")


def test_the_paper_says_it_all_and_its_code_leads_to_its_check(account: Account) -> None:
    view = give(account)
    content = file_of(account, view, ConsumptionForm.PDF)
    words = words_of(content)
    for said in ("Справка о потреблении и платежах", "сентябрь 2026 — октябрь 2026", account.number):
        assert said in words
    for said in (account.holder_name, printed_code(view.code), "Электроэнергия", "Итого"):
        assert said in words
    assert "Соглашения о погашении задолженности нет." in words
    assert view.statement.debt.state is DebtState.OVERDUE
    assert "есть просроченная задолженность" in words
    assert check_address(view.code).removesuffix(f"{view.code}/").removeprefix("http://") in words
    found = operations.check_certificate(typed=printed_code(view.code).lower(), address="10.0.0.1", now=NOW)
    assert isinstance(found, ConsumptionView)
    assert found.masked
    assert account.holder_name not in f"{found.holder} {consumption_totals(found.statement)}"
    assert file_of(account, view, ConsumptionForm.XLSX)[:2] == b"PK"


def test_who_is_not_confirmed_reads_no_name_and_a_stranger_nothing(account: Account) -> None:
    view = give(account)
    boris, vera = make_person(first_name="Борис"), make_person(first_name="Вера")
    make_link(person=boris, account=account, confirmed=False)
    content = file_of(account, view, ConsumptionForm.PDF, actor=Actor.person(boris.pk))
    assert account.holder_name not in words_of(content)
    stranger = Actor.person(vera.pk)
    with pytest.raises(AccountNotFound):
        give(account, actor=stranger)
    with pytest.raises(CertificateNotFound):
        file_of(account, view, ConsumptionForm.PDF, actor=stranger)
    other = make_account(number="0356067999")
    with pytest.raises(CertificateNotFound):
        file_of(other, view, ConsumptionForm.PDF)


@pytest.mark.parametrize(
    ("since", "until", "field", "said"),
    [
        ("2026-08", "2026-10", "since", "начались позже: сентябрь 2026"),
        ("2026-09", "2026-11", "until", "ещё не закончился"),
        ("2026-10", "2026-09", "until", "Поменяйте их местами"),
        ("2026-9", "2026-10", "since", "Такого месяца нет"),
    ],
)
def test_other_months_are_refused(account: Account, since: str, until: str, field: str, said: str) -> None:
    with pytest.raises(ConsumptionRefused) as refused:
        give(account, since, until)
    assert refused.value.field == field
    assert said in explain(refused.value).replace("\xa0", " ")


def test_a_new_holder_has_no_paper_of_the_time_before_and_an_empty_account_none(account: Account) -> None:
    account.held_since = date(2026, 10, 10)
    account.save()
    with pytest.raises(ConsumptionRefused):
        give(account)
    assert give(account, since="2026-10").statement.opening != 0
    with pytest.raises(ConsumptionRefused, match="account_without_months"):
        give(make_account(number="0356067999"))


def test_of_water_the_suppliers_own_sums_are_said_and_no_volumes() -> None:
    account = make_account(number="0356067999")
    account.provider.service = Service.COLD_WATER
    account.provider.save()
    post(account, 12_300, on=date(2026, 10, 31), kind=TransactionKind.CHARGE)
    view = give(account, since="2026-10")
    assert (view.statement.charged, view.statement.volumes_known) == (12_300, False)
    assert view.statement.debt.state is DebtState.ELSEWHERE
    words = words_of(file_of(account, view, ConsumptionForm.PDF))
    assert "Холодная вода, м³" in words
    assert "Потребление считает сам поставщик" in words
