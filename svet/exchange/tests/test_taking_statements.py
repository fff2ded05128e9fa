"""A statement in the books: settled days, fees, payments of customers, and the same again as nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.db.models import Sum

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.cli.main import svet
from svet.exchange.operations.statements import StatementReport, take_statement
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.tests.statement_files import OWN, PAYER, document, one_c
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.kernel.transactions import use_case
from svet.ledger import queries as ledger
from svet.ledger.models import Posting
from svet.payments import operations as payments
from svet.payments import queries
from svet.payments.models import DaySettlement, DayTotals, ImportedPayment, StatementRow
from svet.payments.queries import suspense
from svet.payments.queries.statements import settled_by_day, statement_rows_waiting
from svet.payments.rules.matching import StatementState
from svet.payments.tests.factories import provider_with_requisites

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)
BY = Actor.system("test")
YOO, POST = "7750005725", "7724490000"


@pytest.fixture
def account() -> Account:
    return make_account(provider=provider_with_requisites(), number="0356067000")


@pytest.fixture
def sources(account: Account) -> None:
    payments.add_source(code="yookassa", name="ЮKassa", inn=YOO, acquirer=True, now=NOW, by=BY)
    payments.add_source(code="post", name="Почта", inn=POST, now=NOW, by=BY)


def take(*documents: dict[str, str], name: str = "kl_to_1c.txt") -> StatementReport:
    return take_statement(name=name, content=one_c(*documents).encode("cp1251"), by=BY, now=NOW)


def book(name: str) -> int:
    return int(Posting.objects.filter(book=name).aggregate(sum=Sum("kopecks"))["sum"] or 0)


def day_of_list(account: Account, day: date, taken: int, commission: int, **more: int) -> None:
    DayTotals.objects.create(
        day=day,
        provider_id=account.provider_id,
        taken_kopecks=taken,
        commission_kopecks=commission,
        reconciled_at=NOW,
        **more,
    )


def whole() -> None:
    assert ledger.broken() == []
    assert queries.broken() == []


def test_a_transfer_with_the_account_in_its_purpose_is_a_payment_of_it(account: Account) -> None:
    report = take(document(purpose="ЛС 0356067000 за ноябрь 2026"))
    assert (report.counts[StatementState.PAYMENT], report.in_suspense) == (1, 0)
    assert ledger.balance(account.pk) == Money(-300_00)
    assert (book("settlement"), book("bank"), book("receivable")) == (300_00, 0, -300_00)
    whole()


@pytest.mark.parametrize("purpose", ["За свет", "ЛС 0356067009", "ЛС 0356067000 или 0356067001"])
def test_a_transfer_that_names_no_one_account_waits_in_suspense(account: Account, purpose: str) -> None:
    make_account(provider=account.provider, number="0356067001")
    report = take(document(purpose=purpose))
    assert report.in_suspense == 1
    (row,) = suspense.waiting()
    assert row.money == Money(300_00)
    assert "Крапивина" in row.payer
    assert purpose in row.payer
    assert (book("settlement"), book("bank"), book("suspense")) == (300_00, 0, -300_00)
    whole()


def test_the_same_movement_again_is_nothing_and_another_body_is_loud(account: Account) -> None:
    one = document(purpose="ЛС 0356067000")
    take(one)
    again = take(one, document("18", "5.00", purpose="ЛС 0356067000"))
    assert (again.repeated, again.counts[StatementState.PAYMENT], again.loud) == (1, 1, False)
    other = take(document(purpose="ЛС 0356067001"))
    assert other.loud
    assert other.counts[StatementState.DIFFERS] == 1
    assert "уже был" in other.faults[0]
    assert ledger.balance(account.pk) == Money(-305_00)
    assert len(statement_rows_waiting()) == 1
    # And the same other body again is not a third one.
    assert take(document(purpose="ЛС 0356067001"), document("20", "1.00")).repeated == 1


@pytest.mark.parametrize("purpose", ["За свет", "ЛС {}"])
def test_the_same_document_to_two_suppliers_is_a_payment_of_each(account: Account, purpose: str) -> None:
    """One payer sends both the same sum on one day under one number: only the receivers tell them apart."""
    receiver = "40702810000000000002"
    heat = provider_with_requisites(code="heat", inn="7450000002", settlement_account=receiver)
    second = make_account(provider=heat, number="0999067000")
    take(document(purpose=purpose.format(account.number)))
    text = one_c(document(purpose=purpose.format(second.number)))
    text = text.replace(OWN, receiver).replace("7450000001", "7450000002")
    report = take_statement(name="b.txt", content=text.encode("cp1251"), by=BY, now=NOW)
    assert (report.counts[StatementState.PAYMENT], report.repeated) == (1, 0)
    assert (book("settlement"), book("bank"), book("suspense") + book("receivable")) == (600_00, 0, -600_00)
    whole()


def test_money_on_our_account_that_is_no_payment_of_anybody_is_found(account: Account) -> None:
    take(document())
    StatementRow.objects.update(kopecks=300_01)
    assert [breach for breach in queries.broken() if "переводами" in breach]


def test_the_same_bytes_are_refused_as_taken(account: Account) -> None:
    take(document())
    with pytest.raises(FileRefused) as refused:
        take(document())
    assert refused.value.reason == FileReason.ALREADY_TAKEN


def test_a_day_of_the_acquirer_comes_net_of_the_bank_s_own_commission(
    account: Account, sources: None
) -> None:
    day_of_list(account, DAY - timedelta(days=1), 1_000_00, 9_00, refunded_kopecks=100_00)
    report = take(document("77", "891.00", inn=YOO))
    assert report.counts[StatementState.SETTLED] == 1
    assert (book("settlement"), book("commission"), book("bank")) == (891_00, 9_00, -900_00)
    settled = settled_by_day(since=DAY - timedelta(days=3), until=DAY)
    assert settled == {(DAY - timedelta(days=1), account.provider_id): Money(900_00)}
    assert ledger.broken() == []


def test_a_day_with_an_unknown_commission_is_never_computed(account: Account, sources: None) -> None:
    day_of_list(account, DAY - timedelta(days=1), 1_000_00, 9_00, without_income=1)
    report = take(document("77", "991.00", inn=YOO))
    assert report.counts[StatementState.WAITING] == 1
    (row,) = statement_rows_waiting()
    assert (row.source_name, row.money) == ("ЮKassa", Money(991_00))


def test_registers_of_an_agent_over_a_weekend_and_its_fee(account: Account, sources: None) -> None:
    rows = [
        payments.PaymentToApply(
            f"N{back}", account.pk, account.number, Money(100_00 + back), DAY - timedelta(days=back),
            account.provider_id,
        )
        for back in (1, 2, 3)
    ]  # fmt: skip
    with use_case():
        payments.apply_register_payments(source="post", rows=rows, now=NOW)
    fee = document("79", "1.50", payer=OWN, receiver=PAYER, purpose="Комиссия за приём платежей")
    fee["name"] = "x"
    text = one_c(document("78", "300.06", inn=POST), fee).replace(
        "ПолучательИНН=7450000001", f"ПолучательИНН={POST}"
    )
    report = take_statement(name="a.txt", content=text.encode(), by=BY, now=NOW)
    assert report.counts[StatementState.SETTLED] == 2
    assert DaySettlement.objects.count() == 3
    assert (book("settlement"), book("commission"), book("bank")) == (298_56, 1_50, 0)
    whole()


def test_a_statement_that_came_before_its_register_is_settled_when_asked_again(
    account: Account, sources: None
) -> None:
    assert take(document("78", "50.00", inn=POST)).counts[StatementState.WAITING] == 1
    row = payments.PaymentToApply("N", account.pk, account.number, Money(50_00), DAY, account.provider_id)
    with use_case():
        payments.apply_register_payments(source="post", rows=[row], now=NOW)
        from svet.accounts.queries import provider_by_id

        assert payments.settle_statements(provider=provider_by_id(account.provider_id), now=NOW) == 1
    assert StatementRow.objects.get().state == StatementState.SETTLED
    # What comes of the same day later is due by itself.
    late = payments.PaymentToApply("L", account.pk, account.number, Money(7_00), DAY, account.provider_id)
    with use_case():
        payments.apply_register_payments(source="post", rows=[late], now=NOW)
    assert take(document("80", "7.00", inn=POST)).counts[StatementState.SETTLED] == 1
    assert book("bank") == 0
    whole()


def test_money_that_leaves_us_is_not_our_affair(account: Account) -> None:
    report = take(document(payer=OWN, receiver=PAYER, purpose="За услуги сети"))
    assert report.counts[StatementState.ASIDE] == 1
    assert not ImportedPayment.objects.exists()
    assert book("settlement") == 0


def test_a_movement_of_tomorrow_is_one_bad_row(account: Account) -> None:
    early = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    text = one_c(document(day="23.11.2026"), document("18", "4.00"))
    report = take_statement(name="a.txt", content=text.encode(), by=BY, now=early)
    assert (report.counts[StatementState.PAYMENT], len(report.faults)) == (1, 1)


def test_an_account_of_nobody_or_of_two_suppliers_is_refused() -> None:
    with pytest.raises(FileRefused) as foreign:
        take(document())
    assert foreign.value.reason == FileReason.ACCOUNT_FOREIGN
    for code in ("one", "two"):
        provider_with_requisites(code=code)
    with pytest.raises(FileRefused) as shared:
        take(document())
    assert shared.value.reason == FileReason.ACCOUNT_SHARED


def test_the_command_tells_what_became_of_it(account: Account, tmp_path: Path) -> None:
    path = tmp_path / "kl_to_1c.txt"
    day = (datetime.now(UTC) - timedelta(days=3)).strftime("%d.%m.%Y")
    text = one_c(document(day=day, purpose="ЛС 0356067000"), document("18", "4.00", day="31.02.2026"))
    path.write_bytes(text.replace("23.11.2026", day).replace("24.11.2026", day).encode("cp1251"))
    done = CliRunner().invoke(svet, ["import", "statement", str(path)])
    assert done.exit_code == 1, done
    assert "платежей абонентов: 1" in done.output
    assert "столбец Дата" in done.output
    assert ledger.balance(account.pk) == Money(-300_00)
