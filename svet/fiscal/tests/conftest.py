"""A till on a socket, a stub bank, and Anna's family whose supplier has the till."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from svet.fiscal.operations import add_cashbox
from svet.fiscal.rules.tills import NewCashbox
from svet.kernel.actors import Actor
from svet.payments.operations.receipts import choose_maker
from svet.payments.rules.receipts import ReceiptMaker
from svet.payments.tests.conftest import bank, family
from svet.payments.tests.factories import NOW, Family
from tests.till import RunningTill, running_till

__all__ = ["bank", "family"]
SYSTEM = Actor.system("test")


@pytest.fixture
def till(tmp_path: Path) -> Iterator[RunningTill]:
    with running_till(tmp_path) as running:
        yield running


@pytest.fixture
def ours(family: Family, till: RunningTill, monkeypatch: pytest.MonkeyPatch) -> Family:
    """The family; receipts of payments by the only shop are made by the till."""
    monkeypatch.setenv("SVET_TEST_TILL", till.password)
    choose_maker(code="-", maker=ReceiptMaker.CASHBOX, now=NOW, by=SYSTEM)
    new = NewCashbox(
        code="atol",
        provider=family.first.provider.code,
        address=till.address,
        secret="SVET_TEST_TILL",
        payment_address="https://portal.example",
        email="kassa@portal.example",
    )
    add_cashbox(new, now=NOW, by=SYSTEM)
    return family
