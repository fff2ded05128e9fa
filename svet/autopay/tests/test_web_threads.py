"""No page and no call of the API about autopay asks a bank anything: whoever would is stopped here."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from svet.autopay import jobs, operations
from svet.autopay.models import AutopayAgreement, AutopayTurn
from svet.autopay.tests.factories import AutopayCast, at
from svet.gateways import acquiring
from svet.gateways.acquiring.port import Acquiring
from svet.payments.models import Order
from svet.payments.tests.factories import StubBank
from svet.people import operations as people
from svet.people.rules import Scope

pytestmark = pytest.mark.django_db
_ANSWERED_HERE = ("capabilities", "read_callback")
ASKS = {name for name in vars(Acquiring) if not name.startswith("_")} - {*_ANSWERED_HERE}


class Deaf(StubBank):
    """A bank that tells what it can do, and counts every question."""

    questions = 0

    def __getattribute__(self, name: str) -> Any:
        if name in ASKS:
            type(self).questions += 1
        return super().__getattribute__(name)


def test_every_page_and_call_of_autopay_leaves_the_bank_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    bank = Deaf()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    cast = AutopayCast()
    client = Client()
    client.force_login(cast.anna)
    form = {
        "account": cast.account.public_id,
        "card": cast.card.public_id,
        "much": "whole",
        "when": "after",
        "days_after_bill": "3",
    }
    place = client.post("/autopay/new/", form)["Location"]
    client.post(f"{place}decide/", {"act": "confirm"})
    # The moments of the pages are now; those of the jobs stand in the cast's December.
    AutopayAgreement.objects.update(since=at(1, 13), made_at=at(1, 13))
    operations.tell_due(now=at(3, 10))
    turn = AutopayTurn.objects.get()
    _, key = people.issue_token(
        person_id=cast.anna.pk,
        name="program",
        scopes=[Scope.PAYMENTS_READ.value, Scope.PAYMENTS_WRITE.value, Scope.ACCOUNTS_READ.value],
        now=at(1, 13),
    )
    for page in ("/autopay/", "/autopay/new/", place, "/payment/", "/payment/cards/", "/today/", "/profile/"):
        assert client.get(page).status_code == 200, page
    assert Client().get(f"/autopay/skip/{turn.skip_key}/").status_code == 200
    public_id = AutopayAgreement.objects.get().public_id
    for path in ("autopay", f"autopay/{public_id}", "today", "cards"):
        answer = _call(key, "get", path)
        assert answer.status_code == 200, path
    for action in ("pause", "resume", "end"):
        assert _call(key, "post", f"autopay/{public_id}", {"action": action}).status_code == 200
    terms = {"account_id": cast.account.public_id, "card_id": cast.card.public_id, "day_of_month": 5}
    assert _call(key, "post", "autopay", terms).status_code == 201
    assert Client().post(f"/autopay/skip/{turn.skip_key}/").status_code == 409
    assert not Order.objects.exists()
    assert Deaf.questions == 0


def test_only_jobs_charge() -> None:
    assert jobs.charge.queue == "payments"
    assert jobs.charge.name == "autopay.charge"


def _call(key: str, method: str, path: str, body: dict[str, object] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {key}", "Idempotency-Key": str(uuid4())}
    how: dict[str, Any] = {"headers": headers}
    if body is not None:
        how |= {"data": body, "content_type": "application/json"}
    return getattr(Client(), method)(f"/api/v1/{path}", **how)
