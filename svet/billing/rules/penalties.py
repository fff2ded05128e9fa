"""Penalty for late payment (Housing Code, article 155 part 14), with its terms as dated data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from svet.kernel.money import Money
from svet.kernel.periods import Span


@dataclass(frozen=True, slots=True)
class Term:
    """From day ``from_day`` of the delay on, a day costs rate / ``divisor``; no divisor: free days."""

    from_day: int
    divisor: int | None


@dataclass(frozen=True, slots=True)
class Terms:
    """The steps in force from a date, and the cap of the yearly rate in percent."""

    since: date
    steps: Sequence[Term]
    rate_cap: Decimal


# Free for 30 days, 1/300 up to the 90th, 1/130 after; the cap of 9.5 % holds through 2026.
TERMS = (Terms(date(2016, 1, 1), (Term(1, None), Term(31, 300), Term(91, 130)), Decimal("9.5")),)


def term(*, debt: Money, days: int, rate: Decimal, divisor: int) -> Decimal:
    """Roubles of penalty, unrounded, for ``days`` at one ``divisor`` of the yearly ``rate`` in percent."""
    return debt.roubles * days * rate / 100 / divisor


def percent_per_year(*, rate: Decimal, divisor: int, days: int = 365) -> Decimal:
    """What a divisor means as percent a year."""
    return rate / divisor * days


def penalty(
    *,
    debt: Money,
    due_on: date,
    until: date,
    key_rate: Decimal,
    terms: Terms = TERMS[-1],
    moratoria: Sequence[Span] = (),
) -> Money:
    """Penalty on an unchanged debt for the days after ``due_on`` up to and including ``until``.

    ``key_rate`` is the central bank's rate in percent on the day of payment. Days of a moratorium count as
    days of delay but cost nothing. Never on a penalty: pass only the debt for energy.
    """
    rate = min(key_rate, terms.rate_cap)
    roubles = Decimal(0)
    for number in range(1, (until - due_on).days + 1):
        day = due_on + timedelta(days=number)
        step = max((s for s in terms.steps if s.from_day <= number), key=lambda s: s.from_day)
        if step.divisor is not None and not any(day in span for span in moratoria):
            roubles += term(debt=debt, days=1, rate=rate, divisor=step.divisor)
    return Money.of_roubles(roubles) if debt.kopecks > 0 else Money(0)
