"""Writes of payments: make an order, hand it to the bank, settle it, take callbacks and registers."""

from svet.payments.operations.beginning import begin_payment
from svet.payments.operations.callbacks import CallbackRejected, take_callback
from svet.payments.operations.cards import CardNotFound, CardRefused, name_card, unbind_card
from svet.payments.operations.orders import AccountNotPayable, OrderConflict, OrderRefused, create_order
from svet.payments.operations.registers import Fate, RegisterRow, apply_register_payments
from svet.payments.operations.sending import BankUnavailable, send_to_bank
from svet.payments.operations.settling import look_at_due_orders, settle
from svet.payments.operations.sources import SourceRefused, add_source

__all__ = [
    "AccountNotPayable",
    "BankUnavailable",
    "CallbackRejected",
    "CardNotFound",
    "CardRefused",
    "Fate",
    "OrderConflict",
    "OrderRefused",
    "RegisterRow",
    "SourceRefused",
    "add_source",
    "apply_register_payments",
    "begin_payment",
    "create_order",
    "look_at_due_orders",
    "name_card",
    "send_to_bank",
    "settle",
    "take_callback",
    "unbind_card",
]
