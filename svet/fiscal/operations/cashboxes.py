"""Tills: entered, switched off, and asked each in its own name."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction

from svet.accounts.queries import providers
from svet.fiscal.models import Cashbox
from svet.fiscal.rules.refusals import CashboxReason
from svet.fiscal.rules.tills import CashboxRefused, NewCashbox
from svet.gateways import fiscal
from svet.gateways.failures import Temporary
from svet.gateways.fiscal.port import Till
from svet.journal import operations as journal
from svet.kernel.actors import Actor
from svet.kernel.transactions import use_case
from svet.payments.operations.shops import secret_of

_INN = re.compile(r"[0-9]{10}|[0-9]{12}", re.ASCII)


def till_of(cashbox: Cashbox) -> Till:
    """The till, in our name. :raises Temporary: its secret is not to be had"""
    return fiscal.till_at(cashbox.address, secret=secret_of(cashbox.secret))


def has_secret(place: str) -> bool:
    """Whether a till's secret lies where it should."""
    try:
        return bool(secret_of(place))
    except Temporary:
        return False


def add_cashbox(new: NewCashbox, *, now: datetime, by: Actor) -> None:
    """Enter the till that makes the receipts of a provider from now on, and those that no till has.

    :raises CashboxRefused: what cannot be; no such provider, or it has a till, or no ИНН
    """
    new.check()
    _check_address(new.address)
    if not has_secret(new.secret):
        raise CashboxRefused(CashboxReason.KEY_MISSING, field="secret", details={"place": new.secret})
    found = next((one for one in providers() if one.code == new.provider), None)
    if found is None:
        raise CashboxRefused(CashboxReason.PROVIDER, field="provider")
    if not _INN.fullmatch(found.inn):
        raise CashboxRefused(CashboxReason.INN, field="provider")
    fields = {
        "address": new.address,
        "secret": new.secret,
        "payment_address": new.payment_address,
        "email": new.email,
        "taxation": new.taxation.value,
    }
    with use_case():
        if Cashbox.objects.filter(code=new.code).exists():
            raise CashboxRefused(CashboxReason.TAKEN, field="code")
        served = Cashbox.objects.select_for_update().filter(
            provider_id=found.provider_id, off_at__isnull=True
        )
        if served.exists():
            raise CashboxRefused(CashboxReason.SERVED, field="provider")
        try:
            with transaction.atomic():
                Cashbox.objects.create(code=new.code, provider_id=found.provider_id, added_at=now, **fields)
        except IntegrityError as twice:
            # Somebody else has entered one since the look.
            served_now = "fiscal_cashbox_one_of_a_provider" in str(twice)
            reason = CashboxReason.SERVED if served_now else CashboxReason.TAKEN
            raise CashboxRefused(reason, field="provider" if served_now else "code") from None
        _record(by, "fiscal.cashbox.added", new.code, now, after={**fields, "provider": new.provider})


def switch_off(*, code: str, now: datetime, by: Actor) -> None:
    """Send it no receipts that are made from now on; what it may have is followed as ever.

    What it was never asked for goes to the next till of its provider, or waits here for one.

    :raises CashboxRefused: no such till, or it is off
    """
    with use_case():
        cashbox = Cashbox.objects.select_for_update().filter(code=code.replace("\0", "")).first()
        if cashbox is None or cashbox.off_at is not None:
            raise CashboxRefused(CashboxReason.UNKNOWN, field="code")
        cashbox.off_at = now
        cashbox.save(update_fields=["off_at"])
        _record(by, "fiscal.cashbox.off", code, now, after={})


def _check_address(address: str) -> None:
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


def _record(by: Actor, action: str, code: str, now: datetime, *, after: dict[str, object]) -> None:
    journal.record(by=by, action=action, subject="cashbox", subject_id=code, now=now, after=after)
