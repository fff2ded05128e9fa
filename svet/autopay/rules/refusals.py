"""Why an agreement is not made, changed or a charge not skipped."""

from __future__ import annotations

from enum import StrEnum

from svet.kernel.refusals import Conflict, NotFound, Refused


class AutopayReason(StrEnum):
    """Why not."""

    NOT_FOUND = "autopay_not_found"
    ACCOUNT = "autopay_account"
    CLOSED = "autopay_account_closed"
    NO_BILLS = "autopay_without_bills"
    TAKEN = "autopay_taken"
    WHEN = "autopay_when"
    DAY = "autopay_day"
    DAYS = "autopay_days"
    MOVED = "autopay_moved"
    STALE = "autopay_offer_stale"
    BEGUN = "autopay_begun"
    OVER = "autopay_over"


class AutopayNotFound(NotFound):
    """No such agreement or charge, or somebody else's."""


class AutopayRefused(Refused):
    """The terms cannot be agreed to."""


class AutopayConflict(Conflict):
    """It stands elsewhere by now."""
