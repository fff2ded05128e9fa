"""Acquiring contracts: which there are, and which one takes the money of a provider."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet, Value

from svet.kernel.frozen import frozen
from svet.payments.models import BankSilence, BoundCard, ReserveShop, ServedProvider, Shop


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


def shops_of(providers: Collection[int]) -> dict[int, tuple[Shop | None, ...]]:
    """Which shops may take each provider's new payments, the first choice first, those that are off too.

    None is the shop of ``SVET_ACQUIRING_URL``; it is the first choice for whom no other serves.
    """
    first = {row.provider_id: row.shop for row in _served.all([*providers])}
    found: dict[int, list[Shop | None]] = {provider: [first.get(provider)] for provider in providers}
    for row in _reserves.all([*providers]):
        found[row.provider_id].append(row.shop)
    return {provider: tuple(dict.fromkeys(own)) for provider, own in found.items()}


@frozen
def _served(providers: Collection[int]) -> QuerySet[ServedProvider]:
    return ServedProvider.objects.filter(provider_id__in=providers).select_related("shop")


@frozen
def _reserves(providers: Collection[int]) -> QuerySet[ReserveShop]:
    rows = ReserveShop.objects.filter(provider_id__in=providers)
    return rows.select_related("shop").order_by("place")


def first_shops(providers: Collection[int]) -> set[Shop | None]:
    """The first choices alone, by one question: a page that only hints asks no more."""
    found = {row.provider_id: row.shop for row in _served.all([*providers])}
    return {found.get(provider) for provider in providers}


def silent_shops() -> frozenset[int | None]:
    """The shops whose bank does not answer now."""
    return frozenset(BankSilence.objects.values_list("shop_id", flat=True))


def in_order(found: Iterable[Shop | None], *, silent: Collection[int | None]) -> list[Shop | None]:
    """Of these shops those that take new payments, in their order: who answers comes before who is silent."""
    on = [shop for shop in found if shop is None or shop.off_at is None]
    return sorted(on, key=lambda shop: _key(shop) in silent)


def current_shops(providers: Collection[int]) -> dict[int, Shop | None]:
    """Which shop takes a new payment to each provider now; one that is off when no other is on."""
    silent = silent_shops()
    return {
        provider: (in_order(own, silent=silent) or own)[0] for provider, own in shops_of(providers).items()
    }


def common_shops(providers: Collection[int], *, row: bool) -> list[Shop | None]:
    """Which shops may take new payments to all these providers, as the first of them prefers.

    A ``row`` of payments needs one that keeps the card for the next.
    """
    able = shops_of(providers)
    first, *others = able.values()
    return [
        shop
        for shop in first
        if all(shop in other for other in others) and (not row or shop is None or shop.keeps_cards)
    ]


def reserves() -> dict[str, tuple[str, ...]]:
    """By provider's code the codes of the shops that stand in for its own, in order; "" is the first."""
    found: dict[str, tuple[str, ...]] = {}
    for row in ReserveShop.objects.select_related("provider", "shop").order_by("provider__code", "place"):
        found[row.provider.code] = (*found.get(row.provider.code, ()), row.shop.code if row.shop else "")
    return found


def vendor_of_shop(shop: Shop | None) -> str:
    """Whose API a shop speaks, by the scheme of its address: yookassa, tbank or sber."""
    return urlsplit(shop.address if shop else settings.ACQUIRING_URL).scheme.partition("+")[0]


@dataclass(frozen=True, slots=True)
class StandIn:
    """A bank that does not answer, and the one whose page opens instead; "" when none does.

    ``providers``: whose payments it takes. Both banks empty: no contract of theirs takes payments now.
    """

    silent: str
    instead: str
    providers: tuple[int, ...]

    @property
    def closed(self) -> bool:
        return not self.silent


def stand_ins(providers: Collection[int]) -> list[StandIn]:
    """What of the banks of these providers is otherwise than usual; nothing while all answer."""
    # One question: the page asks it whenever it is opened, and nearly always there is nothing.
    quiet = BankSilence.objects.annotate(off=Value(False)).values_list("shop_id", "off")
    off = Shop.objects.filter(off_at__isnull=False).annotate(off=Value(True)).values_list("pk", "off")
    odd = list(quiet.union(off, all=True))
    if not odd:
        return []
    silent = frozenset(shop for shop, is_off in odd if not is_off)
    found: dict[tuple[str, str], list[int]] = {}
    for provider, own in shops_of(providers).items():
        on = [shop for shop in own if shop is None or shop.off_at is None]
        if not on:
            found.setdefault(("", ""), []).append(provider)
        elif _key(on[0]) in silent:
            best = in_order(on, silent=silent)[0]
            instead = "" if _key(best) in silent else vendor_of_shop(best)
            found.setdefault((vendor_of_shop(on[0]), instead), []).append(provider)
    return [StandIn(*banks, tuple(own)) for banks, own in found.items()]


def resting_cards(*, person_id: int) -> frozenset[str]:
    """The bound cards of a person whose bank does not answer now."""
    silent = silent_shops()
    rows = BoundCard.objects.filter(person_id=person_id, unbound_at__isnull=True) if silent else ()
    return frozenset(row.public_id for row in rows if row.shop_id in silent)


def _key(shop: Shop | None) -> int | None:
    return shop.pk if shop else None


def shop_by_code(code: str) -> Shop | None:
    """The contract with this code."""
    return Shop.objects.filter(code=code.replace("\0", "")).first()
