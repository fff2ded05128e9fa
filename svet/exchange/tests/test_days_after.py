"""Registers, openings and statements that meet each other or come again in another form."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from django.db import connection

from svet.accounts.tests.factories import make_account
from svet.billing import operations as billing
from svet.billing.models import Charge
from svet.billing.tests.factories import NOVEMBER, load_chelyabinsk, make_metered_account
from svet.billing.tests.factories import NOW as BILLED
from svet.exchange.models import LoadedFile
from svet.exchange.operations import take_file
from svet.exchange.operations.loading import decide_file, load_file
from svet.exchange.rules.refusals import FileReason, FileRefused
from svet.exchange.tests.statement_files import document
from svet.exchange.tests.test_layouts import SHORT, source
from svet.exchange.tests.test_payment_registers import FIRST, SECOND, balance
from svet.exchange.tests.test_taking import NOW, OLGA, payment_lines
from svet.exchange.tests.test_taking import town as town_fixture
from svet.exchange.tests.test_taking_statements import DAY, take
from svet.kernel.actors import Actor
from svet.kernel.money import Money
from svet.ledger import queries as ledger
from svet.metering.tests.factories import make_reading
from svet.payments import operations as payments
from svet.payments import queries
from svet.payments.models import StatementRow
from svet.payments.operations import acts
from svet.payments.queries.statements import statement_rows_waiting
from svet.payments.rules.acts import MoneyActConflict, MoneyActKind, NewMoneyAct
from svet.payments.rules.layouts import SignRule, layout_of
from svet.payments.rules.matching import StatementState
from svet.payments.tests.factories import provider_with_requisites
from svet.staffing.tests.factories import make_member
from tests.chaos.play import together

__all__ = ["town_fixture"]
BY = Actor.system("test")


def sound() -> None:
    assert ledger.broken() == queries.broken() == []


@pytest.mark.django_db(transaction=True)
def test_a_register_and_the_openings_of_the_same_accounts_at_one_moment() -> None:
    provider = provider_with_requisites(code="ues")
    accounts = [make_account(provider=provider) for _ in range(40)]
    paid = payment_lines(*((f"S{n}", one.number, "1,00") for n, one in enumerate(accounts)))
    rows = [f"ues;{one.number};500,00;2026-11-01" for one in reversed(accounts)]
    debts = "\n".join(["provider;account;sum;date", *rows, "итого;ues;40;20000,00", ""]).encode()
    reports = {}

    def taking(profile: str, content: bytes) -> None:
        try:
            reports[profile] = take_file(profile=profile, name="r.txt", content=content, by=OLGA, now=NOW)
        finally:
            connection.close()

    together([lambda: taking("payments", paid), lambda: taking("openings", debts)])
    assert reports["payments"].applied == 40
    brought = reports["openings"].applied
    # Whoever was moved first keeps its books, and the file says so row by row.
    assert {fault.reason for fault in reports["openings"].faults} <= {"already_moved"}
    assert brought + reports["openings"].rejected == 40
    assert sum(ledger.balance(one.pk).kopecks for one in accounts) == brought * 500_00 - 40 * 1_00
    sound()


@pytest.mark.django_db(transaction=True)
def test_an_act_by_hand_beside_the_charge_of_a_month() -> None:
    provider_with_requisites()
    load_chelyabinsk()
    account, meter = make_metered_account(installed_on=date(2026, 10, 20))
    make_reading(meter, 1137, read_on=date(2026, 11, 20))
    olga = Actor.staff(make_member().person_id, name="Ольга")
    written: list[bool] = []

    def write() -> None:
        act = NewMoneyAct(MoneyActKind.CORRECTION, -100_00, "Акт № 7", date(2026, 11, 22), "")
        for _ in range(2):
            seen = acts.preview_act(by=olga, account_public_id=account.public_id, new=act, now=BILLED)
            try:
                acts.write_act(
                    by=olga, account_public_id=account.public_id, new=act, reason="по заявлению",
                    shown=seen.shown, now=BILLED,
                )  # fmt: skip
            except MoneyActConflict:
                # The charge came between the look and the word: another look shows it.
                continue
            written.append(True)
            return

    def charge() -> None:
        billing.run(provider_id=account.provider_id, period=NOVEMBER, now=BILLED)

    def closing(act: object) -> None:
        try:
            act()  # type: ignore[operator]
        finally:
            connection.close()

    together([lambda: closing(write), lambda: closing(charge)])
    charged = Charge.objects.get(account=account)
    assert written == [True]
    assert charged.total_kopecks > 0
    assert ledger.balance(account.pk) == Money(charged.total_kopecks - 100_00)
    sound()


@pytest.mark.django_db
@pytest.mark.usefixtures("town_fixture")
def test_a_form_that_changed_while_a_register_waited_is_judged_anew_before_it_is_taken() -> None:
    source("post", columns=SHORT, heading=True)
    content = f"h\n16-11-2026;P1;{FIRST};3;\n16-11-2026;P2;{SECOND};4,50;\n=2;7,50\n".encode()
    public_id = load_file(name="r.txt", content=BytesIO(content), source="post", by=OLGA, now=NOW)
    loaded = LoadedFile.objects.get(public_id=public_id)
    assert loaded.verdict["outcomes"] == {"applied": [2, 7_50]}
    turned = {"columns": ",".join(SHORT), "heading": True, "sign": SignRule.TURNED.value}
    payments.set_layout(code="post", layout=layout_of(turned), now=NOW, by=OLGA)
    with pytest.raises(FileRefused) as refused:
        decide_file(public_id=public_id, by=OLGA, now=NOW)
    assert refused.value.reason == FileReason.FORM_CHANGED
    assert balance(FIRST) == Money(0)
    # It waits again, by what the new form makes of it; that may be taken or thrown away.
    loaded.refresh_from_db()
    assert loaded.state == LoadedFile.Stage.JUDGED
    assert loaded.verdict["outcomes"] != {"applied": [2, 7_50]}
    decide_file(public_id=public_id, by=OLGA, now=NOW)
    loaded.refresh_from_db()
    assert loaded.state == LoadedFile.Stage.TAKEN
    sound()


@pytest.mark.django_db
def test_a_statement_that_corrects_a_sum_of_an_earlier_day_is_no_second_payment() -> None:
    account = make_account(provider=provider_with_requisites(), number="0356067000")
    named = {"purpose": "ЛС 0356067000"}
    take(document(**named))
    report = take(document(roubles="350.00", **named), document("18", "5.00", **named))
    # The same document of the same payer and day with another sum: a person looks.
    assert report.loud
    assert report.counts[StatementState.DIFFERS] == 1
    assert ledger.balance(account.pk) == Money(-305_00)
    (row,) = statement_rows_waiting()
    assert (row.money, row.booked_on) == (Money(350_00), DAY)
    sound()


@pytest.mark.django_db
def test_two_sums_under_one_number_in_one_statement_are_two_payments() -> None:
    account = make_account(provider=provider_with_requisites(), number="0356067000")
    named = {"purpose": "ЛС 0356067000"}
    both = (document(**named), document(roubles="350.00", **named))
    assert take(*both).counts[StatementState.PAYMENT] == 2
    # Also when the first of them was known before.
    again = take(*both, document("18", "1.00", **named))
    assert (again.repeated, again.counts[StatementState.PAYMENT]) == (2, 1)
    assert StatementRow.objects.filter(state=StatementState.DIFFERS).count() == 0
    assert ledger.balance(account.pk) == Money(-651_00)
    sound()
