"""What a payer asks for, and how it is refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.payments.queries.payees import Share
from svet.payments.rules import body_hash
from svet.payments.rules.parts import MOST_IN_ROW
from svet.payments.rules.refusals import OrderReason


class OrderRefused(Refused):
    """The order cannot be made as it is asked for."""


class OrderConflict(Conflict):
    """The sum is not the one the person saw, or the key already belongs to another order."""


class AccountNotPayable(NotFound):
    """One of the accounts does not exist or the actor may not pay for it: the whole order is refused."""


class SeveralPayeesRefused(OrderRefused):
    """The accounts belong to several payees; ``shares`` says what belongs to whom, in the order of paying."""

    def __init__(self, found: Sequence[Share], *, too_many: bool = False) -> None:
        reason = OrderReason.TOO_MANY_PAYEES if too_many else OrderReason.SEVERAL_PAYEES
        details = {"payees": len(found), "max": MOST_IN_ROW}
        super().__init__(reason, field="lines", details=details)
        self.shares = tuple(found)


Line = tuple[str, Money]
Lines = Sequence[Line]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRequest:
    """What a payer asks for: ``lines`` (outer account id, sum) under ``key``, and how it is to be paid.

    With ``in_turn`` lines of several payees make an order over those of the first, which remembers the
    others («1 из 2»). With ``in_row`` the payees of the first one's shop are paid in a row: an order each,
    made now, of which the later ones are charged without another press; the payer has seen all sums and
    payees.
    ``due`` tells until when an account (outer id) is to be paid: payees go by their nearest day, then as
    given.
    ``after`` names the order whose remembered lines these are. ``card`` is a bound card's
    outer id; ``keep_card`` binds the card typed at the bank. ``return_url_base`` is the portal's own
    origin (``https://host``); the bank sends the person back there.
    """

    lines: Sequence[Line]
    key: UUID
    expected_total: Money | None
    return_url_base: str
    receipt_email: str = ""
    card: str = ""
    keep_card: bool = False
    in_turn: bool = False
    in_row: bool = False
    after: str = ""
    due: Mapping[str, date] = field(default_factory=dict)

    @property
    def keeps(self) -> bool:
        """Whether a card is bound by this payment."""
        return self.keep_card and not self.card

    @property
    def fingerprint(self) -> str:
        """What a repetition under the same key is compared by."""
        return body_hash(self.lines, card=self.card, keeps_card=self.keeps, in_row=self.in_row)
