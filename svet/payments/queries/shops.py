"""Acquiring contracts: which there are, and which one takes the money of a provider."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from svet.payments.models import ServedProvider, Shop


@dataclass(frozen=True, slots=True)
class ShopView:
    """One contract; ``secret`` says where its secret lies."""

    code: str
    name: str
    address: str
    secret: str
    keeps_cards: bool
    off_at: datetime | None
    providers: tuple[str, ...]


def shops() -> list[ShopView]:
    """Every contract that has a row, by code."""
    rows = Shop.objects.prefetch_related("served__provider").order_by("code")
    return [
        ShopView(
            row.code,
            row.name,
            row.address,
            row.secret,
            row.keeps_cards,
            row.off_at,
            tuple(sorted(one.provider.code for one in row.served.all())),
        )
        for row in rows
    ]


def every_shop() -> list[Shop | None]:
    """Every shop whose bank may have something of ours, that of ``SVET_ACQUIRING_URL`` (None) first."""
    return [None, *Shop.objects.order_by("pk")]


def shops_of(providers: Collection[int]) -> dict[int, Shop | None]:
    """Which shop takes the money of each provider now; None is that of ``SVET_ACQUIRING_URL``."""
    rows = ServedProvider.objects.filter(provider_id__in=providers).select_related("shop")
    found: dict[int, Shop | None] = dict.fromkeys(providers)
    return found | {row.provider_id: row.shop for row in rows}


def shop_by_code(code: str) -> Shop | None:
    """The contract with this code."""
    return Shop.objects.filter(code=code.replace("\0", "")).first()
