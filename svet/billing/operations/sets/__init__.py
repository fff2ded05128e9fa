"""Charging the easy majority by sets: who was settled last month and was read again, and nothing else is new.

Everybody else goes through the rules in Python, and a sample of the easy ones through both (ADR 102).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from svet.billing.operations.sets.finding import Cuts, GroupFacts, find
from svet.billing.operations.sets.pricing import Prices, price
from svet.billing.operations.sets.proving import SetsDiffer, prove
from svet.billing.operations.sets.writing import Written, add_up, write
from svet.billing.queries.facts import ProviderFacts
from svet.billing.rules.kinds import Proration
from svet.billing.rules.timeline import calendar_of
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
        calendar = calendar_of(self._facts.policies)
        days = {calendar.policy(self._period.plus(-back)).cut_off_day for back in range(3)}
        return len(days) == 1 and calendar.policy(self._period).rules.proration is Proration.BY_DAY

    def charge(
        self, account_ids: Sequence[int], *, run_id: int, now: datetime, known_at: datetime
    ) -> Written:
        """Charge the easy ones of these accounts (a step); the others are left as they are.

        :raises SetsDiffer: the rules give something else for an account of the sample; nothing may stand
        """
        period = self._period
        find(account_ids, cuts=self._cuts(), groups=self._groups())
        price(self._prices, month_before=period.plus(-1))
        add_up(period=period)
        provider_id = self._provider_id
        prove(provider_id=provider_id, provider=self._facts, period=period, sample=SAMPLE)
        return write(run_id=run_id, provider_id=provider_id, period=period, now=now, known_at=known_at)

    def _cuts(self) -> Cuts:
        cut, period = self._facts.cut, self._period
        before = period.plus(-1)
        return Cuts(cut(period), cut(before), cut(period.plus(-2)), before.first)

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
