"""Tills of the town's suppliers: all of them stand in the sandbox, wherever that listens today."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Final

from django.conf import settings

from svet.accounts.queries import providers
from svet.fiscal.operations import add_cashbox, switch_off
from svet.fiscal.operations.cashboxes import has_secret
from svet.fiscal.queries import cashboxes
from svet.fiscal.rules.tills import NewCashbox
from svet.payments.operations.receipts import choose_maker
from svet.payments.operations.shops import FIRST
from svet.payments.queries.receipts import makers
from svet.payments.rules.receipts import ReceiptMaker
from svet.sandbox.town.providers import BUILDER
from svet.sandbox.town.rules.plan import MAIN, SECOND, WATER
from svet.sandbox.world.atol import GROUP, LOGIN, PREFIX

#: The variable with the password of the sandbox's tills: a demonstration sets it, nothing else does.
PASSWORD_IN: Final = "SVET_SANDBOX_TILL_PASSWORD"  # noqa: S105 - a variable's name
EMAIL: Final = "kassa@svet.example"


def set_tills(*, now: datetime) -> None:
    """Let payments get their receipts by tills of the sandbox, for the suppliers entered so far.

    A till never changes: where the sandbox listens at another port than before, the old one is switched off
    and another is added. Without the sandbox's password the bank makes the receipts, as ever.
    """
    if not has_secret(PASSWORD_IN):
        return
    scheme, _, where = settings.SANDBOX_CONTROL_URL.rstrip("/").partition("://")
    address = f"atol+{scheme}://{LOGIN}@{where}{PREFIX}{GROUP}"
    for provider in sorted({one.code for one in providers()} & {MAIN, SECOND, WATER}):
        known = cashboxes()
        on = next((till for till in known if till.provider == provider and till.off_at is None), None)
        if on is not None and (on.address == address or on.secret != PASSWORD_IN):
            continue  # it stands where it should, or it is somebody's own
        if on is not None:
            switch_off(code=on.code, now=now, by=BUILDER)
        code = _free_code({till.code for till in known})
        new = NewCashbox(code, provider, address, PASSWORD_IN, settings.BASE_URL, EMAIL)
        add_cashbox(new, now=now, by=BUILDER)
    if "" not in makers():
        choose_maker(code=FIRST, maker=ReceiptMaker.CASHBOX, now=now, by=BUILDER)


def _free_code(taken: Iterable[str]) -> str:
    """``kassa-1`` or the next that no till has, one that is off or an operator's own included."""
    return next(code for code in (f"kassa-{number}" for number in count(1)) if code not in taken)
