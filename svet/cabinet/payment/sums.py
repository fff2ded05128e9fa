"""A typed sum that goes another way than into the bank: read as those that are paid, in its own words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from svet.kernel.money import Money
from svet.kernel.refusals import Refused
from svet.payments.rules import LIMITS, AmountReason, AmountRefused, parse_amount

#: A kopeck too much is a kopeck to give back.
_ANY: Final = replace(LIMITS, line_min=Money(1))


def typed_kopecks(text: str, *, field: str, none: Callable[[], Refused], above: Callable[[], Refused]) -> int:
    """Kopecks of a typed sum; ``none`` and ``above`` refuse one that is not above zero, and a huge one.

    :raises AmountRefused: it is no sum at all
    """
    try:
        return parse_amount(text, limits=_ANY, field=field).kopecks
    except AmountRefused as refused:
        if refused.reason in (AmountReason.NEGATIVE, AmountReason.MIN):
            raise none() from None
        if refused.reason is AmountReason.MAX:
            raise above() from None
        raise
