"""One batch of a month's accounts: the easy ones by sets, everybody else by the rules, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from django.db import connection
from django.db.models import BigIntegerField, F, Value

from svet.accounts.queries.contracts import Contract, contract_ids, contracts
from svet.billing.models import BillingRun, RunRange
from svet.billing.operations.computing import Computed, compute
from svet.billing.operations.posting import Tally, write_charges
from svet.billing.operations.sets import Sets
from svet.billing.operations.turnstile import (
    nobody_else_charges,
    together_with_others,
    waits_with_a_sign,
)
from svet.billing.queries.facts import ProviderFacts
from svet.billing.queries.problems import refuse_unfinished
from svet.billing.queries.standing import AccountBook, books
from svet.billing.rules import Basis
from svet.kernel.actors import Actor
from svet.kernel.periods import Month
from svet.kernel.transactions import again_after_deadlock, use_case
from svet.metering import operations as readings

#: So many accounts are computed by the rules at once.
CHUNK: Final = 1_000
#: For fewer accounts SQL by sets costs more than it saves.
WORTH_SETS: Final = 500
_LIMITATION: Final = 36
ROBOT: Final = Actor.system("billing")


@dataclass(frozen=True, slots=True)
class Charging:
    """A run as its batches see it; ``chosen``: only these accounts. ``sets`` None: all go by the rules."""

    provider_id: int
    period: Month
    facts: ProviderFacts
    run_id: int
    now: datetime
    batch: int
    chosen: Collection[int] | None = None
    sets: Sets | None = None
    least_for_sets: int = WORTH_SETS
    began: float = field(default_factory=time.monotonic)

    @property
    def known_at(self) -> datetime:
        """When facts that are read from here on are known."""
        return self.now + timedelta(seconds=time.monotonic() - self.began)


class Step(NamedTuple):
    """What a batch did: how many accounts were to be looked at, and the last key that it has passed."""

    looked_at: int
    reached: int


@waits_with_a_sign
@again_after_deadlock
def take_step(charging: Charging) -> Step | None:
    """Charge the next batch of a range that nobody else is charging; None: every range is done.

    Where all that are left are in others' hands it waits for one of them: who dies leaves a range undone.
    """
    with use_case():
        together_with_others(charging.provider_id)
        mine = _range(charging.run_id)
        if mine is None:
            return None
        refuse_unfinished(provider_id=charging.provider_id, before=charging.period)
        found = _ids(charging, after=mine.cursor, until=mine.until)
        looked_at = _charge(found, charging)
        mine.done = len(found) < charging.batch
        mine.cursor = found[-1] if found else mine.cursor
        mine.save()
    return Step(looked_at, mine.cursor)


def _range(run_id: int) -> RunRange | None:
    left = RunRange.objects.filter(run_id=run_id, done=False).order_by("above")
    # One that was waited for may have been done meanwhile: that is none, while others are left.
    while left.exists():
        found = left.select_for_update(skip_locked=True).first() or left.select_for_update().first()
        if found is not None:
            return found
    return None


@waits_with_a_sign
@again_after_deadlock
def take_chosen(charging: Charging, after: int) -> Step | None:
    """Charge the next batch of the chosen accounts behind a key; None: there are no more."""
    with use_case():
        together_with_others(charging.provider_id)
        refuse_unfinished(provider_id=charging.provider_id, before=charging.period)
        keys = sorted(each for each in charging.chosen or () if each > after)[: charging.batch]
        if not keys:
            return None
        return Step(_charge(keys, charging), keys[-1])


def _ids(charging: Charging, *, after: int, until: int | None) -> list[int]:
    return contract_ids(
        provider_id=charging.provider_id,
        opened_before=charging.facts.cut(charging.period),
        closed_after=charging.period.back(_LIMITATION).first,
        after=after,
        until=until,
        limit=charging.batch,
    )


def _charge(account_ids: Sequence[int], charging: Charging) -> int:
    """Charge those of these accounts that are to be charged; how many they were."""
    _commit_lazily()
    nobody_else_charges(account_ids)
    tally = Tally()
    rest = _charge_by_sets(account_ids, charging, tally)
    looked_at = len(account_ids) - len(rest)
    for start in range(0, len(rest), CHUNK):
        looked_at += _charge_by_rules(rest[start : start + CHUNK], charging, tally)
    count_in(charging.run_id, tally)
    return looked_at


def _charge_by_sets(account_ids: Sequence[int], charging: Charging, tally: Tally) -> Sequence[int]:
    """Charge the easy ones; who is left to the rules."""
    sets = charging.sets
    if sets is None or len(account_ids) < charging.least_for_sets:
        return account_ids
    known_at = charging.known_at
    done = sets.charge(account_ids, run_id=charging.run_id, by=ROBOT, now=charging.now, known_at=known_at)
    tally.charges += done.charges
    tally.lines += done.lines
    tally.estimated += done.estimated
    tally.kopecks += done.kopecks
    return done.left


def _charge_by_rules(account_ids: Sequence[int], charging: Charging, tally: Tally) -> int:
    period, facts = charging.period, charging.facts
    found = due(_contracts(charging, account_ids), period, facts)
    if not found:
        return 0
    known_at = charging.known_at
    known = books([each.account_id for each in found])
    computed = compute(found, period=period, provider=facts, known=known)
    write_charges(
        computed,
        run_id=charging.run_id,
        tally=tally,
        provider_id=charging.provider_id,
        period=period,
        now=charging.now,
        known_at=known_at,
    )
    readings.take_touches([key for each in computed if each.problem is None for key in each.touches])
    used = sorted(_used_sets(computed))
    readings.mark_used(set_ids=used, by=ROBOT, now=charging.now, period=period)
    return len(found)


def _contracts(charging: Charging, account_ids: Sequence[int]) -> list[Contract]:
    return contracts(
        provider_id=charging.provider_id,
        # Who opens on the last day of the readings or later begins with the next month.
        opened_before=charging.facts.cut(charging.period),
        # What is older than that nobody may claim, or claim back (Civil Code, article 196).
        closed_after=charging.period.back(_LIMITATION).first,
        account_ids=account_ids,
    )


def count_in(run_id: int, tally: Tally) -> None:
    """Add up in the run's row last of all: others wait for it no longer than this commit takes."""
    BillingRun.objects.filter(pk=run_id).update(
        charges=F("charges") + tally.charges,
        lines=F("lines") + tally.lines,
        estimated=F("estimated") + tally.estimated,
        problems=F("problems") + tally.problems,
        # Django sends a bare number as 32 bits, which a batch of ten thousand accounts exceeds.
        total_kopecks=F("total_kopecks") + Value(tally.kopecks, output_field=BigIntegerField()),
    )


def next_accounts(
    provider_id: int, period: Month, facts: ProviderFacts, cursor: int, limit: int
) -> list[Contract]:
    """The first accounts behind the cursor that are to be looked at for the month."""
    while True:
        found = contracts(
            provider_id=provider_id,
            opened_before=facts.cut(period),
            closed_after=period.back(_LIMITATION).first,
            after=cursor,
            limit=limit,
        )
        left = due(found, period, facts)
        if left or not found:
            return left
        cursor = found[-1].account_id


def due(found: Sequence[Contract], period: Month, facts: ProviderFacts) -> list[Contract]:
    """Those to whom nothing is posted in this month or later.

    Contracts that were closed before the month are only corrected: who was ours, or should have been.
    """
    known = books([each.account_id for each in found])
    after = facts.cut(period.plus(-1))
    return [
        each
        for each in found
        if (known[each.account_id].last or period.plus(-1)) < period
        and (each.closed_on is None or each.closed_on > after or known[each.account_id] != AccountBook())
    ]


def _commit_lazily() -> None:
    """Let this transaction's commit not wait for the disk: a crash loses whole batches, which are made again.

    The run's last commit waits, and with it everything written before.
    """
    with connection.cursor() as database:
        database.execute("SET LOCAL synchronous_commit TO off")


def _used_sets(computed: Sequence[Computed]) -> set[int]:
    return {
        line.evidence.current.set_id
        for each in computed
        for line in each.found.post
        if line.basis is Basis.READING
        and line.evidence.current is not None
        and line.evidence.current.set_id is not None
    }
