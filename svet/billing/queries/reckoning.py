"""What the charged months of one account should have by what is known at this moment."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from svet.accounts.queries import AccountView
from svet.accounts.queries.contracts import contracts
from svet.billing.queries.facts import ProviderFacts, account_facts, provider_facts
from svet.billing.queries.standing import books, standing_lines
from svet.billing.rules.kinds import BillingProblem
from svet.billing.rules.lines import Line
from svet.billing.rules.should import should
from svet.kernel.periods import Month

_EVER = Month(2199, 12)


class ChargedBook(NamedTuple):
    """The charged months of an account: the first of ours, the last one, what stands in them, kopecks."""

    account: AccountView
    provider: ProviderFacts
    floor: Month
    last: Month
    stands: dict[Month, int]


def charged_book(account: AccountView) -> ChargedBook | None:
    """What is charged to an account; None: nothing, so that nothing can be given back of it."""
    key = account.account_id
    book = books([key])[key]
    if book.last is None:
        return None
    stands = _sums(line for _, line in standing_lines([key])[key])
    return ChargedBook(account, provider_facts(account.provider), book.begins(book.last), book.last, stands)


def reckoned(book: ChargedBook) -> dict[Month, int] | None:
    """Kopecks by charged months as the facts are told now; None: something of them cannot be told.

    Two calls around a change tell what it does, whatever else waits for the next charge.
    """
    key = book.account.account_id
    found = contracts(
        provider_id=book.account.provider.provider_id, opened_before=_EVER.first, account_ids=[key]
    )
    facts = account_facts(found, provider=book.provider, horizon=book.last, floors={key: book.floor})
    try:
        return _sums(should(facts[key], horizon=book.last))
    except BillingProblem:
        return None


def _sums(lines: Iterable[Line]) -> dict[Month, int]:
    sums: dict[Month, int] = {}
    for line in lines:
        sums[line.month] = sums.get(line.month, 0) + line.kopecks
    return sums
