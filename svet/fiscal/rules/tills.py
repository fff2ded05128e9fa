"""A till as somebody enters it, and what of it can be told wrong without asking anybody."""

from __future__ import annotations

import re
from dataclasses import dataclass

from svet.fiscal.rules.refusals import CashboxReason
from svet.fiscal.rules.vat import Taxation
from svet.kernel.refusals import Conflict

_CODE = re.compile(r"[a-z][a-z0-9-]{1,19}", re.ASCII)
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]{2,79}", re.ASCII)
_EMAIL = re.compile(r"[^@\s]{1,40}@[^@\s]{3,60}", re.ASCII)


class CashboxRefused(Conflict):
    """A till cannot be entered or changed as asked."""


@dataclass(frozen=True, slots=True)
class NewCashbox:
    """``provider`` is a supplier's code; ``address`` is ``atol+https://LOGIN@host/possystem/v5/GROUP``.

    ``secret`` names a variable or a file; ``payment_address`` is the site where people pay; ``email`` the
    sender's, as the receipt names it.
    """

    code: str
    provider: str
    address: str
    secret: str
    payment_address: str
    email: str
    taxation: Taxation = Taxation.GENERAL

    def check(self) -> None:
        """:raises CashboxRefused: a code, site, mail address or place of the secret that cannot be"""
        if not _CODE.fullmatch(self.code):
            raise CashboxRefused(CashboxReason.CODE, field="code")
        site = self.payment_address
        if not site.startswith(("https://", "http://")) or not site.isprintable() or len(site) > 256:
            raise CashboxRefused(CashboxReason.PLACE, field="payment_address")
        if not _EMAIL.fullmatch(self.email) or len(self.email) > 64:
            raise CashboxRefused(CashboxReason.EMAIL, field="email")
        if len(self.secret) > 200 or not (self.secret.startswith("/") or _VARIABLE.fullmatch(self.secret)):
            raise CashboxRefused(CashboxReason.KEY, field="secret")
