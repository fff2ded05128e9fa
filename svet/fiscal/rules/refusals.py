"""Why a till is not entered, and why a receipt stands still."""

from __future__ import annotations

from enum import StrEnum


class CashboxReason(StrEnum):
    """Why a till is not entered or changed."""

    CODE = "cashbox_code"
    TAKEN = "cashbox_taken"
    UNKNOWN = "cashbox_unknown"
    ADDRESS = "cashbox_address"
    KEY_IN_ADDRESS = "cashbox_key_in_address"
    KEY = "cashbox_key"
    KEY_MISSING = "cashbox_key_missing"
    PROVIDER = "cashbox_provider"
    SERVED = "cashbox_served"
    INN = "cashbox_inn"
    EMAIL = "cashbox_email"
    PLACE = "cashbox_place"


class ReceiptReason(StrEnum):
    """Why a receipt is not made, or not sent again."""

    NOT_FOUND = "receipt_not_found"
    MOVED = "receipt_moved"
    VAT = "receipt_vat"
    NO_CASHBOX = "receipt_no_cashbox"
    NO_CONTACT = "receipt_no_contact"
    SILENT = "receipt_silent"
    REFUSED = "receipt_refused"
    FAILED = "receipt_failed"
    LOST = "receipt_lost"
    OTHER_SUM = "receipt_other_sum"
    NUMBER_TAKEN = "receipt_number_taken"
    NOTHING_LEFT = "receipt_nothing_left"
    FAULT = "receipt_fault"
    ANOTHER = "receipt_another"
    TAXATION = "receipt_taxation"
    UNSURE = "receipt_unsure"
    DECIDE = "receipt_decide"
    WAITS = "receipt_waits"
    SALE_CLOSED = "receipt_sale_closed"
    CLOSING_DOCUMENT = "receipt_closing_document"
    CLOSING_REASON = "receipt_closing_reason"


class CorrectionReason(StrEnum):
    """Why a correction receipt is not made."""

    NOT_HERE = "correction_not_here"
    LOOK = "correction_look"
    NUMBER = "correction_number"
    DAY = "correction_day"
    TO_COME = "correction_to_come"
    BEFORE_MONEY = "correction_before_money"
    NOTHING_WAITS = "correction_nothing_waits"
    CHANGED = "correction_changed"
    SAME_HAND = "correction_same_hand"
