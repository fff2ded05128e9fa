"""Corruptions of disputes at the bank: ``svet verify`` names each by its promise."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from svet.cli.tests.test_corruptions import breached
from svet.cli.tests.test_corruptions_of_payments import deleted, grown, transactions, unnoticed
from svet.exchange.operations.statements import take_statement
from svet.exchange.tests.statement_files import ACQUIRER, OWN, document, one_c
from svet.gateways import acquiring
from svet.kernel.actors import Actor
from svet.payments import operations
from svet.payments.models import Chargeback
from svet.payments.operations.chargebacks import end_chargeback, keep_chargeback
from svet.payments.rules.chargebacks import NewChargeback
from svet.payments.tests.factories import NOW, StubBank, make_family, make_order

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=20)
TOLD, DUE = date(2026, 11, 24), date(2026, 12, 4)
YOO = "7750005725"

_OF = "(SELECT id FROM payments_chargeback WHERE state = '{}')"
_LINES = "payments_chargebackline"

#: What is done → the promise that must say so (others may).
CORRUPTIONS = {
    "withheld money deleted from the ledger": (deleted("chargeback"), "I-5"),
    "withheld money with all its legs": (grown("chargeback"), "I-5"),
    "end of a won dispute deleted": (deleted("chargeback-won"), "I-5"),
    "end of a lost dispute deleted": (deleted("chargeback-lost"), "I-5"),
    "lost dispute with all its legs": (grown("chargeback-lost"), "I-5"),
    "lost dispute set to won": ("UPDATE payments_chargeback SET state = 'won' WHERE state = 'lost'", "I-5"),
    "told dispute set to lost": (
        "UPDATE payments_chargeback SET state = 'lost', ended_on = told_on WHERE state = 'told'", "I-5"),
    "won dispute set to told again": (
        "UPDATE payments_chargeback SET state = 'told', ended_on = NULL WHERE state = 'won'", "I-5"),
    "sum of a dispute": ("UPDATE payments_chargeback SET kopecks = kopecks + 1 WHERE state = 'told'", "I-5"),
    "what of it is above the rest": (
        "UPDATE payments_chargeback SET above_kopecks = above_kopecks + 1 WHERE above_kopecks > 0", "I-5"),
    "line of a told dispute": (
        f"UPDATE {_LINES} SET kopecks = kopecks - 1 WHERE chargeback_id IN {_OF.format('told')}", "I-5"),
    "lines of a lost dispute deleted": (
        f"DELETE FROM {_LINES} WHERE chargeback_id IN {_OF.format('lost')}", "I-5"),
    "line moved to another account": (
        f"UPDATE {_LINES} SET line_id = line_id + 1 WHERE chargeback_id IN {_OF.format('lost')}", "I-5"),
    "dispute forgotten": (f"DELETE FROM {_LINES}; DELETE FROM payments_chargeback", "I-5"),
    "dispute under the key of nobody": (
        f"UPDATE ledger_transaction SET key = 'chargeback:nobody' WHERE id = {transactions('chargeback')}",
        "I-5"),
    "more given back and disputed than there was": (
        "UPDATE payments_orderline SET credited_kopecks = credited_kopecks - 1 WHERE id IN"
        f" (SELECT line_id FROM {_LINES})", "I-5"),
    "nobody told of what is above the rest": (
        "DELETE FROM payments_callback WHERE event = 'svet.chargeback_above_payment'", "I-5"),
    "movement of the account deleted from the ledger": (deleted("dispute-out"), "I-5"),
    "movement of the account with all its legs": (grown("dispute-out"), "I-5"),
}  # fmt: skip


@pytest.fixture
def disputed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dispute by a statement, one won, one lost, and one above what was left of its payment."""
    bank = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    family = make_family()
    olga = Actor.staff(family.vera.pk, name="Ольга")
    operations.add_source(code="yookassa", name="ЮKassa", inn=YOO, acquirer=True, now=NOW, by=olga)
    made = []
    for _ in range(4):
        order = make_order(person=family.anna, lines=[(family.first, 300_00), (family.second, 35_38)])
        operations.send_to_bank(order_id=order.pk, now=NOW)
        bank.pay(order)
        operations.settle(order_id=order.pk, now=NOW, by="test")
        order.refresh_from_db()
        made.append(order)
    bank.give_back(made[3], 100_00)
    operations.settle(order_id=made[3].pk, now=NOW, by="test")
    for order, kopecks, won in ((made[1], 300_00, True), (made[2], 300_00, False), (made[3], 335_38, None)):
        new = NewChargeback("CB-1", kopecks, TOLD, DUE)
        said: dict[str, Any] = {"by": olga, "reason": "письмо банка", "now": LATER}
        found = keep_chargeback(order_public_id=order.public_id, new=new, **said)
        if won is not None:
            end_chargeback(chargeback_public_id=found, won=won, on=DUE, **said)
    purpose = f"Чарджбэк № CB-9 по платежу {made[0].bank_reference}"
    movement = document("90", "335.38", payer=OWN, receiver=ACQUIRER, name="x", purpose=purpose)
    text = one_c(movement).replace("ПолучательИНН=7450000001", f"ПолучательИНН={YOO}")
    take_statement(name="a.txt", content=text.encode("cp1251"), by=olga, now=LATER)
    states = Chargeback.objects.order_by("pk").values_list("state", "above_kopecks")
    assert list(states) == [("won", 0), ("lost", 0), ("told", 100_00), ("told", 0)]


def test_every_corruption_of_disputes_is_noticed_and_what_is_whole_is_not(disputed: None) -> None:
    assert breached() == {}
    assert unnoticed(CORRUPTIONS) == {}
    assert breached() == {}
