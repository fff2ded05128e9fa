"""What a supplier lets people have without asking anybody, and from which day on. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from svet.arrangements.rules import PromiseTerms
from svet.arrangements.rules.plans import InstalmentTerms
from svet.kernel.refusals import Refused

#: The most in kopecks that an honest limit is, as of the other limits of a supplier.
MOST_KOPECKS: Final = 100_000_000_00
#: The least and the most of every limit.
BOUNDS: Final = {
    "refund_alone": (0, MOST_KOPECKS),
    "refund_times": (1, 100),
    "refund_days": (1, 3650),
    "promise_days": (0, 90),
    "promise_pause": (0, 730),
    "instalment_months": (0, 60),
    "instalment_least": (0, MOST_KOPECKS),
    "instalment_alone": (0, MOST_KOPECKS),
    "instalment_most": (0, MOST_KOPECKS),
    "instalment_pause": (0, 120),
}
#: Those of them that are sums, in kopecks; the others are counted.
SUMS: Final = ("refund_alone", "instalment_least", "instalment_alone", "instalment_most")


class MoneyLimitsReason(StrEnum):
    """Why limits are not taken."""

    UNKNOWN_PROVIDER = "money_limits_unknown_provider"
    PAST = "money_limits_past"
    NOTHING_CHOSEN = "money_limits_nothing_chosen"
    SUM = "money_limits_sum"
    NUMBER = "money_limits_number"
    ORDER = "money_limits_order"


class MoneyLimitsRefused(Refused):
    """The limits are impossible, or would change what held on a day that is over."""


@dataclass(frozen=True, slots=True)
class MoneyLimits:
    """What is decided by rule: sums in kopecks, pauses of promises in days, of instalments in months.

    ``refund_alone`` is the most of overpayments in 30 days, and ``instalment_alone`` the greatest debt, that
    needs no two signatures. No ``promise_days``: no promises are taken; fewer ``instalment_months`` than two:
    no instalments.
    """

    refund_alone: int
    refund_times: int
    refund_days: int
    promise_days: int
    promise_pause: int
    instalment_months: int
    instalment_least: int
    instalment_alone: int
    instalment_most: int
    instalment_pause: int

    @property
    def promises(self) -> PromiseTerms:
        """What of it is about promises."""
        return PromiseTerms(self.promise_days, self.promise_pause)

    @property
    def instalments(self) -> InstalmentTerms:
        """What of it is about instalments."""
        return InstalmentTerms(
            self.instalment_months,
            self.instalment_least,
            self.instalment_alone,
            self.instalment_most,
            self.instalment_pause,
        )

    @property
    def numbers(self) -> dict[str, int]:
        """All limits by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class DatedLimits:
    """Limits from a day of the supplier, ``since``, until the next ones'."""

    since: date
    limits: MoneyLimits


def limits_on(rows: Sequence[DatedLimits], day: date, *, default: MoneyLimits) -> MoneyLimits:
    """What holds on a day; ``rows`` in order of time, ``default`` before the first of them."""
    held = [each.limits for each in rows if each.since <= day]
    return held[-1] if held else default


def chosen_limits(current: MoneyLimits, given: dict[str, int | None]) -> MoneyLimits:
    """``current`` with what has been chosen anew, by name; None leaves a limit as it is.

    :raises MoneyLimitsRefused: nothing is chosen, a number is impossible, the least debt above the greatest
    """
    fresh = {name: value for name, value in given.items() if value is not None}
    if not fresh:
        raise MoneyLimitsRefused(MoneyLimitsReason.NOTHING_CHOSEN)
    for name, value in fresh.items():
        least, most = BOUNDS[name]
        if not least <= value <= most:
            reason = MoneyLimitsReason.SUM if name in SUMS else MoneyLimitsReason.NUMBER
            raise MoneyLimitsRefused(reason, field=name, details={"least": least, "most": most})
    limits = replace(current, **fresh)
    if limits.instalment_least > limits.instalment_most:
        field = "instalment_least" if "instalment_least" in fresh else "instalment_most"
        raise MoneyLimitsRefused(MoneyLimitsReason.ORDER, field=field)
    return limits


def check_since(since: date, *, today: date) -> None:
    """Whether limits may hold from a day. :raises MoneyLimitsRefused: it is over, by the supplier's clock"""
    if since < today:
        raise MoneyLimitsRefused(MoneyLimitsReason.PAST, field="since", details={"today": today})
