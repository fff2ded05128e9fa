"""Where the receipt of a movement goes."""

from __future__ import annotations

from collections.abc import Collection

from svet.accounts.queries import visible_ids
from svet.fiscal.rules.states import ReceiptKind
from svet.kernel.actors import Actor
from svet.payments.queries.receipts import ReceiptContact, contact_of, payer_of


def contact_for(
    kind: ReceiptKind, *, order_id: int, account_ids: Collection[int], own: str
) -> ReceiptContact:
    """To who paid; the offset of an account that they do not see any more to ``own``, the supplier's address.

    It tells what the account was charged, which is none of theirs by then; the till takes none without an
    address.
    """
    if kind is ReceiptKind.OFFSET:
        sees = visible_ids(Actor.person(payer_of(order_id))).filter(pk__in=list(account_ids))
        if sees.count() < len(set(account_ids)):
            return ReceiptContact(own, "")
    return contact_of(order_id)
