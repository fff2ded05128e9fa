"""Money of registers and moved money: who makes its receipt reads whoever sees the account, nobody else."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client

from svet.accounts.tests.factories import OFFICE, make_account
from svet.cabinet.history.tests.test_history import NOW, Cast, by_register, cast, page, standing, today
from svet.kernel.money import Money
from svet.ledger.queries import LedgerEntry
from svet.ledger.rules import TransactionKind
from svet.payments.models import MoneyAct
from svet.payments.operations.sources import add_source, choose_receipts
from svet.payments.queries import ImportedPaymentView
from svet.payments.queries.elsewhere import receipts_elsewhere
from svet.payments.rules.acts import MoneyActKind, MoneyActState
from svet.payments.rules.receipts import ReceiptElsewhere, RegisterReceipts
from svet.people import operations as people
from svet.people.models import Person
from svet.people.rules import Scope

__all__ = ["cast", "standing", "today"]
pytestmark = pytest.mark.django_db
UNSAID = "Портал его не делает: спросите там, где платили, или у поставщика."
AGENT = "Его выдаёт тот, кто принял деньги: спросите там, где платили."


def say(maker: RegisterReceipts, since: date) -> None:
    choose_receipts(code="sber", maker=maker, since=since, now=NOW, by=OFFICE)


def events(person: Person) -> list[dict[str, Any]]:
    _, secret = people.issue_token(person_id=person.pk, name="t", scopes=[Scope.ACCOUNTS_READ.value], now=NOW)
    answer = Client().get("/api/v1/history", headers={"Authorization": f"Bearer {secret}"})
    found: list[dict[str, Any]] = answer.json()["events"]
    return found


def test_it_is_told_by_source_and_day_to_all_who_see_the_account(cast: Cast) -> None:
    add_source(code="sber", name="Сбербанк", now=NOW, by=OFFICE)
    by_register(cast, on=date(2026, 11, 10))
    by_register(cast, external_id="A2", on=date(2026, 11, 17))
    for person in (cast.anna, cast.boris):
        assert page(person).count(UNSAID) == 2
    say(RegisterReceipts.AGENT, date(2026, 11, 15))
    for person in (cast.anna, cast.boris):
        assert (page(person).count(UNSAID), page(person).count(AGENT)) == (1, 1)
        told = [one["receipt_by"] for one in events(person) if one["kind"] == "register"]
        assert told == ["agent", "unsaid"]
    say(RegisterReceipts.UNSAID, date(2026, 11, 16))
    assert page(cast.anna).count(UNSAID) == 2


def test_a_stranger_reads_nothing(cast: Cast) -> None:
    by_register(cast)
    assert UNSAID not in page(cast.vera)
    assert events(cast.vera) == []
    assert UNSAID not in page(cast.vera, f"?account={cast.account.public_id}")


def test_a_storno_has_no_receipt(cast: Cast) -> None:
    by_register(cast)
    row = ImportedPaymentView(1, "sber", "A1", Money(-300_00), "2026-11-17", NOW)
    assert receipts_elsewhere(rows=[row], entries=[]).of(row, None) is None


def moved(key: str, kind: TransactionKind = TransactionKind.TRANSFER) -> LedgerEntry:
    return LedgerEntry(1, key, kind, datetime(2026, 11, 17), date(2026, 11, 17), Money(-100), "")


def test_moved_money_wants_one_only_between_suppliers(cast: Cast) -> None:
    act = MoneyAct.objects.create(
        kind=MoneyActKind.INTERCO.value,
        written_by_id=cast.anna.pk,
        state=MoneyActState.WAITING.value,
        account=cast.account,
        to_account=make_account(),
        kopecks=100,
        effective_on=date(2026, 11, 17),
        written_at=NOW,
    )
    entries = [
        moved(f"act:{act.public_id}"),
        moved(f"act:{act.public_id}:to"),
        moved("act:other"),
        moved("act:other", TransactionKind.CORRECTION),
    ]
    known = receipts_elsewhere(rows=[], entries=entries)
    assert [known.of(None, one) for one in entries] == [
        ReceiptElsewhere.SUPPLIERS,
        ReceiptElsewhere.SUPPLIERS,
        ReceiptElsewhere.NONE,
        None,
    ]
