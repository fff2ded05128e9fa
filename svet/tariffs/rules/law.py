"""Law as dated data: each rule holds from a day to a day and names the act that says so.

A day that no row reaches is refused, and the act that is missing is named: the last known rate or calendar is
never carried on. So 2027 has no cap of penalties and no calendar until somebody has read the acts and added
their rows (``tariffs/data/law``).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Generic, TypeVar

from svet.kernel.periods import Span
from svet.kernel.refusals import Refused

_DAY = timedelta(days=1)
Value = TypeVar("Value")


class LawAct(StrEnum):
    """What may be missing for a day."""

    KEY_RATE = "key_rate"
    PENALTY_STEPS = "penalty_steps"
    PENALTY_CAP = "penalty_cap"
    CALENDAR = "calendar"
    MULTIPLIER = "multiplier"


class LawMissing(Refused):
    """No act that is known here reaches the day; nothing is guessed."""

    def __init__(self, act: LawAct, day: date):
        super().__init__(act, details={"day": day})
        self.act = act
        self.day = day


@dataclass(frozen=True, slots=True)
class DatedRule(Generic[Value]):
    """What holds from ``since`` to ``until`` (both included, ``None``: until it is changed), by which act."""

    since: date
    until: date | None
    value: Value
    act: str
    source_url: str


@dataclass(frozen=True, slots=True)
class PenaltyStep:
    """From day ``from_day`` of the delay on, a day costs rate / ``divisor``; no divisor: free days."""

    from_day: int
    divisor: int | None


@dataclass(frozen=True, slots=True)
class Moratorium:
    """Days of a delay that cost nothing, both included, by which act; ``region`` is empty for all of them."""

    since: date
    until: date
    act: str
    source_url: str
    region: str = ""


class DatedRules(Generic[Value]):
    """DatedRules of one kind, in order of time; at most one holds on a day.

    :raises ValueError: two of them overlap, or one ends before it begins
    """

    def __init__(self, act: LawAct, rules: Sequence[DatedRule[Value]]):
        self.act = act
        self.rules = sorted(rules, key=lambda rule: rule.since)
        for before, after in zip(self.rules, self.rules[1:], strict=False):
            if before.until is None or after.since <= before.until:
                raise ValueError(f"{act}: {before.act} and {after.act} both hold on {after.since}")
        if any(rule.until is not None and rule.until < rule.since for rule in self.rules):
            raise ValueError(f"{act}: a rule ends before it begins")
        self._starts = [rule.since for rule in self.rules]

    def on(self, day: date) -> DatedRule[Value]:
        """The rule of a day. :raises LawMissing: none reaches it"""
        place = bisect_right(self._starts, day) - 1
        if place >= 0:
            rule = self.rules[place]
            if rule.until is None or day <= rule.until:
                return rule
        raise LawMissing(self.act, day)

    def changes(self) -> list[date]:
        """The days on which a rule begins to hold, or first does not hold any more."""
        ends = (rule.until for rule in self.rules if rule.until is not None and rule.until < date.max)
        return [*self._starts, *(day + _DAY for day in ends)]


@dataclass(frozen=True, slots=True)
class Law:
    """Everything dated that the state says about sums and days."""

    key_rates: DatedRules[Decimal]
    penalty_caps: DatedRules[Decimal]
    penalty_steps: DatedRules[tuple[PenaltyStep, ...]]
    calendars: DatedRules[None]
    days_off: Sequence[Span]
    working_weekends: frozenset[date] = frozenset()
    #: How many times a norm is charged, by the kind of the act that says why.
    multipliers: Mapping[str, DatedRules[Decimal]] = field(default_factory=dict)
    moratoria: tuple[Moratorium, ...] = ()

    def rate_on(self, day: date) -> Decimal:
        """The central bank's key rate, percent a year. :raises LawMissing: none is known for the day"""
        return self.key_rates.on(day).value

    def cap_on(self, day: date) -> Decimal:
        """The highest rate that penalties for housing may take, percent a year. :raises LawMissing:"""
        return self.penalty_caps.on(day).value

    def penalty_rate_on(self, day: date) -> Decimal:
        """The rate of penalties paid on a day: the key rate, but no more than the cap. :raises LawMissing:"""
        return min(self.rate_on(day), self.cap_on(day))

    def moratoria_in(self, region: str) -> list[Span]:
        """The days on which late payment costs nothing in a region."""
        return [Span(each.since, each.until + _DAY) for each in self.moratoria if each.region in ("", region)]

    def step_on(self, day: date, *, number: int) -> PenaltyStep:
        """What day ``number`` of a delay costs (Housing Code, article 155 part 14). :raises LawMissing:"""
        steps = self.penalty_steps.on(day).value
        return max((step for step in steps if step.from_day <= number), key=lambda step: step.from_day)

    def is_working(self, day: date) -> bool:
        """By the five-day week and the year's transfers. :raises LawMissing: the year has no calendar yet"""
        self.calendars.on(day)
        if day in self.working_weekends:
            return True
        return day.weekday() < 5 and not any(day in span for span in self.days_off)

    def next_working_day(self, day: date) -> date:
        """The day itself when it is a working one, else the first after it (Civil Code, article 193).

        :raises LawMissing: the calendar ends before such a day
        """
        while not self.is_working(day):
            day += _DAY
        return day
