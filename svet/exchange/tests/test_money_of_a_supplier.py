"""Money another supplier sends us for a moved payment stands on the account already: no second payment."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from svet.accounts.models import Account
from svet.accounts.tests.factories import make_account
from svet.exchange.tests.statement_files import document
from svet.exchange.tests.test_taking_statements import take, whole
from svet.kernel.actors import Actor
from svet.ledger import queries as ledger
from svet.payments.models import ImportedPayment
from svet.payments.operations import acts
from svet.payments.operations.sendings import mark_sent
from svet.payments.rules.acts import MoneyActKind, NewMoneyAct
from svet.payments.rules.matching import StatementState
from svet.payments.rules.sendings import PaymentOrderSlip
from svet.payments.tests.factories import provider_with_requisites
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
DAY = date(2026, 11, 24)
INN, SETTLEMENT = "7450000077", "40702810000000000077"
PURPOSE = "Ошибочно поступившая оплата, ЛС 0356067000"


@pytest.fixture
def ours(db: None) -> Account:
    return make_account(provider=provider_with_requisites(), number="0356067000")


@pytest.fixture
def theirs(ours: Account) -> Account:
    other = provider_with_requisites(code="sever", name="Северэнерго", inn=INN, settlement_account=SETTLEMENT)
    return make_account(provider=other, number="0700000001")


def moved(theirs: Account, kopecks: int, *, slip: str = "") -> None:
    """Other people's money stood on their account: it was moved to ours, and perhaps is on its way."""
    olga, ivan = (Actor.staff(make_member().person_id, name=name) for name in ("Ольга", "Иван"))
    new = NewMoneyAct(MoneyActKind.TRANSFER, kopecks, "Заявление", DAY, "0356067000", "ural")
    seen = acts.preview_act(by=olga, account_public_id=theirs.public_id, new=new, now=NOW)
    act = acts.write_act(
        by=olga, account_public_id=theirs.public_id, new=new, reason="ошибся", shown=seen.shown, now=NOW
    ).public_id
    shown = acts.preview_waiting(by=ivan, act_public_id=act).shown
    acts.sign_act(by=ivan, act_public_id=act, shown=shown, now=NOW)
    if slip:
        mark_sent(by=olga, act_public_id=act, slip=PaymentOrderSlip(slip, DAY), now=NOW)


def came(number: str, roubles: str) -> dict[str, str]:
    return document(number, roubles, payer=SETTLEMENT, inn=INN, name="АО Северэнерго", purpose=PURPOSE)


def test_it_is_set_aside_whether_it_was_marked_as_sent_or_not(ours: Account, theirs: Account) -> None:
    moved(theirs, 300_00)
    report = take(came("17", "300.00"))
    assert report.counts[StatementState.ASIDE] == 1
    assert ledger.balance(ours.pk).kopecks == -300_00
    assert not ImportedPayment.objects.exists()
    whole()


def test_several_sums_may_come_by_one_payment_order(ours: Account, theirs: Account) -> None:
    moved(theirs, 300_00, slip="42")
    moved(theirs, 50_00, slip="42")
    report = take(came("42", "350.00"))
    assert report.counts[StatementState.ASIDE] == 1
    assert ledger.balance(ours.pk).kopecks == -350_00
    whole()


def test_another_sum_of_such_a_supplier_waits_for_a_person(ours: Account, theirs: Account) -> None:
    moved(theirs, 300_00)
    report = take(came("17", "299.00"))
    assert (report.counts[StatementState.PAYMENT], report.in_suspense) == (1, 1)
    assert ledger.balance(ours.pk).kopecks == -300_00
    whole()


def test_the_same_sum_a_second_time_waits_for_a_person(ours: Account, theirs: Account) -> None:
    moved(theirs, 300_00)
    take(came("17", "300.00"))
    report = take(came("18", "300.00"))
    assert (report.counts[StatementState.PAYMENT], report.in_suspense) == (1, 1)
    assert ledger.balance(ours.pk).kopecks == -300_00
    whole()


def test_a_supplier_that_owes_us_nothing_pays_as_anybody(ours: Account, theirs: Account) -> None:
    report = take(came("17", "300.00"))
    assert (report.counts[StatementState.PAYMENT], report.in_suspense) == (1, 0)
    assert ledger.balance(ours.pk).kopecks == -300_00
