"""Why a whole file or one of its rows cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from svet.kernel.refusals import Refused


class FileReason(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_MANY_ROWS = "too_many_rows"
    NOT_TEXT = "not_text"
    BROKEN_BYTE = "broken_byte"
    NUL = "nul"
    HEADER_UNKNOWN = "header_unknown"
    COLUMN_MISSING = "column_missing"
    COLUMN_TWICE = "column_twice"
    TRAILER_MISSING = "trailer_missing"
    TRAILER_DIFFERS = "trailer_differs"
    ALREADY_TAKEN = "already_taken"
    UNKNOWN_PROFILE = "unknown_profile"
    NAME = "name"
    SOURCE_UNKNOWN = "source_unknown"
    SOURCE_ELSEWHERE = "source_elsewhere"
    CONTROL_MISSING = "control_missing"
    CONTROL_TWICE = "control_twice"
    CONTROL_UNREAD = "control_unread"
    CONTROL_DIFFERS = "control_differs"
    COUNT_MISSING = "count_missing"
    COUNT_UNREAD = "count_unread"
    COUNT_DIFFERS = "count_differs"
    STATEMENT_UNKNOWN = "statement_unknown"
    CUT = "cut"
    BALANCE = "balance"
    BALANCE_UNREAD = "balance_unread"
    XML = "xml"
    ACCOUNT_FOREIGN = "account_foreign"
    ACCOUNT_SHARED = "account_shared"
    DECIDED = "decided"
    ANOTHER_HAND = "another_hand"
    FORM_CHANGED = "form_changed"
    LINES = "lines"


class FileRefused(Refused):
    """The file is not taken at all and nothing of it was applied."""


class RowReason(StrEnum):
    REQUIRED = "required"
    TOO_LONG = "too_long"
    COLUMNS = "columns"
    DATE = "date"
    NUMBER = "number"
    MONEY = "money"
    FORMULA = "formula"
    ZONES = "zones"
    CHOICE = "choice"
    REPEATED_IN_FILE = "repeated_in_file"
    OTHER_BODY = "other_body"
    PAID_AGAIN = "paid_again"
    OTHER_OFFICE = "other_office"
    SAME_ELSEWHERE = "same_elsewhere"
    BOOKS_UNKNOWN = "books_unknown"
    OPEN_QUOTE = "open_quote"
    GROUP_UNKNOWN = "group_unknown"
    CHANGED = "changed"
    PROVIDER_UNKNOWN = "provider_unknown"
    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_TWICE = "account_twice"
    OTHER_PROVIDER = "other_provider"
    DAY_AHEAD = "day_ahead"
    DAY_OLD = "day_old"
    STORNO = "storno"
    METER_UNKNOWN = "meter_unknown"
    ALREADY_MOVED = "already_moved"
    ALREADY_BILLED = "already_billed"
    OPENING_AHEAD = "opening_ahead"
    MONTH_AHEAD = "month_ahead"
    CHARGED_HERE = "charged_here"
    NO_TERMS = "no_terms"
    TERMS_OVERTAKEN = "terms_overtaken"
    PAYMENT_UNKNOWN = "payment_unknown"
    REFUSED = "refused"
    CURRENCY = "currency"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class RowFault:
    """One row cannot be used: the line of the file (from 1), the column's name and the reason."""

    line_no: int
    column: str
    reason: RowReason
    details: Mapping[str, object] = field(default_factory=dict)
