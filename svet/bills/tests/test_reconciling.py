"""A reconciliation statement of a real account: late money, numbers of bills, masks, the ledger's balance."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
from django.utils import timezone, translation
from pypdf import PdfReader

from svet.accounts.models import Account, Link
from svet.accounts.queries import AccountNotFound
from svet.accounts.tests.factories import make_account, make_link
from svet.billing.tests.factories import NOVEMBER
from svet.bills import operations, queries
from svet.bills.models import Bill
from svet.bills.operations import ReconciliationForm
from svet.bills.rules.reconciliation import (
    ReconciliationReason,
    ReconciliationRefused,
    ReconciliationStatement,
)
from svet.bills.tests.test_chain import OCTOBER, SEPTEMBER, charge, issue, live, post
from svet.bills.texts import explain
from svet.kernel.actors import Actor
from svet.ledger import queries as ledger
from svet.ledger.rules import TransactionKind
from svet.people.models import Person
from svet.people.tests.factories import make_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
SYSTEM = Actor.system("test")


def of(person: Person) -> Actor:
    return Actor.person(person.pk)


def statement(
    account: Account, since: date, until: date, *, actor: Actor = SYSTEM, now: datetime = NOW
) -> ReconciliationStatement:
    return queries.reconciliation(
        actor=actor, account_public_id=account.public_id, since=since, until=until, now=now
    )


@pytest.fixture
def account() -> Account:
    account, _meter = live()
    for month in (SEPTEMBER, OCTOBER):
        charge(month)
        issue(month)
    post(account, -30_000, on=date(2026, 9, 15))  # late: known after two bills
    post(account, -10_000, on=date(2026, 11, 3))
    post(account, 4_000, on=date(2026, 11, 3), kind=TransactionKind.REFUND)
    post(account, -500, on=date(2026, 11, 20), kind=TransactionKind.WRITE_OFF)
    return account


def test_statements_of_neighbouring_periods_join_and_end_with_the_ledgers_balance(account: Account) -> None:
    first = statement(account, date(2026, 9, 1), date(2026, 9, 30))
    second = statement(account, date(2026, 10, 1), date(2026, 11, 3))
    third = statement(account, date(2026, 11, 4), date(2026, 12, 5))
    whole = statement(account, date(2026, 9, 1), date(2026, 12, 5))
    assert first.opening == 0
    assert (first.closing, second.closing) == (second.opening, third.opening)
    assert third.closing == whole.closing == ledger.balance(account.pk).kopecks
    assert whole.seq == ledger.standings([account.pk])[account.pk].seq == len(whole.rows)
    assert [*first.rows, *second.rows, *third.rows] == list(whole.rows)
    for each in (first, second, third, whole):
        assert each.opening + each.debit - each.credit == each.closing


def test_a_late_payment_stands_by_its_day_with_the_day_it_became_known(account: Account) -> None:
    payment, charged = statement(account, date(2026, 9, 1), date(2026, 9, 30)).rows
    assert (payment.on, payment.credit, payment.seq) == (date(2026, 9, 15), 30_000, 3)
    assert payment.known_on > date(2026, 9, 15)
    assert (charged.seq, charged.kind) == (1, TransactionKind.CHARGE)


def test_a_charge_names_the_bill_on_which_it_stands(account: Account) -> None:
    rows = statement(account, date(2026, 9, 1), date(2026, 10, 31)).rows
    numbers = [each.document for each in rows if each.kind is TransactionKind.CHARGE]
    assert numbers == list(Bill.objects.order_by("no").values_list("number", flat=True))
    charge(NOVEMBER)
    (charged,) = (
        each
        for each in statement(account, date(2026, 11, 4), date(2026, 12, 1)).rows
        if each.kind is TransactionKind.CHARGE
    )
    assert charged.document == ""  # charged, and not billed yet


def test_an_account_without_movements_has_a_statement_of_nothing() -> None:
    found = statement(make_account(), date(2026, 1, 1), date(2026, 12, 5))
    assert (found.opening, found.rows, found.closing, found.seq) == (0, (), 0, 0)


@pytest.mark.parametrize("form", list(ReconciliationForm))
def test_names_are_masked_as_on_the_bill_and_the_same_bytes_come_again(
    account: Account, form: ReconciliationForm
) -> None:
    anna, boris = make_person(), make_person(first_name="Борис")
    make_link(person=anna, account=account, confirmed=True)
    make_link(person=boris, account=account)
    days = (date(2026, 9, 1), date(2026, 12, 5))
    assert statement(account, *days, actor=of(anna)).parties.holder == account.holder_name
    masked = statement(account, *days, actor=of(boris)).parties
    assert "Иванова" not in masked.holder
    assert "*" in masked.holder
    assert "*" in masked.address

    def file(language: str) -> operations.ReconciliationFile:
        with translation.override(language):
            return operations.reconciliation_file(
                actor=of(boris),
                account_public_id=account.public_id,
                since=days[0],
                until=days[1],
                form=form,
                now=NOW,
            )

    assert file("ru") == file("en")
    assert file("ru").name == f"reconciliation-{account.number}-2026-09-01-2026-12-05.{form}"
    if form is ReconciliationForm.PDF:
        text = "".join(page.extract_text() for page in PdfReader(BytesIO(file("ru").content)).pages)
        assert "Акт сверки расчётов" in text
        assert "Иванова" not in text


def test_it_is_for_who_holds_the_account_and_may_look(account: Account) -> None:
    boris, vera = make_person(first_name="Борис"), make_person(first_name="Вера")
    link = make_link(person=boris, account=account)
    make_link(person=vera, account=make_account(), confirmed=True)
    assert statement(account, date(2026, 9, 1), date(2026, 9, 1), actor=of(boris))
    Link.objects.filter(pk=link.pk).update(ends_at=timezone.now() - timedelta(days=1))
    for person in (boris, vera):
        with pytest.raises(AccountNotFound):
            statement(account, date(2026, 9, 1), date(2026, 9, 1), actor=of(person))


def test_days_to_come_are_counted_where_the_supplier_is() -> None:
    account = make_account()
    account.provider.__class__.objects.update(time_zone="Asia/Yekaterinburg")
    late = datetime(2026, 12, 5, 20, 0, tzinfo=UTC)  # the 6th in Chelyabinsk
    day = date(2026, 12, 6)
    assert statement(account, day, day, now=late).made_at.date() == day
    with pytest.raises(ReconciliationRefused) as refused:
        statement(account, day, day)
    assert refused.value.reason is ReconciliationReason.FUTURE
    assert "ещё не наступил" in explain(refused.value)
