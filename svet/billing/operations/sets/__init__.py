"""Charging the easy majority by sets: settled lately, read again or silent since, and nothing else is new.

Everybody else goes through the rules in Python, and a sample of the easy ones through both (ADR 102).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from svet.billing.operations.sets import planning
from svet.billing.operations.sets.correcting import correct
from svet.billing.operations.sets.finding import Cut, GroupFacts, Months, find
from svet.billing.operations.sets.pricing import Prices, price
from svet.billing.operations.sets.proving import SetsDiffer, prove
from svet.billing.operations.sets.volumes import divide
from svet.billing.operations.sets.writing import Written, add_up, write
from svet.billing.queries.facts import ProviderFacts
from svet.billing.rules.kinds import Proration, Rules
from svet.billing.rules.timeline import calendar_of
from svet.kernel.actors import Actor
from svet.kernel.periods import Month

__all__ = ["SAMPLE", "Sets", "SetsDiffer", "Written", "write"]

#: One of so many easy accounts is computed by the rules too.
SAMPLE: Final = 200


class Sets:
    """A month of a provider, charged by sets."""

    def __init__(self, provider_id: int, facts: ProviderFacts, period: Month) -> None:
        self._provider_id, self._facts, self._period = provider_id, facts, period
        self._prices = Prices(facts.tables)

    @property
    def possible(self) -> bool:
        """Whether the supplier's choices are those that SQL knows: by days, and the same days of readings."""
        return self._alike(3)

    def _alike(self, number: int) -> bool:
        calendar = calendar_of(self._facts.policies)
        policies = [calendar.policy(self._period.back(back)) for back in range(number)]
        by_days = all(each.rules.proration is Proration.BY_DAY for each in policies)
        return by_days and len({each.cut_off_day for each in policies}) == 1

    def charge(
        self, account_ids: Sequence[int], *, run_id: int, by: Actor, now: datetime, known_at: datetime
    ) -> Written:
        """Charge the easy ones of these accounts (a step); the others are left as they are.

        The readings they are charged by are marked as used, the notes that were looked at taken away.

        :raises SetsDiffer: the rules give something else for an account of the sample; nothing may stand
        """
        period, months = self._period, self._months()
        find(account_ids, months=months, groups=self._groups())
        divide(months=months)
        price(self._prices)
        correct(period=period, brake_kopecks=self._rules.brake_kopecks)
        add_up(period=period)
        planning.freely()
        provider_id = self._provider_id
        prove(provider_id=provider_id, provider=self._facts, period=period, sample=SAMPLE)
        return write(run_id=run_id, provider_id=provider_id, period=period, by=by, now=now, known_at=known_at)

    @property
    def _rules(self) -> Rules:
        return calendar_of(self._facts.policies).policy(self._period).rules

    def _months(self) -> Months:
        """As many months without a reading as SQL may know: the supplier's choices are the same in all."""
        rules, cut = self._rules, self._facts.cut
        calendar = calendar_of(self._facts.policies)
        steps = min(rules.average_periods + 1, rules.brake_months)
        same = {
            (each.average_periods, each.average_base_months, each.average_base_least)
            for each in (calendar.policy(self._period.back(back)).rules for back in range(steps))
        }
        averages = rules.average_periods
        if len(same) > 1 or not self._alike(steps + rules.average_base_months + 2):
            steps, averages = 1, 0
        months = [self._period.back(back) for back in range(steps + 1)]
        cuts = [Cut(each.first, cut(each.plus(-1)), cut(each), self._period - each) for each in months]
        return Months(cuts, averages, rules.average_base_months)

    def _groups(self) -> list[GroupFacts]:
        before = self._period.plus(-1)
        return [
            GroupFacts(
                code,
                self._facts.shared(frozenset((code,)), until=before),
                self._facts.shared(frozenset((code,)), until=self._period),
                self._prices.by_persons(code),
            )
            for code in self._facts.tables
        ]
