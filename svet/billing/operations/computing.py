"""What a month does to a batch of accounts: what should stand minus what stands; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import NamedTuple

from svet.accounts.queries.contracts import Contract
from svet.billing.queries.facts import ProviderFacts, account_facts, digest
from svet.billing.queries.standing import AccountBook, Standing, standing_lines
from svet.billing.rules import ESTIMATES, BillingReason, Line
from svet.billing.rules.brakes import refuse_beyond_limits
from svet.billing.rules.causes import Why, causes
from svet.billing.rules.difference import Difference
from svet.billing.rules.due import due, refuse_held
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.settled import (
    average_bases,
    base_months,
    bases_after,
    lately_settled,
    settled_month,
    since_settled,
)
from svet.billing.rules.should import Bases, should
from svet.billing.rules.timeline import BillingCalendar, calendar_of
from svet.kernel.periods import Month
from svet.metering import queries as metering

_NOTHING: Difference[int] = Difference((), ())


class Computed(NamedTuple):
    """One account's difference with the cause of each of its months, or the reason why there is none.

    ``due``: the month is one of the account's own, so it is charged even if nothing moves. ``facts`` and
    ``settled`` are what the charge keeps of what was known, ``touches`` the notes that have been looked at.
    """

    account_id: int
    due: bool
    floor: Month
    facts: str = ""
    settled: Month | None = None
    found: Difference[int] = _NOTHING
    whys: Mapping[Month, Why] = {}
    problem: BillingReason | None = None
    details: Mapping[str, str] = {}
    touches: tuple[int, ...] = ()


class _Batch(NamedTuple):
    """What is common to the accounts of a batch.

    ``cuts``: the settled months behind which they are computed. The ``silent`` of them are read further back,
    as far as their averages reach, and so are the ``late``, of whose settled days something came to count:
    theirs is the last month before that day, or one of the few before it.
    """

    period: Month
    provider: ProviderFacts
    known: Mapping[int, AccountBook]
    touches: Mapping[int, metering.Touches]
    cuts: Mapping[int, Month]
    silent: AbstractSet[int] = frozenset()
    late: AbstractSet[int] = frozenset()

    @property
    def calendar(self) -> BillingCalendar:
        """The months of the provider."""
        return calendar_of(self.provider.policies)

    def read_after(self, account_id: int) -> date:
        """The day behind which the readings of an account with a settled month are wanted."""
        settled = self.cuts[account_id]
        if account_id not in self.silent and account_id not in self.late:
            return self.calendar.cut(settled.plus(-1))
        return self.calendar.cut(bases_after(settled, horizon=self.period, calendar=self.calendar))

    def is_too_young(self, account_id: int) -> bool:
        """Whether an account has fewer months before the settled one than an average may have."""
        settled = self.cuts[account_id]
        wanted = base_months(settled, horizon=self.period, calendar=self.calendar)
        return settled - self.known[account_id].begins(self.period) < wanted


def compute(
    contracts: Sequence[Contract],
    *,
    period: Month,
    provider: ProviderFacts,
    known: Mapping[int, AccountBook],
) -> list[Computed]:
    """Compute a batch in a constant number of queries; ``known``: where each account stands.

    All months of an account until ``period`` are looked at, whenever they were charged or failed. Of an
    account that was settled, and of whose settled days nothing else has become known, only what came later
    is read, and where a meter was not read now the months of its average; where that does not tell all (a
    later reading shows less, a book is too young for an average), all is.
    """
    found: dict[int, Computed] = {}
    left = contracts
    touches = metering.touches(account_ids=[each.account_id for each in left])
    while left:
        found |= _noted(left, _Batch(period, provider, known, touches, {}))
        # A reading that came meanwhile may have been seen without its note: who has one more is asked again.
        latest = metering.touches(account_ids=[each.account_id for each in left])
        left = [each for each in left if latest.get(each.account_id) != touches.get(each.account_id)]
        touches = latest
    return [found[each.account_id] for each in contracts]


def _noted(contracts: Sequence[Contract], batch: _Batch) -> dict[int, Computed]:
    """By account what follows from what was read behind the notes of the batch."""
    known: dict[int, AccountBook] = {each.account_id: batch.known[each.account_id] for each in contracts}
    batch = _cut(batch._replace(known=known))
    found = _all(contracts, batch)
    again = [each for each in contracts if each.account_id not in found]
    if again:
        found |= _all(again, batch._replace(cuts={}))
    return found


def _cut(batch: _Batch) -> _Batch:
    """The batch with the months behind which its accounts are computed; others are read whole at once."""
    cuts: dict[int, Month] = {}
    late = set()
    for key, book in batch.known.items():
        if book.settled is None:
            continue
        cuts[key] = book.settled
        noted = batch.touches.get(key)
        if noted is not None and noted.first <= batch.calendar.cut(book.settled):
            cuts[key] = batch.calendar.month_of(noted.first).back(1)
            late.add(key)
    before, now = batch.calendar.cut(batch.period.plus(-1)), batch.calendar.cut(batch.period)
    silent = metering.unread(account_ids=list(cuts), after=before, until=now) if cuts else set()
    batch = batch._replace(cuts=cuts, silent=silent, late=late)
    # What counted and counts no more may have held months before it down: then nobody can tell.
    went = metering.not_counting({key: batch.read_after(key) for key in late}) if late else set()
    young = {key for key in silent | late if batch.is_too_young(key)}
    return batch._replace(cuts={key: cuts[key] for key in cuts if key not in went and key not in young})


def _all(contracts: Sequence[Contract], batch: _Batch) -> dict[int, Computed]:
    """By account what follows; those of whom what was read does not tell all are left out."""
    if not contracts:
        return {}
    provider = batch.provider
    facts = account_facts(
        contracts,
        provider=provider,
        horizon=batch.period,
        floors={each.account_id: batch.known[each.account_id].begins(batch.period) for each in contracts},
        after={account_id: batch.read_after(account_id) for account_id in batch.cuts},
    )
    cuts = dict(batch.cuts)
    for key in batch.late & cuts.keys():
        settled = lately_settled(facts[key], month=cuts[key], calendar=batch.calendar)
        if settled is None:
            facts.pop(key)
        else:
            cuts[key] = settled
    batch = batch._replace(cuts=cuts)
    contracts = [each for each in contracts if each.account_id in facts]
    stands = standing_lines(list(facts), after=cuts)
    found: dict[int, Computed] = {}
    for each in contracts:
        key = each.account_id
        computed = _computed(each, facts[key], stands[key], batch)
        if computed is not None:
            found[key] = computed
    return found


def _computed(
    contract: Contract, facts: AccountFacts, stands: Sequence[Standing], batch: _Batch
) -> Computed | None:
    """None: what was read behind the settled month does not tell all."""
    key, period = contract.account_id, batch.period
    cut = batch.cuts.get(key)
    whole = facts
    bases: Bases | None = None
    calendar = batch.calendar
    if cut is not None and (facts.overrides or facts.losses):
        # Decisions are about any month, and holds end by themselves: all of it is looked at.
        return None
    if cut is not None:
        book = batch.known[key]
        later = since_settled(facts, month=cut, calendar=calendar)
        if (
            later is None
            or book.last is None
            or digest(facts, provider=batch.provider, until=book.last) != book.facts
        ):
            return None
        if key in batch.silent or key in batch.late:
            bases = average_bases(facts, month=cut, horizon=period, calendar=calendar)
        if key in batch.late and bases is None:
            return None
        facts = later
    noted = batch.touches.get(key)
    blank = Computed(
        key,
        due=contract.closed_on is None or contract.closed_on > batch.provider.cut(period.plus(-1)),
        floor=whole.floor,
        touches=noted.ids if noted is not None else (),
    )
    try:
        refuse_held(facts, horizon=period)
        lines = should(facts, horizon=period, bases=bases)
    except BillingProblem as problem:
        return None if cut is not None else _failed(blank, problem)
    if cut is not None and bases is None and any(line.basis in ESTIMATES for line in lines):
        return None
    found = due(facts, stands, horizon=period, lines=lines)
    standing: list[Line] = [line for _, line in stands]
    try:
        rules = calendar.policy(period).rules
        refuse_beyond_limits(found, standing, facts=facts, horizon=period, rules=rules)
    except BillingProblem as problem:
        return _failed(blank, problem)
    return blank._replace(
        facts=digest(whole, provider=batch.provider, until=period),
        settled=None
        if facts.overrides or facts.losses
        else settled_month(facts, horizon=period, calendar=calendar) or cut,
        found=found,
        whys=causes(found, standing, facts=facts, group_of=batch.provider.group_of),
    )


def _failed(blank: Computed, problem: BillingProblem) -> Computed:
    details = {name: str(value) for name, value in problem.details.items()}
    return blank._replace(problem=BillingReason(problem.reason), details=details)
