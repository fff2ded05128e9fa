"""A stub bank and a cast for every test that asks."""

from __future__ import annotations

import pytest

from svet.autopay.tests.factories import AutopayCast, make_cast
from svet.gateways import acquiring
from svet.payments.tests.factories import StubBank


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def cast(db: None, bank: StubBank) -> AutopayCast:
    return make_cast()
