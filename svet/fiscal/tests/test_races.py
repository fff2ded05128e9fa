"""Receipts made and advances used at once: real connections, real locks."""

from __future__ import annotations

from itertools import count

import pytest

from svet.fiscal import operations, queries
from svet.fiscal.models import Receipt
from svet.fiscal.rules.states import ReceiptKind
from svet.fiscal.tests.test_receipts import SYSTEM, give_back, pay
from svet.payments.operations.receipts import choose_maker
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.tests.factories import NOW, Family, StubBank, owe
from svet.payments.tests.test_races import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_went_back_and_what_was_used_take_no_kopeck_twice(family: Family, bank: StubBank) -> None:
    choose_maker(code="-", maker=ReceiptMaker.CASHBOX, now=NOW, by=SYSTEM)
    order = pay(family, bank, (family.first, 400_00))
    pay(family, bank, (family.first, 90_00))
    operations.make_due(now=NOW)
    give_back(order, bank, 80_00)
    owe(family.first, 70_00)
    turns = count()

    def act() -> None:
        if next(turns) % 2:
            operations.make_due(now=NOW)
        else:
            operations.offset_advances(now=NOW)

    assert at_once(8, act) == []
    operations.make_due(now=NOW)
    operations.offset_advances(now=NOW)
    assert queries.broken() == []
    assert Receipt.objects.filter(kind=ReceiptKind.REFUND.value).count() == 1
    used = Receipt.objects.filter(kind=ReceiptKind.OFFSET.value)
    assert sum(one.kopecks for one in used) == 70_00
