"""What of a credited payment may be given back, and why not. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from svet.kernel.money import Money
from svet.kernel.refusals import Conflict, NotFound, Refused
from svet.payments.rules.acts import LONGEST_DOCUMENT


class RefundReason(StrEnum):
    NOT_FOUND = "refund_not_found"
    NOT_STAFF = "refund_not_staff"
    NOT_CREDITED = "refund_not_credited"
    SUM = "refund_sum"
    LINE = "refund_line"
    ABOVE_LEFT = "refund_above_left"
    NOTHING = "refund_nothing"
    DOCUMENT = "refund_document"
    CHANGED = "refund_changed"
    SAME_HAND = "refund_same_hand"
    OWN_PAYMENT = "refund_own_payment"
    NOT_OVERPAID = "refund_not_overpaid"
    DECIDED = "refund_decided"
    SENT = "refund_sent_already"
    NOT_DOUBTFUL = "refund_not_doubtful"


class RefundRefused(Refused):
    """The refund cannot be as it is asked for; nothing changed."""


class RefundConflict(Conflict):
    """Something else became known meanwhile: look again."""


class RefundNotFound(NotFound):
    """No such payment or refund."""


@dataclass(frozen=True, slots=True)
class NewRefund:
    """A refund as it is filled in: kopecks by the outer ids of the payment's accounts, none of them zero."""

    lines: Mapping[str, int]
    document: str

    @property
    def kopecks(self) -> int:
        return sum(self.lines.values())


def check_refund(new: NewRefund, *, left: Mapping[str, Money]) -> None:
    """Whether so much of each line can be given back; ``left`` is what is neither returned nor spoken for.

    The field of a refusal about one line is the account's outer id. :raises RefundRefused:
    """
    for account, kopecks in new.lines.items():
        if account not in left:
            raise RefundRefused(RefundReason.LINE)
        if kopecks <= 0:
            raise RefundRefused(RefundReason.SUM, field=account)
        if kopecks > left[account].kopecks:
            raise RefundRefused(RefundReason.ABOVE_LEFT, field=account, details={"left": left[account]})
    if not new.lines:
        raise RefundRefused(RefundReason.NOTHING)
    if not new.document.strip() or len(new.document) > LONGEST_DOCUMENT:
        raise RefundRefused(RefundReason.DOCUMENT, field="document")
