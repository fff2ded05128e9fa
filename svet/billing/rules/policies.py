"""What a supplier may choose, and from when: limits that no honest choice goes beyond."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from svet.billing.rules.kinds import Proration, Rules
from svet.kernel.periods import Month
from svet.kernel.refusals import Refused

# kWh a person and month: the highest published norms (electric heating) stay well below a thousand.
MOST_NORM = Decimal(3000)
_STEP, _CENT = Decimal("0.001"), Decimal("0.01")
MOST_AVERAGE_PERIODS = 12
MOST_BASE_MONTHS = 24  # as far back as a run looks
MOST_MOVES = 900
MOST_LIMIT = 100_000_000_00
MOST_BRAKE_MONTHS = 120


class PolicyReason(StrEnum):
    """Why a choice of the supplier is not taken."""

    UNKNOWN_PROVIDER = "unknown_provider"
    NOT_FIRST_DAY = "not_first_day"
    MONTH_CHARGED = "month_charged"
    ABSURD_NORM = "absurd_norm"
    BAD_AVERAGE_PERIODS = "bad_average_periods"
    BAD_AVERAGE_BASE = "bad_average_base"
    BAD_PERCENT = "bad_percent"
    BAD_MOVES = "bad_moves"
    BAD_LIMIT = "bad_limit"
    BAD_MONTHS = "bad_months"
    NOTHING_CHOSEN = "nothing_chosen"
    OCCUPIED = "occupied"


class PolicyRefused(Refused):
    """The choice is impossible, or would change what has been charged."""


def chosen(
    current: Rules,
    *,
    norm_kwh_per_person: Decimal | None = None,
    proration: Proration | None = None,
    average_periods: int | None = None,
    average_base_months: int | None = None,
    average_base_least: int | None = None,
    problems_percent: Decimal | None = None,
    movers_percent: Decimal | None = None,
    release_required: bool | None = None,
    decision_kopecks: int | None = None,
    brake_kopecks: int | None = None,
    brake_months: int | None = None,
    totals_percent: Decimal | None = None,
    movers_share: Decimal | None = None,
) -> Rules:
    """``current`` with what has been chosen anew; None leaves a choice as it is.

    :raises PolicyRefused: a number is impossible
    """
    given = {
        "norm_kwh_per_person": norm_kwh_per_person,
        "proration": proration,
        "average_periods": average_periods,
        "average_base_months": average_base_months,
        "average_base_least": average_base_least,
        "problems_percent": problems_percent,
        "movers_percent": movers_percent,
        "release_required": release_required,
        "decision_kopecks": decision_kopecks,
        "brake_kopecks": brake_kopecks,
        "brake_months": brake_months,
        "totals_percent": totals_percent,
        "movers_share": movers_share,
    }
    fresh = {name: value for name, value in given.items() if value is not None}
    if not fresh:
        raise PolicyRefused(PolicyReason.NOTHING_CHOSEN)
    rules: Rules = replace(current, **fresh)  # type: ignore[arg-type]
    norm = rules.norm_kwh_per_person
    if norm is not None and not (norm.is_finite() and 0 < norm <= MOST_NORM and norm % _STEP == 0):
        raise PolicyRefused(
            PolicyReason.ABSURD_NORM, field="norm_kwh_per_person", details={"most": MOST_NORM}
        )
    if not 1 <= rules.average_periods <= MOST_AVERAGE_PERIODS:
        raise PolicyRefused(
            PolicyReason.BAD_AVERAGE_PERIODS, field="average_periods", details={"most": MOST_AVERAGE_PERIODS}
        )
    if not 1 <= rules.average_base_least <= rules.average_base_months <= MOST_BASE_MONTHS:
        raise PolicyRefused(
            PolicyReason.BAD_AVERAGE_BASE, field="average_base_months", details={"most": MOST_BASE_MONTHS}
        )
    share = rules.problems_percent
    if not (share.is_finite() and 0 <= share <= 100 and share % _CENT == 0):
        raise PolicyRefused(PolicyReason.BAD_PERCENT, field="problems_percent")
    moves = rules.movers_percent
    if not (moves.is_finite() and 0 < moves <= MOST_MOVES and moves % _CENT == 0):
        raise PolicyRefused(PolicyReason.BAD_MOVES, field="movers_percent", details={"most": MOST_MOVES})
    _refuse_limits(rules)
    return rules


def _refuse_limits(rules: Rules) -> None:
    for field, kopecks in (
        ("decision_kopecks", rules.decision_kopecks),
        ("brake_kopecks", rules.brake_kopecks),
    ):
        if not 0 <= kopecks <= MOST_LIMIT:
            raise PolicyRefused(PolicyReason.BAD_LIMIT, field=field, details={"most": MOST_LIMIT // 100})
    for field, percent, most in (
        ("totals_percent", rules.totals_percent, MOST_MOVES),
        ("movers_share", rules.movers_share, 100),
    ):
        if not (percent.is_finite() and 0 <= percent <= most and percent % _CENT == 0):
            raise PolicyRefused(PolicyReason.BAD_MOVES, field=field, details={"most": most})
    if not 1 <= rules.brake_months <= MOST_BRAKE_MONTHS:
        raise PolicyRefused(
            PolicyReason.BAD_MONTHS, field="brake_months", details={"most": MOST_BRAKE_MONTHS}
        )


def first_month(valid_from: date) -> Month:
    """The month from which a choice holds. :raises PolicyRefused: not the first day of a month we bill for"""
    try:
        month = Month.of(valid_from)
    except ValueError:
        month = None
    if month is None or month.first != valid_from:
        raise PolicyRefused(PolicyReason.NOT_FIRST_DAY, field="valid_from", details={"day": valid_from})
    return month


def harmless(before: Rules, after: Rules) -> bool:
    """Whether charges computed under ``before`` stand under ``after`` too.

    A norm where there was none does: without a norm nobody is charged by norm. The share of problems decides
    about bills, movers, releases and limits about who looks: none of them about what should stand.
    """
    same = replace(
        after,
        problems_percent=before.problems_percent,
        movers_percent=before.movers_percent,
        release_required=before.release_required,
        decision_kopecks=before.decision_kopecks,
        brake_kopecks=before.brake_kopecks,
        brake_months=before.brake_months,
        totals_percent=before.totals_percent,
        movers_share=before.movers_share,
    )
    if before.norm_kwh_per_person is None:
        same = replace(same, norm_kwh_per_person=None)
    return same == before


#: So many problems hold no bills up however small the provider is.
FEW = 3


def too_many(*, problems: int, accounts: int, percent: Decimal) -> bool:
    """Whether so many of the month's accounts are problems that something common must be wrong."""
    return problems > max(Decimal(FEW), accounts * percent / 100)
