"""«Зачёт аванса»: what an account was overpaid by, and its charges have used since.

54-ФЗ, article 1.2 item 2.1, lets a supplier of utilities gather the offsets of a period of a month at most:
each payment's advance of an account has one such receipt a month, made the night after the charge. What is
used after it waits for the next month.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

import structlog

from svet.accounts.queries import provider_by_id
from svet.fiscal.models import Receipt
from svet.fiscal.operations.steps import keep_receipt
from svet.fiscal.queries.lines import accounts_with_advances, open_advances, said_of_order
from svet.fiscal.rules.cutting import movement_of
from svet.fiscal.rules.lines import BesideEnergy, ReceiptPart, use_advances, used_for
from svet.fiscal.rules.states import ReceiptKind, ReceiptLineKind
from svet.kernel.money import ZERO
from svet.kernel.transactions import use_case
from svet.ledger.queries import balances
from svet.payments.operations.receipts import hold_payments
from svet.payments.queries.receipts import unsettled_orders
from svet.penalties.queries import paid_streams

log = structlog.get_logger(__name__)


def offset_advances(*, now: datetime) -> int:
    """Make the receipts of advances that were used; says how many accounts were looked at.

    The advance of a payment waits while money of it is on its way back, moved or disputed: what of it is an
    advance is not known until that ends. Others of the account do not wait for it. What cannot be done for
    one account is written to the log and tried the next night; it stops no other.
    """
    accounts = accounts_with_advances()
    for account_id in accounts:
        try:
            _offset(account_id, now=now)
        except Exception:
            log.exception("fiscal.offset_failed", account=account_id)
    return len(accounts)


def _not_said(account_id: int, order_id: int) -> BesideEnergy:
    """What works and penalties have taken of a payment, and no receipt of it has said yet."""
    sale = Receipt.objects.filter(order_id=order_id, kind=ReceiptKind.SELL.value).order_by("pk").first()
    paid = paid_streams(key=movement_of(sale.source), since_then=True).get(account_id) if sale else None
    if paid is None:
        return BesideEnergy()
    said = said_of_order(order_id, account_id)
    return BesideEnergy(
        max(paid.fee - said[ReceiptLineKind.FEE], ZERO),
        max(paid.penalty - said[ReceiptLineKind.PENALTY], ZERO),
    )


def _offset(account_id: int, *, now: datetime) -> None:
    with use_case():
        # The same payments are held by whoever gives money of them back, moves it or disputes it, and where
        # the receipt of that is made: what is read from here on stays so until the receipt is kept.
        held = hold_payments({order_id for order_id, _ in open_advances(account_id).values()})
        free = held - unsettled_orders(held)
        lines = {line: of for line, of in open_advances(account_id).items() if of[0] in free}
        owed = balances([account_id]).get(account_id, ZERO)
        of_line = {line.line_id: of for line, of in lines.items()}
        by_order: dict[tuple[int, int], list[ReceiptPart]] = defaultdict(list)
        for part in use_advances(balance=owed, advances=lines):
            by_order[of_line[part.of or 0]].append(part)
        for (order_id, provider_id), used in by_order.items():
            own = used_for(used, _not_said(account_id, order_id))
            month = now.astimezone(ZoneInfo(provider_by_id(provider_id).time_zone))
            keep_receipt(
                source=f"offset:{account_id}:{order_id}:{month:%Y-%m}",
                kind=ReceiptKind.OFFSET,
                order_id=order_id,
                provider_id=provider_id,
                parts=own,
                at=now,
                now=now,
            )
