"""Rules of payments: what may be paid, the life of orders and of rows of registers, and why one says no."""

from svet.payments.rules.sums import (
    CARD_NAME_LONGEST,
    LIMITS,
    UNASKED_MOST,
    AmountReason,
    AmountRefused,
    OrderLimits,
    body_hash,
    check_line,
    fill,
    parse_amount,
    purpose,
    share_refund,
)

__all__ = [
    "CARD_NAME_LONGEST",
    "LIMITS",
    "UNASKED_MOST",
    "AmountReason",
    "AmountRefused",
    "OrderLimits",
    "body_hash",
    "check_line",
    "fill",
    "parse_amount",
    "purpose",
    "share_refund",
]
