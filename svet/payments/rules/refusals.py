"""Why the operations of this room say no: the reasons, below whoever gives and whoever explains them."""

from __future__ import annotations

from enum import StrEnum


class OrderReason(StrEnum):
    """Why an order is not made as it is asked for."""

    NOTHING_CHOSEN = "nothing_chosen"
    TOO_MANY_LINES = "too_many_lines"
    TWICE = "account_twice"
    MAX_TOTAL = "max_total"
    NOT_A_PAYER = "not_a_payer"
    SUM_CHANGED = "sum_changed"
    KEY_REUSED = "key_reused"
    SEVERAL_PAYEES = "several_payees"
    TOO_MANY_PAYEES = "too_many_payees"
    ACCOUNT_NOT_FOUND = "account_not_found"
    SHOP_OFF = "shop_off"


class PartReason(StrEnum):
    """Why a word about the rest of a series is not followed."""

    ELSEWHERE = "parts_elsewhere"
    NO_CARD = "parts_no_card"


class OrderLookupReason(StrEnum):
    """Why an order is not shown."""

    NOT_FOUND = "order_not_found"


class BankReasonText(StrEnum):
    """What became of a payment that the bank did not take."""

    BANK_SILENT = "bank_silent"
    BANK_REFUSED = "bank_refused"


class CardReason(StrEnum):
    """Why a bound card is not used or named."""

    NOT_FOUND = "card_not_found"
    PAUSED = "cards_paused"
    OTHER_SHOP = "card_of_another_shop"
    NAME_TOO_LONG = "card_name_too_long"
    UNASKED = "card_unasked_too_much"
    ASKS_CVC = "card_asks_cvc"
    NOT_KEPT = "cards_not_kept"
    NO_SBP = "sbp_not_bound"
    NO_ACCOUNT = "binding_account_not_found"


class LeavingReason(StrEnum):
    """Why a cabinet is not deleted yet."""

    MONEY_ON_ITS_WAY = "money_on_its_way"


class CallbackReason(StrEnum):
    """Why a callback is not believed."""

    STRANGER = "callback_from_a_stranger"
    MALFORMED = "callback_malformed"
    NO_SHOP = "callback_no_shop"


class OrderReviewReason(StrEnum):
    """Why a payment under review is not settled as decided."""

    COMMENT_MISSING = "review_comment_missing"
    COMMENT_TOO_LONG = "review_comment_too_long"
    NOT_STAFF = "review_not_staff"
    NOT_FOUND = "review_not_found"
    DECIDED = "review_already_decided"
    REFUND_ASKED = "review_refund_asked"
    NOTHING_TAKEN = "review_nothing_taken"
    NOTHING_LEFT = "review_nothing_left"
    MONEY_TAKEN = "review_money_taken"
    OTHER_CURRENCY = "review_other_currency"
    OTHER_ORDER = "review_other_order"
    SEVERAL_PAYEES = "review_several_payees"
    BANK_UNCLEAR = "review_bank_unclear"
    BANK_REFUSED = "review_bank_refused"


class SuspenseReason(StrEnum):
    """Why a row of a register is not settled as decided."""

    NOT_FOUND = "row_not_found"
    DECIDED = "row_already_decided"
    NOT_STAFF = "row_not_staff"
    NUMBER = "row_number"
    ACCOUNT = "row_account_unknown"
    OTHER_PROVIDER = "row_other_provider"
    OTHER_ACCOUNT = "row_other_account"
    DAY_NEEDED = "row_day_needed"
    DAY = "row_day_impossible"
    REVERSAL = "row_reversal_is_not_sent_back"


class StatementActReason(StrEnum):
    """Why a row of a statement is not decided as asked."""

    NOT_FOUND = "statement_row_not_found"
    DECIDED = "statement_row_decided"
    NOT_STAFF = "statement_row_not_staff"
    OUT = "statement_row_out"
    DAY = "statement_row_day"


class ClaimReason(StrEnum):
    """Why a case is not taken."""

    TAKEN = "case_taken"


class RegisterReason(StrEnum):
    """Why a row cannot be a payment."""

    ZERO = "register_sum_zero"


class ShopReason(StrEnum):
    """Why an acquiring contract is not entered or changed."""

    CODE = "shop_code"
    NAME = "shop_name"
    TAKEN = "shop_taken"
    UNKNOWN = "shop_unknown"
    ADDRESS = "shop_address"
    KEY_IN_ADDRESS = "shop_key_in_address"
    KEY = "shop_key"
    KEY_MISSING = "shop_key_missing"
    PROVIDER = "shop_provider"
    RESERVE = "shop_reserve"
    NO_RECEIPTS = "shop_no_receipts"


class SourceReason(StrEnum):
    """Why a source of registers is not added."""

    CODE = "source_code"
    NAME = "source_name"
    TAKEN = "source_taken"
    PROVIDER = "source_provider"
    INN = "source_inn"
    INN_TAKEN = "source_inn_taken"
    UNKNOWN = "source_unknown"
    LAYOUT = "source_layout"
    IDENTITY_TAKEN = "source_identity_taken"
