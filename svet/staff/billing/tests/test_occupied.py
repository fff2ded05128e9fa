"""While somebody charges, or a register is taken, a page of the desk says so and keeps no thread waiting."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

import pytest
from django.db import connection

from svet.accounts.tests.factories import make_provider
from svet.billing.models import Policy
from svet.billing.models.houses import HouseReadingRow, HouseRow
from svet.billing.tests.houses import make_house
from svet.kernel.locks import Lock, hold
from svet.kernel.transactions import use_case
from svet.staff.tests.browsers import working
from svet.staffing.rules import Role
from svet.staffing.tests.factories import make_member

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def busy(lock: Lock, key: int) -> Iterator[None]:
    """Somebody else holds a lock meanwhile."""
    held, over = Event(), Event()

    def work() -> None:
        try:
            with use_case():
                hold(lock, key)
                held.set()
                over.wait(60)
        finally:
            connection.close()

    thread = Thread(target=work)
    thread.start()
    assert held.wait(30)
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for page in ("policy", "houses"):
        monkeypatch.setattr(f"svet.staff.billing.{page}.PATIENCE", 1)


@pytest.mark.parametrize("lock", [Lock.BILLING, Lock.NEWS_OF_ACCOUNTS])
def test_rules_and_readings_of_houses_are_not_waited_for_longer_than_a_page_may(lock: Lock) -> None:
    provider = make_provider()
    make_house()
    olga, key = working(make_member(role=Role.BILLING)), provider.pk if lock is Lock.BILLING else 0
    rules = {"provider": provider.code, "valid_from": "2027-03", "norm_kwh_per_person": "92,5"}
    reading = {"month": "2026-11", "meter": "M-1", "value": "1020,5", "others": ""}
    house = f"/staff/houses/{HouseRow.objects.get().public_id}/"
    with busy(lock, key):
        for page, sent in (("/staff/billing/policy/", rules), (house, reading)):
            answer = olga.post(page, sent)
            assert answer.status_code == 422
            assert "идёт начисление" in answer.content.decode().lower()
    assert not Policy.objects.exists()
    assert not HouseReadingRow.objects.exists()
    assert olga.post("/staff/billing/policy/", rules).status_code == 302
    assert olga.post(house, reading).status_code == 302
