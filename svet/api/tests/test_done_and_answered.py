"""Money that moves and its kept answer are one commit: a call that dies between them has done nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from svet.api.models import IdempotentCall
from svet.api.shell import idempotency
from svet.api.shell.idempotency import ABANDONED
from svet.api.tests.test_v1 import Program
from svet.arrangements.models import PaymentPromise
from svet.gateways import acquiring
from svet.kernel.locks import Busy, Lock
from svet.payments.models import MoneyAct, RefundRequest
from svet.payments.tests.factories import StubBank, make_family
from svet.payments.tests.test_asking_back import pay

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["move", "refund", "promise"])
def call(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any]:
    """A write of Anna's program, to be sent with one key, and the table that shows it was done."""
    family, bank = make_family(), StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    anna = Program(family.anna)
    if request.param == "promise":
        until = (timezone.localdate() + timedelta(days=5)).isoformat()
        address, body = f"/accounts/{family.first.public_id}/promises", {"until": until}
        return lambda: anna.post(address, body, key="k"), PaymentPromise.objects
    order = pay(bank, family.anna, family.first, 335_38)
    address = f"/payments/{order.public_id}/{request.param}"
    shown = anna.get(address).json()["shown"]
    if request.param == "move":
        from_to = {"from_account_id": family.first.public_id, "to_account_id": family.second.public_id}
        sent: dict[str, Any] = {**from_to, "amount_kopecks": 10_00, "shown": shown}
        return lambda: anna.post(address, sent, key="k"), MoneyAct.objects
    lines = [{"account_id": family.first.public_id, "amount_kopecks": 10_00}]
    return lambda: anna.post(address, {"lines": lines, "shown": shown}, key="k"), RefundRequest.objects


def test_what_could_not_be_answered_is_not_done_and_is_done_once_by_the_same_key(
    call: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    send, done = call

    def dies(value: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "Jsonb", dies)
        with pytest.raises(KeyboardInterrupt):
            send()
    assert done.count() == 0
    assert IdempotentCall.objects.get().status is None
    IdempotentCall.objects.update(started_at=timezone.now() - ABANDONED - timedelta(seconds=1))
    first, again = send(), send()
    assert (first.status_code, again.status_code, done.count()) == (201, 201, 1)
    assert first.content == again.content


def test_who_was_told_that_it_is_busy_comes_again_by_the_same_key(
    call: tuple[Any, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    send, done = call

    def stands_behind_another(value: object) -> None:
        raise Busy(Lock.PHONE)

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "Jsonb", stands_behind_another)
        answer = send()
    assert (answer.status_code, answer.json()["code"], done.count()) == (503, "busy", 0)
    assert send().status_code < 300
    assert done.count() == 1
