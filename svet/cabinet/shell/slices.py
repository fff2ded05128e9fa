"""Part of a long list of accounts: which rows are drawn, and where the next ones begin.

A part begins at an account, not at a number: when rows leave the list meanwhile (what was sent waits no
more), the next part still begins with the next row, and none is passed over.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import HttpRequest

from svet.accounts.queries import AccountCard

#: So many accounts are drawn at once.
ROWS = 25
LONGEST_ID = 40


@dataclass(frozen=True, slots=True)
class Part:
    """Rows ``first`` to ``last`` of ``total``; where the parts beside it begin, empty where there is none."""

    cards: tuple[AccountCard, ...] = ()
    first: int = 0
    last: int = 0
    total: int = 0
    before: str = ""
    after: str = ""
    #: What else the address asks for: search, filter.
    query: str = ""


def part_of(
    listed: Sequence[AccountCard], wanted: Collection[int], *, start: str = "", query: str = ""
) -> Part:
    """The part of ``listed`` that begins at the account ``start``, or next after it in the list.

    ``wanted``: the keys of those the page is about; ``start`` may be one of the others, an unknown one is the
    beginning.
    """
    place = next((at for at, card in enumerate(listed) if card.public_id == start), 0)
    found = [card for card in listed if card.account_id in wanted]
    passed = sum(card.account_id in wanted for card in listed[:place])
    if passed >= len(found):
        # The rest of the list is gone meanwhile: the last rows there are, rather than an empty page.
        passed = max(0, len(found) - ROWS)
    return _part(found[:passed], found[passed : passed + ROWS], found[passed + ROWS :], query)


def part_again(
    listed: Sequence[AccountCard], wanted: Collection[int], *, shown: Collection[int], query: str = ""
) -> Part:
    """The part that was shown, whatever has become of its rows meanwhile."""
    places = [at for at, card in enumerate(listed) if card.account_id in shown]
    if not places:
        return part_of(listed, wanted, query=query)
    first, last = places[0], places[-1] + 1
    return _part(
        [card for card in listed[:first] if card.account_id in wanted],
        [listed[at] for at in places],
        [card for card in listed[last:] if card.account_id in wanted],
        query,
    )


def _part(
    earlier: Sequence[AccountCard], cards: Sequence[AccountCard], later: Sequence[AccountCard], query: str
) -> Part:
    return Part(
        cards=tuple(cards),
        first=len(earlier) + 1,
        last=len(earlier) + len(cards),
        total=len(earlier) + len(cards) + len(later),
        before=earlier[-ROWS:][0].public_id if earlier else "",
        after=later[0].public_id if later else "",
        query=query,
    )


def asked_start(request: HttpRequest) -> str:
    """The account at which the address wants the part to begin."""
    return request.GET.get("from", "")[:LONGEST_ID]


def query_of(**asked: str) -> str:
    """The rest of the address, what is empty left out."""
    return urlencode({name: value for name, value in asked.items() if value})
