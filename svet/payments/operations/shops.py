"""Acquiring contracts: entered, switched off, and asked each in its own name."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from svet.accounts import queries as accounts
from svet.gateways import acquiring
from svet.gateways.acquiring.port import Acquiring, Capabilities
from svet.gateways.failures import Temporary, Unreached
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Conflict
from svet.kernel.transactions import use_case
from svet.payments.models import ReserveShop, ServedProvider, Shop
from svet.payments.rules.refusals import ShopReason

_CODE = re.compile(r"[a-z][a-z0-9-]{1,19}", re.ASCII)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,79}", re.ASCII)
#: How one says «that of SVET_ACQUIRING_URL»: no code, so no shop can be called so.
FIRST = "-"
#: The code of a failure: a shop's secret is not where it should be.
SECRET_GONE = "shop_secret"  # noqa: S105 - the word for a failure


class ShopRefused(Conflict):
    """A shop cannot be entered or changed as asked."""


def bank_of(shop: Shop | None) -> Acquiring:
    """The bank of a shop, in that shop's name. :raises Temporary: its secret is not to be had"""
    if shop is None:
        return acquiring.gateway()
    return acquiring.gateway_at(shop.address, secret=secret_of(shop.secret))


def door_of(shop: Shop | None) -> Acquiring:
    """The bank of a shop to read its callbacks with: that needs no secret, so a lost one loses none."""
    try:
        return bank_of(shop)
    except Temporary:
        return acquiring.gateway_at(shop.address, secret="") if shop else acquiring.gateway()


def abilities_of(shop: Shop | None) -> Capabilities:
    """What a shop's bank can do: nobody is asked, no secret needed."""
    return acquiring.capabilities_at(shop.address) if shop else acquiring.gateway().capabilities


def shops_without_lists() -> list[str]:
    """The names of contracts whose bank gives no list of payments: each order is asked about instead.

    That of the settings has no name but the setting's.
    """
    named = [(None, "SVET_ACQUIRING_URL"), *((shop, shop.name) for shop in Shop.objects.order_by("code"))]
    return [name for shop, name in named if not abilities_of(shop).lists]


def secret_of(place: str) -> str:
    """The secret that lies in an environment variable, or in a file when the place is an absolute path.

    :raises Unreached: it is not there, so the bank cannot be asked
    """
    if not place.startswith("/"):
        secret = os.environ.get(place, "")
    else:
        try:
            secret = Path(place).read_text("utf-8").strip()
        except (OSError, ValueError):
            secret = ""
    if not secret:
        raise Unreached(f"no secret of the shop in {place}", code=SECRET_GONE)
    return secret


def add_shop(
    *,
    code: str,
    name: str,
    address: str,
    secret: str,
    keeps_cards: bool = True,
    providers: Sequence[str] = (),
    now: datetime,
    by: Actor,
) -> None:
    """Enter an acquiring contract, and which providers' new payments go through it from now on.

    ``address`` is ``yookassa+https://SHOP@host/v3``, ``tbank+https://TERMINAL@host/v2`` or
    ``sber+https://LOGIN@host/payment/rest``; ``secret`` names a variable or a file.

    :raises ShopRefused: a code, address or secret that cannot be; no such provider
    """
    shown = " ".join(name.replace("\0", "").split())
    if not _CODE.fullmatch(code):
        raise ShopRefused(ShopReason.CODE, field="code")
    if not 0 < len(shown) <= 100:
        raise ShopRefused(ShopReason.NAME, field="name")
    _check_address(address)
    _check_secret(secret)
    with use_case():
        fields = {
            "name": shown,
            "address": address,
            "secret": secret,
            "keeps_cards": keeps_cards,
            "added_at": now,
        }
        shop, fresh = Shop.objects.get_or_create(code=code, defaults=fields)
        if not fresh:
            raise ShopRefused(ShopReason.TAKEN, field="code")
        _record(
            by,
            "payments.shop.added",
            code,
            now,
            after={"name": shown, "address": address, "secret": secret, "keeps_cards": keeps_cards},
        )
        _serve(shop, code=code, providers=providers, by=by, now=now)


def serve(*, code: str, providers: Sequence[str], now: datetime, by: Actor) -> None:
    """Let new payments to these providers go through a shop («-»: that of ``SVET_ACQUIRING_URL``).

    Payments made before stay with the shop that took them.

    :raises ShopRefused: no such shop or provider
    """
    with use_case():
        shop = None if code == FIRST else _locked(code)
        _serve(shop, code=code, providers=providers, by=by, now=now)


def stand_in(*, provider: str, codes: Sequence[str], now: datetime, by: Actor) -> None:
    """Let these shops take a provider's new payments while its own cannot; without codes none does.

    In this order, as soon as the bank of those before is silent, or they are off; «-» as in :func:`serve`.

    :raises ShopRefused: no such shop or provider, a shop twice, or the one that serves the provider anyhow
    """
    with use_case():
        provider_id = _provider_id(provider)
        shops = [None if code == FIRST else _locked(code) for code in codes]
        served = ServedProvider.objects.filter(provider_id=provider_id).select_related("shop").first()
        if len({*shops, served.shop if served else None}) <= len(shops):
            raise ShopRefused(ShopReason.RESERVE, field="codes")
        ReserveShop.objects.filter(provider_id=provider_id).delete()
        ReserveShop.objects.bulk_create(
            ReserveShop(provider_id=provider_id, shop=shop, place=place)
            for place, shop in enumerate(shops, start=1)
        )
        journal.record(
            by=by,
            action="payments.shop.reserve",
            subject="provider",
            subject_id=provider,
            now=now,
            after={"shops": list(codes)},
        )


def _provider_id(code: str) -> int:
    known = {one.code: one.provider_id for one in accounts.providers()}
    if code not in known:
        raise ShopRefused(ShopReason.PROVIDER, field="provider", details={"known": ", ".join(sorted(known))})
    return known[code]


def switch(*, code: str, on: bool, now: datetime, by: Actor) -> None:
    """Let a shop take new payments, or none any more. :raises ShopRefused: no such shop"""
    with use_case():
        shop = _locked(code)
        if (shop.off_at is None) == on:
            return
        shop.off_at = None if on else now
        shop.save(update_fields=["off_at"])
        _record(by, "payments.shop.switched", code, now, after={"on": on})


def _locked(code: str) -> Shop:
    shop = Shop.objects.select_for_update().filter(code=code.replace("\0", "")).first()
    if shop is None:
        raise ShopRefused(ShopReason.UNKNOWN, field="code")
    return shop


def _serve(shop: Shop | None, *, code: str, providers: Sequence[str], by: Actor, now: datetime) -> None:
    for provider in providers:
        provider_id = _provider_id(provider)
        if shop is None:
            ServedProvider.objects.filter(provider_id=provider_id).delete()
        else:
            ServedProvider.objects.update_or_create(provider_id=provider_id, defaults={"shop": shop})
        _record(by, "payments.shop.serves", code, now, after={"provider": provider})


def _check_address(address: str) -> None:
    try:
        parts = urlsplit(address)
        served = acquiring.serves(address) and bool(parts.hostname)
        named, open_secret = parts.username, parts.password
    except ValueError:
        served, named, open_secret = False, None, None
    if open_secret is not None:
        raise ShopRefused(ShopReason.KEY_IN_ADDRESS, field="address")
    if not served or not named or len(address) > 300 or not address.isprintable():
        raise ShopRefused(ShopReason.ADDRESS, field="address")


def _check_secret(secret: str) -> None:
    if len(secret) > 200 or not (secret.startswith("/") or _VARIABLE.fullmatch(secret)):
        raise ShopRefused(ShopReason.KEY, field="secret")
    try:
        secret_of(secret)
    except Temporary:
        raise ShopRefused(ShopReason.KEY_MISSING, field="secret", details={"place": secret}) from None


def _record(by: Actor, action: str, code: str, now: datetime, *, after: dict[str, object]) -> None:
    journal.record(by=by, action=action, subject="shop", subject_id=code, now=now, after=after)
