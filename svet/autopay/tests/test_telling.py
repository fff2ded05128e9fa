"""Told only what can be charged, and judged only when there is something to tell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from svet.autopay import operations
from svet.autopay.operations import telling
from svet.autopay.rules import TurnState
from svet.autopay.tests.factories import AutopayCast, at
from svet.autopay.tests.test_days_after import tick, told, turn
from svet.notices.models import Notice
from svet.payments.models import BoundCard, ReserveShop, ServedProvider, Shop

pytestmark = pytest.mark.django_db
SHOP = "yookassa+https://bank.example/?shop=200600"


def test_a_shop_that_is_off_is_told_of_nothing_until_it_is_on(cast: AutopayCast) -> None:
    shop = Shop.objects.create(
        code="second", name="Второй", address=SHOP, secret="S", added_at=at(1, 9), keeps_cards=True
    )
    ServedProvider.objects.create(provider=cast.account.provider, shop=shop)
    BoundCard.objects.filter(pk=cast.card.pk).update(shop=shop)
    told(cast)
    Shop.objects.filter(pk=shop.pk).update(off_at=at(3, 20))
    for hour in range(0, 24 * 9, 6):
        tick(at(4, 12) + timedelta(hours=hour))
    assert turn().state == TurnState.STOPPED
    assert Notice.objects.filter(event="autopay_told").count() == 1
    Shop.objects.filter(pk=shop.pk).update(off_at=None)
    tick(at(14, 10))
    assert turn().state == TurnState.TOLD


def test_a_shop_that_is_off_is_told_of_nothing_though_another_stands_in(cast: AutopayCast) -> None:
    """A card is charged by its own shop: what stands in charges another card."""
    shop = Shop.objects.create(code="second", name="Второй", address=SHOP, secret="S", added_at=at(1, 9))
    ServedProvider.objects.create(provider=cast.account.provider, shop=shop)
    ReserveShop.objects.create(provider=cast.account.provider, shop=None, place=1)
    BoundCard.objects.filter(pk=cast.card.pk).update(shop=shop)
    Shop.objects.filter(pk=shop.pk).update(off_at=at(1, 10))
    for hour in range(0, 24 * 6, 6):
        tick(at(2, 12) + timedelta(hours=hour))
    assert Notice.objects.filter(event="autopay_told").count() == 0


def test_a_month_that_is_decided_is_judged_no_more(
    cast: AutopayCast, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(cast)
    judged: list[int] = []
    tell = telling._tell

    def counted(agreement_id: int, **how: Any) -> bool:
        judged.append(agreement_id)
        return tell(agreement_id, **how)

    monkeypatch.setattr(telling, "_tell", counted)
    operations.tell_due(now=at(3, 10, 13))
    operations.skip_by_key(key=turn().skip_key, address="", now=at(3, 11))
    operations.tell_due(now=at(3, 11, 13))
    assert judged == []


def test_a_month_that_stopped_is_judged_and_told_again(cast: AutopayCast) -> None:
    told(cast)
    operations.charge_due(now=at(8, 10))
    assert turn().state == TurnState.STOPPED
    assert operations.tell_due(now=at(8, 10, 3)) == 1
