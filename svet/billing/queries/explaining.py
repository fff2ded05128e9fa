"""Charges with the facts they were computed from, as those were known then."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from svet.accounts.queries import contracts as accounts
from svet.accounts.queries import provider_by_id
from svet.billing.models import Charge
from svet.billing.queries.facts import ProviderFacts, account_facts, provider_facts
from svet.billing.queries.standing import posted_lines, standing_lines
from svet.billing.rules.explanation import Explanation, replayed, without_serials, written
from svet.billing.rules.facts import AccountFacts
from svet.kernel.periods import Month

#: A fact may bear an earlier moment than the one at which others could see it, that of its commit; and who is
#: charged beside thousands is read some time behind the moment at which the reading began.
_COMMITTED_WITHIN = _READ_WITHIN = timedelta(minutes=1)
_EVER = Month(2199, 12)


class ChargedFacts(NamedTuple):
    """What was known of an account when it was charged; ``exact``: it gives what was charged.

    ``prices_of_today``, ``facts_of_today``: it does so with what is known today.
    """

    facts: AccountFacts
    exact: bool
    prices_of_today: bool = False
    facts_of_today: bool = False


def explanation(account_id: int, period: Month) -> Explanation | None:
    """The charge of an account for a month with its facts; None: nothing was charged."""
    charge = Charge.objects.filter(account_id=account_id, period=period.first).select_related("run").first()
    if charge is None:
        return None
    supplier = provider_by_id(charge.run.provider_id)
    provider = provider_facts(supplier, known_at=charge.run.started_at)
    (contract,) = accounts.contracts(
        provider_id=supplier.provider_id, opened_before=_EVER.first, account_ids=[account_id]
    )
    told = Explanation(
        provider=supplier.code,
        account=contract.number,
        month=period,
        known_at=charge.known_at.isoformat(),
        exact=True,
        facts=AccountFacts(
            floor=period, opened_on=contract.opened_on, terms=(), policies=provider.policies, tables=()
        ),
        stood=tuple(standing_lines([account_id], until=period.plus(-1))[account_id]),
        posted=tuple(posted_lines([account_id], period=period)[account_id]),
        kopecks=charge.total_kopecks,
    )
    (known,) = charged_facts(
        [charge],
        provider=provider,
        today=lambda: provider_facts(supplier),
        provider_id=supplier.provider_id,
        fits=lambda _, facts: not replayed(replace(told, facts=facts)),
    ).values()
    return replace(told, facts=known.facts, exact=known.exact)


def calculation_file(account_id: int, period: Month, *, masked: bool) -> str | None:
    """The text of the file for a customer; ``masked``: without the numbers of the meters."""
    found = explanation(account_id, period)
    if found is None:
        return None
    return written(without_serials(found) if masked else found)


def charged_facts(
    charges: Sequence[Charge],
    *,
    provider: ProviderFacts,
    today: Callable[[], ProviderFacts],
    provider_id: int,
    fits: Callable[[Charge, AccountFacts], bool],
) -> dict[int, ChargedFacts]:
    """What was known of the accounts of some charges of one month, in a few queries a moment.

    Facts have the moment at which they came to us; ``fits`` says whether they give what was charged. If not,
    a minute earlier and later is tried, then today's prices and norms (a table may be loaded after the month
    it is for), then today's facts, each also without an end of the contract, which may bear no moment.
    Where nothing fits, something was changed without a trace: the facts of the moment are told.
    """
    found: dict[int, ChargedFacts] = {}
    by_moment: dict[datetime, list[Charge]] = {}
    for charge in charges:
        by_moment.setdefault(charge.known_at, []).append(charge)
    for moment, group in by_moment.items():
        left = {charge.account_id: charge for charge in group}
        for known_at, then in (
            (moment, True),
            (moment - _COMMITTED_WITHIN, True),
            (moment + _READ_WITHIN, True),
            (moment, False),
            (None, False),
        ):
            if not left:
                break
            shared = provider if then else today()
            for account_id, facts in _facts(left, shared, provider_id, known_at).items():
                for each in _with_and_without_end(facts):
                    if fits(left[account_id], each):
                        del left[account_id]
                        found[account_id] = ChargedFacts(
                            each,
                            exact=True,
                            prices_of_today=not then,
                            facts_of_today=known_at is None,
                        )
                        break
                else:
                    found.setdefault(account_id, ChargedFacts(facts, exact=False))
    return found


def _with_and_without_end(facts: AccountFacts) -> tuple[AccountFacts, ...]:
    return (facts,) if facts.closed_on is None else (facts, replace(facts, closed_on=None))


def _facts(
    charges: Mapping[int, Charge], provider: ProviderFacts, provider_id: int, known_at: datetime | None
) -> dict[int, AccountFacts]:
    (horizon,) = {Month.of(charge.period) for charge in charges.values()}
    return account_facts(
        accounts.contracts(
            provider_id=provider_id,
            opened_before=_EVER.first,
            account_ids=list(charges),
            known_at=known_at,
        ),
        provider=provider,
        horizon=horizon,
        floors={account_id: Month.of(charge.floor) for account_id, charge in charges.items()},
        known_at=known_at,
    )
