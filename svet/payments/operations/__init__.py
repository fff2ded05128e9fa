"""Writes of payments: make an order, hand it to the bank, settle it, take callbacks and registers."""

from svet.payments.operations.beginning import begin_payment, look_at_order
from svet.payments.operations.binding import BindingNotFound, begin_binding, binding_places
from svet.payments.operations.callbacks import CallbackRejected, NoSuchShop, take_callback
from svet.payments.operations.cards import CardNotFound, CardRefused, name_card, unbind_card
from svet.payments.operations.claiming import ClaimConflict, check_claim, release, take
from svet.payments.operations.deciding import decide_callback, decide_order
from svet.payments.operations.listing import look_for_payments, look_for_refunds
from svet.payments.operations.orders import (
    AccountNotPayable,
    OrderConflict,
    OrderRefused,
    OrderRequest,
    SeveralPayeesRefused,
    create_order,
)
from svet.payments.operations.parts import PartsConflict, PartsNotFound, decide_parts
from svet.payments.operations.reconciling import reconcile_day, reconcile_days
from svet.payments.operations.registers import Fate, PaymentToApply, apply_register_payments
from svet.payments.operations.returning import look_at_asked_refunds
from svet.payments.operations.reviewing import (
    OrderReviewRefused,
    ReviewConflict,
    ReviewNotFound,
    cancel_reviewed,
    close_callback,
    credit_reviewed,
    send_back,
)
from svet.payments.operations.sending import BankUnavailable, send_to_bank
from svet.payments.operations.settling import look_at_due_orders, settle
from svet.payments.operations.shops import ShopRefused, add_shop, serve, stand_in, switch
from svet.payments.operations.silence import ask_silent
from svet.payments.operations.sources import SourceRefused, add_source, choose_receipts, set_layout
from svet.payments.operations.staging import PLAIN, PlainRows, credit_plain, not_plain, stage_rows
from svet.payments.operations.statements import (
    MovementFate,
    StatementFacts,
    StatementMovement,
    keep_statement,
    settle_statements,
)
from svet.payments.operations.suspense import (
    RowConflict,
    RowNotFound,
    RowRefused,
    account_for_row,
    put_on_account,
    return_suspense,
)
from svet.payments.rules.refusals import OrderReviewReason

__all__ = [
    "PLAIN",
    "AccountNotPayable",
    "BankUnavailable",
    "BindingNotFound",
    "CallbackRejected",
    "CardNotFound",
    "CardRefused",
    "ClaimConflict",
    "Fate",
    "MovementFate",
    "NoSuchShop",
    "OrderConflict",
    "OrderRefused",
    "OrderRequest",
    "OrderReviewReason",
    "OrderReviewRefused",
    "PartsConflict",
    "PartsNotFound",
    "PaymentToApply",
    "PlainRows",
    "ReviewConflict",
    "ReviewNotFound",
    "RowConflict",
    "RowNotFound",
    "RowRefused",
    "SeveralPayeesRefused",
    "ShopRefused",
    "SourceRefused",
    "StatementFacts",
    "StatementMovement",
    "account_for_row",
    "add_shop",
    "add_source",
    "apply_register_payments",
    "ask_silent",
    "begin_binding",
    "begin_payment",
    "binding_places",
    "cancel_reviewed",
    "check_claim",
    "choose_receipts",
    "close_callback",
    "create_order",
    "credit_plain",
    "credit_reviewed",
    "decide_callback",
    "decide_order",
    "decide_parts",
    "keep_statement",
    "look_at_asked_refunds",
    "look_at_due_orders",
    "look_at_order",
    "look_for_payments",
    "look_for_refunds",
    "name_card",
    "not_plain",
    "put_on_account",
    "reconcile_day",
    "reconcile_days",
    "release",
    "return_suspense",
    "send_back",
    "send_to_bank",
    "serve",
    "set_layout",
    "settle",
    "settle_statements",
    "stage_rows",
    "stand_in",
    "switch",
    "take",
    "take_callback",
    "unbind_card",
]
