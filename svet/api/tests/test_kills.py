"""SIGKILL between any two statements of a call: what was done was answered, and is done once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from svet.accounts.tests.factories import make_account, make_link
from svet.api.models import IdempotentCall
from svet.api.shell.idempotency import ABANDONED
from svet.api.tests.test_v1 import Program
from svet.gateways import acquiring
from svet.limits.models import Bucket
from svet.metering.models import ReadingSet
from svet.metering.tests.factories import make_meter, make_reading
from svet.payments.models import MoneyAct
from svet.payments.tests.factories import StubBank, make_family
from svet.payments.tests.test_asking_back import pay
from svet.people.tests.factories import make_person
from tests.kills import MOST, enough, killed_at

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.chaos]


def test_a_set_stands_exactly_when_its_answer_is_kept() -> None:
    anna, account = make_person(), make_account()
    make_link(person=anna, account=account, confirmed=True)
    today = timezone.localdate()
    meter = make_meter(account=account, initial=3000)
    make_reading(meter, 3589, read_on=today - timedelta(days=32))
    program = Program(anna)
    kills = 0
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        IdempotentCall.objects.all().delete()
        before = ReadingSet.objects.count()

        def send(point: int = point) -> Any:
            body = {"values": {"single": 3600 + point}, "confirmed": True}
            return program.post(f"/meters/{meter.public_id}/readings", body, key=f"k{point}")

        killed = killed_at(point, send)
        kills += killed
        done = ReadingSet.objects.count() > before
        answered = list(IdempotentCall.objects.exclude(status=None).values_list("status", "answer"))
        assert len(answered) == int(done)
        # A call that died with nothing done is let in again after a while; one that was done at once.
        if not done:
            IdempotentCall.objects.update(started_at=timezone.now() - ABANDONED - timedelta(seconds=1))
        again = [send() for _ in range(2)]
        assert {each.status_code for each in again} == {201}
        assert again[0].content == again[1].content
        if done:
            assert json.loads(again[0].content) == answered[0][1]
        assert ReadingSet.objects.count() == before + 1
        if not killed:
            assert done
            break
    assert enough(kills, every=12, short=6), kills


def test_money_is_moved_exactly_when_its_answer_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    family, bank = make_family(), StubBank()
    monkeypatch.setattr(acquiring, "gateway", lambda: bank)
    order = pay(bank, family.anna, family.first, 335_38)
    program, address = Program(family.anna), f"/payments/{order.public_id}/move"
    kills = 0
    for point in range(1, MOST):
        Bucket.objects.all().delete()
        IdempotentCall.objects.all().delete()
        before, shown = MoneyAct.objects.count(), program.get(address).json()["shown"]

        def send(point: int = point, shown: str = shown) -> Any:
            from_to = {"from_account_id": family.first.public_id, "to_account_id": family.second.public_id}
            return program.post(address, {**from_to, "amount_kopecks": 10, "shown": shown}, key=f"k{point}")

        killed = killed_at(point, send)
        kills += killed
        done = MoneyAct.objects.count() > before
        answered = list(IdempotentCall.objects.exclude(status=None).values_list("status", "answer"))
        assert len(answered) == int(done)
        if not done:
            IdempotentCall.objects.update(started_at=timezone.now() - ABANDONED - timedelta(seconds=1))
        again = [send() for _ in range(2)]
        assert {each.status_code for each in again} == {201}
        assert again[0].content == again[1].content
        assert MoneyAct.objects.count() == before + 1
        if not killed:
            break
    assert enough(kills, every=12, short=6), kills
