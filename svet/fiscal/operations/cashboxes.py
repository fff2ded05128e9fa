"""Tills: entered, switched off, and asked each in its own name."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from svet.accounts.queries import providers
from svet.fiscal.models import Cashbox, Receipt
from svet.fiscal.rules.refusals import CashboxReason
from svet.fiscal.rules.states import ReceiptState
from svet.fiscal.rules.vat import Taxation
from svet.gateways import fiscal
from svet.gateways.failures import Temporary
from svet.gateways.fiscal.port import Till
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.refusals import Conflict
from svet.kernel.transactions import use_case
from svet.payments.operations.shops import secret_of

_CODE = re.compile(r"[a-z][a-z0-9-]{1,19}", re.ASCII)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,79}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,40}@[^@\s]{3,60}", re.ASCII)
_INN = re.compile(r"[0-9]{10}|[0-9]{12}", re.ASCII)


class CashboxRefused(Conflict):
    """A till cannot be entered or changed as asked."""


def till_of(cashbox: Cashbox) -> Till:
    """The till, in our name. :raises Temporary: its secret is not to be had"""
    return fiscal.till_at(cashbox.address, secret=secret_of(cashbox.secret))


def has_secret(place: str) -> bool:
    """Whether a till's secret lies where it should."""
    try:
        return bool(secret_of(place))
    except Temporary:
        return False


def add_cashbox(
    *,
    code: str,
    provider: str,
    address: str,
    secret: str,
    payment_address: str,
    email: str,
    taxation: Taxation = Taxation.GENERAL,
    now: datetime,
    by: Actor,
) -> None:
    """Enter the till that makes the receipts of a provider from now on; those that wait for one go to it.

    ``address`` is ``atol+https://LOGIN@host/possystem/v5/GROUP``; ``secret`` names a variable or a file;
    ``payment_address`` is the site where people pay; ``email`` the sender's, as the receipt names it.

    :raises CashboxRefused: what cannot be; no such provider, or it has a till, or no ИНН
    """
    _check(code=code, address=address, payment_address=payment_address, email=email)
    _check_secret(secret)
    found = next((one for one in providers() if one.code == provider), None)
    if found is None:
        raise CashboxRefused(CashboxReason.PROVIDER, field="provider")
    if not _INN.fullmatch(found.inn):
        raise CashboxRefused(CashboxReason.INN, field="provider")
    fields = {
        "address": address,
        "secret": secret,
        "payment_address": payment_address,
        "email": email,
        "taxation": taxation.value,
    }
    with use_case():
        if Cashbox.objects.filter(code=code).exists():
            raise CashboxRefused(CashboxReason.TAKEN, field="code")
        served = Cashbox.objects.select_for_update().filter(
            provider_id=found.provider_id, off_at__isnull=True
        )
        if served.exists():
            raise CashboxRefused(CashboxReason.SERVED, field="provider")
        cashbox = Cashbox.objects.create(code=code, provider_id=found.provider_id, added_at=now, **fields)
        waiting = Receipt.objects.filter(
            provider_id=found.provider_id, cashbox__isnull=True, state=ReceiptState.PENDING.value
        )
        waiting.update(cashbox=cashbox, next_at=now, reason="")
        _record(by, "fiscal.cashbox.added", code, now, after={**fields, "provider": provider})


def switch_off(*, code: str, now: datetime, by: Actor) -> None:
    """Send it no receipts that are made from now on; what it has, or is to have, is followed as ever.

    :raises CashboxRefused: no such till, or it is off
    """
    with use_case():
        cashbox = Cashbox.objects.select_for_update().filter(code=code.replace("\0", "")).first()
        if cashbox is None or cashbox.off_at is not None:
            raise CashboxRefused(CashboxReason.UNKNOWN, field="code")
        cashbox.off_at = now
        cashbox.save(update_fields=["off_at"])
        _record(by, "fiscal.cashbox.off", code, now, after={})


def _check(*, code: str, address: str, payment_address: str, email: str) -> None:
    if not _CODE.fullmatch(code):
        raise CashboxRefused(CashboxReason.CODE, field="code")
    try:
        parts = urlsplit(address)
        served = fiscal.serves(address) and bool(parts.hostname)
        named, open_secret = parts.username, parts.password
    except ValueError:
        served, named, open_secret = False, None, None
    if open_secret is not None:
        raise CashboxRefused(CashboxReason.KEY_IN_ADDRESS, field="address")
    if not served or not named or len(address) > 300 or not address.isprintable():
        raise CashboxRefused(CashboxReason.ADDRESS, field="address")
    if not payment_address.startswith(("https://", "http://")) or not (
        payment_address.isprintable() and len(payment_address) <= 256
    ):
        raise CashboxRefused(CashboxReason.PLACE, field="payment_address")
    if not _EMAIL.fullmatch(email) or len(email) > 64:
        raise CashboxRefused(CashboxReason.EMAIL, field="email")


def _check_secret(secret: str) -> None:
    if len(secret) > 200 or not (secret.startswith("/") or _VARIABLE.fullmatch(secret)):
        raise CashboxRefused(CashboxReason.KEY, field="secret")
    try:
        secret_of(secret)
    except Temporary:
        raise CashboxRefused(CashboxReason.KEY_MISSING, field="secret", details={"place": secret}) from None


def _record(by: Actor, action: str, code: str, now: datetime, *, after: dict[str, object]) -> None:
    journal.record(by=by, action=action, subject="cashbox", subject_id=code, now=now, after=after)
