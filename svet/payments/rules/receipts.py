"""Who makes the fiscal receipt of a payment (54-ФЗ), and what a receipt is owed for."""

from __future__ import annotations

from enum import StrEnum


class ReceiptMaker(StrEnum):
    """By whom the receipt of a shop's payments is made; decided when the payment is."""

    BANK = "bank"  # the bank's own till: it is given the lines of the payment
    CASHBOX = "cashbox"  # a till of ours: the bank is given nothing to make one of
    NOBODY = "nobody"  # somebody else, such as an agent of the supplier


class DueKind(StrEnum):
    """What happened to the money."""

    PAID = "paid"
    BACK = "back"
