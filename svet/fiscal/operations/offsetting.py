"""«Зачёт аванса»: what an account was overpaid by, and its charges have used since.

54-ФЗ, article 1.2 item 2.1, lets a supplier of utilities gather the offsets of a period of a month at most:
each payment's advance of an account has one such receipt a month, made the night after the charge. What is
used after it waits for the next month.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from svet.accounts.queries import provider_by_id
from svet.fiscal.operations.steps import keep_receipt
from svet.fiscal.queries.lines import open_advances, orders_of_lines
from svet.fiscal.rules.lines import ReceiptPart, use_advances
from svet.fiscal.rules.states import ReceiptKind
from svet.kernel.money import ZERO
from svet.kernel.transactions import use_case
from svet.ledger.queries import balances
from svet.payments.queries.receipts import unsettled_orders


def offset_advances(*, now: datetime) -> int:
    """Make the receipts of advances that were used; says how many accounts were looked at.

    An account of which money is on its way back, moved or disputed waits: what of it is an advance is not
    known until that ends.
    """
    advances = open_advances()
    for account_id, lines in advances.items():
        of_order = orders_of_lines([line.line_id for line in lines])
        if unsettled_orders({order_id for order_id, _ in of_order.values()}):
            continue
        with use_case():
            parts = use_advances(balance=balances([account_id]).get(account_id, ZERO), advances=lines)
            by_order: dict[tuple[int, int], list[ReceiptPart]] = defaultdict(list)
            for part in parts:
                by_order[of_order[part.of or 0]].append(part)
            for (order_id, provider_id), own in by_order.items():
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
    return len(advances)
