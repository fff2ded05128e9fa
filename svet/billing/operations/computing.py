"""What a month does to a batch of accounts: what should stand minus what stands; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from svet.accounts.queries.contracts import Contract
from svet.billing.queries.facts import ProviderFacts, account_facts, digest
from svet.billing.queries.standing import AccountBook, Standing, standing_lines
from svet.billing.rules import BillingReason, Line
from svet.billing.rules.causes import Why, causes
from svet.billing.rules.difference import Difference, difference
from svet.billing.rules.facts import AccountFacts
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.should import should
from svet.kernel.periods import Month

_NOTHING: Difference[int] = Difference((), ())


class Computed(NamedTuple):
    """One account's difference with the cause of each of its months, or the reason why there is none.

    ``due``: the month is one of the account's own, so it is charged even if nothing moves.
    """

    account_id: int
    due: bool
    floor: Month
    facts: str = ""
    found: Difference[int] = _NOTHING
    whys: Mapping[Month, Why] = {}
    problem: BillingReason | None = None
    details: Mapping[str, str] = {}


def compute(
    contracts: Sequence[Contract],
    *,
    period: Month,
    provider: ProviderFacts,
    known: Mapping[int, AccountBook],
) -> list[Computed]:
    """Compute a batch in a constant number of queries; ``known``: where each account stands.

    All months of an account until ``period`` are looked at, whenever they were charged or failed.
    """
    floors: dict[int, Month] = {each.account_id: known[each.account_id].begins(period) for each in contracts}
    facts = account_facts(contracts, provider=provider, horizon=period, floors=floors)
    stands = standing_lines([each.account_id for each in contracts])
    after = provider.cut(period.plus(-1))
    return [
        _computed(
            each.account_id,
            facts[each.account_id],
            stands[each.account_id],
            period=period,
            provider=provider,
            due=each.closed_on is None or each.closed_on > after,
        )
        for each in contracts
    ]


def _computed(
    account_id: int,
    facts: AccountFacts,
    stands: Sequence[Standing],
    *,
    period: Month,
    provider: ProviderFacts,
    due: bool,
) -> Computed:
    try:
        lines = should(facts, horizon=period)
    except BillingProblem as problem:
        return Computed(
            account_id,
            due,
            facts.floor,
            problem=BillingReason(problem.reason),
            details={key: str(value) for key, value in problem.details.items()},
        )
    found = difference(lines, stands)
    standing: list[Line] = [line for _, line in stands]
    whys = causes(found, standing, facts=facts, group_of=provider.group_of)
    return Computed(account_id, due, facts.floor, digest(facts), found, whys)
