"""Writes of receipts: tills entered, receipts made of what is owed, sent and followed, tried again."""

from svet.fiscal.operations.again import try_all_again
from svet.fiscal.operations.cashboxes import add_cashbox, switch_off
from svet.fiscal.operations.correcting import correct_receipt, sign_correction
from svet.fiscal.operations.deciding import (
    ReceiptConflict,
    ReceiptNotFound,
    close_receipt,
    need_none,
    try_again,
)
from svet.fiscal.operations.making import make_due
from svet.fiscal.operations.offsetting import offset_advances
from svet.fiscal.operations.sending import follow_sent, send_due

__all__ = [
    "ReceiptConflict",
    "ReceiptNotFound",
    "add_cashbox",
    "close_receipt",
    "correct_receipt",
    "follow_sent",
    "make_due",
    "need_none",
    "offset_advances",
    "send_due",
    "sign_correction",
    "switch_off",
    "try_again",
    "try_all_again",
]
