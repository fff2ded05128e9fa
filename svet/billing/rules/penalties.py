"""Penalty for late payment (Housing Code, article 155 part 14); its terms are dated data, see ``law``."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from svet.kernel.money import Money
from svet.kernel.periods import Span
from svet.tariffs.rules.law import Law


def term(*, debt: Money, days: int, rate: Decimal, divisor: int) -> Decimal:
    """Roubles of penalty, unrounded, for ``days`` at one ``divisor`` of the yearly ``rate`` in percent."""
    return debt.roubles * days * rate / 100 / divisor


def percent_per_year(*, rate: Decimal, divisor: int, days: int = 365) -> Decimal:
    """What a divisor means as percent a year."""
    return rate / divisor * days


def penalty(*, debt: Money, due_on: date, until: date, law: Law, moratoria: Sequence[Span] = ()) -> Money:
    """Penalty on an unchanged debt for the days after ``due_on`` up to and including ``until``.

    ``until`` is the day of payment, whose rate holds for all days of the delay. Days of a moratorium count as
    days of delay but cost nothing. Never on a penalty: pass only the debt for energy.
    :raises LawMissing: no act known here reaches a day of it
    """
    if debt.kopecks <= 0 or until <= due_on:
        return Money(0)
    rate = law.penalty_rate_on(until)
    roubles = Decimal(0)
    for number in range(1, (until - due_on).days + 1):
        day = due_on + timedelta(days=number)
        step = law.step_on(day, number=number)
        if step.divisor is not None and not any(day in span for span in moratoria):
            roubles += term(debt=debt, days=1, rate=rate, divisor=step.divisor)
    return Money.of_roubles(roubles)
