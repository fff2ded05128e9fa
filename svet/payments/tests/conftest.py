"""A stub bank and a family with two accounts for every test that asks."""

from __future__ import annotations

import pytest

from svet.gateways import acquiring
from svet.payments.tests.factories import Family, StubBank, make_family


@pytest.fixture
def bank(monkeypatch: pytest.MonkeyPatch) -> StubBank:
    stub = StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: stub)
    return stub


@pytest.fixture
def family(db: None) -> Family:
    return make_family()
